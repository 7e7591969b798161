"""What lies in the working directory is never imported by a Python that we start."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

from objects_that_sound.components.isolated_python import isolated_python
from objects_that_sound.components.video_example_gen.decoder_process import DecoderProcess
from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER

_REPOSITORY = pathlib.Path(__file__).parents[2]
_TRAPS = ("serving", "components", "models", "objects_that_sound", "numpy", "click", "json")

_OTS_STARTS_A_CHILD = """
import subprocess, sys
from objects_that_sound.tfx_pipeline.cli import main
main(["presets"], standalone_mode=False)
subprocess.run([sys.executable, "-m", "json.tool", "--help"], check=True)
"""


@pytest.fixture
def trapped(tmp_path, monkeypatch) -> pathlib.Path:
    """The working directory: it has folders of names that programs import, which say so and fail."""
    for name in _TRAPS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise SystemExit('{name} of the user')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    return tmp_path


def test_the_traps_work(trapped):
    done = subprocess.run([sys.executable, "-m", "json.tool"], capture_output=True, text=True)
    assert "json of the user" in done.stderr


def test_the_model_server_starts(trapped):
    command = isolated_python(*LOCAL_SERVER, "--help")
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--model_base_path" in done.stdout


def test_decoders_start(trapped):
    decoder = DecoderProcess(memory_limit=1 << 32)
    try:
        assert decoder.call(len, "abc", timeout=60) == 3
    finally:
        decoder.close()


def test_what_libraries_start_under_ots_is_isolated_too(trapped):
    command = isolated_python("-c", _OTS_STARTS_A_CHILD)
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_else_of_ours_starts_python():
    files = [
        str(path.relative_to(_REPOSITORY))
        for package in ("tfx_pipeline", "api", "components", "models", "serving")
        for path in (_REPOSITORY / package).rglob("*.py")
        if "sys.executable" in path.read_text()
    ]
    assert files == ["components/isolated_python.py"]
