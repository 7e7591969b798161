"""VideoExampleGen's executor on a folder of good and bad videos."""

from __future__ import annotations

import collections
import json
import os
import pathlib
import shutil

import pytest
import simplejpeg
import tensorflow as tf

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.shard_store import ShardStore
from objects_that_sound.components.video_example_gen.video_list import write_video_list
from objects_that_sound.models import examples

GROUPS = 6
CLIPS = 2


@pytest.fixture(scope="module")
def folder(media, tmp_path_factory) -> pathlib.Path:
    """Twelve good videos in six groups, annotations of one, and one bad file of each kind."""
    folder = tmp_path_factory.mktemp("videos")
    for group in range(GROUPS):
        for clip in range(CLIPS):
            media(folder / f"v_Bell_g{group:02d}_c{clip}.mp4", frames=60)
    whole = (folder / "v_Bell_g00_c0.mp4").read_bytes()
    (folder / "bad").mkdir()
    (folder / "bad" / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "bad" / "text.mp4").write_text("this is no video\n" * 20)
    (folder / "bad" / "empty.mp4").touch()
    media(folder / "bad" / "mute.mp4", sound=None)
    media(folder / "bad" / "short.mp4", frames=20)
    media(folder / "bad" / "hush.mp4", sound=[0.0] * 88200)
    bell = {"label": "bell", "sounding": True, "times": [0, 1.0], "boxes": [[0, 0, 1, 1]] * 2}
    bell["boxes"] = [[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]]
    drum = {"label": "drum", "sounding": False, "times": [0], "boxes": [[0, 0, 1, 1]]}
    row = {"video": "v_Bell_g00_c0.mp4", "label": "bell", "objects": [bell, drum]}
    (folder / "annotations.jsonl").write_text(json.dumps(row) + "\n")
    return folder


_NAMES = {2: ("train", "eval"), 3: ("train", "val", "eval")}


def _properties(base, pattern="*", splits=(800, 200), **config):
    """The execution properties that the component gives its executor."""
    from google.protobuf import json_format, struct_pb2
    from tfx.proto import example_gen_pb2
    from tfx.utils import proto_utils

    custom = example_gen_pb2.CustomConfig()
    settings = IngestConfig(**{"image_size": 64, "sample_rate": 8000, **config})
    custom.custom_config.Pack(json_format.ParseDict(settings.to_dict(), struct_pb2.Struct()))
    single = example_gen_pb2.Input.Split(name="videos", pattern=pattern)
    split = example_gen_pb2.SplitConfig.Split
    output = example_gen_pb2.Output()
    output.split_config.partition_feature_name = examples.VIDEO_GROUP
    output.split_config.splits.extend(
        split(name=name, hash_buckets=share)
        for name, share in zip(_NAMES[len(splits)], splits, strict=True)
    )
    return {
        "input_base": str(base),
        "input_config": proto_utils.proto_to_json(example_gen_pb2.Input(splits=[single])),
        "output_config": proto_utils.proto_to_json(output),
        "custom_config": proto_utils.proto_to_json(custom),
        "output_data_format": example_gen_pb2.FORMAT_TF_EXAMPLE,
        "output_file_format": example_gen_pb2.FORMAT_TFRECORDS_GZIP,
    }


def _executor(beam=None):
    from objects_that_sound.components.video_example_gen.executor import Executor

    return Executor(Executor.Context(beam_pipeline_args=beam or local_beam_pipeline_args(1)))


def run(base, out, *, beam=None, **properties):
    """Runs the executor's `Do`; returns its artifact."""
    from tfx.types import standard_artifacts

    artifact = standard_artifacts.Examples()
    artifact.uri = str(out)
    out.mkdir(parents=True)
    _executor(beam).Do({}, {"examples": [artifact]}, _properties(base, **properties))
    return artifact


def records(out: pathlib.Path, split: str = "*") -> list[dict]:
    """All examples of a split, as Python lists by name."""
    files = sorted(map(str, out.glob(f"Split-{split}/*")))
    data = tf.data.TFRecordDataset(files, compression_type="GZIP")
    return [examples.read_example(record) for record in data.as_numpy_iterator()]


@pytest.fixture(scope="module")
def ingested(folder, tmp_path_factory):
    """(artifact, folder) of a run over everything, grouped."""
    out = tmp_path_factory.mktemp("out") / "examples"
    artifact = run(folder, out, pattern="**/*", group_regex=r"_g\d+_", examples_per_video=4)
    return artifact, out


def test_every_bad_file_is_rejected_with_its_reason(ingested):
    artifact, out = ingested
    rows = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
    assert {row["video"]: row["reason"] for row in rows} == {
        "bad/cut.mp4": "truncated",
        "bad/text.mp4": "cannot_open",
        "bad/empty.mp4": "empty_file",
        "bad/mute.mp4": "no_audio_stream",
        "bad/short.mp4": "too_short",
        "bad/hush.mp4": "silent",
    }
    assert all(row["detail"] for row in rows)
    assert artifact.get_int_custom_property("num_videos") == GROUPS * CLIPS + 6
    assert artifact.get_int_custom_property("num_examples") == GROUPS * CLIPS * 4
    assert artifact.get_int_custom_property("num_rejects") == 6
    assert json.loads(artifact.get_string_custom_property("rejects"))["truncated"] == 1


def test_examples_keep_the_contract(ingested):
    made = records(ingested[1])
    assert len(made) == GROUPS * CLIPS * 4
    for example in made:
        assert examples.make_example(example)  # knows every name
        assert simplejpeg.decode_jpeg(example[examples.IMAGE][0]).shape == (64, 96, 3)
        assert len(example[examples.AUDIO][0]) == 2 * 8000
        assert example[examples.AUDIO_SAMPLE_RATE] == [8000]
        assert -30 < example[examples.AUDIO_LOUDNESS][0] < -25  # 8 of 44.1 kHz of noise at -20
        assert 0.3 < example[examples.IMAGE_BRIGHTNESS][0] < 0.7
        assert 0.5 <= example[examples.VIDEO_TIME][0] <= 1.9
    times = collections.Counter((e[examples.VIDEO_ID][0], e[examples.VIDEO_TIME][0]) for e in made)
    assert set(times.values()) == {1}


def test_groups_never_straddle_splits(ingested):
    train, evaluation = (
        {example[examples.VIDEO_GROUP][0] for example in records(ingested[1], split)}
        for split in ("train", "eval")
    )
    assert train and evaluation and not train & evaluation
    assert train | evaluation == {b"v_Bell_g%02d_" % group for group in range(GROUPS)}


def test_annotations_give_label_box_and_visible_objects(ingested):
    for example in records(ingested[1]):
        if example[examples.VIDEO_ID] != [b"v_Bell_g00_c0.mp4"]:
            assert examples.LABEL not in example and examples.BOX not in example
            continue
        assert example[examples.LABEL] == [b"bell"]
        assert example[examples.VISIBLE_LABELS] == [b"bell", b"drum"]
        late = example[examples.VIDEO_TIME][0] >= 0.999
        assert example[examples.BOX] == ([0.5, 0.5, 1, 1] if late else [0, 0, 0.5, 0.5])


@pytest.mark.parametrize(
    "beam",
    [
        pytest.param(local_beam_pipeline_args(2), marks=pytest.mark.slow),
        pytest.param(local_beam_pipeline_args(2, processes=True), marks=pytest.mark.slow),
    ],
)
def test_workers_do_not_change_a_byte(folder, ingested, tmp_path, beam):
    # Small shards, so that every worker has some.
    options = {"pattern": "**/*", "group_regex": r"_g\d+_", "examples_per_video": 4}
    out = tmp_path / "examples"
    run(folder, out, beam=beam, **options)
    wanted = {path.relative_to(ingested[1]): path.read_bytes() for path in _files(ingested[1])}
    assert {path.relative_to(out): path.read_bytes() for path in _files(out)} == wanted


def _files(out: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in out.rglob("*") if path.is_file()]


def test_label_from_the_name_and_hash_split(folder, tmp_path):
    out = tmp_path / "examples"
    run(
        folder,
        out,
        label_regex="v_([A-Za-z]+)_",
        split_method="hash",
        examples_per_video=1,
        splits=(50, 50),
    )
    made = records(out)
    assert {example[examples.LABEL][0] for example in made} == {b"Bell"}
    assert len(made) == GROUPS * CLIPS


def test_base_class_pipeline_splits_by_group_too(folder, tmp_path):
    import apache_beam

    executor = _executor()
    with executor._make_beam_pipeline() as pipeline:
        splits = executor.GenerateExamplesByBeam(
            pipeline, _properties(folder, group_regex=r"_g\d+_", splits=(50, 50))
        )
        for name, made in splits.items():
            _ = (
                made
                | f"Serialize{name}" >> apache_beam.Map(lambda e: e.SerializeToString())
                | f"Write{name}" >> apache_beam.io.WriteToTFRecord(f"{tmp_path}/Split-{name}/x")
            )
    groups = {}
    for name in splits:
        files = [str(path) for path in tmp_path.glob(f"Split-{name}/*")]
        made = map(examples.read_example, tf.data.TFRecordDataset(files).as_numpy_iterator())
        groups[name] = {example[examples.VIDEO_GROUP][0] for example in made}
    assert len(groups["train"]) + len(groups["eval"]) == GROUPS
    assert not groups["train"] & groups["eval"]


def test_video_list_with_labels(folder, tmp_path):
    names = [*(f"v_Bell_g0{group}_c0.mp4" for group in range(5)), "bad/mute.mp4"]
    rows = "".join(f"{folder / name},gong\n" for name in names)
    (tmp_path / "videos.csv").write_text("path,label\n" + rows)
    out = tmp_path / "examples"
    artifact = run(tmp_path, out, pattern="videos.csv", examples_per_video=1, splits=(50, 50))
    made = records(out)
    assert sorted(example[examples.VIDEO_ID][0].decode() for example in made) == sorted(names[:5])
    assert {example[examples.LABEL][0] for example in made} == {b"gong"}
    assert artifact.get_int_custom_property("num_rejects") == 1


def test_all_rejected_is_an_error_that_names_the_file(folder, tmp_path):
    with pytest.raises(RuntimeError, match=r"none of 6 videos .*1 silent.*rejects\.jsonl"):
        run(folder / "bad", tmp_path / "examples")
    assert len((tmp_path / "examples" / "rejects.jsonl").read_text().splitlines()) == 6


def test_empty_split_is_an_error(folder, tmp_path):
    shutil.copy(folder / "v_Bell_g00_c0.mp4", tmp_path / "good.mp4")
    shutil.copy(folder / "bad" / "mute.mp4", tmp_path / "mute.mp4")
    with pytest.raises(RuntimeError, match=r"split .* got no examples.*1 no_audio_stream"):
        run(tmp_path, tmp_path / "out" / "examples")


def test_a_split_with_one_group_left_is_an_error_that_says_what_is_needed(folder, tmp_path):
    for group in range(3):
        shutil.copy(folder / f"v_Bell_g0{group}_c0.mp4", tmp_path / f"{group}.mp4")
    shutil.copy(folder / "bad" / "mute.mp4", tmp_path / "mute.mp4")
    message = (
        r"split (train|eval) has videos of one group only, .*1 no_audio_stream.*rejects\.jsonl"
    )
    with pytest.raises(RuntimeError, match=message):
        run(tmp_path, tmp_path / "out" / "examples")


def _list_of(folder, tmp_path, splits: dict[str, str]) -> None:
    rows = "".join(f"{folder / name},{split}\n" for name, split in splits.items())
    (tmp_path / "videos.csv").write_text("path,split\n" + rows)


_SPLITS = {
    "v_Bell_g00_c0.mp4": "train",
    "v_Bell_g01_c0.mp4": "train",
    "v_Bell_g02_c0.mp4": "eval",
    "v_Bell_g03_c0.mp4": "eval",
}


def test_val_is_a_split_of_its_own(folder, tmp_path):
    splits = {**_SPLITS, "v_Bell_g04_c0.mp4": "val", "v_Bell_g05_c0.mp4": "val"}
    _list_of(folder, tmp_path, splits)
    out = tmp_path / "examples"
    artifact = run(tmp_path, out, pattern="videos.csv", examples_per_video=2, splits=(7, 1, 2))
    assert json.loads(artifact.split_names) == ["train", "val", "eval"]
    for split in ("train", "val", "eval"):
        ids = {example[examples.VIDEO_ID][0].decode() for example in records(out, split)}
        assert ids == {name for name in splits if splits[name] == split}


@pytest.mark.parametrize("val", [{}, {"bad/mute.mp4": "val", "bad/hush.mp4": "val"}])
def test_without_examples_there_is_no_val(folder, tmp_path, val):
    _list_of(folder, tmp_path, {**_SPLITS, **val})
    out = tmp_path / "examples"
    artifact = run(tmp_path, out, pattern="videos.csv", examples_per_video=2, splits=(7, 1, 2))
    assert json.loads(artifact.split_names) == ["train", "eval"]
    assert artifact.get_int_custom_property("num_rejects") == len(val)
    assert len(records(out)) == 8


def test_no_videos_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no videos match"):
        run(tmp_path, tmp_path / "out" / "examples")


def test_broken_annotations_are_an_error_before_decoding(folder, tmp_path):
    for name in ("v_Bell_g00_c0.mp4", "v_Bell_g01_c0.mp4"):
        shutil.copy(folder / name, tmp_path / name)
    (tmp_path / "annotations.jsonl").write_text('{"video": \n')
    with pytest.raises(ValueError, match=r"annotations\.jsonl, line 1"):
        run(tmp_path, tmp_path / "out" / "examples")
    assert not (tmp_path / "out" / "examples" / "rejects.jsonl").exists()


_SMALL_SHARDS = {"examples_per_video": 2, "examples_per_shard": 4}  # two videos each


def _store(tmp_path) -> pathlib.Path:
    return tmp_path / ".unfinished"


@pytest.fixture
def failing(folder, tmp_path, monkeypatch):
    """A copy of the folder, whose first run stopped after three shards as on a full disk."""
    videos = tmp_path / "videos"
    shutil.copytree(folder, videos)
    add, added = ShardStore.add, []

    def add_three(self, key, *content):
        if len(added) == 3:
            raise OSError(28, "No space left on device")
        added.append(key)
        return add(self, key, *content)

    monkeypatch.setattr(ShardStore, "add", add_three)
    with pytest.raises(Exception, match="No space left"):
        run(videos, tmp_path / "1", pattern="**/*", **_SMALL_SHARDS)
    monkeypatch.undo()
    assert len(list(_store(tmp_path).glob("*.json"))) == 3
    return videos


def test_after_a_failure_finished_shards_are_reused(failing, tmp_path, capsys):
    # TFX removes the output of a failed execution; what it rejected stays.
    shutil.rmtree(tmp_path / "1")
    rows = [json.loads(line) for line in (_store(tmp_path) / "rejects.jsonl").open()]
    assert all(row["video"].startswith("bad/") and row["reason"] for row in rows)
    run(failing, tmp_path / "2", pattern="**/*", **_SMALL_SHARDS)
    assert "reused 3 of 9 shards" in capsys.readouterr().err
    assert not _store(tmp_path).exists()
    undisturbed = tmp_path / "undisturbed" / "1"
    run(failing, undisturbed, pattern="**/*", **_SMALL_SHARDS)
    assert "reused" not in capsys.readouterr().err
    contents = [
        {path.relative_to(out): path.read_bytes() for path in _files(out)}
        for out in (tmp_path / "2", undisturbed)
    ]
    assert contents[0] == contents[1]


def test_what_changed_is_decoded_again(failing, tmp_path, capsys):
    for path in _files(failing):
        later = path.stat().st_mtime_ns + 10**9
        os.utime(path, ns=(later, later))
    run(failing, tmp_path / "2", pattern="**/*", **_SMALL_SHARDS)
    assert "reused" not in capsys.readouterr().err


_CRASHING = """
import os
from objects_that_sound.components.video_example_gen.clip_sampler import sample_clips

def sample(path, video, config):
    if "_g01_" in path:
        os.abort()
    return sample_clips(path, video, config)
"""


def test_a_video_that_crashes_its_decoder_is_a_reject(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "crashing_sampler.py").write_text(_CRASHING)
    monkeypatch.syspath_prepend(tmp_path)
    import crashing_sampler

    from objects_that_sound.components.video_example_gen import ingest_fn

    monkeypatch.setattr(ingest_fn, "sample_clips", crashing_sampler.sample)
    run(folder, tmp_path / "out" / "examples", examples_per_video=1, splits=(50, 50))
    rejects = (tmp_path / "out" / "examples" / "rejects.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in rejects]
    assert [(row["video"], row["reason"]) for row in rows] == [
        (f"v_Bell_g01_c{clip}.mp4", "crashed") for clip in range(CLIPS)
    ]
    assert all("SIGABRT" in row["detail"] for row in rows)
    assert "rejected v_Bell_g01_c0.mp4: crashed: " in capsys.readouterr().err
    assert len(records(tmp_path / "out" / "examples")) == (GROUPS - 1) * CLIPS


def test_videos_to_measure_by_give_ten_examples_where_those_to_learn_from_give_more(
    folder, tmp_path
):
    out = tmp_path / "out" / "examples"
    run(folder, out, group_regex=r"_g\d+_", examples_per_video=12, splits=(50, 50))
    for split, most in (("train", 12), ("eval", 10)):
        of_video = collections.Counter(row[examples.VIDEO_ID][0] for row in records(out, split))
        assert set(of_video.values()) == {most}


def test_videos_with_any_name_are_ingested_beside_playlists_of_them(folder, tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    names = [
        b"title\xe2\x80\xa8part 2 [abc].mp4",
        b"not \xff UTF-8.mp4",
        b"two\nlines.mp4",
        b'a,"b.mp4',
    ]
    names += [b"%d.mp4" % number for number in range(4)]
    for name in names:
        shutil.copy(folder / "v_Bell_g01_c0.mp4", os.path.join(os.fsencode(videos), name))
    # A playlist beside its parts, which leads out of the folder, too.
    parts = f"0.mp4\n1.mp4\n{folder}/v_Bell_g02_c0.mp4\n"
    (videos / "index.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{parts}")
    (videos / "index.mp4").write_text("ffconcat version 1.0\nfile '0.mp4'\nfile '1.mp4'\n")
    write_video_list([str(videos)], str(tmp_path / "videos.csv"))
    out = tmp_path / "out"
    run(tmp_path, out, pattern="videos.csv", examples_per_video=2, label_regex=r"^(.{3})")
    made = records(out)
    found = collections.Counter(example[examples.VIDEO_ID][0] for example in made)
    assert found == dict.fromkeys(names, 2)
    assert {example[examples.LABEL][0] for example in made} >= {b"not", b"tit", b"two"}
    rows = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
    assert {row["video"]: row["reason"] for row in rows} == dict.fromkeys(
        ["index.m3u8", "index.mp4"], "cannot_open"
    )
    assert all("a list of other files" in row["detail"] for row in rows)
