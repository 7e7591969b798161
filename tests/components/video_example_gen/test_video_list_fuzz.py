"""Lists of videos made of anything: what was written comes back, what can't be read is named."""

from __future__ import annotations

import os
import pathlib

from hypothesis import given, settings
from hypothesis import strategies as st

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.segments import read_segments
from objects_that_sound.components.video_example_gen.video_inputs import find_inputs
from objects_that_sound.components.video_example_gen.video_list import (
    ListedVideo,
    read_video_list,
    write_list,
)

_MANY = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")), deadline=None)

# Bytes that mean something to some reader of lines, of CSV or of Unicode come often.
_TELLING = [
    b"\n",
    b"\r",
    b"\r\n",
    b'"',
    b",",
    b"\x85",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\x1c",
    b"\xff",
]
_BYTES = st.lists(
    st.one_of(st.sampled_from(_TELLING), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8
).map(b"".join)
_NAMES = _BYTES.map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_")).filter(
    lambda name: name not in (b".", b"..")
)
_PATHS = _NAMES.map(lambda name: "/videos/" + os.fsdecode(name))
_TEXTS = _BYTES.map(os.fsdecode)
_LABELS = _TEXTS.map(str.strip).filter(bool)
_TIMES = st.one_of(st.none(), st.floats(0, 1e6).map(lambda time: round(time, 3)))
_VIDEOS = st.builds(
    ListedVideo,
    path=_PATHS,
    size=st.integers(0, 10**12).map(str),
    modified=st.integers(0, 2**63).map(str),
    start=_TIMES,
    end=st.none(),
    group=_TEXTS,
    labels=st.lists(_LABELS, max_size=3, unique=True).map(tuple),
    file_id=_TEXTS,
    split=st.sampled_from(["", "train", "eval"]),
)


@_MANY
@given(st.lists(_VIDEOS, min_size=1, max_size=6, unique_by=lambda video: video[0]))
def test_what_is_written_comes_back(tmp_path_factory, videos):
    path = write_list(videos, str(tmp_path_factory.getbasetemp() / "fuzz.csv")).path
    assert read_video_list(storage.read_lines(path), path) == videos


@_MANY
@given(st.lists(_NAMES, min_size=1, max_size=6, unique=True), _NAMES)
def test_one_name_changes_the_id_of_no_other(tmp_path_factory, names, odd):
    folder = str(tmp_path_factory.getbasetemp())

    def ids(some: set[bytes]) -> set[str]:
        # Two folders, so that the common one stays whatever the names are.
        paths = ["/videos/a/x", *("/videos/b/" + os.fsdecode(name) for name in sorted(some))]
        write_list([ListedVideo(path, "1", "2") for path in paths], f"{folder}/ids.csv")
        return {video.video_id for video in find_inputs(folder, "ids.csv", IngestConfig())}

    assert ids({*names, odd}) == ids(set(names)) | {"b/" + os.fsdecode(odd)}


_CSV = st.lists(
    st.one_of(
        st.sampled_from([b"path", b"id", b"start", b"end", b"labels", b",", b'"', b"\n", b"\r"]),
        st.sampled_from(
            [b"1", b"2.5", b"nan", b"1e999", b"-1", b"#", b"\xef\xbb\xbf", b"\0", b" "]
        ),
        st.binary(max_size=3),
    ),
    max_size=30,
).map(b"".join)


@_MANY
@given(st.sampled_from([b"", b"path\n", b"path,start,end,labels\n", b"id,start,end\n"]), _CSV)
def test_any_bytes_are_a_list_or_a_named_error(tmp_path_factory, head, body):
    path = pathlib.Path(tmp_path_factory.getbasetemp(), "any.csv")
    path.write_bytes(head + body)
    lines = storage.read_lines(str(path))
    for read in (read_video_list, read_segments):
        try:
            assert read(lines, "any.csv")
        except ValueError as error:
            assert str(error).startswith("any.csv"), error
    try:
        found = find_inputs(str(path.parent), "any.csv", IngestConfig())
        assert all(video.video_id and video.path for video in found)
    except ValueError as error:
        assert "any.csv" in str(error)
