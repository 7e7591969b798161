"""PyAV with a seek for each time, for the picture and for the sound."""

from __future__ import annotations

import av

from benchmarks.ingest.contestants import output
from benchmarks.ingest.contestants.pyav_sequential import Encoder, Sound, tick_of

_LEAD_IN = 0.1  # seconds of sound ahead of a window: the AAC decoder starts with a wrong frame


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    encoder = Encoder()
    with av.open(path) as container:
        for stream in (container.streams.video[0], container.streams.audio[0]):
            stream.codec_context.thread_type = "NONE"
        return [(_image(container, time, encoder), _sound(container, time)) for time in times]


def _image(container, time: float, encoder: Encoder) -> bytes:
    video = container.streams.video[0]
    tick = tick_of(time, video.time_base)
    container.seek(tick, stream=video)
    shown = None
    for frame in container.decode(video):
        if frame.pts > tick:
            break
        shown = frame
    return encoder.encode(shown)


def _sound(container, time: float) -> bytes:
    audio = container.streams.audio[0]
    container.seek(max(0, int((time - 0.5 - _LEAD_IN) / audio.time_base)), stream=audio)
    sound = Sound()
    for frame in container.decode(audio):
        sound.feed(frame)
        if frame.time > time + 0.6:
            break
    return output.cut(*sound.finish(), [time])[0]
