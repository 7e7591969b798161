"""Reads what TFMA decided in runs of version 0.1, where it was the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from objects_that_sound.tfx_pipeline.report.evaluator_result import EvaluatorResult

if TYPE_CHECKING:
    import tensorflow_model_analysis as tfma


def read_tfma_result(folder: str) -> EvaluatorResult:
    """Reads the `evaluation` artifact of TFX's own Evaluator as if AvcEvaluator had written it.

    Args:
        folder: the artifact's uri.

    Returns:
        The overall metrics, and a decision for every threshold.
    """
    import tensorflow_model_analysis as tfma  # takes seconds, and few runs need it

    result = tfma.load_eval_result(folder)
    metrics = _overall_metrics(result)
    decisions: list[dict[str, Any]] = []
    failed = set()

    def decide(name: str, sentences: list[str], passed: bool) -> None:
        decisions.extend({"metric": name, "passed": passed, "text": text} for text in sentences)

    for slice_result in tfma.load_validation_result(folder).metric_validations_per_slice:
        for failure in slice_result.failures:
            key = failure.metric_key
            change = key.is_diff or failure.metric_threshold.HasField("change_threshold")
            failed.add((key.name, change))
            if failure.metric_value.HasField("double_value"):
                value = failure.metric_value.double_value.value
                words = _sentences(key.name, value, failure.metric_threshold, met=False)
            else:
                words = [f"{key.name}: {failure.message or 'there is no value'}"]
            decide(key.name, words, False)
    for (name, change), threshold in _thresholds(result.config).items():
        figure = f"{name}_diff" if change else name
        if figure in metrics and (name, change) not in failed:
            decide(name, _sentences(name, metrics[figure], threshold, met=True), True)
    changes = {name for name in metrics if name.endswith("_diff")}
    return EvaluatorResult(
        node="AvcEvaluator",
        metrics={
            **{name: value for name, value in metrics.items() if name not in changes},
            "change": {name.removesuffix("_diff"): {"value": metrics[name]} for name in changes},
        },
        decisions=tuple(decisions),
    )


def _overall_metrics(result: tfma.EvalResult) -> dict[str, float]:
    found = {}
    for slice_key, outputs in result.slicing_metrics:
        if slice_key == ():
            for metrics in outputs.values():
                for name, value in metrics.get("", {}).items():
                    if "doubleValue" in value:
                        found[name] = float(value["doubleValue"])
    return found


def _thresholds(config: tfma.EvalConfig) -> dict[tuple[str, bool], tfma.MetricThreshold]:
    """The thresholds on all examples together, by metric and whether on its change."""
    import tensorflow_model_analysis as tfma

    thresholds = {}
    by_key = tfma.metrics.metric_thresholds_from_metrics_specs(
        config.metrics_specs, eval_config=config
    )
    for key, per_slice in by_key.items():
        for slice_spec, bound in per_slice:
            if slice_spec is None:
                kind = "change_threshold" if key.is_diff else "value_threshold"
                thresholds[key.name, key.is_diff] = tfma.MetricThreshold(**{kind: bound})
    return thresholds


def _sentences(name: str, value: float, threshold: tfma.MetricThreshold, met: bool) -> list[str]:
    """Says how a value (or, for a change threshold, a difference) stands to its threshold."""
    said = []
    if threshold.HasField("value_threshold"):
        bounds = threshold.value_threshold
        if bounds.HasField("lower_bound"):
            relation = "is at least" if met else "is below"
            said.append(
                f"{name} {value:.3f} {relation} the threshold {bounds.lower_bound.value:.3f}"
            )
        if bounds.HasField("upper_bound"):
            relation = "is at most" if met else "is not within"
            said.append(f"{name} {value:.3f} {relation} the limit {bounds.upper_bound.value:.3f}")
    if threshold.HasField("change_threshold"):
        bound = threshold.change_threshold
        limits = []
        if bound.HasField("absolute"):
            limits.append(f"{bound.absolute.value:+.3f}")
        if bound.HasField("relative"):
            limits.append(f"{100 * bound.relative.value:+.1f} %")
        verdict = "within" if met else "beyond"
        said.append(
            f"{name} changed by {value:+.3f} against the latest blessed model, {verdict} the "
            f"limit of {' and '.join(limits)}"
        )
    return said
