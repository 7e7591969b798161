"""VideoExampleGen in a pipeline: parameters, spans, caching."""

from __future__ import annotations

import pathlib
import shutil

import pytest


@pytest.fixture(scope="module")
def video(media, tmp_path_factory) -> pathlib.Path:
    return media(tmp_path_factory.mktemp("one") / "one.mp4", frames=40)


def _component(*args, **kwargs):
    from components.video_example_gen.component import VideoExampleGen

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
    from components.video_example_gen.executor import _config

    component = _component("videos", examples_per_video=25, group_regex=r"_g\d+_", seed=3)
    config = _config(component.exec_properties)
    assert config.examples_per_video == 25
    assert config.group_regex == r"_g\d+_"
    assert (config.seed, config.image_size, config.sample_rate) == (3, 64, 8000)
    assert '"name": "eval"' in component.exec_properties["output_config"]


def _run(component, root: pathlib.Path):
    """Runs a pipeline of one component; returns its last examples and how many there are."""
    import tfx.v1 as tfx
    from ml_metadata import MetadataStore

    from components.beam_options import local_beam_pipeline_args

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


def test_list_of_videos_is_reused_until_one_changes(video, tmp_path):
    from components.video_example_gen.video_list import write_video_list

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
