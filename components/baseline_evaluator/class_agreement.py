"""A supervised AVC baseline: do the classes of frame and sound agree?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler

from objects_that_sound.components.baseline_evaluator.best_threshold import best_threshold
from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds

_FOLDS = 3


class ClassAgreement:
    """Scores a frame and a sound by the sum over classes c of p(c in frame) * p(c sounds).

    Both probabilities come from linear classifiers, one against the rest; the threshold above
    which a pair corresponds is fitted on pairs of training examples whose probabilities are
    cross-validated by group (those of the classifiers' own training data would be too sure).
    """

    def __init__(self, seed: int = 0):
        """Creates an unfitted baseline; `seed` chooses the mismatched pairs of training."""
        self._seed = seed
        self.threshold = 0.5

    def fit(
        self,
        frames: np.ndarray,
        sounds: np.ndarray,
        visible: Sequence[Sequence[str]],
        sounding: Sequence[str],
        groups: Sequence[str],
    ) -> ClassAgreement:
        """Learns both classifiers and the threshold.

        Args:
            frames: float[examples, f], features of the frames.
            sounds: float[examples, s], features of the sounds.
            visible: per example, the classes in the frame.
            sounding: per example, the class that sounds.
            groups: per example, its group of videos.

        Returns:
            This object.

        Raises:
            ValueError: there are fewer than two classes or fewer than two groups.
        """
        classes = sorted(set(sounding))
        if len(classes) < 2:
            raise ValueError(f"there are sounds of {len(classes)} class only: {classes}")
        binarizer = MultiLabelBinarizer(classes=classes)
        known = set(classes)
        in_frame = binarizer.fit_transform([known.intersection(labels) for labels in visible])
        in_sound = binarizer.fit_transform([[label] for label in sounding])
        self._frame_classifier = _linear_classifier()
        self._sound_classifier = _linear_classifier()

        keys = [str(i) for i in range(len(frames))]
        chosen = mismatched_sounds(keys, groups, self._seed)
        folds = GroupKFold(min(_FOLDS, len(set(groups))))
        with warnings.catch_warnings():
            # A fold may lack a class, or a class be in every frame: then its constant is right.
            warnings.filterwarnings("ignore", message="Label .* is present in all|.*not.*present")
            p_frame, p_sound = (
                cross_val_predict(classifier, x, y, cv=folds, groups=groups, method="predict_proba")
                for classifier, x, y in (
                    (self._frame_classifier, frames, in_frame),
                    (self._sound_classifier, sounds, in_sound),
                )
            )
            self._frame_classifier.fit(frames, in_frame)
            self._sound_classifier.fit(sounds, in_sound)
        other = [int(chosen[key]) for key in keys]
        positive = (p_frame * p_sound).sum(axis=1)
        negative = (p_frame * p_sound[other]).sum(axis=1)
        self.threshold = best_threshold(positive, negative)
        return self

    def predict(self, frames: np.ndarray, sounds: np.ndarray) -> np.ndarray:
        """Decides which pairs correspond.

        Args:
            frames: float[pairs, f].
            sounds: float[pairs, s].

        Returns:
            bool[pairs].
        """
        p_frame = self._frame_classifier.predict_proba(frames)
        p_sound = self._sound_classifier.predict_proba(sounds)
        return (p_frame * p_sound).sum(axis=1) > self.threshold


def _linear_classifier() -> Pipeline:
    return make_pipeline(
        StandardScaler(), OneVsRestClassifier(LogisticRegression(C=0.1, max_iter=1000))
    )
