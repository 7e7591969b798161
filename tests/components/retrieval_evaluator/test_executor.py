"""RetrievalEvaluator with a model that sees colours and hears tones."""

from __future__ import annotations

import io
import json
import wave

import pytest
from PIL import Image

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json
from objects_that_sound.components.retrieval_evaluator.executor import Executor


def _run(examples, model, folder, baseline=(), label_tree="", thresholds=()) -> tuple[dict, dict]:
    evaluation = Evaluation()
    evaluation.uri = str(folder)
    parameters = {"k": 30, "split": "eval", "batch_size": 7, "label_tree": label_tree}
    Executor().Do(
        {"examples": [examples], "model": [model], "baseline_model": list(baseline)},
        {"evaluation": [evaluation]},
        {**parameters, "thresholds": thresholds_to_json(thresholds)},
    )
    metrics = json.loads((folder / "metrics.json").read_text())
    return metrics, json.loads((folder / "neighbours.json").read_text())


@pytest.fixture
def rows(make_features) -> list[dict]:
    return [
        make_features(video, float(time), video % 4) for video in range(12) for time in range(3)
    ]


def test_a_model_that_knows_all_classes_scores_one(rows, write_examples, toy_model, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": rows}, num_files=3)
    metrics, neighbours = _run(examples, toy_model, tmp_path / "out")
    assert metrics["relevance"] == "label"
    assert metrics["k"] == 30
    assert metrics["num_queries"] == 36
    for direction in ("image_image", "image_audio", "audio_image", "audio_audio"):
        assert metrics[direction]["ndcg"] == pytest.approx(1.0)
        # 6 of the 33 items of other groups are of the query's class.
        assert 0.1 < metrics[direction]["chance"] < 0.7
        assert metrics[direction]["recall"] == {"1": 1.0, "5": 1.0, "10": 1.0}
        assert metrics[direction]["recall_chance"]["1"] == pytest.approx(6 / 33)
    for kind in ("image_to_sounds", "sound_to_images"):
        assert len(neighbours[kind]) == 6
        assert len({shown["query"]["label"] for shown in neighbours[kind]}) == 4
        for shown in neighbours[kind]:
            # Two other videos are of the query's class; they come first.
            assert [item["relevant"] for item in shown["nearest"]] == [True] * 2 + [False] * 3
            assert [item["distance"] for item in shown["nearest"][:2]] == [0.0, 0.0]


def test_files_beside_are_pictures_and_sounds(rows, write_examples, toy_model, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": rows})
    _, neighbours = _run(examples, toy_model, tmp_path / "out")
    item = neighbours["image_to_sounds"][0]["nearest"][0]
    with wave.open(str(tmp_path / "out" / item["sound"])) as sound:
        pcm = sound.readframes(sound.getnframes())
        assert (sound.getframerate(), sound.getnchannels()) == (4000, 1)
    (row,) = [row for row in rows if row["audio/pcm"] == pcm]
    assert row["video/id"] == item["video_id"]
    assert row["video/time"] == item["time"]
    for name in ("image", "spectrogram"):
        content = (tmp_path / "out" / item[name]).read_bytes()
        assert Image.open(io.BytesIO(content)).convert("RGB").getcolors(1) is None


def test_order_of_the_examples_does_not_matter(rows, write_examples, toy_model, tmp_path):
    first = _run(write_examples(tmp_path / "a", {"eval": rows}), toy_model, tmp_path / "a_out")
    turned = write_examples(tmp_path / "b", {"eval": rows[::-1]}, num_files=4)
    assert first == _run(turned, toy_model, tmp_path / "b_out")


def test_without_labels_the_own_video_is_sought(make_features, write_examples, toy_model, tmp_path):
    rows = [make_features(v, float(t), v, labelled=False) for v in range(4) for t in range(3)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    metrics, neighbours = _run(examples, toy_model, tmp_path / "out")
    assert metrics["relevance"] == "video"
    assert metrics["audio_image"]["ndcg"] == pytest.approx(1.0)
    assert neighbours["sound_to_images"][0]["nearest"][0]["relevant"]
    assert neighbours["sound_to_images"][0]["query"]["label"] is None


def test_an_empty_split_is_an_error(write_examples, toy_model, tmp_path):
    examples = write_examples(tmp_path / "in", {"eval": []})
    with pytest.raises(ValueError, match="no examples"):
        _run(examples, toy_model, tmp_path / "out")


def test_bounds_are_judged_with_intervals_and_against_a_baseline(
    rows, write_examples, toy_model, deaf_model, tmp_path
):
    examples = write_examples(tmp_path / "in", {"eval": rows})
    asked = [
        Threshold("ndcg_over_chance_image_audio", at_least=0.3, max_loss=0.05),
        Threshold("recall_at_1_audio_image", at_least=0.9),
    ]
    metrics, _ = _run(examples, toy_model, tmp_path / "good", [deaf_model], thresholds=asked)
    assert (tmp_path / "good" / "BLESSED").exists()
    assert metrics["confidence"]["ndcg_audio_audio"] == pytest.approx({"low": 1.0, "high": 1.0})
    assert metrics["change"]["ndcg_image_image"]["value"] == pytest.approx(0.0)
    gain = metrics["change"]["ndcg_audio_image"]
    assert 0.2 < gain["low"] <= gain["value"] <= gain["high"] < 1.0

    metrics, _ = _run(examples, deaf_model, tmp_path / "bad", [toy_model], thresholds=asked)
    assert (tmp_path / "bad" / "NOT_BLESSED").exists()
    decisions = json.loads((tmp_path / "bad" / "decisions.json").read_text())["decisions"]
    assert [decision["passed"] for decision in decisions] == [False, False, False]
    # A model that hears no difference ranks by chance, exactly.
    assert metrics["audio_image"]["ndcg"] == pytest.approx(metrics["audio_image"]["chance"])


def test_what_could_not_be_measured_is_refused(make_features, write_examples, toy_model, tmp_path):
    rows = [make_features(video, 0.0, video, labelled=False) for video in range(4)]
    examples = write_examples(tmp_path / "in", {"eval": rows})
    metrics, _ = _run(
        examples, toy_model, tmp_path / "out", thresholds=[Threshold("ndcg_image_image", 0.1)]
    )
    assert metrics["image_image"]["ndcg"] is None
    (decision,) = json.loads((tmp_path / "out" / "decisions.json").read_text())["decisions"]
    assert not decision["passed"]
    assert "no query has a relevant item" in decision["text"]


def test_a_label_tree_grades_relevance(rows, write_examples, toy_model, tmp_path):
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
    metrics, _ = _run(examples, toy_model, tmp_path / "out", label_tree=str(tree))
    assert metrics["label_tree"]
    assert metrics["labels_not_in_tree"] == ["blue"]
    # All other classes are equally far for the model, so those half relevant are not found first.
    assert 0.8 < metrics["image_audio"]["ndcg"] < 1.0
    tree.write_text(json.dumps(nodes[5:]))
    with pytest.raises(ValueError, match="none of the examples' 4 labels"):
        _run(examples, toy_model, tmp_path / "out", label_tree=str(tree))
