"""Beam pipeline options: this machine, a job service, Flink, Spark, Dataflow.

For `Pipeline(beam_pipeline_args=...)` or `component.with_beam_pipeline_args(...)`; by hand, with
`ots run --beam-arg`. docs/scaling.md says what each engine needs.
"""

from __future__ import annotations

# Where no option says how workers get TFX, every executor first packs TFX's folder into a source
# package (seconds, and it needs setuptools). Naming an image stops that; none is started.
_NO_PACKAGE = "--sdk_container_image=none"


def local_beam_pipeline_args(workers: int | None = None, *, processes: bool = False) -> list[str]:
    """Options that run a component's Beam pipeline on this machine.

    Beam's default runner, DirectRunner, hands over to Prism, a Go program that it downloads at
    first use; FnApiRunner is part of the Python package and needs nothing.

    The calling thread by default: FnApiRunner's workers talk to each other over gRPC, which costs
    more than it gains on joins of frames and sounds, and Beam 2.72 was seen to lose elements of a
    join between threads. VideoExampleGen, the one component with real work, decodes in processes
    of its own.

    Args:
        workers: threads or processes of the runner; None or 1: just the calling thread.
        processes: whether workers are processes.

    Raises:
        ValueError: `workers` is less than one.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    common = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner", _NO_PACKAGE]
    if workers in (None, 1):
        return [*common, "--direct_running_mode=in_memory"]
    return [
        *common,
        f"--direct_running_mode={'multi_processing' if processes else 'multi_threading'}",
        f"--direct_num_workers={workers}",
    ]


def portable_beam_pipeline_args(
    job_endpoint: str, *, worker_pool: str = "", image: str = ""
) -> list[str]:
    """Options that send a pipeline to a Beam job service that runs already.

    Args:
        job_endpoint: of the job service, HOST:PORT.
        worker_pool: HOST:PORT of a Beam worker pool beside each of the engine's workers, as the
            engine's workers see it: `localhost:50000` where each machine has one.
        image: container image with this project and Beam's Python harness, for engines whose
            workers start containers. Neither this nor a worker pool: the calling process does the
            Python work, which is right for a try-out only.

    Raises:
        ValueError: both `worker_pool` and `image` are given.
    """
    return [
        "--runner=PortableRunner",
        f"--job_endpoint={job_endpoint}",
        *_environment(worker_pool, image),
    ]


def flink_beam_pipeline_args(
    master: str,
    *,
    parallelism: int,
    worker_pool: str = "",
    image: str = "",
    flink_version: str = "1.20",
    job_server: str = "",
) -> list[str]:
    """Options for a Flink cluster; Beam starts its Flink job server, a Java program, here.

    Args:
        master: HOST:PORT of the cluster's REST interface.
        parallelism: how many task slots to use.
        worker_pool: see `portable_beam_pipeline_args`.
        image: see `portable_beam_pipeline_args`.
        flink_version: of the cluster, MAJOR.MINOR; one that Beam has a job server for.
        job_server: path or URL of the job server's jar; "" leaves finding it to Beam.

    Raises:
        ValueError: both `worker_pool` and `image` are given, or `parallelism` is less than one.
    """
    if parallelism < 1:
        raise ValueError(f"parallelism must be at least 1, not {parallelism}")
    return [
        "--runner=FlinkRunner",
        f"--flink_master={master}",
        f"--flink_version={flink_version}",
        f"--parallelism={parallelism}",
        *([f"--flink_job_server_jar={job_server}"] if job_server else []),
        *_environment(worker_pool, image),
    ]


def spark_beam_pipeline_args(master: str, *, worker_pool: str = "", image: str = "") -> list[str]:
    """Options for a Spark 3 cluster; Beam starts its Spark job server, a Java program, here.

    Args:
        master: `spark://HOST:PORT`, or `local[4]` for a Spark inside the job server.
        worker_pool: see `portable_beam_pipeline_args`.
        image: see `portable_beam_pipeline_args`.

    Raises:
        ValueError: both `worker_pool` and `image` are given.
    """
    return [
        "--runner=SparkRunner",
        f"--spark_master_url={master}",
        *_environment(worker_pool, image),
    ]


def dataflow_beam_pipeline_args(
    project: str, region: str, temp_location: str, image: str, *, max_workers: int
) -> list[str]:
    """Options for Google Cloud Dataflow.

    Args:
        project: of Google Cloud.
        region: for example `europe-west1`.
        temp_location: a folder on gs://.
        image: container image with this project and Beam's Python harness, in a registry.
        max_workers: upper limit of the autoscaling.

    Raises:
        ValueError: `temp_location` is not on gs://, or `max_workers` is less than one.
    """
    if not temp_location.startswith("gs://"):
        raise ValueError(f"temp_location must be a folder on gs://, not {temp_location!r}")
    if max_workers < 1:
        raise ValueError(f"max_workers must be at least 1, not {max_workers}")
    return [
        "--runner=DataflowRunner",
        f"--project={project}",
        f"--region={region}",
        f"--temp_location={temp_location}",
        f"--sdk_container_image={image}",
        f"--max_num_workers={max_workers}",
    ]


def _environment(worker_pool: str, image: str) -> list[str]:
    """Options that say where the Python work of a portable engine is done."""
    if worker_pool and image:
        raise ValueError("give either worker_pool or image, not both")
    if worker_pool:
        return ["--environment_type=EXTERNAL", f"--environment_config={worker_pool}", _NO_PACKAGE]
    if image:
        return [
            "--environment_type=DOCKER",
            f"--environment_config={image}",
            f"--sdk_container_image={image}",
        ]
    return ["--environment_type=LOOPBACK", _NO_PACKAGE]
