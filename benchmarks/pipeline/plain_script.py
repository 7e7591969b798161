"""What a run of `--preset real` computes, in one plain script: no TFX, no Beam, no ML Metadata.

    python -m benchmarks.pipeline.plain_script VIDEOS.jsonl STEPS FOLDER

Clips are decoded, the network is trained by Keras's own `fit` and judged by the same metrics and
intervals as in a run, and every clip is embedded. Each stage ends with a line of JSON: its name,
the CPU time up to then, and how much was done.
"""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import resource
import sys
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from objects_that_sound.components.avc_evaluator.avc_statistics import avc_statistics
from objects_that_sound.components.avc_evaluator.changed_media import (
    grey,
    shuffle_blocks,
    shuffle_sound,
)
from objects_that_sound.components.avc_evaluator.evaluator import BLOCKS, AvcOptions
from objects_that_sound.components.baseline_evaluator.class_agreement import ClassAgreement
from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)
from objects_that_sound.components.baseline_evaluator.image_statistics import image_statistics
from objects_that_sound.components.baseline_evaluator.sound_statistics import sound_statistics
from objects_that_sound.components.baseline_evaluator.two_towers import TwoTowers
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.bootstrap import Statistic, bootstrap
from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import FramesAndSounds
from objects_that_sound.components.localisation_evaluator.localisation_statistics import (
    firing_statistics,
    measure_overlaps,
    pointing_statistics,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised
from objects_that_sound.components.localisation_evaluator.map_scores import pointing_hit
from objects_that_sound.components.localisation_evaluator.mosaics import mosaics
from objects_that_sound.components.localisation_evaluator.off_screen_sounds import off_screen_sounds
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.evaluator import DIRECTIONS, NDCG
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree
from objects_that_sound.components.retrieval_evaluator.retrieval_scores import (
    retrieval_statistics,
    score_retrieval,
)
from objects_that_sound.components.video_example_gen.clip_sampler import sample_clips
from objects_that_sound.components.video_example_gen.ingest_video import ingest_video
from objects_that_sound.components.video_example_gen.video import make_video
from objects_that_sound.models import examples as contract
from objects_that_sound.models.augmentation import AUGMENTATIONS
from objects_that_sound.models.input_pipeline import evaluation_batches, training_batches
from objects_that_sound.models.layers.background_sounds import BackgroundSounds
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.factory import build_network, build_trainable_network
from objects_that_sound.models.signatures import ServingSignatures
from objects_that_sound.models.training.calibration import (
    calibrate,
    set_match_threshold,
    similarities_of,
)
from objects_that_sound.tfx_pipeline.presets.real import real
from objects_that_sound.tfx_pipeline.run_options import RunOptions

_BATCH = 32
Rows = list[dict[str, list]]


def main(videos: str, steps: int, folder: pathlib.Path, patterns: dict[str, str]) -> None:
    """Does everything.

    Args:
        videos: file of `video`, `path` and `split` of each video, as a run leaves it.
        steps: of training.
        folder: for examples, weights and vectors.
        patterns: `group_regex` and `label_regex`.
    """
    _stage("import")
    listed = [json.loads(line) for line in pathlib.Path(videos).read_text().splitlines()]
    rows = _decode(listed, folder, patterns)
    _stage("decode", examples=sum(map(len, rows.values())))
    network = _train(rows, steps, folder)
    _stage("train", steps=steps)
    held = rows["eval"]
    images, sounds = _column(held, contract.IMAGE), _column(held, contract.AUDIO)
    keys = [example_fields.example_key(row) for row in held]
    groups = [example_fields.group(row) for row in held]
    chosen = mismatched_sounds(keys, groups, seed=0)
    other = [keys.index(chosen[key]) for key in keys]
    model = _functions(network)
    _score_pairs(model["score"], images, sounds, other, groups)
    _stage("correspondence", pairs=2 * len(held))
    _baselines(rows["train"], held, other)
    _stage("baselines")
    vectors = [_embed(model, own) for own in rows.values()]
    np.savez(folder / "vectors.npz", *(one for pair in vectors for one in pair))
    _stage("embed", embedded=sum(map(len, rows.values())))
    _retrieval(held, *vectors[list(rows).index("eval")])
    _stage("retrieval")
    _localise(model["localise"], network, held, other)
    _stage("localise", frames=len(held))


def _stage(name: str, **counts: object) -> None:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"stage": name, "cpu_seconds": seconds, **counts}), flush=True)


def _decode(
    listed: Sequence[dict[str, str]], folder: pathlib.Path, patterns: dict[str, str]
) -> dict[str, Rows]:
    """Examples by split, which are also written for the training to read."""
    config = RunOptions(videos=(".",), **patterns).ingest_config()
    rows: dict[str, Rows] = {}
    for split in sorted({one["split"] for one in listed}):
        options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)
        rows[split] = []
        with tf.io.TFRecordWriter(str(folder / f"{split}.gz"), options) as writer:
            for one in listed:
                if one["split"] != split:
                    continue
                video = make_video(one["path"], "", config, file_id=one["video"])
                clips = sample_clips(video.path, video, config.of_split(split))
                for example in ingest_video(video, clips, config):
                    record = example.SerializeToString()
                    writer.write(record)
                    rows[split].append(contract.read_example(record))
    return rows


def _train(rows: dict[str, Rows], steps: int, folder: pathlib.Path) -> AvcNetwork:
    preset = real()
    config = dataclasses.replace(preset.training, steps=steps, minutes=0.0)
    network = build_trainable_network(preset.network, config)
    network.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(config.learning_rate, steps),
            weight_decay=config.weight_decay,
            use_ema=True,
        ),
        jit_compile=False,  # slower on CPUs
    )
    batches = training_batches(
        [str(folder / "train.gz")],
        preset.network,
        config.batch_size,
        config.shuffle_buffer,
        config.seed,
        least_area=AUGMENTATIONS[config.augmentation].least_area,
    )
    val = evaluation_batches([str(folder / "val.gz")], preset.network, config.batch_size)
    epoch = config.epoch_steps(len(rows["train"]))
    network.fit(
        batches.take(steps),
        steps_per_epoch=epoch,
        epochs=math.ceil(steps / epoch),
        validation_data=val,
        verbose=0,
    )
    pairs = similarities_of(network, val)
    calibrate(network, pairs)
    set_match_threshold(network, pairs)
    network.save_weights(folder / "network.weights.h5")
    return network


def _functions(network: AvcNetwork) -> dict[str, Callable]:
    """What a model answers, of files of images and of PCM."""
    signatures = ServingSignatures(network)
    return {
        name: tf.function(getattr(signatures, name), signatures.inputs_of(name))
        for name in ("score", "embed_image", "embed_audio", "localise")
    }


def _in_batches(function: Callable, *columns: Sequence[bytes]) -> list[dict[str, np.ndarray]]:
    found = []
    for start in range(0, len(columns[0]), _BATCH):
        tensors = (tf.constant(one[start : start + _BATCH], tf.string) for one in columns)
        found.append({name: value.numpy() for name, value in function(*tensors).items()})
    return found


def _column(rows: Rows, name: str) -> list[bytes]:
    return [row[name][0] for row in rows]


def _scores(score: Callable, images: Sequence[bytes], sounds: Sequence[bytes]) -> np.ndarray:
    return np.concatenate([one["score"] for one in _in_batches(score, images, sounds)])


def _intervals(statistics: dict[str, Statistic], groups: Sequence[str]) -> None:
    for statistic in statistics.values():
        if np.isfinite(statistic(np.arange(len(groups)))):
            bootstrap(statistic, groups)


def _score_pairs(
    score: Callable,
    images: list[bytes],
    sounds: list[bytes],
    other: list[int],
    groups: list[str],
) -> None:
    """Each frame with its own sound and with another's, then with less of both to go by."""
    pair_images, pair_sounds = images * 2, sounds + [sounds[row] for row in other]
    truth, pair_groups = np.repeat([True, False], len(images)), groups * 2
    scores = _scores(score, pair_images, pair_sounds)
    _intervals(avc_statistics(truth, scores), pair_groups)
    options = AvcOptions()
    some = np.random.default_rng(0).permutation(len(truth))[: options.max_cue_pairs]
    shown, heard = [pair_images[row] for row in some], [pair_sounds[row] for row in some]
    config = real().network
    height, width = tf.io.extract_jpeg_shape(images[0]).numpy()[:2]
    side = config.crop_size / config.image_size * min(height, width)
    box = tuple((one - sign * side) / 2 / one for sign in (1, -1) for one in (height, width))
    changes: list[tuple[list[bytes], list[bytes]]] = [
        ([grey(one) for one in shown], heard),
        (shown, [shuffle_sound(one, 0) for one in heard]),
        *(
            ([shuffle_blocks(one, count, box, 0) for one in shown], heard)
            for count in BLOCKS.values()
        ),
    ]
    for changed in changes:
        statistics = avc_statistics(truth[some], _scores(score, *changed))
        _intervals({"accuracy": statistics["avc_accuracy"]}, [pair_groups[row] for row in some])


def _baselines(train: Rows, held: Rows, other: list[int]) -> None:
    groups = [example_fields.group(row) for row in held]
    truth = np.repeat([True, False], len(held))

    def features(rows: Rows) -> list[np.ndarray]:
        images, sounds = _column(rows, contract.IMAGE), _column(rows, contract.AUDIO)
        return [
            np.stack([function(one) for one in media])
            for function, media in (
                (colour_histogram, images),
                (mean_log_spectrum, sounds),
                (image_statistics, images),
                (sound_statistics, sounds),
            )
        ]

    learned, asked = features(train), features(held)
    train_groups = [example_fields.group(row) for row in train]
    agreement = ClassAgreement().fit(
        *learned[:2],
        [example_fields.visible_labels(row) for row in train],
        [example_fields.label(row) for row in train],
        train_groups,
    )
    towers = TwoTowers().fit(*learned[2:], train_groups)
    mapped = towers.embed_frames(asked[2]), towers.embed_sounds(asked[3])
    untrained = _functions(build_network(real().network, seed=0))
    images, sounds = _column(held, contract.IMAGE), _column(held, contract.AUDIO)
    scores = [
        np.concatenate(
            [agreement.predict(asked[0], sound) for sound in (asked[1], asked[1][other])]
        ),
        np.concatenate(
            [towers.decide(mapped[0], sound) for sound in (mapped[1], mapped[1][other])]
        ),
        _scores(untrained["score"], images * 2, sounds + [sounds[row] for row in other]),
    ]
    for one in scores:
        accuracy = avc_statistics(truth, one.astype(float))["avc_accuracy"]
        _intervals({"accuracy": accuracy}, groups * 2)
    _retrieval(held, *asked[:2], directions=("image_image", "audio_audio"))
    _retrieval(held, *mapped, recalls=False)
    _retrieval(held, *_embed(untrained, held), recalls=False)


def _embed(model: dict[str, Callable], rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    images = _in_batches(model["embed_image"], _column(rows, contract.IMAGE))
    sounds = _in_batches(model["embed_audio"], _column(rows, contract.AUDIO))
    image, sound = (np.concatenate([one["embedding"] for one in all]) for all in (images, sounds))
    return image, sound


def _retrieval(
    held: Rows,
    images: np.ndarray,
    sounds: np.ndarray,
    directions: Sequence[str] = tuple(DIRECTIONS),
    recalls: bool = True,
) -> None:
    items = EmbeddedExamples(
        keys=np.array([example_fields.example_key(row) for row in held]),
        videos=np.array([example_fields.video_id(row) for row in held]),
        groups=np.array([example_fields.group(row) for row in held]),
        times=np.array([row[contract.VIDEO_TIME][0] for row in held]),
        labels=np.array([example_fields.label(row) for row in held]),
        label_sets=np.fromiter(
            (tuple(example_fields.labels(row)) for row in held), object, len(held)
        ),
        image=images,
        audio=sounds,
    ).labelled()
    scores = score_retrieval(items, Gallery(items, LabelTree.flat()), 30, directions)
    statistics = retrieval_statistics(scores)
    ndcg = {NDCG[direction].name for direction in directions}
    wanted = {name: one for name, one in statistics.items() if recalls or name in ndcg}
    _intervals(wanted, list(items.groups))


def _localise(function: Callable, network: AvcNetwork, held: Rows, other: list[int]) -> None:
    images, own = _column(held, contract.IMAGE), _column(held, contract.AUDIO)
    noises = np.asarray(BackgroundSounds(257, seed=0).noise(len(own[0]) // 2))[1:]
    noise = [one.tobytes() for one in np.round(noises * 32767).astype("<i2")]
    keys = [example_fields.example_key(row) for row in held]
    groups = [example_fields.group(row) for row in held]
    heard = [example_fields.labels(row) for row in held]
    seen = [example_fields.visible_labels(row) for row in held]
    elsewhere = off_screen_sounds(keys, groups, heard, seen, seed=0)
    kinds: dict[str, list[bytes | None]] = {
        "true": own,
        "wrong": [own[row] for row in other],
        "silence": [bytes(len(one)) for one in own],
        "noise": [noise[row % len(noise)] for row in range(len(own))],
        "off_screen": [
            own[keys.index(elsewhere[key])] if key in elsewhere else None for key in keys
        ],
    }
    maps, scores, peaks = {}, {}, {}
    for kind, sounds in kinds.items():
        rows = [row for row, sound in enumerate(sounds) if sound is not None]
        found = _in_batches(function, [images[row] for row in rows], [sounds[row] for row in rows])
        maps[kind] = [
            {name: values[row] for name, values in one.items()}
            for one in found
            for row in range(len(one["score"]))
        ]
        scores[kind], peaks[kind] = np.full([2, len(held)], np.nan)
        scores[kind][rows] = [one["score"] for one in maps[kind]]
        peaks[kind][rows] = [one["heatmap"].max() for one in maps[kind]]
    localised = Localised(maps["true"], maps["wrong"], scores, peaks)
    statistics = firing_statistics(localised)
    hits = np.full(len(held), np.nan)
    pairs = mosaics(FramesAndSounds(held, [held[row] for row in other], {}), seed=0)
    pictures = [one.example[contract.IMAGE][0] for one in pairs]
    played = _in_batches(function, pictures, [own[one.row] for one in pairs])
    answers = ((batch, row) for batch in played for row in range(len(batch["score"])))
    for one, (batch, row) in zip(pairs, answers, strict=True):
        hits[one.row] = pointing_hit(batch["heatmap"][row], batch["crop_box"][row], one.box)
    statistics["pointing_in_mosaics"] = lambda rows: float(np.nanmean(hits[rows]))
    boxes = [row[contract.BOX] for row in held if row.get(contract.BOX)]
    if len(boxes) == len(held):
        overlaps = measure_overlaps(localised, boxes, 0, network.map_threshold)
        statistics |= pointing_statistics(localised, boxes, overlaps)
    _intervals(statistics, groups)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), json.loads(sys.argv[4]))
