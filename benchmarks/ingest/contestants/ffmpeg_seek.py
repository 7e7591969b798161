"""An ffmpeg process an example, that seeks: for a few examples of a long clip."""

from __future__ import annotations

import pathlib
import subprocess
import tempfile

from benchmarks.ingest.contestants.ffmpeg_sequential import FFMPEG, JPEG, MEMORY, PCM, QUIET, SCALE
from benchmarks.ingest.contestants.ffmpeg_sequential import VERSION as VERSION
from benchmarks.ingest.scene import FPS


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    return [_read(path, time) for time in times]


def _read(path: str, time: float) -> tuple[bytes, bytes]:
    # ffmpeg gives the first frame at or after the asked time; wanted is the last not after it.
    shown = int(time * FPS + 1e-6) / FPS - 0.5 / FPS
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        one = ["-threads", "1"]
        command = [FFMPEG, *QUIET, "-filter_threads", "1", *one, "-ss", f"{max(0, shown):.6f}"]
        command += ["-i", path, *one, "-ss", f"{time - 0.5:.6f}", "-t", "1", "-i", path]
        command += ["-map", "0:v", "-frames:v", "1", "-vf", SCALE, *JPEG, f"{folder}/picture.jpg"]
        command += ["-map", "1:a", *PCM, f"{folder}/sound"]
        subprocess.run(command, check=True)
        files = (pathlib.Path(folder) / name for name in ("picture.jpg", "sound"))
        picture, sound = (file.read_bytes() for file in files)
    return picture, sound
