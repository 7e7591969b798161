"""Beam pipeline options for this machine."""

from __future__ import annotations


def local_beam_pipeline_args(workers: int | None = None, *, processes: bool = False) -> list[str]:
    """Options that run a component's Beam pipeline on this machine.

    Beam's default runner, DirectRunner, hands over to Prism, a Go program that it downloads at
    first use; FnApiRunner is part of the Python package and needs nothing.

    The calling thread by default: FnApiRunner's workers talk to each other over gRPC, which costs
    more than it gains on joins of frames and sounds, and Beam 2.72 was seen to lose elements of a
    join between threads. VideoExampleGen, the one component with real work, decodes in threads of
    its own.

    Args:
        workers: threads or processes of the runner; None or 1: just the calling thread.
        processes: whether workers are processes.

    Returns:
        For `Pipeline(beam_pipeline_args=...)` or `component.with_beam_pipeline_args(...)`.

    Raises:
        ValueError: `workers` is less than one.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    common = [
        "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner",
        # Where no option says how workers get TFX, every executor first packs TFX's folder into a
        # source package (seconds, and it needs setuptools). Local workers have TFX; no container
        # is ever started.
        "--sdk_container_image=none",
    ]
    if workers in (None, 1):
        return [*common, "--direct_running_mode=in_memory"]
    return [
        *common,
        f"--direct_running_mode={'multi_processing' if processes else 'multi_threading'}",
        f"--direct_num_workers={workers}",
    ]
