"""Pictures and sounds to ask about."""

from __future__ import annotations

import numpy as np
import simplejpeg


def make_pairs(count: int, image_size: int, sample_rate: int) -> tuple[list[bytes], list[bytes]]:
    """Frames of 4:3 as JPEG, as the pipeline stores them, and seconds of sound as PCM.

    Args:
        count: of each.
        image_size: short side, in pixels.
        sample_rate: in Hz.
    """
    generator = np.random.default_rng(0)
    rows, columns = image_size, image_size * 4 // 3
    slope = np.linspace(0, 200, columns)[None, :, None] * generator.random((count, 1, 1, 3))
    noise = generator.normal(0, 10, (count, rows, columns, 3))
    frames = np.clip(slope + noise + 20, 0, 255).astype(np.uint8)
    sounds = generator.normal(0, 3000, (count, sample_rate)).astype("<i2")
    images = [simplejpeg.encode_jpeg(frame, quality=95) for frame in frames]
    return images, [sound.tobytes() for sound in sounds]
