"""Curves, heat maps and retrieval strips for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from objects_that_sound.models.heat_map_painter import HeatMapPainter
from objects_that_sound.models.training.train_step import Batch

_MAPS = 8
_QUERIES = 6
_NEIGHBOURS = 6
_MOST_EXAMPLES = 64
_GAP = 2  # pixels between pictures


class TensorBoardLog(keras.callbacks.Callback):
    """Writes at each validation: scalars, frames under their heat maps, nearest frames by sound.

    `heat maps`: above, frames; below, the same with the probability by place that it makes the
    sound. `frames by sound`: in each row a frame, and beside it the frames of the sounds whose
    vectors are nearest to the frame's; good if they show the like.

    Args:
        folder: to write to.
        batch: of the evaluation split; its first examples are the ones to show.
    """

    def __init__(self, folder: str, batch: Batch):
        super().__init__()
        self._folder = folder
        images, sounds = (np.array(batch[name])[:_MOST_EXAMPLES] for name in ("image", "audio"))
        self._images, self._sounds = images, sounds
        middle = images.shape[-1] // 6 * 3  # first channel of the middle one of several frames
        self._shown = images[..., middle : middle + 3]

    def on_train_begin(self, logs=None):
        """Opens the file; writes the epochs of an interrupted training, whose file TFX removed."""
        self._writer = tf.summary.create_file_writer(self._folder)
        curves = (logs or {}).get("curves", {})
        for epoch in range(len(curves.get("step", []))):
            self._scalars({name: values[epoch] for name, values in curves.items()})

    def on_epoch_end(self, epoch, logs=None):
        """Writes scalars and pictures."""
        logs = {"step": epoch, **(logs or {})}
        self._scalars(logs)
        with self._writer.as_default(step=int(logs["step"])):
            tf.summary.image("heat maps", self._heat_maps()[None])
            tf.summary.image("frames by sound", self._strips()[None])
        self._writer.flush()

    def on_train_end(self, logs=None):
        """Closes the file."""
        self._writer.close()

    def _scalars(self, values: Mapping[str, float]) -> None:
        with self._writer.as_default(step=int(values["step"])):
            for name, value in values.items():
                if name != "step":
                    tf.summary.scalar(name, value)

    def _heat_maps(self) -> np.ndarray:
        """[height, width, 3] uint8: two rows."""
        images = self._shown[:_MAPS]
        size = images.shape[2], images.shape[1]
        maps = self.model.heatmap(self._images[:_MAPS], self._sounds[:_MAPS])
        painter = HeatMapPainter()
        overlays = [
            np.asarray(painter.paint(Image.fromarray(image), painter.colour(heatmap, size)))
            for image, heatmap in zip(images, keras.ops.convert_to_numpy(maps), strict=True)
        ]
        return _table([list(images), overlays])

    def _strips(self) -> np.ndarray:
        """[height, width, 3] uint8: a row a query."""
        frames = keras.ops.convert_to_numpy(self.model.embed_image(self._images[:_QUERIES]))
        sounds = keras.ops.convert_to_numpy(self.model.embed_audio(self._sounds))
        nearest = np.argsort(-frames @ sounds.T, axis=1, kind="stable")[:, :_NEIGHBOURS]
        rows = []
        for query, neighbours in zip(self._shown, nearest, strict=False):
            apart = np.full((query.shape[0], _GAP, 3), 255, np.uint8)  # the query stands apart
            rows.append([query, apart, *self._shown[neighbours]])
        return _table(rows)


def _table(rows: list[list[np.ndarray]]) -> np.ndarray:
    """Pictures in rows and columns, with gaps."""
    lines = []
    for row in rows:
        gap = np.full((row[0].shape[0], _GAP, 3), 255, np.uint8)
        line = np.concatenate([part for picture in row for part in (picture, gap)], axis=1)
        lines += [line, np.full((_GAP, line.shape[1], 3), 255, np.uint8)]
    return np.concatenate(lines)
