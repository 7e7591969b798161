"""How far the spans of a root have come."""

from __future__ import annotations

import enum
import os

from objects_that_sound.tfx_pipeline.report.run_records import (
    RunNotFoundError,
    RunRecords,
    read_all_run_records,
)


class SpanState(enum.IntEnum):
    """The furthest that a run came with a span."""

    OPEN = 0
    """There are no examples of it yet: its list may still grow."""
    UNJUDGED = 1
    """The run ended before DataGate."""
    REFUSED = 2
    """DataGate refused it."""
    ACCEPTED = 3
    """DataGate accepted it, but the run ended before a model was pushed or refused."""
    FINISHED = 4
    """The run went through."""


def read_span_states(metadata_path: str, pipeline_name: str) -> dict[int, SpanState]:
    """Asks ML Metadata.

    Args:
        metadata_path: its SQLite file; there may be none.
        pipeline_name: name of the pipeline.

    Returns:
        The state of every span that has examples.
    """
    if not os.path.isfile(metadata_path):
        return {}
    try:
        runs = read_all_run_records(metadata_path, pipeline_name)
    except RunNotFoundError:
        return {}
    states: dict[int, SpanState] = {}
    for run in runs:
        if run.span:
            states[run.span] = max(states.get(run.span, SpanState.OPEN), _state(run))
    return states


def _state(run: RunRecords) -> SpanState:
    gate = run.nodes.get("DataGate")
    pusher = run.nodes.get("Pusher")
    if gate is None:
        return SpanState.UNJUDGED
    if gate.stage.status == "failed":
        return SpanState.REFUSED
    if pusher is None or pusher.stage.status == "failed":
        return SpanState.ACCEPTED
    return SpanState.FINISHED
