"""A file that kills its decoder gives an error of the command, which itself lives on."""

from __future__ import annotations

import contextlib
import json
import pathlib
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from objects_that_sound.api import media_reader
from objects_that_sound.tfx_pipeline.commands import client_options, embed, localise, score

# What the decoder's process calls instead of the reading of files: a module that it can import.
_DEADLY = """
import os

def die(path, *arguments, **options):
    os.abort()

def times(path, every, **options):
    return [0.5, 1.0, 1.5]
"""


@pytest.fixture
def deadly(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    """Every reading of a file kills the process that reads; there is a server."""
    (tmp_path / "deadly_decoder.py").write_text(_DEADLY)
    monkeypatch.syspath_prepend(str(tmp_path))
    import deadly_decoder

    for name in ("probe", "read_clips", "decode_audio"):
        monkeypatch.setattr(media_reader, name, deadly_decoder.die)
    description = SimpleNamespace(frames=1, image_size=32, sample_rate=8000)
    client = SimpleNamespace(describe=lambda: description)
    monkeypatch.setattr(
        client_options, "connection", lambda *_: contextlib.nullcontext(client), raising=True
    )
    yield deadly_decoder
    sys.modules.pop("deadly_decoder")


@pytest.fixture
def media_file(tmp_path: pathlib.Path) -> str:
    (tmp_path / "deadly.mov").write_bytes(b"deadly")
    return str(tmp_path / "deadly.mov")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (score.command, ["--video=FILE"]),
        (embed.command, ["--audio=FILE"]),
        (localise.command, ["--video=FILE", "--time=1"]),
    ],
)
def test_the_command_ends_with_an_error(command, options, deadly, media_file):
    arguments = [option.replace("FILE", media_file) for option in options]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1
    assert f"Error: {media_file}: crashed: the decoder died of signal 6" in result.output


@pytest.mark.parametrize("command", [score.command, embed.command])
def test_each_moment_is_named(command, deadly, media_file, monkeypatch):
    monkeypatch.setattr(media_reader, "slide_times", deadly.times)
    result = CliRunner().invoke(command, [f"--video={media_file}", "--every=0.5"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["time"] for row in rows] == [0.5, 1.0, 1.5]
    assert all(row["error"].startswith("crashed: ") for row in rows)
