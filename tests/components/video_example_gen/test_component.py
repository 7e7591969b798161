"""VideoExampleGen in a pipeline: parameters, spans, caching."""

from __future__ import annotations

import json
import pathlib
import shutil

import pytest


@pytest.fixture(scope="module")
def video(media, tmp_path_factory) -> pathlib.Path:
    return media(tmp_path_factory.mktemp("one") / "one.mp4", frames=40)


def _component(*args, **kwargs):
    from objects_that_sound.components.video_example_gen.component import VideoExampleGen

    return VideoExampleGen(*args, **{"image_size": 64, "sample_rate": 8000, **kwargs})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either input_base"),
        ({"input_base": "a", "video_list": "b.csv"}, "either input_base"),
        ({"input_base": "a", "eval_fraction": 0}, "eval_fraction"),
        ({"input_base": "a", "examples_per_video": 0}, "examples_per_video"),
        ({"input_base": "a", "label_regex": "x"}, "capture group"),
    ],
)
def test_wrong_parameters_say_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        _component(**arguments)


def test_parameters_reach_the_executor():
    from objects_that_sound.components.video_example_gen.executor import _config

    component = _component("videos", examples_per_video=25, group_regex=r"_g\d+_", seed=3)
    config = _config(component.exec_properties)
    assert config.examples_per_video == 25
    assert config.group_regex == r"_g\d+_"
    assert (config.seed, config.image_size, config.sample_rate) == (3, 64, 8000)
    assert '"name": "eval"' in component.exec_properties["output_config"]
    assert '"name": "val"' not in component.exec_properties["output_config"]
    component = _component(video_list="/videos.csv", val_fraction=0.1)
    assert '"name": "val"' in component.exec_properties["output_config"]


def _run(component, root: pathlib.Path):
    """Runs a pipeline of one component; returns its last examples and how many there are."""
    import tfx.v1 as tfx
    from ml_metadata import MetadataStore

    from objects_that_sound.components.beam_options import local_beam_pipeline_args

    connection = tfx.orchestration.metadata.sqlite_metadata_connection_config(
        str(root / "metadata.sqlite")
    )
    pipeline = tfx.dsl.Pipeline(
        pipeline_name="ingest",
        pipeline_root=str(root / "pipeline"),
        components=[component],
        enable_cache=True,
        metadata_connection_config=connection,
        beam_pipeline_args=local_beam_pipeline_args(1),
    )
    tfx.orchestration.LocalDagRunner().run(pipeline)
    artifacts = MetadataStore(connection).get_artifacts_by_type("Examples")
    return artifacts[-1], len(artifacts)


def test_latest_span_is_taken_and_an_unchanged_one_reused(video, tmp_path):
    from tfx.proto import example_gen_pb2

    def component():
        pattern = example_gen_pb2.Input.Split(name="videos", pattern="span-{SPAN}/*")
        return _component(
            str(tmp_path / "in"),
            input_config=example_gen_pb2.Input(splits=[pattern]),
            eval_fraction=0.5,
            examples_per_video=1,
        )

    for span, videos in ((1, 2), (2, 3)):
        folder = tmp_path / "in" / f"span-{span}"
        folder.mkdir(parents=True)
        for number in range(videos):
            shutil.copy(video, folder / f"{number}.mp4")
        artifact, count = _run(component(), tmp_path)
        assert count == span
        assert artifact.custom_properties["span"].int_value == span
        assert artifact.custom_properties["num_videos"].int_value == videos
        assert artifact.custom_properties["num_examples"].int_value == videos
    assert _run(component(), tmp_path)[1] == 2


def _spans(folder: pathlib.Path, pattern: str, span: int | None = None, **arguments):
    from tfx.proto import example_gen_pb2, range_config_pb2

    single = None
    if span is not None:
        static = range_config_pb2.StaticRange(start_span_number=span, end_span_number=span)
        single = range_config_pb2.RangeConfig(static_range=static)
    split = example_gen_pb2.Input.Split(name="videos", pattern=pattern)
    return _component(
        str(folder),
        input_config=example_gen_pb2.Input(splits=[split]),
        range_config=single,
        eval_fraction=0.5,
        examples_per_video=1,
        **arguments,
    )


def _copies(video: pathlib.Path, folder: pathlib.Path, *names: str) -> list[str]:
    folder.mkdir(parents=True)
    return [shutil.copy(video, folder / name) for name in names]


def test_of_a_span_the_latest_version_is_taken_and_a_range_gives_an_older_span(video, tmp_path):
    _copies(video, tmp_path / "in" / "span-1" / "v1", "a.mp4", "b.mp4")
    for version, number in ((1, 3), (9, 4), (10, 5)):
        _copies(video, tmp_path / "in" / "span-2" / f"v{version}", *map(str, range(number)))
    for span, videos in ((None, 5), (1, 2)):
        component = _spans(tmp_path / "in", "span-{SPAN}/v{VERSION}/*", span)
        artifact, _ = _run(component, tmp_path)
        properties = artifact.custom_properties
        assert properties["num_videos"].int_value == videos
        assert properties["span"].int_value == span or 2
        assert properties["version"].int_value == (1 if span else 10)


def test_days_are_spans_of_lists_too(video, tmp_path):
    from objects_that_sound.components.video_example_gen.video_list import write_video_list

    paths = _copies(video, tmp_path / "deep" / "er", "a.mp4", "b.mp4", "c.mp4")
    for day, number in (("2024-12-31", 2), ("2025-01-01", 3)):
        write_video_list(paths[:number], str(tmp_path / "in" / f"{day}.csv"))
    artifact, _ = _run(_spans(tmp_path / "in", "{YYYY}-{MM}-{DD}.csv"), tmp_path)
    assert artifact.custom_properties["num_videos"].int_value == 3
    assert artifact.custom_properties["span"].int_value == 20089  # days from 1970 on


def _splits_of_groups(artifact) -> dict[bytes, str]:
    import tensorflow as tf

    from objects_that_sound.models import examples

    splits = {}
    for split in ("train", "eval"):
        files = sorted(map(str, pathlib.Path(artifact.uri).glob(f"Split-{split}/*")))
        data = tf.data.TFRecordDataset(files, compression_type="GZIP")
        for record in data.as_numpy_iterator():
            [group] = examples.read_example(record)[examples.VIDEO_GROUP]
            assert splits.setdefault(group, split) == split
    return splits


def test_a_group_keeps_its_split_from_span_to_span(video, tmp_path):
    found = []
    for span in (1, 2):
        groups = range(4 * span - 4, 4 * span + 4)
        _copies(
            video, tmp_path / "in" / f"span-{span}", *(f"v_g{g:02d}_{span}.mp4" for g in groups)
        )
        component = _spans(
            tmp_path / "in", "span-{SPAN}/*", group_regex=r"_g\d+_", split_method="hash"
        )
        found.append(_splits_of_groups(_run(component, tmp_path)[0]))
    earlier, later = found
    assert len(earlier) == len(later) == 8
    both = earlier.keys() & later.keys()
    assert len(both) == 4
    assert {earlier[group] for group in both} == {"train", "eval"}
    assert all(earlier[group] == later[group] for group in both)


def test_list_of_videos_is_reused_until_one_changes(video, tmp_path):
    from objects_that_sound.components.video_example_gen.video_list import write_video_list

    source, listed = tmp_path / "in", str(tmp_path / "videos.csv")
    (source / "deep").mkdir(parents=True)
    shutil.copy(video, source / "a.mp4")
    shutil.copy(video, source / "deep" / "b.mp4")

    def run() -> int:
        write_video_list([str(source)], listed)
        return _run(_component(video_list=listed, eval_fraction=0.5), tmp_path)[1]

    assert [run(), run()] == [1, 1]
    shutil.copy(video, source / "c.mp4")
    assert run() == 2


def test_a_list_says_ids_and_splits_and_the_artifact_keeps_them(video, tmp_path):
    from objects_that_sound.components.video_example_gen.video_list import ListedVideo, write_list

    paths = _copies(video, tmp_path / "in", "a.mp4", "b.mp4", "c.mp4")
    splits = ["eval", "eval", "train"]
    listed = [
        ListedVideo(str(path), "1", "2", file_id=f"id{number}", split=split)
        for number, (path, split) in enumerate(zip(paths, splits, strict=True))
    ]
    path = write_list(listed, str(tmp_path / "videos.csv")).path
    artifact, _ = _run(_component(video_list=path), tmp_path)
    groups = _splits_of_groups(artifact)
    assert groups == {b"id0": "eval", b"id1": "eval", b"id2": "train"}
    rows = (pathlib.Path(artifact.uri) / "videos.jsonl").read_text().splitlines()
    assert [json.loads(row) for row in rows] == [
        {
            "video": f"id{number}",
            "path": str(path),
            "split": split,
            "version": "1/2/",
            "group": f"id{number}",
        }
        for number, (path, split) in enumerate(zip(paths, splits, strict=True))
    ]
