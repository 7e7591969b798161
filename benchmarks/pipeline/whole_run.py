"""The whole `ots run` against one plain script that computes the same.

The two go one after the other, for many minutes, in which a machine that others use too may become
faster or slower. So a fixed piece of work is timed before, between and after them.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.cpu_time import cpu_time
from benchmarks.pipeline.fixed_work import fixed_work
from benchmarks.pipeline.process_tree import lines_and_seconds
from benchmarks.serving.target import Target

_LIMIT = 1.15
_NO_BOUNDS = ("avc:avc_accuracy", "retrieval:ndcg_image_audio", "retrieval:ndcg_audio_image")
"""Metrics that the preset bounds: any model is to be pushed and indexed."""

_SAME = {
    "import": ("start",),
    "decode": ("VideoExampleGen",),
    "train": ("Trainer",),
    "correspondence": ("AvcPairGen", "AvcEvaluator"),
    "baselines": ("BaselineEvaluator",),
    "embed": ("SearchIndexer",),
    "retrieval": ("RetrievalEvaluator",),
    "localise": ("LocalisationEvaluator",),
}
"""Stages of the plain script, and the stages of the run that do the same work."""


def measure(folder: pathlib.Path, videos: str, patterns: dict[str, str], steps: int) -> Target:
    """Runs both, each in a fresh process, and prints a table by stage.

    Args:
        folder: folder for everything; empty.
        videos: folder of videos.
        patterns: `group_regex` and `label_regex` of their names.
        steps: of training.

    Returns:
        How many times the plain script's CPU time the run takes, on a machine of one speed.

    Raises:
        RuntimeError: the two did not do the same work, or the run did not push.
        subprocess.CalledProcessError: one of them failed.
    """
    # What is compiled for the first import of a fresh environment is no work of either.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    imports = (
        "import benchmarks.pipeline.plain_script, objects_that_sound.tfx_pipeline.local_runner"
    )
    subprocess.run(
        [sys.executable, "-c", imports], env=environment, check=True, capture_output=True
    )
    work = fixed_work(folder / "fixed_work")
    before = cpu_time(work)
    root = folder / "run"
    run = dict(_run_stages(root, videos, patterns, steps, environment))
    between = cpu_time(work)
    script, did = _script_stages(folder, root, patterns, steps, environment)
    after = cpu_time(work)
    _check_same_work(root, did)
    _print_table(run, script)
    print(
        f"CPU seconds of a fixed piece of work: {before:.1f} before the run, {between:.1f} between "
        f"the two, {after:.1f} after the plain script"
    )
    slower = (before + between) / (between + after)  # the machine, while the run went on
    ratio = sum(run.values()) / sum(script.values()) / slower
    return Target("whole run / plain script, CPU time", ratio, _LIMIT)


def _run_stages(
    root: pathlib.Path,
    videos: str,
    patterns: dict[str, str],
    steps: int,
    environment: dict[str, str],
) -> Iterator[tuple[str, float]]:
    command = [os.path.join(os.path.dirname(sys.executable), "ots"), "run"]
    command += [f"--videos={videos}", f"--root={root}"]
    command += [f"--{name.replace('_', '-')}={text}" for name, text in patterns.items() if text]
    settings = (f"steps={steps}", "minutes=0", "learning_rate_decay=cosine")
    command += [f"--set=training.{one}" for one in settings]
    command += [f"--threshold={metric}:no_loss" for metric in _NO_BOUNDS]
    stage, begun = "start", 0.0
    for line, seconds in lines_and_seconds(command, environment, "stderr"):
        named = re.fullmatch(r"── (\S+)", line or "")
        if named or line is None:
            yield stage, seconds - begun
            begun = seconds
        if named:
            stage = named[1]


def _script_stages(
    folder: pathlib.Path,
    root: pathlib.Path,
    patterns: dict[str, str],
    steps: int,
    environment: dict[str, str],
) -> tuple[dict[str, float], dict[str, object]]:
    """Seconds by stage, and what the script says that it did."""
    [listed] = root.glob("artifacts/VideoExampleGen/examples/*/videos.jsonl")
    work = folder / "script"
    work.mkdir()
    command = [sys.executable, "-m", "benchmarks.pipeline.plain_script"]
    command += [str(listed), str(steps), str(work), json.dumps(patterns)]
    stages: dict[str, float] = {}
    did: dict[str, object] = {}
    begun = 0.0
    for line, seconds in lines_and_seconds(command, environment, "stdout"):
        if line is not None:
            told = json.loads(line)
            stage, seconds = told.pop("stage"), told.pop("cpu_seconds")
            stages[stage] = seconds - begun
            begun = seconds
            did |= told
    return stages, did


def _check_same_work(root: pathlib.Path, did: dict[str, object]) -> None:
    report = json.loads((root / "report.json").read_text())
    if report["pushed_version"] is None:
        raise RuntimeError("the run pushed nothing, so that SearchIndexer had nothing to do")

    def left(pattern: str) -> dict:
        [path] = root.glob(f"artifacts/{pattern}")
        return json.loads(path.read_text())

    examples = report["data"]["num_examples"]
    done = {
        "examples": examples,
        "steps": report["history"]["curves"]["step"][-1],
        "pairs": left("AvcPairGen/pairs/*/pairs.json")["num_pairs"],
        "embedded": examples,
        "frames": left("LocalisationEvaluator/evaluation/*/metrics.json")["details"]["num_frames"],
    }
    if did != done:
        raise RuntimeError(f"the run did {done}, the plain script {did}")
    print(", ".join(f"{number} {what}" for what, number in done.items()))


def _print_table(run: dict[str, float], script: dict[str, float]) -> None:
    print("CPU seconds by stage: the run, the plain script")
    for stage, seconds in script.items():
        names = _SAME[stage]
        print(f"  {' + '.join(names):32}{sum(run[name] for name in names):8.1f}{seconds:8.1f}")
    same = {name for names in _SAME.values() for name in names}
    for name, seconds in run.items():
        if name not in same:
            print(f"  {name:32}{seconds:8.1f}{'-':>8}")
    print(f"  {'all':32}{sum(run.values()):8.1f}{sum(script.values()):8.1f}")
