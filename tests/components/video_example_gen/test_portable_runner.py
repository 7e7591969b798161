"""VideoExampleGen through Beam's job service, in worker processes that were started elsewhere.

Everything that Flink and Spark need of a component: the pipeline is sent to a job service, and its
workers know of it only what that sends. The job service is Beam's own in Python.
"""

from __future__ import annotations

import pytest

from objects_that_sound.components.beam_options import portable_beam_pipeline_args


@pytest.mark.slow
def test_examples_equal_the_local_run(ingest, ingested_locally, job_service, worker_pool, tmp_path):
    assert ingested_locally.shards > 2  # workers have something to share
    options = portable_beam_pipeline_args(job_service, worker_pool=worker_pool)
    assert ingest(tmp_path / "examples", options) == ingested_locally
