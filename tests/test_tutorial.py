"""docs/tutorial.md is a transcript of commands that all run, in their order."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import re
import sys

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


@pytest.mark.slow
def test_every_command_runs(blocks, shared_data, tmp_path):
    folder = tmp_path.resolve()
    tutorial.choose_clips(shared_data / "videos" / "ucf101", folder / "videos")
    assert len(list((folder / "videos").iterdir())) == tutorial.CLIPS
    free = dict(zip(_PORTS, map(str, free_ports(len(_PORTS))), strict=True))
    settings = " ".join(f"--set {name}={value}" for name, value in _SMALL.items())

    def edit(line: str) -> str:
        line = re.sub(r"(?<=[=:])85[01][01]\b", lambda match: free[match[0]], line)
        return line if "--preset" in line else line.replace("ots run ", f"ots run {settings} ")

    statuses = {}
    with tutorial.Terminal(folder) as terminal:
        for command in tutorial.run_page(blocks, terminal, edit):
            statuses[command.line] = command.status
            if command.line == "echo $?":
                assert command.output == "3\n"
    assert sorted(set(statuses.values())) == [0, 3]
    root = folder / "runs" / "mine"
    assert (root / "comparison.html").stat().st_size > 0
    assert json.loads((root / "report.json").read_text())["pushed_version"]
    for name in ("embeddings.parquet", "scores.npz", "overlay.png", "localised.mp4", "found.html"):
        assert (folder / name).stat().st_size > 0
