"""What a run trained with, as ML Metadata remembers it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from objects_that_sound.tfx_pipeline.report.metadata_graph import RunNotFoundError
from objects_that_sound.tfx_pipeline.report.run_records import NodeRecord, RunRecords


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """What a run trained with, and its model.

    Attributes:
        examples: folders of the Examples artifacts.
        pairs: folder of AvcPairGen's artifact.
        model: folder of the Model artifact.
        base_model: folder of the Model artifact that training began with; "" for none.
        recipe: Trainer's `custom_config`.
    """

    examples: tuple[str, ...]
    pairs: str
    model: str
    base_model: str
    recipe: Mapping[str, Any]


def find_trained_run(records: RunRecords) -> TrainedRun:
    """Finds the artifacts of a run.

    Raises:
        RunNotFoundError: the run has no model, or no pairs to measure it on.
    """
    trainer, pair_gen = (_finished(records, name) for name in ("Trainer", "AvcPairGen"))
    return TrainedRun(
        examples=tuple(one.uri for one in trainer.inputs["examples"]),
        pairs=pair_gen.outputs["pairs"][0].uri,
        model=trainer.outputs["model"][0].uri,
        base_model=next((one.uri for one in trainer.inputs.get("base_model", [])), ""),
        recipe=json.loads(trainer.parameters["custom_config"]),
    )


def _finished(records: RunRecords, name: str) -> NodeRecord:
    node = records.nodes.get(name)
    if node is None or node.stage.status == "failed":
        raise RunNotFoundError(
            f"{name} did not finish in run {records.run_id}: run the pipeline again first"
        )
    return node
