"""decord: VideoReader for the frames and AudioReader for the sound."""

from __future__ import annotations

import av
import decord

from benchmarks.ingest.contestants import output

VERSION = f"decord {decord.__version__}"


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    reader = decord.VideoReader(path, ctx=decord.cpu(0), num_threads=1)
    numbers = output.frame_numbers(times, reader.get_avg_fps())
    images = []
    for image in reader.get_batch(numbers).asnumpy():
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        width, height = output.size_of(frame.width, frame.height)
        images.append(output.encode(frame.reformat(width, height, threads=1).to_ndarray()))
    sound = decord.AudioReader(path, sample_rate=output.SAMPLE_RATE, mono=True)
    samples = output.to_int16(sound[:].asnumpy()[0])
    return list(zip(images, output.cut(samples, 0.0, times), strict=True))
