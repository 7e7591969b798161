"""The pairs: right, complete, and the same bit for bit however Beam divides the work."""

from __future__ import annotations

import json
import pathlib

import pytest
import tensorflow as tf
from tfx.components.util import examples_utils
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts

from objects_that_sound.components.avc_pair_gen.executor import Executor
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.models import examples as contract

IN_PROCESS = local_beam_pipeline_args(1)
THREADS = local_beam_pipeline_args(3)
PROCESSES = local_beam_pipeline_args(2, processes=True)


def _run(examples: list, folder: pathlib.Path, seed: int = 0, beam_args: list[str] = IN_PROCESS):
    pairs = standard_artifacts.Examples()
    pairs.uri = str(folder)
    executor = Executor(Executor.Context(beam_pipeline_args=list(beam_args)))
    executor.Do({"examples": examples}, {"pairs": [pairs]}, {"seed": seed, "split": "eval"})
    return pairs


def _files(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _read(folder: pathlib.Path) -> list[dict[str, list]]:
    files = sorted(str(path) for path in (folder / "Split-eval").iterdir())
    dataset = tf.data.TFRecordDataset(files, compression_type="GZIP")
    return [contract.read_example(record) for record in dataset.as_numpy_iterator()]


@pytest.fixture
def rows(make_features) -> list[dict]:
    return [
        make_features(video, float(time), kind=video % 4, box=(0.1, 0.1, 0.4, 0.4))
        for video in range(8)
        for time in range(5)
    ]


def test_one_pair_of_each_kind_of_every_example(rows, write_examples, tmp_path):
    pairs = _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
    made = _read(tmp_path / "out")
    sounds = {row[contract.AUDIO]: row for row in rows}
    frames = {(row[contract.VIDEO_ID], row[contract.IMAGE]): row for row in rows}
    assert len(made) == 2 * len(rows)
    used = []
    for pair in made:
        frame = frames[pair[contract.VIDEO_ID][0].decode(), pair[contract.IMAGE][0]]
        sound = sounds[pair[contract.AUDIO][0]]
        assert pair[contract.VIDEO_GROUP] == [frame[contract.VIDEO_GROUP].encode()]
        assert pair[contract.LABEL] == [frame[contract.LABEL].encode()]
        assert pair[contract.SOUND_LABEL] == [sound[contract.LABEL].encode()]
        assert pair[contract.BOX] == pytest.approx(frame[contract.BOX])
        assert pair[contract.VISIBLE_LABELS] == [frame[contract.LABEL].encode()]
        if pair[contract.AVC_LABEL] == [1]:
            assert sound[contract.VIDEO_ID] == frame[contract.VIDEO_ID]
        else:
            assert sound[contract.VIDEO_GROUP] != frame[contract.VIDEO_GROUP]
            used.append(pair[contract.AUDIO][0])
    assert len(set(used)) == len(rows)
    tf.io.parse_example([_serialize(pair) for pair in made], contract.PAIR_SPEC)
    assert pairs.splits == ["eval"]
    assert examples_utils.get_payload_format(pairs) == example_gen_pb2.FORMAT_TF_EXAMPLE


def _serialize(pair: dict[str, list]) -> bytes:
    return contract.make_example(pair).SerializeToString()


def test_the_folder_of_the_examples_may_have_any_name(rows, write_examples, tmp_path):
    plain = _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "1")
    odd = _run([write_examples(tmp_path / "in [1]*?", {"eval": rows})], tmp_path / "2")
    assert _files(pathlib.Path(odd.uri)) == _files(pathlib.Path(plain.uri))


def test_counts_and_ceiling(rows, write_examples, tmp_path):
    pairs = _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
    made = _read(tmp_path / "out")
    # The oracle errs where a mismatched sound happens to be of a class in the frame.
    wrong = sum(
        pair[contract.AVC_LABEL] == [0] and pair[contract.SOUND_LABEL] == pair[contract.LABEL]
        for pair in made
    )
    assert wrong > 0
    counts = json.loads((tmp_path / "out" / "pairs.json").read_text())
    assert counts["num_pairs"] == counts["num_labelled_pairs"] == len(made)
    assert counts["chance"] == 0.5
    assert counts["ceiling"] == 1 - wrong / len(made)
    assert pairs.get_int_custom_property("num_pairs") == len(made)
    assert pairs.get_float_custom_property("ceiling") == counts["ceiling"]


def test_no_ceiling_without_labels(make_features, write_examples, tmp_path):
    rows = [make_features(video, 0.0, kind=video, labelled=False) for video in range(4)]
    pairs = _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
    counts = json.loads((tmp_path / "out" / "pairs.json").read_text())
    assert counts["ceiling"] is None
    assert counts["num_labelled_pairs"] == 0
    assert not pairs.has_custom_property("ceiling")
    assert all(contract.LABEL not in pair for pair in _read(tmp_path / "out"))


def test_same_bits_whatever_the_order_the_files_and_the_spans(rows, write_examples, tmp_path):
    _run([write_examples(tmp_path / "a", {"eval": rows})], tmp_path / "a_out")
    several = [
        write_examples(tmp_path / "b", {"eval": rows[:7:-1]}, num_files=5),
        # The second span repeats the first's last videos: they count once.
        write_examples(tmp_path / "c", {"eval": rows[:12]}, num_files=1),
    ]
    _run(several, tmp_path / "b_out")
    assert _files(tmp_path / "a_out") == _files(tmp_path / "b_out")


@pytest.mark.parametrize(
    "beam_args",
    [
        pytest.param(THREADS, id="threads", marks=pytest.mark.slow),
        pytest.param(PROCESSES, id="processes", marks=pytest.mark.slow),
    ],
)
def test_same_bits_with_several_workers(rows, write_examples, tmp_path, beam_args):
    examples = [write_examples(tmp_path / "in", {"eval": rows}, num_files=4)]
    _run(examples, tmp_path / "one")
    _run(examples, tmp_path / "two", beam_args=beam_args)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_several_files_when_there_are_many(rows, write_examples, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "objects_that_sound.components.avc_pair_gen.make_pairs._IMAGES_PER_FILE", 16
    )
    _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out" / "Split-eval").iterdir()) == [
        "pairs-00000-of-00003.gz",
        "pairs-00001-of-00003.gz",
        "pairs-00002-of-00003.gz",
    ]
    assert len(_read(tmp_path / "out")) == 2 * len(rows)


def test_all_frames_of_an_example_go_into_its_pairs(
    make_features, write_examples, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "objects_that_sound.components.avc_pair_gen.make_pairs._IMAGES_PER_FILE", 16
    )
    rows = [make_features(video, 0.0, kind=video % 4) for video in range(8)]
    for row in rows:
        row[contract.FRAMES] = [b"before" + row[contract.IMAGE], row[contract.IMAGE], b"after"]
    _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
    frames = {row[contract.VIDEO_ID].encode(): row[contract.FRAMES] for row in rows}
    made = _read(tmp_path / "out")
    assert len(made) == 16
    for pair in made:
        assert pair[contract.FRAMES] == frames[pair[contract.VIDEO_ID][0]]
    # 16 // 3 examples a file: as many frames as of examples of one.
    assert len(list((tmp_path / "out" / "Split-eval").iterdir())) == 2


def test_another_seed_gives_other_pairs(rows, write_examples, tmp_path):
    examples = [write_examples(tmp_path / "in", {"eval": rows})]
    _run(examples, tmp_path / "one", seed=1)
    _run(examples, tmp_path / "two", seed=2)
    assert _read(tmp_path / "one") != _read(tmp_path / "two")


def test_one_group_is_a_clear_error(make_features, write_examples, tmp_path):
    rows = [make_features(0, float(time), kind=0) for time in range(3)]
    with pytest.raises(Exception, match="at least 2 different groups"):
        _run([write_examples(tmp_path / "in", {"eval": rows})], tmp_path / "out")
