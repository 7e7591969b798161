"""From the places that tell an object to the whole of it."""

from __future__ import annotations

from keras import ops

from objects_that_sound.models.networks.scaled import scaled

_NEIGHBOURHOOD = 0.2
"""Standard deviation of the distances that count, in short sides of what a network sees."""

_UNLIKE = 1e-4
"""Mean squared difference of neighbouring colours (0..1) below which a picture is one even area."""

_OUTLINE = 0.2
"""Share of the peak's mean square at an object's outline."""

AT_OUTLINE = 0.5
"""Value that a map has there, where something surely makes the sound."""

_STEEP_UP_TO = 0.9
"""Value up to which a map rises as steeply as below the outline: enlarged, one that is flat just
above it would lose half a cell at each side."""

_SHARPNESS = 8.0
"""Factor of the difference of logits, by which maps above the threshold soon have their full size."""

_DIMNESS = 0.25
"""Power of a score below the threshold: benchmarks take a threshold for all pictures from the maps of
other sounds, and black ones would make it zero."""


def whole_objects(
    places, picture, score, match_threshold: float, cell_pixels: int, short_side: int
):
    """Extends a map of telling places over the objects that they are part of.

    A network that finds out whether something sounds needs a telling part of an object only, and
    marks no more. Here each place of a map of twice the resolution takes the mean square of the
    places around it, weighted by nearness in position and colour as in the joint bilateral filter
    (Petschnigg et al., "Digital Photography with Flash and No-Flash Image Pairs", 2004). The
    weights are those of an attention with positions and colours for queries and keys.

    The outline of an object is where that mean is a certain share of the largest one. There the map
    is `AT_OUTLINE` in all pictures that fit their sound. In others all of it is below that, the
    darker the less they fit.

    Args:
        places: [batch, height, width], probability by place that it makes the sound.
        picture: [batch, rows, columns, 3], colours in 0..255, of at least `cell_pixels` pixels a
            place.
        score: [batch], probability that picture and sound correspond.
        match_threshold: score from which they are taken to correspond, 0..1.
        cell_pixels: side of a place, in pixels.
        short_side: short side of what the network sees, in pixels.

    Returns:
        [batch, 2 height, 2 width] in 0..1, or as large as `places` where a place is one pixel.
    """
    pixels = max(cell_pixels // 2, 1)
    bright = scaled(places[..., None], cell_pixels // pixels)[..., 0]  # [batch, h, w]
    height, width = ops.shape(bright)[1:]
    colours = scaled(picture, 1, pixels) / 255
    colours = colours[:, :height, :width]  # [batch, h, w, 3]
    spread = _NEIGHBOURHOOD * short_side / pixels * 2**0.5
    rows = ops.arange(height, dtype="float32")[:, None, None] / spread + ops.zeros((1, width, 1))
    columns = ops.arange(width, dtype="float32")[None, :, None] / spread + ops.zeros((height, 1, 1))
    position = ops.zeros_like(colours[..., :1]) + ops.concatenate([rows, columns], axis=-1)
    where = ops.concatenate([position, colours / _difference(colours)], axis=-1)  # [b, h, w, 5]
    mean = _mean_of_near(ops.square(bright), where)
    relative = mean / ops.maximum(ops.max(mean, axis=(1, 2), keepdims=True), 1e-12)
    steep = AT_OUTLINE / _OUTLINE * relative
    start = _STEEP_UP_TO * _OUTLINE / AT_OUTLINE  # relative mean square where it gets flat
    flat = _STEEP_UP_TO + (1 - _STEEP_UP_TO) / (1 - start) * (relative - start)
    lit = ops.sigmoid(_SHARPNESS * (_logit(score) - _logit(match_threshold)))  # [batch]
    dim = AT_OUTLINE * (score / match_threshold) ** _DIMNESS
    lit = ops.where(score < match_threshold, dim, lit)
    return ops.clip(ops.minimum(steep, flat), 0.0, 1.0) * lit[:, None, None]


def _logit(probability):
    probability = ops.clip(ops.convert_to_tensor(probability, "float32"), 1e-6, 1 - 1e-6)
    return ops.log(probability) - ops.log1p(-probability)


def _difference(colours):
    """Root mean square of the differences of neighbours, [batch, 1, 1, 1]."""
    down = ops.square(colours[:, 1:] - colours[:, :-1])
    right = ops.square(colours[:, :, 1:] - colours[:, :, :-1])
    total = ops.sum(down, axis=(1, 2, 3)) + ops.sum(right, axis=(1, 2, 3))
    count = ops.cast(ops.size(down[0, ..., 0]) + ops.size(right[0, ..., 0]), "float32")
    return ops.sqrt(total / ops.maximum(count, 1.0) + _UNLIKE)[:, None, None, None]


def _mean_of_near(values, where):
    """Means of all values, weighted by exp(-distance²), for one row after the other.

    Args:
        values: [batch, height, width].
        where: [batch, height, width, coordinates].
    """
    shape = ops.shape(where)
    keys = ops.reshape(where, (shape[0], -1, shape[-1]))  # [batch, places, coordinates]
    lengths = ops.sum(ops.square(keys), axis=-1)[:, None]  # [batch, 1, places]
    flat = ops.reshape(values, (shape[0], -1, 1))

    def of_row(queries):  # [batch, width, coordinates]
        # -|q - k|², without |q|², which is the same for all keys.
        nearness = 2 * ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) - lengths
        return ops.matmul(ops.softmax(nearness, axis=-1), flat)[..., 0]  # [batch, width]

    # The weights of all rows at once would take gigabytes for a very wide picture.
    rows = ops.map(of_row, ops.transpose(where, (1, 0, 2, 3)))  # [height, batch, width]
    return ops.transpose(rows, (1, 0, 2))
