"""Loads the model that a new one is compared with."""

from __future__ import annotations

from absl import logging

from objects_that_sound.components.evaluation.saved_model import SavedModel


def load_baseline_model(path: str | None, model: SavedModel) -> SavedModel | None:
    """Loads the latest blessed model, if it can be measured on the same examples.

    Args:
        path: path of it, see `saved_model_path`; None if there is none.
        model: new model.

    Returns:
        None if there is none, or if it hears sounds of another rate, or looks at more frames, than
        the new one (another preset under the same root): then there is nothing to compare.
    """
    if path is None:
        return None
    baseline = SavedModel(path)
    rates = [one.sample_rate for one in (model, baseline)]
    if None not in rates and rates[0] != rates[1]:
        logging.warning(
            "No comparison: the model hears %s Hz, the latest blessed one %s Hz", *rates
        )
        return None
    if baseline.frames not in (1, model.frames):
        logging.warning(
            "No comparison: the model looks at %s frames, the latest blessed one at %s",
            *(model.frames, baseline.frames),
        )
        return None
    return baseline
