"""How much serving a model costs beside calling it, and search beside multiplying.

    make bench-serving
    python -m benchmarks.serving.run --help

Targets are ratios within one run; the rounds go through all ways in turn, so that they do not depend
much on the machine. Client and server share its processors, as they would not in use.
"""

from __future__ import annotations

import os
import pathlib
import platform
import signal
import sys
import tempfile

import click

from benchmarks.serving.vector_databases import DATABASES
from objects_that_sound.serving.launcher.usable_processors import usable_processors


@click.command(help=__doc__.splitlines()[0])
@click.option("--rounds", default=7, show_default=True, help="Repeats.")
@click.option("--seconds", default=3.0, show_default=True, help="Of each throughput.")
@click.option("--callers", default=2, show_default=True, help="Threads that ask at the same time.")
@click.option(
    "--database-vectors",
    default=100_000,
    show_default=True,
    help="Vectors in the vector databases; 0 leaves them out.",
)
@click.option(
    "--database",
    "databases",
    multiple=True,
    type=click.Choice(DATABASES),
    default=DATABASES,
    help="Vector database to measure; both if not given.",
)
@click.option("--only-databases", is_flag=True, help="Measure the vector databases alone.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(
    rounds: int,
    seconds: float,
    callers: int,
    database_vectors: int,
    databases: tuple[str, ...],
    only_databases: bool,
    check: bool,
) -> None:
    """See the module."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # databases end in time, too
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from benchmarks.serving import prediction, search, vector_databases

    print(f"{platform.machine()}, {usable_processors()} processors")
    targets = []
    with tempfile.TemporaryDirectory() as folder:
        if not only_databases:
            targets += prediction.measure(pathlib.Path(folder), rounds, seconds, callers)
            targets += search.measure(pathlib.Path(folder), 2 * rounds)
        if database_vectors:
            own = pathlib.Path(folder, "databases")
            own.mkdir()
            targets += vector_databases.measure(own, database_vectors, databases)
    for target in targets:
        print(target)
    if check and not all(target.met for target in targets):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
