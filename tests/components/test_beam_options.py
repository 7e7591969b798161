"""Beam takes the options, and TFX adds nothing to them."""

from __future__ import annotations

import pytest

from objects_that_sound.components.beam_options import (
    dataflow_beam_pipeline_args,
    flink_beam_pipeline_args,
    local_beam_pipeline_args,
    portable_beam_pipeline_args,
    spark_beam_pipeline_args,
)

IMAGE = "registry.example/ots:1"
BOTH = {"worker_pool": "localhost:50000", "image": IMAGE}
DATAFLOW = {
    "project": "p",
    "region": "europe-west1",
    "temp_location": "gs://bucket/tmp",
    "image": IMAGE,
    "max_workers": 9,
}
ALL = {
    "local": local_beam_pipeline_args(),
    "local threads": local_beam_pipeline_args(2),
    "portable": portable_beam_pipeline_args("jobs:8099", worker_pool="localhost:50000"),
    "flink": flink_beam_pipeline_args("jobmanager:8081", parallelism=4, image=IMAGE),
    "flink here": flink_beam_pipeline_args("localhost:8081", parallelism=2),
    "spark": spark_beam_pipeline_args("spark://master:7077", worker_pool="localhost:50000"),
    "dataflow": dataflow_beam_pipeline_args(**DATAFLOW),
}


@pytest.mark.parametrize("name", list(ALL))
def test_beam_takes_every_option(name):
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
    from apache_beam.runners import create_runner

    options = PipelineOptions(ALL[name])
    taken = options.get_all_options()
    for argument in ALL[name]:
        option, value = argument.removeprefix("--").split("=", 1)
        assert str(taken[option]) in (value, str([value]))
    runner = create_runner(taken["runner"])
    if name != "dataflow":  # there the validation asks Google Cloud
        assert PipelineOptionsValidator(options, runner).validate() == []


@pytest.mark.parametrize("name", list(ALL))
def test_tfx_packs_no_source_package(name):
    from tfx.utils.dependency_utils import make_beam_dependency_flags

    assert make_beam_dependency_flags(ALL[name]) == ALL[name]


def test_python_work_is_done_in_pool_container_or_here():
    assert "--environment_type=EXTERNAL" in ALL["spark"]
    assert "--environment_config=localhost:50000" in ALL["spark"]
    assert f"--environment_config={IMAGE}" in ALL["flink"]
    assert "--environment_type=LOOPBACK" in ALL["flink here"]


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (local_beam_pipeline_args, {"workers": 0}, "at least 1"),
        (portable_beam_pipeline_args, {"job_endpoint": "j:1", **BOTH}, "not both"),
        (spark_beam_pipeline_args, {"master": "local[4]", **BOTH}, "not both"),
        (flink_beam_pipeline_args, {"master": "m:1", "parallelism": 0}, "parallelism"),
        (dataflow_beam_pipeline_args, {**DATAFLOW, "temp_location": "/tmp"}, "gs://"),
        (dataflow_beam_pipeline_args, {**DATAFLOW, "max_workers": 0}, "max_workers"),
    ],
)
def test_wrong_arguments_say_what_to_do(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**arguments)
