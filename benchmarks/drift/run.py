"""Draws spans from one collection and compares them as a continuous run would.

Command: python -m benchmarks.drift.run --root runs/demo
Cost: about ten minutes on two cores.
"""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Iterable

import click
import numpy as np
import tensorflow as tf
import tqdm

from benchmarks.drift.changes import CHANGES, Row, with_sounds_of_others
from benchmarks.drift.samples import Described, by_group, draw, fit_basis, statistics_of
from objects_that_sound.components.drift_validator.compare_statistics import compare_statistics
from objects_that_sound.components.drift_validator.comparison import DRIFT, Comparison
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits
from objects_that_sound.components.span_statistics.describe_examples import DescribeExamples
from objects_that_sound.models import examples as contract

_SIZES = (
    *((5, 24, 3), (10, 10, 3), (10, 10, 10), (10, 40, 3), (10, 40, 10)),
    *((20, 70, 1), (20, 70, 3), (20, 70, 10), (48, 48, 1), (48, 48, 3), (48, 48, 10)),
)
"""Videos of the one span (that are held out), videos of the other, examples of each."""
_BATCH = 64


@click.command()
@click.option("--root", default="runs/demo", show_default=True, type=pathlib.Path)
@click.option("--draws", default=60, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=0, show_default=True)
def main(root: pathlib.Path, draws: int, seed: int) -> None:
    """Prints two Markdown tables: spans of one kind, and changed ones.

    The spans are videos of ROOT's split `eval`, which its served model was not trained on. Without a
    served model they are of both splits, and there is the first table only.
    """
    model = root / "serving" / "objects-that-sound"
    has_model = model.is_dir()
    [folder] = sorted((root / "artifacts" / "VideoExampleGen" / "examples").iterdir())[-1:]
    describe = DescribeExamples(str(model) if has_model else "")
    describe.setup()

    def described(rows: Iterable[Row], name: str) -> Described:
        records = [
            contract.make_example(row).SerializeToString()
            for row in tqdm.tqdm(rows, desc=name, disable=None)
        ]
        batches = [records[at : at + _BATCH] for at in range(0, len(records), _BATCH)]
        return by_group([one for batch in batches for one in describe.process(batch)])

    seen = described(_read(folder, "train"), "examples trained on")
    rows = _read(folder, "eval")
    new = described(rows, "examples held out") | ({} if has_model else seen)
    groups = np.array(sorted(new))

    def pair(
        rng: np.random.Generator, other: Described, sizes: tuple[int, int, int]
    ) -> list[Comparison]:
        before, after, each = sizes
        order = [group for group in rng.permutation(groups) if group in new]
        trained = list(rng.permutation(sorted(seen))[: 4 * before])
        basis = fit_basis(draw(rng, seen, trained, each))
        earlier = statistics_of(draw(rng, new, order[:before], each), basis)
        there = [group for group in order[before : before + after] if group in other]
        later = statistics_of(draw(rng, other, there, each), basis)
        return compare_statistics(DRIFT, later, earlier, DivergenceLimits())[0]

    click.echo("| videos | examples each | largest divergence | allowed | refused |")
    click.echo("|---|---|---|---|---|")
    for sizes in _SIZES:
        if sizes[0] + sizes[1] > len(groups):
            continue
        rng = np.random.default_rng(seed)
        found = [pair(rng, new, sizes) for _ in range(draws)]
        most = max(one.divergence for comparisons in found for one in comparisons)
        click.echo(
            f"| {sizes[0]}, {sizes[1]} | {sizes[2]} | {most:.3f} | "
            f"{found[0][0].allowed:.3f} | {_refused(found)} of {draws} |"
        )
    if not has_model:
        return
    click.echo("\n| 48 and 48 videos, 10 examples each | refused | features (median divergence) |")
    click.echo("|---|---|---|")
    classes = sorted({row[contract.LABEL][0] for row in rows if row.get(contract.LABEL)})
    cases = {name: functools.partial(map, change) for name, change in CHANGES.items()} | {
        "sounds of other videos": with_sounds_of_others,
        "a third of the classes": lambda all_rows: [
            row for row in all_rows if row[contract.LABEL][0] in classes[: len(classes) // 3]
        ],
    }
    for name, change in cases.items():
        other = described(change(rows), name)
        rng = np.random.default_rng(seed)
        found = [pair(rng, other, (48, 48, 10)) for _ in range(draws)]
        click.echo(f"| {name} | {_refused(found)} of {draws} | {_features(found)} |")


def _read(folder: pathlib.Path, split: str) -> list[Row]:
    files = sorted(map(str, (folder / f"Split-{split}").iterdir()))
    records = tf.data.TFRecordDataset(files, compression_type="GZIP")
    return [contract.read_example(record) for record in records.as_numpy_iterator()]


def _refused(found: list[list[Comparison]]) -> int:
    return sum(not all(one.passed for one in comparisons) for comparisons in found)


def _features(found: list[list[Comparison]]) -> str:
    """Those that refuse in half of the draws, by how much they differ."""
    named = []
    for same in zip(*found, strict=True):
        if np.mean([not one.passed for one in same]) >= 0.5:
            named.append((float(np.median([one.divergence for one in same])), same[0].feature))
    return ", ".join(f"`{name}` {value:.2f}" for value, name in sorted(named, reverse=True)[:4])


if __name__ == "__main__":
    main()
