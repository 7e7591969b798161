"""A version, or a label, is asked for: in Python and on the command line, over gRPC and REST."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import numpy as np
import pytest
from click.testing import CliRunner

from objects_that_sound.serving.client.client_options import ClientOptions
from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

PROTOCOLS = ("grpc", "rest")


@pytest.fixture(scope="module")
def addresses(save_toy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of a server of versions 1, 2 and 3 of `toy`, whose scales are their numbers."""
    root = tmp_path_factory.mktemp("versions")
    for version in (1, 2, 3):
        save_toy(root / "toy" / str(version), float(version))
    config = root / "models.config"
    config.write_text(
        f'model_config_list {{ config {{ name: "toy" base_path: "{root / "toy"}" '
        'model_platform: "tensorflow" model_version_policy { all {} } '
        'version_labels { key: "stable" value: 1 } version_labels { key: "a b/c" value: 2 } } }'
    )
    options = ModelServerOptions(
        model_config_file=config,
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
        allow_version_labels_for_unavailable_models=True,
    )
    with ModelServer(options) as server:
        yield {"grpc": f"127.0.0.1:{server.port}", "rest": f"127.0.0.1:{server.rest_api_port}"}


def _scale(addresses: dict[str, str], protocol: str, **options) -> float:
    asked = ClientOptions(retries=0, **options)
    with connect("toy", addresses[protocol], protocol, 30, asked) as client:
        return float(
            client.predict("scale_of", {"query": [b""]}, {"scale": np.float32})["scale"][0]
        )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_version_that_is_asked_for_answers(addresses, protocol):
    assert _scale(addresses, protocol) == 3
    for version in (1, 2, 3):
        assert _scale(addresses, protocol, version=version) == version
    assert _scale(addresses, protocol, version_label="stable") == 1
    assert _scale(addresses, protocol, version_label="a b/c") == 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_status_is_of_that_version(addresses, protocol):
    for asked, versions in ((None, [3, 2, 1]), (2, [2])):
        options = ClientOptions(version=asked)
        with connect("toy", addresses[protocol], protocol, 30, options) as client:
            found = [one.version for one in client.model_status()]
        assert sorted(found, reverse=True) == versions


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("asked", "words"), [({"version": 9}, "9"), ({"version_label": "new"}, "label: new")]
)
def test_what_is_not_served_is_refused_in_the_servers_words(addresses, protocol, asked, words):
    with pytest.raises(ModelServerError, match=words):
        _scale(addresses, protocol, **asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"version": -1}, "version must be in"),
        ({"version": 2**63}, "version must be in"),
        ({"version_label": ""}, "label is empty"),
        ({"version": 1, "version_label": "stable"}, "not both"),
    ],
)
def test_what_cannot_be_a_version_is_refused_at_once(asked, words):
    with pytest.raises(ValueError, match=words):
        ClientOptions(**asked)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_commands_ask_for_it(addresses, protocol, png: bytes, tmp_path: pathlib.Path):
    from objects_that_sound.tfx_pipeline.commands import embed, localise, score, search

    (tmp_path / "image.png").write_bytes(png)
    fixed = [
        *("--image", str(tmp_path / "image.png"), "--audio", str(tmp_path / "image.png")),
        *("--protocol", protocol, "--server", addresses[protocol], "--model_name", "toy"),
    ]

    def output(command, *options: str, code: int = 1) -> str:
        result = CliRunner().invoke(command, [*fixed, *options])
        assert result.exit_code == code, result.output
        return result.output

    for command in (score.command, embed.command, localise.command, search.command):
        # The toy has no signature `describe`: version 1 says so, version 9 is not there.
        assert "describe" in output(command, "--model-version", "1")
        assert "describe" in output(command, "--version-label", "stable")
        assert "9" in output(command, "--model-version", "9")
        assert "label: new" in output(command, "--version-label", "new")
        both = output(command, "--model-version", "1", "--version-label", "stable", code=2)
        assert "not both" in both
    index = ["--image", str(tmp_path / "image.png"), "--index", str(tmp_path)]
    result = CliRunner().invoke(search.command, [*index, "--model-version", "1"])
    assert result.exit_code == 2
    assert "name a version's folder" in result.output
