"""Writes the nearest neighbours that the report shows, with their pictures and sounds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.json_file import write_json
from objects_that_sound.components.evaluation.media_files import (
    write_spectrogram,
    write_thumbnail,
    write_wav,
)
from objects_that_sound.components.evaluation.read_examples import read_examples
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.neighbours import (
    Neighbours,
    nearest_neighbours,
)
from objects_that_sound.models import examples as contract

NEIGHBOURS_FILE = "neighbours.json"

_NUM_QUERIES = 6
_NUM_NEAREST = 5


def write_neighbours(
    folder: str,
    examples: EmbeddedExamples,
    gallery: Gallery,
    folders: Sequence[str],
    split: str,
) -> None:
    """Writes `neighbours.json` and, under `media`, what it names.

    Args:
        folder: folder of the evaluation.
        examples: the split.
        gallery: of these examples.
        folders: folders of Examples, where their media are.
        split: name of the split.
    """
    shown = {
        key: nearest_neighbours(examples, gallery, query, sought, _NUM_QUERIES, _NUM_NEAREST)
        for key, query, sought in (
            ("image_to_sounds", "image", "audio"),
            ("sound_to_images", "audio", "image"),
        )
    }
    everything = [neighbours for found in shown.values() for neighbours in found]
    names = _write_media(folder, examples, everything, folders, split)
    content: dict[str, Any] = {"relevance": gallery.kind}
    for key, found in shown.items():
        content[key] = [_describe(examples, names, neighbours) for neighbours in found]
    write_json(os.path.join(folder, NEIGHBOURS_FILE), content)


def _write_media(
    folder: str,
    examples: EmbeddedExamples,
    shown: Sequence[Neighbours],
    folders: Sequence[str],
    split: str,
) -> dict[int, str]:
    rows = sorted({row for n in shown for row in (n.query, *(found.row for found in n.nearest))})
    names = {row: f"media/{number:03d}" for number, row in enumerate(rows)}
    path_of = {examples.keys[row]: os.path.join(folder, name) for row, name in names.items()}
    tf.io.gfile.makedirs(os.path.join(folder, "media"))
    for example in read_examples(folders, split):
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
