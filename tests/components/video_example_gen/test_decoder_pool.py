"""Decoding in processes that crash, hang, and want too much memory."""

from __future__ import annotations

import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

# What the children run; a module of its own, for a child imports no tests.
_MISBEHAVIOUR = """
import os, pathlib, signal, sys, time

def pid(path): return os.getpid()
def echo(path, value): return value
def wait(path, seconds): time.sleep(seconds); return seconds
def end(path, number): os.kill(os.getpid(), number)
def leave(path, status): os._exit(status)
def crash_once(path):
    mark = pathlib.Path(path)
    if not mark.read_text():
        mark.write_text("was here")
        os.abort()
    return "second attempt"
def want(path, mebibytes): return len(bytearray(mebibytes << 20))
kept = []
def keep(path, mebibytes): kept.append(bytearray(mebibytes << 20)); return len(kept)
def noise(path): os.write(1, b"noise " * 100000); print("more"); return "answer"
def unpicklable(path): return lambda: 0
class Odd(Exception):
    def __init__(self, one, two): super().__init__("odd")
def odd(path): raise Odd(1, 2)
def imported(path): return sorted(sys.modules)
def main_file(path): return sys.modules["__main__"].__spec__.name
"""


@pytest.fixture(scope="module")
def misbehaviour(tmp_path_factory):
    folder = tmp_path_factory.mktemp("module")
    (folder / "decoder_misbehaviour.py").write_text(_MISBEHAVIOUR)
    sys.path.insert(0, str(folder))
    import decoder_misbehaviour

    yield decoder_misbehaviour
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("video") / "some.mp4"
    path.touch()
    return str(path)


@pytest.fixture(scope="module")
def pool(misbehaviour):
    with DecoderPool(2, timeout=60, memory_limit=256 << 20) as pool:
        yield pool


def _error(future) -> MediaError:
    with pytest.raises(MediaError) as caught:
        future.result(timeout=60)
    return caught.value


def test_results_belong_to_their_tasks(pool, misbehaviour, path):
    payloads = [bytes([n % 256]) * (n * 10_000) for n in range(60)]
    futures = [pool.submit(misbehaviour.echo, path, payload) for payload in payloads]
    assert [future.result(timeout=60) for future in futures] == payloads


def test_tasks_run_beside_each_other_in_different_processes(pool, misbehaviour, path):
    futures = [pool.submit(misbehaviour.wait, path, 0.3) for _ in range(2)]
    pids = {pool.submit(misbehaviour.pid, path).result(timeout=60) for _ in range(20)}
    assert {future.result(timeout=60) for future in futures} == {0.3}
    assert os.getpid() not in pids and 1 <= len(pids) <= 2


@pytest.mark.parametrize(
    ("name", "argument", "found"),
    [
        ("end", signal.SIGSEGV, "SIGSEGV"),
        ("end", signal.SIGABRT, "SIGABRT"),
        ("end", signal.SIGKILL, "SIGKILL"),
        ("leave", 7, "status 7"),
    ],
)
def test_a_dead_process_costs_its_task_only(pool, misbehaviour, path, name, argument, found):
    before = [pool.submit(misbehaviour.echo, path, n) for n in range(10)]
    crashed = pool.submit(getattr(misbehaviour, name), path, argument)
    after = [pool.submit(misbehaviour.echo, path, n) for n in range(10)]
    error = _error(crashed)
    assert error.reason == media_error.CRASHED and found in error.detail
    assert [future.result(timeout=60) for future in before + after] == [*range(10), *range(10)]


def test_a_crash_that_does_not_repeat_costs_nothing(pool, misbehaviour, tmp_path):
    mark = tmp_path / "mark"
    mark.touch()
    future = pool.submit(misbehaviour.crash_once, str(mark))
    assert future.result(timeout=60) == "second attempt"


def test_processes_killed_from_outside_are_replaced(misbehaviour, path):
    # Also while they send: pools with one queue for all processes hang then.
    payload = bytes(2_000_000)
    with DecoderPool(2) as pool:
        futures = [pool.submit(misbehaviour.echo, path, payload) for _ in range(120)]
        killed = 0
        for number, future in enumerate(futures):
            if number % 40 == 20:
                for child in _children():
                    child.kill()
                    killed += 1
            assert future.result(timeout=60) == payload
        assert killed >= 3


def test_time_limit(misbehaviour, path):
    with DecoderPool(1, timeout=0.5) as pool:
        slow = pool.submit(misbehaviour.wait, path, 600)
        quick = pool.submit(misbehaviour.echo, path, "quick")
        error = _error(slow)
        assert error.reason == media_error.TIMEOUT and "0.5 s" in error.detail
        assert quick.result(timeout=60) == "quick"


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts so on Linux only")
def test_memory_limit(pool, misbehaviour, path):
    assert pool.submit(misbehaviour.want, path, 200).result(timeout=60) == 200 << 20
    assert _error(pool.submit(misbehaviour.want, path, 300)).reason == media_error.OUT_OF_MEMORY
    assert pool.submit(misbehaviour.want, path, 200).result(timeout=60) == 200 << 20


def test_memory_that_others_leaked_costs_no_video(misbehaviour, path):
    with DecoderPool(1, timeout=60, memory_limit=256 << 20) as pool:
        done = [pool.submit(misbehaviour.keep, path, 100) for _ in range(4)]
        # The third does not fit beside the first two: a fresh process has room for it.
        assert [future.result(timeout=60) for future in done] == [1, 2, 1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has allocated")
def test_a_process_that_keeps_half_of_its_memory_is_renewed(misbehaviour, path):
    with DecoderPool(1, timeout=60, memory_limit=256 << 20) as pool:
        first = pool.call(misbehaviour.pid, path)
        assert pool.call(misbehaviour.want, path, 200) == 200 << 20  # given back at once
        assert pool.call(misbehaviour.keep, path, 90) == 1
        assert pool.call(misbehaviour.pid, path) == first
        assert pool.call(misbehaviour.keep, path, 50) == 2
        assert pool.call(misbehaviour.pid, path) != first


def test_results_and_errors_that_do_not_pickle(pool, misbehaviour, path):
    for name in ("unpicklable", "odd"):
        error = _error(pool.submit(getattr(misbehaviour, name), path))
        assert error.reason == media_error.DECODE_ERROR
    assert "Odd" in error.detail
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pool.submit(lambda path: 0, path).result(timeout=60)
    assert pool.submit(misbehaviour.echo, path, 1).result(timeout=60) == 1


def test_output_of_a_library_does_not_disturb(pool, misbehaviour, path):
    assert pool.submit(misbehaviour.noise, path).result(timeout=60) == "answer"


def test_missing_file(pool, misbehaviour, tmp_path):
    error = _error(pool.submit(misbehaviour.pid, str(tmp_path / "none.mp4")))
    assert error.reason == media_error.MISSING_FILE


def test_processes_are_recycled(misbehaviour, path):
    with DecoderPool(1, max_tasks=3) as pool:
        futures = [pool.submit(misbehaviour.pid, path) for _ in range(7)]
        pids = [future.result(timeout=60) for future in futures]
    assert len(set(pids[:3])) == 1 and len(set(pids)) == 3


def test_children_are_light(pool, misbehaviour, path):
    modules = pool.submit(misbehaviour.imported, path).result(timeout=60)
    heavy = {"tensorflow", "apache_beam", "tfx", "pytest", "multiprocessing"}
    assert not heavy & set(modules)
    name = pool.submit(misbehaviour.main_file, path).result(timeout=60)
    assert name == "objects_that_sound.components.video_example_gen.decoder_main"


def test_a_broken_installation_is_no_broken_video(misbehaviour, path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    with (
        DecoderPool(1) as pool,
        pytest.raises(RuntimeError, match=r"can't start: `false .* ended with status 1"),
    ):
        pool.submit(misbehaviour.pid, path).result(timeout=60)


def test_close_ends_everything_at_once(misbehaviour, path):
    others, threads = set(_children()), threading.active_count()
    pool = DecoderPool(2)
    futures = [pool.submit(misbehaviour.wait, path, 600) for _ in range(5)]
    while len(set(_children()) - others) < 2:
        time.sleep(0.01)
    pool.close()
    assert all(future.done() for future in futures)
    assert set(_children()) == others
    assert threading.active_count() == threads


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_children_die_with_a_killed_parent(misbehaviour, path):
    program = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(pathlib.Path(misbehaviour.__file__).parent)!r})\n"
        "import decoder_misbehaviour as m\n"
        "from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool\n"
        "pool = DecoderPool(2)\n"  # no `if __name__ == '__main__'`: it is not imported again
        f"pids = [pool.submit(m.pid, {path!r}).result() for _ in range(20)]\n"
        f"futures = [pool.submit(m.wait, {path!r}, 600) for _ in range(3)]\n"
        "while sum(f.running() for f in futures) < 2: time.sleep(0.01)\n"
        "print('busy', flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert parent.stdout.readline() == b"busy\n"
        children = psutil.Process(parent.pid).children()
        assert len(children) == 2
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def _children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "objects_that_sound.components.video_example_gen.decoder_main" in _command(child)
    ]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
