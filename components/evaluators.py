"""The evaluators whose verdicts the gate goes by, by name; an evaluator is one line here."""

from __future__ import annotations

from objects_that_sound.components.avc_evaluator.evaluator import AVC
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import (
    LOCALISATION_BENCHMARK,
)
from objects_that_sound.components.localisation_evaluator.evaluator import LOCALISATION
from objects_that_sound.components.retrieval_evaluator.evaluator import RETRIEVAL
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import SOUND_BENCHMARK

EVALUATORS: dict[str, Evaluator] = {
    evaluator.name: evaluator
    for evaluator in (AVC, LOCALISATION, LOCALISATION_BENCHMARK, RETRIEVAL, SOUND_BENCHMARK)
}
