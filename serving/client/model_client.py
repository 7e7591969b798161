"""The client's interface, the same over gRPC and REST."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from objects_that_sound.serving.client.found_item import FoundItem
from objects_that_sound.serving.client.localisation import Localisation
from objects_that_sound.serving.client.model_description import ModelDescription
from objects_that_sound.serving.client.version_status import VersionStatus

Image = bytes | Sequence[bytes]
"""The file, or those of all frames where the model looks at several; see ModelDescription."""


class ModelClient(abc.ABC):
    """Asks a model server: this project's, or a stock tensorflow_model_server.

    Images are JPEG or PNG bytes of any size, all frames of one alike. Sounds are raw int16 little-endian mono PCM of exactly
    one second at the model's sample rate (see `describe`), or a WAV file of that. Every method
    takes a batch and answers in its order; a long one is sent as several requests, one after the
    other (but by `predict`). A context manager; safe to use from several threads.

    Every method raises:
        ConnectionError: there is no server, or it went away.
        TimeoutError: no answer within the client's timeout.
        ModelServerError: the server refused the request; its `code` and `message` say why.

    Attributes:
        server: `host:port`.
        model_name: the name that the model is served under.
        timeout_seconds: for each request.
        max_batch: the most images or sounds in a request of these methods.
    """

    max_batch: int = 64

    def __init__(self, server: str, model_name: str, timeout_seconds: float = 30.0):
        self.server = server
        self.model_name = model_name
        self.timeout_seconds = timeout_seconds

    def score(self, images: Sequence[Image], audios: Sequence[bytes]) -> np.ndarray:
        """Probability that each image and its sound correspond: float32 [n] in 0..1."""
        inputs = _pairs(images, audios)
        return self._predict_all("score", inputs, {"score": np.float32})["score"]

    def embed_image(self, images: Sequence[Image]) -> np.ndarray:
        """Embeddings of unit length: float32 [n, embedding_size]."""
        outputs = self._predict_all("embed_image", {"image": images}, {"embedding": np.float32})
        return outputs["embedding"]

    def embed_audio(self, audios: Sequence[bytes]) -> np.ndarray:
        """Embeddings of unit length: float32 [n, embedding_size]."""
        outputs = self._predict_all("embed_audio", {"audio": audios}, {"embedding": np.float32})
        return outputs["embedding"]

    def localise(self, images: Sequence[Image], audios: Sequence[bytes]) -> list[Localisation]:
        """Where in each image its sound comes from."""
        names = ("heatmap", "score", "crop_box")
        # Not `_predict_all`: the maps of each request may have another shape.
        answers = (
            self.predict("localise", part, dict.fromkeys(names, np.float32))
            for part in self._parts(_pairs(images, audios))
        )
        return [
            Localisation.of_answer(*one)
            for answer in answers
            for one in zip(*(answer[name] for name in names), strict=True)
        ]

    def search_by_image(self, images: Sequence[Image], k: int = 10) -> list[list[FoundItem]]:
        """The k sounds of the served index that fit each image best, the best first."""
        return self._search("search_by_image", {"image": images}, k)

    def search_by_audio(self, audios: Sequence[bytes], k: int = 10) -> list[list[FoundItem]]:
        """The k images of the served index that fit each sound best, the best first."""
        return self._search("search_by_audio", {"audio": audios}, k)

    def describe(self) -> ModelDescription:
        """What the model takes and gives."""
        outputs = self.predict("describe", {"query": [b""]}, {})
        names = [field.name for field in dataclasses.fields(ModelDescription)]
        # Models exported before there were these lack the last ones.
        return ModelDescription(
            **{name: outputs[name][0].item() for name in names if name in outputs}
        )

    def __enter__(self) -> ModelClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @abc.abstractmethod
    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, Sequence[Image] | np.ndarray],
        outputs: Mapping[str, type[np.generic]],
    ) -> dict[str, np.ndarray]:
        """Runs any signature whose inputs are batches of bytes, of as many bytes each, or numbers.

        Args:
            signature_name: the signature.
            inputs: for each input, its values: string [n] or [n, frames]; or an array of numbers.
            outputs: the outputs wanted, with their types; empty: all, as they come.

        Returns:
            An array for each of these outputs.
        """

    @abc.abstractmethod
    def model_status(self) -> list[VersionStatus]:
        """The states of the model's versions, as the server lists them."""

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    def _predict_all(
        self,
        signature_name: str,
        inputs: Mapping[str, Sequence[Image]],
        outputs: Mapping[str, type[np.generic]],
    ) -> dict[str, np.ndarray]:
        """As `predict`, in requests of `max_batch` at most."""
        answers = [self.predict(signature_name, part, outputs) for part in self._parts(inputs)]
        return {name: np.concatenate([answer[name] for answer in answers]) for name in outputs}

    def _parts(self, inputs: Mapping[str, Sequence[Image]]) -> Iterator[dict[str, Sequence[Image]]]:
        """The inputs cut to `max_batch`; an empty batch is one part."""
        count = max(map(len, inputs.values()))
        for start in range(0, max(1, count), self.max_batch):
            yield {name: all_[start : start + self.max_batch] for name, all_ in inputs.items()}

    def _search(
        self, signature_name: str, inputs: Mapping[str, Sequence[Image]], k: int
    ) -> list[list[FoundItem]]:
        return [
            found
            for part in self._parts(inputs)
            for found in self._search_part(signature_name, part, k)
        ]

    def _search_part(
        self, signature_name: str, media: Mapping[str, Sequence[Image]], k: int
    ) -> list[list[FoundItem]]:
        count = len(next(iter(media.values())))
        outputs = self.predict(signature_name, {**media, "k": np.full([count], k, np.int32)}, {})
        columns = [outputs[name] for name in ("ids", "times", "scores", "labels", "thumbnails")]
        # A server that batches gives all requests of a batch as many as one of them asks for.
        return [
            [
                FoundItem(_text(id_), _seconds(time), float(score), _text(label), _text(thumbnail))
                for id_, time, score, label, thumbnail in zip(*rows, strict=True)
            ][:k]
            for rows in zip(*columns, strict=True)
        ]

    def _no_server(self, flag: str, words: str = "") -> ConnectionError:
        port = self.server.rpartition(":")[2]
        return ConnectionError(
            f"no model server at {self.server}{words and f': {words}'}; start one with "
            f"`ots serve --model_base_path=DIR --model_name={self.model_name} --{flag}={port}`"
        )

    def _timed_out(self) -> TimeoutError:
        return TimeoutError(
            f"the model server at {self.server} did not answer in {self.timeout_seconds:g} s"
        )


def _seconds(value: np.float32 | float) -> float:
    return float(str(np.float32(value)))  # 1.84 as it was meant, over gRPC too


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _pairs(images: Sequence[Image], audios: Sequence[bytes]) -> dict[str, Sequence[Image]]:
    if len(images) != len(audios):
        raise ValueError(f"{len(images)} images but {len(audios)} sounds: give one for each")
    return {"image": images, "audio": audios}
