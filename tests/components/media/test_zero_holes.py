"""Where zeros stand for what was lost, no decoder is believed."""

from __future__ import annotations

import av
import numpy as np
import pytest

from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile
from objects_that_sound.components.media.zero_holes import hole_test

FRAMES = 60
TIMES = [0.6, 1.2, 1.8]

# What a decoder shows without a word, by the container's suffix: codec, options, bytes of zeros.
KINDS = {
    "H.264 with lengths": ("mp4", "libx264", {"g": "30"}, 24),
    "H.264 with start codes": ("ts", "libx264", {"g": "30"}, 24),
    "HEVC with lengths": ("mp4", "libx265", {"g": "30", "preset": "ultrafast"}, 24),
    "HEVC with start codes": ("ts", "libx265", {"g": "30", "preset": "ultrafast"}, 24),
    "VP8": ("webm", "libvpx", {"g": "30", "b": "4M"}, 600),
    "VP9": ("webm", "libvpx-vp9", {"g": "30", "b": "4M", "cpu-used": "8"}, 600),
    "AV1": ("mp4", "libsvtav1", {"g": "30", "preset": "12", "crf": "20"}, 600),
    "MS MPEG-4": ("avi", "msmpeg4", {"g": "30", "q:v": "2", "qmin": "2", "qmax": "2"}, 600),
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request) -> str:
    _, codec, _, _ = KINDS[request.param]
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no {codec}")
    return request.param


@pytest.fixture(scope="module")
def path(kind, media, tmp_path_factory):
    suffix, codec, options, _ = KINDS[kind]
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (96, 128, 3), np.uint8) for _ in range(FRAMES)]
    return media(
        tmp_path_factory.mktemp("zeros") / f"video.{suffix}",
        frames=frames,
        video_codec=codec,
        video_options=options,
        audio_codec="libopus" if suffix == "webm" else "libmp3lame" if suffix == "avi" else "aac",
        sample_rate=48000,
    )


def test_a_picture_is_the_same_or_refused(kind, path, tmp_path):
    *_, zeros = KINDS[kind]
    content = path.read_bytes()
    whole = read_clips(path, TIMES, image_size=64, sample_rate=8000)
    broken = tmp_path / path.name
    rng = np.random.default_rng(1)
    refused = 0
    for place in rng.integers(len(content) // 8, len(content) * 3 // 4, 12):
        broken.write_bytes(content[:place] + bytes(zeros) + content[place + zeros :])
        try:
            clips = read_clips(broken, TIMES, image_size=64, sample_rate=8000)
        except MediaError:
            refused += 1
            continue
        assert [clip.jpeg for clip in clips] == [clip.jpeg for clip in whole]
    assert refused > 0


def test_no_packet_of_a_whole_video_has_a_hole(path):
    with MediaFile(path) as media:
        for stream in (media.need_video(), media.need_audio()):
            has_hole = hole_test(stream.codec_context)
            assert not any(has_hole(packet) for _, packet in media.packets(stream))


def test_nor_has_one_of_black_pictures_and_silence(kind, media, tmp_path):
    suffix, codec, options, _ = KINDS[kind]
    path = media(
        tmp_path / f"black.{suffix}",
        frames=[np.zeros([720, 1280, 3], np.uint8)] * 12,
        video_codec=codec,
        video_options=options,
        audio_codec="libopus" if suffix == "webm" else "libmp3lame" if suffix == "avi" else "aac",
        sound=np.zeros(48000, np.float32),
        sample_rate=48000,
    )
    test_no_packet_of_a_whole_video_has_a_hole(path)


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "aac"), ("mkv", "libopus"), ("mkv", "ac3")])
def test_a_packet_of_zeros_is_no_sound(suffix, codec, media, tmp_path):
    path = media(tmp_path / f"sound.{suffix}", audio_codec=codec, sample_rate=48000)
    content = path.read_bytes()
    with MediaFile(path) as whole:
        [sound] = [bytes(packet) for _, packet in whole.packets(whole.need_audio(), [(40, 40)])]
    path.write_bytes(content.replace(sound, bytes(len(sound))))
    with MediaFile(path) as broken:
        list(broken.packets(broken.need_audio(), [(38, 42)]))
        assert [broken.audio_index.damaged(ordinal) for ordinal in range(39, 42)] == [
            *(False, True, False)
        ]


@pytest.mark.parametrize("suffix", ["mp4", "ts"])
@pytest.mark.parametrize(("unit", "found"), [(1, True), (5, True), (6, False), (30, False)])
def test_only_units_of_pictures_are_without_zeros(suffix, unit, found, media, tmp_path):
    path = media(tmp_path / f"video.{suffix}")
    content = bytes([0x60 | unit]) + b"some" + bytes(3) + b"thing" + bytes(3)
    begin = len(content).to_bytes(4, "big") if suffix == "mp4" else bytes(3) + b"\1"
    with MediaFile(path) as whole:
        has_hole = hole_test(whole.need_video().codec_context)
        assert has_hole(av.Packet(begin + content)) is found
        assert not has_hole(av.Packet(begin + content.replace(b"some" + bytes(3), b"some")))
