"""Reads the folders in which the benchmarks are published."""

from __future__ import annotations

import csv
import pathlib
import re
from collections.abc import Callable, Iterable, Sequence

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
    Clip,
    Fold,
    folds_by_name,
)

_SOUNDS = {".wav", ".flac", ".ogg", ".mp3", ".opus", ".m4a", ".aif", ".aiff"}
_OFFICIAL = "official"


def read_benchmark(dataset: str, folder: str) -> Benchmark:
    """Reads a benchmark's list of clips; no sound yet.

    Args:
        dataset: a name of `DATASETS`.
        folder: as published, unpacked. Files may be of another sound format than the list says:
            `1-2.ogg` is taken for `1-2.wav`. Files that are missing count as rejects later.

    Raises:
        BenchmarkError: the folder is not of this layout, or its folds leak.
    """
    if dataset not in DATASETS:
        raise BenchmarkError(f"{dataset!r} is no dataset: {', '.join(DATASETS)}")
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise BenchmarkError(f"{folder} is not a folder")
    return DATASETS[dataset](root)


def _esc(name: str, only_esc10: bool) -> Callable[[pathlib.Path], Benchmark]:
    def read(root: pathlib.Path) -> Benchmark:
        rows = _rows(root / "meta" / "esc50.csv", ("filename", "fold", "category"))
        if only_esc10:
            rows = [row for row in rows if row.get("esc10", "True").lower() in ("true", "1")]
        find = _Finder(root / "audio")
        clips = tuple(
            Clip(
                find(row["filename"]),
                row["filename"],
                row["category"],
                # Cuts of one recording are called FOLD-RECORDING-TAKE-TARGET.
                row.get("src_file") or _part(row["filename"], 1),
            )
            for row in rows
        )
        return Benchmark(name, clips, folds_by_name([row["fold"] for row in rows]), _OFFICIAL)

    return read


def _urbansound8k(root: pathlib.Path) -> Benchmark:
    rows = _rows(
        root / "metadata" / "UrbanSound8K.csv", ("slice_file_name", "fsID", "fold", "class")
    )
    clips = []
    for row in rows:
        name = f"fold{row['fold']}/{row['slice_file_name']}"
        find = _Finder(root / "audio" / f"fold{row['fold']}")
        clips.append(Clip(find(row["slice_file_name"]), name, row["class"], row["fsID"]))
    folds = folds_by_name([row["fold"] for row in rows])
    return Benchmark("UrbanSound8K", tuple(clips), folds, _OFFICIAL)


def _dcase2016(root: pathlib.Path) -> Benchmark:
    """TUT Acoustic Scenes 2016: meta.txt with the place, evaluation_setup/fold*_*.txt."""
    meta = _tabbed(root / "meta.txt", 3)
    number = {name: i for i, (name, _, _) in enumerate(meta)}
    find = _Finder(root)
    clips = tuple(Clip(find(name), name, label, place) for name, label, place in meta)
    folds = []
    for path in sorted((root / "evaluation_setup").glob("fold*_train.txt")):
        stem = path.name.removesuffix("_train.txt")
        tests = [path.with_name(f"{stem}_{kind}.txt") for kind in ("evaluate", "test")]
        test = next((one for one in tests if one.is_file()), tests[-1])
        sides = []
        for side in (path, test):
            names = [columns[0] for columns in _tabbed(side, 1)]
            unknown = [name for name in names if name not in number]
            if unknown:
                raise BenchmarkError(f"{side} names {unknown[0]}, which meta.txt does not")
            sides.append(tuple(number[name] for name in names))
        folds.append(Fold(stem.removeprefix("fold"), *sides))
    if not folds:
        raise BenchmarkError(f"{root / 'evaluation_setup'} holds no fold1_train.txt")
    return Benchmark("DCASE 2016", clips, tuple(folds), _OFFICIAL)


def _dcase2013(root: pathlib.Path) -> Benchmark:
    """Scene folders with files called CLASSNN.wav: one to train and one to test, or one for all."""
    folders: dict[pathlib.Path, list[pathlib.Path]] = {}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in _SOUNDS and re.fullmatch(r"[A-Za-z_-]+\d+", path.stem):
            folders.setdefault(path.parent, []).append(path)
    tests = [folder for folder in folders if re.search("test|eval", folder.name.lower())]
    trains = [folder for folder in folders if folder not in tests]
    if len(trains) != 1 or len(tests) > 1:
        raise BenchmarkError(
            f"{root}: give one folder with files like bus01.wav, and perhaps a second one with "
            f"'test' in its name; found {len(trains)} and {len(tests)}"
        )
    files = [path for folder in (*trains, *tests) for path in folders[folder]]
    names = [str(path.relative_to(root)) for path in files]
    clips = tuple(
        Clip(str(path), name, re.sub(r"[_-]*\d+$", "", path.stem), name)
        for path, name in zip(files, names, strict=True)
    )
    if tests:
        divide = len(folders[trains[0]])
        fold = Fold("test", tuple(range(divide)), tuple(range(divide, len(files))))
        return Benchmark("DCASE 2013", clips, (fold,), _OFFICIAL)
    # The public part alone has no folds: five, by the number in the name, each with all classes.
    numbers = [int(re.findall(r"\d+$", path.stem)[0]) for path in files]
    folds = folds_by_name([str((number - 1) % 5 + 1) for number in numbers])
    return Benchmark("DCASE 2013", clips, folds, "five by the number in the file name")


DATASETS: dict[str, Callable[[pathlib.Path], Benchmark]] = {
    "esc50": _esc("ESC-50", only_esc10=False),
    "esc10": _esc("ESC-10", only_esc10=True),
    "urbansound8k": _urbansound8k,
    "dcase2013": _dcase2013,
    "dcase2016": _dcase2016,
    "folder": _esc("folder", only_esc10=False),
}
"""By name, what reads a benchmark's folder; `folder` is any in ESC-50's layout."""


class _Finder:
    """Finds a file by its name, in any sound format."""

    def __init__(self, folder: pathlib.Path):
        self._folder = folder

    def __call__(self, name: str) -> str:
        path = self._folder / name
        if not path.is_file():
            for suffix in sorted(_SOUNDS):
                if path.with_suffix(suffix).is_file():
                    return str(path.with_suffix(suffix))
        return str(path)


def _rows(path: pathlib.Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise BenchmarkError(f"there is no {path}; the folder must be laid out as published")
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    missing = [column for column in columns if not rows or not rows[0].get(column)]
    if missing:
        raise BenchmarkError(f"{path} has no rows with the columns {', '.join(missing)}")
    return rows


def _tabbed(path: pathlib.Path, columns: int) -> list[list[str]]:
    if not path.is_file():
        raise BenchmarkError(f"there is no {path}; the folder must be laid out as published")
    rows: Iterable[str] = path.read_text(encoding="utf-8-sig").split("\n")
    split = [row.split("\t") for row in rows if row.strip()]
    if any(len(row) < columns for row in split):
        raise BenchmarkError(f"{path} has lines of fewer than {columns} columns")
    return [row[:columns] if columns > 1 else row for row in split]


def _part(name: str, number: int) -> str:
    """The part of FOLD-RECORDING-TAKE-TARGET.wav; the whole name where it is not called so."""
    parts = name.rsplit(".", 1)[0].split("-")
    return parts[number] if len(parts) == 4 else name
