"""The Beam transform of AvcPairGen: examples in, files of pair examples out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator

import apache_beam as beam
import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.models import examples as contract
from objects_that_sound.models.whole_file import whole_file

_IMAGES_PER_FILE = 256
"""Few enough for a file's pairs (some 130 kB a frame with its sound) to be sorted in memory."""

_CHANCE = 0.5
"""Half of the pairs correspond."""


class MakePairs(beam.PTransform):
    """Writes the pairs of a PCollection of serialized examples.

    Only keys and groups are ever gathered in one place; frames and sounds are joined by key. The
    place of every pair (its file and its position therein) follows from its key's hash, so the
    files are the same, bit for bit, however Beam divides the work.

    The file of counts holds `num_pairs`, `num_labelled_pairs` (whose sound's class and the frame's
    visible classes are known), `seed`, `chance` (of the accuracy) and `ceiling`: the accuracy on
    the labelled pairs of an oracle who knows all classes and says "corresponds" if the sound's
    class is in the frame; null where no labels are known.
    """

    def __init__(self, seed: int, folder: str, counts_file: str):
        """Configures the transform.

        Args:
            seed: of the choice of mismatched sounds.
            folder: existing folder to write `pairs-*-of-*.gz` to.
            counts_file: JSON file to write the counts to.
        """
        super().__init__()
        self._seed = seed
        self._folder = folder
        self._counts_file = counts_file

    def expand(self, records: beam.PCollection) -> beam.PCollection:
        """Builds the transform."""
        examples = records | "Key" >> beam.Map(_with_key)
        assignments = (
            examples
            | "KeyGroupAndImages" >> beam.MapTuple(_key_group_and_images)
            | "GatherKeys" >> beam.combiners.ToList()
            | "Assign" >> beam.FlatMap(_assign, self._seed)
        )
        by_sound = assignments | "BySound" >> beam.Map(lambda a: (a["sound"], a))
        sounds = (
            {"example": examples, "assignment": by_sound}
            | "JoinSounds" >> beam.CoGroupByKey()
            | "ByFrame" >> beam.FlatMapTuple(_sounds_by_frame)
        )
        pairs = (
            {"example": examples, "sound": sounds}
            | "JoinFrames" >> beam.CoGroupByKey()
            | "Pair" >> beam.FlatMapTuple(_pairs)
            | "GroupFiles" >> beam.GroupByKey()
        )
        return (
            pairs
            | "WriteFiles" >> beam.Map(_write_file, self._folder)
            | "Count" >> beam.CombineGlobally(_add_counts)
            | "WriteCounts" >> beam.Map(_write_counts, self._counts_file, self._seed)
        )


def _with_key(record: bytes) -> tuple[str, bytes]:
    return example_fields.example_key(contract.read_example(record)), record


def _key_group_and_images(key: str, record: bytes) -> tuple[str, str, int]:
    example = contract.read_example(record)
    return key, example_fields.group(example), max(1, len(example.get(contract.FRAMES, [])))


def _assign(examples: list[tuple[str, str, int]], seed: int) -> Iterator[dict]:
    # An example that came twice (the same video in two spans) counts once.
    group_of = {key: group for key, group, _ in sorted(examples)}
    chosen = mismatched_sounds(list(group_of), list(group_of.values()), seed)
    per_file = max(1, _IMAGES_PER_FILE // max(images for _, _, images in examples))
    num_files = -(-len(chosen) // per_file)
    in_order = sorted(chosen, key=lambda key: (stable_hash(seed, "place", key), key))
    for position, frame in enumerate(in_order):
        yield {
            "frame": frame,
            "sound": chosen[frame],
            "position": position,
            "file": f"pairs-{position // per_file:05d}-of-{num_files:05d}.gz",
        }


def _sounds_by_frame(_key: str, joined: dict[str, Iterable]) -> Iterator[tuple[str, dict]]:
    assignments = list(joined["assignment"])
    if not assignments:
        return
    sound = contract.read_example(min(joined["example"]))
    for assignment in assignments:
        yield (
            assignment["frame"],
            {
                **assignment,
                "pcm": sound[contract.AUDIO][0],
                "sound_label": example_fields.label(sound),
            },
        )


def _pairs(
    _key: str, joined: dict[str, Iterable]
) -> Iterator[tuple[str, tuple[int, list[bytes], dict[str, int]]]]:
    (sound,) = joined["sound"]
    example = contract.read_example(min(joined["example"]))
    own_label = example_fields.label(example)
    visible = example_fields.visible_labels(example)
    sounds = [
        (1, example[contract.AUDIO][0], own_label),
        (0, sound["pcm"], sound["sound_label"]),
    ]
    records = []
    counts = {"num_pairs": 0, "num_labelled_pairs": 0, "num_oracle_right": 0}
    for avc_label, pcm, sound_label in sounds:
        features = {
            contract.VIDEO_ID: example[contract.VIDEO_ID],
            contract.VIDEO_GROUP: example[contract.VIDEO_GROUP],
            contract.IMAGE: example[contract.IMAGE],
            contract.FRAMES: example.get(contract.FRAMES, []),
            contract.AUDIO: pcm,
            contract.AVC_LABEL: avc_label,
            contract.BOX: example.get(contract.BOX, []),
            contract.VISIBLE_LABELS: example.get(contract.VISIBLE_LABELS, []),
        }
        if own_label:
            features[contract.LABEL] = own_label
        if sound_label:
            features[contract.SOUND_LABEL] = sound_label
        features = {name: value for name, value in features.items() if value != []}
        records.append(contract.make_example(features).SerializeToString(deterministic=True))
        counts["num_pairs"] += 1
        if sound_label and visible:
            counts["num_labelled_pairs"] += 1
            counts["num_oracle_right"] += int((sound_label in visible) == bool(avc_label))
    yield sound["file"], (sound["position"], records, counts)


def _write_file(
    named_pairs: tuple[str, Iterable[tuple[int, list[bytes], dict[str, int]]]], folder: str
) -> dict[str, int]:
    name, pairs = named_pairs
    ordered = sorted(pairs, key=lambda pair: pair[0])
    # JPEG and sound hardly shrink: gzip for TFX's sake, uncompressed inside.
    options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)
    # A bundle that Beam repeats must not leave half a file where the examples are.
    with (
        whole_file(os.path.join(folder, name), aside=os.path.dirname(folder)) as path,
        tf.io.TFRecordWriter(path, options) as writer,
    ):
        for _, records, _ in ordered:
            for record in records:
                writer.write(record)
    return _add_counts(counts for _, _, counts in ordered)


def _add_counts(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total = {"num_pairs": 0, "num_labelled_pairs": 0, "num_oracle_right": 0}
    for part in parts:
        for name, value in part.items():
            total[name] += value
    return total


def _write_counts(counts: dict[str, int], path: str, seed: int) -> None:
    known = counts["num_labelled_pairs"]
    content = {
        "num_pairs": counts["num_pairs"],
        "num_labelled_pairs": known,
        "seed": seed,
        "chance": _CHANCE,
        "ceiling": counts["num_oracle_right"] / known if known else None,
    }
    with tf.io.gfile.GFile(path, "w") as file:
        file.write(json.dumps(content, indent=2) + "\n")
