from __future__ import annotations

import dataclasses
import pathlib
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Interval, Lt

from objects_that_sound.tfx_pipeline.knobs.knob import check, knobs_of, parse


@dataclasses.dataclass(frozen=True)
class Choir:
    name: Annotated[str, "Name on the posters."]
    singers: Annotated[int, "Number of singers.", Ge(1)] = 4
    loudness: Annotated[float | None, "Loudness in dBFS; None for any.", Interval(ge=-90, lt=0)] = (
        None
    )
    voices: Annotated[list[str], "Names of the voices."] = dataclasses.field(
        default_factory=lambda: ["alto"]
    )
    pauses: Annotated[tuple[int, ...], "Pauses in bars.", Lt(9)] = (1, 2)
    hall: Annotated[Literal["small", "large"], "Hall of the concert."] = "small"
    fees: Annotated[dict[str, int | str], "Fees by name."] = dataclasses.field(default_factory=dict)
    fading: Annotated[float | Literal["cosine"], "How it ends."] = "cosine"
    scores: Annotated[pathlib.Path | None, "Folder of the scores."] = None
    encore: Annotated[bool, "Whether there is one."] = True


KNOBS = {knob.name: knob for knob in knobs_of(Choir)}


def test_a_field_is_read_as_it_is_declared():
    assert list(KNOBS) == [field.name for field in dataclasses.fields(Choir)]
    name, singers, loudness = (KNOBS[one] for one in ("name", "singers", "loudness"))
    assert name.required
    assert (name.kind, name.help, name.bounds) == (str, "Name on the posters.", {})
    assert (singers.required, singers.optional, singers.default) == (False, False, 4)
    assert (singers.kind, singers.bounds) == (int, {"ge": 1})
    assert (loudness.kind, loudness.optional, loudness.default) == (float, True, None)
    assert loudness.bounds == {"ge": -90, "lt": 0}
    assert KNOBS["encore"].kind is bool
    assert KNOBS["scores"].kind is pathlib.Path


def test_several_values_and_choices_are_told_apart():
    assert KNOBS["voices"].container is list
    assert KNOBS["voices"].default == ["alto"]
    assert (KNOBS["pauses"].container, KNOBS["pauses"].kind) == (tuple, int)
    assert KNOBS["pauses"].one.bounds == {"lt": 9}
    assert (KNOBS["hall"].choices, KNOBS["hall"].kind) == (("small", "large"), str)
    assert KNOBS["fees"].mapping
    assert KNOBS["fees"].kind is KNOBS["fading"].kind is None
    assert KNOBS["name"].container is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "a,b", "a,b"),
        ("singers", "12", 12),
        ("loudness", "-3e1", -30.0),
        ("loudness", "none", None),
        ("voices", "alto,bass", ["alto", "bass"]),
        ("pauses", "3,4", (3, 4)),
        ("pauses", "", ()),
        ("hall", "large", "large"),
        ("fees", "entry=5,coat=none at all", {"entry": 5, "coat": "none at all"}),
        ("fading", "0.5", 0.5),
        ("fading", "cosine", "cosine"),
        ("scores", "here/there", pathlib.Path("here/there")),
        ("scores", "none", None),
        ("encore", "false", False),
    ],
)
def test_a_text_is_read_as_the_declared_type(name, text, value):
    read = parse(KNOBS[name], text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("singers", "four", "singers must be a whole number of at least 1, not 'four'"),
        ("singers", "0", "singers must be a whole number of at least 1, not '0'"),
        ("loudness", "0", "a number of at least -90 and below 0 or none, not '0'"),
        ("pauses", "3,9", r"each a whole number below 9, not '3,9'"),
        ("pauses", "3;4", "each a whole number below 9, not '3;4'"),
        ("hall", "huge", "hall must be 'small' or 'large', not 'huge'"),
        ("fees", "entry", "fees must be NAME=VALUE with commas between, .*, not 'entry'"),
        ("fading", "linear", "fading must be a number or 'cosine', not 'linear'"),
        ("encore", "yes", "encore must be true or false, not 'yes'"),
    ],
)
def test_another_text_is_refused_with_what_was_wanted(name, text, message):
    with pytest.raises(ValueError, match=message):
        parse(KNOBS[name], text)


def test_a_value_is_checked_like_a_text():
    check(KNOBS["pauses"], (3,))
    with pytest.raises(ValueError, match=r"below 9, not \[3\]"):
        check(KNOBS["pauses"], [3])
