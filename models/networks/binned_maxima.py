"""Maxima over a few bins of a map: what linear classifiers of sounds are trained on."""

from __future__ import annotations

from keras import ops


def binned_maxima(features, bins: tuple[int, int]):
    """Takes the maxima of a map over bins of rows and columns.

    Bins that don't divide the map overlap by a row or column, and repeat those of a smaller one.
    `ops.adaptive_max_pool` has the same rule, but divides by zero where the map is smaller.

    Args:
        features: [batch, height, width, channels].
        bins: numbers of bins of height and of width.

    Returns:
        [batch, bins[0] * bins[1] * channels], in this order.
    """
    rows, columns = map(_even_parts, features.shape[1:3], bins)
    maxima = [ops.max(features[:, r, c], axis=(1, 2)) for r in rows for c in columns]
    return ops.concatenate(maxima, axis=-1)


def _even_parts(size: int, count: int) -> list[slice]:
    """Divides `size` places as evenly as can be, none left out."""
    return [slice(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
