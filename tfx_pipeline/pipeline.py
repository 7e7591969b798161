"""The diagram of the system: which component feeds which.

videos -> VideoExampleGen -> StatisticsGen -> SchemaGen -> ExampleValidator
                 |
                 +--> AvcPairGen -+
                 |                |
                 +--> Trainer ----+-> BaselineEvaluator -> every evaluator of
                          |           components/evaluators.py (against the latest blessed model)
                          |             -> ModelGate --------+
                          |                                  +--> Pusher
                          |                                  +--> SearchIndexer -> Pusher.search
                          +--------> ServingValidator -------+

Continuous training puts checks, and a window of spans, behind VideoExampleGen: all that is to its
right but the statistics takes the examples of the window. See continuous/accepted_window.py.
"""

from __future__ import annotations

import dataclasses
import json

import tensorflow_data_validation as tfdv
from tfx import v1 as tfx
from tfx.types.channel_utils import union

from objects_that_sound.components.avc_pair_gen.component import AvcPairGen
from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
from objects_that_sound.components.baseline_evaluator.component import BaselineEvaluator
from objects_that_sound.components.blessed_model_pusher.component import BlessedModelPusher
from objects_that_sound.components.evaluation.threshold import thresholds_to_json
from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.components.latest_blessed_model.component import LatestBlessedModel
from objects_that_sound.components.model_gate.component import ModelGate
from objects_that_sound.components.pusher.component import Pusher
from objects_that_sound.components.retrieval_evaluator.evaluator import RETRIEVAL
from objects_that_sound.components.search_indexer.component import SearchIndexer
from objects_that_sound.components.serving_validator.component import ServingValidator
from objects_that_sound.components.video_example_gen.component import VideoExampleGen
from objects_that_sound.models import examples
from objects_that_sound.tfx_pipeline.continuous.accepted_window import accepted_window
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
from objects_that_sound.tfx_pipeline.kubeflow.card_pusher.component import CardPusher
from objects_that_sound.tfx_pipeline.kubeflow.facts_pusher.component import FactsPusher
from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.report.flat_parameters import flat_parameters
from objects_that_sound.tfx_pipeline.run_options import RunOptions


def create_pipeline(
    options: RunOptions,
    *,
    video_list: str,
    pipeline_root: str,
    serving_dir: str,
    search_dir: str,
    blessed_dir: str | None = None,
    metadata_connection_config=None,
    beam_pipeline_args: list[str] | None = None,
    continuous: ContinuousTraining | None = None,
    enable_cache: bool = True,
) -> tfx.dsl.Pipeline:
    """Builds the pipeline from raw videos to a pushed model.

    Args:
        options: what the run is about.
        video_list: path of the CSV that `write_video_list` wrote.
        pipeline_root: folder for artifacts.
        serving_dir: folder that gets a numbered version of every blessed model.
        search_dir: folder that gets a numbered index of all examples by every blessed model.
        blessed_dir: folder that keeps every blessed model and knows the latest, for runners that
            can't ask ML Metadata, whose Pusher also writes the model card; None for those that can.
        metadata_connection_config: of ML Metadata, where the runner needs one.
        beam_pipeline_args: of all components that run on Beam.
        continuous: ingest one span, check it, and train on a window of spans; `video_list` is then
            a pattern with {SPAN}. For runners that can ask ML Metadata.
        enable_cache: reuse the outputs of components whose inputs did not change.
    """
    preset = options.chosen_preset()
    example_gen = VideoExampleGen(
        video_list=video_list,
        range_config=continuous.range_config if continuous else None,
        **options.ingest_config().to_dict(),
    )
    # Behind those of all components, so that these win.
    example_gen.with_beam_pipeline_args(list(options.beam_args))
    statistics_gen = tfx.components.StatisticsGen(
        examples=example_gen.outputs["examples"],
        # TFDV would keep whole frames and sounds as "most frequent values".
        stats_options=tfdv.StatsOptions(
            feature_allowlist=sorted(set(examples.EXAMPLE_SPEC) - set(examples.MEDIA_FEATURES))
        ),
    )
    if continuous is None:
        schema_gen = tfx.components.SchemaGen(statistics=statistics_gen.outputs["statistics"])
    else:
        schema_gen = tfx.components.ImportSchemaGen(schema_file=continuous.schema_file)
    example_validator = tfx.components.ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema_gen.outputs["schema"]
    )
    if blessed_dir is None:
        latest_blessed_model = latest_blessed_model_resolver()
    else:
        latest_blessed_model = LatestBlessedModel(folder=blessed_dir)
    window = example_gen.outputs["examples"]
    span_checks: list = []
    if continuous is not None:
        window, span_checks = accepted_window(
            continuous,
            examples=example_gen.outputs["examples"],
            schema_anomalies=example_validator.outputs["anomalies"],
            model=latest_blessed_model.outputs["model"],
        )
    pair_gen = AvcPairGen(examples=window)
    warm_start = continuous is not None if options.warm_start is None else options.warm_start
    trainer = tfx.components.Trainer(
        run_fn="objects_that_sound.models.trainer.run_fn",
        examples=window,
        base_model=latest_blessed_model.outputs["model"] if warm_start else None,
        train_args=tfx.proto.TrainArgs(splits=["train"]),
        # Which says where `val` is: spans may lack that (see models/training/validation_files.py).
        eval_args=tfx.proto.EvalArgs(splits=["eval"]),
        custom_config={
            "network": dataclasses.asdict(preset.network),
            "training": dataclasses.asdict(preset.training),
        },
    )
    evaluator_options = options.evaluator_options()
    baseline_evaluator = BaselineEvaluator(
        examples=window,
        pairs=pair_gen.outputs["pairs"],
        model=trainer.outputs["model"],
        options=BaselineOptions(**dataclasses.asdict(evaluator_options[RETRIEVAL.name])).to_json(),
    )
    channels = {
        "examples": window,
        "pairs": pair_gen.outputs["pairs"],
        "baselines": baseline_evaluator.outputs["evaluation"],
        "model": trainer.outputs["model"],
        "baseline_model": latest_blessed_model.outputs["model"],
    }
    evaluators = [
        EVALUATORS[name].load_component()(
            **{key: channels[key] for key in ("model", "baseline_model", *EVALUATORS[name].inputs)},
            options=its_options.to_json(),
            thresholds=thresholds_to_json(preset.thresholds.get(name, ())),
        )
        for name, its_options in evaluator_options.items()
    ]
    evaluations = [evaluator.outputs["evaluation"] for evaluator in evaluators]
    gate = ModelGate(
        model=channels["model"],
        baseline_model=channels["baseline_model"],
        evaluations=union(evaluations),
    )
    serving_validator = ServingValidator(
        model=trainer.outputs["model"],
        examples=window,
        local_server=json.dumps(LOCAL_SERVER),
    )
    blessings = {
        "model_blessing": gate.outputs["blessing"],
        "infra_blessing": serving_validator.outputs["blessing"],
    }
    search_indexer = SearchIndexer(
        examples=window,
        model=trainer.outputs["model"],
        model_blessing=gate.outputs["blessing"],
    )
    model = {"model": trainer.outputs["model"], "push_destination": _folder(serving_dir)}
    index = {"model": search_indexer.outputs["index"], "push_destination": _folder(search_dir)}
    blessed_pushers = []
    if blessed_dir is None:
        pusher = Pusher(**model, **blessings)
        search_pusher = Pusher(**index, **blessings)
    else:
        nodes = (example_gen, trainer)
        pusher = CardPusher(
            evaluations=union([*evaluations, channels["baselines"]]),
            model_run=trainer.outputs["model_run"],
            examples=window,
            parameters=json.dumps(
                {node.id: flat_parameters(node.exec_properties) for node in nodes}
            ),
            data_license=options.data_license,
            **model,
            **blessings,
        ).with_id("Pusher")
        search_pusher = FactsPusher(evaluations=union(evaluations), **index, **blessings)
        blessed_pushers = [
            BlessedModelPusher(
                model=trainer.outputs["model"],
                model_blessing=gate.outputs["blessing"],
                folder=blessed_dir,
            )
        ]
    search_pusher = search_pusher.with_id("Pusher.search")
    return tfx.dsl.Pipeline(
        pipeline_name=PIPELINE_NAME,
        pipeline_root=pipeline_root,
        components=[
            example_gen,
            statistics_gen,
            schema_gen,
            example_validator,
            *span_checks,
            pair_gen,
            latest_blessed_model,
            trainer,
            baseline_evaluator,
            *evaluators,
            gate,
            *blessed_pushers,
            serving_validator,
            pusher,
            search_indexer,
            search_pusher,
        ],
        enable_cache=enable_cache,
        metadata_connection_config=metadata_connection_config,
        beam_pipeline_args=beam_pipeline_args,
    )


def latest_blessed_model_resolver() -> tfx.dsl.Resolver:
    """Asks ML Metadata for the model that runs are compared with."""
    return tfx.dsl.Resolver(
        strategy_class=tfx.dsl.experimental.LatestBlessedModelStrategy,
        model=tfx.dsl.Channel(type=tfx.types.standard_artifacts.Model),
        # The gate's alone: a model counts as blessed by all evaluators only.
        model_blessing=tfx.dsl.Channel(
            type=tfx.types.standard_artifacts.ModelBlessing,
            producer_component_id=ModelGate.__name__,
            output_key="blessing",
        ),
    ).with_id("latest_blessed_model_resolver")


def _folder(path: str) -> tfx.proto.PushDestination:
    return tfx.proto.PushDestination(
        filesystem=tfx.proto.PushDestination.Filesystem(base_directory=path)
    )
