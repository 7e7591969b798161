"""LocalisationBenchmarkEvaluator with a model that finds the square whose tone it hears."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import (
    LOCALISATION_BENCHMARK,
    LocalisationBenchmarkOptions,
)

_BOXES = ((0.0, 0.0, 0.5, 0.5), (0.5, 0.0, 1.0, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0, 1.0))


@pytest.fixture
def run(run_evaluator):
    return functools.partial(run_evaluator, LOCALISATION_BENCHMARK)


@pytest.fixture
def own_folder(tmp_path, wav, picture):
    """Eight pictures of a coloured quarter that sounds, and two with a sound of nothing in them."""
    folder, rows = tmp_path / "boxes", []
    for colour, tone in (("red", 200), ("blue", 1000)):
        wav(folder / f"{colour}.wav", tone)
        for number, box in enumerate(_BOXES):
            name = f"{colour}{number}.png"
            picture(folder / name, [(colour, box)])
            rows.append({"file": name, "sound": f"{colour}.wav", "boxes": [box], "class": colour})
        other = "blue" if colour == "red" else "red"
        rows.append({"file": f"{colour}0.png", "sound": f"{other}.wav", "boxes": []})
    (folder / "boxes.json").write_text(json.dumps(rows))
    return folder


def test_figures_of_a_model_that_knows(own_folder, toy_model, run, tmp_path):
    options = LocalisationBenchmarkOptions("folder", str(own_folder), batch_size=3)
    result = run(tmp_path / "out", model=toy_model, options=options)
    values = {one.metric.name: one.value for one in result.metrics}
    assert values["ciou_adaptive"] == 1.0
    # The map is dark in most of the picture, so its brighter half is all of it: the box is a quarter.
    assert values["mean_ciou"] == 0.25 and values["ciou"] == 0.0
    assert values["iiou"] is None and "several sounds" in result["iiou"].missing
    assert values["m_j"] is None and "no masks" in result["m_j"].missing
    beside = result["ciou_adaptive"].baselines
    assert beside["centred box"].value == 0.0  # it meets a quarter in the corner by 1/7
    assert beside["without sound"].value == 0.5  # to this model silence is a low tone, which is red
    assert result.details["num_measured"] == 10
    assert result.details["num_measured_where_nothing_sounds"] == 2
    assert "10 of 10 listed samples" in result.notes[0]
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {
        "success_curve.png",
        "best_and_worst.png",
    }


def test_a_model_that_marks_the_same_with_any_sound_is_found_out(
    own_folder, deaf_model, run, tmp_path
):
    options = LocalisationBenchmarkOptions("folder", str(own_folder))
    result = run(tmp_path / "out", model=deaf_model, options=options)
    values = {one.metric.name: one.value for one in result.metrics}
    assert values["ciou_adaptive"] == 1.0
    assert result["ciou_adaptive"].baselines["without sound"].value == 1.0
    assert values["same_area_silence"] == 1.0


def test_two_sounds_of_one_picture_must_both_be_found(tmp_path, wav, picture, toy_model, run):
    folder = tmp_path / "is3"
    rows = []
    for number, truths in enumerate(
        [((0, 0, 112, 112), (112, 112, 224, 224)), ((0, 0, 112, 112),) * 2]
    ):
        # The model sees the one colour there is; its map is right for the first sound only.
        for colour, truth in zip(("red", "blue"), truths, strict=True):
            name = f"red_blue_{number}_{colour}"
            picture(folder / "images" / f"{name}.jpg", [(colour, np.array(truth) / 224)])
            wav(folder / "audio_wav" / f"{name}.wav", 200 if number == 0 else 1000)
            rows.append({"image": f"{name}.jpg", "audio": f"{name}.wav", "gt_box": list(truth)})
    (folder / "list.json").write_text(json.dumps(rows))
    options = LocalisationBenchmarkOptions("is3", str(folder))
    result = run(tmp_path / "out", model=toy_model, options=options)
    # Each picture has one tone that is not its colour's: of four maps two are dark.
    assert result["ciou_adaptive"].value == 0.5
    assert result["iiou_adaptive"].value == 0.0


def test_thresholds_judge_and_the_baseline_model_is_compared(
    own_folder, toy_model, deaf_model, run, tmp_path
):
    options = LocalisationBenchmarkOptions("folder", str(own_folder))
    result = run(
        tmp_path / "out",
        model=deaf_model,
        baseline_model=toy_model,
        options=options,
        thresholds=[Threshold("f", max_loss=0.05)],
    )
    assert not result.blessed
    assert result["f"].change.value < 0


def test_files_that_cannot_be_read_are_named(own_folder, toy_model, run, tmp_path):
    (own_folder / "red0.png").write_bytes(b"no picture")
    (own_folder / "blue.wav").write_bytes(b"no sound")
    options = LocalisationBenchmarkOptions("folder", str(own_folder))
    result = run(tmp_path / "out", model=toy_model, options=options)
    assert result.details["num_measured"] == 4
    faults = {fault["name"] for fault in result.details["faults"]}
    assert {"red0.png", "blue0.png"} <= faults
    assert any("red0.png" in note for note in result.notes)


@pytest.mark.slow
def test_real_clips_with_official_boxes(shared_data, run, tmp_path, tiny_config):
    folder = shared_data / "vggss_mini"
    if not folder.is_dir():
        pytest.skip("four VGG-SS clips are not in ../shared/data/vggss_mini")
    from tfx.types import standard_artifacts

    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.signatures import ServingSignatures
    from objects_that_sound.models.training.keras_weights import save_keras_weights

    network = build_network(tiny_config(), seed=1)
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    ServingSignatures(network).save(f"{model.uri}/Format-Serving")
    save_keras_weights(network, f"{model.uri}/Format-Serving")
    options = LocalisationBenchmarkOptions("vggss", str(folder))
    result = run(tmp_path / "out", model=model, options=options)
    assert result.details["num_measured"] == 4
    assert set(result["ciou"].baselines) == {"centred box", "without sound", "untrained network"}
    assert any(table.title == "VGG-SS: published figures" for table in result.tables)
