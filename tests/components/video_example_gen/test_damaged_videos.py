"""A folder in which every tenth video is damaged, in ten ways: only the damaged ones are lost."""

from __future__ import annotations

import collections
import csv
import dataclasses
import json
import os
import pathlib
import random
import re
import struct
import threading
from collections.abc import Callable

import psutil
import pytest
import tensorflow as tf

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.models import examples

_GOOD = 900
_BAD_OF_EACH = 10
_EXAMPLES = 4
# Together under 2 GiB: a fresh process that has imported TFX and the executor takes 1,050 MiB by
# itself. This one may hold more, of tests before.
_MEMORY = 900 << 20


@dataclasses.dataclass(frozen=True)
class Damage:
    """A way to damage a video: how to make one, and the reasons that name it."""

    make: Callable[[Sources, pathlib.Path, random.Random], object]
    reasons: set[str]


@dataclasses.dataclass(frozen=True)
class Sources:
    """Whole videos to make damaged ones of."""

    mp4: bytes
    vp9: bytes
    announcing: dict[str, bytes]
    silent: bytes


def _flipped(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    """A bit of every twentieth byte of picture and sound; the index stays whole."""
    content = bytearray(sources.mp4)
    media = content.index(b"mdat")
    length = int.from_bytes(content[media - 4 : media], "big")
    for _ in range(length // 20):
        content[rng.randrange(media + 4, media - 4 + length)] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def _cut(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    path.write_bytes(sources.mp4[: rng.randrange(1000, len(sources.mp4) * 9 // 10)])


def _empty(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    path.touch()


def _text(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    path.write_text("<html>This video is not available in your country.</html>\n" * 50)


def _huge(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    """A VP9 stream that says it has 20,000x20,000 (or 16,000x16,000) pixels."""
    side = rng.choice((20_000, 16_000))
    content = bytearray(sources.vp9)
    for sync in re.finditer(rb"\x49\x83\x42", sources.vp9):
        # Colour space and range, then width - 1 and height - 1 in 16 bits each.
        begin, end = sync.end(), sync.end() + 5
        bits = int.from_bytes(content[begin:end], "big") & ~(0xFFFFFFFF << 4)
        content[begin:end] = (bits | (side - 1) << 20 | (side - 1) << 4).to_bytes(5, "big")
    path.write_bytes(content)


def _endless(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    """A header that announces thousands of years."""
    kind = rng.choice(sorted(sources.announcing))
    content = bytearray(sources.announcing[kind])
    if kind == "mkv":
        at, value = content.index(b"\x44\x89\x88") + 3, struct.pack(">d", 1e14)  # milliseconds
    elif kind == "flv":
        at, value = content.index(b"duration") + 9, struct.pack(">d", 1e11)
    else:
        at, value = content.index(b"strh") + 40, struct.pack("<I", 0x7FFFFFFF)
    content[at : at + len(value)] = value
    path.write_bytes(content)


def _no_file(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    """A folder or a pipe with a video's name; who reads the pipe waits for ever."""
    os.mkfifo(path) if rng.random() < 0.5 else path.mkdir()


def _forbidden(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    """A file that may not be read; root may, but not even root follows a link to itself."""
    if os.geteuid():
        path.write_bytes(sources.mp4)
        path.chmod(0)
    else:
        path.symlink_to(path)


def _silent(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    path.write_bytes(sources.silent)


def _noise(sources: Sources, path: pathlib.Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(50_000))


DAMAGES = {
    "bit_flips": Damage(_flipped, {"decode_error"}),
    "truncation": Damage(_cut, {"truncated"}),
    "zero_bytes": Damage(_empty, {"empty_file"}),
    "text": Damage(_text, {"cannot_open"}),
    # FFmpeg itself refuses more pixels than 2^28.
    "huge_header": Damage(_huge, {"too_large", "decode_error"}),
    "endless_duration": Damage(_endless, {"truncated"}),
    "no_file": Damage(_no_file, {"cannot_open"}),
    "no_permission": Damage(_forbidden, {"cannot_open"}),
    "no_sound": Damage(_silent, {"no_audio_stream"}),
    "random_bytes": Damage(_noise, {"cannot_open"}),
}


@pytest.fixture(scope="module")
def whole(media, tmp_path_factory) -> tuple[list[pathlib.Path], Sources]:
    """Whole videos in several containers, and what damaged ones are made of."""
    folder = tmp_path_factory.mktemp("whole")
    mp4 = media(folder / "a.mp4", frames=60)
    vp9 = media(
        folder / "b.webm",
        frames=60,
        video_codec="libvpx-vp9",
        audio_codec="libopus",
        sample_rate=48000,
    )
    mkv = media(folder / "c.mkv", frames=60)
    avi = media(folder / "d.avi", frames=60, video_codec="mpeg4", audio_codec="pcm_s16le")
    flv = media(folder / "e.flv", frames=60)
    ts = media(folder / "f.ts", frames=60)
    silent = media(folder / "silent.mp4", sound=None)
    announcing = {"mkv": mkv.read_bytes(), "avi": avi.read_bytes(), "flv": flv.read_bytes()}
    sources = Sources(mp4.read_bytes(), vp9.read_bytes(), announcing, silent.read_bytes())
    return [mp4, vp9, mkv, avi, flv, ts], sources


class _MemoryWatch:
    """Samples what this process and all its descendants take more than at first."""

    def __enter__(self) -> _MemoryWatch:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        before = _all_resident()  # with servers that other tests have left running
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, _all_resident() - before)


def _all_resident() -> int:
    me = psutil.Process()
    return sum(map(_resident, [me, *me.children(recursive=True)]))


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:  # it is gone
        return 0


def test_only_damaged_videos_are_lost(whole, tmp_path, capfd):
    from tfx.types import standard_artifacts

    from objects_that_sound.components.video_example_gen.component import VideoExampleGen
    from objects_that_sound.components.video_example_gen.executor import Executor

    videos, sources = whole
    folder = tmp_path / "videos"
    folder.mkdir()
    good_names = set()
    for number in range(_GOOD):
        source = videos[number % len(videos)]
        os.link(source, folder / f"good_{number:04d}{source.suffix}")
        good_names.add(f"good_{number:04d}{source.suffix}")
    bad = {}
    for damage in DAMAGES:
        for number in range(_BAD_OF_EACH):
            name = f"{damage}_{number}.mp4"
            DAMAGES[damage].make(sources, folder / name, random.Random(f"{damage}/{number}"))
            bad[name] = DAMAGES[damage].reasons
    with open(tmp_path / "videos.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path"])
        writer.writerows([str(folder / name)] for name in sorted(good_names | set(bad)))

    component = VideoExampleGen(
        video_list=str(tmp_path / "videos.csv"),
        image_size=64,
        sample_rate=8000,
        examples_per_video=_EXAMPLES,
    )
    artifact = standard_artifacts.Examples()
    artifact.uri = str(tmp_path / "examples" / "1")
    os.makedirs(artifact.uri)
    executor = Executor(Executor.Context(beam_pipeline_args=local_beam_pipeline_args()))
    with _MemoryWatch() as memory:
        executor.Do({}, {"examples": [artifact]}, component.exec_properties)

    with open(f"{artifact.uri}/rejects.jsonl") as file:
        rows = [json.loads(line) for line in file]
    wrong = [row for row in rows if row["reason"] not in bad.get(row["video"], ())]
    assert not wrong
    assert sorted(row["video"] for row in rows) == sorted(bad)
    assert all(row["detail"] for row in rows)

    files = [str(path) for path in pathlib.Path(artifact.uri).glob("Split-*/*")]
    found = collections.Counter(
        examples.read_example(record)[examples.VIDEO_ID][0].decode()
        for record in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
    )
    assert found == dict.fromkeys(good_names, _EXAMPLES)
    assert artifact.get_int_custom_property("num_rejects") == len(bad)
    assert sum(json.loads(artifact.get_string_custom_property("rejects")).values()) == len(bad)

    assert 0 < memory.peak < _MEMORY, f"{memory.peak >> 20} MiB"
    shown = capfd.readouterr().err.replace("\r", "\n")
    named = [line for line in shown.splitlines() if line.startswith("rejected ")]
    assert len(named) == 20
    assert "rejects.jsonl will have all" in shown
    assert not (tmp_path / "examples" / ".unfinished").exists()
