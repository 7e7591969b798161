"""Principal axes of embeddings, found in one pass over them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import apache_beam as beam
import numpy as np

from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.feature_names import COMPONENTS


class PrincipalAxes(NamedTuple):
    """Of one kind of embedding.

    Attributes:
        mean: float[d].
        axes: float[k, d], unit vectors, the direction of most variance first; k is COMPONENTS, or d
            if that is less.
    """

    mean: np.ndarray
    axes: np.ndarray

    def project(self, vector: np.ndarray) -> tuple[np.ndarray, float]:
        """Coordinates of an embedding, float[k], and its distance from the axes' space."""
        centred = vector - self.mean
        along = self.axes @ centred
        return along, float(np.linalg.norm(centred - along @ self.axes))


class EmbeddingBasis(NamedTuple):
    """Of frames and of sounds."""

    image: PrincipalAxes
    audio: PrincipalAxes


class _Moments(NamedTuple):
    """Of `number` vectors: their sum, float[d], and the sum of their outer products, float[d, d]."""

    number: int
    first: np.ndarray | float
    second: np.ndarray | float


class FitEmbeddingBasis(beam.CombineFn):
    """Combines `DescribedExample`s to an `EmbeddingBasis`; those without embeddings do not count.

    Gives None if none has any.
    """

    def create_accumulator(self) -> tuple[_Moments, _Moments]:
        """Of frames and of sounds."""
        return _Moments(0, 0.0, 0.0), _Moments(0, 0.0, 0.0)

    def add_input(
        self, mutable_accumulator: tuple[_Moments, _Moments], element: DescribedExample
    ) -> tuple[_Moments, _Moments]:
        """Adds an example."""
        if element.image is None or element.audio is None:
            return mutable_accumulator
        image, audio = mutable_accumulator
        return _added(image, element.image), _added(audio, element.audio)

    def merge_accumulators(
        self, accumulators: Iterable[tuple[_Moments, _Moments]]
    ) -> tuple[_Moments, _Moments]:
        """Adds what several workers have."""
        image, audio = self.create_accumulator()
        for other_image, other_audio in accumulators:
            image, audio = _merged(image, other_image), _merged(audio, other_audio)
        return image, audio

    def extract_output(self, accumulator: tuple[_Moments, _Moments]) -> EmbeddingBasis | None:
        """Finds the axes."""
        image, audio = accumulator
        return EmbeddingBasis(_axes(image), _axes(audio)) if image.number else None


def _added(moments: _Moments, vector: np.ndarray) -> _Moments:
    exact = vector.astype(np.float64)
    return _merged(moments, _Moments(1, exact, np.outer(exact, exact)))


def _merged(one: _Moments, other: _Moments) -> _Moments:
    return _Moments(one.number + other.number, one.first + other.first, one.second + other.second)


def _axes(moments: _Moments) -> PrincipalAxes:
    mean = np.asarray(moments.first / moments.number)
    covariance = moments.second / moments.number - np.outer(mean, mean)
    _, vectors = np.linalg.eigh(covariance)  # ascending
    return PrincipalAxes(mean, vectors.T[::-1][:COMPONENTS].copy())
