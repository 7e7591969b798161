"""One ffmpeg process a clip: selects and scales frames to JPEG, resamples all sound."""

from __future__ import annotations

import pathlib
import subprocess
import tempfile

import imageio_ffmpeg
import numpy as np

from benchmarks.ingest.contestants import output
from benchmarks.ingest.scene import FPS

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
VERSION = f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}"
QUIET = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
# Quality scale 2 of ffmpeg's own JPEG encoder is about quality 95.
JPEG = ["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-threads", "1"]
PCM = ["-ac", "1", "-ar", str(output.SAMPLE_RATE), "-f", "s16le"]
SCALE = f"scale=-2:{output.IMAGE_SIZE}"
MEMORY = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None  # no disk in the figures


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    numbers = output.frame_numbers(times, FPS)
    choice = "+".join(f"eq(n,{number})" for number in dict.fromkeys(numbers))
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        pictures = ["-map", "0:v", "-vf", f"select='{choice}',{SCALE}", "-fps_mode", "passthrough"]
        command = [FFMPEG, *QUIET, "-threads", "1", "-filter_threads", "1", "-i", path]
        command += [*pictures, *JPEG, f"{folder}/%d.jpg", "-map", "0:a", *PCM, f"{folder}/sound"]
        subprocess.run(command, check=True)
        files = sorted(pathlib.Path(folder).glob("*.jpg"), key=lambda file: int(file.stem))
        images = dict(zip(dict.fromkeys(numbers), (f.read_bytes() for f in files), strict=True))
        sound = np.fromfile(f"{folder}/sound", np.int16)
    return list(
        zip([images[number] for number in numbers], output.cut(sound, 0.0, times), strict=True)
    )
