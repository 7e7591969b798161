"""The model card that is pushed with a model."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
from typing import Any

from objects_that_sound.models.whole_file import whole_file
from objects_that_sound.tfx_pipeline.report.advice.advice import advise
from objects_that_sound.tfx_pipeline.report.advice.data_sentences import data_sentences
from objects_that_sound.tfx_pipeline.report.advice.training_sentences import training_sentences
from objects_that_sound.tfx_pipeline.report.advice.words import hours
from objects_that_sound.tfx_pipeline.report.glossary import GLOSSARY
from objects_that_sound.tfx_pipeline.report.page import render_page
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

MODEL_CARD_FILE = "model_card.md"


def write_model_card(summary: RunSummary, data_license: str = "") -> str:
    """Writes `model_card.md` beside the SavedModel that a run pushed.

    Args:
        summary: of a run that pushed a model, here or to storage that TensorFlow knows.
        data_license: licence of the videos, in the user's words; "" where it was not stated.

    Returns:
        Path of the file.

    Raises:
        ValueError: the run pushed no model.
        OSError: the file can't be written.
    """
    if summary.decision.pushed_destination is None:
        raise ValueError(f"run {summary.run_id} pushed no model that a card could describe")
    import tensorflow as tf  # takes seconds, which callers that only render need not wait for

    path = os.path.join(summary.decision.pushed_destination, MODEL_CARD_FILE)
    with whole_file(path) as unfinished, tf.io.gfile.GFile(unfinished, "w") as file:
        file.write(model_card(summary, data_license))
    return path


def model_card(summary: RunSummary, data_license: str = "") -> str:
    """Describes a pushed model under the headings of Hugging Face's model cards.

    Source: https://huggingface.co/docs/hub/model-card-annotated.

    Args:
        summary: of the run that pushed it; the card has the figures of its report.
        data_license: licence of the videos, in the user's words; "" where it was not stated.

    Returns:
        Markdown.
    """
    advice = advise(dataclasses.replace(summary, root="ROOT"))  # the card leaves this machine
    recipe = summary.parameters.get("Trainer", {})
    return render_page(
        "model_card.md.j2",
        summary=summary,
        decision=summary.decision,
        advice=advice,
        data_license=" ".join(data_license.split()),
        limits=[*advice.doubts, *data_sentences(summary.videos)[1:]],
        training=training_sentences(summary.history),
        recipe=json.dumps(_below("training.", recipe), indent=2),
        network=_below("network.", recipe),
        group_regex=summary.group_regex,
        hours=hours,
        glossary=GLOSSARY,
        tensorflow=importlib.metadata.version("tensorflow"),
        keras=importlib.metadata.version("keras"),
    )


def _below(prefix: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in parameters.items()
        if name.startswith(prefix)
    }
