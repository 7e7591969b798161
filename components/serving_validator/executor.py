"""The work of ServingValidator."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import grpc
import tensorflow as tf
from absl import logging
from tensorflow_serving.apis import predict_pb2
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils

from objects_that_sound.components.evaluation.blessing import Decision
from objects_that_sound.components.evaluation.read_examples import read_examples
from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.evaluation.write_metrics import write_json
from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.candidate_server import (
    CandidateServer,
    CandidateServerError,
    serve_candidate,
    server_command,
)
from objects_that_sound.components.serving_validator.decide import decide
from objects_that_sound.components.serving_validator.predict_requests import (
    example_requests,
    predict_request,
    recorded_requests,
)
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits

VALIDATION_FILE = "validation.json"
"""In the InfraBlessing artifact: what was measured, and the decisions."""


class Executor(base_executor.BaseExecutor):
    """Serves the candidate for a moment and asks it."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the verdict as TFX's InfraValidator would. A candidate that fails is no error.

        Args:
            input_dict: `model`, one artifact of type Model, and perhaps `examples`, of type
                Examples.
            output_dict: `blessing`, one artifact of type InfraBlessing.
            exec_properties: `limits`, a JSON object of ServingLimits; `local_server`, a JSON list;
                `max_examples` and `split`.

        Raises:
            FileNotFoundError: there is no model.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        blessing = artifact_utils.get_single_instance(output_dict["blessing"])
        model = saved_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        limits = ServingLimits(**json.loads(exec_properties["limits"]))
        examples = itertools.islice(
            read_examples(input_dict["examples"], exec_properties["split"])
            if input_dict.get("examples")
            else (),
            exec_properties["max_examples"],
        )
        answers = Answers()
        measured: dict[str, Any] = {}
        try:
            name, command = server_command(json.loads(exec_properties["local_server"]))
            measured["server"] = name
            with tempfile.TemporaryDirectory() as folder:
                base_path = pathlib.Path(folder) / "model"
                io_utils.copy_dir(model, str(base_path / "1"))
                log = pathlib.Path(folder) / "log"
                with serve_candidate(command, base_path, log, limits.load_seconds) as server:
                    requests = _requests(model, examples, server)
                    answers.ask(server.prediction, requests, limits.request_seconds)
                    memory = server.peak_memory_bytes()
            measured |= {"load_seconds": server.load_seconds, "peak_memory_bytes": memory}
            decisions = decide(limits, server.load_seconds, answers, memory)
        except CandidateServerError as error:
            said = "; ".join([*answers.problems[-1:], str(error)])
            decisions = [Decision("served", False, f"the model cannot be served: {said}")]
        measured |= _figures(answers)
        passed = all(decision.passed for decision in decisions)
        write_json(
            os.path.join(blessing.uri, VALIDATION_FILE),
            {
                "blessed": passed,
                "measured": measured,
                "limits": dataclasses.asdict(limits),
                "decisions": [dataclasses.asdict(decision) for decision in decisions],
            },
        )
        # What tfx.components.InfraValidator leaves, and Pusher reads.
        io_utils.write_string_file(
            os.path.join(blessing.uri, "INFRA_BLESSED" if passed else "INFRA_NOT_BLESSED"), ""
        )
        blessing.set_int_custom_property("blessed", int(passed))
        logging.info("%s: %s", "Can be served" if passed else "Cannot be served", decisions)


def _requests(
    model: str, examples: Iterator[dict[str, list]], server: CandidateServer
) -> Iterator[predict_pb2.PredictRequest]:
    yield from recorded_requests(model)
    yield from example_requests(examples, _frames(server))


def _frames(server: CandidateServer) -> int:
    """How many frames the model looks at; 1 where it does not say, as `SavedModel.frames` has it."""
    try:
        response = server.prediction.Predict(
            predict_request("describe", {"query": [b""]}), timeout=60
        )
    except grpc.RpcError:
        return 1
    return (
        int(tf.make_ndarray(response.outputs["frames"])[0]) if "frames" in response.outputs else 1
    )


def _figures(answers: Answers) -> dict[str, Any]:
    if not answers.seconds:
        return {"requests": 0}
    slowest: dict[str, float] = {}
    for signature, seconds in zip(answers.signatures, answers.seconds, strict=True):
        slowest[signature] = max(slowest.get(signature, 0.0), seconds)
    return {
        "requests": len(answers.seconds),
        "p50_seconds": answers.percentile(50),
        "p99_seconds": answers.percentile(99),
        "request_seconds": max(answers.seconds),
        "request_seconds_by_signature": slowest,
    }
