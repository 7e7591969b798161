"""The verdict on what was measured of a candidate's server."""

from __future__ import annotations

import collections

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits

_TOLERANCE = 1e-5
_SHOWN = 5


def decide(
    limits: ServingLimits, load_seconds: float, answers: Answers, memory_bytes: int | None
) -> list[Decision]:
    """Judges each limit, and whether all was answered rightly.

    Args:
        limits: to go by.
        load_seconds: until the candidate was served.
        answers: of the requests.
        memory_bytes: peak of the server; None where it could not be measured, which passes.
    """
    decisions = [
        _at_most("load_seconds", "loading took", load_seconds, limits.load_seconds, "s"),
        _answered(answers),
    ]
    if answers.largest_difference is not None:
        decisions.append(_alike(answers.largest_difference))
    if answers.seconds:
        slowest, p99 = max(answers.all_seconds), answers.percentile(99)
        decisions += [
            _at_most(
                "request_seconds", "the slowest request took", slowest, limits.request_seconds, "s"
            ),
            _at_most("p99_seconds", "99 % of requests took up to", p99, limits.p99_seconds, "s"),
        ]
    if memory_bytes is None:
        text = "the server's memory cannot be measured on this system"
        decisions.append(Decision("memory_bytes", True, text))
    else:
        mib = 2**20
        decisions.append(
            _at_most(
                "memory_bytes",
                "the server's memory reached",
                memory_bytes / mib,
                limits.memory_bytes / mib,
                "MiB",
            )
        )
    return decisions


def _answered(answers: Answers) -> Decision:
    count = len(answers.all_seconds)
    if not count:
        return Decision("answers", False, "there was nothing to ask: no warm-up file, no examples")
    if not answers.problems:
        return Decision("answers", True, f"all {count} requests were answered with finite values")
    kinds = collections.Counter(answers.problems).most_common()
    shown = "; ".join(f"{text} ({number} times)" for text, number in kinds[:_SHOWN])
    more = f"; and {len(kinds) - _SHOWN} more kinds" if len(kinds) > _SHOWN else ""
    return Decision("answers", False, f"of {count} requests, wrong answers: {shown}{more}")


def _alike(difference: float) -> Decision:
    passed = difference <= _TOLERANCE
    text = (
        f"answers over gRPC and REST differ by {difference:.2g} at most, {_TOLERANCE:g} is allowed"
    )
    return Decision("protocols", passed, text)


def _at_most(metric: str, words: str, value: float, bound: float, unit: str) -> Decision:
    passed = value <= bound
    text = f"{words} {value:.4g} {unit}, {'within' if passed else 'over'} the limit of {bound:g} {unit}"
    return Decision(metric, passed, text)
