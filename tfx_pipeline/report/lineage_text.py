"""A model's lineage in words."""

from __future__ import annotations

from collections.abc import Iterable

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric
from objects_that_sound.tfx_pipeline.report.lineage import ExamplesLineage, ModelLineage

_LIBRARIES = {"tfx": "TFX", "tensorflow": "TensorFlow", "keras": "Keras", "python": "Python"}


def lineage_text(lineage: ModelLineage, with_videos: bool = False) -> str:
    """Describes a model, and more briefly its bases, back to the first.

    Args:
        lineage: of the model.
        with_videos: name every video.
    """
    parts = [
        "\n".join(_model(model, with_videos, brief=number > 0))
        for number, model in enumerate(lineage.chain())
    ]
    return "\n\n".join(parts)


def code_text(notes: dict[str, str]) -> str:
    """The code of a run in one line."""
    if not notes.get("package"):
        return "not noted"
    parts = [f"objects-that-sound {notes['package']}"]
    if notes.get("git_commit"):
        parts.append(f"commit {notes['git_commit']}")
    parts += [f"{name} {notes[key]}" for key, name in _LIBRARIES.items() if notes.get(key)]
    return ", ".join(parts)


def examples_text(examples: ExamplesLineage) -> str:
    """A span in one line."""
    counts = ", ".join(f"{count} {name[4:]}" for name, count in examples.counts.items())
    name = f"span {examples.span}" if examples.span else "examples"
    accepted = f"; {examples.overruled} differences accepted on demand"
    return f"{name}: {counts}{accepted if examples.overruled else ''}"


def metric_text(metric: JudgedMetric) -> str:
    """A metric with its interval, its change and what was asked, in one line."""
    measured = metric.measured
    text = f"{metric.metric.title} "
    if measured.estimate is None:
        text += f"not measured: {measured.missing}"
    else:
        text += _figure(measured.estimate, ".3f")
    if measured.change is not None:
        text += f", change {_figure(measured.change, '+.3f')}"
    if metric.decisions:
        bounds = ", ".join(one.bound for one in metric.decisions)
        text += f"; asked {bounds}: {'passed' if metric.passed else 'failed'}"
    return text


def shown_metrics(model: ModelLineage, brief: bool = False) -> list[JudgedMetric]:
    """The metrics of a model worth a line: those decided on and, unless in brief, those known."""
    return [
        metric
        for metric in model.metrics
        if metric.decisions
        or (not brief and metric.measured.estimate is not None and metric.measured.estimate.known)
    ]


def _figure(estimate: Estimate, form: str) -> str:
    ends = f" ({estimate.low:{form}} to {estimate.high:{form}})" if estimate.known else ""
    return f"{estimate.value:{form}}{ends}"


def _model(model: ModelLineage, with_videos: bool, brief: bool) -> Iterable[str]:
    yield f"Version {model.version or 'never pushed'}  {model.destination}"
    yield f"  trained in    run {model.run}, preset {model.notes.get('preset', 'not noted')}"
    yield f"  by            {code_text(model.notes)}"
    base = "random weights" if model.base is None else f"version {model.base.version or '?'}"
    yield f"  from          {base}"
    yield f"  compared with {'version ' + model.compared_with if model.compared_with else 'nothing'}"
    for examples in model.examples:
        yield f"  on            {examples_text(examples)}"
        yield f"                {examples.uri}"
        if with_videos:
            if examples.videos is None:
                yield "                (which videos is not known: the artifact keeps no list)"
            for row in examples.videos or ():
                yield f"                {row['split']}  {row['path']}"
    for metric in shown_metrics(model, brief):
        yield f"  measured      {metric_text(metric)}"
    if brief:
        return
    for name, value in model.parameters.items():
        yield f"  parameter     {name} = {value}"
    for name, uri in model.artifacts.items():
        yield f"  artifact      {name} {uri}"
