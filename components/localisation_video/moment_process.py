"""A `MomentReader` in a child process, so that no file can end this one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from objects_that_sound.components.localisation_video.localiser import Description
from objects_that_sound.components.localisation_video.moment_reader import (
    Moment,
    MomentReader,
    Opening,
    Rest,
)
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.decoder_pool import (
    MEMORY_LIMIT,
    TIMEOUT_SECONDS,
)
from objects_that_sound.components.video_example_gen.decoder_process import DecoderProcess

_reader: MomentReader | None = None  # in the child: the one that it reads with


class MomentProcess:
    """Reads the moments of a video elsewhere; a context manager, and an iterable of `Moment`.

    Attributes:
        opening: what is known before the moments.
    """

    def __init__(self, source: str, options: VideoOptions, description: Description):
        """Opens a video.

        Args:
            source: a video file with sound.
            options: which part, and how; a batch is read at once.
            description: of the model.

        Raises:
            MediaError: as of `MomentReader`, and crashed, timeout, out_of_memory; so with every
                other function.
        """
        self._batch_size = options.batch_size
        self._process = DecoderProcess(memory_limit=MEMORY_LIMIT)
        wanted = (description.sample_rate, description.image_size, description.frames)
        try:
            self.opening: Opening = self._call(_begin, source, options, *wanted)
        except BaseException:
            self._process.stop()
            raise

    def __enter__(self) -> MomentProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def __iter__(self) -> Iterator[Moment]:
        while moments := self._call(_more, self._batch_size):
            yield from moments

    def rest(self) -> Rest:
        """What is known behind the last moment."""
        return self._call(_rest)

    def _call(self, function: Callable[..., Any], *arguments: object) -> Any:
        return self._process.call(function, *arguments, timeout=TIMEOUT_SECONDS)


def _begin(source: str, options: VideoOptions, *wanted: int) -> Opening:
    global _reader
    _reader = MomentReader(source, options, *wanted)
    return _reader.opening


def _more(count: int) -> list[Moment]:
    return list(itertools.islice(_begun(), count))


def _rest() -> Rest:
    return _begun().rest()


def _begun() -> MomentReader:
    if _reader is None:  # the child that had begun died between two calls, and this is another
        raise MediaError(media_error.CRASHED, "the decoder died")
    return _reader
