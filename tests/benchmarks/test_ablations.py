"""The ablations' figures, on a network whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import cpu_time
from benchmarks.ablations import cpu_seconds
from benchmarks.ablations.measure import EvaluationSet, measure
from benchmarks.ablations.table import markdown
from benchmarks.ablations.variants import VARIANTS, demo_variants, preset_variants, real_variants

CLASSES = 4
COUNT = 80


class _Oracle:
    """Sees the class in the brightness of a square and hears it in the first sample."""

    map_threshold = 25.0  # half of what its maps have at the least

    def __init__(self, right: bool = True):
        self._sign = 1.0 if right else -1.0

    def call(self, inputs):
        seen = tf.one_hot(tf.reduce_max(tf.cast(inputs["image"], tf.int32), [1, 2, 3]) // 50, 5)
        heard = tf.one_hot(tf.cast(inputs["audio"][:, 0], tf.int32) // 1000, 5)
        heard *= tf.constant([0.0, 1, 1, 1, 1])  # silence is no class
        return {
            "similarities": self._sign * (seen @ tf.transpose(heard)),
            "image_embedding": seen,
            "audio_embedding": self._sign * heard + 1e-6,
        }

    def match_logits(self, similarities):
        return 10 * similarities - 5 * self._sign

    def heatmap(self, image, audio):
        places = tf.reshape(tf.cast(image[..., 0], tf.float32), [-1, 2, 4, 2, 4])
        return self._sign * tf.reduce_max(places, [2, 4])  # [batch, 2, 2]


@pytest.fixture(scope="module")
def data() -> EvaluationSet:
    generator = np.random.default_rng(0)
    kinds = np.arange(COUNT) % CLASSES
    images = np.zeros([COUNT, 8, 8, 3], np.uint8)
    boxes = np.zeros([COUNT, 4])
    for row, kind in enumerate(kinds):
        top, left = generator.integers(0, 2, 2) * 4
        images[row, top : top + 4, left : left + 4] = 50 * (kind + 1)
        boxes[row] = np.array([top, left, top + 4, left + 4]) / 8
    sounds = np.tile((1000 * (kinds + 1)).astype(np.int16)[:, None], [1, 100])
    names = [f"class {kind}" for kind in kinds]
    groups = [f"group {kind}" for kind in kinds]  # so that no mismatched pair matches
    whole = np.tile([0.0, 0.0, 1.0, 1.0], [COUNT, 1])
    return EvaluationSet(images, sounds, names, [[n] for n in names], groups, boxes, whole)


def test_an_oracle_is_perfect_and_dark_without_a_match(data):
    figures = measure(_Oracle(), data)
    assert figures["avc"] == 1
    assert figures["pointing"] == figures["ciou"] == 1
    assert 0.5 < figures["mean_overlap"] < 1
    assert figures["fires_silence"] == figures["fires_off_screen"] == 0
    assert figures["fires_noise"] < 0.5  # by chance noise sounds like a class


def test_what_learnt_the_reverse_is_always_wrong(data):
    figures = measure(_Oracle(right=False), data)
    assert figures["avc"] == 0
    assert figures["pointing"] == figures["ciou"] == figures["mean_overlap"] == 0
    assert figures["fires_silence"] == figures["fires_off_screen"] == 1


def test_without_boxes_and_visible_classes_the_rest_is_measured(data):
    real = data._replace(visible=[[]] * COUNT, boxes=np.full([COUNT, 4], np.nan))
    known = measure(_Oracle(), data)
    figures = measure(_Oracle(), real)
    missing = {"pointing", "pointing_centre", "mean_overlap", "ciou", "fires_off_screen"}
    assert set(figures) == set(known) - missing
    for name, figure in figures.items():
        assert figure == pytest.approx(known[name], nan_ok=True)
    text = markdown({"default": [figures]}, real_variants(1))
    assert "nDCG" in text and "pointing" not in text and "off-screen" not in text


@pytest.mark.parametrize("of", VARIANTS)
def test_all_rows_are_trained_for_the_same_number_of_steps(of):
    rows = VARIANTS[of](7)
    assert {row.training.steps for row in rows.values()} == {7}
    assert {row.training.learning_rate_decay for row in rows.values()} == {"cosine"}
    assert len({row[1:] for row in rows.values()}) == len(rows)  # no two are the same


def test_rows_differ_from_the_default_in_what_they_say():
    rows = demo_variants(steps=7)
    assert {row.training.batch_size for row in rows.values()} == {
        rows["default"].training.batch_size
    }
    assert rows["no-background"].training.background_sounds == 0
    assert rows["ave-paper"].training.objective == "split_pairs"
    assert rows["ave-paper"].network.network == "ave"
    assert not rows["ave-paper"].network.normalise


def test_whole_recipes_are_each_the_best_of_ten_epochs():
    rows = preset_variants(steps=95)
    assert [row.network.network for row in rows.values()] == ["ave", "avol", "ave", "avol"]
    for row in rows.values():
        assert row.training.steps_per_epoch == 10  # the tenth is of 5
        assert row.training.restore_best and row.training.calibrate


def test_cost_of_a_step_leaves_out_what_every_training_costs(monkeypatch, set_clock, tmp_path):
    spent = 0.0

    def train_variant(variant, examples):
        nonlocal spent
        spent += 30 + 0.25 * variant.training.steps

    monkeypatch.setattr(cpu_seconds, "train_variant", train_variant)
    set_clock(cpu_time, process_time=lambda: spent)
    row = preset_variants(steps=95)["real"]
    assert cpu_seconds.cpu_seconds_a_step(row, tmp_path) == pytest.approx(0.25)


def test_table_has_steps_as_they_are(data):
    figures = measure(_Oracle(), data) | {"steps": 1250}
    text = markdown({"real": [figures, figures]}, preset_variants(1))
    assert "| 1,250 |" in text


def test_table_has_means_and_spreads(data):
    figures = measure(_Oracle(), data)
    worse = figures | {"avc": 0.5}
    text = markdown({"default": [figures, worse], "ave": [figures]}, demo_variants(1))
    assert "| default |" in text
    assert "0.750 ±0.250" in text
    assert text.count("\n") == 4
