"""The file of --model_config_file, and its re-polling."""

from __future__ import annotations

import logging
import pathlib
import threading

from tensorflow_serving.config import model_server_config_pb2

from objects_that_sound.serving.model_server import text_proto
from objects_that_sound.serving.model_server.model_config import ModelConfig, parse_model_configs
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)


class ModelConfigFile:
    """A ModelServerConfig as text; followed while the server runs, if asked to."""

    def __init__(self, path: pathlib.Path):
        self._path = path
        self._applied: str | None = None
        self._last_complaint = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self) -> dict[str, ModelConfig]:
        """The models that it lists now.

        Raises:
            ValueError: it cannot be read or is no ModelServerConfig.
            ServingError: it asks for what cannot be.
        """
        self._applied = self._path.read_text()
        return self._parse(self._applied)

    def follow(self, registry: ModelRegistry, poll_wait_seconds: float) -> None:
        """Begins to hand the models to `registry` whenever the file has changed."""
        self._thread = threading.Thread(
            target=self._watch,
            args=(registry, poll_wait_seconds),
            name="config-watcher",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stops following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def poll(self, registry: ModelRegistry) -> None:
        """Looks at the file once. What is wrong with it is logged and changes nothing."""
        try:
            text = self._path.read_text()
            if text == self._applied:
                return
            registry.reload(self._parse(text))
        except (OSError, ValueError, ServingError) as error:
            # Not remembered as applied: tried again at every poll, as TensorFlow Serving does.
            if str(error) != self._last_complaint:
                _LOG.error("the new model config is not taken: %s", error)
            self._last_complaint = str(error)
            return
        self._applied, self._last_complaint = text, ""
        _LOG.info("took the new model config of %s", self._path)

    def _parse(self, text: str) -> dict[str, ModelConfig]:
        proto = model_server_config_pb2.ModelServerConfig()
        text_proto.parse_text(text, f"--model_config_file {self._path}", proto)
        return parse_model_configs(proto)

    def _watch(self, registry: ModelRegistry, poll_wait_seconds: float) -> None:
        while not self._stop.wait(poll_wait_seconds):
            try:
                self.poll(registry)
            except Exception:  # the watcher must outlive whatever a file system does
                _LOG.exception("looking at %s failed", self._path)
