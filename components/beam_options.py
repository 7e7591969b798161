"""Beam pipeline options for this machine."""

from __future__ import annotations


def local_beam_pipeline_args(workers: int | None = None) -> list[str]:
    """Options that run a component's Beam pipeline here, in several processes.

    Beam's default runner, DirectRunner, hands over to Prism, a Go program that it downloads at
    first use; FnApiRunner is part of the Python package and needs nothing.

    Args:
        workers: processes; None: one for each CPU; 1: none but this one.

    Returns:
        For `Pipeline(beam_pipeline_args=...)` or `component.with_beam_pipeline_args(...)`.
    """
    runner = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
    if workers == 1:
        return [runner, "--direct_running_mode=in_memory"]
    return [
        runner,
        "--direct_running_mode=multi_processing",
        f"--direct_num_workers={workers or 0}",  # 0: as many as there are CPUs
    ]
