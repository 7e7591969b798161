"""RetrievalEvaluator with a model that sees colours and hears tones."""

from __future__ import annotations

import io
import json
import wave

import pytest
from PIL import Image

from components.evaluation.artifacts import Evaluation
from components.retrieval_evaluator.executor import Executor


def _run(examples, model, folder) -> tuple[dict, dict]:
    evaluation = Evaluation()
    evaluation.uri = str(folder)
    Executor().Do(
        {"examples": [examples], "model": [model]},
        {"evaluation": [evaluation]},
        {"k": 30, "split": "eval", "batch_size": 7},
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
