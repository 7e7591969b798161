"""What `ots.load` takes, and what it imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

import objects_that_sound as ots


@pytest.mark.parametrize(
    ("address", "client", "server"),
    [
        ("localhost:8500", "GrpcClient", "localhost:8500"),
        ("grpc://host:1/", "GrpcClient", "host:1"),
        ("grpcs://host:1", "GrpcClient", "host:1"),
        ("http://[::1]:8501", "RestClient", "[::1]:8501"),
        ("https://host:8501", "RestClient", "host:8501"),
    ],
)
def test_an_address_says_its_protocol(address, client, server):
    with ots.load(address, "index") as model:
        assert type(model.client).__name__ == client
        assert (model.client.server, model.client.model_name) == (server, "index")


def test_what_is_no_model_is_told(tmp_path, model_folder):
    with pytest.raises(FileNotFoundError, match="no model in"):
        ots.load(tmp_path)
    with pytest.raises(ValueError, match="http://localhost has no port"):
        ots.load("http://localhost")
    with pytest.raises(ValueError, match="they begin with grpc://"):
        ots.load("ftp://host:21")
    with pytest.raises(ConnectionError, match=r"no model server at 127\.0\.0\.1:1"):
        ots.load("http://127.0.0.1:1", options=ots.ClientOptions(retries=0)).embed_image(b"")


def test_a_version_and_a_folder_of_versions_are_the_same_model(model_folder):
    for folder in (model_folder, str(model_folder / "1")):
        with ots.load(folder) as model:
            assert model.client.folder == str(model_folder / "1")
            assert model.description.embedding_size == 2


def _modules_after(code: str) -> tuple[set[str], str]:
    """Top-level names of what the code imports, and all that it prints."""
    code += "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *printed, modules = done.stdout.splitlines()
    return set(modules.split()), "\n".join(printed) + done.stderr


def test_importing_the_interface_imports_nothing_heavy():
    modules, printed = _modules_after("import objects_that_sound as ots; ots.load, ots.Model")
    assert not modules & {"tensorflow", "tfx", "keras", "apache_beam", "matplotlib", "PIL"}
    assert printed == ""


def test_a_model_in_this_process_needs_no_tfx_and_prints_nothing(model_folder, video_file):
    modules, printed = _modules_after(
        "import objects_that_sound as ots\n"
        f"model = ots.load({str(model_folder)!r})\n"
        f"assert model.embed_video({str(video_file)!r}).image.shape[1] == 2"
    )
    assert not modules & {"tfx", "apache_beam", "tensorflow_model_analysis"}
    assert printed == ""


def test_all_that_is_offered_is_there():
    assert set(ots.__all__) == set(ots._MODULES)
    assert all(getattr(ots, name).__doc__ for name in ots.__all__)
    assert set(ots.__all__) <= set(dir(ots))
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        ots.train  # noqa: B018
