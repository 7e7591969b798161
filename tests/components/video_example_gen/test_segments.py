"""Segments of videos: AudioSet's CSV, VGGSound's, one with named columns, and broken lines."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.segments import read_segments, split_labels

AUDIOSET = """\
# Segments csv created Sun Mar  5 10:54:31 2017
# num_ytids=22160, num_segs=22160, num_unique_labels=527, num_positive_labels=52882
# YTID, start_seconds, end_seconds, positive_labels
--4gqARaEJE, 0.000, 10.000, "/m/068hy,/m/07q6cd_,/m/0bt9lr,/m/0jbk"
--PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"
"""

VGGSOUND = """\
---g-f_I2yQ,1,"people marching",test
--0PQM4-hqg,30,waterfall burbling,train
--56QUhyDQM,185,"vehicle horn, car horn, honking",train
"""


def _read(text: str):
    return read_segments(text.splitlines(keepends=True), "x.csv")


def test_audioset():
    assert _read(AUDIOSET) == [
        ("--4gqARaEJE", 0, 10, ("/m/068hy", "/m/07q6cd_", "/m/0bt9lr", "/m/0jbk")),
        ("--PJHxphWEs", 30, 40, ("/m/09x0r", "/t/dd00088")),
    ]


def test_audioset_without_its_comments():
    assert _read("".join(AUDIOSET.splitlines(keepends=True)[3:])) == _read(AUDIOSET)


def test_vggsound_has_ten_seconds_and_one_label_that_may_have_commas():
    assert _read(VGGSOUND) == [
        ("---g-f_I2yQ", 1, 11, ("people marching",)),
        ("--0PQM4-hqg", 30, 40, ("waterfall burbling",)),
        ("--56QUhyDQM", 185, 195, ("vehicle horn, car horn, honking",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'id,start,end,labels\na,1.5,2.75,"dog,cat"\n',
        '\ufefflabels,end,start,more,id\r\n"dog, cat",2.75,1.5,x,a\r\n\r\n',
        'YTID, start_seconds, end_seconds, positive_labels\na, 1.5, 2.75, "dog,cat"\n',
        "id,start,end,label\na,1.5,2.75,dog\na,1.5,2.75,cat\na,1.5,2.75,dog\n",
    ],
)
def test_named_columns_in_any_order(text):
    assert _read(text) == [("a", 1.5, 2.75, ("dog", "cat"))]


def test_labels_may_be_missing():
    assert _read("id,start,end\na,1,2\n") == [("a", 1, 2, ())]
    assert _read("a,1,2\n") == [("a", 1, 2, ())]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AUDIOSET + "x, 30.000, 20.000, /m/09x0r\n", r"x\.csv, line 6: the end, 20 s, is not"),
        (AUDIOSET + "x, 30.000\n", "line 6: end must be a number of seconds, not ''"),
        (AUDIOSET + ', 1, 2, "a"\n', "line 6: no id"),
        (AUDIOSET + 'x, 1, 2, "a\n', "line 6: .*unexpected end of data"),
        (VGGSOUND + "x,-3,dog,test\n", "line 4: start must be a number of seconds, not '-3'"),
        (VGGSOUND + "x,nan,dog,test\n", "line 4: start"),
        ("id,start,labels\n", "line 1: no column end among id, start, labels"),
        ("path\na.mp4\n", "line 1: 'path' is neither AudioSet's"),
        ("a.mp4,dog,cat\n", "line 1: .* is neither AudioSet's"),
        ("# only comments\n\n", "x.csv: lists no segments"),
    ],
)
def test_broken_lines_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        _read(text)


def test_labels_in_a_cell():
    assert split_labels("dog, cat,,") == ("dog", "cat")
    assert split_labels('"car horn, honking",dog') == ("car horn, honking", "dog")
    assert split_labels("") == ()
    with pytest.raises(ValueError, match="labels"):
        split_labels('"dog')
