"""Trains on parts of the videos of a run, and measures what that costs."""

from __future__ import annotations

import json
import os
import shutil
import types
from collections.abc import Callable, Sequence

from objects_that_sound.components.avc_evaluator.avc_statistics import avc_statistics
from objects_that_sound.components.avc_evaluator.evaluator import ACCURACY
from objects_that_sound.components.avc_evaluator.scored_pairs import score_pairs
from objects_that_sound.components.avc_pair_gen.pair_counts import read_pair_counts
from objects_that_sound.components.evaluation.read_examples import split_folder
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.models.input_pipeline import example_files
from objects_that_sound.models.trainer import run_fn
from objects_that_sound.models.whole_file import whole_file
from objects_that_sound.tfx_pipeline.learning_curve.fit_curve import fit_curve
from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import LearningCurve
from objects_that_sound.tfx_pipeline.learning_curve.part_files import clips_by_scene, copy_scenes
from objects_that_sound.tfx_pipeline.learning_curve.scene_parts import ScenePart, scene_parts
from objects_that_sound.tfx_pipeline.learning_curve.trained_run import TrainedRun

PARTS = {"quarter": 0.25, "half": 0.5}
"""Shares of the videos by the names of their folders, ascending."""

_BATCH = 32
_FINISHED = "finished.json"


def measure_learning_curve(
    run: TrainedRun, folder: str, tell: Callable[[str], None] = lambda text: None
) -> LearningCurve:
    """Trains on a quarter and on a half of the scenes, and measures AVC accuracy beside the run's.

    A part that was trained is not trained again; a training that was killed goes on where it was.

    Args:
        run: what was trained.
        folder: folder that keeps the parts and gets the curve; it is made.
        tell: takes a line for each part.

    Returns:
        The curve, which is written as well.

    Raises:
        ValueError: there are too few scenes for parts of them.
        OSError: an artifact of the run is gone.
    """
    files = _files(run, "train")
    clips = clips_by_scene(files)
    *parts, everything = scene_parts(clips, [*PARTS.values(), 1.0])
    models = {}
    for name, part in zip(PARTS, parts, strict=True):
        tell(
            f"Train on {part.clips} of {everything.clips} clips "
            f"({len(part.scenes)} of {len(everything.scenes)} scenes)"
        )
        models[name] = _train_part(run, files, part, os.path.join(folder, name))
    tell("Measure all of them on the same held-out pairs")
    models["all"] = run.model
    scored = score_pairs(
        run.pairs, {name: SavedModel(path) for name, path in models.items()}, _BATCH
    )
    sizes = [part.clips for part in (*parts, everything)]
    fitted = fit_curve(
        sizes,
        [avc_statistics(scored.corresponds, scored.scores[name])[ACCURACY.name] for name in models],
        scored.groups,
        read_pair_counts(run.pairs).ceiling or 1.0,
    )
    scenes = tuple(len(part.scenes) for part in (*parts, everything))
    curve = LearningCurve(
        ACCURACY.title, tuple(sizes), scenes, fitted.figures, fitted.gain, fitted.forecast
    )
    curve.write(folder)
    return curve


def _files(run: TrainedRun, split: str) -> list[str]:
    return example_files([os.path.join(split_folder(one, split), "*") for one in run.examples])


def _train_part(run: TrainedRun, files: Sequence[str], part: ScenePart, folder: str) -> str:
    """Trains as the Trainer does; returns the model's folder."""
    model = os.path.join(folder, "model")
    finished = os.path.join(folder, _FINISHED)
    if os.path.isfile(finished):
        return model
    records = os.path.join(folder, "records")
    shutil.rmtree(records, ignore_errors=True)
    copy_scenes(files, part.scenes, records)
    run_fn(
        types.SimpleNamespace(
            train_files=[os.path.join(records, "*")],
            eval_files=[os.path.join(split_folder(one, "eval"), "*") for one in run.examples],
            custom_config=run.recipe,
            serving_model_dir=model,
            model_run_dir=os.path.join(folder, "model_run"),
            base_model=saved_model_path(run.base_model) if run.base_model else None,
        )
    )
    with whole_file(finished) as unfinished, open(unfinished, "w") as file:
        json.dump({"clips": part.clips, "scenes": len(part.scenes)}, file)
    shutil.rmtree(records)
    return model
