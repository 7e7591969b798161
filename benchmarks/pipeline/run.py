"""What the pipeline's components cost beside the work that they are for.

    make bench-pipeline
    python -m benchmarks.pipeline.run --help

Targets are ratios of CPU time within one run; the rounds go through all ways in turn, so that they do
not depend much on the machine.
"""

from __future__ import annotations

import os
import pathlib
import platform
import tempfile

import click

from objects_that_sound.serving.launcher.usable_processors import usable_processors


@click.command(help=__doc__.splitlines()[0])
@click.option("--rounds", default=3, show_default=True, help="Repeats.")
@click.option("--moments", default=4800, show_default=True, help="Examples to index.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(rounds: int, moments: int, check: bool) -> None:
    """See the module."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from benchmarks.pipeline import search_indexing

    print(f"{platform.machine()}, {usable_processors()} processors")
    with tempfile.TemporaryDirectory() as folder:
        targets = search_indexing.measure(pathlib.Path(folder), rounds, moments)
    for target in targets:
        print(target)
    if check and not all(target.met for target in targets):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
