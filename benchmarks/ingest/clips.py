"""Makes the clips that are decoded: H.264 and AAC in mp4, as video sites deliver them."""

from __future__ import annotations

import functools
import os
import pathlib
import tempfile
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np

from benchmarks.ingest.scene import FPS, HEIGHT, SOUND_RATE, WIDTH, Scene, make_sound

PART_SECONDS = 10
"""Length of the parts of a long clip; the frame numbers in the pictures begin anew in each."""

_VERSION = 1  # part of the files' names: another one makes all clips anew
_SOUND_BITS_PER_SECOND = 128_000


class Clip(NamedTuple):
    """A clip to make: `seconds` long, from scene `seed`, a key frame every `key_seconds`.

    A long clip is the short ones of `parts` scenes, `seed` and the following, in turn: their
    packets are copied, so that nothing is encoded twice.
    """

    seed: int
    seconds: int
    key_seconds: Fraction
    parts: int = 0

    @property
    def name(self) -> str:
        """Of the file."""
        keys = round(self.key_seconds * FPS)
        return f"v{_VERSION}-{self.seconds}s-{self.parts}-{self.seed}-keyint{keys}.mp4"


def make_clip(clip: Clip, folder: pathlib.Path, part_seconds: int = PART_SECONDS) -> pathlib.Path:
    """Makes a clip, and those it consists of, unless it is there already; returns its path."""
    path = folder / clip.name
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    if clip.parts:
        sources = [
            make_clip(Clip(clip.seed + k, part_seconds, clip.key_seconds), folder)
            for k in range(clip.parts)
        ]
        write = functools.partial(_join, clip, sources, part_seconds)
    else:
        write = functools.partial(_encode, clip)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        unfinished = pathlib.Path(temporary) / "clip.mp4"
        write(unfinished)
        os.replace(unfinished, path)
    return path


def _encode(clip: Clip, path: pathlib.Path) -> None:
    scene = Scene(clip.seed)
    key = str(round(clip.key_seconds * FPS))
    with av.open(str(path), "w") as output:
        # No B-frame at the end of a group may look across a key frame: parts can be joined.
        options = {"preset": "medium", "crf": "23", "x264-params": f"keyint={key}:open-gop=0"}
        video = output.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.thread_count = 1
        audio = _audio_stream(output)
        packets = _encode_sound(audio, make_sound(clip.seed, clip.seconds))
        for number in range(clip.seconds * FPS):
            image = scene.frame(number)
            frame = av.VideoFrame.from_ndarray(image, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            packets += video.encode(frame)
        packets += video.encode()
        _mux(output, packets)


def _join(clip: Clip, sources: list[pathlib.Path], part_seconds: int, path: pathlib.Path) -> None:
    """Copies the parts' picture packets, one part after the other; the sound is encoded."""
    with av.open(str(path), "w") as output:
        packets: list[av.Packet] = []
        video = None
        for index in range(clip.seconds // part_seconds):
            with av.open(str(sources[index % len(sources)])) as part:
                stream = part.streams.video[0]
                if video is None:
                    video = output.add_stream_from_template(stream)
                    audio = _audio_stream(output)
                shift = round(index * part_seconds / (stream.time_base or 1))
                for packet in part.demux(stream):
                    if packet.pts is not None and packet.dts is not None:  # not the last, empty one
                        packet.pts += shift
                        packet.dts += shift
                        packet.stream = video
                        packets.append(packet)
        packets += _encode_sound(audio, make_sound(clip.seed, clip.seconds))
        _mux(output, packets)


def _audio_stream(output):
    audio = output.add_stream("aac", rate=SOUND_RATE, layout="stereo")
    audio.bit_rate = _SOUND_BITS_PER_SECOND
    return audio


def _encode_sound(stream, sound: np.ndarray) -> list[av.Packet]:
    packets = []
    for start in range(0, sound.shape[1], SOUND_RATE):
        block = np.ascontiguousarray(sound[:, start : start + SOUND_RATE])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SOUND_RATE, start
        frame.time_base = Fraction(1, SOUND_RATE)
        packets += stream.encode(frame)
    return packets + stream.encode()


def _mux(output, packets: list[av.Packet]) -> None:
    """Writes packets interleaved by time, as they are in files from video sites."""
    for packet in sorted(packets, key=_seconds):
        output.mux(packet)


def _seconds(packet: av.Packet) -> Fraction:
    return (packet.dts or 0) * (packet.time_base or Fraction(1))
