"""Videos on remote storage, by a file system of Beam's that keeps objects in memory."""

from __future__ import annotations

import collections
import io
import json
import os
import pathlib
from collections.abc import Iterator
from typing import ClassVar

import pytest
import tensorflow as tf
from apache_beam.io.filesystem import BeamIOError, FileMetadata, FileSystem

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.media.clips import probe
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.video_files import find_videos
from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.models import examples


class MemoryFileSystem(FileSystem):
    """Like a bucket: objects by name, no folders; openings may be made to fail."""

    objects: ClassVar[dict[str, bytes]] = {}
    failures: ClassVar[collections.Counter[str]] = collections.Counter()

    @classmethod
    def scheme(cls):
        return "mem"

    def join(self, basepath, *paths):
        return "/".join((basepath.rstrip("/"), *(path.strip("/") for path in paths)))

    def split(self, path):
        return tuple(path.rsplit("/", 1))

    def mkdirs(self, path):
        pass

    def has_dirs(self):
        return False

    def _list(self, dir_or_prefix):
        names = [name for name in self.objects if name.startswith(dir_or_prefix)]
        return iter([self.metadata(name) for name in names])

    def create(self, path, mime_type="application/octet-stream", compression_type="auto"):
        target = io.BytesIO()
        close = target.close

        def keep():
            if not target.closed:
                self.objects[path] = target.getvalue()
            close()

        target.close = keep  # type: ignore[method-assign]
        return target

    def open(self, path, mime_type="application/octet-stream", compression_type="auto"):
        if self.failures[path] > 0:
            self.failures[path] -= 1
            raise BeamIOError("503 service unavailable", {path: OSError("again later")})
        if path not in self.objects:
            raise BeamIOError("404", {path: FileNotFoundError(path)})
        return io.BytesIO(self.objects[path])

    def copy(self, source_file_names, destination_file_names):
        for source, target in zip(source_file_names, destination_file_names, strict=True):
            self.objects[target] = self.objects[source]

    def rename(self, source_file_names, destination_file_names):
        for source, target in zip(source_file_names, destination_file_names, strict=True):
            self.objects[target] = self.objects.pop(source)

    def exists(self, path):
        return path in self.objects

    def size(self, path):
        return len(self.objects[path])

    def last_updated(self, path):
        return float(len(self.objects[path]))

    def checksum(self, path):
        return ""

    def metadata(self, path):
        return FileMetadata(path, self.size(path), self.last_updated(path))

    def delete(self, paths):
        for path in paths:
            del self.objects[path]


@pytest.fixture
def bucket(monkeypatch) -> Iterator[dict[str, bytes]]:
    """The objects by name; the bucket is mem://b."""
    monkeypatch.setattr(storage, "_WAIT_SECONDS", 0.0)
    MemoryFileSystem.objects.clear()
    MemoryFileSystem.failures.clear()
    yield MemoryFileSystem.objects
    MemoryFileSystem.objects.clear()


def test_a_local_file_is_its_own_copy(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"video")
    with storage.local_copy(str(path)) as copy:
        assert copy == str(path)
    assert path.exists()


@pytest.mark.parametrize("name", ["none.mp4", "a.mp4/none.mp4", "link.mp4"])
def test_a_missing_local_file_is_named(tmp_path, name):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "link.mp4").symlink_to("nowhere")
    with (
        pytest.raises(MediaError, match=f"missing_file: there is no file .*{name}"),
        storage.local_copy(str(tmp_path / name)),
    ):
        pass


def test_a_remote_file_is_copied_for_a_while(bucket):
    bucket["mem://b/dir.d/a.mp4"] = b"video"
    with storage.local_copy("mem://b/dir.d/a.mp4") as copy:
        assert copy.endswith(".mp4")
        assert pathlib.Path(copy).read_bytes() == b"video"
    assert not os.path.exists(copy)


@pytest.mark.parametrize("name", ["video.mp4", "index.m3u8"])
@pytest.mark.parametrize("address", ["{folder}/secret.mp4", "secret.mp4", "mem://b/secret.mp4"])
def test_a_remote_playlist_leads_nowhere(bucket, media, tmp_path, monkeypatch, name, address):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # the copy would lie beside the other
    bucket["mem://b/secret.mp4"] = media(tmp_path / "secret.mp4", frames=50).read_bytes()
    for text in ("ffconcat version 1.0\nfile '{}'\n", "#EXTM3U\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"):
        bucket[f"mem://b/{name}"] = text.format(address.format(folder=tmp_path)).encode()
        with (
            storage.local_copy(f"mem://b/{name}") as copy,
            pytest.raises(MediaError, match="cannot_open: a list of other files"),
        ):
            probe(copy)


def test_the_copy_goes_even_after_an_error(bucket):
    bucket["mem://b/a"] = b"video"
    with pytest.raises(ZeroDivisionError), storage.local_copy("mem://b/a") as copy:
        raise ZeroDivisionError
    assert not os.path.exists(copy)


def test_a_remote_file_is_tried_three_times(bucket, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = "mem://b/a.mp4"
    bucket[path] = b"video"
    MemoryFileSystem.failures[path] = 2
    with storage.local_copy(path) as copy:
        assert pathlib.Path(copy).read_bytes() == b"video"
    MemoryFileSystem.failures[path] = 3
    with (
        pytest.raises(MediaError, match=r"cannot_open: BeamIOError: 503"),
        storage.local_copy(path),
    ):
        pass
    with (
        pytest.raises(MediaError, match="missing_file: there is no file mem://b/none"),
        storage.local_copy("mem://b/none.mp4"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


NAMES = ("a.mp4", "deep/b.webm", "deep/er/c.mp4", "README.md", ".x/d.mp4", "deep/", "deep/s.csv")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("mem://b/v", ["a.mp4", "deep/b.webm", "deep/er/c.mp4"]),
        ("mem://b/v/", ["a.mp4", "deep/b.webm", "deep/er/c.mp4"]),
        ("mem://b/v/**/*.mp4", ["a.mp4", "deep/er/c.mp4"]),
        ("mem://b/v/*", ["a.mp4"]),
        ("mem://b/v/deep/**", ["deep/b.webm", "deep/er/c.mp4"]),
        ("mem://b/v/a.mp4", ["a.mp4"]),
        ("mem://b/v/.x/*.mp4", [".x/d.mp4"]),
    ],
)
def test_remote_videos_are_found(bucket, pattern, names):
    for name in NAMES:
        bucket[f"mem://b/v/{name}"] = name.encode()
    bucket["mem://b/vv/other.mp4"] = b""
    found = find_videos([pattern])
    assert [file.path for file in found] == [f"mem://b/v/{name}" for name in names]
    assert [file.size for file in found] == [str(len(name)) for name in names]
    assert all(file.modified for file in found)


def test_what_is_not_there_or_cannot_be_asked_is_an_error(bucket):
    with pytest.raises(FileNotFoundError, match="no videos match 'mem://b/none'"):
        find_videos(["mem://b/none"])
    with pytest.raises(OSError, match=r"can't list nosuch://b/none/\*\*: .*filesystem"):
        find_videos(["nosuch://b/none"])


def test_remote_segments_are_found(bucket):
    bucket["mem://b/s.csv"] = b"id,start,end,label\nx,1,2,dog\ny,1,2,cat\n"
    bucket["mem://b/v/x.mp4"] = b""
    listed = list_videos(["mem://b/v"], "mem://b/s.csv")
    assert [(video.path, video.size) for video in listed] == [
        ("mem://b/v/x.mp4", "0"),
        ("mem://b/v/y", ""),
    ]


@pytest.fixture
def remote_videos(bucket, media, tmp_path) -> dict[str, bytes]:
    """Four good videos, one bad one, and annotations of a good one."""
    content = media(tmp_path / "good.mp4", frames=50).read_bytes()
    for name in ("a", "b", "deep/c", "deep/d"):
        bucket[f"mem://b/v/{name}.mp4"] = content
    bucket["mem://b/v/spoilt.mp4"] = b"no video"
    row = {"video": "c.mp4", "label": "bell", "objects": []}
    bucket["mem://b/v/deep/annotations.jsonl"] = json.dumps(row).encode()
    return bucket


def _component(**arguments):
    from objects_that_sound.components.video_example_gen.component import VideoExampleGen

    return VideoExampleGen(
        **arguments, image_size=64, sample_rate=8000, examples_per_video=2, eval_fraction=0.5
    )


def _execute(component, uri: str):
    """Runs the executor; the driver would be TFX's, which knows no mem://."""
    from tfx.types import standard_artifacts

    from objects_that_sound.components.video_example_gen.executor import Executor

    artifact = standard_artifacts.Examples()
    artifact.uri = uri
    executor = Executor(Executor.Context(beam_pipeline_args=local_beam_pipeline_args(1)))
    executor.Do({}, {"examples": [artifact]}, component.exec_properties)
    return artifact


def _labels(paths: list[str]) -> dict[str, list[bytes]]:
    data = tf.data.TFRecordDataset(paths, compression_type="GZIP")
    made = [examples.read_example(record) for record in data.as_numpy_iterator()]
    assert len(made) == 8
    return {
        example[examples.VIDEO_ID][0].decode(): example.get(examples.LABEL, []) for example in made
    }


WANTED = {"a.mp4": [], "b.mp4": [], "deep/c.mp4": [b"bell"], "deep/d.mp4": []}


def test_remote_videos_become_examples(remote_videos, tmp_path):
    from tfx.proto import example_gen_pb2

    split = example_gen_pb2.Input.Split(name="videos", pattern="**/*")
    component = _component(
        input_base="mem://b/v", input_config=example_gen_pb2.Input(splits=[split])
    )
    out = tmp_path / "examples"
    out.mkdir()
    artifact = _execute(component, str(out))
    assert _labels(list(map(str, out.glob("Split-*/*")))) == WANTED
    assert artifact.get_int_custom_property("num_rejects") == 1
    [row] = map(json.loads, (out / "rejects.jsonl").read_text().splitlines())
    assert (row["video"], row["reason"]) == ("spoilt.mp4", "cannot_open")


def test_a_list_of_remote_videos_in_local_and_remote_files(remote_videos, tmp_path):
    path = write_list(list_videos(["mem://b/v/**/*.mp4"]), str(tmp_path / "videos.csv")).path
    (tmp_path / "examples").mkdir()
    artifact = _execute(_component(video_list=path), str(tmp_path / "examples"))
    assert _labels(list(map(str, tmp_path.glob("examples/Split-*/*")))) == WANTED
    assert artifact.get_int_custom_property("num_rejects") == 1


def test_examples_may_lie_on_remote_storage_too(remote_videos, tmp_path):
    path = write_list(list_videos(["mem://b/v"]), str(tmp_path / "videos.csv")).path
    _execute(_component(video_list=path), "mem://b/out/examples/1")
    made = {name: content for name, content in remote_videos.items() if "/out/" in name}
    assert not [name for name in made if "unfinished" in name]
    for name in ("rejects.jsonl", "videos.jsonl"):
        assert b'"spoilt.mp4"' in made.pop(f"mem://b/out/examples/1/{name}")
    local = []
    for number, (name, content) in enumerate(sorted(made.items())):
        assert name.startswith("mem://b/out/examples/1/Split-")
        local.append(str(tmp_path / str(number)))
        pathlib.Path(local[-1]).write_bytes(content)
    assert _labels(local) == WANTED
