"""One video to try a model with."""

from __future__ import annotations

import functools
import pathlib
import tempfile

from objects_that_sound.components.generated_videos.generator import generate_videos

_SEED = 28  # its first video is an mp4 in which one bell rings
_SECONDS = 3.0


@functools.cache
def example_video() -> bytes:
    """Generates a video of one sounding object, always the same.

    Returns:
        An mp4 of three seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        generate_videos(folder, 1, seed=_SEED, seconds=_SECONDS, workers=1, progress=False)
        [path] = pathlib.Path(folder).glob("*.mp4")
        return path.read_bytes()
