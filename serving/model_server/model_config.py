"""The models to serve, as a ModelServerConfig lists them."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping

import grpc
from tensorflow_serving.config import model_server_config_pb2

from objects_that_sound.serving.model_server.remote_base_path import (
    RemoteBasePath,
    base_path_of,
)
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_policy import VersionPolicy

_PLATFORM = "tensorflow"


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """One model.

    Attributes:
        name: the name in requests.
        base_path: the folder of numbered folders.
        policy: which versions are served.
        labels: versions by label, such as {"stable": 1, "canary": 2}.
    """

    name: str
    base_path: pathlib.Path | RemoteBasePath
    policy: VersionPolicy = dataclasses.field(default_factory=VersionPolicy)
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)


def parse_model_configs(
    config: model_server_config_pb2.ModelServerConfig,
) -> dict[str, ModelConfig]:
    """The models of a ModelServerConfig, by name, in its order; empty for an empty one.

    Raises:
        ServingError: INVALID_ARGUMENT, it lists a model twice, lacks what is needed, or asks for
            another platform; UNIMPLEMENTED, it asks for what this server does not have.
    """
    if config.WhichOneof("config") == "custom_model_config":
        raise _unimplemented("custom_model_config")
    models: dict[str, ModelConfig] = {}
    for listed in config.model_config_list.config:
        if listed.name in models:
            raise ServingError.invalid_argument(
                f"Illegal to list model {listed.name} multiple times in config list"
            )
        models[listed.name] = _parse(listed)
    return models


def _parse(listed: model_server_config_pb2.ModelConfig) -> ModelConfig:
    if not listed.name:
        raise ServingError.invalid_argument("a model in the config list has no name")
    if listed.HasField("logging_config"):
        raise _unimplemented(f"logging_config (of model {listed.name})")
    if listed.model_platform and listed.model_type:
        raise ServingError.invalid_argument(
            f"model {listed.name}: Illegal setting both ModelServerConfig::model_type(deprecated) "
            "and model_platform."
        )
    platform = listed.model_platform or (
        _PLATFORM if listed.model_type == model_server_config_pb2.TENSORFLOW else ""
    )
    if platform != _PLATFORM:
        raise ServingError.invalid_argument(
            f"model {listed.name} has the platform {platform!r}; write "
            f'model_platform: "{_PLATFORM}", the only one there is here'
        )
    try:
        base_path = base_path_of(listed.base_path)
    except ValueError as error:
        raise ServingError(
            grpc.StatusCode.UNIMPLEMENTED, f"base_path of model {listed.name}: {error}"
        ) from error
    if isinstance(base_path, pathlib.Path) and not base_path.is_absolute():
        raise ServingError.invalid_argument(
            f"Expected model {listed.name} to have an absolute path or URI; got base_path()="
            f"{listed.base_path}"
        )
    policy = VersionPolicy.from_proto(listed.model_version_policy)
    return ModelConfig(listed.name, base_path, policy, dict(listed.version_labels))


def _unimplemented(what: str) -> ServingError:
    return ServingError(
        grpc.StatusCode.UNIMPLEMENTED, f"{what} is not implemented by this model server"
    )
