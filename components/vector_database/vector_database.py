"""What is asked of a vector database, whichever it is."""

from __future__ import annotations

import abc
import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.serving.client.found_item import FoundItem

MODALITIES = ("image", "audio")
"""What can be searched: the embeddings of frames, and those of sounds."""


def found_item(video: str, time: float, score: float, label: str) -> FoundItem:
    """A found row; its time, stored as float32, gets the digits back that it was written with."""
    return FoundItem(video, float(str(np.float32(time))), float(score), label, "")


class VectorDatabase(abc.ABC):
    """An index in a database: versions, each of one model, of which searches see the published ones.

    A context manager. Searches may come from several threads, and from other processes where the
    database has a server; one process writes.

    Every method raises:
        DatabaseError: the database can't be reached, or can't do it; the message says why.

    Attributes:
        address: of the database, for people: without a password.
    """

    def __init__(self, address: str):
        self.address = address

    def newest(self, model: str | None = None) -> IndexVersion:
        """The newest version that searches may use.

        Args:
            model: identity of the model that it must be of; None for any.

        Raises:
            DatabaseError: there is none; says whether other models' are there.
        """
        published = [version for version in self.versions() if version.published]
        if not published:
            raise DatabaseError(
                f"There is no index in {self.address} yet. Write one with `ots index --to`."
            )
        for version in reversed(published):
            if model in (None, version.model):
                return version
        raise DatabaseError(
            f"The index in {self.address} was made with another model, which was in "
            f"{published[-1].model_folder}. Vectors of different models can't be compared: name "
            "that model with --model, or write the index again with `ots index --to`."
        )

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keeps other writers away, where the database can do that."""
        yield

    @abc.abstractmethod
    def versions(self) -> list[IndexVersion]:
        """All versions, the oldest first."""

    @abc.abstractmethod
    def begin(self, model: str, model_folder: str, size: int) -> IndexVersion:
        """Begins a version, empty and not published; see `IndexVersion` for the arguments."""

    @abc.abstractmethod
    def stored(self, version: IndexVersion, videos: Sequence[str]) -> dict[str, Counter[str]]:
        """How many rows of each digest there are of these videos; those without rows are left out."""

    @abc.abstractmethod
    def write(self, version: IndexVersion, moments: Moments) -> None:
        """Adds rows; those with a key that is there take its place."""

    @abc.abstractmethod
    def delete(self, version: IndexVersion, keep: Mapping[str, str | None]) -> None:
        """Removes rows of videos.

        Args:
            version: to remove them from.
            keep: digests by the videos' ids; their rows stay, all others of the video go; None: all.
        """

    @abc.abstractmethod
    def finish(self, version: IndexVersion) -> None:
        """Sees to it that what was written is found, and fast."""

    @abc.abstractmethod
    def publish(self, version: IndexVersion) -> None:
        """Lets searches use a version from now on, all at once."""

    @abc.abstractmethod
    def drop(self, version: IndexVersion) -> None:
        """Removes a version and its rows."""

    @abc.abstractmethod
    def count(self, version: IndexVersion) -> int:
        """How many rows a version has."""

    @abc.abstractmethod
    def search(
        self,
        version: IndexVersion,
        modality: str,
        queries: np.ndarray,
        k: int,
        where: SearchFilter,
    ) -> list[list[FoundItem]]:
        """Finds the rows whose vectors have the largest inner products with queries.

        Args:
            version: to search in.
            modality: one of `MODALITIES`.
            queries: float32 [batch, size].
            k: how many to find of each, fewer where there are fewer.
            where: what they must be.

        Returns:
            The found moments of each query, the best first, without thumbnails.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    def __enter__(self) -> VectorDatabase:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
