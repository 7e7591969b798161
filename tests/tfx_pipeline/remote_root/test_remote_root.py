"""A root on an S3 server follows the work of a run."""

from __future__ import annotations

import pathlib
import threading

import pytest
from click.testing import CliRunner

from objects_that_sound.serving.s3_folder import S3Folder
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.remote_root import remote_root as module
from objects_that_sound.tfx_pipeline.remote_root.remote_root import remote_root
from objects_that_sound.tfx_pipeline.remote_root.root_lease import OWNER_FILE
from objects_that_sound.tfx_pipeline.run import run
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_options import RunOptions


class Told(RunListener):
    def __init__(self):
        self.words: list[str] = []

    def root_copied(self, what: str) -> None:
        self.words.append(what)


def test_a_second_machine_goes_on_where_the_first_ended_or_failed(
    address, machine, write, execute, content
):
    here = machine("here")
    with pytest.raises(KeyError), remote_root(address, here, Told()):
        execute(here)
        write(here, "artifacts/Trainer/model/1/weights", "of the first")
        raise KeyError  # a component failed
    there = machine("there")
    told = Told()
    with remote_root(address, there, told):
        assert content(there) == {"artifacts/Trainer/model/1/weights": "of the first"}
        write(there, "artifacts/Trainer/model/1/weights", "of the second")
    assert told.words == [f"The root {address} is worked on in {there.root}."]
    here = machine("here")
    with remote_root(address, here, Told()):
        assert content(here) == {"artifacts/Trainer/model/1/weights": "of the second"}


def test_what_a_killed_run_made_on_this_machine_is_not_lost(address, machine, write, content):
    here = machine("here")
    with remote_root(address, here, Told()):
        write(here, "report.html", "1")
    write(here, "report.html", "after the last copy")
    with remote_root(address, here, Told()):
        assert content(here) == {"report.html": "after the last copy"}
    assert S3Folder(address).read("report.html")[0] == b"after the last copy"


def test_it_is_copied_while_the_run_is_at_work(address, machine, write, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    here, copied = machine("here"), threading.Event()
    upload = S3Folder.upload

    def noted(folder, path, name):
        upload(folder, path, name)
        copied.set()

    monkeypatch.setattr(S3Folder, "upload", noted)
    with remote_root(address, here, Told()):
        write(here, "artifacts/Trainer/.unfinished/0123/step-000000002.npz", "checkpoint")
        assert copied.wait(60)
        assert S3Folder(address).read("artifacts/Trainer/.unfinished/0123/step-000000002.npz")


def test_a_network_that_fails_for_a_while_is_told_once_and_tried_again(
    address, machine, write, monkeypatch
):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    here, told, tried, upload = machine("here"), Told(), threading.Semaphore(0), S3Folder.upload

    def fail(folder, path, name):
        tried.release()
        raise OSError("the network is down")

    with remote_root(address, here, told):
        monkeypatch.setattr(S3Folder, "upload", fail)
        write(here, "report.html", "1")
        for _ in range(3):
            assert tried.acquire(timeout=60)
        monkeypatch.setattr(S3Folder, "upload", upload)
    assert told.words[1:] == ["Copying is tried again later: the network is down"]
    assert S3Folder(address).read("report.html")[0] == b"1"

    with (
        pytest.raises(
            RunError, match=r"lacks what this run made last, which is in .*: the network"
        ),
        remote_root(address, here, told),
    ):
        monkeypatch.setattr(S3Folder, "upload", fail)
        write(here, "report.html", "2")
    monkeypatch.setattr(S3Folder, "upload", upload)
    with pytest.raises(KeyError), remote_root(address, here, told):
        monkeypatch.setattr(S3Folder, "upload", fail)
        write(here, "report.html", "3")
        raise KeyError  # tells more than what can't be copied
    assert "lacks what this run made last" in told.words[-1]


def test_a_run_that_lost_its_root_copies_nothing_more(address, machine, write):
    here = machine("here")
    with (
        pytest.raises(RunError, match="another run has taken"),
        remote_root(address, here, Told()),
    ):
        write(here, "report.html", "1")
        remote = S3Folder(address)
        remote.write(OWNER_FILE, b'{"folder": "other"}', remote.read(OWNER_FILE)[1])
    assert remote.read("report.html") is None


def test_a_root_of_this_machine_is_left_alone(tmp_path, machine):
    with remote_root(str(tmp_path), machine("here"), Told()):
        assert list(tmp_path.iterdir()) == [tmp_path / "here"]


@pytest.mark.parametrize("command", [["runs"], ["clean"], ["report"], ["lineage"]])
def test_commands_that_look_at_a_root_say_where_its_copy_is(address, machine, command):
    here = machine("here")
    result = CliRunner().invoke(main, [*command, "--root", address])
    assert result.exit_code == 2
    assert pathlib.Path(here.root).name in "".join(result.output.split())
    assert "brings" in result.output
    result = CliRunner().invoke(main, [*command, "--root", "gs://bucket/root"])
    assert result.exit_code == 2


def test_a_bucket_that_is_not_there_ends_the_run_before_it_begins(s3, machine, tmp_path):
    here = machine("here")
    with (
        pytest.raises(RunError, match=r"s3://nobodys-bucket/root/.* can't be reached"),
        remote_root("s3://nobodys-bucket/root", here, Told()),
    ):
        raise AssertionError


@pytest.mark.parametrize("runner", ["FlinkRunner", "DataflowRunner"])
def test_machines_that_do_not_see_the_folder_cannot_ingest(address, runner):
    options = RunOptions(("/nowhere",), beam_args=(f"--runner={runner}",))
    with pytest.raises(RunError, match=f"with --runner={runner} other machines ingest"):
        run(options, address)


@pytest.mark.parametrize("runner", ["--runner=DirectRunner", "--direct_num_workers=1"])
def test_this_machine_can_ingest_however(address, machine, runner):
    machine("here")
    with pytest.raises(RunError, match="nowhere"):
        run(RunOptions(("/nowhere",), beam_args=(runner,)), address)
