"""Reading ModelServerConfig."""

from __future__ import annotations

import pathlib

import grpc
import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from objects_that_sound.serving.model_server.model_config import ModelConfig, parse_model_configs
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_policy import VersionPolicy


def parse(text: str) -> dict[str, ModelConfig]:
    return parse_model_configs(text_format.Parse(text, model_server_config_pb2.ModelServerConfig()))


def test_models():
    models = parse(
        """
        model_config_list {
          config { name: "a" base_path: "/m/a" model_platform: "tensorflow" }
          config {
            name: "b" base_path: "/m/b" model_platform: "tensorflow"
            model_version_policy { specific { versions: 1 versions: 2 } }
            version_labels { key: "stable" value: 1 }
            version_labels { key: "canary" value: 2 }
          }
        }
        """
    )
    assert models == {
        "a": ModelConfig("a", pathlib.Path("/m/a")),
        "b": ModelConfig(
            "b",
            pathlib.Path("/m/b"),
            VersionPolicy(specific=frozenset({1, 2})),
            {"stable": 1, "canary": 2},
        ),
    }
    assert parse("") == {}


@pytest.mark.parametrize(
    ("inner", "code", "words"),
    [
        ('name: "a" base_path: "/a"', "INVALID_ARGUMENT", "model_platform"),
        ('name: "a" base_path: "/a" model_platform: "caffe"', "INVALID_ARGUMENT", "caffe"),
        ('base_path: "/a" model_platform: "tensorflow"', "INVALID_ARGUMENT", "no name"),
        (
            'name: "a" base_path: "/a" model_platform: "tensorflow" model_type: TENSORFLOW',
            "INVALID_ARGUMENT",
            "Illegal setting both",
        ),
        (
            'name: "a" base_path: "a" model_platform: "tensorflow"',
            "INVALID_ARGUMENT",
            "absolute path",
        ),
        ('name: "a" base_path: "gs://a" model_platform: "tensorflow"', "UNIMPLEMENTED", "gs://a"),
        (
            'name: "a" base_path: "/a" model_platform: "tensorflow" logging_config {}',
            "UNIMPLEMENTED",
            "logging_config",
        ),
    ],
)
def test_what_cannot_be(inner: str, code: str, words: str):
    with pytest.raises(ServingError, match=words) as caught:
        parse(f"model_config_list {{ config {{ {inner} }} }}")
    assert caught.value.code == grpc.StatusCode[code]


def test_the_old_name_of_the_platform():
    model = 'config { name: "a" base_path: "/a" model_type: TENSORFLOW }'
    assert list(parse(f"model_config_list {{ {model} }}")) == ["a"]


def test_names_are_unique_and_custom_configs_are_not_taken():
    model = 'config { name: "a" base_path: "/a" model_platform: "tensorflow" }'
    with pytest.raises(ServingError, match="model a multiple times"):
        parse(f"model_config_list {{ {model} {model} }}")
    with pytest.raises(ServingError, match="custom_model_config is not implemented"):
        parse("custom_model_config {}")
