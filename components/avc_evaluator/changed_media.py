"""Frames and sounds from which something is taken away."""

from __future__ import annotations

import zlib

import numpy as np
import simplejpeg

_PIECES = 50
"""Of a second of sound: pieces of 20 ms."""
_QUALITY = 95
"""Of JPEGs, as VideoExampleGen stores them."""

Box = tuple[float, float, float, float]
"""ymin, xmin, ymax, xmax in 0..1."""


def grey(image: bytes) -> bytes:
    """Takes the colours from a frame."""
    return simplejpeg.encode_jpeg(
        simplejpeg.decode_jpeg(image, colorspace="GRAY"), quality=_QUALITY, colorspace="GRAY"
    )


def shuffle_blocks(image: bytes, count: int, box: Box, seed: int) -> bytes:
    """Takes from a frame where things are: cuts a part of it into blocks and shuffles them.

    Args:
        image: an encoded JPEG.
        count: number of blocks along either side of the part.
        box: part of the frame, that which a model sees.
        seed: seed of the order; the same frame gets the same order.

    Returns:
        A JPEG of the same size. Pixels that do not fill a block at the part's ends stay.
    """
    pixels = simplejpeg.decode_jpeg(image, colorspace="RGB")  # [height, width, 3]
    height, width = pixels.shape[:2]
    top, left, bottom, right = np.round(np.multiply(box, (height, width) * 2)).astype(int)
    tall, wide = (bottom - top) // count, (right - left) // count
    if min(tall, wide) == 0:
        raise ValueError(f"{count} x {count} blocks need a larger frame than {width} x {height}")
    part = pixels[top : top + tall * count, left : left + wide * count]
    blocks = part.reshape(count, tall, count, wide, 3).swapaxes(1, 2)
    blocks = blocks.reshape(count * count, tall, wide, 3)[_order(image, count * count, seed)]
    shuffled = blocks.reshape(count, count, tall, wide, 3).swapaxes(1, 2)
    changed = pixels.copy()
    changed[top : top + tall * count, left : left + wide * count] = shuffled.reshape(part.shape)
    return simplejpeg.encode_jpeg(changed, quality=_QUALITY, colorsubsampling="444")


def shuffle_sound(pcm: bytes, seed: int) -> bytes:
    """Takes from a sound when things are heard: cuts it into 20 ms and shuffles the pieces.

    Args:
        pcm: int16 little-endian mono samples of exactly one second.
        seed: seed of the order; the same sound gets the same order.
    """
    samples = np.frombuffer(pcm, "<i2")
    length = len(samples) // _PIECES
    pieces = samples[: length * _PIECES].reshape(_PIECES, length)[_order(pcm, _PIECES, seed)]
    return np.concatenate([pieces.ravel(), samples[length * _PIECES :]]).tobytes()


def _order(media: bytes, count: int, seed: int) -> np.ndarray:
    """An order that is not the given one, always the same for the same frame or sound."""
    random = np.random.default_rng([zlib.crc32(media), seed])
    order = random.permutation(count)
    return order if (order != np.arange(count)).any() else np.roll(order, 1)
