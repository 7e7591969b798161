"""A network of three frames from videos to signatures."""

from __future__ import annotations

import dataclasses
import pathlib
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.localise_batch import localise_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.models import examples as contract
from objects_that_sound.models.input_pipeline import evaluation_batches
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.trainer import run_fn
from objects_that_sound.models.training.keras_weights import load_keras_weights
from objects_that_sound.models.training_config import TrainingConfig

_FRAMES = 3


def _config(tiny_config) -> NetworkConfig:
    return tiny_config("ave", frames=_FRAMES, sample_rate=1000, filters=(4, 8))


@pytest.fixture(scope="module")
def ingested(tiny_config, tmp_path_factory):
    """Artifacts with the examples of eight generated videos, and the pairs of them."""
    from objects_that_sound.components.avc_pair_gen.executor import Executor as PairExecutor
    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.video_example_gen.component import VideoExampleGen
    from objects_that_sound.components.video_example_gen.executor import Executor

    folder = tmp_path_factory.mktemp("ingested")
    generate_videos(folder / "videos", count=8, seed=1, seconds=2.0, workers=1, progress=False)
    config = _config(tiny_config)
    component = VideoExampleGen(
        str(folder / "videos"),
        image_size=config.image_size,
        sample_rate=config.sample_rate,
        examples_per_video=4,
        frames=_FRAMES,
        eval_fraction=0.5,
    )
    examples, pairs = standard_artifacts.Examples(), standard_artifacts.Examples()
    examples.uri, pairs.uri = str(folder / "examples"), str(folder / "pairs")
    beam_args = local_beam_pipeline_args(1)
    context = Executor.Context(beam_pipeline_args=beam_args)
    Executor(context).Do({}, {"examples": [examples]}, component.exec_properties)
    PairExecutor(PairExecutor.Context(beam_pipeline_args=beam_args)).Do(
        {"examples": [examples]}, {"pairs": [pairs]}, {"seed": 0, "split": "eval"}
    )
    return examples, pairs


@pytest.fixture(scope="module")
def trained(tiny_config, ingested, tmp_path_factory) -> pathlib.Path:
    """Folder of the SavedModel after two steps."""
    folder = tmp_path_factory.mktemp("trained")
    training = TrainingConfig(batch_size=4, steps=2, steps_per_epoch=2, shuffle_buffer=8)
    run_fn(
        types.SimpleNamespace(
            train_files=[f"{ingested[0].uri}/Split-train/*"],
            eval_files=[f"{ingested[0].uri}/Split-eval/*"],
            custom_config={
                "network": dataclasses.asdict(_config(tiny_config)),
                "training": dataclasses.asdict(training),
            },
            serving_model_dir=str(folder / "Format-Serving"),
            model_run_dir=str(folder / "model_run"),
        )
    )
    return folder / "Format-Serving"


def _records(artifact) -> list[bytes]:
    files = sorted(map(str, pathlib.Path(artifact.uri, "Split-eval").iterdir()))
    return list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())


def test_signatures_see_the_frames_that_training_saw(tiny_config, ingested, trained):
    config = _config(tiny_config)
    network = build_network(config)
    load_keras_weights(network, str(trained))
    count = len(_records(ingested[0]))
    [batch] = evaluation_batches([f"{ingested[0].uri}/Split-eval/*"], config, count)
    assert batch["image"].shape == (count, 16, 16, 9)
    assert np.ptp(batch["image"].numpy().reshape(count, -1, 3, 3), axis=2).max() > 20  # it moves
    expected = keras.ops.convert_to_numpy(network.embed_image(batch["image"]))

    model = SavedModel(str(trained))
    assert model.frames == _FRAMES
    by_sound = {
        example[contract.AUDIO][0]: example_fields.image_input(example, model.frames)
        for example in map(contract.read_example, _records(ingested[0]))
    }
    sounds = [sound.tobytes() for sound in batch["audio"].numpy()]
    images = [by_sound[sound] for sound in sounds]
    answer = model.call("embed_image", {"image": images})["embedding"]
    # Decoding the crop only knows no colours beyond its right edge; see test_signatures.
    assert np.abs(answer - expected).max() < 0.05
    assert np.ptp(expected, axis=0).max() > 0.1
    for found in localise_batch(model, images, sounds):
        assert found["crop_box"].tolist() == [0, 0, 1, 1]
        assert min(found["heatmap"].shape) == 5  # cells of four pixels


def test_pairs_with_frames_are_scored(ingested, trained):
    model = SavedModel(str(trained))
    records = _records(ingested[1])
    pairs = [contract.read_example(record) for record in records]
    assert {pair[contract.AVC_LABEL][0] for pair in pairs} == {0, 1}
    inputs = {
        "image": [example_fields.image_input(pair, _FRAMES) for pair in pairs],
        "audio": [pair[contract.AUDIO][0] for pair in pairs],
    }
    scores = model.call("score_examples", {"examples": records})["score"]
    assert scores == pytest.approx(model.call("score", inputs)["score"], abs=1e-5)
    assert np.isfinite(scores).all()


def test_as_a_baseline_it_is_for_models_of_as_many_frames(trained):
    for frames, compared in ((_FRAMES, True), (1, False)):
        model = types.SimpleNamespace(frames=frames, sample_rate=None)
        assert (load_baseline_model(str(trained), model) is not None) == compared


def test_an_example_without_the_frames_is_an_error_that_says_what_to_do():
    example = {contract.VIDEO_ID: [b"a.mp4"], contract.IMAGE: [b"jpeg"]}
    assert example_fields.image_input(example, 1) == b"jpeg"
    with pytest.raises(ValueError, match=r"looks at 25 .* 1 in .*a\.mp4: .*ingest with frames=25"):
        example_fields.image_input(example, 25)
