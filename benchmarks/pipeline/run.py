"""What the pipeline's components cost beside the work that they are for.

    make bench-pipeline
    python -m benchmarks.pipeline.run --help

Targets are ratios of CPU time within one run; what is compared goes in turn, so that they do not
depend much on the machine.
"""

from __future__ import annotations

import os
import pathlib
import platform
import tempfile

import click

from objects_that_sound.serving.launcher.usable_processors import usable_processors

_GENERATED = 160


@click.command(help=__doc__.splitlines()[0])
@click.option("--rounds", default=3, show_default=True, help="Repeats of the search index.")
@click.option("--moments", default=4800, show_default=True, help="Examples to index.")
@click.option(
    "--videos", help=f"Folder of videos for the whole run.  [default: {_GENERATED} generated ones]"
)
@click.option("--group-regex", default="", help="See `ots run`; of --videos.")
@click.option("--label-regex", default="", help="See `ots run`; of --videos.")
@click.option("--steps", default=2000, show_default=True, help="Training steps of the whole run.")
@click.option("--only", type=click.Choice(["search", "run"]), help="One of the two comparisons.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(
    rounds: int,
    moments: int,
    videos: str | None,
    group_regex: str,
    label_regex: str,
    steps: int,
    only: str | None,
    check: bool,
) -> None:
    """See the module."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    targets = []
    print(f"{platform.machine()}, {usable_processors()} processors", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if only != "search":
            from benchmarks.pipeline import whole_run

            if videos is None:
                from objects_that_sound.components.generated_videos.generator import generate_videos

                videos = str(folder / "videos")
                generate_videos(videos, _GENERATED, seed=0, progress=False)
            patterns = {"group_regex": group_regex, "label_regex": label_regex}
            targets.append(whole_run.measure(folder, videos, patterns, steps))
        if only != "run":
            from benchmarks.pipeline import search_indexing

            targets += search_indexing.measure(folder, rounds, moments)
    for target in targets:
        print(target)
    if check and not all(target.met for target in targets):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
