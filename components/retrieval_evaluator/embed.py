"""Embeds the frames and sounds of a split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.embed_batch import embed_batch
from objects_that_sound.components.evaluation.model import Model
from objects_that_sound.components.evaluation.read_examples import (
    batched,
    count_examples,
    read_examples,
)
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.models import examples as contract


def embed(
    model: Model, folders: Sequence[str], split: str, batch_size: int, what: str
) -> EmbeddedExamples:
    """Embeds every frame and every sound.

    Args:
        model: with signatures `embed_image` and `embed_audio`.
        folders: folders of Examples.
        split: name of the split.
        batch_size: examples a call of the model.
        what: names the model in the progress bar.

    Returns:
        The examples in the order of their keys.

    Raises:
        ValueError: an embedding is not finite, the split is empty, or an example has not the frames
            that the model looks at.
    """
    columns: dict[str, list] = {
        name: [] for name in ("keys", "videos", "groups", "times", "labels")
    }
    label_sets: list[tuple[str, ...]] = []
    images, sounds = [], []
    total = count_examples(folders, split)
    if total == 0:
        raise ValueError(f"the split {split!r} holds no examples to retrieve")
    with tqdm(total=total, desc=f"Retrieval: embed, {what}", unit="example", disable=None) as bar:
        for batch in batched(read_examples(folders, split), batch_size):
            for example in batch:
                columns["keys"].append(example_fields.example_key(example))
                columns["videos"].append(example_fields.video_id(example))
                columns["groups"].append(example_fields.group(example))
                columns["times"].append(example[contract.VIDEO_TIME][0])
                columns["labels"].append(example_fields.label(example))
                label_sets.append(tuple(example_fields.labels(example)))
            embeddings = embed_batch(model, batch)
            images.append(embeddings.image)
            sounds.append(embeddings.audio)
            bar.update(len(batch))
    examples = EmbeddedExamples(
        **{name: np.array(values) for name, values in columns.items()},
        label_sets=np.fromiter(label_sets, object, len(label_sets)),
        image=np.concatenate(images),
        audio=np.concatenate(sounds),
    )
    # The order of the files' examples is Beam's whim; that of the keys is not.
    return examples.select(np.argsort(examples.keys, kind="stable"))
