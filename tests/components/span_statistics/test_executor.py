"""SpanStatistics with a model that sees colours and hears tones."""

from __future__ import annotations

import pathlib

import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.types import artifact_utils, standard_artifacts

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.span_statistics.executor import Executor
from objects_that_sound.components.span_statistics.feature_names import EMBEDDING_FEATURES


@pytest.fixture
def span(make_features, write_examples, tmp_path):
    """Makes Examples of a span; each video has three examples, the eval split two videos."""

    def make(number: int, brightness: float = 0.5, videos: int = 6):
        rows: dict[str, list[dict]] = {"train": [], "eval": []}
        for video in range(videos):
            for time in range(3):
                row = make_features(10 * number + video, float(time), video % 4)
                row["image/brightness"] = brightness + video / 100
                rows["eval" if video < 2 else "train"].append(row)
        artifact = write_examples(tmp_path / f"span{number}", rows)
        artifact.set_int_custom_property("span", number)
        return artifact

    return make


def _run(folder: pathlib.Path, examples, baseline=(), model=()) -> dict[str, dict]:
    """By output and split, the statistics by feature; and the artifacts."""
    outputs = {}
    for name in ("statistics", "baseline_statistics"):
        outputs[name] = standard_artifacts.ExampleStatistics()
        outputs[name].uri = str(folder / name)
    executor = Executor(Executor.Context(beam_pipeline_args=local_beam_pipeline_args()))
    executor.Do(
        {"examples": [examples], "baseline_examples": list(baseline), "model": list(model)},
        {name: [artifact] for name, artifact in outputs.items()},
        {"batch_size": 4},
    )
    found: dict[str, dict] = {"artifacts": outputs}
    for name, artifact in outputs.items():
        found[name] = {}
        for split in artifact_utils.decode_split_names(artifact.split_names):
            path = folder / name / f"Split-{split}" / "FeatureStats.pb"
            listed = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
            [dataset] = listed.datasets
            found[name][split] = {one.path.step[0]: one for one in dataset.features}
    return found


def _count(feature) -> int:
    return feature.num_stats.common_stats.num_non_missing


def test_a_first_span_has_brightness_and_loudness(span, tmp_path):
    found = _run(tmp_path / "out", span(1))
    assert set(found["statistics"]) == {"train", "eval", "all"}
    assert found["baseline_statistics"] == {}
    everything = found["statistics"]["all"]
    assert set(everything) == {"video/group", "image/brightness", "audio/loudness"}
    assert _count(everything["image/brightness"]) == 18
    assert everything["image/brightness"].num_stats.mean == pytest.approx(0.525)
    assert everything["video/group"].string_stats.unique == 6
    assert found["statistics"]["eval"]["video/group"].string_stats.unique == 2
    assert found["artifacts"]["statistics"].get_int_custom_property("span") == 1


def test_embeddings_of_the_baseline_are_of_examples_not_trained_on(span, toy_model, tmp_path):
    earlier = [span(1), span(2, brightness=0.3)]
    found = _run(tmp_path / "out", span(3), earlier, [toy_model])
    new, old = found["statistics"]["all"], found["baseline_statistics"]["all"]
    assert set(new) == set(old) >= set(EMBEDDING_FEATURES)
    assert _count(new["embedding/image/1"]) == 18
    assert _count(old["image/brightness"]) == 36
    assert old["image/brightness"].num_stats.mean == pytest.approx(0.425)
    for name in EMBEDDING_FEATURES:
        assert _count(old[name]) == 12  # two videos of each span
    assert old["embedding/group"].string_stats.unique == 4
    # The model knows every class: own sounds agree.
    assert new["embedding/agreement"].num_stats.min == pytest.approx(1)
    assert found["artifacts"]["baseline_statistics"].get_int_custom_property("span") == 2


def test_examples_of_another_rate_than_the_models_say_so(span, tmp_path):
    import tensorflow as tf

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def describe(self, query):
            return {"sample_rate": tf.constant([16000])}

    module = Model()
    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path / "model")
    tf.saved_model.save(module, f"{artifact.uri}/Format-Serving", {"describe": module.describe})
    with pytest.raises(Exception, match="hears 16000 Hz, but the examples have 4000 Hz"):
        _run(tmp_path / "out", span(2), [span(1)], [artifact])


def test_examples_that_choose_the_epoch_count_among_all(make_features, write_examples, tmp_path):
    rows = {
        split: [make_features(video, float(time), video % 4) for video in videos for time in (0, 1)]
        for split, videos in (("train", range(4)), ("val", (4, 5)), ("eval", (6, 7)))
    }
    with_val = write_examples(tmp_path / "new", rows)
    old = write_examples(tmp_path / "old", {split: rows[split] for split in ("train", "eval")})
    found = _run(tmp_path / "out", with_val, [old, with_val])
    assert set(found["statistics"]) == {"train", "eval", "all"}
    assert _count(found["statistics"]["all"]["image/brightness"]) == 16
    assert _count(found["baseline_statistics"]["all"]["image/brightness"]) == 12 + 16
