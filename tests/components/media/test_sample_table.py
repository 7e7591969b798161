"""What an mp4 lists of its samples is what reading all of its packets finds; else it is not used.

Where it is used, the file is opened by its header, without decoding a picture.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media import indexed_packets, media_file
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

CODECS = {
    "H.264, pyramid": {"video_options": {"g": "40", "bf": "7", "x264-params": "b-pyramid=normal"}},
    "H.264, open groups": {"video_options": {"x264-params": "open-gop=1:keyint=40:bframes=3"}},
    "H.264, interlaced": {"video_options": {"x264-params": "interlaced=1:tff=1", "g": "40"}},
    "H.264, 4:4:4": {"pixel_format": "yuv444p", "video_options": {"g": "40"}},
    "HEVC, 10 bit": {
        "video_codec": "libx265",
        "pixel_format": "yuv420p10le",
        "video_options": {"x265-params": "log-level=none:keyint=40"},
    },
    "MPEG-4": {"video_codec": "mpeg4", "video_options": {"g": "40", "bf": "2", "qscale": "3"}},
    "MPEG-2": {"video_codec": "mpeg2video", "video_options": {"g": "40", "bf": "2", "b": "1M"}},
    "VP9": {"video_codec": "libvpx-vp9", "video_options": {"deadline": "realtime", "g": "40"}},
    "AV1": {"video_codec": "libsvtav1", "video_options": {"g": "40", "preset": "8"}},
    "Motion JPEG": {"video_codec": "mjpeg", "pixel_format": "yuvj420p"},
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
            patch.setattr(media_file, "read_sample_tables", lambda *_: None)
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
        assert not listed._packets.in_memory, "the list was not used"
        assert _facts(listed) == _facts(whole)


@pytest.mark.parametrize("case", CODECS)
def test_clips_are_those_of_a_file_whose_pictures_were_looked_at(
    media, read_whole, number_in, tmp_path, case
):
    path = media(tmp_path / "case.mp4", frames=120, **CODECS[case])
    times = [0.92, 1.9, 2.6, 3.24, 4.0]
    with MediaFile(path) as listed, read_whole(path) as whole:
        assert not listed._packets.in_memory, "the list was not used"
        clips = clips_of(listed, times, image_size=64)
        assert clips == clips_of(whole, times, image_size=64)
    numbers = [number_in(simplejpeg.decode_jpeg(clip.jpeg)) for clip in clips]
    assert numbers == [int(time * 25 + 1e-6) for time in times]


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
@pytest.mark.parametrize("said_by", ["container", "pictures"])
def test_the_shape_of_pixels_is_known(media, read_whole, tmp_path, codec, said_by):
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = media(
        tmp_path / "wide.mp4",
        video_codec=codec,
        video_options=options,
        sample_aspect_ratio=Fraction(3, 2),
    )
    if said_by == "pictures":
        path.write_bytes(path.read_bytes().replace(b"pasp", b"free"))
    with MediaFile(path) as listed, read_whole(path) as whole:
        assert not listed._packets.in_memory, "the list was not used"
        found = clips_of(listed, [1.0], image_size=64)
        assert found == clips_of(whole, [1.0], image_size=64)
    assert simplejpeg.decode_jpeg(found[0].jpeg).shape == (64, 144, 3)


def test_a_header_without_a_picture_size_is_not_enough(media, tmp_path):
    path = media(tmp_path / "case.mp4", frames=100)
    data = path.read_bytes()
    place = data.index(b"avc1", data.index(b"stsd")) + 28  # width and height
    path.write_bytes(data[:place] + bytes(4) + data[place + 4 :])
    with MediaFile(path) as opened:
        assert (opened.need_video().width, opened.need_video().height) == (96, 64)
        assert len(clips_of(opened, [1.0, 2.0], image_size=64)) == 2


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
    assert len(asked) <= indexed_packets._COMPARED_PACKETS


def test_fragments_are_read(media, tmp_path):
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    path = media(tmp_path / "case.mp4", frames=150, video_options={"g": "30"}, options=options)
    with MediaFile(path) as opened:
        assert opened._packets.in_memory
        assert len(opened.video_index) == 150


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95, 0.995])
def test_a_list_of_bytes_that_are_not_there_is_not_trusted(media, tmp_path, part):
    noise = np.random.default_rng(3).integers(0, 255, (150, 64, 96, 3), np.uint8)
    path = media(tmp_path / "case.mp4", frames=list(noise), options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    try:
        with MediaFile(path) as opened:
            assert opened._packets.in_memory
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
