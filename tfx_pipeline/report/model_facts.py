"""Tells a model server, and its page, how well a model was found to do."""

from __future__ import annotations

import json
import os
from typing import Any

from objects_that_sound.models.whole_file import whole_file
from objects_that_sound.serving.model_server.model_facts import FACTS_PATH
from objects_that_sound.tfx_pipeline.report.advice.standing import beside_chance
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

_SEARCH = "ndcg_image_audio"


def model_facts(summary: RunSummary) -> dict[str, Any]:
    """Picks the facts that `serving.model_server.model_facts` names."""
    facts: dict[str, Any] = {}
    for judged in summary.metrics:
        measured = judged.measured
        estimate = measured.estimate
        if estimate is None:
            continue
        if measured.metric.name == _SEARCH and beside_chance(measured) is not None:
            facts["search"] = {
                "title": measured.metric.title,
                "value": estimate.value,
                "low": estimate.low if estimate.known else None,
                "high": estimate.high if estimate.known else None,
                "chance": measured.chance,
            }
    return facts


def write_model_facts(summary: RunSummary, version: str) -> None:
    """Writes the facts into the folder of a version.

    Args:
        summary: of the run that measured the model.
        version: folder of the version: of the model, or of the search index, here or on storage that
            TensorFlow knows.

    Raises:
        OSError: the folder can't be written.
    """
    import tensorflow as tf  # takes seconds, which callers that only pick facts need not wait for

    if not tf.io.gfile.isdir(version):
        raise FileNotFoundError(f"{version} is not there any more")
    path = os.path.join(version, FACTS_PATH)
    tf.io.gfile.makedirs(os.path.dirname(path))
    with whole_file(path) as unfinished, tf.io.gfile.GFile(unfinished, "w") as file:
        file.write(json.dumps(model_facts(summary), indent=1) + "\n")
