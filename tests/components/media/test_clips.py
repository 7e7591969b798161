"""Frames and sound come from exactly the asked time, from every kind of file."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError

RATE = 48000
CONTAINERS = [
    ("mp4", {}),
    ("mp4", {"options": {"movflags": "frag_keyframe+delay_moov"}, "video_options": {"g": "12"}}),
    ("mkv", {"video_options": {"bf": "0"}}),
    ("webm", {"video_codec": "libvpx-vp9", "audio_codec": "libopus", "sample_rate": 48000}),
    ("avi", {"video_codec": "mpeg4", "audio_codec": "mp2", "video_options": {"qscale": "2"}}),
]


def _image(clip) -> np.ndarray:
    return simplejpeg.decode_jpeg(clip.jpeg)


def _sound(clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, "<i2").astype(np.float64)


def _click_offset(clip, at: float) -> float:
    """Seconds by which the loudest moment of a clip is away from where `at` should be."""
    samples = np.abs(_sound(clip))
    loud = np.flatnonzero(samples > 0.7 * samples.max())
    return loud.mean() / RATE - (at - clip.time + 0.5)


@pytest.mark.parametrize(("suffix", "how"), CONTAINERS)
def test_frame_is_the_last_one_not_later(media, number_in, tmp_path, suffix, how):
    path = media(tmp_path / f"numbers.{suffix}", **how)
    times = [0.52, 0.55, 0.60, 0.79, 1.0, 1.2, 1.48]
    found = [number_in(_image(clip)) for clip in read_clips(path, times, image_size=64)]
    assert found == [13, 13, 15, 19, 25, 30, 37]


def test_variable_frame_rate(media, number_in, tmp_path):
    at = [0, 0.1, 0.6, 0.61, 0.9, 1.3, 1.35, 1.9]
    path = media(tmp_path / "vfr.mkv", frames=8, frame_times=at, sound=np.full(88200, 0.1))
    times = [0.5, 0.6, 0.608, 0.62, 1.29, 1.4]
    found = [number_in(_image(clip)) for clip in read_clips(path, times, image_size=64)]
    assert found == [1, 2, 2, 3, 4, 6]


def test_transport_stream_counts_from_its_first_time_stamp(media, number_in, clicks_at, tmp_path):
    sound = clicks_at(2, RATE, [1.0])
    path = media(tmp_path / "late.ts", start=10.0, sound=sound, sample_rate=RATE, audio_codec="mp2")
    clip = read_clips(path, [1.0], image_size=64)[0]
    # Second 0 is mp2's encoder delay (10 ms) before the first frame: frame 25 comes at 1.01 s.
    assert number_in(_image(clip)) == 24
    assert abs(_click_offset(clip, 1.0 + 481 / RATE)) < 0.002


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        *CONTAINERS[:-1],  # AVI can't say that mp2's encoder delays the sound by 11 ms
        ("avi", {"audio_codec": "pcm_s16le", "video_codec": "mpeg4"}),
        ("mkv", {"sample_rate": 8000, "audio_codec": "pcm_s16le"}),
        ("mov", {"sample_rate": 22050, "audio_codec": "pcm_s16le"}),
        ("mkv", {"sample_rate": 44100, "audio_codec": "libmp3lame"}),
        ("mp4", {"sample_rate": 32000, "layout": "mono"}),
    ],
)
def test_sound_is_centred_to_within_two_milliseconds(media, clicks_at, tmp_path, suffix, how):
    rate = how.get("sample_rate", 44100)
    at = [0.6, 1.1, 1.4]
    path = media(tmp_path / f"clicks.{suffix}", sound=clicks_at(2.2, rate, at), **how)
    clips = read_clips(path, at, sample_rate=RATE, image_size=64)
    for clip, time in zip(clips, at, strict=True):
        assert len(clip.pcm) == 2 * RATE
        own = RATE // 2  # other clicks lie in the window too: look around the middle
        around = np.abs(_sound(clip))[own - 2400 : own + 2400]
        loud = np.flatnonzero(around > 0.7 * around.max())
        assert around.max() > 8000
        assert abs(loud.mean() - 2400) / RATE < 0.002, time


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_sound_that_starts_late_keeps_its_place(media, clicks_at, tmp_path, codec):
    sound = clicks_at(2.0, RATE, [0.8])  # 0.8 s after the sound's begin at 0.72 s
    path = media(
        tmp_path / "late.mov",
        frames=75,
        sound=sound,
        sample_rate=RATE,
        audio_codec=codec,
        audio_start=0.72,
    )
    first, last = probe(path).usable
    assert 1.19 < first < 1.23
    assert 2.1 < last < 2.25
    assert abs(_click_offset(read_clips(path, [1.52], image_size=64)[0], 1.52)) < 0.002
    with pytest.raises(MediaError, match="too_short"):
        read_clips(path, [1.0])


def test_hole_in_the_sound_is_an_error_only_where_it_is_needed(media, clicks_at, tmp_path):
    sound = clicks_at(3, RATE, [2.0])
    path = media(
        tmp_path / "hole.mkv",
        frames=88,
        sound=sound,
        sample_rate=RATE,
        audio_codec="pcm_s16le",
        audio_gaps=[(1.0, 0.5)],
    )
    clip = read_clips(path, [2.4], image_size=64)[0]
    assert abs(_click_offset(clip, 2.5)) < 0.002
    with pytest.raises(MediaError) as error:
        read_clips(path, [0.5, 1.2])
    assert error.value.reason == "sound_gap"
    assert "1.200 s" in error.value.detail


def test_stereo_is_mixed_and_opposite_channels_do_not_cancel(media, tmp_path):
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    how = {"sample_rate": RATE, "layout": "stereo", "audio_codec": "pcm_s16le"}
    left = media(tmp_path / "left.mov", sound=np.stack([tone, 0 * tone]), **how)
    opposite = media(tmp_path / "opposite.mov", sound=np.stack([tone, -tone]), **how)
    full = 20 * np.log10(0.5 / np.sqrt(2))
    assert read_clips(left, [1.0])[0].loudness == pytest.approx(full - 6.02, abs=0.1)
    assert read_clips(opposite, [1.0])[0].loudness == pytest.approx(full, abs=0.1)


def test_five_channels_and_a_subwoofer(media, clicks_at, tmp_path):
    sound = np.zeros((6, 2 * RATE))
    sound[2] = clicks_at(2, RATE, [1.0])  # the centre
    how = {"sample_rate": RATE, "layout": "5.1", "audio_codec": "pcm_s16le"}
    clip = read_clips(media(tmp_path / "many.mov", sound=sound, **how), [1.0])[0]
    assert np.abs(_sound(clip)).max() > 3000
    assert abs(_click_offset(clip, 1.0)) < 0.002


def _corners(width: int = 96, height: int = 64) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (255, 0, 0)
    image[: height // 2, width // 2 :] = (0, 255, 0)
    image[height // 2 :, : width // 2] = (0, 0, 255)
    image[height // 2 :, width // 2 :] = (255, 255, 255)
    return image


def _corner_names(image: np.ndarray) -> str:
    """Colours of top left, top right, bottom left, bottom right."""
    height, width = image.shape[:2]
    names = ""
    for y, x in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)):
        red, green, blue = image[int(y * height), int(x * width)] > 128
        names += {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}[
            (int(red), int(green), int(blue))
        ]
    return names


@pytest.mark.parametrize(
    ("matrix", "corners", "shape"),
    [
        ((1, 0, 0, 1), "rgbw", (64, 96)),
        ((0, 1, -1, 0), "brwg", (96, 64)),  # shown turned clockwise
        ((0, -1, 1, 0), "gwrb", (96, 64)),  # anticlockwise
        ((-1, 0, 0, -1), "wbgr", (64, 96)),  # upside down
        ((-1, 0, 0, 1), "grwb", (64, 96)),  # mirrored
    ],
)
def test_frames_are_upright(media, tmp_path, matrix, corners, shape):
    path = media(tmp_path / "turned.mp4", frames=[_corners()] * 50)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of fields
    a, b, c, d = (value * 65536 for value in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    image = _image(read_clips(path, [1.0], image_size=64)[0])
    assert _corner_names(image) == corners
    assert image.shape[:2] == shape


def test_pixels_become_square_and_the_short_side_is_as_wanted(media, tmp_path):
    wide = media(tmp_path / "wide.mp4", sample_aspect_ratio=Fraction(2, 1))
    assert _image(read_clips(wide, [1.0], image_size=64)[0]).shape == (64, 192, 3)
    narrow = media(tmp_path / "narrow.mkv", sample_aspect_ratio=Fraction(1, 3))
    assert _image(read_clips(narrow, [1.0], image_size=64)[0]).shape == (128, 64, 3)
    plain = media(tmp_path / "plain.mp4")
    assert _image(read_clips(plain, [1.0], image_size=128)[0]).shape == (128, 192, 3)
    with pytest.raises(ValueError, match="even"):
        read_clips(plain, [1.0], image_size=63)


@pytest.mark.parametrize("colorspace", [1, 5])  # BT.709, BT.601
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_colours_are_right(media, tmp_path, colorspace, pixel_format):
    colour = (200, 60, 30)
    path = media(
        tmp_path / "colour.mp4",
        frames=[np.full((64, 96, 3), colour, np.uint8)] * 40,
        colorspace=colorspace,
        pixel_format=pixel_format,
        video_options={"crf": "5"},
    )
    clip = read_clips(path, [0.8], image_size=64)[0]
    assert np.abs(_image(clip).mean((0, 1)) - colour).max() < 4
    luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    assert clip.brightness == pytest.approx(luma / 255, abs=0.01)


def test_same_bytes_every_time(media, tmp_path):
    path = media(tmp_path / "odd.mp4", frames=[_corners(102, 76)] * 50)
    first, *others = [read_clips(path, [0.6, 1.0]) for _ in range(5)]
    assert all(other == first for other in others)


def test_times_must_ascend(media, tmp_path):
    with pytest.raises(ValueError, match="ascend"):
        read_clips(media(tmp_path / "two.mp4"), [1.0, 0.8])


def test_open_file_reads_like_a_path(media, tmp_path):
    path = media(tmp_path / "two.mp4")
    with open(path, "rb") as file:
        assert read_clips(file, [1.0]) == read_clips(path, [1.0])


def test_probe_says_what_is_inside(media, tmp_path):
    info = probe(media(tmp_path / "probe.mp4"))
    assert (info.width, info.height, info.sample_rate) == (96, 64, 44100)
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert info.usable == pytest.approx((0.5, 1.5), abs=0.03)
