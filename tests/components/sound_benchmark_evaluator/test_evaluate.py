"""The whole evaluation with a model that hears spectra, on tiny benchmarks."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import (
    SOUND_BENCHMARK,
    SoundBenchmarkOptions,
)
from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark
from objects_that_sound.components.sound_benchmark_evaluator.sounds import (
    LOWEST_RATE,
    read_clips,
    resample,
)
from objects_that_sound.models import examples as contract
from objects_that_sound.models.network_config import NetworkConfig

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


def _save(
    folder: pathlib.Path, factor: float = 1.0, keras: bool = True
) -> standard_artifacts.Model:
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
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder)
    return artifact


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> standard_artifacts.Model:
    return _save(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def bare_model(tmp_path_factory) -> standard_artifacts.Model:
    return _save(tmp_path_factory.mktemp("bare"), keras=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory, save_esc) -> pathlib.Path:
    return save_esc(tmp_path_factory.mktemp("esc"))


@pytest.fixture(scope="module")
def evaluate(run_evaluator):
    """SoundBenchmarkEvaluator; with no random network unless asked for: it is the slowest part."""

    def run(folder, *, data, random_networks=0, **inputs):
        options = SoundBenchmarkOptions("esc50", str(data), 0.3, random_networks)
        folder.mkdir(exist_ok=True)
        return run_evaluator(SOUND_BENCHMARK, folder, options=options, **inputs)

    return run


@pytest.fixture(scope="module")
def with_everything(data, model, evaluate, tmp_path_factory):
    """The result with random networks, a baseline model and a threshold; and its folder."""
    folder = tmp_path_factory.mktemp("evaluation")
    asked = [Threshold("accuracy", at_least=0.5, max_loss=0.1)]
    inputs = {"model": model, "baseline_model": model, "thresholds": asked}
    return evaluate(folder, data=data, random_networks=2, **inputs), folder


def _by_first(table: ResultTable) -> dict[str, dict]:
    """A table's rows by their first cell, and their cells by column."""
    return {row[0]: dict(zip(table.columns[1:], row[1:], strict=True)) for row in table.rows}


def test_a_model_that_hears_pitch_tells_the_classes_apart(with_everything):
    result, _ = with_everything
    assert "18 clips of 18 recordings, 3 classes" in result.notes[0]
    assert result["accuracy"].metric.basis == "ESC-50"
    accuracy, embedding = result["accuracy"], result["embedding_accuracy"]
    assert accuracy.value > 0.85
    assert accuracy.chance == embedding.chance == pytest.approx(1 / 3)
    for one, gain in ((accuracy, "gain_over_random"), (embedding, "embedding_gain_over_random")):
        assert set(one.baselines) == {"random networks", "MFCC"}
        random = one.baselines["random networks"].value
        assert result[gain].value == pytest.approx(one.value - random)
        assert one.change == Estimate(0.0, 0.0, 0.0)
    mfcc = accuracy.baselines["MFCC"].value
    assert result["gain_over_mfcc"].value == pytest.approx(accuracy.value - mfcc)
    assert result.blessed
    assert len(result.decisions) == 2


def test_the_tables_show_every_fold_every_class_and_what_others_published(with_everything):
    result, _ = with_everything
    by_fold, published, by_class = map(_by_first, result.tables)
    models = [f"{name} + SVM" for name in ("conv4_2", "embedding")]
    random = [f"{name} of random networks + SVM" for name in ("conv4_2", "embedding")]
    compared = [f"{name}, baseline model" for name in models]
    assert list(by_fold) == [*models, *random, "MFCC + SVM", *compared, "chance"]
    for name, row in by_fold.items():
        if name != "chance":
            assert np.mean([row["fold 1"], row["fold 2"]]) == pytest.approx(row["mean"])
            assert row["from"] <= row["mean"] <= row["to"]
    assert by_fold["conv4_2 + SVM"]["mean"] == pytest.approx(result["accuracy"].value)
    assert published["L3-Net"] == {"accuracy": 0.793, "source": "Look, Listen and Learn, 2017"}
    assert list(by_class) == ["bell", "bird", "motor"]
    right = [row["conv4_2 + SVM"] for row in by_class.values()]
    assert np.mean(right) == pytest.approx(result["accuracy"].value)
    assert sum(row["clips"] for row in by_class.values()) == 18
    assert len(result.details["classifiers"][random[0]]["by_seed"]) == 2


def test_there_are_pictures(with_everything):
    _, folder = with_everything
    for name in ("confusion.png", "classes.png"):
        assert Image.open(folder / name).convert("RGB").getcolors(10) is None


def test_what_is_missing_is_left_out_with_its_reason(data, bare_model, evaluate, tmp_path):
    thresholds = [Threshold("gain_over_random", at_least=0.0), Threshold("accuracy", at_least=0.1)]
    result = evaluate(
        tmp_path, data=data, model=bare_model, random_networks=1, thresholds=thresholds
    )
    assert set(result["accuracy"].baselines) == {"MFCC"}
    assert "no Keras weights" in result["gain_over_random"].missing
    assert [decision.passed for decision in result.decisions] == [False, True]
    assert "no Keras weights" in result.decisions[0].text


def test_clips_that_cannot_be_read_are_counted_and_named(bare_model, evaluate, tmp_path, save_esc):
    data = save_esc(tmp_path / "data")
    files = sorted((data / "audio").iterdir())
    files[0].unlink()
    files[5].write_bytes(b"no sound")
    result = evaluate(tmp_path / "out", data=data, model=bare_model)
    assert "16 clips of 16 recordings" in result.notes[0]
    assert result.notes[0].endswith("2 clips are left out.")
    assert "test 16 of 18 clips" in result.notes[1]
    assert result.notes[2].startswith(f"{files[0].name} is left out: missing_file, ")
    assert result.notes[3].startswith(f"{files[5].name} is left out: cannot_open, ")
    assert result.details["num_rejects_by_reason"] == {"missing_file": 1, "cannot_open": 1}
    for file in files[1:]:
        file.write_bytes(b"no sound")
    with pytest.raises(BenchmarkError, match="no clip of"):
        evaluate(tmp_path / "none", data=data, model=bare_model)


@pytest.mark.parametrize("split", ["train", "val"])
def test_clips_of_the_training_data_are_refused(
    data, bare_model, evaluate, make_features, write_examples, tmp_path, split
):
    rows = [make_features(video, float(time), video % 4) for video in range(4) for time in range(2)]
    clips = read_benchmark("esc50", str(data)).clips
    sounds, _ = read_clips(clips, LOWEST_RATE)
    for row, number in zip(rows[:2], (4, 11), strict=True):
        heard = resample(sounds[number], LOWEST_RATE, 16000)
        row[contract.AUDIO] = heard[5000:21000].astype("<i2").tobytes()
        row[contract.AUDIO_SAMPLE_RATE] = 16000
    # What is held out for evaluation may hold the benchmark.
    seen = {"train": rows[2:], split: (rows[2:] if split == "train" else []) + rows[:1]}
    examples = write_examples(tmp_path / "in", {**seen, "eval": rows[1:2]})
    result = evaluate(tmp_path / "out", data=data, model=bare_model, examples=[examples])
    (reject,) = result.details["rejects"]
    assert (reject["name"], reject["reason"]) == (clips[4].name, "in_training_data")
    assert "video0" in reject["detail"]
    assert "17 clips of" in result.notes[0]


def test_a_class_that_a_fold_cannot_train_is_not_tested_and_nothing_stands_beside_the_rest(
    data, bare_model, evaluate, make_features, write_examples, tmp_path
):
    clips = read_benchmark("esc50", str(data)).clips
    sounds, _ = read_clips(clips, LOWEST_RATE)
    # Every bird of fold 1 is in the training videos: fold 2 has none to train on.
    leaked = [i for i, clip in enumerate(clips) if clip.label == "bird" and clip.name[0] == "1"]
    rows = [make_features(video, 0.0, video % 4) for video in range(len(leaked))]
    for row, number in zip(rows, leaked, strict=True):
        heard = resample(sounds[number], LOWEST_RATE, 16000)
        row[contract.AUDIO] = heard[5000:21000].astype("<i2").tobytes()
        row[contract.AUDIO_SAMPLE_RATE] = 16000
    examples = write_examples(tmp_path / "in", {"train": rows})
    result = evaluate(tmp_path / "out", data=data, model=bare_model, examples=[examples])
    assert result.details["num_rejects_by_reason"] == {
        "in_training_data": 3,
        "class_not_trained": 3,
    }
    untaught = [one for one in result.details["rejects"] if one["reason"] == "class_not_trained"]
    assert all(one["name"].startswith("2-20") for one in untaught)
    assert all("fold 2 cannot be trained on its class, bird" in one["detail"] for one in untaught)
    assert (result.details["num_tested"], result.details["num_official"]) == (12, 18)
    assert "12 clips of 12 recordings, 2 classes" in result.notes[0]
    assert "The folds test 12 of 18 clips" in result.notes[1]
    assert result["accuracy"].chance == 0.5
    # Neither the mean nor a column can be taken for the benchmark's own.
    assert result["accuracy"].metric.basis == "12 of 18 of ESC-50"
    by_fold, by_class = result.tables
    assert "mean" not in by_fold.columns and "mean of what is left" in by_fold.columns
    assert [row[0] for row in by_class.rows] == ["bell", "motor"]


def test_the_same_recording_under_two_names_is_on_one_side_only(
    bare_model, evaluate, tmp_path, save_esc, save_sound, sound
):
    data = save_esc(tmp_path / "data")
    assert (data / "audio" / "2-2001-A-0.wav").exists()
    save_sound(data / "audio" / "2-2001-A-0.wav", sound("bird", 1000)[2000:])
    result = evaluate(tmp_path / "out", data=data, model=bare_model)
    assert result.details["same_recordings"] == [["1-1000-A-0.wav", "2-2001-A-0.wav"]]
    assert "1-1000-A-0.wav and 2-2001-A-0.wav are the same recording" in result.notes[1]
    assert "18 clips" in result.notes[0]  # each is tested, by a fold that does not know the other


def test_features_that_are_nan_are_an_error(data, evaluate, tmp_path):
    broken = _save(tmp_path / "model", factor=float("nan"), keras=False)
    with pytest.raises(ValueError, match=r"18 of 18 clips.*NaN or infinite"):
        evaluate(tmp_path / "out", data=data, model=broken)
