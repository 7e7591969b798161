"""`ots run`: the pipeline on one's own videos."""

from __future__ import annotations

import os

import click

from tfx_pipeline.presets.registry import PRESETS


def _check_beam_args(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if not value.startswith("--"):
            raise click.BadParameter(f"{value!r} is no option: give it as --beam-arg=--name=value")
    return values


def _split_sound_benchmark(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, str] | None:
    if value is None:
        return None
    dataset, _, folder = value.partition(":")
    if not dataset or not folder:
        raise click.BadParameter(f"{value!r} is not DATASET:FOLDER, as in esc10:data/esc10")
    return dataset, os.path.abspath(folder)


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
    "--frames-per-example",
    type=click.IntRange(min=1),
    help="Frames to store, 0.04 s apart, around each moment; odd. Networks of one frame use "
    "the middle one; --preset ave25 stores and uses 25.",
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
    "--warm-start",
    is_flag=True,
    help="Train on from the latest blessed model under ROOT, if there is one. It must be of the same "
    "preset.",
)
@click.option(
    "--sound-benchmark",
    metavar="DATASET:FOLDER",
    callback=_split_sound_benchmark,
    help="Measure the sound's features too, for example on esc10:FOLDER; for the datasets see "
    "`ots evaluate sound-benchmark --help`.",
)
@click.option(
    "--beam-arg",
    "beam_args",
    multiple=True,
    metavar="OPTION",
    callback=_check_beam_args,
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
    frames_per_example: int | None,
    min_loudness: float | None,
    min_avc_accuracy: float | None,
    thresholds: tuple[str, ...],
    steps: int | None,
    warm_start: bool,
    sound_benchmark: tuple[str, str] | None,
    beam_args: tuple[str, ...],
    verbose: bool,
) -> None:
    """Run the pipeline: ingest videos, train, evaluate, push if the gate says so, report.

    What did not change since the last run under ROOT is not computed again. Writes ROOT/report.html
    and ROOT/report.json. Exit status: 0 a model was pushed, 3 the gate refused it, 1 an error.
    """
    from tfx_pipeline.run import run

    run(
        root=root,
        videos=list(videos),
        preset_name=preset,
        segments=segments,
        group_regex=group_regex,
        label_regex=label_regex,
        examples_per_video=examples_per_video,
        frames_per_example=frames_per_example,
        min_loudness=min_loudness,
        min_avc_accuracy=min_avc_accuracy,
        thresholds=thresholds,
        steps=steps,
        ingest_beam_args=list(beam_args),
        warm_start=warm_start,
        sound_benchmark=sound_benchmark,
        verbose=verbose,
    )
