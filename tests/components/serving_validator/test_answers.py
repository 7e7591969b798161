"""What is kept of a server's answers, without a server."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.predict_request import PredictRequest
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError

RIGHT = {"score": [0.5, 1.0]}


class _Client(ModelClient):
    """Gives these answers, one after the other; as a REST client, only what is wanted of them."""

    def __init__(self, *answers: dict[str, list] | Exception):
        super().__init__("nowhere", "model")
        self._answers = iter(answers)

    def predict(self, signature_name, inputs, outputs):
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return {name: np.asarray(answer[name], np.float32) for name in outputs or answer}

    def model_status(self):
        return []

    def close(self):
        pass


def _asked(grpc: list, rest: list) -> Answers:
    """So many requests of two as gRPC has answers."""
    found = Answers({"grpc": _Client(*grpc), "rest": _Client(*rest)})
    for _ in grpc:
        found.ask(PredictRequest("score", {"image": [b"", b""]}))
    return found


def test_right_answers_are_timed_by_protocol_and_compared():
    answers = _asked([RIGHT, {"score": [0.0, 0.1]}], [RIGHT, {"score": [0.0, 0.1]}])
    assert answers.problems == []
    assert {key: len(seconds) for key, seconds in answers.seconds.items()} == {
        ("score", "grpc"): 2,
        ("score", "rest"): 2,
    }
    assert answers.largest_difference == 0


def test_the_largest_difference_of_all_is_kept():
    answers = _asked([RIGHT] * 3, [{"score": [0.5, 0.75]}, {"score": [0.5, 0.5]}, RIGHT])
    assert answers.largest_difference == 0.5
    assert answers.problems == []


def test_wrong_answers_are_named():
    refused = ModelServerError("INVALID_ARGUMENT", "because")
    grpc = [{"score": [0.5, np.nan]}, {"score": [0.5]}, {}, refused, TimeoutError("too slow")]
    answers = _asked(grpc, [])
    assert answers.problems == [
        "score over gRPC, score: not finite",
        "score over gRPC, score: shape [1] for a batch of 2",
        "score over gRPC, no outputs",
        "score over gRPC: because (INVALID_ARGUMENT)",
        "score over gRPC: too slow",
    ]
    assert answers.largest_difference is None


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        ({"other": [1, 1]}, "score over REST: the answer cannot be read: KeyError('score')"),
        ({"score": [[1], [1]]}, "score over REST, score: shape [2, 1] and not [2]"),
        ({"score": [0.5, np.inf]}, "score over REST, score: not finite"),
    ],
)
def test_an_answer_that_one_protocol_alone_gives_wrongly_is_a_problem(rest, problem):
    assert _asked([RIGHT], [rest]).problems == [problem]


def test_nothing_more_is_asked_of_a_server_that_went_away():
    answers = _asked([ConnectionError("gone"), RIGHT], [RIGHT])
    assert answers.problems == ["score over gRPC: gone"]
    assert len(answers.all_seconds) == 1
