"""The gate refuses what was made worse on purpose, by the right evaluator; equal models pass."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.gate import recipe
from benchmarks.gate.judge import THRESHOLDS, judge, refusing
from benchmarks.gate.small_examples import make_small_examples
from benchmarks.gate.table import seeds_table, worse_table
from benchmarks.gate.worse import OVERFITTED_VIDEOS, WORSE, spoilt
from objects_that_sound.models.networks.factory import build_network

VIDEOS = 300


@pytest.fixture(scope="module")
def network():
    return build_network(recipe.NETWORK, seed=0)


@pytest.fixture(scope="module")
def batch():
    generator = np.random.default_rng(0)
    crop = recipe.NETWORK.crop_size
    images = generator.integers(0, 256, [3, crop, crop, 3]).astype(np.uint8)
    sounds = generator.integers(-9000, 9000, [3, recipe.NETWORK.sample_rate]).astype(np.int16)
    return tf.constant(images), tf.constant(sounds)


def _answers(network, batch) -> dict[str, np.ndarray]:
    image, audio = batch
    return {
        "score": network.score(image, audio).numpy(),
        "image": network.embed_image(image).numpy(),
        "audio": network.embed_audio(audio).numpy(),
    }


def test_each_way_spoils_what_it_says_and_nothing_stays(network, batch):
    good = _answers(network, batch)
    bad = {}
    for name, way in WORSE.items():
        with spoilt(network, way):
            bad[name] = _answers(network, batch)
    again = _answers(network, batch)
    for name, values in good.items():
        np.testing.assert_array_equal(again[name], values)
    reversed_ = bad["reversed_distances"]
    np.testing.assert_allclose(reversed_["image"], -good["image"], atol=1e-6)
    np.testing.assert_array_equal(reversed_["score"], good["score"])
    assert len(set(bad["constant_output"]["score"])) == 1
    np.testing.assert_array_equal(bad["constant_output"]["image"], good["image"])
    assert np.abs(bad["shuffled_weights"]["image"] - good["image"]).max() > 0.1
    np.testing.assert_array_equal(bad["shifted_map"]["score"], good["score"])


def _verdict(change: float, refused: str = "") -> dict:
    interval = {"value": change, "low": change - 0.02, "high": change + 0.02}
    metrics = {
        evaluator: {one.metric: {"value": 0.8, "change": interval} for one in thresholds}
        for evaluator, thresholds in THRESHOLDS.items()
    }
    decisions = [
        {"evaluator": name, "passed": name != refused, "text": f"{name} says so"}
        for name in THRESHOLDS
    ]
    return {"blessed": not refused, "decisions": decisions, "metrics": metrics}


def test_the_tables_count_the_blessed_and_name_who_refuses():
    table = seeds_table([_verdict(0.01), _verdict(-0.01), _verdict(-0.3, refused="avc")])
    assert "Blessed: 2 of 3 equal models." in table
    assert "- avc says so" in table
    assert "| avc_accuracy | 0.800 | 0.000 | 0.173 | 0.020 | 0.10 |" in table
    verdicts = {"constant_output": _verdict(0.0, "avc"), "overfitted": _verdict(0.0)}
    table = worse_table(verdicts, {"constant_output": True})
    assert "| every score the same | refuses | avc | avc |" in table
    assert f"| trained on {OVERFITTED_VIDEOS} videos | passes | none | avc |" in table


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_small_examples(tmp_path_factory.mktemp("gate"), VIDEOS, seconds=3.0)


@pytest.fixture(scope="module")
def trained(data):
    return recipe.train_network(data.examples, seed=0)


@pytest.fixture(scope="module")
def blessed_model(trained, tmp_path_factory):
    return recipe.export(trained, tmp_path_factory.mktemp("blessed") / "model")


@pytest.mark.slow
def test_a_good_model_is_blessed_and_so_is_an_equal_one(data, blessed_model, tmp_path):
    first = judge(blessed_model, data)
    assert first["blessed"], first["decisions"]
    equal = recipe.export(recipe.train_network(data.examples, seed=1), tmp_path / "model")
    second = judge(equal, data, blessed_model)
    assert second["blessed"], second["decisions"]


@pytest.mark.slow
@pytest.mark.parametrize("name", WORSE)
def test_a_worse_model_is_refused_by_the_evaluator_that_should(
    name, data, trained, blessed_model, tmp_path
):
    way = WORSE[name]
    with spoilt(trained, way) as bad:
        model = recipe.export(bad, tmp_path / "model", way.signatures, checked=False)
    verdict = judge(model, data, blessed_model)
    assert not verdict["blessed"]
    assert way.refused_by in refusing(verdict)
    if name in ("reversed_distances", "shifted_map"):  # the others spoil all
        assert refusing(verdict) == {way.refused_by}


@pytest.mark.slow
def test_an_overfitted_model_is_refused(data, blessed_model, tmp_path):
    network = recipe.train_network(data.examples, seed=0, videos=OVERFITTED_VIDEOS)
    verdict = judge(recipe.export(network, tmp_path / "model"), data, blessed_model)
    assert not verdict["blessed"]
    assert "avc" in refusing(verdict)
