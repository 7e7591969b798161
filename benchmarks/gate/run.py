"""Trains equal models with different seeds, and worse ones, and lets the gate judge them.

Command: python -m benchmarks.gate.run
Cost: about two minutes a seed on two cores. Finished parts are kept, so that it can be interrupted.
"""

from __future__ import annotations

import concurrent.futures
import json
import pathlib
from typing import Any

import click
import tqdm

from benchmarks.gate.judge import judge, refusing
from benchmarks.gate.recipe import export, train_and_export, train_network, trainers
from benchmarks.gate.small_examples import make_small_examples
from benchmarks.gate.table import seeds_table, worse_table
from benchmarks.gate.worse import OVERFITTED_VIDEOS, WORSE, spoilt
from objects_that_sound.models.export_check import ExportError

_ALLOWED = 20
"""One equal model in so many may be refused."""


@click.command()
@click.option("--out", default="runs/gate", show_default=True, type=pathlib.Path)
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(min=2))
@click.option("--first-seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--videos", default=300, show_default=True, type=click.IntRange(min=50))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(min=1))
def main(out: pathlib.Path, seeds: int, first_seed: int, videos: int, jobs: int) -> None:
    """Prints how many equal models the gate blesses, and who refuses the worse ones, in Markdown.

    Each seed's model is compared with that of the seed before, the first with the last. JOBS
    networks are trained at the same time. Exit status 1: more than one equal model in 20 is
    refused, or a worse one is not, or not by the evaluator that should.
    """
    data = make_small_examples(out / "examples", videos, seconds=3.0)
    train = data.examples
    models = out / "models"
    numbers = range(first_seed, first_seed + seeds)
    with trainers(jobs) as executor:
        futures = [
            executor.submit(train_and_export, train, models / f"seed{seed}", seed)
            for seed in numbers
        ]
        futures.append(
            executor.submit(
                train_and_export, train, models / "overfitted", first_seed, OVERFITTED_VIDEOS
            )
        )
        trained = concurrent.futures.as_completed(futures)
        for future in tqdm.tqdm(trained, desc="Train", total=len(futures)):
            future.result()

    def verdict(name: str, model: str, baseline: str) -> dict[str, Any]:
        path = out / "verdicts" / f"{name}.json"
        if not path.exists():
            found = judge(str(models / model), data, str(models / baseline))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(found, indent=1))
        return json.loads(path.read_text())

    equal, previous = [], f"seed{numbers[-1]}"
    for seed in tqdm.tqdm(numbers, desc="Judge"):
        equal.append(verdict(f"seed{seed}-{previous}", f"seed{seed}", previous))
        previous = f"seed{seed}"
    click.echo(seeds_table(equal))

    worse, at_export = {}, {}
    network = None
    for name, way in tqdm.tqdm(WORSE.items(), desc="Worse"):
        folder = models / name
        if not (folder / "saved_model.pb").exists():
            network = network or train_network(train, first_seed)
            with spoilt(network, way) as bad:
                export(bad, folder, way.signatures, checked=False)
                refuses = _export_refuses(bad, way.signatures, models / "checked")
            (folder / "refused_at_export").write_text(str(refuses))
        at_export[name] = (folder / "refused_at_export").read_text() == "True"
        worse[name] = verdict(name, name, previous)
    worse["overfitted"] = verdict("overfitted", "overfitted", previous)
    click.echo(worse_table(worse, at_export))
    refused = sum(not one["blessed"] for one in equal)
    escaped = [
        name
        for name, one in worse.items()
        if (WORSE[name].refused_by if name in WORSE else "avc") not in refusing(one)
    ]
    if refused > max(1, seeds // _ALLOWED) or escaped:
        raise click.ClickException(f"{refused} equal models refused; not as they should: {escaped}")


def _export_refuses(network, signatures, folder: pathlib.Path) -> bool:
    try:
        export(network, folder, signatures)
    except ExportError:
        return True
    return False


if __name__ == "__main__":
    main()
