"""One run at a time works in a root."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys

import pytest

from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.run import run
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_lock import run_lock
from objects_that_sound.tfx_pipeline.run_options import RunOptions

_HOLD = """
import sys
from objects_that_sound.tfx_pipeline.run_lock import run_lock
with run_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_this_one_ends_however(tmp_path):
    path = str(tmp_path / ".lock")
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        who = f"process {holder.pid} on {socket.gethostname()}, since 2"
        for _ in range(2):  # it still knows
            with pytest.raises(RunError, match=f"at work in {tmp_path}: {who}"), run_lock(path):
                pass
        holder.kill()
        holder.wait()
    assert "process" in (tmp_path / ".lock").read_text()  # what was killed could not clear it
    for _ in range(2):
        with run_lock(path):
            assert f"process {os.getpid()} on" in (tmp_path / ".lock").read_text()
        assert (tmp_path / ".lock").read_text() == ""


def test_an_error_in_a_run_lets_go_of_the_lock(tmp_path):
    with pytest.raises(KeyError), run_lock(str(tmp_path / ".lock")):
        raise KeyError
    with run_lock(str(tmp_path / ".lock")):
        pass


def test_a_root_by_another_name_is_the_same_root(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "link").symlink_to("root")
    with (
        run_lock(str(tmp_path / "root" / ".lock")),
        pytest.raises(RunError, match="at work"),
        run_lock(str(tmp_path / "link" / ".lock")),
    ):
        pass


def test_a_file_system_without_locks_is_refused(tmp_path, monkeypatch):
    def without(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", without)
    words = r"can't be locked.*not supported.*another file system"
    with pytest.raises(RunError, match=words), run_lock(str(tmp_path / ".lock")):
        pass


@pytest.mark.parametrize("continuous", [None, ContinuousOptions()])
@pytest.mark.parametrize("prepare", [None, lambda: pytest.fail("the demo generates its videos")])
def test_every_kind_of_run_is_kept_out_before_it_does_anything(tmp_path, continuous, prepare):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "a.mp4").touch()
    options = RunOptions((str(tmp_path / "a.mp4"),))
    with run_lock(str(root / ".lock")), pytest.raises(RunError, match="another run is at work"):
        run(options, str(root), continuous=continuous, prepare=prepare)
    assert os.listdir(root) == [".lock"]
