"""Where does this sound come from? Asked of videos in which several things sound.

The questions have the form of one's own boxes of `ots evaluate localisation-benchmark --dataset
folder`, and are read from `boxes.json` beside the videos:

- of two objects that sound together, in one picture, each with its own sound alone (IIoU);
- of two that sound one after the other, in two moments of one `scene` (does the map follow?);
- of one that falls silent, in a moment before, and in one behind, where nothing sounds;
- of one that sounds alone, in the middle of the video.
"""

from __future__ import annotations

import pathlib
import wave
from typing import Any

import numpy as np

from objects_that_sound.components.generated_videos.scene import Scene
from objects_that_sound.components.generated_videos.soundtrack import make_soundtrack
from objects_that_sound.models.whole_file import whole_file

SOUNDS = ".sounds"
"""Hidden, so that no pipeline takes what is in it for videos."""


def ask(scene: Scene, annotation: dict) -> list[dict[str, Any]]:
    """Makes the questions of a scene.

    Args:
        scene: the scene.
        annotation: its ground truth; see `annotate`.

    Returns:
        Rows of `boxes.json`.
    """
    questions = []
    for moment in scene.story.moments:
        asked: dict[str, Any] = {"file": scene.name, "time": round(moment, 3)}
        if scene.story.plot == "in turn":
            asked["scene"] = scene.name
        sounding = scene.story.sounding(moment)
        for place in sounding:
            label = scene.labels[place]
            question = {
                **asked,
                "class": label,
                "boxes": [_box(annotation["objects"][place], asked["time"])],
            }
            if len(sounding) > 1:
                question |= {"source": label, "sound": sound_file(scene, place)}
            questions.append(question)
        if not sounding:
            questions.append({**asked, "boxes": []})
    return questions


def sound_file(scene: Scene, place: int) -> str:
    """Path, from the folder of the videos, of the sound of one object alone."""
    return f"{SOUNDS}/{pathlib.PurePath(scene.name).stem}_{place}.wav"


def write_sounds(scene: Scene, directory: pathlib.Path) -> None:
    """Writes the sound of each object alone, where several sound at once.

    Args:
        scene: the scene.
        directory: folder of the videos.
    """
    if scene.story.plot != "together":
        return
    (directory / SOUNDS).mkdir(exist_ok=True)
    for place in range(scene.story.sounding_objects):
        # Of one channel: where a sound comes from is not to be heard.
        sound = make_soundtrack(scene, place).mean(axis=0)  # [samples]
        _write_wav(directory / sound_file(scene, place), sound, scene.sample_rate)


def _box(item: dict, time: float) -> list[float]:
    entry = int(np.searchsorted(item["times"], time, side="right")) - 1
    ymin, xmin, ymax, xmax = item["boxes"][entry]
    return [xmin, ymin, xmax, ymax]


def _write_wav(path: pathlib.Path, sound: np.ndarray, rate: int) -> None:
    with whole_file(path) as unfinished, wave.open(str(unfinished), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
