"""Loads a trained model, or finds the server that has it."""

from __future__ import annotations

import dataclasses
import os
import re
import warnings
from typing import TYPE_CHECKING

from objects_that_sound.api.model import Model
from objects_that_sound.serving.client.client_options import ClientOptions
from objects_that_sound.serving.client.connect import connect

if TYPE_CHECKING:
    from objects_that_sound.serving.client.model_client import ModelClient

_PROTOCOLS = {"": "grpc", "grpc": "grpc", "grpcs": "grpc", "http": "rest", "https": "rest"}
_ENCRYPTED = {"grpcs", "https"}
_ADDRESS = re.compile(r"(?:(\w+)://)?((?:\[[0-9a-fA-F:]+\]|[^\s/:\[\]]+):\d+)/?")


def load(
    where: str | os.PathLike,
    name: str = "objects-that-sound",
    *,
    timeout: float = 30.0,
    options: ClientOptions | None = None,
) -> Model:
    """Loads a trained model, or an index, into this process, or finds the server that has it.

    Args:
        where: folder of a pushed model or of one of its versions, of a Model artifact, or of any
            SavedModel; or a server: `host:port` or `grpc://host:port` for gRPC, `http://host:port`
            for REST, `grpcs://` and `https://` with TLS.
        name: name that a server has it under.
        timeout: seconds to wait for each answer of a server.
        options: token, authorities and version for a server.

    Raises:
        FileNotFoundError: there is no model in the folder.
        ValueError: the address is of an unknown kind, or has no port.
    """
    where = os.fspath(where)
    # TensorFlow and Google's packages print half a page when they are imported; what the user set
    # in the environment wins.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return Model(_server(where, name, timeout, options) or _in_process(where))


def _server(
    where: str, name: str, timeout: float, options: ClientOptions | None
) -> ModelClient | None:
    address = _ADDRESS.fullmatch(where)
    if address is None and where.partition("://")[0] in _PROTOCOLS and "://" in where:
        raise ValueError(f"{where} has no port: give one, as in http://localhost:8501")
    if address is None or os.path.exists(where):
        return None
    scheme = address[1] or ""
    if scheme not in _PROTOCOLS:
        known = ", ".join(f"{one}://" for one in _PROTOCOLS if one)
        raise ValueError(f"{where} is no address of a model server: they begin with {known}")
    options = options or ClientOptions()
    if scheme in _ENCRYPTED:
        options = dataclasses.replace(options, tls=True)
    return connect(name, address[2], _PROTOCOLS[scheme], timeout, options)


def _in_process(where: str) -> ModelClient:
    from objects_that_sound.api.in_process_client import InProcessClient

    return InProcessClient(where)
