"""The work of RetrievalEvaluator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tqdm import tqdm

from components.evaluation import example_fields
from components.evaluation.media_files import write_spectrogram, write_thumbnail, write_wav
from components.evaluation.read_examples import batched, count_examples, read_examples
from components.evaluation.saved_model import SavedModel
from components.evaluation.write_metrics import write_json, write_metrics
from components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from components.retrieval_evaluator.neighbours import Neighbours, nearest_neighbours
from components.retrieval_evaluator.retrieval_metrics import retrieval_metrics
from models import examples as contract

NEIGHBOURS_FILE = "neighbours.json"

_NUM_QUERIES = 6
_NUM_NEAREST = 5


class Executor(base_executor.BaseExecutor):
    """Embeds a split and measures retrieval on it."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes retrieval's figures and the neighbours to show.

        Args:
            input_dict: `examples`, artifacts of type Examples, and `model`, one of type Model.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `k`, `split` and `batch_size`.

        Raises:
            ValueError: an embedding is not finite, or the split is empty.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        split = exec_properties["split"]
        model = SavedModel(artifact_utils.get_single_uri(input_dict["model"]))
        folder = artifact_utils.get_single_uri(output_dict["evaluation"])
        examples = _embed(model, input_dict["examples"], split, exec_properties["batch_size"])
        write_metrics(folder, retrieval_metrics(examples, exec_properties["k"]))

        by_image = nearest_neighbours(examples, "image", "audio", _NUM_QUERIES, _NUM_NEAREST)
        by_sound = nearest_neighbours(examples, "audio", "image", _NUM_QUERIES, _NUM_NEAREST)
        names = _write_media(
            examples, [*by_image, *by_sound], input_dict["examples"], split, folder
        )
        content = {
            "relevance": examples.relevance_kind(),
            "image_to_sounds": [_describe(examples, names, found) for found in by_image],
            "sound_to_images": [_describe(examples, names, found) for found in by_sound],
        }
        write_json(os.path.join(folder, NEIGHBOURS_FILE), content)


def _embed(
    model: SavedModel, artifacts: list[types.Artifact], split: str, batch_size: int
) -> EmbeddedExamples:
    columns: dict[str, list] = {
        name: [] for name in ("keys", "videos", "groups", "times", "labels")
    }
    images, sounds = [], []
    total = count_examples(artifacts, split)
    if total == 0:
        raise ValueError(f"the split {split!r} holds no examples to retrieve")
    with tqdm(total=total, desc="Retrieval: embed", unit="example", disable=None) as bar:
        for batch in batched(read_examples(artifacts, split), batch_size):
            for example in batch:
                columns["keys"].append(example_fields.example_key(example))
                columns["videos"].append(example_fields.video_id(example))
                columns["groups"].append(example_fields.group(example))
                columns["times"].append(example[contract.VIDEO_TIME][0])
                columns["labels"].append(example_fields.label(example))
            frames = [example[contract.IMAGE][0] for example in batch]
            pcm = [example[contract.AUDIO][0] for example in batch]
            images.append(model.call("embed_image", {"image": frames})["embedding"])
            sounds.append(model.call("embed_audio", {"audio": pcm})["embedding"])
            bar.update(len(batch))
    examples = EmbeddedExamples(
        **{name: np.array(values) for name, values in columns.items()},
        image=np.concatenate(images),
        audio=np.concatenate(sounds),
    )
    # The order of the files' examples is Beam's whim; that of the keys is not.
    return examples.select(np.argsort(examples.keys, kind="stable"))


def _write_media(
    examples: EmbeddedExamples,
    shown: Sequence[Neighbours],
    artifacts: list[types.Artifact],
    split: str,
    folder: str,
) -> dict[int, str]:
    rows = sorted({row for n in shown for row in (n.query, *(found.row for found in n.nearest))})
    names = {row: f"media/{number:03d}" for number, row in enumerate(rows)}
    path_of = {examples.keys[row]: os.path.join(folder, name) for row, name in names.items()}
    fileio.makedirs(os.path.join(folder, "media"))
    for example in read_examples(artifacts, split):
        path = path_of.get(example_fields.example_key(example))
        if path is not None:
            pcm = example[contract.AUDIO][0]
            write_thumbnail(f"{path}.jpg", example[contract.IMAGE][0])
            write_wav(f"{path}.wav", pcm, example[contract.AUDIO_SAMPLE_RATE][0])
            write_spectrogram(f"{path}.png", pcm)
    return names


def _describe(
    examples: EmbeddedExamples, names: dict[int, str], neighbours: Neighbours
) -> dict[str, Any]:
    def item(row: int) -> dict[str, Any]:
        return {
            "video_id": str(examples.videos[row]),
            "time": float(examples.times[row]),
            "label": str(examples.labels[row]) or None,
            "image": f"{names[row]}.jpg",
            "sound": f"{names[row]}.wav",
            "spectrogram": f"{names[row]}.png",
        }

    return {
        "query": item(neighbours.query),
        "nearest": [
            {**item(found.row), "distance": found.distance, "relevant": found.relevant}
            for found in neighbours.nearest
        ],
    }
