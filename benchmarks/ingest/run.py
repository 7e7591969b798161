"""CPU milliseconds an example, against other ways and libraries.

    make bench-ingest [TORCHCODEC=1]
    python -m benchmarks.ingest.run --help

It makes clips (H.264 and AAC in mp4, 854x480, 30 frames/s, about 2 Mbit/s; kept in build/), lets
all contestants read 1, 10 and 30 examples out of clips of 10 s and of 200 s, checks that all give
the same, and prints a table. CPU time counts, of one thread, children included. The ratios to
"decode everything and do nothing", taken within each round, do not depend much on the machine;
rounds go through the contestants in turn, so that a drift of the machine's speed hits all alike.
"""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Sequence
from fractions import Fraction

import click
import tqdm

from benchmarks.ingest import report
from benchmarks.ingest.agreement import differences
from benchmarks.ingest.clips import PART_SECONDS, Clip, make_clip
from benchmarks.ingest.contestant import REPOSITORY, Contestant, ContestantError
from benchmarks.ingest.report import OURS, YARDSTICK
from objects_that_sound.components.video_example_gen.sampling import sample_times

JUDGE = "pyav_sequential"
"""What the others' examples are compared with: the plainest way."""

CONTESTANTS = {
    YARDSTICK: "decode everything, keep nothing",
    OURS: "ours: read_clips",
    JUDGE: "PyAV, decode all",
    "pyav_seek": "PyAV, a seek an example",
    "ffmpeg_sequential": "ffmpeg, a process a clip",
    "ffmpeg_seek": "ffmpeg, a process an example",
    "torchcodec_batch": "torchcodec",
    "torchcodec_approximate": "torchcodec, approximate seeks",
    "decord_batch": "decord",
    "opencv_sequential": "OpenCV",
}
_TORCHCODEC = REPOSITORY / "build/bench-ingest/torchcodec"  # `make bench-ingest TORCHCODEC=1`
_WEB_KEYS = Fraction(5)  # seconds between key frames, as video sites encode
_OTHER_KEYS = [Fraction(2), Fraction(250, 30)]  # the latter: x264's default


@click.command(help=__doc__.splitlines()[0])
@click.option("--seconds", default="10,200", show_default=True, help="Lengths of the clips.")
@click.option("--examples", default="1,10,30", show_default=True, help="Examples a clip.")
@click.option("--short-clips", default=4, show_default=True, help="How many clips up to 10 s.")
@click.option("--rounds", default=5, show_default=True, help="Repeats, of clips up to 10 s.")
@click.option("--long-rounds", default=7, show_default=True, help="Repeats, of longer clips.")
@click.option("--only", default="", help="Contestants by comma; the yardstick always runs.")
@click.option("--other-keys/--no-other-keys", default=True, help="Other key frame intervals too.")
@click.option("--folder", default="build/bench-ingest", show_default=True, help="For the clips.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(
    seconds: str,
    examples: str,
    short_clips: int,
    rounds: int,
    long_rounds: int,
    only: str,
    other_keys: bool,
    folder: str,
    check: bool,
) -> None:
    """See the module."""
    lengths, counts = ([int(part) for part in text.split(",")] for text in (seconds, examples))
    names = [name for name in CONTESTANTS if not only or name in only.split(",")]
    if YARDSTICK not in names:
        names.insert(0, YARDSTICK)
    print(report.machine())
    with contextlib.ExitStack() as stack:
        running: dict[str, Contestant] = {}
        for name in names:
            own = _TORCHCODEC if name.startswith("torchcodec") and _TORCHCODEC.exists() else None
            try:
                running[name] = stack.enter_context(Contestant(name, own))
            except ContestantError as error:
                print(f"{CONTESTANTS[name]}: left out: {error}")
        versions = dict.fromkeys(each.version for each in running.values() if each.version)
        print("Measured: " + "; ".join(versions))
        results: dict[tuple[int, int], report.Cell] = {}
        for length in lengths:
            paths = _clips(length, short_clips, _WEB_KEYS, pathlib.Path(folder))
            print(report.clips(paths, length, _WEB_KEYS))
            _check_agreement(running, paths[0], length, max(counts))
            repeats = rounds if length <= PART_SECONDS else long_rounds
            results |= _measure(running, paths, length, counts, repeats)
            print(report.table(results, length, CONTESTANTS))
        if other_keys:
            ours = {name: running[name] for name in (YARDSTICK, OURS) if name in running}
            for keys in _OTHER_KEYS:
                paths = _clips(10, short_clips, keys, pathlib.Path(folder))
                print(report.clips(paths, 10, keys))
                cells = _measure(ours, paths, 10, counts, rounds)
                print(report.table(cells, 10, CONTESTANTS))
    met = report.verdict(results, CONTESTANTS)
    if check and not met:
        raise SystemExit(1)


def _clips(
    length: int, short_clips: int, keys: Fraction, folder: pathlib.Path
) -> list[pathlib.Path]:
    """The clips of a length: several short ones, or one that is made of them."""
    if length > PART_SECONDS:
        clips = [Clip(1, length, keys, parts=short_clips)]
    else:
        clips = [Clip(1 + k, length, keys) for k in range(short_clips)]
    return [make_clip(clip, folder) for clip in tqdm.tqdm(clips, "clips", leave=False)]


def _times(length: int, count: int, path: pathlib.Path, seed: int = 0) -> list[float]:
    """The times that ingest would sample, off the last tenth of a second, which AAC may lack.

    Each round has a seed of its own: what a single example costs depends on how far behind a key
    frame it lies.
    """
    first, last = Fraction(1, 2), length - Fraction(6, 10)
    return sample_times(first, last, count, seed=seed, video_id=path.name)


def _check_agreement(
    running: dict[str, Contestant], path: pathlib.Path, length: int, count: int
) -> None:
    """Says of each contestant whether it agrees with the judge; those that fail are taken out."""
    times = _times(length, count, path)
    wanted = running[JUDGE].read(path, times).examples if JUDGE in running else None
    for name in [name for name in running if name != YARDSTICK]:
        try:
            examples = running[name].read(path, times).examples
        except ContestantError as error:
            print(f"  {CONTESTANTS[name]}: left out: {error}")
            del running[name]
            continue
        if wanted is None:
            print(f"  {CONTESTANTS[name]}: compared with nothing, without {CONTESTANTS[JUDGE]}")
            continue
        found = differences(examples, wanted, times)
        text = f"differs in {len(found)} places, first: {found[0]}" if found else "agrees"
        print(f"  {CONTESTANTS[name]}: {text}")


def _measure(
    running: dict[str, Contestant],
    paths: Sequence[pathlib.Path],
    length: int,
    counts: Sequence[int],
    rounds: int,
) -> dict[tuple[int, int], report.Cell]:
    """CPU seconds of all clips together, by (length, examples a clip)."""
    cells = {(length, count): report.Cell(len(paths) * count) for count in counts}
    # The yardstick costs the same for any number of examples, but is wanted near in time.
    jobs = [(name, count) for count in counts for name in running]
    bar = tqdm.tqdm(total=rounds * len(jobs), desc=f"{length} s", leave=False)
    for turn in range(rounds):
        start = turn * len(jobs) // rounds
        for name, count in jobs[start:] + jobs[:start]:
            seconds = sum(
                running[name].read(path, _times(length, count, path, turn)).seconds
                for path in paths
            )
            cells[length, count].seconds.setdefault(name, []).append(seconds)
            bar.update()
    bar.close()
    return cells


if __name__ == "__main__":
    main()
