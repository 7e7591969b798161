"""Whether the server can answer: the state behind grpc.health.v1 and REST's /readyz."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from grpc_health.v1 import health, health_pb2

_STATUS = health_pb2.HealthCheckResponse.ServingStatus
_SERVICES = ("", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService")


class Health:
    """Serving once every model has a version, until the server is stopped.

    Attributes:
        servicer: of grpc.health.v1.Health, for "", the two services, and each model by its name.
    """

    def __init__(self) -> None:
        self.servicer = health.HealthServicer()
        self._lock = threading.Lock()
        self._models: dict[str, bool] = {}
        self._stopping = False
        self.update({})

    @property
    def is_ready(self) -> bool:
        """Whether every model has a version that is served, and the server is not stopping."""
        with self._lock:
            return self._is_ready()

    def update(self, models: Mapping[str, bool]) -> None:
        """Takes note of which models have a version that is served."""
        with self._lock:
            gone = set(self._models) - set(models)
            self._models = dict(models)
            for service in _SERVICES:
                self._set(service, self._is_ready())
            for name, available in models.items():
                self._set(name, available)
            for name in gone:
                self.servicer.set(name, _STATUS.Value("SERVICE_UNKNOWN"))

    def stop(self) -> None:
        """From now on the server takes no new requests."""
        with self._lock:
            self._stopping = True
        self.servicer.enter_graceful_shutdown()

    def _is_ready(self) -> bool:
        return not self._stopping and bool(self._models) and all(self._models.values())

    def _set(self, service: str, serving: bool) -> None:
        self.servicer.set(service, _STATUS.Value("SERVING" if serving else "NOT_SERVING"))
