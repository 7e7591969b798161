"""Which spans are trained on."""

from __future__ import annotations

import pytest
from tfx.types import standard_artifacts

from objects_that_sound.components.data_gate.accepted_spans import AcceptedSpans
from objects_that_sound.components.data_gate.data_blessing import DataBlessing


def _examples(number: int, span: int):
    artifact = standard_artifacts.Examples()
    artifact.id = number
    artifact.set_int_custom_property("span", span)
    return artifact


def _blessing(number: int, examples):
    artifact = DataBlessing()
    artifact.id = number
    artifact.set_int_custom_property("examples_id", examples.id)
    artifact.set_int_custom_property("span", examples.get_int_custom_property("span"))
    return artifact


def _chosen(examples, blessed, latest: int = 4, before: int = 100) -> list[int]:
    blessings = [_blessing(50 + number, one) for number, one in enumerate(blessed)]
    resolved = AcceptedSpans(latest, before).resolve_artifacts(
        None, {"examples": list(examples), "blessing": blessings}
    )
    assert len(resolved["blessing"]) == len(resolved["examples"])
    return [one.id for one in resolved["examples"]]


def test_a_refused_span_takes_no_place():
    spans = [_examples(10 + span, span) for span in range(1, 6)]
    accepted = [spans[0], spans[1], spans[3], spans[4]]
    assert _chosen(spans, accepted, latest=3) == [15, 14, 12]
    assert _chosen(spans, accepted) == [15, 14, 12, 11]


def test_a_span_ingested_twice_counts_once():
    first, second = _examples(1, span=1), _examples(2, span=1)
    assert _chosen([first, second], [first, second]) == [2]
    assert _chosen([first, second], [second, first]) == [1]  # the last word on it


def test_the_span_before_is_not_the_span_itself():
    spans = [_examples(10 + span, span) for span in (1, 2, 3)]
    assert _chosen(spans, spans, latest=1, before=3) == [12]
    assert _chosen(spans, spans, latest=1, before=1) == []


def test_nothing_was_accepted():
    assert _chosen([_examples(1, 1)], []) == []
    assert _chosen([], []) == []


def test_a_blessing_whose_examples_are_gone_does_not_count():
    kept, gone = _examples(1, span=1), _examples(2, span=2)
    assert _chosen([kept], [kept, gone]) == [1]


def test_a_window_has_a_span():
    with pytest.raises(ValueError, match="at least 1"):
        AcceptedSpans(0, 1)
