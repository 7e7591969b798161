"""What `ots run` prints of a run, without running one."""

from __future__ import annotations

import json
import pathlib
import sys

import click
import pytest
from click.testing import CliRunner, Result

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.commands import run_and_tell
from objects_that_sound.tfx_pipeline.commands.advice_text import tell_advice
from objects_that_sound.tfx_pipeline.commands.exit_status import NOT_PUSHED
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.run_outcome import RunOutcome
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


@pytest.fixture
def videos(tmp_path) -> pathlib.Path:
    """A folder of files that nothing has looked into."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("v_Bell_g1_c1", "v_Bell_g1_c2", "v_Drum_g2_c1", "holiday"):
        (folder / f"{name}.mp4").write_bytes(b"video")
    return folder


@pytest.mark.parametrize(
    ("command", "option", "pattern"),
    [
        ("run", "--group-regex", "_scene"),
        ("run", "--label-regex", "class-(.)"),
        ("continue", "--group-regex", "_scene"),
    ],
)
def test_a_pattern_that_matches_no_name_ends_the_run_before_it_begins(
    videos, tmp_path, command, option, pattern
):
    root = tmp_path / "root"
    result = CliRunner().invoke(
        main, [command, "--videos", str(videos), "--root", str(root), option, pattern]
    )
    assert result.exit_code == 1
    assert f"{option} {pattern!r} matches none of 4 names, for example 'holiday.mp4'" in (
        result.output
    )
    assert not root.exists()


ADVICE = {
    "tone": "bad",
    "headline": "Not pushed: avc_accuracy is below 0.800",
    "doubts": [],
    "findings": ["The model learnt from 400 clips of 80 scenes. " + "It is a long story. " * 8],
    "next_steps": ["Give more video. " * 5 + "To learn more, run `ots advise --root /runs/a`."],
    "candidate": ["The model that was not pushed lies in /runs/a/b."],
    "commands": ["ots serve --model_base_path=" + "/very/long/path" * 12],
}


def _printed(advice: dict) -> str:
    @click.command()
    def command() -> None:
        tell_advice(advice)

    return CliRunner().invoke(command, color=True).output


def test_the_advice_is_told_in_order_and_commands_stay_whole():
    output = click.unstyle(_printed(ADVICE))
    lines = output.splitlines()
    assert lines[0] == ADVICE["headline"]
    titles = ["What this means", "What to do next", "The model that was not pushed"]
    assert [line for line in lines if line in titles] == titles
    assert "    " + ADVICE["commands"][0] in lines
    assert "`ots advise --root /runs/a`" in output
    flat = " ".join(output.split())
    assert all(
        " ".join(sentence.split()) in flat
        for name in ("findings", "next_steps", "candidate")
        for sentence in ADVICE[name]
    )
    assert all(len(line) <= 100 for line in lines if "ots serve" not in line)


@pytest.mark.parametrize(
    ("tone", "colour"), [("good", "green"), ("caution", "yellow"), ("bad", "red")]
)
def test_only_a_good_model_is_told_in_green(tone, colour):
    doubts = ["AVC accuracy is 0.50, which is not surely better than chance."]
    output = _printed(ADVICE | {"tone": tone, "doubts": doubts})
    assert click.style(ADVICE["headline"], fg=colour) in output
    assert click.style(doubts[0], fg=colour) in output
    assert ("\x1b[32m" in output) is (tone == "good")


def test_what_there_is_nothing_to_say_of_has_no_title():
    nothing = {"findings": [], "next_steps": [], "candidate": [], "commands": []}
    assert click.unstyle(_printed(ADVICE | nothing)) == ADVICE["headline"] + "\n"


def test_every_stage_that_was_not_reused_tells_how_long_it_took(capsys, set_clock):
    clock = iter([0.0, 20.0, 20.0, 30.0, 330.0])
    set_clock(run_and_tell, monotonic=lambda: next(clock))
    printer = run_and_tell._Printer(RunOptions(("x",)), "root")
    for name in ("VideoExampleGen", "StatisticsGen", "Trainer"):
        printer.stage_started(name)
        if name == "StatisticsGen":
            printer.stage_reused(name)
    printer.stage_ended()
    printer.stage_ended()
    assert capsys.readouterr().err.splitlines() == [
        "── VideoExampleGen",
        "   20 seconds",
        "── StatisticsGen",
        "   unchanged: outputs of an earlier run are used",
        "── Trainer",
        "   5 minutes",
    ]


REPORT = {
    "advice": ADVICE,
    "stages": [{"name": "Trainer", "seconds": 3.0, "status": "cached"}],
    "rejects": [{"video": "\udcff.mp4", "reason": "silent", "detail": ""}],
    "pushed_version": None,
}
COMMANDS = {
    "run": ["run", "--videos", "videos"],
    "continue": ["continue", "--videos", "videos"],
    "demo": ["demo"],
}


@pytest.fixture
def tell(monkeypatch, tmp_path):
    """`tell(command, *switches, report=REPORT)`: how a command ends whose run tells all and is refused."""

    def invoke(command: str, *switches: str, report: dict = REPORT) -> Result:
        def run(options, root, *, listener, **_):
            listener.span_planned("Span 1: 10 new videos")
            listener.stage_started("Trainer")
            print("Train: 50%", file=sys.stderr)
            return RunOutcome(RunPaths.under(root), report)

        monkeypatch.setattr(run_and_tell, "run", run)
        return CliRunner().invoke(
            main, [*COMMANDS[command], "--root", str(tmp_path / "root"), *switches]
        )

    return invoke


@pytest.mark.parametrize("command", COMMANDS)
def test_json_alone_is_on_stdout_and_the_words_are_on_stderr(tell, command):
    result = tell(command, "--json")
    assert result.exit_code == NOT_PUSHED
    assert json.loads(result.stdout) == REPORT
    for words in ("Span 1", "── Trainer", "Train: 50%", ADVICE["headline"], "Reused", "Report: "):
        assert words in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_leaves_the_end_only(tell, command):
    result = tell(command, "--quiet")
    assert result.exit_code == NOT_PUSHED
    assert result.stderr == ""
    assert ADVICE["headline"] in result.stdout and "Report: " in result.stdout
    assert "Trainer\n" not in result.stdout.replace("run: Trainer\n", "")


def test_quiet_json_is_json_and_nothing_else(tell):
    result = tell("run", "--json", "--quiet")
    assert result.exit_code == NOT_PUSHED
    assert json.loads(result.stdout) == REPORT
    assert result.stderr == ""


def test_a_run_that_has_nothing_to_do_says_so_or_is_an_empty_object(tell):
    quiet = tell("continue", "--quiet", report={})
    assert (quiet.exit_code, quiet.stdout) == (0, "Span 1: 10 new videos\n")
    told = tell("continue", "--json", report={})
    assert (told.exit_code, json.loads(told.stdout)) == (0, {})


def test_an_error_is_told_even_quietly(tell, tmp_path):
    arguments = [
        "run",
        "--videos",
        "nowhere",
        "--root",
        str(tmp_path / "root"),
        "--quiet",
        "--json",
    ]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nowhere" in result.stderr
