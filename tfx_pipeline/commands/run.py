"""`ots run`: the pipeline on one's own videos."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from objects_that_sound.tfx_pipeline.commands.run_options import (
    check_beam_args,
    split_sound_benchmark,
)
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS

if TYPE_CHECKING:
    from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions


@click.command("run")
@click.option(
    "--videos",
    "videos",
    required=True,
    multiple=True,
    help="Folder, file or glob (quoted; ** for any depth), here or remote (gs://, s3://). May be "
    "given several times.",
)
@click.option(
    "--segments",
    default="",
    metavar="CSV",
    help="Use these parts of the videos only: AudioSet's or VGGSound's CSV, or one with columns "
    "id,start,end,labels. Videos are called <id>.mp4, or <id>_<start>.mp4 where already cut.",
)
@click.option("--root", required=True, type=click.Path(file_okay=False), help="Keeps everything.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="demo", show_default=True)
@click.option(
    "--group-regex",
    default="",
    help=r"Videos of one group share a split: the file name up to the match, or what capture groups "
    r"captured. For cuts of one scene; for example '_g\d+_'.",
)
@click.option(
    "--label-regex",
    default="",
    help="Its one capture group is the class in a file name; for evaluation only.",
)
@click.option(
    "--examples-per-video",
    type=click.IntRange(min=1),
    help="At most so many moments of a video or segment, instead of the preset's.",
)
@click.option(
    "--min-loudness",
    type=click.FloatRange(-120, 0),
    help="In dBFS: quieter moments are replaced, or left out. Default: -60.",
)
@click.option(
    "--min-avc-accuracy",
    type=float,
    help="The gate's lower bound instead of the preset's; with its whole interval.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="BOUND",
    help="What the gate asks instead of what the preset asks of that metric: "
    "avc:avc_accuracy>=0.8, localisation:fires_silence<=0.1, "
    "retrieval:ndcg_image_audio:max_loss=0.1. May be given several times; see docs/evaluation.md.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Training steps instead of the preset's.")
@click.option(
    "--warm-start/--no-warm-start",
    default=None,
    help="Train on from the latest blessed model under ROOT, if there is one. It must be of the same "
    "preset. Default: with --continuous only.",
)
@click.option(
    "--continuous",
    is_flag=True,
    help="Ingest only the videos that are new under ROOT, as the next span; check them against the "
    "span before; train on the latest spans. See docs/continuous_training.md.",
)
@click.option(
    "--window",
    type=click.IntRange(min=1),
    help="Train on so many of the latest accepted spans. Default: 4.",
)
@click.option(
    "--min-new-videos",
    type=click.IntRange(min=1),
    help="Fewer new videos wait for more. Default: 1.",
)
@click.option(
    "--max-drift",
    multiple=True,
    metavar="[FEATURE=]LIMIT",
    help="How much a span may differ from the one before, from 0 to 1; for all features or one, as "
    "in audio/loudness=0.5. May be given several times. Default: 0.1.",
)
@click.option(
    "--accept-drift",
    is_flag=True,
    help="Train on the new span, or on the last one that was refused, however much it differs.",
)
@click.option(
    "--label-tree",
    type=click.Path(exists=True, dir_okay=False),
    help="Grade retrieval by how near two classes stand in this tree: AudioSet's ontology.json, or one "
    "of its form.",
)
@click.option(
    "--sound-benchmark",
    metavar="DATASET:FOLDER",
    callback=split_sound_benchmark,
    help="Measure the sound's features too, for example on esc10:FOLDER; for the datasets see "
    "`ots evaluate sound-benchmark --help`.",
)
@click.option(
    "--beam-arg",
    "beam_args",
    multiple=True,
    metavar="OPTION",
    callback=check_beam_args,
    help="Ingest elsewhere: an option of Beam, for example --beam-arg=--runner=FlinkRunner. May be "
    "given several times; see docs/scaling.md.",
)
@click.option("--verbose", is_flag=True, help="Show TFX's log.")
def command(
    videos: tuple[str, ...],
    segments: str,
    root: str,
    preset: str,
    group_regex: str,
    label_regex: str,
    examples_per_video: int | None,
    min_loudness: float | None,
    min_avc_accuracy: float | None,
    thresholds: tuple[str, ...],
    steps: int | None,
    warm_start: bool | None,
    continuous: bool,
    window: int | None,
    min_new_videos: int | None,
    max_drift: tuple[str, ...],
    accept_drift: bool,
    label_tree: str | None,
    sound_benchmark: tuple[str, str] | None,
    beam_args: tuple[str, ...],
    verbose: bool,
) -> None:
    """Run the pipeline: ingest videos, train, evaluate, push if the gate says so, report.

    What did not change since the last run under ROOT is not computed again. Writes ROOT/report.html
    and ROOT/report.json. Exit status: 0 a model was pushed, or nothing was to be done (--continuous);
    3 the gate refused the model; 4 the new videos were refused (--continuous); 1 an error.
    """
    from objects_that_sound.tfx_pipeline.run import run

    if sound_benchmark is not None:
        dataset, folder = sound_benchmark
        sound_benchmark = dataset, os.path.abspath(folder)
    options = None
    if continuous:
        options = _continuous_options(window, min_new_videos, max_drift, accept_drift)
    elif window or min_new_videos or max_drift or accept_drift:
        raise click.UsageError(
            "--window, --min-new-videos, --max-drift and --accept-drift go with --continuous"
        )
    run(
        root=root,
        videos=list(videos),
        preset_name=preset,
        segments=segments,
        group_regex=group_regex,
        label_regex=label_regex,
        examples_per_video=examples_per_video,
        min_loudness=min_loudness,
        min_avc_accuracy=min_avc_accuracy,
        thresholds=thresholds,
        steps=steps,
        ingest_beam_args=list(beam_args),
        warm_start=warm_start,
        continuous=options,
        label_tree=os.path.abspath(label_tree) if label_tree else "",
        sound_benchmark=sound_benchmark,
        verbose=verbose,
    )


def _continuous_options(
    window: int | None, min_new_videos: int | None, max_drift: tuple[str, ...], accept_drift: bool
) -> ContinuousOptions:
    from objects_that_sound.components.drift_validator.divergence_limits import parse_limits
    from objects_that_sound.tfx_pipeline.continuous.continuous_options import (
        DEFAULT_WINDOW,
        ContinuousOptions,
    )

    try:
        limits = parse_limits(max_drift)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--max-drift") from error
    return ContinuousOptions(
        window=window or DEFAULT_WINDOW,
        min_new_videos=min_new_videos or 1,
        limits=limits,
        accept_drift=accept_drift,
    )
