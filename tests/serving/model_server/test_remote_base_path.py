"""Versions on an S3 server on loopback are copied here, served, and forgotten."""

from __future__ import annotations

import pathlib
import threading

import numpy as np
import pytest
from tensorflow_serving.apis import get_model_status_pb2, model_pb2

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.remote_base_path import RemoteBasePath, base_path_of
from objects_that_sound.serving.model_server.version_manager import VersionManager
from objects_that_sound.serving.s3_folder import S3Folder


class Fake:
    """Stands for a servable; one whose saved_model.pb says `bad` cannot be loaded."""

    def __init__(self, folder):
        self.path, self.version = folder.path, folder.version
        if (folder.path / "saved_model.pb").read_text() == "bad":
            raise ValueError("bad model")

    def close(self):
        assert (self.path / "saved_model.pb").exists()


@pytest.fixture
def remote(s3, request) -> S3Folder:
    return S3Folder(f"{s3}/{request.node.name}")


@pytest.fixture
def push(remote, tmp_path):
    def push(version: str, content: str = "good", name: str = "saved_model.pb") -> None:
        (tmp_path / "file").write_text(content)
        remote.upload(tmp_path / "file", f"{version}/{name}")

    return push


@pytest.fixture
def manager(remote) -> VersionManager:
    return VersionManager("m", base_path_of(remote.address), load=Fake)


def poll(manager: VersionManager) -> dict[int, str]:
    while not manager.poll():
        pass
    name = get_model_status_pb2.ModelVersionStatus.State.Name
    return {one.version: name(one.state) for one in manager.statuses()}


def test_the_newest_version_is_served_from_a_copy_that_goes_with_it(manager, push):
    assert poll(manager) == {}
    push("1")
    push("1", name="assets.extra/deep/é x")
    push("notes")
    push("2", name="variables/variables.index")  # has no saved_model.pb yet
    assert poll(manager) == {1: "AVAILABLE"}
    with manager.acquire() as servable:
        first = servable.path
    assert (first / "assets.extra/deep/é x").read_text() == "good"
    push("2")
    assert poll(manager) == {2: "AVAILABLE", 1: "END"}
    assert not first.exists()
    with manager.acquire() as servable:
        second = servable.path
    assert (second / "variables/variables.index").exists()
    manager.close()
    assert not second.parent.exists()


def test_a_version_still_written_to_is_left_alone(manager, push):
    push("1")
    assert not manager.poll()
    push("1", name="variables/variables.index")
    assert not manager.poll()  # it changed since
    assert manager.poll()
    with manager.acquire() as servable:
        assert (servable.path / "variables/variables.index").exists()
    manager.close()


def test_a_bad_version_leaves_no_copy_and_is_tried_again_when_it_changes(manager, push, remote):
    push("1")
    push("2", "bad")
    assert poll(manager) == {2: "END", 1: "AVAILABLE"}
    [error] = [one.status.error_message for one in manager.statuses(2)]
    assert f"cannot load {remote.address}/2: bad model" == error
    with manager.acquire() as servable:
        assert [path.name for path in servable.path.parent.iterdir()] == ["1"]
    push("2", "good now")
    assert poll(manager) == {2: "AVAILABLE", 1: "END"}
    manager.close()


def test_versions_taken_away_or_out_of_reach_stay_served(manager, push, remote, caplog):
    push("1")
    poll(manager)
    remote.remove("1/saved_model.pb")
    assert poll(manager) == {1: "AVAILABLE"}
    assert f"no versions found under {remote.address}" in caplog.text
    push("1")

    def fail():
        raise OSError("the network is down")

    S3Folder.folders, folders = lambda self: fail(), S3Folder.folders
    try:
        assert poll(manager) == {1: "AVAILABLE"}
    finally:
        S3Folder.folders = folders
    assert "cannot read the base path: the network is down" in caplog.text
    manager.close()


def test_an_object_that_would_leave_its_folder_is_not_copied(manager, push, remote):
    push("1", name="../../../outside")
    push("1")
    assert poll(manager) == {1: "END"}
    [error] = [one.status.error_message for one in manager.statuses(1)]
    assert "leads out of it" in error


def test_a_server_answers_by_a_model_that_lies_there(remote, toy_folder, options):
    for path in pathlib.Path(toy_folder).rglob("*"):
        if path.is_file():
            remote.upload(path, path.relative_to(toy_folder).as_posix())
    loaded = threading.Event()
    with ModelServer(options(remote.address)) as server:
        server.registry._on_poll = lambda available: available["toy"] and loaded.set()
        assert loaded.wait(60)
        with server.registry.acquire(model_pb2.ModelSpec(name="toy")) as servable:
            copy = servable.path
            answer = servable.predict("scale_of", {"query": np.array([b""], object)})
        np.testing.assert_allclose(answer["scale"], [2.0])
    assert not copy.exists()


@pytest.mark.parametrize("address", ["gs://bucket/models", "s3://"])
def test_other_storage_is_refused(address):
    with pytest.raises(ValueError, match="no address of S3"):
        base_path_of(address)


def test_a_folder_of_this_machine_stays_one(tmp_path):
    assert base_path_of(tmp_path) == tmp_path
    assert base_path_of("s3://bucket/models/") == RemoteBasePath("s3://bucket/models")
    assert base_path_of("models") == pathlib.Path("models")
