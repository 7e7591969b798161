"""How the components are wired."""

from __future__ import annotations

import json

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from tfx.dsl.compiler.compiler import Compiler
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec

from objects_that_sound.components.beam_options import (
    flink_beam_pipeline_args,
    local_beam_pipeline_args,
)
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_from_json
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
from objects_that_sound.tfx_pipeline.pipeline import create_pipeline
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.run_options import RunOptions

GROUP_REGEX = r"_g\d+_"


def _create(folder, options=None, **places):
    """A pipeline with all it keeps in one folder; of the preset `smoke` unless told."""
    return create_pipeline(
        RunOptions(("videos",), **{"preset": "smoke"} | (options or {})),
        **{"video_list": f"{folder}/videos.csv"} | places,
        pipeline_root=str(folder),
        serving_dir=str(folder),
        search_dir=str(folder),
    )


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """Of the preset `smoke`."""
    return _create(tmp_path_factory.mktemp("pipeline"), {"group_regex": GROUP_REGEX})


@pytest.fixture(scope="module")
def components(pipeline):
    """By name."""
    return {component.id: component for component in pipeline.components}


def _feeds(components) -> set[tuple[str, str]]:
    return {
        (upstream.id, name)
        for name, component in components.items()
        for upstream in component.upstream_nodes
    }


def test_each_component_is_fed_by_what_it_needs(components):
    assert _feeds(components) == {
        ("VideoExampleGen", "StatisticsGen"),
        ("StatisticsGen", "SchemaGen"),
        ("StatisticsGen", "ExampleValidator"),
        ("SchemaGen", "ExampleValidator"),
        ("VideoExampleGen", "AvcPairGen"),
        ("VideoExampleGen", "BaselineEvaluator"),
        ("AvcPairGen", "BaselineEvaluator"),
        ("Trainer", "BaselineEvaluator"),
        ("VideoExampleGen", "Trainer"),
        ("AvcPairGen", "AvcEvaluator"),
        ("BaselineEvaluator", "AvcEvaluator"),
        ("BaselineEvaluator", "RetrievalEvaluator"),
        ("Trainer", "AvcEvaluator"),
        ("latest_blessed_model_resolver", "AvcEvaluator"),
        ("VideoExampleGen", "RetrievalEvaluator"),
        ("Trainer", "RetrievalEvaluator"),
        ("latest_blessed_model_resolver", "RetrievalEvaluator"),
        ("VideoExampleGen", "LocalisationEvaluator"),
        ("Trainer", "LocalisationEvaluator"),
        ("latest_blessed_model_resolver", "LocalisationEvaluator"),
        ("Trainer", "ModelGate"),
        ("latest_blessed_model_resolver", "ModelGate"),
        ("AvcEvaluator", "ModelGate"),
        ("RetrievalEvaluator", "ModelGate"),
        ("LocalisationEvaluator", "ModelGate"),
        ("Trainer", "Pusher"),
        ("ModelGate", "Pusher"),
        ("VideoExampleGen", "ServingValidator"),
        ("Trainer", "ServingValidator"),
        ("ServingValidator", "Pusher"),
        ("VideoExampleGen", "SearchIndexer"),
        ("Trainer", "SearchIndexer"),
        ("ModelGate", "SearchIndexer"),
        ("SearchIndexer", "Pusher.search"),
        ("ModelGate", "Pusher.search"),
        ("ServingValidator", "Pusher.search"),
    }


def test_the_gate_decides_what_is_pushed(components):
    blessing = components["ModelGate"].outputs["blessing"]
    assert components["Pusher"].inputs["model_blessing"] is blessing
    assert components["Pusher.search"].inputs["model_blessing"] is blessing


def test_what_is_pushed_must_be_served(components):
    blessing = components["ServingValidator"].outputs["blessing"]
    assert components["Pusher"].inputs["infra_blessing"] is blessing
    assert components["Pusher.search"].inputs["infra_blessing"] is blessing
    server = json.loads(components["ServingValidator"].exec_properties["local_server"])
    assert server[:3] == ["-m", "objects_that_sound.tfx_pipeline.cli", "serve"]


def test_only_the_gates_blessings_count(pipeline):
    [resolver] = [
        node.pipeline_node
        for node in Compiler().compile(pipeline).nodes
        if node.pipeline_node.node_info.id == "latest_blessed_model_resolver"
    ]
    [blessings] = [
        channel
        for given in resolver.inputs.inputs.values()
        for channel in given.channels
        if channel.artifact_query.type.name == "ModelBlessing"
    ]
    assert blessings.output_key == "blessing"
    contexts = {query.type.name: query.name.field_value for query in blessings.context_queries}
    assert contexts["node"].string_value.endswith(".ModelGate")


def test_what_a_preset_asks_reaches_its_evaluator(tmp_path):
    asked = {
        "avc": Threshold("avc_accuracy", at_least=0.7),
        "retrieval": Threshold("ndcg_image_audio", max_loss=0.1),
        "localisation": Threshold("fires_silence", at_most=0.2),
    }
    thresholds = (
        "avc:avc_accuracy>=0.7",
        "retrieval:ndcg_image_audio:max_loss=0.1",
        "localisation:fires_silence<=0.2",
    )
    pipeline = _create(tmp_path, {"thresholds": thresholds})
    components = {node.id: node for node in pipeline.components}
    for name, node in (
        ("avc", "AvcEvaluator"),
        ("retrieval", "RetrievalEvaluator"),
        ("localisation", "LocalisationEvaluator"),
    ):
        text = components[node].exec_properties["thresholds"]
        assert thresholds_from_json(text) == [asked[name]]


def test_a_sound_benchmark_joins_the_gate_where_there_is_one(tmp_path):
    options = {
        "sound_benchmark": f"esc10:{tmp_path}",
        "thresholds": ("sound_benchmark:accuracy>=0.1",),
    }
    pipeline = _create(tmp_path, options)
    components = {node.id: node for node in pipeline.components}
    evaluator = components["SoundBenchmarkEvaluator"]
    given = json.loads(evaluator.exec_properties["options"])
    assert (given["dataset"], given["data"]) == ("esc10", str(tmp_path))
    assert thresholds_from_json(evaluator.exec_properties["thresholds"])[0].at_least == 0.1
    gate = components["ModelGate"]
    assert evaluator.outputs["evaluation"] in gate.inputs["evaluations"].channels
    assert evaluator in gate.upstream_nodes


def test_statistics_are_not_computed_on_frames_and_sounds(components):
    options = components["StatisticsGen"].exec_properties["stats_options_json"]
    assert "video/group" in options
    assert "audio/pcm" not in options
    assert "image/encoded" not in options
    assert "image/frames" not in options
    assert '"labels"' in options


def test_the_group_regex_reaches_ingest(components):
    custom_config = components["VideoExampleGen"].exec_properties["custom_config"]
    assert f'"group_regex": {json.dumps(GROUP_REGEX)}' in custom_config


def test_what_a_preset_says_of_examples_reaches_ingest(tmp_path):
    settings = ("network.frames=25", "min_loudness_dbfs=-40", "examples_per_video=7")
    pipeline = _create(tmp_path, {"settings": settings})
    [ingest] = [node for node in pipeline.components if node.id == "VideoExampleGen"]
    config = ingest.exec_properties["custom_config"]
    assert '"frames": 25' in config
    assert '"min_loudness_dbfs": -40' in config
    assert '"examples_per_video": 7' in config


@pytest.mark.parametrize("warm_start", [False, True])
def test_training_starts_from_the_latest_blessed_model_where_asked(warm_start, tmp_path):
    pipeline = _create(tmp_path, {"warm_start": warm_start})
    order = [node.id for node in pipeline.components]
    [trainer] = [node for node in pipeline.components if node.id == "Trainer"]
    feeds = {node.id for node in trainer.upstream_nodes}
    assert ("latest_blessed_model_resolver" in feeds) == warm_start
    assert ("base_model" in trainer.inputs) == warm_start
    assert order.index("latest_blessed_model_resolver") < order.index("Trainer")


def test_without_ml_metadata_a_folder_knows_the_latest_blessed_model(components, tmp_path):
    folder = str(tmp_path)
    pipeline = _create(tmp_path, {"warm_start": True}, blessed_dir=f"{folder}/blessed")
    there = {node.id: node for node in pipeline.components}
    assert set(there) == set(components) - {"latest_blessed_model_resolver"} | {
        "LatestBlessedModel",
        "BlessedModelPusher",
    }
    model = there["LatestBlessedModel"].outputs["model"]
    assert there["Trainer"].inputs["base_model"] is model
    for name in ("AvcEvaluator", "RetrievalEvaluator", "LocalisationEvaluator", "ModelGate"):
        assert there[name].inputs["baseline_model"] is model
    pusher = there["BlessedModelPusher"]
    assert pusher.inputs["model_blessing"] is there["ModelGate"].outputs["blessing"]
    assert pusher.exec_properties["folder"] == f"{folder}/blessed"


def test_a_continuous_run_trains_on_the_window_once_the_span_is_accepted(tmp_path):
    folder = str(tmp_path)
    settings = ContinuousTraining(span=3, window=2, schema_file=f"{folder}/schema.pbtxt")
    pipeline = _create(tmp_path, video_list=f"{folder}/span-{{SPAN}}.csv", continuous=settings)
    there = {node.id: node for node in pipeline.components}
    window = there["window_resolver"]
    for name, node in there.items():
        if name in ("StatisticsGen", "SpanStatistics", "DataGate"):
            assert node.inputs["examples"] is there["VideoExampleGen"].outputs["examples"]
        elif "examples" in node.inputs and name != "window_resolver":
            taken = node.inputs["examples"]
            assert taken is window.outputs["examples"] or name == "latest_span_resolver", name
    assert there["DataGate"] in window.upstream_nodes
    assert "base_model" in there["Trainer"].inputs  # unless told otherwise
    order = [node.pipeline_node.node_info.id for node in Compiler().compile(pipeline).nodes]
    for before, after in (
        ("latest_span_resolver", "SpanStatistics"),
        ("ExampleValidator", "DataGate"),
        ("DriftValidator", "DataGate"),
        ("DataGate", "window_resolver"),
        ("window_resolver", "Trainer"),
    ):
        assert order.index(before) < order.index(after)
    assert '"start_span_number": 3' in there["VideoExampleGen"].exec_properties["range_config"]
    assert "SchemaGen" not in there


def test_ingest_can_have_beam_options_of_its_own(tmp_path):
    flink = flink_beam_pipeline_args("jobs:8081", parallelism=8, image="ots:1")
    pipeline = _create(
        tmp_path, {"beam_args": tuple(flink)}, beam_pipeline_args=local_beam_pipeline_args()
    )
    options = {
        node.id: PipelineOptions(node.executor_spec.beam_pipeline_args).get_all_options()
        for node in pipeline.components
        if isinstance(node.executor_spec, BeamExecutorSpec)
    }
    assert len(options) > 2
    ingest = options.pop("VideoExampleGen")
    assert ingest["runner"] == "FlinkRunner"
    assert ingest["environment_config"] == ingest["sdk_container_image"] == "ots:1"
    assert all(option["runner"].endswith(".FnApiRunner") for option in options.values())


def test_the_label_tree_reaches_retrieval(tmp_path):
    pipeline = _create(tmp_path, {"label_tree": "ontology.json"})
    [evaluator] = [node for node in pipeline.components if node.id == "RetrievalEvaluator"]
    assert json.loads(evaluator.exec_properties["options"])["label_tree"] == "ontology.json"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_makes_a_pipeline(name, tmp_path):
    pipeline = _create(tmp_path, {"preset": name})
    assert len(pipeline.components) == 16
