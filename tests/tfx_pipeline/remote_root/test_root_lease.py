"""One machine at a time works on a root."""

from __future__ import annotations

import types

import pytest

from objects_that_sound.serving.s3_folder import OtherContentError, S3Folder
from objects_that_sound.tfx_pipeline.remote_root import root_lease
from objects_that_sound.tfx_pipeline.remote_root.root_lease import OWNER_FILE, RootLease
from objects_that_sound.tfx_pipeline.run_error import RunError


@pytest.fixture
def remote(s3, request) -> S3Folder:
    return S3Folder(f"{s3}/{request.node.name}")


@pytest.fixture
def clock(monkeypatch) -> types.SimpleNamespace:
    """A clock that only sleeping moves; `at_sleep` is what happens meanwhile."""
    clock = types.SimpleNamespace(now=1000.0, at_sleep=lambda: None)

    def sleep(seconds: float) -> None:
        clock.now += seconds
        clock.at_sleep()

    fake = types.SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep)
    monkeypatch.setattr(root_lease, "time", fake)
    return clock


def test_the_machine_that_worked_last_need_not_fetch(remote):
    here, other = RootLease(remote, "here"), RootLease(remote, "other")
    assert not here.take()
    here.fetched()
    here.give_back()
    assert here.take()
    here.give_back()
    assert not other.take()
    other.fetched()
    other.give_back()
    assert not here.take()


def test_fetching_that_was_killed_is_begun_anew(remote):
    assert not RootLease(remote, "here").take()
    again = RootLease(remote, "here")
    assert not again.take()
    again.fetched()
    assert RootLease(remote, "here").take()


def test_a_run_of_another_machine_that_is_alive_is_not_disturbed(remote, clock):
    alive = RootLease(remote, "alive")
    alive.take()
    clock.at_sleep = alive.beat
    told: list[str] = []
    with pytest.raises(RunError, match=r"another run is at work in s3://.*process"):
        RootLease(remote, "other").take(told.append)
    assert "has not ended its work" in told[0]
    alive.give_back()


def test_one_that_was_killed_is_followed_after_a_while(remote, clock):
    killed = RootLease(remote, "killed")
    killed.take()
    began = clock.now
    other = RootLease(remote, "other")
    assert not other.take()
    assert clock.now - began >= root_lease.STALE_SECONDS
    clock.now += root_lease.BEAT_SECONDS
    for use in (killed.beat, killed.beat, killed.give_back):  # it was alive after all
        with pytest.raises(RunError, match="another run has taken"):
            use()
    other.give_back()


def test_one_that_ends_meanwhile_is_followed_at_once(remote, clock):
    first = RootLease(remote, "first")
    first.take()
    clock.at_sleep = first.give_back
    began = clock.now
    assert not RootLease(remote, "second").take()
    assert clock.now - began < root_lease.STALE_SECONDS


def test_of_two_that_begin_at_once_one_is_refused(remote, monkeypatch):
    first, second = RootLease(remote, "first"), RootLease(remote, "second")
    read = S3Folder.read

    def read_and_be_late(folder, name):
        found = read(folder, name)
        monkeypatch.setattr(S3Folder, "read", read)
        second.take()
        return found

    monkeypatch.setattr(S3Folder, "read", read_and_be_late)
    with pytest.raises(RunError, match="another run has taken"):
        first.take()


def test_an_answer_that_was_lost_is_no_other_run(remote, monkeypatch):
    lease, write = RootLease(remote, "here"), S3Folder.write

    def write_twice(folder, *arguments):
        write(folder, *arguments)
        monkeypatch.setattr(S3Folder, "write", write)
        raise OtherContentError

    monkeypatch.setattr(S3Folder, "write", write_twice)
    lease.take()
    lease.give_back()


def test_what_no_run_wrote_is_refused(remote):
    remote.write(OWNER_FILE, b"[1, 2", None)
    with pytest.raises(RunError, match="is not what a run wrote there: remove it"):
        RootLease(remote, "here").take()
