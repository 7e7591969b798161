"""Short overlay videos of clips that the model did not learn from."""

from __future__ import annotations

import dataclasses
import os
import pathlib

from objects_that_sound.components.evaluation.json_file import read_json, write_json

_FOLDER = "held_out_clips"
_FILE = "clips.json"


@dataclasses.dataclass(frozen=True)
class HeldOutClip:
    """An overlay video, and one of its frames.

    Attributes:
        video_id: of the video that it is a part of.
        start: second of that video at which it begins.
        video: name of the MP4 in the folder: frame, map over the frame, and map, side by side.
        poster: name of a JPEG in the folder, a frame of the MP4.
        score: mean probability, over its frames, that picture and sound correspond.
    """

    video_id: str
    start: float
    video: str
    poster: str
    score: float


def held_out_clips_folder(root: str | pathlib.Path, model: str) -> str:
    """The folder that keeps the clips of a model.

    Args:
        root: folder of the run.
        model: folder of the Model artifact.
    """
    return os.path.join(root, _FOLDER, os.path.basename(model.rstrip("/")))


def write_held_out_clips(folder: str, clips: list[HeldOutClip]) -> None:
    """Writes which clips a folder has."""
    write_json(os.path.join(folder, _FILE), [dataclasses.asdict(one) for one in clips])


def read_held_out_clips(root: str | pathlib.Path, model: str) -> tuple[HeldOutClip, ...] | None:
    """Reads which clips of a model there are; None where nobody made any."""
    if not model:
        return None
    rows = read_json(os.path.join(held_out_clips_folder(root, model), _FILE))
    return None if rows is None else tuple(HeldOutClip(**row) for row in rows)
