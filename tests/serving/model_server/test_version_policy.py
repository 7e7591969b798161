"""Which versions are served."""

from __future__ import annotations

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from objects_that_sound.serving.model_server.version_policy import VersionPolicy


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", {10}),
        ("latest {}", {10}),
        ("latest { num_versions: 2 }", {3, 10}),
        ("latest { num_versions: 9 }", {2, 3, 10}),
        ("all {}", {2, 3, 10}),
        ("specific { versions: 2 versions: 4 }", {2}),
    ],
)
def test_selects(text: str, selected: set[int]):
    config = text_format.Parse(
        f"model_version_policy {{ {text} }}", model_server_config_pb2.ModelConfig()
    )
    policy = VersionPolicy.from_proto(config.model_version_policy)
    assert policy.select({3, 10, 2}) == selected
    assert policy.select(set()) == set()
