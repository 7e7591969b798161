"""The installed project, used from a folder with `models/`, `components/` and `serving/` of its own."""

from __future__ import annotations

import os
import pathlib
import shutil
import socket
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
USERS_OWN = ("models", "api", "components", "serving", "tfx_pipeline")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    """A user's folder, whose own packages must not be imported by us."""
    folder = tmp_path_factory.mktemp("user")
    for name in USERS_OWN:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise ImportError('not our {name}')\n")
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> pathlib.Path:
    """A copy of the repository: setuptools leaves folders of its own in what it builds from."""
    source = tmp_path_factory.mktemp("built") / "source"
    ignored = shutil.ignore_patterns(".git", ".venv*", "build", "runs", "tests", "__pycache__")
    shutil.copytree(REPOSITORY, source, ignore=ignored)
    return source


def _uv(*arguments: str | pathlib.Path) -> None:
    uv = pathlib.Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("there is no uv")
    done = subprocess.run(
        [uv, *arguments],
        env=os.environ | {"VIRTUAL_ENV": sys.prefix},
        capture_output=True,
        text=True,
    )
    if done.returncode and "error sending request" in done.stderr:
        pytest.skip("the package registry can't be reached")
    assert done.returncode == 0, done.stderr


def _runner(python: str | pathlib.Path, folder: pathlib.Path, site: pathlib.Path, **environment):
    """`run(*arguments)`: runs that Python in the folder, with our packages in `site`."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [python, *arguments],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = run("-c", "import objects_that_sound.models.examples as e; print(e.__file__)")
    assert pathlib.Path(where.strip()).is_relative_to(site)
    return run


@pytest.fixture(scope="module")
def run(folder, source):
    """Runs Python in that folder; our packages come from a wheel, the others from here."""
    site = source.parent / "site"
    _uv("pip", "install", "--quiet", "--no-deps", "--target", site, source)
    return _runner(sys.executable, folder, site, PYTHONPATH=str(site))


@pytest.fixture(scope="module")
def run_anew(folder, source):
    """Runs Python in that folder, in a new environment that has the wheel and what it asks for."""
    environment, wheels = source.parent / "environment", source.parent / "wheels"
    python = environment / "bin" / "python"
    line = "py311-tfx1.16" if sys.version_info[:2] == (3, 11) else "py313-tfx1.21"
    _uv("build", "--quiet", "--wheel", "--out-dir", wheels, source)
    _uv("venv", "--quiet", "--python", sys.executable, environment)
    _uv(
        *("pip", "install", "--quiet", "--python", python),
        *("--constraint", source / "constraints" / f"{line}.txt"),
        *(source / "third_party" / "pyfarmhash", *wheels.glob("*.whl")),
    )
    return _runner(python, folder, environment)


def test_decoders_are_ours(run, folder):
    ots = ("-m", "objects_that_sound.tfx_pipeline.cli")
    run(*ots, "videos", "generate", "videos", "--count", "1", "--seconds", "2", "--quiet")
    code = (
        "from objects_that_sound.components.media.clips import read_clips;"
        "import glob; print(len(read_clips(glob.glob('videos/*.mp4')[0], [1.0], image_size=72,"
        " sample_rate=8000)))"
    )
    assert run("-c", code).strip() == "1"


def test_the_interface_for_ones_own_code_is_ours(run):
    code = "import objects_that_sound as ots; print(ots.load.__module__, ots.Model.__module__)"
    assert run("-c", code).split() == [
        "objects_that_sound.api.load",
        "objects_that_sound.api.model",
    ]


@pytest.mark.slow
def test_in_a_new_environment_a_model_is_trained_served_and_asked(run_anew, folder):
    run, ots = run_anew, ("-m", "objects_that_sound.tfx_pipeline.cli")
    run(*ots, "videos", "generate", "raw", "--count", "24", "--seconds", "3", "--quiet")
    assert "24 of 24 videos can be used" in run(*ots, "videos", "check", "raw")
    output = run(*ots, "run", "--videos", "raw", "--root", "root", "--preset", "smoke")
    assert "Pushed" in output
    asked = (
        "import objects_that_sound as ots\n"
        "model = ots.load('root/serving/objects-that-sound')\n"
        "times, image, audio, failed = model.embed_video('raw/video_00000.mp4')\n"
        "print(len(times), len(image), len(audio), len(failed))"
    )
    assert run("-c", asked).split() == ["3", "3", "3", "0"]
    served = folder / "root" / "serving" / "objects-that-sound"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # The run has served the model from such a process; so does a user.
    code = (
        "import subprocess, sys\n"
        f"server = subprocess.Popen([sys.executable, *{ots!r}, 'serve', '--port=0',"
        f" '--rest_api_port={port}', '--bind_address=127.0.0.1', '--model_base_path={served}',"
        " '--model_name=objects-that-sound'], stdout=subprocess.PIPE, text=True)\n"
        "line = next(line for line in server.stdout if 'REST' in line)\n"
        "server.terminate(); server.wait(); print(line)"
    )
    assert str(port) in run("-c", code)
