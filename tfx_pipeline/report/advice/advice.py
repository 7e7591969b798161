"""The advice of a run: one place that the terminal, report.html and report.json read."""

from __future__ import annotations

import dataclasses
import enum
import shlex
from typing import Any

from objects_that_sound.tfx_pipeline.report.advice.data_sentences import data_sentences
from objects_that_sound.tfx_pipeline.report.advice.doubts import doubts_of
from objects_that_sound.tfx_pipeline.report.advice.figure_sentences import figure_sentences
from objects_that_sound.tfx_pipeline.report.advice.next_steps import next_steps
from objects_that_sound.tfx_pipeline.report.advice.opening import opening_sentence
from objects_that_sound.tfx_pipeline.report.advice.refusal import refusal_sentences, refusals
from objects_that_sound.tfx_pipeline.report.advice.standing import headlines
from objects_that_sound.tfx_pipeline.report.advice.training_sentences import training_sentences
from objects_that_sound.tfx_pipeline.report.advice.video_sentences import video_sentences
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary
from objects_that_sound.tfx_pipeline.servable_candidate import is_servable

CANDIDATE_NAME = "objects-that-sound-candidate"
_PORT, _REST_PORT = 8510, 8511  # beside those of a server of pushed models


class Tone(enum.Enum):
    """How a run's end is to be told."""

    GOOD = "good"
    """A model was pushed, something was asked of it, and it is surely better than guessing."""
    CAUTION = "caution"
    """A model was pushed, but that says little."""
    BAD = "bad"
    """No model was pushed."""


@dataclasses.dataclass(frozen=True)
class Advice:
    """What a run's figures mean, and what to do next.

    Attributes:
        tone: colour of the headline.
        headline: what came of the run.
        opening: what was learnt, how sure that is, and whether it was pushed, in one sentence for a
            reader who knows none of the figures.
        doubts: sentences on why a pushed model is no success yet.
        findings: sentences on the videos, the figures, the training, and more video.
        next_steps: what to do, what helps most first.
        candidate: sentences on a model that was trained and not pushed: where it lies, and what
            refused it; empty where there is none.
        commands: command lines that serve and ask the candidate; empty where it can't be served.
    """

    tone: Tone
    headline: str
    opening: str = ""
    doubts: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    candidate: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return dataclasses.asdict(self) | {"tone": self.tone.value}


def advise(summary: RunSummary) -> Advice:
    """Makes the advice of what is known of a run."""
    version = summary.decision.pushed_version
    doubts, candidate, commands = [], [], []
    if version is None:
        reasons = "; ".join(summary.decision.reasons) or "the run did not reach a decision"
        tone, headline = Tone.BAD, f"Not pushed: {reasons}"
        if summary.candidate:
            candidate, commands = _candidate(summary), _commands(summary.candidate)
    else:
        doubts = doubts_of(summary.metrics)
        tone = Tone.CAUTION if doubts else Tone.GOOD
        headline = f"Pushed and served version {version}"
    findings = [
        *data_sentences(summary.videos),
        *(sentence for one in headlines(summary.metrics) for sentence in figure_sentences(one)),
        *training_sentences(summary.history),
        *video_sentences(summary.learning_curve),
    ]
    steps = next_steps(summary)
    return Advice(
        tone,
        headline,
        opening_sentence(summary),
        *map(tuple, (doubts, findings, steps, candidate, commands)),
    )


def _candidate(summary: RunSummary) -> list[str]:
    lines = [f"The model that was not pushed lies in {summary.candidate}."]
    if summary.decision.blessed:
        lines.append("The gate blessed it; the test of serving it failed, which no option changes.")
    return lines + refusal_sentences(refusals(summary))


def _commands(candidate: str) -> list[str]:
    if not is_servable(candidate):
        return []
    name = f"--model_name={CANDIDATE_NAME}"
    ports = f"--port={_PORT} --rest_api_port={_REST_PORT}"
    return [
        f"ots serve --model_base_path={shlex.quote(candidate)} {name} {ports}",
        f"ots score --server=localhost:{_PORT} {name} --video=VIDEO",
    ]
