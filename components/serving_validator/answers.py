"""Asks a server over both protocols, and keeps what is to be known of its answers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping

import numpy as np

from objects_that_sound.components.serving_validator.predict_request import PredictRequest
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError

_NAMES = {"grpc": "gRPC", "rest": "REST"}


class Answers:
    """What came of requests.

    Attributes:
        seconds: that each request took, in their order, by signature and protocol.
        problems: what was wrong with answers, one text each.
        largest_difference: the most that a number of one protocol's answers differs from the
            other's; None before both have answered.
    """

    def __init__(self, clients: Mapping[str, ModelClient]):
        """Asks nothing yet.

        Args:
            clients: by protocol, `grpc` and `rest`.
        """
        self.seconds: dict[tuple[str, str], list[float]] = {}
        self.problems: list[str] = []
        self.largest_difference: float | None = None
        self._clients = clients
        self._lost = False

    @property
    def all_seconds(self) -> list[float]:
        """What every request took."""
        return list(itertools.chain.from_iterable(self.seconds.values()))

    def ask(self, request: PredictRequest) -> dict[str, np.ndarray]:
        """Sends a request over all protocols, and compares the answers.

        Returns:
            The outputs by name; none where something is wrong with them, or the server went away
            before.
        """
        first: dict[str, np.ndarray] = {}
        for protocol, client in self._clients.items():
            answer = {} if self._lost else self._predict(protocol, client, request, first)
            if not answer:
                return {}
            if first:
                self._compare(request, protocol, first, answer)
            else:
                first = answer
        return first

    def percentile(self, percent: float) -> float:
        """Seconds that so many percent of the requests take at most (a request's, no mean)."""
        return float(np.percentile(self.all_seconds, percent, method="higher"))

    def _predict(
        self,
        protocol: str,
        client: ModelClient,
        request: PredictRequest,
        expected: Mapping[str, np.ndarray],
    ) -> dict[str, np.ndarray]:
        """The answer, its outputs of the types expected; none where something is wrong with it."""
        where = f"{request.signature} over {_NAMES[protocol]}"
        wanted = {name: values.dtype.type for name, values in expected.items()}
        started = time.perf_counter()
        try:
            answer = client.predict(request.signature, request.inputs, wanted)
            problems = [f"{where}, {text}" for text in _problems(request.batch, answer)]
        except ConnectionError as error:
            self._lost = True
            problems = [f"{where}: {error}"]
        except (TimeoutError, ModelServerError) as error:
            problems = [f"{where}: {error}"]
        except (KeyError, TypeError, ValueError) as error:  # other outputs, or of other types
            problems = [f"{where}: the answer cannot be read: {error!r}"]
        seconds = time.perf_counter() - started
        self.seconds.setdefault((request.signature, protocol), []).append(seconds)
        self.problems += problems
        return {} if problems else answer

    def _compare(
        self,
        request: PredictRequest,
        protocol: str,
        first: Mapping[str, np.ndarray],
        second: Mapping[str, np.ndarray],
    ) -> None:
        for name, values in first.items():
            if values.shape != second[name].shape:
                self.problems.append(
                    f"{request.signature} over {_NAMES[protocol]}, {name}: shape "
                    f"{list(second[name].shape)} and not {list(values.shape)}"
                )
            elif np.issubdtype(values.dtype, np.number):
                gaps = np.abs(values.astype(float) - second[name].astype(float))
                self.largest_difference = float(gaps.max(initial=self.largest_difference or 0.0))


def _problems(batch: int, answer: Mapping[str, np.ndarray]) -> list[str]:
    problems = []
    for name, values in sorted(answer.items()):
        if values.shape[:1] != (batch,):
            problems.append(f"{name}: shape {list(values.shape)} for a batch of {batch}")
        elif np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            problems.append(f"{name}: not finite")
    return problems or ([] if answer else ["no outputs"])
