from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import sys
from typing import Annotated, Literal

import click
import pytest
from annotated_types import Ge, Interval
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.knobs.click_options import from_options, options_of


@dataclasses.dataclass(frozen=True)
class Choir:
    city: Annotated[str, "Where it sings."]
    singer_count: Annotated[int, "Number of singers.", Ge(1)] = 4
    loudness: Annotated[float | None, "Loudness in dBFS.", Interval(ge=-90, lt=0)] = None
    voices: Annotated[list[str], "Names of the voices."] = dataclasses.field(default_factory=list)
    hall: Annotated[Literal["small", "large"], "Hall of the concert."] = "small"
    fees: Annotated[dict[str, int | str], "Fees."] = dataclasses.field(default_factory=dict)
    scores: Annotated[pathlib.Path | None, "Folder of the scores."] = None
    recorded: Annotated[bool, "Record the concert."] = False
    encore: Annotated[bool | None, "Sing another one; by the applause if neither is given."] = None
    secret: Annotated[int, "No option."] = 7

    def __post_init__(self):
        if self.city == "nowhere":
            raise ValueError("nowhere is no city")


@click.command
@options_of(
    Choir,
    but=("secret",),
    flags={"voices": "--voice"},
    special={"scores": {"metavar": "FOLDER"}},
)
@click.option("--verbose", is_flag=True)
def command(verbose, **values):
    click.echo(repr(from_options(Choir, values)))


def _output(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(command, arguments, terminal_width=200)
    assert result.exit_code == status, result.output
    return result.output


def test_a_dataclass_of_the_defaults_is_made_of_no_options():
    assert _output("--city", "Ulm") == f"{Choir('Ulm')!r}\n"


def test_options_are_read_as_the_fields_types():
    choir = Choir(
        city="Ulm",
        singer_count=12,
        loudness=-20.0,
        voices=["alto", "bass"],
        hall="large",
        fees={"entry": 5, "coat": "free"},
        scores=pathlib.Path("scores"),
        recorded=True,
        encore=False,
    )
    arguments = (
        "--city Ulm --singer-count 12 --loudness -20 --voice alto --voice bass --hall large "
        "--fees entry=5,coat=free --scores scores --recorded --no-encore --verbose"
    )
    assert _output(*arguments.split()) == f"{choir!r}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Missing option '--city'"),
        ("--city Ulm --singer-count 0", "0 is not in the range x>=1"),
        ("--city Ulm --loudness 0", "0.0 is not in the range -90<=x<0"),
        ("--city Ulm --hall huge", "'huge' is not one of 'small', 'large'"),
        ("--city Ulm --fees entry", "fees must be NAME=VALUE with commas between"),
        ("--city Ulm --secret 3", "No such option"),
    ],
)
def test_what_cannot_be_is_refused_by_click(arguments, message):
    assert message in _output(*arguments.split(), status=2)


def test_help_and_default_are_those_declared():
    words = " ".join(_output("--help").split())
    for text in (
        "--city TEXT Where it sings. [required]",
        "--singer-count INTEGER RANGE Number of singers. [default: 4; x>=1]",
        "--loudness FLOAT RANGE Loudness in dBFS. [-90<=x<0]",
        "--voice TEXT Names of the voices. --hall",
        "--hall [small|large] Hall of the concert. [default: small]",
        "--fees NAME=VALUE,... Fees. --scores",
        "--scores FOLDER Folder of the scores. --recorded",
        "--recorded Record the concert. --encore / --no-encore",
    ):
        assert text in words
    assert "--secret" not in words


def test_what_the_dataclass_refuses_is_a_value_error():
    with pytest.raises(ValueError, match="nowhere is no city"):
        from_options(Choir, {"city": "nowhere"})


def test_tensorflow_is_not_imported():
    code = (
        "import sys, objects_that_sound.tfx_pipeline.knobs.click_options\n"
        "assert not {'tensorflow', 'tfx', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
