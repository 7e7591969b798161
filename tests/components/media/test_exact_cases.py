"""What goes wrong in real files, case by case: the frame and the sound are the right ones.

Every case is decoded from packets in memory and, as a large file is, by seeking and by the list that
an mp4 has; the frames must be those of decoding everything.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import av
import numpy as np
import pytest
import simplejpeg
from av.stream import Disposition

from objects_that_sound.components.media import frame_reader, indexed_packets, media_file
from objects_that_sound.components.media.clips import Clip, probe, read_clips
from objects_that_sound.components.media.media_error import MediaError

RATE = 48000
FPS = 25
X265 = "log-level=none"


@pytest.fixture(params=["packets kept", "packets read again"])
def reading(request, monkeypatch) -> None:
    """Both ways of getting at a file's packets."""
    if request.param == "packets read again":
        monkeypatch.setattr(indexed_packets, "_KEEP_BYTES", -1)
        monkeypatch.setattr(media_file, "_READ_WHOLE_BYTES", 0)


@pytest.fixture
def decoded_everything(monkeypatch) -> Callable[..., list[Clip]]:
    """`read_clips` without leaving out anything."""

    def read(path, times, **options) -> list[Clip]:
        def refuse(*_):
            raise frame_reader._InexactError

        with monkeypatch.context() as patch:
            patch.setattr(frame_reader.FrameReader, "_read_groups", refuse)
            return read_clips(path, times, **options)

    return read


@pytest.fixture
def spans(monkeypatch) -> list[tuple[int, int]]:
    """Ordinals (first, last) of the packets that were asked for, streams mixed."""
    asked: list[tuple[int, int]] = []
    packets = media_file.MediaFile.packets

    def note(self, stream, spans=None):
        if stream is self.video:
            asked.extend(spans)
        return packets(self, stream, spans)

    monkeypatch.setattr(media_file.MediaFile, "packets", note)
    return asked


def _numbers(clips: list[Clip], number_in) -> list[int]:
    return [number_in(simplejpeg.decode_jpeg(clip.jpeg)) for clip in clips]


def _click_offset(clip: Clip, at: float) -> float:
    """Seconds by which the loudest moment within 50 ms of `at` is away from it."""
    samples = np.abs(np.frombuffer(clip.pcm, "<i2").astype(np.float64))
    place = round((at - clip.time + 0.5) * RATE)
    around = samples[place - 2400 : place + 2400]
    assert around.max() > 8000, "no click"
    return (np.flatnonzero(around > 0.7 * around.max()).mean() - 2400) / RATE


VIDEO_CASES = {
    "several closed groups": ("mp4", {"video_options": {"g": "30"}}),
    "one group only": ("mp4", {"video_options": {"g": "250"}}),
    "pyramid of B-frames": (
        "mkv",
        {"video_options": {"g": "40", "bf": "7", "x264-params": "b-adapt=0:b-pyramid=normal"}},
    ),
    "open groups": ("mp4", {"video_options": {"x264-params": "open-gop=1:keyint=40:bframes=3"}}),
    "open groups, transport stream": (
        "ts",
        {
            "video_options": {"x264-params": "open-gop=1:keyint=40:bframes=3"},
            "audio_codec": "mp2",
            "sample_rate": RATE,
        },
    ),
    "open groups, Matroska": (
        "mkv",
        {"video_options": {"x264-params": "open-gop=1:keyint=40:bframes=3"}},
    ),
    "intra refresh": ("mp4", {"video_options": {"x264-params": "intra-refresh=1:keyint=40"}}),
    "intra refresh, transport stream": (
        "ts",
        {
            "video_options": {"x264-params": "intra-refresh=1:keyint=40"},
            "audio_codec": "mp2",
            "sample_rate": RATE,
        },
    ),
    "fragmented mp4": (
        "mp4",
        {
            "options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
            "video_options": {"g": "30"},
        },
    ),
    "fragments inside groups": (
        "mp4",
        {
            "options": {"movflags": "empty_moov", "frag_duration": "300000"},
            "video_options": {"g": "50"},
        },
    ),
    "interlaced": (
        "mp4",
        {"video_options": {"x264-params": "interlaced=1:tff=1", "g": "40"}},
    ),
    "Flash video": ("flv", {"video_options": {"g": "40"}}),
    "HEVC": ("mp4", {"video_codec": "libx265", "video_options": {"x265-params": X265, "g": "40"}}),
    "HEVC, 10 bit, open groups": (
        "mp4",
        {
            "video_codec": "libx265",
            "pixel_format": "yuv420p10le",
            "video_options": {"x265-params": f"{X265}:keyint=40:open-gop=1"},
        },
    ),
    "HEVC, temporal layers": (
        "mp4",
        {
            "video_codec": "libx265",
            "video_options": {
                "x265-params": f"{X265}:keyint=40:temporal-layers=3:b-adapt=0:bframes=7"
            },
        },
    ),
    "VP9": (
        "webm",
        {
            "video_codec": "libvpx-vp9",
            "video_options": {"g": "40", "deadline": "realtime", "cpu-used": "8"},
            "audio_codec": "libopus",
            "sample_rate": RATE,
        },
    ),
    "AV1": (
        "mp4",
        {"video_codec": "libsvtav1", "video_options": {"g": "40", "preset": "6"}},
    ),
    "MPEG-4 with B-frames": (
        "mp4",
        {"video_codec": "mpeg4", "video_options": {"g": "40", "bf": "2", "qscale": "3"}},
    ),
    "MPEG-4 with B-frames, AVI": (
        "avi",
        {
            "video_codec": "mpeg4",
            "video_options": {"g": "40", "bf": "2", "qscale": "3"},
            "audio_codec": "pcm_s16le",
        },
    ),
    "H.264 with B-frames, AVI": (
        "avi",
        {"video_options": {"g": "40", "bf": "3"}, "audio_codec": "pcm_s16le"},
    ),
    "MPEG-2": (
        "mpg",
        {
            "video_codec": "mpeg2video",
            "video_options": {"g": "30", "bf": "2", "b": "1M"},
            "audio_codec": "mp2",
            "sample_rate": RATE,
        },
    ),
    "Motion JPEG": (
        "mov",
        {"video_codec": "mjpeg", "pixel_format": "yuvj420p", "audio_codec": "pcm_s16le"},
    ),
}


@pytest.mark.parametrize("case", VIDEO_CASES)
def test_frames_of(case, media, number_in, decoded_everything, reading, tmp_path):
    suffix, how = VIDEO_CASES[case]
    path = media(tmp_path / f"case.{suffix}", frames=200, **how)
    with media_file.MediaFile(path) as opened:
        start = float(opened.video_range[0])  # some containers begin with the sound's first packet
    times = [round(start + at, 3) for at in (0.92, 0.96, 1.9, 2.6, 3.24, 4.81, 5.56, 7.0)]
    clips = read_clips(path, times, image_size=64)
    assert _numbers(clips, number_in) == [int((time - start) * FPS + 1e-6) for time in times]
    everything = decoded_everything(path, times, image_size=64)
    assert [clip.jpeg for clip in clips] == [clip.jpeg for clip in everything]


def test_only_the_needed_groups_are_decoded(media, spans, tmp_path):
    path = media(tmp_path / "long.mp4", frames=250, video_options={"g": "25", "bf": "0"})
    read_clips(path, [2.2, 2.6, 7.4], image_size=64)
    assert spans == [(50, 65), (175, 185)]


def test_unreferenced_frames_are_left_out(media, monkeypatch, number_in, tmp_path):
    path = media(
        tmp_path / "b.mp4",
        frames=100,
        video_options={"g": "100", "bf": "2", "x264-params": "b-adapt=0:b-pyramid=none"},
    )
    seen = []
    decoded = frame_reader.FrameReader._decoded

    def note(self, *arguments):
        for stamp, frame in decoded(self, *arguments):
            seen.append(stamp)
            yield stamp, frame

    monkeypatch.setattr(frame_reader.FrameReader, "_decoded", note)
    clips = read_clips(path, [2.0, 2.44], image_size=64)
    assert _numbers(clips, number_in) == [50, 61]
    assert 20 <= len(seen) <= 30  # every third of about 63, and the two


def test_variable_frame_rate(media, number_in, reading, tmp_path):
    at = [0, 0.1, 0.6, 0.61, 0.9, 1.3, 1.35, 1.9, 2.5, 4.0, 4.02]
    path = media(
        tmp_path / "vfr.mkv",
        frames=11,
        frame_times=at,
        sound=np.full(5 * 44100, 0.1),
        video_options={"g": "4"},
    )
    times = [0.5, 0.6, 0.608, 0.62, 1.29, 1.4, 2.48, 3.96, 4.0, 4.01]
    clips = read_clips(path, times, image_size=64)
    assert _numbers(clips, number_in) == [1, 2, 2, 3, 4, 6, 7, 8, 9, 9]


@pytest.mark.parametrize("bframes", ["0", "3"])
def test_edit_list_that_begins_inside_a_group(
    media, number_in, clicks_at, reading, tmp_path, bframes
):
    # The muxer hides what comes before time 0 by an edit list: 0.6 s, or 15 frames.
    path = media(
        tmp_path / "edited.mp4",
        frames=150,
        start=-0.6,
        sound=clicks_at(6, RATE, [2.0, 4.0]),
        sample_rate=RATE,
        options={"avoid_negative_ts": "disabled", "use_editlist": "1"},
        video_options={"g": "40", "bf": bframes},
    )
    assert probe(path).usable == pytest.approx((0.5, 4.9), abs=0.05)
    times = [0.6, 1.4, 3.4]
    clips = read_clips(path, times, image_size=64)
    assert _numbers(clips, number_in) == [30, 50, 100]
    assert abs(_click_offset(clips[1], 1.4)) < 0.002
    assert abs(_click_offset(clips[2], 3.4)) < 0.002


def test_transport_stream_that_starts_late(media, number_in, clicks_at, reading, tmp_path):
    path = media(
        tmp_path / "late.ts",
        frames=150,
        start=10.0,
        sound=clicks_at(6, RATE, [1.0, 4.0]),
        sample_rate=RATE,
        audio_codec="mp2",
        video_options={"g": "30"},
    )
    # Second 0 is the sound's first packet, 10 ms (the encoder's delay) before the first frame.
    clips = read_clips(path, [1.02, 4.02], image_size=64)
    assert _numbers(clips, number_in) == [25, 100]
    for clip, at in zip(clips, (1.0, 4.0), strict=True):
        assert abs(_click_offset(clip, at + 481 / RATE)) < 0.002


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        ("mp4", {"audio_codec": "aac", "sample_rate": 44100}),
        ("mp4", {"audio_codec": "aac", "sample_rate": 8000}),
        ("mp4", {"audio_codec": "ac3", "sample_rate": RATE}),
        ("mp4", {"audio_codec": "aac", "options": {"movflags": "frag_keyframe+delay_moov"}}),
        ("mkv", {"audio_codec": "libmp3lame", "sample_rate": 44100}),
        ("mkv", {"audio_codec": "flac", "sample_rate": 22050}),
        ("mkv", {"audio_codec": "pcm_s16le", "sample_rate": 8000}),
        ("webm", {"audio_codec": "libopus", "video_codec": "libvpx-vp9", "sample_rate": RATE}),
        ("mov", {"audio_codec": "pcm_s16le", "sample_rate": 32000}),
    ],
)
def test_clicks_at_whole_seconds(media, clicks_at, reading, tmp_path, suffix, how):
    rate = how.get("sample_rate", 44100)
    seconds = list(range(1, 12))
    path = media(
        tmp_path / f"clicks.{suffix}", frames=300, sound=clicks_at(12, rate, seconds), **how
    )
    for at in ([2.0], [5.28], [3.0, 3.4, 9.0, 11.0]):
        for clip in read_clips(path, at, image_size=16):
            assert len(clip.pcm) == 2 * RATE
            assert abs(_click_offset(clip, round(clip.time))) < 0.002


def test_windows_sound_like_all_of_the_sound(media, reading, tmp_path):
    time = np.arange(12 * 44100) / 44100
    sweep = 0.5 * np.sin(2 * np.pi * (200 * time + 60 * time**2))
    path = media(tmp_path / "sweep.mp4", frames=300, sound=sweep, sample_rate=44100)
    alone = read_clips(path, [8.0], image_size=16)[0]
    among = read_clips(path, [float(t) for t in np.arange(0.52, 11.4, 0.68)], image_size=16)
    nearest = min(among, key=lambda clip: abs(clip.time - 8.0))
    shift = round((nearest.time - alone.time) * RATE)
    first = np.frombuffer(alone.pcm, "<i2").astype(float)
    second = np.frombuffer(nearest.pcm, "<i2").astype(float)
    length = RATE - abs(shift)
    first = first[max(0, shift) :][:length]
    second = second[max(0, -shift) :][:length]
    assert np.corrcoef(first, second)[0, 1] > 0.999


def test_sound_that_ends_early_limits_the_clips(media, reading, tmp_path):
    path = media(tmp_path / "early.mp4", frames=150, sound=np.full(3 * 44100, 0.1))
    assert probe(path).usable == pytest.approx((0.5, 2.5), abs=0.05)
    assert read_clips(path, [2.4], image_size=64)
    with pytest.raises(MediaError, match=r"too_short: no whole clip around 2\.600 s"):
        read_clips(path, [2.6])


def _with_cover(path, *, moving: bool) -> None:
    """A Matroska or mp4 file whose first picture stream is its cover."""
    with av.open(str(path), "w") as output:
        cover = output.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        if moving:
            video = output.add_stream("libx264", rate=FPS)
            video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        audio = output.add_stream("aac", rate=44100, layout="mono")
        red = np.zeros((64, 64, 3), np.uint8)
        red[..., 0] = 255
        packets = cover.encode(av.VideoFrame.from_ndarray(red).reformat(format="yuvj420p"))
        packets += cover.encode(None)
        for number in range(60 if moving else 0):
            grey = np.full((64, 96, 3), number * 4, np.uint8)
            packets += video.encode(av.VideoFrame.from_ndarray(grey))
        packets += video.encode(None) if moving else []
        for begin in range(0, 2 * 44100, 1024):
            frame = av.AudioFrame.from_ndarray(
                np.full((1, 1024), 0.1, np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = 44100, begin
            packets += audio.encode(frame)
        packets += audio.encode(None)
        for packet in packets:
            output.mux(packet)


def test_cover_art_is_no_video(reading, tmp_path):
    _with_cover(tmp_path / "both.mp4", moving=True)
    with av.open(str(tmp_path / "both.mp4")) as container:
        assert len(container.streams.video) == 2  # the case is what it says
    image = simplejpeg.decode_jpeg(read_clips(tmp_path / "both.mp4", [1.0], image_size=64)[0].jpeg)
    assert np.abs(image.mean((0, 1)) - 100).max() < 3
    _with_cover(tmp_path / "song.mp4", moving=False)
    with pytest.raises(MediaError, match="no_video_stream"):
        read_clips(tmp_path / "song.mp4", [1.0])


@pytest.mark.parametrize(
    ("colorspace", "pixel_format", "full_range"),
    [(1, "yuv420p", True), (5, "yuv420p", True), (5, "yuvj420p", True), (1, "yuv420p10le", False)],
)
def test_full_and_limited_range(tmp_path, colorspace, pixel_format, full_range):
    colour = np.array((200, 60, 30), np.uint8)
    path = tmp_path / "range.mkv"
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx265" if "10" in pixel_format else "libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 96, 64, pixel_format
        video.options = {"crf": "5"} | ({"x265-params": X265} if "10" in pixel_format else {})
        video.codec_context.colorspace = colorspace
        video.codec_context.color_range = 2 if full_range else 1
        audio = output.add_stream("pcm_s16le", rate=8000, layout="mono")
        packets = []
        for _ in range(50):
            image = av.VideoFrame.from_ndarray(np.full((64, 96, 3), colour, np.uint8))
            packets += video.encode(
                image.reformat(
                    format=pixel_format,
                    dst_colorspace=colorspace,
                    dst_color_range=2 if full_range else 1,
                )
            )
        packets += video.encode(None)
        sound = av.AudioFrame.from_ndarray(np.full((1, 16000), 999, np.int16), layout="mono")
        sound.sample_rate = 8000
        packets += audio.encode(sound) + audio.encode(None)
        for packet in packets:
            output.mux(packet)
    image = simplejpeg.decode_jpeg(read_clips(path, [1.0], image_size=64)[0].jpeg)
    assert np.abs(image.mean((0, 1)) - colour).max() < 4


def test_several_frames_around_each_time(media, number_in, reading, tmp_path):
    path = media(tmp_path / "many.mp4", frames=150, video_options={"g": "20"})
    clips = read_clips(path, [1.0, 1.2, 4.0], image_size=64, frames=25)
    for clip, number in zip(clips, (25, 30, 100), strict=True):
        images = [simplejpeg.decode_jpeg(jpeg) for jpeg in clip.frames]
        assert [number_in(image) for image in images] == list(range(number - 12, number + 13))
        assert clip.frames[12] == clip.jpeg
    assert read_clips(path, [1.0], image_size=64)[0].frames == ()
    with pytest.raises(ValueError, match="odd"):
        read_clips(path, [1.0], frames=2)


def test_damage_in_a_group_that_is_not_needed_does_no_harm(media, tmp_path):
    noise = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
    path = media(
        tmp_path / "flipped.mkv",
        frames=[np.roll(noise, number, 1) for number in range(200)],
        video_options={"g": "50", "bf": "0", "sc_threshold": "0"},
    )
    whole = read_clips(path, [6.5], image_size=64)
    data = bytearray(path.read_bytes())
    with media_file.MediaFile(path) as opened:
        [(_, packet)] = opened.packets(opened.video, [(10, 10)])
        place = data.index(bytes(packet)) + packet.size // 2
    for offset in range(0, 60, 3):
        data[place + offset] ^= 0x55
    path.write_bytes(data)
    assert read_clips(path, [6.5], image_size=64)[0].jpeg == whole[0].jpeg
    with pytest.raises(MediaError, match="decode_error"):
        read_clips(path, [1.5], image_size=64)


@pytest.mark.parametrize("rest", [0.3, 0.6, 0.9])
def test_truncated_transport_stream(media, tmp_path, rest):
    path = media(tmp_path / "cut.ts", audio_codec="mp2", sample_rate=RATE)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * rest) // 188 * 188 - 60])
    with pytest.raises(MediaError, match="truncated"):
        read_clips(path, [1.0])


_PEAK_MEMORY = """
import resource, sys
from objects_that_sound.components.media.clips import read_clips
read_clips(sys.argv[1], [float(time) for time in sys.argv[2:]], image_size=64)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _repeated(source, path, seconds: int, times: int) -> None:
    """Copies a file's packets over and over, each time that many seconds later."""
    with av.open(str(source)) as container, av.open(str(path), "w") as output:
        streams = {s.index: output.add_stream_from_template(s) for s in container.streams}
        packets = [packet for packet in container.demux() if packet.size]
        stamps = [(packet.pts, packet.dts) for packet in packets]
        for turn in range(times):
            for packet, (pts, dts) in zip(packets, stamps, strict=True):
                shift = round(turn * seconds / packet.time_base)
                packet.pts, packet.dts = pts + shift, (pts if dts is None else dts) + shift
                packet.stream = streams[packet.stream_index]
                output.mux(packet)
                packet.stream = container.streams[packet.stream_index]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(media, tmp_path):
    noise = np.random.default_rng(3).integers(0, 255, (96, 128, 3), np.uint8)
    short = media(
        tmp_path / "short.mkv",
        frames=[np.roll(noise, 3 * number, 1) for number in range(250)],
        video_options={"g": "50", "bf": "0", "qp": "30"},
        audio_codec="libmp3lame",
    )
    _repeated(short, tmp_path / "long.mkv", 11, 655)
    assert probe(tmp_path / "long.mkv").duration > 7190
    assert (tmp_path / "long.mkv").stat().st_size > 2 * indexed_packets._KEEP_BYTES

    def peak(path, *times) -> int:
        command = [sys.executable, "-c", _PEAK_MEMORY, str(path), *map(str, times)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    kibibytes = peak(tmp_path / "long.mkv", 5, 1809, 3613, 7001) - peak(short, 2, 4, 6, 8)
    assert kibibytes << 10 < 1.5 * indexed_packets._KEEP_BYTES
