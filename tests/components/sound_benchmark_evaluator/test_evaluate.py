"""The whole evaluation with a model that hears spectra, on tiny benchmarks."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image
from tfx import types
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import BenchmarkError
from objects_that_sound.components.sound_benchmark_evaluator.component import (
    SoundBenchmarkEvaluator,
)
from objects_that_sound.components.sound_benchmark_evaluator.evaluate import (
    evaluate_sound_benchmark,
)
from objects_that_sound.components.sound_benchmark_evaluator.sounds import (
    LOWEST_RATE,
    read_clips,
    resample,
)
from objects_that_sound.models import examples as contract
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.tfx_pipeline.cli import main

RATE = 8000


class _Spectrum(tf.Module):
    """Features are the energies of 24 bands; the embedding is their direction."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def audio_features(self, audio):
        samples = tf.cast(tf.io.decode_raw(audio, tf.int16), tf.float32) / 32768.0
        power = tf.abs(tf.signal.rfft(tf.ensure_shape(samples, [None, RATE])))[:, : RATE // 2]
        bands = tf.reduce_mean(tf.reshape(power[:, :3984], [-1, 24, 166]), -1)
        return {"features": tf.math.log(bands + 1e-3) * self.factor}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def embed_audio(self, audio):
        return {"embedding": tf.math.l2_normalize(self.audio_features(audio)["features"], -1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def describe(self, query):
        return {"sample_rate": tf.fill(tf.shape(query), RATE)}


def _save(folder: pathlib.Path, factor: float = 1.0, keras: bool = True) -> str:
    module = _Spectrum(factor)
    names = ("audio_features", "embed_audio", "describe")
    signatures = {name: getattr(module, name) for name in names}
    tf.saved_model.save(module, str(folder / "Format-Serving"), signatures)
    if keras:
        config = NetworkConfig(
            network="ave",
            image_size=20,
            crop_size=16,
            sample_rate=RATE,
            window=256,
            hop=250,
            fft=256,
            filters=(4, 8),
            embedding_size=8,
        )
        (folder / "Format-Keras").mkdir()
        (folder / "Format-Keras" / "network.json").write_text(
            json.dumps(dataclasses.asdict(config))
        )
    return str(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    return _save(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def bare_model(tmp_path_factory) -> str:
    return _save(tmp_path_factory.mktemp("bare"), keras=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory, save_esc) -> pathlib.Path:
    return save_esc(tmp_path_factory.mktemp("esc"))


def _evaluate(folder, **arguments):
    """With no random network unless asked for: it is the slowest part."""
    arguments = {"dataset": "esc50", "random_networks": 0, "hop_seconds": 0.3} | arguments
    decisions = evaluate_sound_benchmark(str(folder), **arguments)
    return json.loads((folder / "metrics.json").read_text()), decisions


@pytest.fixture(scope="module")
def printed(data, model, tmp_path_factory):
    """`ots evaluate sound-benchmark` with everything: its result and its Evaluation."""
    output = tmp_path_factory.mktemp("out") / "evaluation"
    arguments = ["evaluate", "sound-benchmark", "--dataset", "esc50", "--data", str(data)]
    arguments += ["--model", model, "--baseline-model", model, "--random-networks", "2"]
    arguments += ["--threshold", "accuracy>=0.5:max_loss=0.1", "--output", str(output)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output, output


def test_a_model_that_hears_pitch_tells_the_classes_apart(printed):
    metrics = json.loads((printed[1] / "metrics.json").read_text())
    assert (metrics["num_clips"], metrics["num_recordings"], metrics["num_classes"]) == (18, 18, 3)
    assert metrics["chance"] == pytest.approx(1 / 3)
    assert metrics["accuracy"] > 0.85
    rows = {row["name"]: row for row in metrics["rows"]}
    assert list(rows["conv4_2 + SVM"]["folds"]) == ["1", "2"]
    assert len(rows["conv4_2 of random networks + SVM"]["by_seed"]) == 2
    assert len(rows["embedding of random networks + SVM"]["by_seed"]) == 2
    assert rows["MFCC + SVM"]["accuracy"] == metrics["mfcc_accuracy"]
    gain = metrics["accuracy"] - metrics["random_accuracy"]
    assert metrics["gain_over_random"] == pytest.approx(gain)
    for row in rows.values():
        assert np.mean(list(row["folds"].values())) == pytest.approx(row["accuracy"])
        assert row["low"] <= row["accuracy"] <= row["high"]
    change = metrics["change"]["accuracy"]
    assert (change["value"], change["low"], change["high"]) == (0, 0, 0)
    right = [metrics["by_class"][label]["accuracy"] for label in ("bell", "bird", "motor")]
    assert np.mean(right) == pytest.approx(metrics["accuracy"])


def test_the_evaluation_has_pictures_and_a_verdict(printed):
    _, folder = printed
    assert (folder / "BLESSED").exists()
    assert len(json.loads((folder / "decisions.json").read_text())["decisions"]) == 2
    for name in ("confusion.png", "classes.png"):
        assert Image.open(folder / name).convert("RGB").getcolors(10) is None


def test_the_command_prints_every_fold(printed):
    output, folder = printed
    metrics = json.loads((folder / "metrics.json").read_text())
    for row in metrics["rows"]:
        # Published figures, which may have the same name, come after ours.
        line = next(one for one in output.splitlines() if one.startswith(row["name"] + "  "))
        for accuracy in (*row["folds"].values(), row["accuracy"]):
            assert f"{100 * accuracy:.1f}" in line.split()


def test_what_is_missing_is_left_out_with_its_reason(data, bare_model, tmp_path):
    thresholds = [Threshold("gain_over_random", at_least=0.0), Threshold("accuracy", at_least=0.1)]
    metrics, decisions = _evaluate(
        tmp_path, data=str(data), model=bare_model, random_networks=1, thresholds=thresholds
    )
    assert "random_accuracy" not in metrics
    assert "no Keras weights" in metrics["left_out"]["random_accuracy"]
    assert [decision.passed for decision in decisions] == [False, True]
    assert "no Keras weights" in decisions[0].text


def test_clips_that_cannot_be_read_are_counted_and_named(bare_model, tmp_path, save_esc):
    data = save_esc(tmp_path / "data")
    files = sorted((data / "audio").iterdir())
    files[0].unlink()
    files[5].write_bytes(b"no sound")
    metrics, _ = _evaluate(tmp_path / "out", data=str(data), model=bare_model)
    assert metrics["num_clips"] == 16
    assert metrics["num_rejects_by_reason"] == {"missing_file": 1, "cannot_open": 1}
    assert [reject["name"] for reject in metrics["rejects"]] == [files[0].name, files[5].name]
    for file in files[1:]:
        file.write_bytes(b"no sound")
    with pytest.raises(BenchmarkError, match="no clip of"):
        _evaluate(tmp_path / "none", data=str(data), model=bare_model)


def test_clips_of_the_training_data_are_refused(
    data, bare_model, make_features, write_examples, tmp_path
):
    rows = [make_features(video, float(time), video % 4) for video in range(4) for time in range(2)]
    from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark

    clips = read_benchmark("esc50", str(data)).clips
    sounds, _ = read_clips(clips, LOWEST_RATE)
    for row, number in zip(rows[:2], (4, 11), strict=True):
        heard = resample(sounds[number], LOWEST_RATE, 16000)
        row[contract.AUDIO] = heard[5000:21000].astype("<i2").tobytes()
        row[contract.AUDIO_SAMPLE_RATE] = 16000
    # What is held out for evaluation may hold the benchmark.
    examples = write_examples(tmp_path / "in", {"train": rows[:1] + rows[2:], "eval": rows[1:2]})
    metrics, _ = _evaluate(tmp_path / "out", data=str(data), model=bare_model, examples=[examples])
    (reject,) = metrics["rejects"]
    assert (reject["name"], reject["reason"]) == (clips[4].name, "in_training_data")
    assert "video0" in reject["detail"]
    assert metrics["num_clips"] == 17


def test_the_same_recording_under_two_names_is_on_one_side_only(
    bare_model, tmp_path, save_esc, save_sound, sound
):
    data = save_esc(tmp_path / "data")
    assert (data / "audio" / "2-2001-A-0.wav").exists()
    save_sound(data / "audio" / "2-2001-A-0.wav", sound("bird", 1000)[2000:])
    metrics, _ = _evaluate(tmp_path / "out", data=str(data), model=bare_model)
    assert metrics["same_recordings"] == [["1-1000-A-0.wav", "2-2001-A-0.wav"]]
    assert metrics["num_clips"] == 18  # each is tested, by a fold that does not know the other


def test_features_that_are_nan_are_an_error(data, tmp_path):
    broken = _save(tmp_path / "model", factor=float("nan"), keras=False)
    with pytest.raises(ValueError, match=r"18 of 18 clips.*NaN or infinite"):
        _evaluate(tmp_path / "out", data=str(data), model=broken)


def test_the_component_takes_what_the_executor_needs():
    component = SoundBenchmarkEvaluator(
        "esc10", "data/esc10", types.Channel(type=standard_artifacts.Model)
    )
    assert set(component.spec.exec_properties) == {
        "dataset",
        "data",
        "hop_seconds",
        "random_networks",
        "batch_size",
        "thresholds",
    }
    assert list(component.outputs) == ["evaluation"]
