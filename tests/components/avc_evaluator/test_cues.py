"""What models use that look at one thing only."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
import simplejpeg
import tensorflow as tf
from tfx.types import standard_artifacts

from objects_that_sound.components.avc_evaluator.evaluator import AVC, CUES, AvcOptions
from objects_that_sound.models import examples as contract

RATE, SIZE = 2000, 64


@pytest.fixture
def run(run_evaluator):
    """AvcEvaluator on pairs."""
    return functools.partial(run_evaluator, AVC)


def _colours(image, audio):
    """Corresponds if the frame is red."""
    return tf.reduce_mean(image[..., 0] - image[..., 1], [1, 2]) / 100.0


def _places(image, audio):
    """Corresponds if the frame is brighter above than below."""
    half = SIZE // 2
    above, below = (tf.reduce_mean(one, [1, 2, 3]) for one in (image[:, :half], image[:, half:]))
    return 0.5 + (above - below) / 200.0


def _order(image, audio):
    """Corresponds if the sound is louder at first."""
    half = RATE // 2
    first, last = (tf.reduce_mean(tf.abs(one), 1) for one in (audio[:, :half], audio[:, half:]))
    return 0.5 + (first - last) / 20000.0


def _model(folder, score) -> standard_artifacts.Model:
    strings = tf.TensorSpec([None], tf.string)

    class Module(tf.Module):
        @tf.function(input_signature=[strings, strings])
        def score(self, image, audio):
            pixels = tf.map_fn(
                lambda one: tf.cast(tf.io.decode_jpeg(one, channels=3), tf.float32),
                image,
                fn_output_signature=tf.TensorSpec([SIZE, SIZE, 3], tf.float32),
            )
            sound = tf.cast(tf.io.decode_raw(audio, tf.int16), tf.float32)
            return {"score": score(pixels, sound)}

        @tf.function(input_signature=[strings])
        def score_examples(self, examples):
            spec = {name: contract.PAIR_SPEC[name] for name in (contract.IMAGE, contract.AUDIO)}
            parsed = tf.io.parse_example(examples, spec)
            return self.score(parsed[contract.IMAGE], parsed[contract.AUDIO])

    module = Module()
    signatures = {"score": module.score, "score_examples": module.score_examples}
    tf.saved_model.save(module, str(folder / "Format-Serving"), signatures)
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder)
    return artifact


@pytest.fixture
def pairs(write_examples, tmp_path):
    """Corresponding pairs are red, bright above and loud at first; the others are the reverse."""
    rows = []
    for number in range(40):
        corresponds = number % 2 == 0
        red, grey = np.array([220, 60, 60]), np.array([113, 113, 113])
        pixels = np.ones((SIZE, SIZE, 3)) * (red if corresponds else grey)
        pixels[: SIZE // 2] += 30 if corresponds else -30
        sound = np.full(RATE, 6000.0)
        sound[slice(RATE // 2, None) if corresponds else slice(RATE // 2)] = 100
        rows.append(
            {
                contract.VIDEO_ID: f"{number // 2}.mp4",
                contract.VIDEO_GROUP: f"g{number // 2}",
                contract.IMAGE: simplejpeg.encode_jpeg(pixels.clip(0, 255).astype(np.uint8), 95),
                contract.AUDIO: (sound + number).astype("<i2").tobytes(),
                contract.AVC_LABEL: int(corresponds),
            }
        )
    artifact = write_examples(tmp_path / "pairs", {"eval": rows}, num_files=1)
    counts = {"num_pairs": 40, "num_labelled_pairs": 0, "seed": 0, "chance": 0.5, "ceiling": None}
    (tmp_path / "pairs" / "pairs.json").write_text(json.dumps(counts))
    return artifact


@pytest.mark.parametrize(
    ("score", "used"),
    [(_colours, "avc_grey"), (_places, "avc_blocks"), (_order, "avc_shuffled_sound")],
    ids=["colours", "places", "order"],
)
def test_the_accuracy_falls_where_what_the_model_uses_is_taken_away(
    pairs, run, tmp_path, score, used
):
    result = run(tmp_path / "out", pairs=pairs, model=_model(tmp_path / "model", score))
    assert result["avc_accuracy"].value == 1.0
    for name in CUES:
        if name.startswith(used):
            assert result[name].value < 0.9, name
        else:
            assert result[name].value == 1.0, name
    (table,) = result.tables
    assert table.title == "What the model uses"
    assert [row[0] for row in table.rows] == [
        "frames and sounds as they are",
        "grey frames",
        "2 x 2 blocks shuffled",
        "4 x 4 blocks shuffled",
        "8 x 8 blocks shuffled",
        "sounds shuffled in 20 ms",
    ]
    assert "40 pairs" in result.notes[-1] and "blocks of 32, 16 or 8 pixels" in result.notes[-1]
    assert result.blessed


def test_a_part_of_the_pairs_is_enough_and_none_leaves_it_out(pairs, run, tmp_path):
    model = _model(tmp_path / "model", _colours)
    some = run(tmp_path / "some", pairs=pairs, model=model, options=AvcOptions(max_cue_pairs=10))
    assert "10 pairs" in some.notes[-1]
    assert some["avc_grey"].value == 0.5
    options = AvcOptions(max_cue_pairs=0)
    none = run(tmp_path / "none", pairs=pairs, model=model, options=options)
    assert none.tables == ()
    assert none["avc_grey"].missing == "they were not asked for"
