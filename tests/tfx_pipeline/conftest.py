"""Runs of one pipeline for all tests, under one root: generated videos and broken files."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import av
import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.tfx_pipeline.cli import main

GOOD = 24
_SEED = 9
"""With it, two of the videos held back for evaluation are of one class: retrieval has queries."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What `ots run` left behind.

    Attributes:
        exit_code: of the command.
        output: of the command, stdout and stderr.
        report: content of report.json.
        versions: folders that the model server would serve.
    """

    exit_code: int
    output: str
    report: dict[str, Any]
    versions: tuple[str, ...]


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of good videos, and of four files that are none."""
    folder = tmp_path_factory.mktemp("pipeline") / "videos [1]"
    generate_videos(folder, count=GOOD, seed=_SEED, seconds=3.0, workers=1, progress=False)
    good = sorted(folder.glob("*.mp4"))[0]
    content = good.read_bytes()
    (folder / "truncated.mp4").write_bytes(content[: len(content) // 2])
    (folder / "text.mp4").write_text("These are notes, not a video.\n")
    (folder / "empty.mp4").touch()
    _copy_without_sound(good, folder / "no_sound.mp4")
    return folder


def _copy_without_sound(source: pathlib.Path, target: pathlib.Path) -> None:
    with av.open(str(source)) as there, av.open(str(target), "w") as here:
        stream = here.add_stream_from_template(there.streams.video[0])
        for packet in there.demux(there.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                here.mux(packet)


@pytest.fixture(scope="session")
def root(videos: pathlib.Path) -> pathlib.Path:
    """The root of all runs; its name has all but what is refused."""
    return videos.parent / "root (1) #é;'\"%20 {x}"


@pytest.fixture(scope="session")
def run_pipeline() -> Callable[..., Run]:
    """Runs `ots run`, or another command, on VIDEOS under ROOT, with the preset `smoke`."""

    def run(videos: pathlib.Path, root: pathlib.Path, *options: str, command: str = "run") -> Run:
        arguments = [command, "--videos", str(videos), "--root", str(root), "--preset", "smoke"]
        result = CliRunner().invoke(main, [*arguments, *options])
        served = root / "serving" / "objects-that-sound"
        return Run(
            result.exit_code,
            result.output,
            json.loads((root / "report.json").read_text()),
            tuple(sorted(path.name for path in served.iterdir())),
        )

    return run


@pytest.fixture(scope="session")
def first_run(run_pipeline, videos: pathlib.Path, root: pathlib.Path) -> Run:
    """A run on an empty root."""
    return run_pipeline(videos, root)


@pytest.fixture(scope="session")
def refused_run(run_pipeline, videos: pathlib.Path, root: pathlib.Path, first_run: Run) -> Run:
    """The same once more, but with a threshold that no model reaches here."""
    return run_pipeline(videos, root, "--threshold", "avc:avc_accuracy>=1")


@pytest.fixture(scope="session")
def repeated_run(run_pipeline, videos: pathlib.Path, root: pathlib.Path, refused_run: Run) -> Run:
    """The first one once more."""
    return run_pipeline(videos, root)


@pytest.fixture
def invented_evaluator(monkeypatch: pytest.MonkeyPatch) -> Evaluator:
    """Adds the evaluator in the folder of that name to the registry."""
    monkeypatch.syspath_prepend(pathlib.Path(__file__).parent)
    from invented_evaluator.evaluator import NOISE

    monkeypatch.setitem(EVALUATORS, NOISE.name, NOISE)  # the one line
    return NOISE
