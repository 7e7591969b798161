"""RetrievalEvaluator with a model that sees colours and hears tones."""

from __future__ import annotations

import functools
import io
import json
import wave

import pytest
from PIL import Image

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.retrieval_evaluator.evaluator import (
    DIRECTIONS,
    RETRIEVAL,
    RetrievalOptions,
)


@pytest.fixture
def run(run_evaluator):
    """RetrievalEvaluator on one span or several."""
    return functools.partial(run_evaluator, RETRIEVAL)


@pytest.fixture
def rows(make_features) -> list[dict]:
    return [
        make_features(video, float(time), video % 4) for video in range(12) for time in range(3)
    ]


def _neighbours(folder) -> dict:
    return json.loads((folder / "neighbours.json").read_text())


def test_a_model_that_knows_all_classes_scores_one(rows, write_examples, toy_model, run, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": rows}, num_files=3)
    options = RetrievalOptions(batch_size=7)
    result = run(tmp_path / "out", examples=examples, model=toy_model, options=options)
    assert result.details == {
        "relevance": "label",
        "k": 30,
        "num_items": 36,
        "num_queries": 36,
        "labels_not_in_tree": [],
    }
    assert "the query's own group of videos are left out" in result.notes[0]
    assert "36 of 36 items" in result.notes[1]
    assert "first 30 ranks" in result.notes[2]
    for direction in DIRECTIONS:
        ndcg = result[f"ndcg_{direction}"]
        assert ndcg.value == pytest.approx(1.0)
        assert 0.1 < ndcg.chance < 0.7
        assert result[f"ndcg_over_chance_{direction}"].value == pytest.approx(1.0 - ndcg.chance)
        for k in (1, 5, 10):
            assert result[f"recall_at_{k}_{direction}"].value == 1.0
        # 6 of the 33 items of other groups are of the query's class.
        assert result[f"recall_at_1_{direction}"].chance == pytest.approx(6 / 33)
    neighbours = _neighbours(tmp_path / "out")
    assert neighbours["relevance"] == "label"
    for kind in ("image_to_sounds", "sound_to_images"):
        assert len(neighbours[kind]) == 6
        assert len({shown["query"]["label"] for shown in neighbours[kind]}) == 4
        for shown in neighbours[kind]:
            # Two other videos are of the query's class; they come first.
            assert [item["relevant"] for item in shown["nearest"]] == [True] * 2 + [False] * 3
            assert [item["distance"] for item in shown["nearest"][:2]] == [0.0, 0.0]


def test_files_beside_are_pictures_and_sounds(rows, write_examples, toy_model, run, tmp_path):
    run(tmp_path / "out", examples=write_examples(tmp_path / "in", {"eval": rows}), model=toy_model)
    item = _neighbours(tmp_path / "out")["image_to_sounds"][0]["nearest"][0]
    with wave.open(str(tmp_path / "out" / item["sound"])) as sound:
        pcm = sound.readframes(sound.getnframes())
        assert (sound.getframerate(), sound.getnchannels()) == (4000, 1)
    (row,) = [row for row in rows if row["audio/pcm"] == pcm]
    assert row["video/id"] == item["video_id"]
    assert row["video/time"] == item["time"]
    for name in ("image", "spectrogram"):
        content = (tmp_path / "out" / item[name]).read_bytes()
        assert Image.open(io.BytesIO(content)).convert("RGB").getcolors(1) is None


def test_neither_order_nor_spans_of_the_examples_matter(
    rows, write_examples, toy_model, run, tmp_path
):
    one = write_examples(tmp_path / "one", {"eval": rows})
    two = [
        write_examples(tmp_path / "late", {"eval": rows[:10:-1]}, num_files=4),
        write_examples(tmp_path / "early", {"eval": rows[10::-1]}),
    ]
    found = [
        (run(tmp_path / name, examples=examples, model=toy_model), _neighbours(tmp_path / name))
        for name, examples in (("first", one), ("second", two))
    ]
    assert found[0] == found[1]


def test_without_labels_the_own_video_is_sought(
    make_features, write_examples, toy_model, run, tmp_path
):
    rows = [make_features(v, float(t), v, labelled=False) for v in range(4) for t in range(3)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    result = run(tmp_path / "out", examples=examples, model=toy_model)
    assert result.details["relevance"] == "video"
    assert "the query's own video" in result.notes[0]
    assert result["ndcg_audio_image"].value == pytest.approx(1.0)
    neighbours = _neighbours(tmp_path / "out")
    assert neighbours["sound_to_images"][0]["nearest"][0]["relevant"]
    assert neighbours["sound_to_images"][0]["query"]["label"] is None


def test_an_empty_split_is_an_error(write_examples, toy_model, run, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": []})
    with pytest.raises(ValueError, match="no examples"):
        run(tmp_path / "out", examples=examples, model=toy_model)


def test_bounds_are_judged_with_intervals_and_against_a_baseline(
    rows, write_examples, toy_model, deaf_model, run, tmp_path
):
    asked = [
        Threshold("ndcg_over_chance_image_audio", at_least=0.3, max_loss=0.05),
        Threshold("recall_at_1_audio_image", at_least=0.9),
    ]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    run = functools.partial(run, examples=examples, thresholds=asked)
    result = run(tmp_path / "good", model=toy_model, baseline_model=deaf_model)
    assert result.blessed
    estimate = result["ndcg_audio_audio"].estimate
    assert (estimate.low, estimate.high) == pytest.approx((1.0, 1.0))
    assert result["ndcg_image_image"].change.value == pytest.approx(0.0)
    gain = result["ndcg_audio_image"].change
    assert 0.2 < gain.low <= gain.value <= gain.high < 1.0

    result = run(tmp_path / "bad", model=deaf_model, baseline_model=toy_model)
    assert [decision.passed for decision in result.decisions] == [False, False, False]
    # A model that hears no difference ranks by chance, exactly.
    assert result["ndcg_audio_image"].value == pytest.approx(result["ndcg_audio_image"].chance)
    assert result["ndcg_over_chance_audio_image"].value == pytest.approx(0.0)


def test_what_could_not_be_measured_is_said_and_refused(
    make_features, write_examples, toy_model, run, tmp_path
):
    rows = [make_features(video, 0.0, video, labelled=False) for video in range(4)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    asked = [Threshold("ndcg_image_image", 0.1)]
    result = run(tmp_path / "out", examples=examples, model=toy_model, thresholds=asked)
    assert result["ndcg_image_image"].value is None
    assert "no query has a relevant item" in result["ndcg_image_image"].missing
    (decision,) = result.decisions
    assert not decision.passed
    assert "no query has a relevant item" in decision.text


def test_a_label_tree_grades_relevance(rows, write_examples, toy_model, run, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": rows})
    nodes = [
        {"id": "warm", "name": "Warm", "child_ids": ["red", "yellow"]},
        {"id": "cold", "name": "Cold", "child_ids": ["g", "purple"]},
        {"id": "red", "name": "Red", "child_ids": []},
        {"id": "yellow", "name": "Yellow", "child_ids": []},
        {"id": "g", "name": "green", "child_ids": []},
        {"id": "purple", "name": "Purple", "child_ids": []},
    ]
    tree = tmp_path / "tree.json"
    tree.write_text(json.dumps(nodes))
    options = RetrievalOptions(label_tree=str(tree))
    run = functools.partial(run, tmp_path / "out", examples=examples, options=options)
    result = run(model=toy_model)
    assert result.details["labels_not_in_tree"] == ["blue"]
    assert "the label tree" in result.notes[0]
    assert result.notes[1] == "Not in the label tree: blue."
    # All other classes are equally far for the model, so those half relevant are not found first.
    assert 0.8 < result["ndcg_image_audio"].value < 1.0
    tree.write_text(json.dumps(nodes[5:]))
    with pytest.raises(ValueError, match="none of the examples' 4 labels"):
        run(model=toy_model)
