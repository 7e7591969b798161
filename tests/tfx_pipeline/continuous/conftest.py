"""A continuous training on three spans, the second of which is damaged."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.generator import generate_videos

if TYPE_CHECKING:
    from tests.tfx_pipeline.conftest import Run

VIDEOS = 10
"""Of each span: enough to tell distributions apart that have nothing in common."""


@dataclasses.dataclass(frozen=True)
class Training:
    """All runs under one root."""

    root: pathlib.Path
    first: Run
    damaged: Run
    nothing_new: Run
    third: Run


@pytest.fixture(scope="session")
def training(run_pipeline, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Runs of `ots continue` on a folder that grows."""
    folder = tmp_path_factory.mktemp("continuous")
    videos, root = folder / "videos", folder / "root"

    def run() -> Run:
        return run_pipeline(videos, root, command="continue")

    _generate(videos / "1", seed=1)
    first = run()
    _generate(folder / "whole", seed=2)
    (videos / "2").mkdir()
    for path in sorted((folder / "whole").glob("*.mp4")):
        _write_damaged(path, videos / "2" / path.name)
    damaged, nothing_new = run(), run()
    _generate(videos / "3", seed=3)
    return Training(root, first, damaged, nothing_new, run())


def _generate(folder: pathlib.Path, seed: int) -> None:
    only_mp4 = Difficulty(webm_share=0.0)
    options = {"seconds": 3.0, "difficulty": only_mp4, "workers": 1, "progress": False}
    generate_videos(folder, count=VIDEOS, seed=seed, **options)


def _write_damaged(source: pathlib.Path, target: pathlib.Path) -> None:
    """Writes a copy with darkened pictures, and sound that is 30 dB quieter: a broken camera."""
    with av.open(str(source)) as there, av.open(str(target), "w") as here:
        pictures, sounds = there.streams.video[0], there.streams.audio[0]
        video = here.add_stream("libx264", rate=pictures.average_rate)
        video.width, video.height, video.pix_fmt = pictures.width, pictures.height, "yuv420p"
        audio = here.add_stream("aac", rate=sounds.rate, layout=sounds.layout.name)
        for frame in there.decode(pictures, sounds):
            if isinstance(frame, av.VideoFrame):
                pixels = (frame.to_ndarray(format="rgb24") * 0.3).astype(np.uint8)
                changed = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                stream = video
            else:
                samples = frame.to_ndarray() * np.float32(10 ** (-30 / 20))
                changed = av.AudioFrame.from_ndarray(
                    samples, format=frame.format.name, layout=frame.layout.name
                )
                changed.sample_rate = frame.sample_rate
                stream = audio
            changed.pts, changed.time_base = frame.pts, frame.time_base
            here.mux(stream.encode(changed))
        here.mux(video.encode())
        here.mux(audio.encode())
