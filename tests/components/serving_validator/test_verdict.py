"""What ServingValidator makes of answers, times and memory, without a server."""

from __future__ import annotations

import sys

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.candidate_server import (
    CandidateServerError,
    server_command,
)
from objects_that_sound.components.serving_validator.decide import decide
from objects_that_sound.components.serving_validator.predict_requests import predict_request
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits

LIMITS = ServingLimits(load_seconds=10.0, request_seconds=2.0, p99_seconds=0.5, memory_bytes=2**30)


class _Refusal(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode):
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "because"


class _Prediction:
    """A stub that gives these answers, one after the other."""

    def __init__(self, *answers: dict[str, list] | grpc.RpcError):
        self._answers = iter(answers)

    def Predict(self, request, timeout):  # noqa: N802 - gRPC's name
        answer = next(self._answers)
        if isinstance(answer, grpc.RpcError):
            raise answer
        response = predict_pb2.PredictResponse()
        for name, value in answer.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(np.float32(value)))
        return response


def _asked(*answers) -> Answers:
    found = Answers()
    requests = [predict_request("score", {"image": [b"", b""]}) for _ in answers]
    found.ask(_Prediction(*answers), requests, 1.0)
    return found


def _by_metric(decisions) -> dict:
    return {decision.metric: decision for decision in decisions}


def test_right_answers_pass():
    answers = _asked({"score": [0.5, 1.0]}, {"score": [0.0, 0.1]})
    assert answers.problems == [] and len(answers.seconds) == 2
    assert all(decision.passed for decision in decide(LIMITS, 3.0, answers, 2**29))


def test_wrong_answers_are_named_and_refuse():
    refused = _Refusal(grpc.StatusCode.INVALID_ARGUMENT)
    answers = _asked({"score": [0.5, np.nan]}, {"score": [0.5]}, {}, refused, {"score": [1, 1]})
    assert answers.problems == [
        "score, score: not finite",
        "score, score: shape [1] for a batch of 2",
        "score, no outputs",
        "score: INVALID_ARGUMENT: because",
    ]
    decision = _by_metric(decide(LIMITS, 3.0, answers, None))["answers"]
    assert not decision.passed
    assert "of 5 requests" in decision.text and "not finite (1 times)" in decision.text


def test_nothing_more_is_asked_of_a_server_that_went_away():
    answers = _asked(_Refusal(grpc.StatusCode.UNAVAILABLE), {"score": [1, 1]})
    assert len(answers.seconds) == 1 and "UNAVAILABLE" in answers.problems[0]


def test_nothing_to_ask_refuses():
    assert not _by_metric(decide(LIMITS, 3.0, Answers(), None))["answers"].passed


@pytest.mark.parametrize(
    ("metric", "load", "seconds", "memory"),
    [
        ("load_seconds", 11.0, [0.1] * 200, 2**29),
        ("request_seconds", 1.0, [0.1] * 199 + [3.0], 2**29),
        ("p99_seconds", 1.0, [0.1] * 190 + [0.7] * 10, 2**29),
        ("memory_bytes", 1.0, [0.1] * 200, 2**31),
    ],
)
def test_each_limit_refuses_alone(metric, load, seconds, memory):
    decisions = decide(LIMITS, load, Answers(["score"] * 200, seconds), memory)
    assert [decision.metric for decision in decisions if not decision.passed] == [metric]
    assert "over the limit" in _by_metric(decisions)[metric].text


def test_memory_that_cannot_be_measured_passes_and_says_so():
    decision = _by_metric(decide(LIMITS, 1.0, Answers(["score"], [0.1]), None))["memory_bytes"]
    assert decision.passed and "cannot be measured" in decision.text


def test_limits_are_positive():
    with pytest.raises(ValueError, match="p99_seconds must be positive"):
        ServingLimits(p99_seconds=0)


def test_tensorflow_model_server_is_used_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    local = ["-m", "somewhere"]
    assert server_command(local) == ("local model server", [sys.executable, *local])
    with pytest.raises(CandidateServerError, match="no local server"):
        server_command([])
    binary = tmp_path / "tensorflow_model_server"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    assert server_command(local) == ("tensorflow_model_server", [str(binary)])
