"""torchcodec: VideoDecoder.get_frames_played_at for the frames, AudioDecoder for the sound."""

from __future__ import annotations

from typing import Literal

import av
import torch
import torchcodec
from torchcodec.decoders import AudioDecoder, VideoDecoder

from benchmarks.ingest.contestants import output

VERSION = f"torchcodec {torchcodec.__version__}, torch {torch.__version__}"
torch.set_num_threads(1)


def read(
    path: str, times: list[float], seek_mode: Literal["exact", "approximate"] = "exact"
) -> list[tuple[bytes, bytes]]:
    """See the package."""
    video = VideoDecoder(path, num_ffmpeg_threads=1, dimension_order="NHWC", seek_mode=seek_mode)
    images = []
    # A time stamp in float seconds may lie a rounding before the frame's own.
    for image in video.get_frames_played_at([time + 1e-6 for time in times]).data.numpy():
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        width, height = output.size_of(frame.width, frame.height)
        images.append(output.encode(frame.reformat(width, height, threads=1).to_ndarray()))
    audio = AudioDecoder(path, sample_rate=output.SAMPLE_RATE, num_channels=1)
    sounds = []
    for time in times:
        samples = audio.get_samples_played_in_range(time - 0.5, time + 0.5).data[0].numpy()
        sounds.append(output.to_int16(samples)[: output.SAMPLE_RATE].tobytes())
    return list(zip(images, sounds, strict=True))
