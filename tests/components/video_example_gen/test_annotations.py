"""Annotations: boxes by time, and broken files."""

from __future__ import annotations

import json

import pytest

from objects_that_sound.components.video_example_gen.annotations import read_annotations

_BELL = {
    "label": "bell",
    "sounding": True,
    "times": [0.0, 0.04, 0.12],
    "boxes": [[0, 0, 0.5, 0.5], [0.1, 0, 0.5, 0.5], [0.2, 0, 0.5, 0.5]],
}
_DRUM = {"label": "drum", "sounding": False, "times": [0.0], "boxes": [[0, 0.5, 1, 1]]}


def _read(*rows: object) -> dict:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return read_annotations(lines, "folder/annotations.jsonl")


def test_box_is_the_last_one_not_later():
    found = _read({"video": "a.mp4", "label": "bell", "objects": [_DRUM, _BELL]}, "\n")["a.mp4"]
    assert found.label == "bell"
    assert found.visible_labels == ["bell", "drum"]
    tops = [found.box_at(time)[0] for time in (0.0, 0.039, 0.04, 0.1, 0.12, 9.0)]
    assert tops == [0, 0, 0.1, 0.1, 0.2, 0.2]
    assert found.box_at(-0.01) is None


def test_nothing_sounding_has_no_box():
    found = _read({"video": "a.mp4", "objects": [_DRUM]})["a.mp4"]
    assert (found.label, found.box_at(1.0)) == ("", None)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "Expecting"),
        ("[1]", "not an object"),
        ({"label": "bell"}, "'video'"),
        ({"video": 3}, "video must be text"),
        ({"video": "b", "objects": [{**_BELL, "times": [0.0]}]}, "1 times but 3 boxes"),
        ({"video": "b", "objects": [{**_DRUM, "boxes": [[0, 0, 2, 1]]}]}, "within 0..1"),
        ({"video": "b", "objects": [{**_BELL, "times": [0.2, 0.1, 0.3]}]}, "ascend"),
    ],
)
def test_broken_line_is_named(row, message):
    with pytest.raises(ValueError, match=f"folder/annotations.jsonl, line 2: .*{message}"):
        _read({"video": "a.mp4", "objects": []}, row)
