"""What becomes of damaged videos: how many are refused, and what nobody sees.

Command: python -m benchmarks.ingest.damage VIDEOS --count 1000
"""

from __future__ import annotations

import collections
import os
import pathlib
import random
import tempfile
from collections.abc import Callable, Sequence

import click
import numpy as np
from tqdm import tqdm

from benchmarks.ingest.agreement import picture_differences, sound_differences
from benchmarks.ingest.contestants.output import IMAGE_SIZE, SAMPLE_RATE
from objects_that_sound.components.media.clips import Clip, probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool
from objects_that_sound.components.video_example_gen.video_files import find_videos

_SIZES = (16, 512, 4096, 65536)

Damage = Callable[[bytes, int, random.Random], bytes]


def _flipped(data: bytes, place: int, rng: random.Random) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def _zeros(data: bytes, place: int, rng: random.Random) -> bytes:
    return _over(data, place, bytes(rng.choice(_SIZES)))


def _noise(data: bytes, place: int, rng: random.Random) -> bytes:
    return _over(data, place, rng.randbytes(rng.choice(_SIZES)))


def _stale(data: bytes, place: int, rng: random.Random) -> bytes:
    """Another part of the same file."""
    other = rng.randrange(len(data))
    return _over(data, place, data[other : other + rng.choice(_SIZES)])


def _gone(data: bytes, place: int, rng: random.Random) -> bytes:
    return data[:place] + data[place + rng.choice(_SIZES) :]


def _between(data: bytes, place: int, rng: random.Random) -> bytes:
    return data[:place] + rng.randbytes(rng.choice(_SIZES)) + data[place:]


def _cut(data: bytes, place: int, rng: random.Random) -> bytes:
    return data[:place]


def _over(data: bytes, place: int, part: bytes) -> bytes:
    part = part[: len(data) - place]
    return data[:place] + part + data[place + len(part) :]


DAMAGES: dict[str, Damage] = {
    "a bit is flipped": _flipped,
    "bytes are zeros": _zeros,
    "bytes are noise": _noise,
    "bytes are another part's": _stale,
    "bytes are gone": _gone,
    "bytes are between": _between,
    "the end is missing": _cut,
}


@click.command()
@click.argument("videos", nargs=-1, required=True)
@click.option("--count", default=1000, show_default=True, help="How many damaged files to try.")
@click.option("--moments", default=5, show_default=True, help="Moments to read of each.")
@click.option("--seed", default=0, show_default=True, help="Seed of the damage.")
def main(videos: tuple[str, ...], count: int, moments: int, seed: int) -> None:
    """Damage copies of whole VIDEOS at random, and compare what is read of both.

    Prints how many copies are refused, how many give what the whole video gives, and how many give
    something else: damage that nobody sees.
    """
    paths = [file.path for file in find_videos(videos)]
    rng = random.Random(seed)
    rng.shuffle(paths)
    names = list(DAMAGES)
    counts: dict[str, collections.Counter[str]] = {name: collections.Counter() for name in names}
    with DecoderPool(1) as pool, tempfile.TemporaryDirectory() as folder:
        for number in tqdm(range(count), desc="files", unit="file"):
            name = names[number % len(names)]
            found = _outcome(pool, paths[number % len(paths)], folder, name, moments, rng)
            counts[name][found] += 1
    click.echo("| damage | refused | as the whole video | unseen |\n|---|---|---|---|")
    for name, found in [*counts.items(), ("all", sum(counts.values(), collections.Counter()))]:
        click.echo(f"| {name} | {found['refused']} | {found['same']} | {found['unseen']} |")
    if unusable := sum(found["unusable"] for found in counts.values()):
        click.echo(f"{unusable} videos could not be used before they were damaged.")


def _outcome(
    pool: DecoderPool, path: str, folder: str, damage: str, moments: int, rng: random.Random
) -> str:
    data = pathlib.Path(path).read_bytes()
    broken = os.path.join(folder, "damaged" + pathlib.Path(path).suffix)
    pathlib.Path(broken).write_bytes(DAMAGES[damage](data, rng.randrange(len(data)), rng))
    try:
        usable = pool.call(probe, path).usable
        if usable is None:
            return "unusable"
        times = np.linspace(*usable, moments + 2)[1:-1].round(2).tolist()
        whole = _read(pool, path, times)
    except MediaError:
        return "unusable"
    try:
        return "same" if _alike(_read(pool, broken, times), whole) else "unseen"
    except MediaError:
        return "refused"


def _read(pool: DecoderPool, path: str, times: Sequence[float]) -> list[Clip]:
    return pool.call(read_clips, path, times, image_size=IMAGE_SIZE, sample_rate=SAMPLE_RATE)


def _alike(clips: Sequence[Clip], others: Sequence[Clip]) -> bool:
    return not any(
        picture_differences(clip.jpeg, other.jpeg) or sound_differences(clip.pcm, other.pcm)
        for clip, other in zip(clips, others, strict=True)
    )


if __name__ == "__main__":
    main()
