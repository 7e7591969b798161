"""Serves a model for a moment and asks it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from objects_that_sound.components.copy_folder import copy_folder
from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.example_fields import image_input, video_id
from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.decide import decide
from objects_that_sound.components.serving_validator.predict_requests import (
    media_requests,
    recorded_requests,
    score_request,
)
from objects_that_sound.components.serving_validator.server_command import server_command
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits
from objects_that_sound.models import examples as contract
from objects_that_sound.serving.client.client_options import ONCE
from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.launcher.launch_server import launch_server
from objects_that_sound.serving.launcher.not_served_error import NotServedError

_NAME = "candidate"
_MOST_COMPARED = 6


def validate_serving(
    model: str,
    examples: Iterable[dict[str, list]],
    local_server: Sequence[str],
    limits: ServingLimits,
) -> dict[str, Any]:
    """Loads a model with a model server in a process of its own, and asks it over gRPC and REST.

    A model that can't be served, or answers wrongly, is no error.

    Args:
        model: folder of the SavedModel.
        examples: as `models.examples.read_example` gives them, to ask about.
        local_server: arguments of Python; see `server_command`.
        limits: of time and memory.

    Returns:
        `blessed`, whether it is fit to be served; `measured`, figures by name, of which `answers`
        are the scores of a few images with their own sound and with another one; `limits`;
        `decisions`, each with its `metric`, `passed` and `text`.

    Raises:
        ValueError: an example has not as many frames as the model looks at.
    """
    answers = Answers({})
    measured: dict[str, Any] = {}
    try:
        measured["server"], command = server_command(local_server)
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            base_path = os.path.join(folder, "model")
            copy_folder(model, os.path.join(base_path, "1"))
            flags = [
                f"--model_name={_NAME}",
                f"--model_base_path={base_path}",
                "--max_num_load_retries=0",
            ]
            log = pathlib.Path(folder) / "log"
            server = stack.enter_context(
                launch_server([*command, *flags], [_NAME], log, limits.load_seconds)
            )
            clients = {
                protocol: stack.enter_context(
                    connect(_NAME, address, protocol, limits.request_seconds, ONCE)
                )
                for protocol, address in server.addresses.items()
            }
            answers = Answers(clients)
            measured["answers"] = _ask(answers, model, examples, _frames(clients["grpc"]))
            memory = server.peak_memory_bytes()
        measured |= {"load_seconds": server.load_seconds, "peak_memory_bytes": memory}
        decisions = decide(limits, server.load_seconds, answers, memory)
    except NotServedError as error:
        said = "; ".join([*answers.problems[-1:], str(error)])
        decisions = [Decision("served", False, f"the model cannot be served: {said}")]
    return {
        "blessed": all(decision.passed for decision in decisions),
        "measured": measured | _figures(answers),
        "limits": dataclasses.asdict(limits),
        "decisions": [dataclasses.asdict(decision) for decision in decisions],
    }


def _ask(
    answers: Answers, model: str, examples: Iterable[dict[str, list]], frames: int
) -> list[dict[str, Any]]:
    """Asks everything; returns scores of images, one a video, with their own and another sound."""
    for request in recorded_requests(model):
        answers.ask(request)
    by_video: dict[str, dict[str, list]] = {}
    for example in examples:
        by_video.setdefault(video_id(example), example)
        for request in media_requests(image_input(example, frames), example[contract.AUDIO][0]):
            answers.ask(request)
    compared = list(by_video.items())[:_MOST_COMPARED]
    rows = []
    for number, (video, example) in enumerate(compared if len(compared) > 1 else ()):
        other = compared[(number + 1) % len(compared)][1]
        image = image_input(example, frames)
        own_score, other_score = (
            answers.ask(score_request(image, sound[contract.AUDIO][0])).get("score")
            for sound in (example, other)
        )
        if own_score is not None and other_score is not None:
            rows.append(
                {
                    "video": video,
                    "time": round(float(example[contract.VIDEO_TIME][0]), 2),
                    "own_sound": round(float(own_score[0]), 4),
                    "other_sound": round(float(other_score[0]), 4),
                }
            )
    return rows


def _frames(client: ModelClient) -> int:
    """How many frames the model looks at; 1 where it does not say, as `SavedModel.frames` has it."""
    try:
        description = client.predict("describe", {"query": [b""]}, {})
    except (ConnectionError, TimeoutError, ModelServerError):
        return 1
    return int(description.get("frames", [1])[0])


def _figures(answers: Answers) -> dict[str, Any]:
    if not answers.seconds:
        return {"requests": 0}
    slowest: dict[str, float] = {}
    for (signature, _), seconds in answers.seconds.items():
        slowest[signature] = max(slowest.get(signature, 0.0), *seconds)
    return {
        "requests": len(answers.all_seconds),
        "p50_seconds": answers.percentile(50),
        "p99_seconds": answers.percentile(99),
        "request_seconds": max(answers.all_seconds),
        "request_seconds_by_signature": slowest,
        "score_p50_seconds": {
            protocol: statistics.median(seconds)
            for (signature, protocol), seconds in answers.seconds.items()
            if signature == "score"
        },
        "largest_difference": answers.largest_difference,
    }
