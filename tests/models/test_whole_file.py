"""A file appears whole or not at all, on this machine and on other storage."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

import pytest
import tensorflow as tf

from objects_that_sound.models.whole_file import UNFINISHED, whole_file


@pytest.fixture(params=["local", "ram"])
def folder(request, tmp_path) -> str:
    path = str(tmp_path / "files") if request.param == "local" else f"ram://{uuid.uuid4().hex}"
    tf.io.gfile.makedirs(path)
    return path


def _write(path: str, content: str) -> None:
    with tf.io.gfile.GFile(path, "w") as file:
        file.write(content)


def _read(path: str) -> str:
    with tf.io.gfile.GFile(path) as file:
        return file.read()


def test_a_file_gets_its_name_at_the_end(folder):
    path = f"{folder}/a.txt"
    for content in ("old", "new"):
        with whole_file(path) as unfinished:
            _write(unfinished, content)
            [name] = set(tf.io.gfile.listdir(folder)) - {"a.txt"}
            assert name.startswith(UNFINISHED)
            assert content == "old" or _read(path) == "old"
        assert tf.io.gfile.listdir(folder) == ["a.txt"]
        assert _read(path) == content


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_leaves_what_was_there(folder, error, begun):
    path = f"{folder}/a.txt"
    _write(path, "old")
    with pytest.raises(error), whole_file(path) as unfinished:
        if begun:
            _write(unfinished, "half")
        raise error
    assert tf.io.gfile.listdir(folder) == ["a.txt"]
    assert _read(path) == "old"


def test_unfinished_files_may_lie_aside(tmp_path):
    aside = tmp_path / "aside"
    aside.mkdir()
    with whole_file(tmp_path / "a.txt", aside=str(aside)) as unfinished:
        _write(unfinished, "content")
        assert os.listdir(tmp_path) == ["aside"]
    assert (tmp_path / "a.txt").read_text() == "content" and os.listdir(aside) == []


def test_local_files_need_no_tensorflow(tmp_path):
    program = (
        "import sys; from objects_that_sound.models.whole_file import whole_file\n"
        f"with whole_file({str(tmp_path / 'a')!r}) as path: open(path, 'w').close()\n"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert (tmp_path / "a").exists()
