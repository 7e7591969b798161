"""Makes the video of where a video's sound comes from."""

from __future__ import annotations

import itertools
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame

from objects_that_sound.components.localisation_video.localiser import Found, Localiser
from objects_that_sound.components.localisation_video.moment_process import MomentProcess
from objects_that_sound.components.localisation_video.moment_reader import Moment, TrackPiece
from objects_that_sound.components.localisation_video.soundtrack import SAMPLE_RATE
from objects_that_sound.components.localisation_video.triptych import Triptych
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.localisation_video.video_result import VideoResult
from objects_that_sound.components.localisation_video.video_writer import VideoWriter
from objects_that_sound.models.sounding_parts import SoundingParts, sounding_parts
from objects_that_sound.models.whole_file import whole_file

OnProgress = Callable[[int, int], object]
"""Gets how many frames are written, and of how many."""

OnFound = Callable[[float, Found, SoundingParts], object]
"""Gets a frame's second in the source, where its sound comes from, and the parts that make it."""


def make_localisation_video(
    source: str | os.PathLike,
    output: str | os.PathLike,
    localiser: Localiser,
    options: VideoOptions | None = None,
    on_progress: OnProgress = lambda done, total: None,
    on_found: OnFound = lambda time, found, parts: None,
) -> VideoResult:
    """Localises in every frame of a video and writes input, overlay and map side by side.

    Each frame goes to the model as ingest would store it, with the second of sound centred on it
    (silence beyond the ends of the sound). While a batch is in the model, the one before is drawn
    and written. Memory holds two batches, whatever the length. Decoding happens in a process of its
    own.

    Args:
        source: a video file with sound.
        output: the MP4 to write.
        localiser: the model.
        options: which part, and how.
        on_progress: called behind every frame.
        on_found: called for every frame, in order.

    Returns:
        Figures.

    Raises:
        MediaError: the video can't be opened, has no picture or no sound, or nothing of it lies
            in the chosen part; or its decoder died.
        OSError: the output can't be written.
    """
    options = options or VideoOptions()
    description = localiser.describe()
    with MomentProcess(os.fspath(source), options, description) as moments:
        start, end, size, layout, rate, total = moments.opening
        triptych = Triptych(size, pathlib.Path(source).name, options.width, options.scale)
        scores, peaks, dark = [], [], 0
        with (
            whole_file(output) as unfinished,
            VideoWriter(unfinished, triptych.size, layout, rate) as writer,
        ):
            for moment, found in _localised(iter(moments), localiser, options.batch_size):
                time = float(start + moment.time)
                parts = sounding_parts(
                    found.heatmap, found.crop_box, size, description.map_threshold
                )
                on_found(time, found, parts)
                picture = triptych.draw(moment.frame.picture, found, parts, time)
                _write_sound(writer, moment.track, layout, end - start)
                writer.write_picture(moment.time, picture)
                scores.append(found.score)
                peaks.append(float(found.heatmap.max()))
                dark += not parts.boxes
                on_progress(len(scores), max(total, len(scores)))
            rest = moments.rest()
            _write_sound(writer, rest.track, layout, end - start)
        return VideoResult(
            frames=len(scores),
            dark_frames=dark,
            seconds=float(end - start),
            broken_frames=rest.broken_frames,
            broken_sounds=rest.broken_sounds,
            mean_score=float(np.mean(scores)),
            mean_peak=float(np.mean(peaks)),
        )


def _localised(
    moments: Iterator[Moment], localiser: Localiser, batch_size: int
) -> Iterator[tuple[Moment, Found]]:
    """Asks in batches; the next is on its way while one is worked with."""
    waiting: tuple[list[Moment], Future[Sequence[Found]]] | None = None
    with ThreadPoolExecutor(1) as asking:
        while batch := list(itertools.islice(moments, batch_size)):
            future = asking.submit(
                localiser.localise,
                [moment.frame.image for moment in batch],
                [moment.pcm for moment in batch],
            )
            if waiting is not None:
                yield from zip(waiting[0], waiting[1].result(), strict=True)
            waiting = batch, future
        if waiting is not None:
            yield from zip(waiting[0], waiting[1].result(), strict=True)


def _write_sound(
    writer: VideoWriter, track: Iterable[TrackPiece], layout: str, seconds: Fraction
) -> None:
    for position, samples in track:
        if position < seconds * SAMPLE_RATE:
            frame = AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, position
            frame.time_base = Fraction(1, SAMPLE_RATE)
            writer.write_sound(frame)
