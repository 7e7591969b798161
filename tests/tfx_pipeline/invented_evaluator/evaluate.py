"""Measures how loud sounds are; a "model" is a folder whose file `gain` holds dB."""

from __future__ import annotations

import pathlib

import numpy as np

from invented_evaluator.evaluator import NOISE
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import mean_of, measure
from objects_that_sound.components.evaluation.read_examples import read_examples
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.models import examples as contract


def evaluate_noise(model, baseline_model=None, *, examples, options, folder):
    rows = list(read_examples(examples, "eval"))
    heard = np.array([row[contract.AUDIO_LOUDNESS][0] for row in rows])

    def statistics(path):
        loudness = heard + float(pathlib.Path(path, "gain").read_text())
        return {"loudness": mean_of(loudness), "quiet": mean_of(loudness < options.quiet_below)}

    pathlib.Path(folder, "loudness.png").write_bytes(b"")
    return EvaluationResult(
        NOISE.name,
        NOISE.title,
        measure(
            NOISE.metrics,
            statistics(model),
            statistics(baseline_model) if baseline_model else None,
            [example_fields.group(row) for row in rows],
            chance={"quiet": 0.5},
            baselines={"quiet": {"a stone": mean_of(np.ones(len(rows)))}},
            missing={"speech": "nobody speaks"},
        ),
        notes=[f"{len(rows)} sounds."],
        tables=[ResultTable("Loudness by class", ("Class", "loudness"), (("bell", -30.5),))],
    )
