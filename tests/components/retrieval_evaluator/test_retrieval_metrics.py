"""nDCG in four directions on embeddings whose neighbours are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from components.retrieval_evaluator.neighbours import nearest_neighbours
from components.retrieval_evaluator.retrieval_metrics import retrieval_metrics


def _examples(image, audio, labels, videos, groups=None) -> EmbeddedExamples:
    count = len(labels)
    return EmbeddedExamples(
        keys=np.array([f"k{i:03d}" for i in range(count)]),
        videos=np.array(videos),
        groups=np.array(groups if groups is not None else videos),
        times=np.arange(count, dtype=float),
        labels=np.array(labels),
        image=np.asarray(image, np.float32),
        audio=np.asarray(audio, np.float32),
    )


def _random(labelled: bool, count: int = 300) -> EmbeddedExamples:
    rng = np.random.default_rng(0)
    image, audio = rng.normal(size=(2, count, 8))
    kinds = rng.integers(0, 4, count)
    labels = [f"class{kind}" if labelled else "" for kind in kinds]
    return _examples(image, audio, labels, [f"v{i // 5}" for i in range(count)])


def test_by_label_equals_scikit_learn_without_the_own_group():
    examples = _random(labelled=True)
    metrics = retrieval_metrics(examples, k=30)
    expected = []
    for i in range(len(examples)):
        others = examples.groups != examples.groups[i]
        relevance = (examples.labels == examples.labels[i])[others]
        distance = np.linalg.norm(examples.image[i] - examples.audio, axis=1)[others]
        expected.append(ndcg_score([relevance], [-distance], k=30))
    assert metrics["relevance"] == "label"
    assert metrics["image_audio"]["ndcg"] == pytest.approx(np.mean(expected), rel=1e-5)
    assert metrics["image_audio"]["num_queries"] == 300


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("direction", ["image_image", "image_audio", "audio_image", "audio_audio"])
def test_random_embeddings_score_chance(labelled, direction):
    metrics = retrieval_metrics(_random(labelled), k=30)[direction]
    assert metrics["ndcg"] == pytest.approx(metrics["chance"], abs=0.02)


def test_collapsed_embeddings_score_chance_exactly():
    random = _random(labelled=True)
    ones = np.ones((len(random), 8), np.float32)
    metrics = retrieval_metrics(_examples(ones, ones, random.labels, random.videos), k=30)[
        "audio_image"
    ]
    assert metrics["ndcg"] == pytest.approx(metrics["chance"], rel=1e-9)


def test_without_labels_the_own_video_is_relevant():
    vectors = np.repeat(np.eye(6), 3, axis=0)
    examples = _examples(vectors, vectors, [""] * 18, [f"v{i // 3}" for i in range(18)], ["g"] * 18)
    metrics = retrieval_metrics(examples, k=30)
    assert metrics["relevance"] == "video"
    for direction in ("image_image", "image_audio", "audio_image", "audio_audio"):
        assert metrics[direction]["ndcg"] == 1.0
        assert metrics[direction]["chance"] < 0.7


def test_within_a_modality_the_query_does_not_find_itself():
    # One example a video: without labels nothing else is relevant.
    vectors = np.eye(4)
    metrics = retrieval_metrics(_examples(vectors, vectors, [""] * 4, ["a", "b", "c", "d"]), k=30)
    assert metrics["image_image"] == {"ndcg": None, "chance": None, "num_queries": 0}
    assert metrics["image_audio"]["ndcg"] == 1.0


def test_examples_without_a_label_are_left_out():
    vectors = np.eye(2)[[0, 0, 1, 1, 0, 0]]
    metrics = retrieval_metrics(
        _examples(vectors, vectors, ["a", "a", "b", "b", "", ""], list("uvwxyz")), k=30
    )
    assert metrics["num_items"] == metrics["num_queries"] == 4
    assert metrics["image_image"]["ndcg"] == 1.0


def test_queries_with_nothing_to_find_are_not_counted():
    vectors = np.eye(3)[[0, 0, 1, 2]]
    metrics = retrieval_metrics(_examples(vectors, vectors, ["a", "a", "b", "c"], list("wxyz")), 30)
    assert metrics["num_items"] == 4
    assert metrics["num_queries"] == metrics["audio_image"]["num_queries"] == 2


def test_embeddings_that_are_not_finite_are_an_error():
    with pytest.raises(ValueError, match="NaN or infinity"):
        _examples([[np.nan]], [[0.0]], ["a"], ["v"])


def test_neighbours_are_of_different_videos_nearest_first():
    examples = _random(labelled=True)
    for found in nearest_neighbours(examples, "image", "audio", num_queries=4, num_nearest=5):
        rows = [neighbour.row for neighbour in found.nearest]
        distances = np.linalg.norm(examples.image[found.query] - examples.audio, axis=1)
        others = examples.groups != examples.groups[found.query]
        assert len(set(examples.videos[rows])) == 5
        assert found.nearest[0].distance == pytest.approx(distances[others].min(), rel=1e-5)
        assert [n.distance for n in found.nearest] == sorted(n.distance for n in found.nearest)
        for neighbour in found.nearest:
            same = examples.labels[neighbour.row] == examples.labels[found.query]
            assert neighbour.relevant == same
            assert others[neighbour.row]


def test_queries_are_of_different_classes():
    found = nearest_neighbours(_random(labelled=True), "audio", "image", 4, 5)
    examples = _random(labelled=True)
    assert len({examples.labels[one.query] for one in found}) == 4
