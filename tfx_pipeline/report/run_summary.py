"""What the report of a run is made of."""

from __future__ import annotations

import dataclasses
from typing import Any

from objects_that_sound.components.drift_validator.comparison import Comparison
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import LearningCurve
from objects_that_sound.tfx_pipeline.report.held_out_clips import HeldOutClip
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric, judged_metrics
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts


@dataclasses.dataclass(frozen=True)
class Stage:
    """One component's execution.

    Attributes:
        name: the component's id in the pipeline.
        seconds: wall-clock time.
        status: "run", "cached" (outputs of an earlier run reused) or "failed".
    """

    name: str
    seconds: float
    status: str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What the gate decided.

    Attributes:
        blessed: the gate's verdict; None where the run did not get that far.
        reasons: why, in plain words.
        pushed_version: name of the version folder that was pushed, None if none was.
        pushed_destination: that folder.
        pushed_index: likewise, of the search index.
    """

    blessed: bool | None = None
    reasons: tuple[str, ...] = ()
    pushed_version: str | None = None
    pushed_destination: str | None = None
    pushed_index: str | None = None


@dataclasses.dataclass(frozen=True)
class SpanSummary:
    """What a continuous run did with its new videos.

    Attributes:
        number: of the span.
        window: numbers of the spans that were trained on; empty if it did not get that far.
        folder: of DriftValidator's pictures, "" if it did not get that far.
        comparisons: of distributions.
        overruled: how many anomalies were accepted on demand.
    """

    number: int
    window: tuple[int, ...] = ()
    folder: str = ""
    comparisons: tuple[Comparison, ...] = ()
    overruled: int = 0


@dataclasses.dataclass(frozen=True)
class RunSummary:
    """Everything that the report shows; parts that a run lacks are empty or None.

    Attributes:
        title: heading.
        root: folder of the run.
        run_id: the pipeline run's id.
        parameters: by component, parameters by name.
        decision: of the gate.
        evaluations: what each evaluator found.
        thresholds: what was asked, by name of the evaluator.
        candidate: folder of the model that was trained, as an artifact; "" if none was.
        history: of the training; None where no model was trained.
        serving: figures of ServingValidator's requests to the model, by name, and under `answers` a
            list of rows; None if it was not pushed.
        stages: in the order they ran.
        data: counts by name.
        videos: counts of what the model was trained on and judged by; None where it is not known.
        learning_curve: how the model grows with the videos; None where nobody measured it.
        rejects: one row a video that could not be used: `video`, `reason`, `detail`.
        span: of a continuous run.
        held_out_clips: overlay videos of clips that were not trained on; None where nobody made any.
        trend: all runs of the root, oldest first, as rows of `run_table`.
    """

    title: str
    root: str = ""
    run_id: str = ""
    parameters: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    decision: Decision = dataclasses.field(default_factory=Decision)
    evaluations: tuple[RunEvaluation, ...] = ()
    thresholds: dict[str, tuple[Threshold, ...]] = dataclasses.field(default_factory=dict)
    candidate: str = ""
    history: TrainingHistory | None = None
    serving: dict[str, Any] | None = None
    stages: tuple[Stage, ...] = ()
    data: dict[str, int] = dataclasses.field(default_factory=dict)
    videos: VideoCounts | None = None
    learning_curve: LearningCurve | None = None
    rejects: tuple[dict[str, str], ...] = ()
    span: SpanSummary | None = None
    held_out_clips: tuple[HeldOutClip, ...] | None = None
    trend: tuple[dict[str, Any], ...] = ()

    @property
    def group_regex(self) -> str:
        """Expression that found the scenes in the names of the videos; "" if none was given."""
        return self.parameters.get("VideoExampleGen", {}).get("group_regex", "")

    @property
    def metrics(self) -> list[JudgedMetric]:
        """All that was measured, with what was decided."""
        return [one for each in self.evaluations for one in judged_metrics(each.result)]

    def evaluation(self, evaluator: str) -> RunEvaluation | None:
        """What the evaluator of a name found; None if the run has nothing of it."""
        found = (one for one in self.evaluations if one.result.evaluator == evaluator)
        return next(found, None)

    def folder(self, evaluator: str) -> str:
        """Folder with the pictures of the evaluator of a name; "" if the run has nothing of it."""
        found = self.evaluation(evaluator)
        return found.folder if found else ""
