"""Reads pictures and sounds as a model takes them."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from objects_that_sound.api.encoded_image import encoded_image
from objects_that_sound.api.moment import Moment
from objects_that_sound.api.unusable_file_error import UnusableFileError
from objects_that_sound.api.wave_file import wave_file
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.slide import slide, slide_times
from objects_that_sound.components.media.sound import decode_audio
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

if TYPE_CHECKING:
    from PIL import Image

    from objects_that_sound.serving.client.model_client import Image as ImageFile
    from objects_that_sound.serving.client.model_description import ModelDescription

Path = str | os.PathLike
Answer = TypeVar("Answer")

_AT_ONCE = 32
"""Moments in a question."""


class MediaReader:
    """Reads files in child processes, so that none can harm this one; a context manager.

    Safe to use from several threads.

    Attributes:
        description: what the model takes and gives.
    """

    def __init__(self, description: ModelDescription, processes: int = 1):
        """Starts no process yet.

        Args:
            description: description of the model that is to be asked.
            processes: number of files that are read at once.
        """
        self.description = description
        self._pool = DecoderPool(processes)

    def __enter__(self) -> MediaReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes."""
        self._pool.close()

    def image(self, picture: Path | bytes | np.ndarray | Image.Image) -> bytes:
        """The file of a picture; see `encoded_image`.

        Raises:
            ValueError: the model looks at several frames at once.
        """
        frames = self.description.frames
        if frames > 1:
            raise ValueError(f"the model looks at {frames} frames at once: give a video")
        return encoded_image(picture)

    def second(
        self, audio: Path | np.ndarray, sample_rate: int = 0, time: float | None = None
    ) -> bytes:
        """One second of a sound.

        Args:
            audio: path of any sound file; or int16, or floats in -1..1, [n] or [n, channels].
            sample_rate: rate of an array, in Hz.
            time: middle of the second, in seconds; None: that of the sound.

        Returns:
            PCM as `Moment.audio` is.

        Raises:
            UnusableFileError: the file can't be read, or has no whole second there.
            ValueError: an array has none.
        """
        _check_time(time)
        samples = self._samples(audio, sample_rate)
        rate = self.description.sample_rate
        seconds = len(samples) / rate
        middle = seconds / 2 if time is None else time
        start = round((middle - 0.5) * rate)
        if start < 0 or start + rate > len(samples):
            raise _too_short(
                audio,
                f"there is no whole second of sound around {middle:.2f} s: the sound has only "
                f"{seconds:.2f} s",
            )
        return samples[start : start + rate].astype("<i2").tobytes()

    def seconds(
        self, audio: Path | np.ndarray, sample_rate: int = 0, every: float = 1.0
    ) -> tuple[np.ndarray, list[bytes]]:
        """All seconds of a sound.

        Args:
            audio: see `second`.
            sample_rate: see `second`.
            every: distance from second to second.

        Returns:
            Their middles, float64 [n], in seconds from the first sample; and their PCM.

        Raises:
            UnusableFileError: the file can't be read, or is shorter than a second.
            ValueError: an array is; or `every` is not positive.
        """
        _check(every)
        samples = self._samples(audio, sample_rate)
        rate = self.description.sample_rate
        if len(samples) < rate:
            length = f"{len(samples) / rate:.2f} s"
            raise _too_short(
                audio, f"the sound has only {length}, but a model needs a whole second"
            )
        count = int((len(samples) / rate - 1) / every + 1e-9) + 1
        starts = [round(number * every * rate) for number in range(count)]
        found = [samples[start : start + rate].astype("<i2").tobytes() for start in starts]
        return np.array(starts) / rate + 0.5, found

    def moment(self, video: Path, time: float | None = None) -> Moment:
        """A frame of a video, with the second of sound around it.

        Args:
            video: path.
            time: seconds; None: the middle of what can be asked about.

        Raises:
            UnusableFileError: the file can't be read there.
        """
        model = self.description
        _check_time(time)
        with _naming(video):
            if time is None:
                first, last = self._pool.call(probe, os.fspath(video)).usable or (0.0, 0.0)
                time = (first + last) / 2
            (clip,) = self._pool.call(
                read_clips,
                os.fspath(video),
                [time],
                image_size=model.image_size,
                sample_rate=model.sample_rate,
                frames=model.frames,
            )
        return Moment(clip.jpeg, clip.pcm, f"{video} at {clip.time:.2f} s", clip.frames)

    def ask(
        self,
        video: Path,
        every: float,
        question: Callable[[list[ImageFile], list[bytes]], Sequence[Answer]],
    ) -> tuple[int, Iterator[tuple[float, Answer | MediaError]]]:
        """Asks about moment after moment of a video.

        Args:
            video: path.
            every: seconds from moment to moment.
            question: is asked about some images and their sounds at a time, and gives an answer for
                each.

        Returns:
            The number of moments; and for each of them the time in seconds with the answer, or with
            what is wrong with that part of the file.

        Raises:
            UnusableFileError: the file can't be read at all.
            ValueError: `every` is not positive.
        """
        _check(every)
        with _naming(video):
            times = self._pool.call(
                slide_times, os.fspath(video), every, frames=self.description.frames
            )
        return len(times), self._answers(os.fspath(video), times, question)

    def _answers(
        self,
        video: str,
        times: list[float],
        question: Callable[[list[ImageFile], list[bytes]], Sequence[Answer]],
    ) -> Iterator[tuple[float, Answer | MediaError]]:
        clips = slide(
            video,
            times,
            image_size=self.description.image_size,
            sample_rate=self.description.sample_rate,
            frames=self.description.frames,
            read=functools.partial(self._pool.call, read_clips),
        )
        for start in range(0, len(times), _AT_ONCE):
            some = [next(clips) for _ in times[start : start + _AT_ONCE]]
            whole = [clip for clip in some if not isinstance(clip, MediaError)]
            images: list[ImageFile] = [clip.frames or clip.jpeg for clip in whole]
            answers = iter(question(images, [clip.pcm for clip in whole]) if whole else ())
            for time, clip in zip(times[start:], some, strict=False):
                yield (time, clip) if isinstance(clip, MediaError) else (clip.time, next(answers))

    def _samples(self, audio: Path | np.ndarray, sample_rate: int) -> np.ndarray:
        rate = self.description.sample_rate
        if isinstance(audio, str | os.PathLike):
            with _naming(audio):
                return self._pool.call(decode_audio, os.fspath(audio), rate)  # int16 [n]
        if isinstance(audio, bytes):
            raise TypeError("a sound is a path, or an array with its sample_rate, not bytes")
        if not sample_rate:
            raise ValueError("give the sample_rate of an array of sound, in Hz")
        return decode_audio(io.BytesIO(wave_file(audio, sample_rate)), rate)


def _check(every: float) -> None:
    if not every > 0:
        raise ValueError(f"every must be positive, not {every}")


def _check_time(time: float | None) -> None:
    if time is not None and not math.isfinite(time):
        raise ValueError(f"time must be a number of seconds, not {time}")


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Adds the file's name to errors about it."""
    try:
        yield
    except MediaError as error:
        raise UnusableFileError(path, error.reason, error.detail) from error


def _too_short(audio: Path | np.ndarray, detail: str) -> Exception:
    if isinstance(audio, str | os.PathLike):
        return UnusableFileError(audio, media_error.TOO_SHORT, detail)
    return ValueError(detail)
