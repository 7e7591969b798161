"""`ots evaluate retrieval`: nDCG and recall in four directions."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.evaluate import options
from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import interval, text_table

_DIRECTIONS = {
    "image_image": "image → image",
    "image_audio": "image → sound",
    "audio_image": "sound → image",
    "audio_audio": "sound → sound",
}


@click.command("retrieval")
@options.model
@options.baseline_model
@options.examples
@click.option(
    "--label-tree",
    default="",
    metavar="JSON",
    help="Grade relevance by this tree of the labels, in the format of AudioSet's ontology.json.",
)
@click.option("--k", default=30, show_default=True, type=click.IntRange(min=1), help="Of nDCG@k.")
@click.option("--split", default="eval", show_default=True)
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
@options.thresholds
@options.output
def command(
    model: str,
    baseline_model: str | None,
    examples: str,
    label_tree: str,
    k: int,
    split: str,
    batch_size: int,
    thresholds: tuple[str, ...],
    output: str | None,
) -> None:
    """Rank all images and all sounds by their distance from each image and from each sound.

    Metrics, each for image_image, image_audio, audio_image and audio_audio: ndcg_image_audio,
    ndcg_over_chance_image_audio, recall_at_1_image_audio, recall_at_5_..., recall_at_10_....
    """
    from objects_that_sound.components.retrieval_evaluator.executor import Executor
    from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
    from objects_that_sound.tfx_pipeline.commands.evaluate.run_evaluator import run_evaluator

    run_evaluator(
        Executor,
        inputs={"examples": [find_examples(examples)]},
        parameters={"k": k, "split": split, "batch_size": batch_size, "label_tree": label_tree},
        thresholds=thresholds,
        model=model,
        baseline_model=baseline_model,
        output=output,
        table=_table,
    )


def _table(metrics: dict[str, Any]) -> str:
    header = ["", f"nDCG@{metrics['k']}", "90 % interval", "chance"]
    for n in metrics["image_image"]["recall"]:
        header += [f"R@{n}", "chance"]
    if "change" in metrics:
        header += ["nDCG's change", "90 % interval"]
    rows = []
    for key, name in _DIRECTIONS.items():
        figures = metrics[key]
        row = [name, figures["ndcg"], interval(metrics["confidence"], f"ndcg_{key}")]
        row.append(figures["chance"])
        for n, recall in figures["recall"].items():
            row += [recall, figures["recall_chance"][n]]
        if "change" in metrics:
            change = metrics["change"].get(f"ndcg_{key}", {})
            row += [change.get("value"), interval(metrics["change"], f"ndcg_{key}")]
        rows.append(row)
    sought = "the query's own video"
    if metrics["relevance"] == "label":
        sought = "its class (graded by the tree)" if metrics["label_tree"] else "its class"
    summary = (
        f"{metrics['num_queries']} of {metrics['num_items']} items are queries that have something "
        f"to find: what is of {sought}."
    )
    if metrics["labels_not_in_tree"]:
        summary += f" Not in the tree: {', '.join(metrics['labels_not_in_tree'])}."
    return f"{text_table(header, rows)}\n{summary}"
