"""Channels in an order of their own end no process; those in FFmpeg's order are mixed."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

_RATE = 48000

# Reads a file as commands and evaluators do, in a process of its own that may die.
_READ = """
import gc, sys
from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound import decode_audio

for _ in range(3):
    for call in (probe, lambda path: read_clips(path, [1.0]), lambda path: decode_audio(path, 8000)):
        try:
            call(sys.argv[1])
            print("read")
        except MediaError as error:
            print(error)
    gc.collect()
"""


def _descriptions(labels: list[int]) -> bytes:
    """A `chan` box that names each channel (QuickTime File Format, "Channel layout")."""
    entries = b"".join(label.to_bytes(4, "big") + bytes(16) for label in labels)
    # Version and flags; the tag 0: "use the descriptions"; no bitmap; how many there are.
    body = bytes(12) + len(labels).to_bytes(4, "big") + entries
    return (8 + len(body)).to_bytes(4, "big") + b"chan" + body


# Labels of CoreAudio: 1 L, 2 R, 3 C, 4 LFE, 5 and 6 surround, 10 and 11 at the sides.
ORDERS = {
    "7.1": [2, 1, 3, 4, 5, 6, 10, 11],
    "5.1": [3, 1, 2, 5, 6, 4],
    "right before left": [2, 1],
    "one channel twice": [1, 2, 3, 3],
}


def _with_order(path: pathlib.Path, labels: list[int]) -> pathlib.Path:
    """A QuickTime film whose PCM sound has the given channels in the given order."""
    layout = {2: "stereo", 4: "4.0", 6: "5.1", 8: "7.1"}[len(labels)]
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = output.add_stream("pcm_s16le", rate=_RATE, layout=layout)
        grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 99, np.uint8), format="rgb24")
        for index in range(50):
            grey.pts, grey.time_base = index, Fraction(1, 25)
            output.mux(video.encode(grey))
        output.mux(video.encode(None))
        samples = np.full((1, 2 * _RATE * len(labels)), 3000, np.int16)
        sound = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
        sound.sample_rate, sound.pts, sound.time_base = _RATE, 0, Fraction(1, _RATE)
        output.mux(audio.encode(sound))
    return _replace_box(path, b"chan", _descriptions(labels))


_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def _replace_box(path: pathlib.Path, kind: bytes, box: bytes) -> pathlib.Path:
    """Puts a box in place of the only one of its kind, which is behind all samples."""
    data = path.read_bytes()
    assert data.count(kind) == 1 and data.index(b"moov") > data.index(b"mdat")
    place = data.index(kind) - 4
    old = int.from_bytes(data[place : place + 4], "big")
    changed = bytearray(data[:place] + box + data[place + old :])
    for parent in (*_PARENTS, b"stsd", b"sowt", b"wave"):
        at = -1
        while (at := data.find(parent, at + 1)) >= 0:
            size = int.from_bytes(data[at - 4 : at], "big")
            if at - 4 < place < at - 4 + size:
                changed[at - 4 : at] = (size + len(box) - old).to_bytes(4, "big")
    path.write_bytes(changed)
    return path


def _read(path: pathlib.Path) -> set[str]:
    """What three readings by three functions say; the process must not die."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 9
    return set(lines)


# FFmpeg 9, of PyAV 19, keeps such an order of two channels only. Of more it takes the number alone,
# which harms nobody.
_FORGOTTEN = int(av.__version__.split(".")[0]) >= 19


@pytest.mark.parametrize("labels", ORDERS.values(), ids=ORDERS)
def test_an_order_of_its_own_is_an_error_in_every_function(labels, tmp_path):
    [said] = _read(_with_order(tmp_path / "some.mov", labels))
    if _FORGOTTEN and len(labels) > 2:
        assert said == "read"
        return
    assert said.startswith("cannot_open: the sound's channels are in an order of their own (")


def test_ffmpegs_order_is_read(tmp_path):
    assert _read(_with_order(tmp_path / "some.mov", [1, 2, 3, 4, 5, 6, 10, 11])) == {"read"}


@pytest.mark.parametrize("layout", ["FL+FR+TFL", "FL+FC+LFE+SR"])
def test_an_unusual_set_of_channels_in_ffmpegs_order_is_no_order_of_its_own(
    layout, media, tmp_path
):
    sound = np.full((layout.count("+") + 1, 2 * _RATE), 0.1, np.float32)
    options = {"audio_codec": "pcm_s16le", "sample_rate": _RATE, "layout": layout}
    path = media(tmp_path / "some.wav", video_codec=None, sound=sound, **options)
    said = _read(path)
    assert "read" in said  # by `probe`
    # FFmpeg knows no mix of some sets, which is an error of the domain, too.
    others = said - {"read", "no_video_stream: no moving picture"}
    assert all(one.startswith("decode_error: mixing of sound") for one in others)
