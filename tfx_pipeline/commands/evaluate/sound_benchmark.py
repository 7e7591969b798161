"""`ots evaluate sound-benchmark`: the sound's features on public benchmarks."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.evaluate import options

_DATASETS = ("esc10", "esc50", "urbansound8k", "dcase2013", "dcase2016", "folder")


@click.command("sound-benchmark")
@click.option(
    "--dataset",
    type=click.Choice(_DATASETS),
    required=True,
    help="The layout of the folder; `folder` is any in ESC-50's.",
)
@click.option("--data", required=True, metavar="FOLDER", help="The benchmark, unpacked.")
@options.model
@options.baseline_model
@click.option(
    "--examples",
    metavar="PATH",
    help="What the model was trained on: an Examples artifact's folder, or the ROOT of a run. Clips "
    "whose sound is in its split train are refused.",
)
@click.option(
    "--hop",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Seconds between the windows of one second.",
)
@click.option(
    "--random-networks",
    default=3,
    show_default=True,
    type=click.IntRange(0),
    help="So many untrained networks to compare with.",
)
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
@options.thresholds
@options.output
def command(
    dataset: str,
    data: str,
    model: str,
    baseline_model: str | None,
    examples: str | None,
    hop: float,
    random_networks: int,
    batch_size: int,
    thresholds: tuple[str, ...],
    output: str | None,
) -> None:
    """Train linear classifiers on the sound's features, on the benchmark's own folds.

    Metrics: accuracy (conv4_2; mean of the folds'), embedding_accuracy, mfcc_accuracy,
    random_accuracy and random_embedding_accuracy (networks before training), gain_over_random,
    embedding_gain_over_random, gain_over_mfcc. Intervals are of 90 %, by original recordings.
    """
    from objects_that_sound.components.sound_benchmark_evaluator.executor import Executor
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
    from objects_that_sound.tfx_pipeline.commands.evaluate.run_evaluator import run_evaluator

    run_evaluator(
        Executor,
        inputs={"examples": [find_examples(examples)]} if examples else {},
        parameters={
            "dataset": dataset,
            "data": data,
            "hop_seconds": hop,
            "random_networks": random_networks,
            "batch_size": batch_size,
        },
        thresholds=thresholds,
        model=model,
        baseline_model=baseline_model,
        output=output,
        table=_table,
    )


def _table(metrics: dict[str, Any]) -> str:
    """The table in words: percent, one line a row."""
    width = max(len(row["name"]) for row in (*metrics["rows"], *metrics["published"]))
    folds = list(metrics["rows"][0]["folds"])
    lines = [
        f"{metrics['dataset']}: {metrics['num_clips']} clips of {metrics['num_recordings']} "
        f"recordings, {metrics['num_classes']} classes; folds: {metrics['folds_from']}",
        "",
        f"{'accuracy in %':{width}}  {' '.join(f'{name:>6}' for name in folds)}    mean   ±sd  "
        f"interval",
    ]
    for row in metrics["rows"]:
        cells = " ".join(f"{100 * accuracy:6.1f}" for accuracy in row["folds"].values())
        spread = "     " if row["deviation"] is None else f"{100 * row['deviation']:5.1f}"
        lines.append(
            f"{row['name']:{width}}  {cells}  {100 * row['accuracy']:6.1f} {spread}  {_interval(row)}"
        )
    blank = " " * (7 * len(folds) - 1)
    lines.append(f"{'chance':{width}}  {blank}  {100 * metrics['chance']:6.1f}")
    for row in metrics["published"]:
        lines.append(
            f"{row['name']:{width}}  {blank}  {100 * row['accuracy']:6.1f}        {row['source']}"
        )
    for name in ("gain_over_random", "embedding_gain_over_random", "gain_over_mfcc"):
        if name in metrics:
            bounds = metrics["confidence"][name]
            lines.append(f"{name}: {100 * metrics[name]:+.1f}, {_interval(bounds)}")
    lines += [f"left out: {name}: {reason}" for name, reason in metrics["left_out"].items()]
    for first, second in metrics["same_recordings"]:
        lines.append(f"the same recording, kept out of each other's folds: {first}, {second}")
    if metrics["num_rejects"]:
        lines.append(f"{metrics['num_rejects']} clips refused:")
    for reject in metrics["rejects"]:
        lines.append(f"  {reject['name']}: {reject['reason']}: {reject['detail']}")
    return "\n".join(lines)


def _interval(row: dict[str, Any]) -> str:
    if row["low"] is None or row["high"] is None:
        return "too few recordings"
    return f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"
