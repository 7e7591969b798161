"""The Beam transform of SpanStatistics: records of examples in, their descriptions out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import apache_beam as beam
import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.embed_batch import embed_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.models import examples as contract


class DescribeExamples(beam.DoFn):
    """Turns batches of serialized examples into `DescribedExample`s."""

    def __init__(self, model: str = ""):
        """Creates the DoFn; `model` is the folder of the SavedModel to embed with, or ""."""
        self._folder = model

    def setup(self) -> None:
        """Loads the model."""
        self._model = SavedModel(self._folder) if self._folder else None

    def process(self, element: list[bytes]) -> Iterator[DescribedExample]:
        """Describes a batch.

        Raises:
            ValueError: the examples are not what the model was made for, or it gives vectors that
                are not finite.
        """
        rows = [contract.read_example(record) for record in element]
        images: Iterable[np.ndarray | None] = [None] * len(rows)
        sounds = images
        if self._model is not None:
            _check_sample_rate(self._model, rows)
            images, sounds = embed_batch(self._model, rows)
        for row, image, sound in zip(rows, images, sounds, strict=True):
            yield DescribedExample(
                example_fields.group(row),
                row[contract.IMAGE_BRIGHTNESS][0],
                row[contract.AUDIO_LOUDNESS][0],
                image,
                sound,
            )


def _check_sample_rate(model: SavedModel, rows: list[dict[str, list]]) -> None:
    rates = {row[contract.AUDIO_SAMPLE_RATE][0] for row in rows}
    if model.sample_rate is not None and rates != {model.sample_rate}:
        raise ValueError(
            f"the latest blessed model hears {model.sample_rate} Hz, but the examples "
            f"have {', '.join(map(str, sorted(rates)))} Hz: all spans need the same preset"
        )
