"""`ots evaluate localisation`: where the map lies, and at what sounds the model fires."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.evaluate import options
from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import interval, text_table

_FIRES = {
    "wrong": "the sound of something else",
    "silence": "silence",
    "noise": "noise",
    "off_screen": "the sound of what is not in the frame",
}


@click.command("localisation")
@options.model
@options.baseline_model
@options.examples
@click.option(
    "--max-examples",
    default=2000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Frames at most: those with boxes, or any where there are none.",
)
@click.option("--seed", default=0, show_default=True, help="Of the choice of frames and sounds.")
@click.option("--split", default="eval", show_default=True)
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
@options.thresholds
@options.output
def command(
    model: str,
    baseline_model: str | None,
    examples: str,
    max_examples: int,
    seed: int,
    split: str,
    batch_size: int,
    thresholds: tuple[str, ...],
    output: str | None,
) -> None:
    """Localise sounds in their frames; and what is no sound of the frame: silence, noise, others.

    Metrics: pointing_accuracy, pointing_over_centre, ciou, ciou_auc, ciou_over_centre (of frames
    with boxes); fires_silence, fires_noise, fires_off_screen, fires_wrong (lower is better),
    average_precision, max_f1.
    """
    from objects_that_sound.components.localisation_evaluator.executor import Executor
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
    from objects_that_sound.tfx_pipeline.commands.evaluate.run_evaluator import run_evaluator

    run_evaluator(
        Executor,
        inputs={"examples": [find_examples(examples)]},
        parameters={
            "max_examples": max_examples,
            "seed": seed,
            "split": split,
            "batch_size": batch_size,
        },
        thresholds=thresholds,
        model=model,
        baseline_model=baseline_model,
        output=output,
        table=_table,
    )


def _table(metrics: dict[str, Any]) -> str:
    changes = metrics.get("change")

    def row(name: str, metric: str, centre: object, chance: object) -> list[object]:
        cells = [name, metrics[metric], interval(metrics["confidence"], metric), centre, chance]
        if changes is not None:
            change = changes.get(metric, {})
            cells += [change.get("value"), interval(changes, metric)]
        return cells

    rows = [
        *(
            row(
                name,
                metric,
                metrics[f"{prefix}centre_baseline"],
                metrics[f"{prefix}random_baseline"],
            )
            for name, metric, prefix in (
                ("pointing accuracy", "pointing_accuracy", ""),
                ("cIoU at 0.5", "ciou", "ciou_"),
                ("AUC of cIoU", "ciou_auc", "ciou_auc_"),
            )
        ),
        *(row(f"fires at {name}", f"fires_{kind}", "", 0.9) for kind, name in _FIRES.items()),
        row("average precision", "average_precision", "", 1 / 2),
        row("largest F1", "max_f1", "", 2 / 3),
    ]
    header = ["", "model", "90 % interval", "centre", "chance"]
    if changes is not None:
        header += ["change", "90 % interval"]
    lines = [
        text_table(header, rows),
        f"{metrics['num_frames']} frames, {metrics['num_examples']} with boxes; fires: scores "
        f"{metrics['universal_threshold']:.3f} or more, as 90 % of the true sounds do.",
    ]
    reasons = sorted(set(metrics["missing"].values()))
    if reasons:
        lines.append(f"Not measured, as {'; '.join(reasons)}.")
    return "\n".join(lines)
