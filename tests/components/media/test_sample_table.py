"""What an mp4 lists of its samples is what reading all of its packets finds; else it is not used."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media import media_file
from objects_that_sound.components.media.clips import clips_of, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile

CASES = {
    "B-frames": {"video_options": {"g": "40", "bf": "3"}},
    "pyramid": {"video_options": {"g": "40", "bf": "7", "x264-params": "b-pyramid=normal"}},
    "open groups": {"video_options": {"x264-params": "open-gop=1:keyint=40:bframes=3"}},
    "no B-frames, index first": {
        "video_options": {"bf": "0"},
        "options": {"movflags": "faststart"},
    },
    "hidden beginning": {
        "start": -0.6,
        "options": {"avoid_negative_ts": "disabled", "use_editlist": "1"},
        "video_options": {"g": "40", "bf": "3"},
    },
    "late sound": {"audio_start": 0.72},
    "sound alone": {"video_codec": None},
    "pictures alone": {"sound": None},
    "negative delays": {"options": {"movflags": "negative_cts_offsets"}},
    "variable rate": {"frame_times": [0.03 * n + 0.01 * (n % 3) for n in range(150)]},
}


@pytest.fixture(autouse=True)
def small_files_too(monkeypatch) -> None:
    """Asks the list of these small files, too."""
    monkeypatch.setattr(media_file, "_READ_WHOLE_BYTES", 0)


@pytest.fixture
def read_whole(monkeypatch):
    """Opens a file without asking its list."""

    def read(path) -> MediaFile:
        with monkeypatch.context() as patch:
            patch.setattr(media_file.MediaFile, "_sample_tables", lambda self: None)
            return MediaFile(path)

    return read


def _facts(media: MediaFile) -> list:
    facts: list = [media.video_range, media.audio_range, media.origin]
    for index in (media.video_index, media.audio_index):
        facts += [index.stamps.tolist(), index.keys.tolist(), index.shown.tolist(), index.end]
        facts += [list(index._sizes), list(index._durations), list(index._flags), index.timed]
    return facts


@pytest.mark.parametrize("case", CASES)
def test_the_list_is_what_reading_finds(media, read_whole, tmp_path, case):
    path = media(tmp_path / "case.mp4", **({"frames": 150} | CASES[case]))
    with MediaFile(path) as listed, read_whole(path) as whole:
        assert listed._kept is None, "the list was not used"
        assert _facts(listed) == _facts(whole)


@pytest.mark.parametrize("as_path", [True, False])
def test_few_packets_are_read_of_a_long_file(media, monkeypatch, tmp_path, as_path):
    path = media(tmp_path / "long.mp4", frames=1000, video_options={"g": "25", "bf": "0"})
    asked = []
    add = media_file.PacketIndex.add
    monkeypatch.setattr(
        media_file.PacketIndex,
        "add",
        lambda self, packet: asked.append(packet) or add(self, packet),
    )
    with open(path, "rb") as file:
        clips = read_clips(path if as_path else file, [5.0, 33.0], image_size=64)
    assert len(clips) == 2
    assert len(asked) <= media_file._COMPARED_PACKETS


def test_fragments_are_read(media, tmp_path):
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    path = media(tmp_path / "case.mp4", frames=150, video_options={"g": "30"}, options=options)
    with MediaFile(path) as opened:
        assert opened._kept is not None
        assert len(opened.video_index) == 150


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95, 0.995])
def test_a_list_of_bytes_that_are_not_there_is_not_trusted(media, tmp_path, part):
    noise = np.random.default_rng(3).integers(0, 255, (150, 64, 96, 3), np.uint8)
    path = media(tmp_path / "case.mp4", frames=list(noise), options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    try:
        with MediaFile(path) as opened:
            assert opened._kept is not None
            assert len(opened.video_index) < 150  # less than half a second is missing
    except MediaError as error:
        assert error.reason == "truncated"


@pytest.mark.parametrize("box", [b"stts", b"ctts", b"stsz", b"stsc", b"stco", b"stss"])
def test_a_list_that_contradicts_itself_never_misleads(media, read_whole, tmp_path, box):
    path = media(tmp_path / "case.mp4", frames=150, video_options={"g": "30", "bf": "2"})
    plain = bytearray(path.read_bytes())
    begin = plain.index(box) + 4
    for offset in (4, 7, 8, 11, 15, 19, 23):
        for flip in (1, 0x80):
            data = bytearray(plain)
            data[begin + offset] ^= flip
            path.write_bytes(data)
            try:
                with read_whole(path) as whole:
                    facts = _facts(whole)
                    wanted = clips_of(whole, [0.9, 2.2, 4.7], image_size=16)
            except MediaError:
                continue
            try:
                with MediaFile(path) as listed:
                    if box != b"stss":
                        assert _facts(listed) == facts
                # Keys that the list lacks, and others that it has, cost time only.
                found = read_clips(path, [0.9, 2.2, 4.7], image_size=16)
                assert [clip.jpeg for clip in found] == [clip.jpeg for clip in wanted]
            except MediaError as error:
                assert error.reason in ("truncated", "decode_error")
