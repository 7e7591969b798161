"""What is to be marked, as a map."""

from __future__ import annotations

import numpy as np
from PIL import Image

from objects_that_sound.components.localisation_benchmark_evaluator.sample import SIDE, Sample


def ground_truth(sample: Sample) -> np.ndarray:
    """Draws what sounds on the square that all maps are compared on.

    Boxes are drawn as the benchmarks' scripts do, their corners cut to whole pixels. With
    Flickr-SoundNet's consensus a pixel weighs 0.5 for each annotator, at most 1.

    Returns:
        float32[SIDE, SIDE] in 0..1.

    Raises:
        OSError: the mask can't be read.
    """
    if sample.mask:
        with Image.open(sample.mask) as picture:
            # Palettes and 1-bit masks say "something" by any value above 0.
            values = np.asarray(picture)
        marked = (values > 0).reshape(*values.shape[:2], -1).any(axis=2)  # [h, w]
        square = Image.fromarray(marked.astype(np.uint8)).resize(
            (SIDE, SIDE), Image.Resampling.NEAREST
        )
        return np.asarray(square, np.float32)
    truth = np.zeros((SIDE, SIDE), np.float32)
    for box in sample.boxes:
        x0, y0, x1, y1 = (int(SIDE * value + 1e-6) for value in box)
        truth[y0:y1, x0:x1] += sample.consensus
    return np.minimum(truth, 1.0)
