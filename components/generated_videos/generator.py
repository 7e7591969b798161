"""Generates a folder of videos."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import multiprocessing
import pathlib
import re
import shutil
from collections.abc import Callable

import tqdm

from objects_that_sound.components.generated_videos.annotation import annotate
from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.encoder import encode
from objects_that_sound.components.generated_videos.questions import SOUNDS, ask, write_sounds
from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.story import LEAST_SECONDS
from objects_that_sound.models.whole_file import whole_file
from objects_that_sound.serving.launcher.usable_processors import usable_processors

ANNOTATIONS = "annotations.jsonl"
QUESTIONS = "boxes.json"
PARAMETERS = "generated.json"
_FORMAT = 1
"""Of what is generated; raised with every change of looks, sounds or encoding."""
_NAME = re.compile(r"video_(\d{5,})\.(mp4|webm)")


def generate_videos(
    directory: pathlib.Path | str,
    count: int,
    seed: int,
    seconds: float = 5.0,
    difficulty: Difficulty | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    progress: bool = True,
) -> int:
    """Makes a folder hold exactly `count` generated videos, their annotations and parameters.

    Where several things sound in some (`Difficulty.several_sounding`), `boxes.json` asks where in
    the picture each sound comes from; see `questions`.

    Video i depends on `seed`, i, `seconds` and `difficulty` only. Videos that are there already are
    kept if they were made with the same parameters, so an interrupted run goes on where it stopped,
    and `count` can grow (or shrink: generated videos beyond it are removed).

    Args:
        directory: made if needed.
        count: number of videos, >= 1.
        seed: of the collection, >= 0.
        seconds: length of each video, >= 1.
        difficulty: ranges to draw from; the default ones if None.
        workers: processes; all cores if None.
        overwrite: replace videos made with other parameters.
        progress: show a progress bar.

    Returns:
        How many videos were encoded; the other ones were there already.

    Raises:
        ValueError: an argument is out of range, or the folder holds videos made with other
            parameters and `overwrite` is false.
    """
    if count < 1 or seed < 0 or seconds < 1:
        raise ValueError(
            f"count and seconds must be >= 1 and seed >= 0, got {count=}, {seconds=}, {seed=}"
        )
    difficulty = difficulty or Difficulty()
    if difficulty.several_sounding and seconds < LEAST_SECONDS:
        raise ValueError(
            f"videos with several sounding things must have at least {LEAST_SECONDS} seconds, not "
            f"{seconds}"
        )
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    parameters = {
        "format": _FORMAT,
        "seed": seed,
        "seconds": seconds,
        "difficulty": json.loads(json.dumps(dataclasses.asdict(difficulty))),
    }
    _prepare(directory, parameters, count, overwrite)
    work = functools.partial(_generate_one, directory, seed, seconds, difficulty)
    known = _finished(directory)
    names = [Scene.sample(seed, index, seconds, difficulty).name for index in range(count)]
    missing = [index for index, name in enumerate(names) if name not in known]
    results = _run(work, missing, count, workers or usable_processors(), progress)
    for index, (annotation, _) in zip(missing, results, strict=True):
        known[names[index]] = json.dumps(annotation)
    _write(directory / ANNOTATIONS, "".join(known[name] + "\n" for name in names))
    if difficulty.several_sounding:
        scenes = [Scene.sample(seed, index, seconds, difficulty) for index in range(count)]
        rows = [row for scene in scenes for row in ask(scene, json.loads(known[scene.name]))]
        _write(directory / QUESTIONS, json.dumps(rows, indent=1) + "\n")
    return sum(encoded for _, encoded in results)


def _prepare(directory: pathlib.Path, parameters: dict, count: int, overwrite: bool) -> None:
    """Removes videos that do not belong, or refuses to; writes the parameters."""
    videos = {p: int(m[1]) for p in directory.iterdir() if (m := _NAME.fullmatch(p.name))}
    file = directory / PARAMETERS
    same = file.is_file() and _with_defaults(_read(file)) == parameters
    if videos and not same and not overwrite:
        raise ValueError(
            f"{directory} holds videos made with other parameters (see {PARAMETERS} there): "
            "choose another folder, or ask to overwrite them (--overwrite)"
        )
    for path, index in videos.items():
        if not same or index >= count:
            path.unlink()
    if not same:
        (directory / ANNOTATIONS).unlink(missing_ok=True)
        (directory / QUESTIONS).unlink(missing_ok=True)
        shutil.rmtree(directory / SOUNDS, ignore_errors=True)
    _write(file, json.dumps(parameters, indent=2) + "\n")


def _read(file: pathlib.Path) -> dict | None:
    try:
        return json.loads(file.read_text())
    except ValueError:  # Cut short by a full disk, say: then the parameters are unknown.
        return None


def _with_defaults(parameters: dict | None) -> dict | None:
    """Parameters as of today: a range that is younger than the folder had its default there."""
    if parameters is None or not isinstance(parameters.get("difficulty"), dict):
        return parameters
    defaults = json.loads(json.dumps(dataclasses.asdict(Difficulty())))
    return {**parameters, "difficulty": defaults | parameters["difficulty"]}


def _finished(directory: pathlib.Path) -> dict[str, str]:
    """The annotations (lines of JSON) by name, of videos that are there."""
    finished = {}
    file = directory / ANNOTATIONS
    for line in file.read_text().splitlines() if file.is_file() else []:
        with contextlib.suppress(ValueError, KeyError):  # An edited line: made again.
            name = json.loads(line)["video"]
            if (directory / name).is_file():
                finished[name] = line
    return finished


def _run(
    work: Callable[[int], tuple[dict, bool]],
    indices: list[int],
    count: int,
    workers: int,
    progress: bool,
) -> list[tuple[dict, bool]]:
    bar = functools.partial(
        tqdm.tqdm,
        total=count,
        initial=count - len(indices),
        desc="Generating videos",
        unit="video",
        disable=not progress,
    )
    workers = min(workers, len(indices))
    if workers <= 1:
        return list(bar(map(work, indices)))
    # Not forked: the caller may run TensorFlow's threads, which a forked child would deadlock on.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(bar(pool.map(work, indices, chunksize=4)))


def _generate_one(
    directory: pathlib.Path, seed: int, seconds: float, difficulty: Difficulty, index: int
) -> tuple[dict, bool]:
    scene = Scene.sample(seed, index, seconds, difficulty)
    renderer = Renderer(scene)
    path = directory / scene.name
    missing = not path.is_file()
    if missing:
        write_sounds(scene, directory)
        with whole_file(path) as unfinished:  # under a name that no pipeline takes for a video
            encode(scene, renderer, pathlib.Path(unfinished))
    return annotate(scene, renderer), missing


def _write(path: pathlib.Path, text: str) -> None:
    if path.is_file() and path.read_text() == text:
        return  # an untouched file lets pipelines see that nothing changed
    with whole_file(path) as unfinished:
        pathlib.Path(unfinished).write_text(text)
