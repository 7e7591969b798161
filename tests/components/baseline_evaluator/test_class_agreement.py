"""The colour histogram baseline's classifier on made features."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.baseline_evaluator.class_agreement import ClassAgreement

CLASSES = ["a", "b", "c"]


def _features(kinds: np.ndarray, noise: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.eye(3)[kinds] + noise * rng.normal(size=(len(kinds), 3))


def _fit(noise: float) -> ClassAgreement:
    rng = np.random.default_rng(5)
    kinds = rng.integers(0, 3, 300)
    labels = [CLASSES[kind] for kind in kinds]
    return ClassAgreement().fit(
        _features(kinds, noise, 1),
        _features(kinds, noise, 2),
        [[label] for label in labels],
        labels,
        [f"g{i // 5}" for i in range(300)],
    )


def _accuracy(baseline: ClassAgreement, noise: float) -> float:
    rng = np.random.default_rng(6)
    frame_kinds = rng.integers(0, 3, 1000)
    sound_kinds = np.where(rng.random(1000) < 0.5, frame_kinds, (frame_kinds + 1) % 3)
    predicted = baseline.predict(_features(frame_kinds, noise, 3), _features(sound_kinds, noise, 4))
    return float((predicted == (frame_kinds == sound_kinds)).mean())


def test_clear_features_are_learnt():
    assert _accuracy(_fit(0.05), 0.05) > 0.97


def test_noisy_features_are_learnt_less():
    assert 0.55 < _accuracy(_fit(0.6), 0.6) < 0.9


def test_features_without_meaning_give_chance():
    assert _accuracy(_fit(30.0), 30.0) == pytest.approx(0.5, abs=0.08)


def test_silent_distractors_count_as_visible():
    # Every frame shows a and b; only b or c ever sound.
    sounding = ["b", "c"] * 60
    visible = [["a", "b"] if label == "b" else ["a", "c"] for label in sounding]
    kinds = np.array([CLASSES.index(label) for label in sounding])
    baseline = ClassAgreement().fit(
        _features(kinds, 0.05, 1),
        _features(kinds, 0.05, 2),
        visible,
        sounding,
        [str(i // 4) for i in range(120)],
    )
    frames, sounds = _features(np.array([1, 1]), 0.0, 0), _features(np.array([1, 2]), 0.0, 0)
    assert baseline.predict(frames, sounds).tolist() == [True, False]


def test_one_class_is_too_few():
    with pytest.raises(ValueError, match="1 class only"):
        ClassAgreement().fit(np.zeros((4, 3)), np.zeros((4, 3)), [["a"]] * 4, ["a"] * 4, "ghij")
