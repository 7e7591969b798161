"""Folders on an S3 server on loopback."""

from __future__ import annotations

import os
import sys

import pytest

from objects_that_sound.serving.s3_folder import OtherContentError, S3Folder


@pytest.fixture
def folder(s3, request) -> S3Folder:
    return S3Folder(f"{s3}/{request.node.name}/")


def test_files_go_there_and_come_back_whatever_their_names(folder, tmp_path):
    names = ["plain", "deep/er/é 'x {y} #%20 [1]*?.bin", "none"]
    (tmp_path / "there").mkdir()
    for number, name in enumerate(names):
        (tmp_path / "here").write_bytes(b"x" * number)
        folder.upload(tmp_path / "here", name)
    folder.make_folder("empty/deep")
    assert {name: one.size for name, one in folder.files().items()} == {
        "plain": 0,
        "deep/er/é 'x {y} #%20 [1]*?.bin": 1,
        "none": 2,
        "empty/deep/": 0,
    }
    assert folder.folders() == ["deep", "empty"]
    assert set(folder.below("deep").files()) == {"er/é 'x {y} #%20 [1]*?.bin"}
    for name in folder.files():
        folder.download(name, tmp_path / "there" / name)
    assert (tmp_path / "there" / names[1]).read_bytes() == b"x"
    assert (tmp_path / "there/empty/deep").is_dir()
    folder.remove("plain")
    folder.remove("plain")
    assert "plain" not in folder.files()


def test_a_file_comes_back_with_the_time_at_which_it_was_modified(folder, tmp_path):
    (tmp_path / "here").touch()
    for modified in (1_700_000_000_123_456_789, 0, -1_500_000_000):
        os.utime(tmp_path / "here", ns=(modified, modified))
        folder.upload(tmp_path / "here", "file")
        folder.download("file", tmp_path / "there")
        assert (tmp_path / "there").stat().st_mtime_ns == modified


@pytest.mark.parametrize("told", [{}, {"mtime": "yesterday"}, {"mtime": "nan"}, {"mtime": "1e999"}])
def test_a_file_of_others_need_not_say_when_it_was_modified(folder, tmp_path, told):
    (tmp_path / "here").write_bytes(b"x")
    folder._client.upload_file(
        *(str(tmp_path / "here"), folder._bucket, f"{folder._prefix}file"),
        ExtraArgs={"Metadata": told},
    )
    folder.download("file", tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == b"x"


def test_a_neighbour_whose_name_begins_alike_is_not_part_of_it(folder, tmp_path):
    S3Folder(folder.address + "2").make_folder("other")
    assert folder.files() == {}
    assert folder.folders() == []


def test_what_somebody_else_wrote_is_not_written_over(folder):
    assert folder.read("file") is None
    first = folder.write("file", b"1", None)
    with pytest.raises(OtherContentError):
        folder.write("file", b"2", None)
    second = folder.write("file", b"3", first)
    with pytest.raises(OtherContentError):
        folder.write("file", b"4", first)
    assert folder.read("file") == (b"3", second)
    folder.remove("file")
    with pytest.raises(OtherContentError):
        folder.write("file", b"5", second)


def test_what_cannot_be_reached_is_no_empty_folder(s3, tmp_path, monkeypatch):
    bucket = S3Folder("s3://nobodys-bucket/folder")
    (tmp_path / "file").touch()
    for use in (
        bucket.files,
        bucket.folders,
        lambda: bucket.read("x"),
        lambda: bucket.write("x", b"", None),
        lambda: bucket.upload(tmp_path / "file", "x"),
        lambda: bucket.download("x", tmp_path / "x"),
    ):
        with pytest.raises(OSError, match=r"s3://nobodys-bucket/folder/x? ?can't be reached: .*"):
            use()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(OSError, match="connect"):
        S3Folder(s3).files()


@pytest.mark.parametrize("address", ["gs://bucket/x", "s3://", "s3:/bucket", "/here"])
def test_other_addresses_are_refused(address):
    with pytest.raises(ValueError, match="no address of S3"):
        S3Folder(address)


def test_without_boto3_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ValueError, match=r"\[object-storage\]"):
        S3Folder("s3://bucket/x")
