"""Trains the rows and prints their table.

Command: python -m benchmarks.ablations.run --examples runs/demo --seeds 3
         python -m benchmarks.ablations.run --of real --examples runs/mine --steps 1200 --seeds 3
         python -m benchmarks.ablations.run --of presets --examples runs/mine --cpu-seconds 200
Cost: about three minutes a row and seed on two cores, for 400 steps of 64 examples.
Needs the examples of a `make demo`, or of an `ots run` on real video. Finished rows are kept, so that it can be interrupted.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib

import click
import keras
import tqdm

from benchmarks.ablations.cpu_seconds import cpu_seconds_a_step
from benchmarks.ablations.measure import evaluation_set, measure
from benchmarks.ablations.spread_records import spread_records
from benchmarks.ablations.table import markdown
from benchmarks.ablations.train_variant import train_variant
from benchmarks.ablations.variants import VARIANTS, Variant

_EVALUATED = 1300  # examples, at most


def examples_of(root: pathlib.Path) -> pathlib.Path:
    """The latest folder of examples below a pipeline's root.

    Raises:
        click.ClickException: there is none.
    """
    found = sorted(root.glob("**/examples/*/Split-train"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise click.ClickException(f"no examples below {root}: run `make demo` first")
    return found[-1].parent


def run_variant(
    variant: Variant, examples: pathlib.Path, seed: int, folder: pathlib.Path | None = None
) -> dict[str, float]:
    """Trains a row with one seed and measures it.

    Args:
        variant: the recipe.
        examples: folder with the splits train, val and eval. The split val chooses the epoch, where
            the recipe says so.
        seed: of everything random.
        folder: keeps the weights, if given.
    """
    training = dataclasses.replace(variant.training, seed=seed)
    network = train_variant(variant._replace(training=training), examples)
    data = evaluation_set(spread_records(examples, "eval", _EVALUATED), variant.network.crop_size)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        network.save_weights(str(folder / "network.weights.h5"))
    return measure(network, data) | {"steps": training.steps}


@click.command()
@click.option("--examples", "root", default="runs/demo", show_default=True, type=pathlib.Path)
@click.option("--of", "of", default="demo", show_default=True, type=click.Choice(list(VARIANTS)))
@click.option("--out", default="runs/ablations", show_default=True, type=pathlib.Path)
@click.option("--row", "rows", multiple=True, help="Only these rows; may be given several times.")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1))
@click.option("--steps", default=400, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--cpu-seconds",
    type=click.IntRange(min=1),
    help="CPU time of the steps of each row, instead of --steps.",
)
def main(
    root: pathlib.Path,
    of: str,
    out: pathlib.Path,
    rows: tuple[str, ...],
    seeds: int,
    steps: int,
    cpu_seconds: int | None,
) -> None:
    """Trains rows of recipes, measures them and prints a table in Markdown."""
    every = VARIANTS[of](steps)
    unknown = sorted(set(rows) - set(every))
    if unknown:
        raise click.ClickException(f"no rows {', '.join(unknown)}; there are {', '.join(every)}")
    names = list(rows or every)
    examples = examples_of(root)
    out, size = out / of, f"{cpu_seconds}s" if cpu_seconds else str(steps)
    out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, list[dict[str, float]]] = {}
    work = [(name, seed) for seed in range(seeds) for name in names]
    for name, seed in tqdm.tqdm(work, desc="Rows", unit=" trainings"):
        path = out / f"{name}-{size}-{seed}.json"
        if not path.exists():
            keras.utils.clear_session()
            if cpu_seconds and name in figures:  # all seeds of a row take the same steps
                steps = int(figures[name][0]["steps"])
            elif cpu_seconds:
                steps = round(cpu_seconds / cpu_seconds_a_step(every[name], examples))
            found = run_variant(VARIANTS[of](steps)[name], examples, seed)
            path.write_text(json.dumps(found, indent=1))
        figures.setdefault(name, []).append(json.loads(path.read_text()))
        (out / f"table-{size}.md").write_text(markdown(figures, every))
    click.echo(markdown(figures, every))


if __name__ == "__main__":
    main()
