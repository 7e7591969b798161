"""OpenCV: grabs all frames, retrieves some; sound by PyAV, as OpenCV has none."""

from __future__ import annotations

import cv2

from benchmarks.ingest.contestants import output
from benchmarks.ingest.contestants.pyav_sequential import read_sound

VERSION = f"OpenCV {cv2.__version__}"

cv2.setNumThreads(1)


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    numbers = output.frame_numbers(times, capture.get(cv2.CAP_PROP_FPS))
    images: dict[int, bytes] = {}
    for number in range(numbers[-1] + 1):
        if not capture.grab():
            raise ValueError(f"{path} has {number} frames only")
        if number in numbers:
            image = capture.retrieve()[1]
            size = output.size_of(image.shape[1], image.shape[0])
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            images[number] = output.encode(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    capture.release()
    sounds = output.cut(*read_sound(path), times)
    return list(zip([images[number] for number in numbers], sounds, strict=True))
