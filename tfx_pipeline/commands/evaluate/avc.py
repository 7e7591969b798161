"""`ots evaluate avc`: accuracy on pairs of image and sound."""

from __future__ import annotations

import tempfile
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.evaluate import options
from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import interval, text_table


@click.command("avc")
@options.model
@options.baseline_model
@options.examples
@click.option("--split", default="eval", show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the choice of mismatched sounds.")
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
@options.thresholds
@options.output
def command(
    model: str,
    baseline_model: str | None,
    examples: str,
    split: str,
    seed: int,
    batch_size: int,
    thresholds: tuple[str, ...],
    output: str | None,
) -> None:
    """Score each frame with its own sound and with one of another scene.

    Metrics: avc_accuracy (balanced; chance is 0.5) and avc_auc. With the default seed the pairs are
    those of the pipeline.
    """
    from tfx.types import standard_artifacts

    from objects_that_sound.components.avc_evaluator.executor import Executor
    from objects_that_sound.components.avc_pair_gen.executor import Executor as AvcPairGen
    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
    from objects_that_sound.tfx_pipeline.commands.evaluate.run_evaluator import run_evaluator

    found = find_examples(examples)
    pairs = standard_artifacts.Examples()
    with tempfile.TemporaryDirectory() as pairs.uri:
        context = AvcPairGen.Context(beam_pipeline_args=local_beam_pipeline_args())
        try:
            AvcPairGen(context).Do(
                {"examples": [found]}, {"pairs": [pairs]}, {"seed": seed, "split": split}
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        run_evaluator(
            Executor,
            inputs={"pairs": [pairs]},
            parameters={"batch_size": batch_size},
            thresholds=thresholds,
            model=model,
            baseline_model=baseline_model,
            output=output,
            table=_table,
        )


def _table(metrics: dict[str, Any]) -> str:
    header = ["", "", "90 % interval", "chance"]
    if "change" in metrics:
        header += ["change", "90 % interval"]
    rows = []
    for name, words in (("avc_accuracy", "balanced accuracy"), ("avc_auc", "AUC")):
        row = [words, metrics[name], interval(metrics["confidence"], name), 0.5]
        if "change" in metrics:
            row += [metrics["change"][name]["value"], interval(metrics["change"], name)]
        rows.append(row)
    for label, figures in metrics["by_class"].items():
        shown = interval({"accuracy": figures}, "accuracy")
        rows.append([f"  accuracy, {label}", figures["accuracy"], shown, 0.5])
        rows[-1] += [""] * (len(header) - len(rows[-1]))
    summary = f"{metrics['num_pairs']} pairs of {metrics['num_groups']} groups of videos."
    return f"{text_table(header, rows)}\n{summary}"
