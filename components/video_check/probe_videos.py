"""Looks into many videos at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_check.probed_video import ProbedVideo, probe_video
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool
from objects_that_sound.serving.launcher.usable_processors import usable_processors

_TIMEOUT_SECONDS = 60.0


def probe_videos(
    paths: Sequence[str], done: Callable[[], object] = lambda: None
) -> list[ProbedVideo]:
    """Probes videos in child processes, so that none can harm this one.

    Args:
        paths: of the files, here or remote; each once.
        done: is called after each of them.

    Returns:
        In the order of the paths.
    """
    found = []
    processes = max(1, min(usable_processors(), len(paths)))
    with DecoderPool(processes, timeout=_TIMEOUT_SECONDS) as pool:
        tasks = [pool.submit(probe_video, path, path) for path in paths]
        for path, task in zip(paths, tasks, strict=True):
            try:
                found.append(task.result())
            except MediaError as error:  # there is no file, or its decoder died
                found.append(ProbedVideo(path, reason=error.reason, detail=error.detail))
            done()
    return found
