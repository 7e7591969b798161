"""README's example of one's own code, in this process and against a server over both protocols."""

from __future__ import annotations

import pathlib
import re
import shutil

import numpy as np
import pytest
from PIL import Image

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
_FOLDERS = ("runs/demo/serving/objects-that-sound", "runs/demo/serving/search")


@pytest.fixture
def example() -> str:
    """The first block of Python."""
    return re.search(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)[1]


def test_it_runs(example, where, video_file, sound_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(video_file, "some.mp4")
    shutil.copy(sound_file, "second.wav")
    for name in ("frame.jpg", "other.png"):
        Image.new("RGB", (40, 30), (51, 51, 51)).save(name)
    for folder in _FOLDERS:
        assert f'ots.load("{folder}")' in example
        example = example.replace(folder, where)
    found: dict = {}
    exec(example, found)
    assert found["image"].shape == found["audio"].shape == (len(found["times"]), 2)
    assert found["vectors"] == pytest.approx(np.array([[0.2, 0.98]] * 2), abs=0.01)
    assert found["seconds"].times == pytest.approx([0.5, 1.5, 2.5])
    assert 0 < found["score"] < 1
    assert found["scores"].scores.shape == found["scores"].times.shape
    assert found["found"].peak == (0.375, 0.6875)
    assert found["sounds"][0].id == "a <b>.mp4"
    found["model"].close()
    found["index"].close()
