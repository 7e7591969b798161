"""What an evaluator declares, so that everything else can find and use it."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.evaluation.threshold import Threshold, check_threshold


@dataclasses.dataclass(frozen=True)
class Evaluator:
    """An evaluator: one folder, and one line in `components/evaluators.py`.

    Attributes:
        name: name in thresholds and files, such as `avc`.
        title: name for people.
        help: question that it answers, in one line.
        metrics: all that it can measure.
        function: "module:name" of what measures: a function of the model's path, `baseline_model`
            (a path or None), the `inputs`, `options`, and `folder` for pictures; it returns an
            `EvaluationResult`.
        component: "module:name" of its TFX component.
        options: dataclass of its options.
        inputs: names of what it measures on: `examples` (folders of Examples artifacts), `pairs`
            (the folder of AvcPairGen's), `baselines` (the folder of BaselineEvaluator's result).
        optional_inputs: those of them that it can do without.
        examples_help: what examples are to it, for people.
        with_chance: metrics whose chance it measures; a threshold may ask that they beat it.
        with_baselines: metrics that it has baselines beside, likewise.
        options_of_run: gives its options from those of a run, by name, or None where the run leaves
            the evaluator out; if missing, the run's options of the same names are taken.
    """

    name: str
    title: str
    help: str
    metrics: tuple[Metric, ...]
    function: str
    component: str
    options: type[EvaluatorOptions]
    inputs: tuple[str, ...] = ("examples",)
    optional_inputs: tuple[str, ...] = ()
    examples_help: str = "Examples to measure on"
    with_chance: tuple[Metric, ...] = ()
    with_baselines: tuple[Metric, ...] = ()
    options_of_run: Callable[[Mapping[str, Any]], EvaluatorOptions | None] | None = None

    def load_function(self) -> Callable[..., Any]:
        """Imports what measures."""
        return _load(self.function)

    def load_component(self) -> Callable[..., Any]:
        """Imports the TFX component."""
        return _load(self.component)

    def run_options(self, run: Mapping[str, Any]) -> EvaluatorOptions | None:
        """The evaluator's options in a run; None where the run leaves it out."""
        if self.options_of_run is not None:
            return self.options_of_run(run)
        names = {field.name for field in dataclasses.fields(self.options)}
        return self.options(**{name: run[name] for name in names & set(run)})

    def check(self, thresholds: Sequence[Threshold]) -> None:
        """Refuses thresholds that no model could be judged by; see `check_threshold`.

        Raises:
            ValueError: there is one.
        """
        for threshold in thresholds:
            try:
                check_threshold(
                    threshold,
                    self.metrics,
                    with_chance=self.with_chance,
                    with_baselines=self.with_baselines,
                )
            except ValueError as error:
                raise ValueError(f"threshold on {self.name}: {error}") from error


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
