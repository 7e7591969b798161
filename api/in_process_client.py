"""A model asked without a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.serving.client.model_client import Image, ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.client.version_status import VersionStatus
from objects_that_sound.serving.graph_error import first_words


class InProcessClient(ModelClient):
    """Answers as a model server would, from a SavedModel in this process.

    Attributes:
        folder: folder of the SavedModel.
    """

    def __init__(self, path: str):
        """Loads the model.

        Args:
            path: a SavedModel's folder, one of numbered versions, or a Model artifact's.

        Raises:
            OSError: there is no SavedModel.
        """
        super().__init__(server=path, model_name=path)
        self._model = SavedModel(path)
        self.folder = self._model.folder

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, Sequence[Image] | np.ndarray],
        outputs: Mapping[str, type[np.generic]],
    ) -> dict[str, np.ndarray]:
        """See `ModelClient.predict`."""
        try:
            found = self._model.call(signature_name, inputs)
            wanted = outputs or dict.fromkeys(found)
            return {name: np.asarray(found[name], kind) for name, kind in wanted.items()}
        except tf.errors.OpError as error:
            raise ModelServerError(type(error).__name__, first_words(error.message)) from error
        except (KeyError, ValueError) as error:
            raise ModelServerError("INVALID_ARGUMENT", str(error)) from error

    def model_status(self) -> list[VersionStatus]:
        """See `ModelClient.model_status`; a single SavedModel has no number."""
        return [VersionStatus(0, "AVAILABLE", "OK", "")]

    def close(self) -> None:
        """See `ModelClient.close`."""
