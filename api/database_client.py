"""Search in a vector database."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.api.in_process_client import InProcessClient
from objects_that_sound.components.vector_database.model_identity import model_identity
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import VectorDatabase
from objects_that_sound.serving.client.found_item import FoundItem
from objects_that_sound.serving.client.model_client import Image


class DatabaseClient(InProcessClient):
    """Embeds with a model in this process and searches in a database.

    Each search uses the newest version that this very model made, so that an index of a new model
    can be written beside it at any time.
    """

    def __init__(
        self,
        database: VectorDatabase,
        model: str | None = None,
        where: SearchFilter | None = None,
    ):
        """Loads the model.

        Args:
            database: to search in; it is closed with this client.
            model: path of the model that made the index; None for where it was at that time.
            where: what found moments must be; None for any.

        Raises:
            DatabaseError: there is no index, or only those of other models.
            OSError: there is no SavedModel.
            ValueError: the model has no identity.
        """
        found = model if model is not None else database.newest().model_folder
        try:
            super().__init__(found)
        except FileNotFoundError as error:
            if model is not None:
                raise
            raise FileNotFoundError(
                f"The model that made the index in {database.address} was in {found}, and is not "
                "there: name it with --model."
            ) from error
        self._database = database
        self._where = where or SearchFilter()
        self._identity = model_identity(self.folder)
        database.newest(self._identity)

    def search_by_image(self, images: Sequence[Image], k: int = 10) -> list[list[FoundItem]]:
        """See `ModelClient.search_by_image`."""
        return self._nearest("audio", self.embed_image(images), k)

    def search_by_audio(self, audios: Sequence[bytes], k: int = 10) -> list[list[FoundItem]]:
        """See `ModelClient.search_by_audio`."""
        return self._nearest("image", self.embed_audio(audios), k)

    def close(self) -> None:
        """See `ModelClient.close`."""
        self._database.close()

    def _nearest(self, modality: str, queries: np.ndarray, k: int) -> list[list[FoundItem]]:
        version = self._database.newest(self._identity)
        return self._database.search(version, modality, queries, k, self._where)
