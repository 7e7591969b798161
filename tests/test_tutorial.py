"""docs/tutorial.md is a transcript of commands that all run, in their order."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import re
import sys
from collections.abc import Iterator

import pytest

from objects_that_sound.serving.launcher.free_ports import free_ports

_SPEC = importlib.util.spec_from_file_location(
    "tutorial", pathlib.Path(__file__).with_name("tutorial.py")
)
assert _SPEC is not None and _SPEC.loader is not None
tutorial = sys.modules[_SPEC.name] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tutorial)

_PORTS = ("8500", "8501", "8510", "8511")
_SMALL = {
    # Twenty steps teach nothing, so that the gate refuses the model, as it does in the tutorial.
    "training.steps": 20,
    "training.minutes": 0,
    "training.batch_size": 16,
    "network.filters": "8,8,16,16",
    "examples_per_video": 4,
}
"""What makes the training of the default preset one of seconds."""


_LINES = [
    command.line
    for block in tutorial.blocks_of(tutorial.PAGE.read_text())
    for command in block.commands
]


@pytest.fixture(scope="module")
def blocks() -> list[tutorial.Block]:
    return tutorial.blocks_of(tutorial.PAGE.read_text())


def _outputs(blocks: list[tutorial.Block]) -> dict[str, str]:
    return {one.line: one.output for block in blocks for one in block.commands}


def test_the_page_shows_what_every_command_printed(blocks):
    outputs = _outputs(blocks)
    assert {line for line, output in outputs.items() if not output} == set()
    kinds = {line.split()[1] for line in outputs if line.startswith("ots ")}
    assert {"videos", "run", "advise", "serve", "score", "embed", "localise", "search"} <= kinds


def test_the_page_lowers_the_bounds_that_its_own_run_has_named(blocks):
    before = ""
    for line, output in _outputs(blocks).items():
        if "--threshold" in line:
            assert tutorial.as_named(line, before) == line
            return
        before += output
    pytest.fail("no command of the page lowers a bound")


def test_a_command_that_fails_ends_the_run(tmp_path):
    page = "```console\n$ false\n$ echo more\n```\n"
    with tutorial.Terminal(tmp_path) as terminal, pytest.raises(RuntimeError, match="status 1"):
        list(tutorial.run_page(tutorial.blocks_of(page), terminal))


def test_what_was_printed_is_written_into_the_page(tmp_path):
    page = (
        "Words.\n\n```python\n# say.py\nprint('said')\n```\n\n<!-- shown: 1 and 2 lines -->\n"
        "```console\n$ seq \\\n    6\nold\n```\n\n```console\n$ pwd; false\n$ echo $?\n1\n```\n"
        f"\n```console\n$ cat say.py\n$ echo {'word ' * 40}\n```\nEnd.\n"
    )
    blocks = tutorial.blocks_of(page)
    with tutorial.Terminal(tmp_path) as terminal:
        list(tutorial.run_page(blocks, terminal))
    again = tutorial.written(page, blocks, tmp_path)
    assert "```console\n$ seq \\\n    6\n1\n...\n5\n6\n```" in again
    assert "$ pwd; false\n/home/you\n$ echo $?\n1\n```" in again
    assert "$ cat say.py\n# say.py\nprint('said')\n" in again
    assert again.endswith(" word ...\n```\nEnd.\n")


@pytest.fixture(scope="module")
def root(shared_data, tmp_path_factory) -> pathlib.Path:
    """A user's folder, with the clips of the page."""
    folder = tmp_path_factory.mktemp("tutorial").resolve()
    tutorial.choose_clips(shared_data / "videos" / "ucf101", folder / "videos")
    assert len(list((folder / "videos").iterdir())) == tutorial.CLIPS
    return folder


@pytest.fixture(scope="module")
def ran(blocks, root) -> Iterator[Iterator[tutorial.Command]]:
    """The commands of the page, each of which runs when it is asked for."""
    free = dict(zip(_PORTS, map(str, free_ports(len(_PORTS))), strict=True))
    small = " ".join(f"--set {name}={value}" for name, value in _SMALL.items())

    def edit(line: str) -> str:
        line = re.sub(r"(?<=[=:])85[01][01]\b", lambda match: free[match[0]], line)
        if "--server" not in line and "--model" not in line:  # they ask at the usual port
            server = f"--server=localhost:{free['8500']}"
            line = re.sub("^ots (score|localise) ", rf"\g<0>{server} ", line)
        settings = "--set examples_per_video=2" if "--preset smoke" in line else small
        return line.replace("ots run ", f"ots run {settings} ")

    with tutorial.Terminal(root) as terminal:
        yield tutorial.run_page(blocks, terminal, edit)


# A test for each of them: together they take longer than any test may.
@pytest.mark.slow
@pytest.mark.parametrize("line", _LINES, ids=lambda line: " ".join(line.split()[:3]))
def test_every_command_runs_in_its_turn(ran, line):
    command = next(ran, None)
    assert command is not None, "a command before this one failed"
    refused = line.startswith("ots run ") and "--preset" not in line and "--threshold" not in line
    assert command.status == (3 if refused else 0)
    if line == "echo $?":
        assert command.output == "3\n"


@pytest.mark.slow
def test_they_leave_what_the_page_says(ran, root):
    assert next(ran, None) is None  # all have run
    assert (root / "runs" / "mine" / "comparison.html").stat().st_size > 0
    assert json.loads((root / "runs" / "mine" / "report.json").read_text())["pushed_version"]
    for name in ("embeddings.parquet", "scores.npz", "overlay.png", "localised.mp4", "found.html"):
        assert (root / name).stat().st_size > 0
