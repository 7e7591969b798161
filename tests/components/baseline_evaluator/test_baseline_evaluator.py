"""BaselineEvaluator on examples whose colours and tones tell their class, or do not."""

from __future__ import annotations

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from tfx.types import standard_artifacts

from objects_that_sound.components.avc_pair_gen.write_pairs import write_pairs
from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
from objects_that_sound.components.baseline_evaluator.component import BaselineEvaluator
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)
from objects_that_sound.components.evaluation.untrained_model import UntrainedModel
from objects_that_sound.models import examples as contract
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.keras_weights import save_keras_weights

SAMPLE_RATE = 4000
"""Rate of the sounds of `make_features`, in Hz."""


def _run(examples, folder, model=None) -> EvaluationResult:
    if model is None:
        model = standard_artifacts.Model()
        model.uri = str(folder / "model")  # without its network's configuration
        (folder / "model").mkdir()
        (folder / "model" / "saved_model.pb").write_bytes(b"")
    pairs = standard_artifacts.Examples()
    pairs.uri = str(folder / "pairs")
    pipeline = beam.Pipeline(options=PipelineOptions(local_beam_pipeline_args()))
    write_pairs(pipeline, [examples.uri], "eval", 0, pairs.uri)
    evaluation = Evaluation()
    evaluation.uri = str(folder / "evaluation")
    BaselineEvaluator.EXECUTOR_SPEC.executor_class().Do(
        {"examples": [examples], "pairs": [pairs], "model": [model]},
        {"evaluation": [evaluation]},
        {"options": BaselineOptions(max_train_examples=60).to_json()},
    )
    return read_evaluation_result(evaluation.uri)


def test_reaches_the_ceiling_where_colour_tells_the_class(make_features, write_examples, tmp_path):
    splits = {
        "train": [make_features(v, float(t), v % 4) for v in range(20) for t in range(4)],
        "eval": [make_features(v, float(t), v % 4) for v in range(20, 28) for t in range(4)],
    }
    result = _run(write_examples(tmp_path / "examples", splits), tmp_path)
    histogram = result["colour_histogram_avc_accuracy"]
    assert histogram.metric.title == "Colour histogram: AVC accuracy"
    assert histogram.chance == 0.5
    assert 0.5 < histogram.ceiling < 1.0
    assert histogram.value == pytest.approx(histogram.ceiling, abs=0.02)
    assert 0.5 < histogram.estimate.low <= histogram.value <= histogram.estimate.high <= 1.0
    assert result.details["num_train_examples"] == 60
    assert result.decisions is None
    # Here colour and pitch say all of the class, also to who is told no classes.
    statistics = result["global_statistics_avc_accuracy"]
    assert statistics.estimate.low > 0.5
    for name in ("colour_histogram_ndcg_image_image", "mean_spectrum_ndcg_audio_audio"):
        assert result[name].value == pytest.approx(1.0)
        assert result[name].metric.basis == "by class"
    for direction in ("image_image", "image_audio", "audio_image", "audio_audio"):
        one = result[f"global_statistics_ndcg_{direction}"]
        assert one.chance < one.value <= 1.0


def test_without_labels_retrieval_is_by_video(make_features, write_examples, tmp_path):
    rows = [make_features(v, float(t), v % 4, labelled=False) for v in range(12) for t in range(3)]
    examples = write_examples(tmp_path / "examples", {"train": rows[:24], "eval": rows[24:]})
    result = _run(examples, tmp_path)
    spectrum = result["mean_spectrum_ndcg_audio_audio"]
    assert spectrum.metric.title.endswith("by video")
    assert spectrum.value > spectrum.chance
    assert result["global_statistics_avc_accuracy"].estimate is not None


def test_the_untrained_network_is_measured_as_the_model_is(
    make_features, write_examples, tiny_config, tmp_path
):
    rows = [make_features(v, float(t), v % 2) for v in range(10) for t in range(2)]
    examples = write_examples(tmp_path / "examples", {"train": rows[:12], "eval": rows[12:]})
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    network = build_network(tiny_config("avol", sample_rate=SAMPLE_RATE))
    (tmp_path / "model" / "Format-Serving").mkdir(parents=True)
    (tmp_path / "model" / "Format-Serving" / "saved_model.pb").write_bytes(b"")
    save_keras_weights(network, str(tmp_path / "model" / "Format-Serving"))
    result = _run(examples, tmp_path, model)
    assert result["untrained_avc_accuracy"].value == pytest.approx(0.5, abs=0.26)
    for direction in ("image_image", "image_audio", "audio_image", "audio_audio"):
        assert 0 < result[f"untrained_ndcg_{direction}"].value <= 1
    again = UntrainedModel(model.uri, seed=0)
    other = UntrainedModel(model.uri, seed=1)
    sounds = {"audio": [rows[0][contract.AUDIO]]}
    first, second = (one.call("embed_audio", sounds)["embedding"] for one in (again, other))
    assert not np.allclose(first, second)


@pytest.mark.parametrize(
    ("labelled", "kinds", "reason"),
    [(False, 4, "no labels"), (True, 1, "1 class only")],
    ids=["no labels", "one class"],
)
def test_says_why_there_is_no_figure(
    make_features, write_examples, tmp_path, labelled, kinds, reason
):
    rows = [make_features(video, 0.0, video % kinds, labelled=labelled) for video in range(6)]
    examples = write_examples(tmp_path / "examples", {"train": rows[:4], "eval": rows[4:]})
    result = _run(examples, tmp_path)
    histogram = result["colour_histogram_avc_accuracy"]
    assert histogram.estimate is None
    assert reason in histogram.missing
    assert "no Keras weights" in result["untrained_avc_accuracy"].missing
    assert "no Keras weights" in result["untrained_ndcg_image_audio"].missing


def test_too_few_groups_teach_no_towers(make_features, write_examples, tmp_path):
    rows = [make_features(video, 0.0, video % 4) for video in range(6)]
    examples = write_examples(tmp_path / "examples", {"train": rows[:3], "eval": rows[3:]})
    result = _run(examples, tmp_path)
    for name in ("avc_accuracy", "ndcg_image_audio"):
        assert "four groups of videos are needed" in result[f"global_statistics_{name}"].missing


def test_a_missing_split_is_an_error(make_features, write_examples, tmp_path):
    rows = [make_features(video, 0.0, video) for video in range(4)]
    examples = write_examples(tmp_path / "examples", {"eval": rows})
    with pytest.raises(ValueError, match="no split 'train'"):
        _run(examples, tmp_path)
