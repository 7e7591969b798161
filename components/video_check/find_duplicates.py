"""Finds videos that are the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound_head import sound_head
from objects_that_sound.components.video_check.probed_video import ProbedVideo
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool
from objects_that_sound.serving.launcher.usable_processors import usable_processors

HEAD_SECONDS = 5
"""Seconds of sound of each video that are compared."""


def find_copies(videos: Iterable[ProbedVideo]) -> list[list[str]]:
    """Paths of files with the same content, two or more together, by what is known already."""
    by_mark: dict[str, list[str]] = {}
    for video in videos:
        if video.mark:
            by_mark.setdefault(video.mark, []).append(video.path)
    return [sorted(paths) for paths in by_mark.values() if len(paths) > 1]


def find_same_sounds(paths: Sequence[str]) -> list[list[str]]:
    """Paths of videos that begin with the same sound, two or more together, by fingerprints.

    A video that was encoded anew, or got another picture, is found; one that begins elsewhere is not.
    Decodes HEAD_SECONDS of the sound of each.

    Args:
        paths: of the files; those whose sound can't be read are left out.
    """
    # SciPy takes a second to import.
    from objects_that_sound.components.sound_benchmark_evaluator.fingerprint import SAMPLE_RATE
    from objects_that_sound.components.sound_benchmark_evaluator.fingerprint_index import (
        FingerprintIndex,
    )
    from objects_that_sound.components.sound_benchmark_evaluator.leaks import find_twins

    names, sounds = [], []
    with DecoderPool(max(1, min(usable_processors(), len(paths)))) as pool:
        tasks = [pool.submit(sound_head, path, SAMPLE_RATE, HEAD_SECONDS) for path in paths]
        for path, task in zip(paths, tasks, strict=True):
            try:
                sounds.append(task.result())
            except MediaError:
                continue
            names.append(path)
    index = FingerprintIndex([(sound, SAMPLE_RATE) for sound in sounds])
    twins = find_twins(index, sounds, SAMPLE_RATE)
    together: dict[int, set[int]] = {}
    for number, others in twins.items():
        joined = {number, *others}
        joined |= set(itertools.chain.from_iterable(together.get(one, ()) for one in list(joined)))
        together.update(dict.fromkeys(joined, joined))
    sets = {id(one): one for one in together.values()}
    return sorted(sorted(names[number] for number in one) for one in sets.values())
