"""Loading, retiring and reporting versions, with servables that only count."""

from __future__ import annotations

import os
import pathlib
import threading
import time

import pytest
from tensorflow_serving.apis import get_model_status_pb2

from objects_that_sound.serving.model_server import version_manager
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder
from objects_that_sound.serving.model_server.version_manager import VersionManager
from objects_that_sound.serving.model_server.version_policy import VersionPolicy


class Fake:
    """Stands for a servable; a folder whose saved_model.pb says `bad` cannot be loaded."""

    events: list[str]

    def __init__(self, folder: VersionFolder):
        if (folder.path / "saved_model.pb").read_text() == "bad":
            raise ValueError("bad model")
        self.version = folder.version
        Fake.events.append(f"load {folder.version}")

    def close(self):
        Fake.events.append(f"close {self.version}")


@pytest.fixture
def manager(tmp_path: pathlib.Path) -> VersionManager:
    Fake.events = []
    return VersionManager("m", tmp_path, load=Fake)


def push(manager: VersionManager, version: int, content: str = "good") -> pathlib.Path:
    folder = manager.base_path / str(version)
    folder.mkdir(exist_ok=True)
    (folder / "saved_model.pb").write_text(content)
    return folder


def poll(manager: VersionManager) -> None:
    while not manager.poll():
        pass


def states(manager: VersionManager) -> dict[int, str]:
    name = get_model_status_pb2.ModelVersionStatus.State.Name
    return {status.version: name(status.state) for status in manager.statuses()}


def served(manager: VersionManager) -> int:
    with manager.acquire() as servable:
        return servable.version


def test_nothing_yet(manager: VersionManager, caplog: pytest.LogCaptureFixture):
    poll(manager)
    poll(manager)
    with pytest.raises(ServingError, match=r"Latest\(m\)") as caught, manager.acquire():
        pass
    assert caught.value.http_status == 404
    assert sum("no versions found" in record.message for record in caplog.records) == 1
    push(manager, 1)
    poll(manager)
    assert served(manager) == 1


def test_loads_the_new_version_before_it_retires_the_old(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    push(manager, 2)
    poll(manager)
    assert Fake.events == ["load 1", "load 2", "close 1"]
    assert states(manager) == {1: "END", 2: "AVAILABLE"}
    assert served(manager) == 2
    with pytest.raises(ServingError, match=r"Specific\(m, 1\)"), manager.acquire(1):
        pass


def test_a_request_in_flight_keeps_its_version(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    with manager.acquire() as first, manager.acquire(1) as second:
        assert first is second
        push(manager, 2)
        poll(manager)
        assert served(manager) == 2
        assert states(manager)[1] == "UNLOADING"
        assert "close 1" not in Fake.events
    assert Fake.events[-1] == "close 1"
    assert states(manager)[1] == "END"


def test_a_bad_version_is_reported_and_the_previous_stays(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    push(manager, 2, "bad")
    poll(manager)
    poll(manager)
    assert served(manager) == 1
    assert Fake.events == ["load 1"]
    newest = manager.statuses()[0]
    assert states(manager) == {2: "END", 1: "AVAILABLE"}
    assert newest.version == 2 and newest.status.error_code == 2
    assert "bad model" in newest.status.error_message


def test_a_bad_version_is_tried_again_when_its_files_change(manager: VersionManager):
    push(manager, 1)
    push(manager, 2, "bad")
    poll(manager)
    assert served(manager) == 1
    push(manager, 2, "good now")
    poll(manager)
    assert served(manager) == 2
    assert states(manager) == {1: "END", 2: "AVAILABLE"}
    assert manager.statuses(2)[0].status.error_message == ""


@pytest.mark.parametrize("content", ["another", "bad"])
def test_a_version_that_is_served_stays_as_it_was_loaded(manager: VersionManager, content: str):
    push(manager, 1)
    poll(manager)
    push(manager, 1, content)  # in its place
    poll(manager)
    assert served(manager) == 1 and Fake.events == ["load 1"]
    push(manager, 2)
    poll(manager)
    assert served(manager) == 2


def test_a_bad_version_is_tried_again_as_it_is(tmp_path: pathlib.Path, set_clock):
    Fake.events, attempts = [], []

    def load(folder: VersionFolder) -> Fake:
        attempts.append(folder.version)
        if len(attempts) < 3:
            raise ValueError("not yet")
        return Fake(folder)

    manager = VersionManager("m", tmp_path, None, load, 2, load_retry_interval_seconds=100)
    push(manager, 1)
    poll(manager)
    poll(manager)
    assert attempts == [1] and states(manager) == {1: "END"}
    now = time.monotonic()
    set_clock(version_manager, monotonic=lambda: now + 101)
    poll(manager)
    poll(manager)
    assert attempts == [1, 1]
    set_clock(version_manager, monotonic=lambda: now + 202)
    poll(manager)
    assert attempts == [1, 1, 1] and served(manager) == 1


def test_retries_end(tmp_path: pathlib.Path):
    attempts = []

    def load(folder: VersionFolder) -> Fake:
        attempts.append(folder.version)
        raise ValueError("never")

    manager = VersionManager("m", tmp_path, None, load, 3, load_retry_interval_seconds=0)
    push(manager, 1)
    for _ in range(20):
        manager.poll()
    assert attempts == [1] * 4


def test_a_closed_manager_loads_no_more(manager: VersionManager):
    push(manager, 1)
    manager.close()
    assert manager.poll()
    assert Fake.events == []


def test_all_versions_are_served_and_those_removed_retired(manager: VersionManager):
    manager.policy = VersionPolicy(num_latest=None)
    folders = [push(manager, 1), push(manager, 2, "bad"), push(manager, 3)]
    poll(manager)
    assert states(manager) == {1: "AVAILABLE", 2: "END", 3: "AVAILABLE"}
    (folders[0] / "saved_model.pb").unlink()
    poll(manager)
    assert states(manager) == {1: "END", 2: "END", 3: "AVAILABLE"}


def test_specific_versions(manager: VersionManager):
    manager.policy = VersionPolicy(specific=frozenset({1}))
    for version in (1, 2, 3):
        push(manager, version)
    poll(manager)
    assert served(manager) == 1 and Fake.events == ["load 1"]
    manager.policy = VersionPolicy(specific=frozenset({2, 3}))
    poll(manager)
    assert Fake.events == ["load 1", "load 2", "load 3", "close 1"]
    manager.policy = VersionPolicy(specific=frozenset({9}))
    poll(manager)  # what there is not replaces nothing
    assert {2, 3} == {n for n, state in states(manager).items() if state == "AVAILABLE"}


def test_starts_with_the_newest_good_version(manager: VersionManager):
    for version, content in ((1, "good"), (2, "good"), (3, "bad")):
        push(manager, version, content)
    poll(manager)
    assert Fake.events == ["load 2"]


def test_a_folder_being_written_is_left_alone(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    folder = push(manager, 2, "bad")
    assert not manager.poll()  # first seen
    (folder / "more").write_text("...")
    assert not manager.poll()  # changed since
    assert served(manager) == 1 and states(manager)[2] == "START"
    (folder / "saved_model.pb").write_text("whole")
    assert not manager.poll()
    assert manager.poll()
    assert served(manager) == 2


def test_a_folder_at_rest_is_loaded_at_once(
    manager: VersionManager, monkeypatch: pytest.MonkeyPatch
):
    push(manager, 1)
    monkeypatch.setattr(VersionFolder, "idle_seconds", lambda self: 3.0)
    assert manager.poll()
    assert served(manager) == 1


def test_removing_the_newest_version_goes_back(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    folder = push(manager, 2)
    poll(manager)
    (folder / "saved_model.pb").unlink()
    os.rmdir(folder)
    poll(manager)
    assert served(manager) == 1
    assert Fake.events == ["load 1", "load 2", "close 1", "load 1", "close 2"]


def test_an_emptied_or_unreadable_base_path_keeps_what_is_served(manager: VersionManager):
    folder = push(manager, 1)
    poll(manager)
    (folder / "saved_model.pb").unlink()
    poll(manager)
    os.rmdir(folder)
    os.rmdir(manager.base_path)
    poll(manager)
    assert served(manager) == 1


def test_close_waits_for_nobody_but_frees_all(manager: VersionManager):
    push(manager, 1)
    poll(manager)
    with manager.acquire():
        manager.close()
        assert "close 1" not in Fake.events
    assert Fake.events[-1] == "close 1"


def test_many_threads_never_meet_a_closed_version(manager: VersionManager):
    closed = set()
    close = Fake.close
    errors = []
    stop = threading.Event()

    def remember(self):
        closed.add(self)
        close(self)

    def request():
        try:
            while not stop.is_set():
                with manager.acquire() as servable:
                    time.sleep(0.001)
                    assert servable not in closed
        except Exception as error:
            errors.append(error)

    Fake.close = remember
    try:
        push(manager, 1)
        poll(manager)
        threads = [threading.Thread(target=request) for _ in range(4)]
        for thread in threads:
            thread.start()
        for version in range(2, 12):
            push(manager, version)
            poll(manager)
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        Fake.close = close
    assert not errors
    assert Fake.events.count("close 10") == 1 and served(manager) == 11
