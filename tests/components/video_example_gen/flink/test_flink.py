"""VideoExampleGen on a real Flink. Only `make test-flink` runs this."""

from __future__ import annotations

import pytest

from objects_that_sound.components.beam_options import flink_beam_pipeline_args

pytestmark = pytest.mark.flink


def test_the_cluster_is_a_flink_with_two_slots(flink):
    overview = flink.get("overview")
    assert overview["flink-version"].startswith(f"{flink.version}.")
    assert (overview["taskmanagers"], overview["slots-total"]) == (1, 2)


@pytest.mark.parametrize("workers", ["in this process", "in processes of a worker pool"])
def test_examples_equal_the_local_run(
    workers, job_server, flink, ingest, ingested_locally, request, tmp_path
):
    pool = request.getfixturevalue("worker_pool") if "pool" in workers else ""
    before = {job["jid"] for job in flink.get("jobs/overview")["jobs"]}
    options = flink_beam_pipeline_args(
        flink.address,
        parallelism=2,
        worker_pool=pool,
        flink_version=flink.version,
        job_server=job_server,
    )
    ingested = ingest(tmp_path / "examples", options)
    assert ingested == ingested_locally
    assert ingested_locally.shards > 2  # both slots had something to do
    jobs = [job for job in flink.get("jobs/overview")["jobs"] if job["jid"] not in before]
    assert [job["state"] for job in jobs] == ["FINISHED"]
    job = f"jobs/{jobs[0]['jid']}"
    decoding = [
        vertex for vertex in flink.get(job)["vertices"] if "DecodeAndWrite" in vertex["name"]
    ]
    assert [vertex["parallelism"] for vertex in decoding] == [2]
    subtasks = flink.get(f"{job}/vertices/{decoding[0]['id']}")["subtasks"]
    assert all(subtask["metrics"]["read-records"] for subtask in subtasks)  # shards
