from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.commands import run_and_tell, runs

COMMANDS = [
    *("videos", "presets"),
    *("demo", "run", "continue"),
    *("report", "runs", "advise", "evaluate", "lineage", "clean"),
    *("embed", "score", "localise", "index", "search", "serve"),
    *("compile", "submit"),
]

_PROGRAM = """
import json, sys
from click.testing import CliRunner
from objects_that_sound.tfx_pipeline.cli import main
results = [CliRunner().invoke(main, arguments) for arguments in json.loads(sys.argv[1])]
print(json.dumps({
    "results": [[result.exit_code, result.output] for result in results],
    "modules": sorted({name.split(".")[0] for name in sys.modules}),
}))
"""

HEAVY = {"tensorflow", "tfx", "keras", "apache_beam", "tensorflow_model_analysis", "matplotlib"}


def _in_a_process_of_its_own(*calls: list[str]) -> tuple[list[tuple[int, str]], set[str]]:
    """Exit codes and outputs of `ots` with each call's arguments; modules imported by all."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps(calls)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    return found["results"], set(found["modules"])


def test_help_lists_all_commands_in_the_order_of_work_and_imports_nothing_heavy():
    [(status, output)], modules = _in_a_process_of_its_own(["--help"])
    assert status == 0
    sections = output.partition("Before a run:")[2]
    rows = [line for line in sections.splitlines() if line[:2] == "  " and line[2:3].strip()]
    assert [row.split()[0] for row in rows] == COMMANDS
    headings = [line for line in output.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings[1:] == [
        "Before a run:",
        "Train:",
        "After a run:",
        "Use a model:",
        "On a cluster:",
    ]
    assert not modules & (HEAVY | {"numpy", "av"})


def test_the_help_of_every_command_has_an_example_and_imports_nothing_heavy():
    evaluators = [["evaluate", name.replace("_", "-")] for name in EVALUATORS]
    commands = [*([name] for name in COMMANDS), *evaluators]
    commands += [["videos", "check"], ["videos", "generate"]]
    results, modules = _in_a_process_of_its_own(*[[*command, "--help"] for command in commands])
    assert [status for status, _ in results] == [0] * len(commands)
    for command, (_, output) in zip(commands, results, strict=True):
        assert output.startswith("Usage: ")
        examples = output.partition("Examples:\n")[2]
        assert f"  ots {' '.join(command)}" in examples, command
        # Defaults are shown in one way: behind the sentence.
        assert not re.search(r"default: [^\]]*\]\.|Default:", " ".join(output.split())), command
    assert not modules & HEAVY


def _commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """All commands below a group, with how they are called."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


def test_every_number_has_bounds():
    plain = (type(click.INT), type(click.FLOAT))
    unbounded = [
        (name, parameter.opts)
        for name, command in _commands(main)
        for parameter in command.params
        if type(parameter.type) in plain
    ]
    assert unbounded == []


def test_every_option_is_explained():
    silent = [
        (name, option.opts)
        for name, command in _commands(main)
        for option in command.params
        if isinstance(option, click.Option) and not (option.help or option.hidden)
    ]
    assert silent == []


def test_every_command_that_shows_progress_can_be_quiet():
    loud = {"videos generate", "videos check", "demo", "run", "continue", "advise"}
    loud |= {f"evaluate {name.replace('_', '-')}" for name in EVALUATORS}
    loud |= {"embed", "score", "localise", "index"}
    quiet = {
        name
        for name, command in _commands(main)
        if any("--quiet" in option.opts for option in command.params)
    }
    assert quiet == loud


def test_ctrl_c_ends_a_command_with_a_sentence(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs.command, "callback", stop)
    result = CliRunner().invoke(main, ["runs", "--root", "."])
    assert (result.exit_code, result.output) == (130, "\nStopped: ots runs is not done.\n")


def test_a_run_that_is_stopped_says_what_is_kept(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_and_tell, "run", stop)
    result = CliRunner().invoke(main, ["run", "--videos", "x", "--root", str(tmp_path)])
    assert result.exit_code == 130
    assert f"are kept in {tmp_path}: the same command goes on" in result.output


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_left_out_where_nobody_wants_them(environment, coloured):
    result = CliRunner().invoke(main, ["presets", "demo"], env=environment, color=True)
    assert ("\x1b[" in result.output) == coloured


def test_a_run_without_videos_is_a_clean_error_at_once(tmp_path):
    root = tmp_path / "root"
    [(status, output)], modules = _in_a_process_of_its_own(
        ["run", "--videos", str(tmp_path / "*.mp4"), "--root", str(root), "--preset", "smoke"]
    )
    assert status == 1
    assert output.startswith("Error: ")
    assert str(tmp_path / "*.mp4") in output
    assert "Traceback" not in output
    assert not modules & HEAVY
    assert not root.exists()


def _refusals(folder, wrong: dict[tuple[str, ...], str], status: int) -> None:
    """Checks that `ots run` refuses each of the options in the words given, and imports nothing."""
    base = ["run", "--videos", str(folder), "--root", str(folder / "root")]
    results, modules = _in_a_process_of_its_own(*[[*base, *options] for options in wrong])
    for (found, output), message in zip(results, wrong.values(), strict=True):
        assert found == status
        assert "Error: " in output
        assert message in output
    assert not modules & HEAVY
    assert not (folder / "root").exists()


def test_what_cannot_be_ingested_is_told_before_the_heavy_imports(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "broken.csv").write_text("id,start,end\na,1,2\nb,2,1\n")
    (tmp_path / "other.csv").write_text("x,1,2\n")
    wrong = {
        ("--segments", str(tmp_path / "none.csv")): "none.csv",
        ("--segments", str(tmp_path / "broken.csv")): "broken.csv, line 3: the end",
        ("--segments", str(tmp_path / "other.csv")): "none of the 1 segments",
        ("--label-tree", str(tmp_path / "none.json")): "none.json is not there",
        ("--label-tree", str(tmp_path / "other.csv")): "other.csv is not a label tree",
        ("--sound-benchmark", f"esc10:{tmp_path}"): "esc50.csv",
        ("--sound-benchmark", "esc10:none"): "none is not a folder",
        ("--localisation-benchmark", f"vggss:{tmp_path}"): "vggss.json",
    }
    _refusals(tmp_path, wrong, status=1)


def test_an_option_that_cannot_be_right_is_told_before_the_heavy_imports(tmp_path):
    wrong = {
        ("--set", "training.stepz=50"): "do you mean training.steps?",
        ("--set", "training.steps=fifty"): "training.steps must be a whole number",
        ("--set", "training.steps=-1"): "of at least 0, not '-1'",
        ("--preset", "demo", "--set", "training.steps=0"): "the training has no end",
        ("--set", "training.steps"): "is not NAME=VALUE",
        ("--group-regex", "("): "group_regex '(' is not a regular expression",
        ("--threshold", "accuracy>=0.5"): "names no evaluator",
        ("--threshold", "avc:accuracy=0.5"): "is no threshold",
        ("--threshold", "sound_benchmark:accuracy>=0.5"): "needs --sound-benchmark",
        ("--sound-benchmark", "esc10"): "'esc10' is not DATASET:FOLDER",
        ("--beam-arg", "runner=X"): "no option: give it as",
    }
    _refusals(tmp_path, wrong, status=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["walk"], "No such command 'walk'"),
        (["run", "--root", "x"], "Missing option '--videos'"),
        (["run", "--videos", "x"], "Missing option '--root'"),
        (["run", "--videos", "x", "--root", "y", "--preset", "big"], "'big' is not one of"),
        (["continue", "--videos", "x", "--root", "y", "--window", "0"], "0 is not in the range"),
        (
            ["continue", "--videos", "x", "--root", "y", "--max-drift", "audio/volume=0.5"],
            "no feature audio/volume",
        ),
        (["demo", "--preset", "big"], "'big' is not one of"),
    ],
)
def test_wrong_usage_is_told_with_status_2(arguments, message):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_what_an_evaluator_cannot_use_is_told_before_the_heavy_imports(tmp_path):
    here, none = str(tmp_path), str(tmp_path / "none")
    model = ["--model", here]
    benchmark = ["--dataset", "esc10", "--data", none]
    wrong = {
        ("avc", *model, "--examples", here, "--threshold", "auc>=0.5"): "The metrics are avc_acc",
        ("avc", *model, "--examples", none): f"'{none}' does not exist",
        ("avc", "--model", none, "--examples", here): f"'{none}' does not exist",
        ("avc", *model, "--examples", here, "--seed", "-1"): "-1 is not in the range",
        ("sound-benchmark", *model, *benchmark): f"{none} is not a folder",
    }
    results, modules = _in_a_process_of_its_own(*[["evaluate", *given] for given in wrong])
    for (status, output), words in zip(results, wrong.values(), strict=True):
        assert status in (1, 2)
        assert words in output
    assert not modules & HEAVY


def test_what_cannot_be_asked_of_a_model_is_told_before_the_heavy_imports(tmp_path):
    (tmp_path / "a.mp4").touch()
    model, video = ["--model", str(tmp_path)], ["--video", str(tmp_path / "a.mp4")]
    wrong = {
        ("score", *model): "give --image and --audio, or --video",
        ("embed", *model): "give --image, --audio or --video",
        ("score", *model, *video, "--time", "1", "--every", "1"): "--every goes with --video alone",
        ("localise", *model): "give --image and --audio, or --video",
        ("localise", *model, *video, "-o", "a.gif"): "neither an .mp4, nor a .png or .jpg",
        ("search", "--index", str(tmp_path)): "give --image, --audio or --video",
    }
    results, modules = _in_a_process_of_its_own(*map(list, wrong))
    for (status, output), words in zip(results, wrong.values(), strict=True):
        assert status == 2
        assert words in " ".join(output.split())
    assert not modules & HEAVY


def test_the_version_is_the_distributions():
    import importlib.metadata

    result = CliRunner().invoke(main, ["--version"])
    assert importlib.metadata.version("objects-that-sound") in result.output
