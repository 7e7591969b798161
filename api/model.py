"""A trained model, for people who write their own code."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from objects_that_sound.api.localised_moment import LocalisedMoment
from objects_that_sound.api.media_reader import MediaReader
from objects_that_sound.api.moment import Moment
from objects_that_sound.api.search_results import SearchResults
from objects_that_sound.api.sound_embeddings import SoundEmbeddings
from objects_that_sound.api.video_embeddings import VideoEmbeddings
from objects_that_sound.api.video_scores import VideoScores
from objects_that_sound.components.media.media_error import MediaError

if TYPE_CHECKING:
    from PIL import Image

    from objects_that_sound.serving.client.model_client import Image as ImageFile
    from objects_that_sound.serving.client.model_client import ModelClient
    from objects_that_sound.serving.client.model_description import ModelDescription

Path = str | os.PathLike


class Model:
    """Answers in this process or from a server; `objects_that_sound.load` makes it.

    A picture is a path, the bytes of a file, uint8 [height, width, 3] or a picture of PIL. A sound is
    a path, or an array with its `sample_rate`: int16, or floats in -1..1, [n] or [n, channels]. A
    context manager; safe to use from several threads.

    Every method raises:
        UnusableFileError: a file can't be read; names it, with the reason.
        ModelServerError: the model refused the question, or has no such answer.
        ConnectionError, TimeoutError: there is no server, or no answer in time.
        ValueError, TypeError: the arguments do not go together, or are of the wrong kind.

    Attributes:
        client: what answers, for questions about many pictures and sounds at once.
    """

    def __init__(self, client: ModelClient):
        """Asks nothing yet.

        Args:
            client: what answers.
        """
        self.client = client

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Model({self.client.server!r})"

    def close(self) -> None:
        """Ends the connection and the processes that read files."""
        if "_reader" in self.__dict__:
            self._reader.close()
            del self._reader
        self.client.close()

    @functools.cached_property
    def description(self) -> ModelDescription:
        """What the model takes and gives: rate, sizes, number of frames."""
        return self.client.describe()

    def embed_image(
        self,
        picture: Path
        | bytes
        | np.ndarray
        | Image.Image
        | Sequence[Path | bytes | np.ndarray | Image.Image],
    ) -> np.ndarray:
        """The embedding of a picture, or those of a list of pictures.

        Returns:
            float32 [D] of unit length; of a list, or of an array [n, height, width, 3], [n, D].
        """
        many = isinstance(picture, list | tuple) or getattr(picture, "ndim", 0) == 4
        pictures = list(picture) if many else [picture]  # type: ignore[arg-type]
        if not pictures:
            return np.zeros((0, self.description.embedding_size), np.float32)
        found = self.client.embed_image([self._reader.image(one) for one in pictures])  # type: ignore[arg-type]
        return found if many else found[0]

    def embed_audio(
        self, audio: Path | np.ndarray, sample_rate: int = 0, *, every: float = 1.0
    ) -> SoundEmbeddings:
        """The embeddings of the seconds of a sound.

        Args:
            audio: sound of any length from one second on.
            sample_rate: rate of an array, in Hz.
            every: distance from second to second; less than 1 lets them overlap.
        """
        times, seconds = self._reader.seconds(audio, sample_rate, every)
        return SoundEmbeddings(times, self.client.embed_audio(seconds))

    def embed_video(self, video: Path, every: float = 1.0) -> VideoEmbeddings:
        """The embeddings of frames and of the second of sound around each.

        Args:
            video: path.
            every: seconds from frame to frame.
        """

        def ask(images: list[ImageFile], sounds: list[bytes]) -> list[np.ndarray]:
            pair = (self.client.embed_image(images), self.client.embed_audio(sounds))
            return list(np.stack(pair, 1))

        times, found, failed = self._over(video, every, ask)
        both = np.array(found, np.float32).reshape(-1, 2, self.description.embedding_size)
        return VideoEmbeddings(times, both[:, 0], both[:, 1], failed)

    def score(
        self,
        image: Path | bytes | np.ndarray | Image.Image | None = None,
        audio: Path | np.ndarray | None = None,
        sample_rate: int = 0,
        *,
        video: Path | None = None,
        time: float | None = None,
    ) -> float:
        """Probability that a picture and a second of sound correspond.

        The model looks at the square in the middle of the picture, as in training. `localise` looks
        at the whole picture, so the two scores may differ a little.

        Args:
            image: picture.
            audio: sound.
            sample_rate: rate of an array, in Hz.
            video: path, instead of picture and sound.
            time: seconds: which frame of the video, and the middle of the second of sound; None: the
                middle.
        """
        moment = self._moment(image, audio, sample_rate, video, time, need_both=True)
        return float(self.client.score(moment.images, _sounds(moment))[0])

    def score_video(self, video: Path, every: float = 1.0) -> VideoScores:
        """Probabilities that frames and the second of sound around each correspond.

        Args:
            video: path.
            every: seconds from frame to frame.
        """
        times, found, failed = self._over(
            video, every, lambda *both: list(self.client.score(*both))
        )
        return VideoScores(times, np.array(found, np.float32), failed)

    def localise(
        self,
        image: Path | bytes | np.ndarray | Image.Image | None = None,
        audio: Path | np.ndarray | None = None,
        sample_rate: int = 0,
        *,
        video: Path | None = None,
        time: float | None = None,
    ) -> LocalisedMoment:
        """Where in a picture a second of sound comes from; the arguments are those of `score`."""
        moment = self._moment(image, audio, sample_rate, video, time, need_both=True)
        (found,) = self.client.localise(moment.images, _sounds(moment))
        model = self.description
        return LocalisedMoment(moment, found, model.sample_rate, model.map_threshold)

    def search(
        self,
        image: Path | bytes | np.ndarray | Image.Image | None = None,
        audio: Path | np.ndarray | None = None,
        sample_rate: int = 0,
        *,
        video: Path | None = None,
        time: float | None = None,
        k: int = 10,
    ) -> SearchResults:
        """Of an index: the sounds that fit a picture, and the pictures that fit a sound.

        Args:
            image: picture, or none.
            audio: sound, or none.
            sample_rate: see `score`.
            video: see `score`.
            time: see `score`.
            k: number of results each way.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        moment = self._moment(image, audio, sample_rate, video, time, need_both=False)
        sounds = self.client.search_by_image(moment.images, k) if moment.image else [[]]
        images = self.client.search_by_audio(_sounds(moment), k) if moment.audio else [[]]
        folder = getattr(self.client, "folder", None)
        return SearchResults(moment.source, tuple(sounds[0]), tuple(images[0]), folder)

    @functools.cached_property
    def _reader(self) -> MediaReader:
        return MediaReader(self.description)

    def _moment(
        self,
        image: Path | bytes | np.ndarray | Image.Image | None,
        audio: Path | np.ndarray | None,
        sample_rate: int,
        video: Path | None,
        time: float | None,
        *,
        need_both: bool,
    ) -> Moment:
        given = (image is not None, audio is not None)
        if (video is not None) == any(given) or (need_both and any(given) and not all(given)):
            raise ValueError(
                "give an image and an audio, or a video"
                if need_both
                else "give an image or an audio or both, or a video"
            )
        if video is not None:
            return self._reader.moment(video, time)
        return Moment(
            None if image is None else self._reader.image(image),
            None if audio is None else self._reader.second(audio, sample_rate, time),
            " and ".join(_name(one) for one in (image, audio) if one is not None),
        )

    def _over(
        self,
        video: Path,
        every: float,
        ask: Callable[[list[ImageFile], list[bytes]], Sequence],
    ) -> tuple[np.ndarray, list, tuple[tuple[float, str], ...]]:
        """Times and answers of the moments that can be read; times and reasons of the others."""
        _, answers = self._reader.ask(video, every, ask)
        times, found, failed = [], [], []
        for time, answer in answers:
            if isinstance(answer, MediaError):
                failed.append((time, str(answer)))
            else:
                times.append(time)
                found.append(answer)
        return np.array(times, np.float64), found, tuple(failed)


def _sounds(moment: Moment) -> list[bytes]:
    assert moment.audio is not None  # it was asked for
    return [moment.audio]


def _name(given: object) -> str:
    return os.fspath(given) if isinstance(given, str | os.PathLike) else "an array or picture"
