"""Scaling of pictures and maps whose size is not known when a graph is made."""

from __future__ import annotations

from keras import ops


def scaled(values, factor: int, divisor: int = 1):
    """Scales height and width bilinearly by `factor` / `divisor`.

    `ops.image.resize` takes sizes only that are known when a graph is made.

    Args:
        values: [batch, height, width, channels], pictures.
        factor: factor of their size, before they are averaged over squares.
        divisor: side of these squares; those at the right and lower edge may be smaller.

    Returns:
        [batch, ceil(height * factor / divisor), ceil(width * factor / divisor), channels].
    """
    values = ops.cast(values, "float32")
    for axis in (1, 2):
        values = ops.swapaxes(_enlarged(ops.swapaxes(values, 1, axis), factor), 1, axis)
    if divisor == 1:
        return values
    return ops.average_pool(values, divisor, divisor, "same", data_format="channels_last")


def _enlarged(values, factor: int):
    """Enlarges the first axis behind the batch, [batch, rows, ..]."""
    before = ops.concatenate([values[:, :1], values[:, :-1]], axis=1)
    after = ops.concatenate([values[:, 1:], values[:, -1:]], axis=1)
    parts = []
    for number in range(factor):
        offset = (number + 0.5) / factor - 0.5  # of its middle, in rows
        parts.append(values + abs(offset) * ((before if offset < 0 else after) - values))
    batch, rows, *others = ops.shape(values)
    return ops.reshape(ops.stack(parts, axis=2), (batch, factor * rows, *others))
