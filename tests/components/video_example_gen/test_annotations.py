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


def test_of_what_sounds_in_turn_each_has_its_time():
    bell = {**_BELL, "sounds": [[0.0, 2.0], [4.0, 5.0]]}
    drum = {**_DRUM, "sounding": True, "sounds": [[2.0, 3.0], [4.5, 5.0]]}
    found = _read({"video": "a.mp4", "label": "bell", "objects": [bell, drum]})["a.mp4"]
    of_bell, of_drum = (0.2, 0, 0.5, 0.5), (0, 0.5, 1, 1)
    assert [found.box_at(time) for time in (1.0, 2.0, 2.9, 4.0)] == [
        of_bell,
        of_drum,
        of_drum,
        of_bell,
    ]
    assert [found.labels_at(time) for time in (1.0, 2.5)] == [["bell"], ["drum"]]
    # Two at once: a box of one of them would be wrong for the other.
    assert (found.box_at(4.7), found.labels_at(4.7)) == (None, ["bell", "drum"])
    # Nothing: the class is the video's.
    assert (found.box_at(3.5), found.labels_at(3.5)) == (None, ["bell"])


def test_what_falls_silent_has_no_box_behind():
    bell = {**_BELL, "sounds": [[0.0, 2.0]]}
    found = _read({"video": "a.mp4", "label": "band", "objects": [bell, _DRUM]})["a.mp4"]
    assert [found.box_at(time) is None for time in (1.9, 2.0)] == [False, True]
    assert found.labels_at(1.0) == found.labels_at(3.0) == ["band"]


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
        ({"video": "b", "objects": [{**_BELL, "sounds": [[2, 1]]}]}, "start, end"),
        ({"video": "b", "objects": [{**_BELL, "sounds": [[2]]}]}, "start, end"),
    ],
)
def test_broken_line_is_named(row, message):
    with pytest.raises(ValueError, match=f"folder/annotations.jsonl, line 2: .*{message}"):
        _read({"video": "a.mp4", "objects": []}, row)
