"""Files whose time stamps are not what they should be: right, or refused, and no more than needed."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable

import av
import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media import indexed_packets
from objects_that_sound.components.media.clips import Clip, probe, read_clips
from objects_that_sound.components.media.media_error import MediaError

RATE = 48000
SECONDS = 12
PACKET = 188
MP2 = {"audio_codec": "mp2", "sample_rate": RATE}
MPEG2 = {"video_codec": "mpeg2video", "video_options": {"g": "30", "bf": "2", "b": "1M"}, **MP2}


@pytest.fixture(params=["packets kept", "packets read again"])
def reading(request, monkeypatch) -> None:
    """Both ways of getting at a file's packets."""
    if request.param == "packets read again":
        monkeypatch.setattr(indexed_packets, "_KEEP_BYTES", -1)


def _sound(clip: Clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, "<i2").astype(int)


def _clicks(clip: Clip) -> list[float]:
    """Seconds of the file at which the clip has clicks."""
    loud = np.flatnonzero(np.abs(_sound(clip)) > 16000)
    first = loud[np.diff(loud, prepend=-RATE) > RATE // 10]
    return [float(clip.time - 0.5 + place / RATE) for place in first]


def _zeros(clip: Clip) -> int:
    """The longest run of digital zeros, in samples."""
    steps = np.diff(np.concatenate([[0], _sound(clip) == 0, [0]]).astype(int))
    runs = np.flatnonzero(steps < 0) - np.flatnonzero(steps > 0)
    return int(runs.max(initial=0))


def _number(clip: Clip, number_in) -> int:
    return number_in(simplejpeg.decode_jpeg(clip.jpeg))


def _copied(source, path, kind: str, stamp: Callable[[av.Packet], bool]) -> None:
    """Copies a file; `stamp` changes the stamps of packets of a kind, or says to leave them out."""
    with av.open(str(source)) as container, av.open(str(path), "w") as output:
        streams = {s.index: output.add_stream_from_template(s) for s in container.streams}
        for packet in [packet for packet in container.demux() if packet.size]:
            if packet.stream.type == kind and not stamp(packet):
                continue
            packet.stream = streams[packet.stream_index]
            output.mux(packet)


def _restamped(source, path, stamp: Callable[[float], float | None]) -> None:
    """Copies a file; packets of sound get other time stamps, or are left out."""

    def change(packet: av.Packet) -> bool:
        time = stamp(float(packet.pts * packet.time_base))
        if time is not None:
            packet.pts = packet.dts = round(time / packet.time_base)
        return time is not None

    _copied(source, path, "audio", change)


def _restamp_transport(path, stamp: Callable[[float], float]) -> None:
    """Changes when sound is due in a transport stream, by seconds (ISO 13818-1, 2.4.3.7)."""
    with av.open(str(path)) as container:
        start = container.start_time / av.time_base
    data = bytearray(path.read_bytes())
    for begin in range(0, len(data), PACKET):
        place = begin + 4 + (data[begin + 4] + 1 if data[begin + 3] & 0x20 else 0)
        header = data[place : place + 14]
        if data[begin + 1] & 0x40 and header[:3] == b"\0\0\1" and 0xC0 <= header[3] < 0xE0:
            high, middle, low = header[9] >> 1 & 7, header[10:12], header[12:14]
            ticks = high << 30 | int.from_bytes(middle, "big") >> 1 << 15
            ticks |= int.from_bytes(low, "big") >> 1
            ticks = round((stamp(ticks / 90000 - start) + start) * 90000)
            data[place + 9] = header[9] & 0xF1 | (ticks >> 30 & 7) << 1
            struct.pack_into(">HH", data, place + 10, ticks >> 14 | 1, (ticks << 1 | 1) & 0xFFFF)
            data[place + 10] = ticks >> 22 & 0xFF
            data[place + 11] = ticks >> 14 & 0xFE | 1
    path.write_bytes(data)


@pytest.fixture
def clicking(media, clicks_at, tmp_path) -> Callable[..., object]:
    """Makes a Matroska file that clicks at each whole second."""

    def make(codec: str = "aac", suffix: str = "mkv"):
        return media(
            tmp_path / f"clicking.{suffix}",
            frames=SECONDS * 25,
            sound=clicks_at(SECONDS, RATE, range(1, SECONDS)),
            sample_rate=RATE,
            audio_codec=codec,
        )

    return make


_random = np.random.default_rng(0)
STAMPS = {
    "wobble by 10 ms": (lambda t: t + _random.uniform(-0.01, 0.01), 1.0),
    "wobble by 4 ms": (lambda t: t + _random.uniform(-0.004, 0.004), 1.0),
    "slow by 0.5 %": (lambda t: 1.005 * t, 1.005),
    "slow by 1 %": (lambda t: 1.01 * t, 1.01),
    "fast by 0.5 %": (lambda t: 0.995 * t, 0.995),
    "slow and wobbling": (lambda t: 1.005 * t + _random.uniform(-0.008, 0.008), 1.005),
    "one packet late by 15 ms": (lambda t: t + 0.015 * (5 <= t < 5.02), 1.0),
    "rounded to 10 ms": (lambda t: round(t, 2), 1.0),
}


@pytest.mark.parametrize("codec", ["aac", "libopus", "pcm_s16le"])
@pytest.mark.parametrize("case", STAMPS)
def test_wrong_stamps_of_whole_sound(clicking, tmp_path, case, codec):
    stamp, speed = STAMPS[case]
    _restamped(clicking(codec), tmp_path / "case.mkv", lambda t: t if t < 0.1 else stamp(t))
    times = [float(time) for time in np.arange(0.8, 10.8, 0.8)]
    clips = read_clips(tmp_path / "case.mkv", times, image_size=16)
    clips += [read_clips(tmp_path / "case.mkv", [time], image_size=16)[0] for time in times[3::4]]
    for clip in clips:
        assert _zeros(clip) < 10
        clicks = _clicks(clip)
        assert clicks
        for click in clicks:
            assert abs(click - round(click / speed) * speed) < 0.006


@pytest.mark.parametrize(("begin", "end", "shift"), [(4, 4.4, -0.2), (4, 4.3, 0.15), (6, 6.1, -3)])
def test_sound_that_is_stamped_wrongly_for_a_while(
    media, clicks_at, tmp_path, reading, begin, end, shift
):
    sound = clicks_at(SECONDS, RATE, range(1, SECONDS))
    path = media(tmp_path / "case.ts", frames=SECONDS * 25, sound=sound, **MP2)
    plain = {time: read_clips(path, [time], image_size=16)[0] for time in np.arange(0.6, 11, 0.6)}
    _restamp_transport(path, lambda t: t + shift * (begin <= t < end))
    for time, clip in plain.items():
        assert np.abs(_sound(read_clips(path, [time], image_size=16)[0]) - _sound(clip)).max() < 2


@pytest.mark.parametrize("wobble", [0.004, 0.01])
def test_stamps_for_several_frames_may_wobble(media, clicks_at, tmp_path, reading, wobble):
    # FFmpeg puts several frames of AAC under one time stamp of a transport stream.
    sound = clicks_at(SECONDS, RATE, range(1, SECONDS))
    path = media(tmp_path / "case.ts", frames=SECONDS * 25, sound=sound, sample_rate=RATE)
    times = np.arange(2.0, 10.0, 1.0) + 0.02
    plain = [_clicks(clip) for clip in read_clips(path, times.tolist(), image_size=16)]
    _restamp_transport(path, lambda t: t + _random.uniform(-wobble, wobble))
    for time, wanted in zip(times.tolist(), plain, strict=True):
        [clip] = read_clips(path, [time], image_size=16)
        assert _clicks(clip) == pytest.approx(wanted, abs=wobble + 0.004)
        assert _zeros(clip) < 10


@pytest.mark.parametrize("lost", [range(0, 600, 14), range(100, 600, 7)])
def test_many_holes_are_no_wobble(clicking, tmp_path, lost):
    count = itertools.count()
    _restamped(clicking(), tmp_path / "holes.mkv", lambda t: None if next(count) in lost else t)
    for time in (4.0, 6.4, 8.8):
        with pytest.raises(MediaError, match="sound_gap"):
            read_clips(tmp_path / "holes.mkv", [time], image_size=16)


@pytest.mark.parametrize("shift", [-0.3, 0.3])
def test_a_jump_that_lasts_spoils_only_the_seconds_around(
    media, clicks_at, tmp_path, reading, shift
):
    sound = clicks_at(SECONDS, RATE, range(1, SECONDS))
    path = media(tmp_path / "case.ts", frames=SECONDS * 25, sound=sound, **MP2)
    _restamp_transport(path, lambda t: t + shift * (t >= 5))
    before, behind = min(5, 5 + shift), max(5, 5 + shift)
    for time in np.arange(1.0, 11, 0.6):
        if time + 0.5 < before - 0.1 or time - 0.5 > behind + 0.1:
            [click, *_] = _clicks(read_clips(path, [time], image_size=16)[0])
            true = click - 0.01 - (shift if time > 5 else 0)  # mp2's delay
            assert abs(true - round(true)) < 0.005
        elif time - 0.4 < before and time + 0.4 > behind:
            with pytest.raises(MediaError, match="sound_gap"):
                read_clips(path, [time], image_size=16)


def test_a_hole_among_wobbling_stamps_is_seen(clicking, tmp_path, reading):
    def stamp(time: float) -> float | None:
        if time < 0.1:
            return time
        return None if 5 <= time < 5.2 else time + _random.uniform(-0.01, 0.01)

    _restamped(clicking(), tmp_path / "hole.mkv", stamp)
    with pytest.raises(MediaError, match=r"sound_gap: 0\.(1|2)"):
        read_clips(tmp_path / "hole.mkv", [5.0])
    assert _clicks(read_clips(tmp_path / "hole.mkv", [6.0])[0])[0] == pytest.approx(6, abs=0.006)


def _joined(path, parts) -> None:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


@pytest.mark.parametrize("longest", [0, 1])
@pytest.mark.parametrize(
    ("suffix", "how"),
    [("mpg", MPEG2), ("ts", MP2), ("mkv", {"audio_codec": "libmp3lame", "sample_rate": RATE})],
)
def test_of_files_that_were_joined_the_longest_is_used(
    media, number_in, clicks_at, tmp_path, reading, suffix, how, longest
):
    frames = (125, 75) if longest == 0 else (75, 125)
    parts = [
        media(
            tmp_path / f"part{number}.{suffix}",
            frames=count,
            first_number=130 * number,
            sound=clicks_at(count / 25, RATE, [1.0 + 0.5 * number]),
            **how,
        )
        for number, count in enumerate(frames)
    ]
    wanted = parts[longest]
    path = tmp_path / f"joined.{suffix}"
    _joined(path, parts)
    first, last = probe(wanted).usable
    assert probe(path).usable == pytest.approx((first, last), abs=0.05)
    for time in (first + 0.2, first + 0.7, 1.48, 1.96):
        alone, found = (read_clips(file, [time], image_size=64)[0] for file in (wanted, path))
        assert _number(found, number_in) == _number(alone, number_in)
        assert _clicks(found) == pytest.approx(_clicks(alone), abs=0.002)


PCM = {"audio_codec": "pcm_s16le", "sample_rate": RATE}
MP3 = {"audio_codec": "libmp3lame", "sample_rate": 44100}
H264 = {
    "video_codec": "libx264",
    "video_options": {"bf": "2", "g": "30", "x264-params": "b-adapt=0"},
}
JOINED = {
    "MXF": ("mxf", MPEG2 | {"video_options": {"g": "30", "bf": "0", "b": "1M"}} | PCM),
    "MXF, B-frames": ("mxf", MPEG2 | PCM),
    "MXF, H.264": ("mxf", H264 | PCM),
    "Windows Media": ("wmv", {"video_codec": "wmv2", **PCM}),
    "AVI": ("avi", {"video_codec": "mpeg4", **PCM}),
    "AVI, B-frames": ("avi", H264 | PCM),
    "Flash": ("flv", {"video_codec": "flv1", **MP3}),
    "Ogg": ("ogg", {"video_codec": "libvpx", "audio_codec": "libopus", "sample_rate": RATE}),
    "QuickTime": ("mov", H264 | PCM),
    "fragments": ("mov", H264 | PCM | {"options": {"movflags": "frag_keyframe+empty_moov"}}),
    "NUT": ("nut", {"video_codec": "mpeg4", **PCM}),
}


@pytest.mark.parametrize("case", JOINED.values(), ids=JOINED)
def test_pictures_and_sound_of_a_joined_file_are_of_the_same_moment_or_refused(
    media, number_in, clicks_at, tmp_path, reading, case
):
    suffix, how = case
    rate, first_number = how["sample_rate"], 130
    clicks = clicks_at(5, rate, [1.0, 2.0, 3.0, 4.0])
    parts = [
        media(
            tmp_path / f"{number}.{suffix}",
            frames=125,
            first_number=first_number * number,
            sound=clicks / (1 + number),
            **how,
        )
        for number in range(2)
    ]
    path = tmp_path / f"joined.{suffix}"
    _joined(path, parts)
    try:
        first, last = probe(path).usable
    except MediaError as error:
        assert error.reason in ("no_timestamps", "decode_error")
        return
    for time in np.arange(first + 0.1, last, 0.55):
        if 4.4 < time < 5.6:  # both parts in a second of sound
            continue
        try:
            [clip] = read_clips(path, [float(time)], image_size=64)
        except MediaError as error:
            assert error.reason == "no_timestamps"
            continue
        part, number = divmod(_number(clip, number_in), first_number)
        loudness = np.abs(_sound(clip))
        assert loudness.max() / 32768 == pytest.approx(0.9 / (1 + part), rel=0.2)
        sounds = (clip.time - 0.5 + np.argmax(loudness) / rate) % 1
        assert (clip.time - sounds - number / 25 + 0.5) % 1 - 0.5 == pytest.approx(0, abs=0.1)


CHANGES = {
    "of the sound's rate": {"sample_rate": 32000},
    "of the channels": {"layout": "stereo", "sound": np.zeros((2, 5 * RATE), np.float32)},
    "of the picture's size": {"size": 2},
    "of nothing": {},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_within_a_recording_costs_only_what_is_near(
    media, make_frame, number_in, tmp_path, reading, change
):
    # As a broadcast does it: time goes on, but the last pictures of a part overlap the next.
    change = dict(change)
    size = change.pop("size", 1)
    how = MP2 | {"video_options": {"g": "25", "bf": "2"}}
    frames = [
        np.kron(make_frame(100 + number), np.ones((size, size, 1), np.uint8))
        for number in range(125)
    ]
    parts = [
        media(tmp_path / "0.ts", frames=100, **how),
        media(tmp_path / "1.ts", frames=frames, start=3.96, **(how | change)),
    ]
    path = tmp_path / "changing.ts"
    _joined(path, parts)
    # Second 0 is the sound's, 10 ms before the first frame. The muxer moves the first part by 80 ms,
    # as its B-frames are decoded before they are due.
    wanted = {0.7: 17, 1.6: 39, 2.4: 59, 6.02: 153, 7.22: 183, 8.1: 205}
    for time, number in wanted.items():
        assert _number(read_clips(path, [time], image_size=64)[0], number_in) == number


def test_three_parts_of_which_each_is_told_from_the_others(media, number_in, tmp_path, reading):
    parts = [
        media(tmp_path / f"{number}.mpg", frames=count, first_number=number * 80, **MPEG2)
        for number, count in enumerate((50, 75, 50))
    ]
    _joined(tmp_path / "three.mpg", parts)
    clips, alone = (
        read_clips(path, [0.6, 1.4, 2.3], image_size=64)
        for path in (tmp_path / "three.mpg", parts[1])
    )
    assert [clip.jpeg for clip in clips] == [clip.jpeg for clip in alone]
    assert 80 < _number(clips[0], number_in) < _number(clips[2], number_in) < 155


def test_time_that_starts_again_in_the_sound_only_is_refused(media, tmp_path):
    path = media(tmp_path / "case.ts", frames=200, **MP2)
    _restamp_transport(path, lambda t: t - 4 if t > 4 else t)
    with pytest.raises(MediaError, match="no_timestamps: time starts again"):
        probe(path)


@pytest.mark.parametrize("before", [0.02, 0.3, 4.0, 7.9, 61.0])
@pytest.mark.parametrize(("suffix", "delay"), [("ts", 1.4), ("mpg", 0.5)])
def test_a_clock_that_turns_over(
    media, number_in, clicks_at, tmp_path, reading, suffix, delay, before
):
    how = {"frames": 200, "sound": clicks_at(8, RATE, range(1, 8))}
    how |= MPEG2 if suffix == "mpg" else MP2
    plain = media(tmp_path / f"plain.{suffix}", **how)
    offset = 2**33 / 90000 - delay - before
    path = media(tmp_path / f"turns.{suffix}", options={"output_ts_offset": f"{offset}"}, **how)
    assert probe(path).usable == pytest.approx(probe(plain).usable, abs=0.02)
    for time in (0.6, 3.3, 3.9, 4.41, 7.3):
        one, other = (read_clips(file, [time], image_size=64)[0] for file in (plain, path))
        assert _number(one, number_in) == _number(other, number_in)
        assert _clicks(one) == pytest.approx(_clicks(other), abs=0.001)


def _lost(path, plain, number: int) -> None:
    """Copies a transport stream but for one of its packets."""
    data = plain.read_bytes()
    path.write_bytes(data[: number * PACKET] + data[(number + 1) * PACKET :])


@pytest.mark.parametrize("how", [MP2, {}, MPEG2], ids=["H.264 and MP2", "H.264 and AAC", "MPEG-2"])
def test_a_lost_packet_costs_only_what_needs_it(media, tmp_path, how):
    noise = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
    options = how.get("video_options") or {"g": "25", "sc_threshold": "0", "qp": "35"}
    plain = media(
        tmp_path / "plain.ts",
        frames=[np.roll(noise, 3 * number, 1) for number in range(200)],
        sound=0.5 * np.sin(2 * np.pi * 200 * np.arange(8 * RATE) / RATE),
        **{**how, "video_options": options, "sample_rate": RATE},
    )
    path = tmp_path / "lost.ts"
    times = [0.7, 2.5, 4.1, 5.9, 7.3]
    wanted = [read_clips(plain, [time], image_size=32)[0] for time in times]
    packets = plain.stat().st_size // PACKET
    refused = 0
    for number in range(packets // 8, packets, packets // 40):
        _lost(path, plain, number)
        good = 0
        for time, clip in zip(times, wanted, strict=True):
            try:
                found = read_clips(path, [time], image_size=32)[0]
            except MediaError as error:
                assert error.reason in ("decode_error", "sound_gap")
                refused += 1
                continue
            assert found.jpeg == clip.jpeg
            # Sound behind a loss begins anew at its stamp, which may differ by one sample.
            assert np.abs(_sound(found) - _sound(clip)).max() < 0.06 * 16384
            good += 1
        assert good >= 3
    assert refused


@pytest.mark.parametrize("filler", [bytes(1), b"\xff"], ids=["zeros", "ones"])
@pytest.mark.parametrize("place", [0.5, 1.0], ids=["in the middle", "at the end"])
def test_however_much_lies_between_packets_nothing_is_lost(media, tmp_path, filler, place):
    path = media(tmp_path / "case.ts", frames=200, **MP2)
    times = [0.7, 3.9, 4.1, 7.2]
    wanted = read_clips(path, times, image_size=32)
    data = path.read_bytes()
    cut = round(place * len(data) / PACKET) * PACKET
    path.write_bytes(data[:cut] + filler * (1000 * PACKET) + data[cut:])
    found = read_clips(path, times, image_size=32)
    assert [(clip.jpeg, clip.pcm) for clip in found] == [(clip.jpeg, clip.pcm) for clip in wanted]


def _segments(source, folder, at: list[float], suffix: str) -> list:
    """Cuts a file at key frames into parts that keep their time stamps."""
    paths = []
    for number, (begin, end) in enumerate(zip([0.0, *at], [*at, 1e9], strict=True)):
        paths.append(folder / f"part{number}.{suffix}")
        with av.open(str(source)) as container, av.open(str(paths[-1]), "w") as output:
            streams = {s.index: output.add_stream_from_template(s) for s in container.streams}
            for packet in container.demux():
                if packet.size and begin <= packet.dts * packet.time_base + 0.1 < end:
                    packet.stream = streams[packet.stream_index]
                    output.mux(packet)
    return paths


@pytest.mark.parametrize(
    "begin",
    [
        lambda content: bytes(100) + content,
        lambda content: b"G" * 40 + content,
        lambda c: c[-88:] + c,
    ],
    ids=["zeros", "what looks like a beginning", "the end of another packet"],
)
@pytest.mark.parametrize("time_code", [0, 4], ids=["plain", "with time codes"])
def test_a_transport_stream_may_begin_inside_a_packet(media, tmp_path, begin, time_code):
    content = media(tmp_path / "plain.ts", frames=100, **MP2).read_bytes()
    wanted = read_clips(tmp_path / "plain.ts", [1.0, 3.0], image_size=32)
    packets = [content[place : place + PACKET] for place in range(0, len(content), PACKET)]
    content = b"".join(bytes(time_code) + packet for packet in packets)
    path = tmp_path / "inside.ts"
    path.write_bytes(begin(content))
    found = read_clips(path, [1.0, 3.0], image_size=32)
    assert [(clip.jpeg, clip.pcm) for clip in found] == [(clip.jpeg, clip.pcm) for clip in wanted]
    path.write_bytes(begin(content)[:-50])
    with pytest.raises(MediaError, match="truncated"):
        read_clips(path, [1.0], image_size=32)


@pytest.mark.parametrize("suffix", ["mkv", "flv", "ts", "mp4"])
def test_parts_that_keep_their_time_stamps_are_not_truncated(media, number_in, tmp_path, suffix):
    whole = media(tmp_path / "whole.mp4", frames=250, video_options={"g": "75", "bf": "0"})
    for number, path in enumerate(_segments(whole, tmp_path, [3.0, 6.0], suffix)):
        first, last = probe(path).usable
        assert last - first > 1.8
        [clip] = read_clips(path, [first + 0.5], image_size=64)
        assert 75 * number < _number(clip, number_in) < 75 * number + 40


@pytest.mark.parametrize("part", [0.4, 0.7])
@pytest.mark.parametrize("from_first", [False, True])
def test_a_part_that_is_cut_is_truncated(media, tmp_path, part, from_first):
    noise = np.random.default_rng(3).integers(0, 255, (250, 64, 96, 3), np.uint8)
    whole = media(tmp_path / "whole.mp4", frames=list(noise), video_options={"g": "75", "bf": "0"})
    path = _segments(whole, tmp_path, [6.0], "mkv")[1]
    data = bytearray(path.read_bytes())
    if from_first:  # as other muxers write it: not the last time stamp, but the length
        place = data.index(b"\x44\x89\x88") + 3
        [duration] = struct.unpack_from(">d", data, place)
        struct.pack_into(">d", data, place, duration - 6000)
    path.write_bytes(data)
    assert probe(path).usable
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(MediaError, match="truncated: holds"):
        probe(path)


def _with_subtitles(source, path, texts: str) -> None:
    """Copies a file and adds subtitles."""
    lines = path.with_suffix(".srt")
    lines.write_text(texts)
    with (
        av.open(str(source)) as container,
        av.open(str(lines)) as subtitles,
        av.open(str(path), "w") as output,
    ):
        packets = []
        for one in (container, subtitles):
            streams = {s.index: output.add_stream_from_template(s) for s in one.streams}
            for packet in [packet for packet in one.demux() if packet.size]:
                packets.append(
                    ((packet.dts or packet.pts or 0) * packet.time_base, packet, streams)
                )
        for _, packet, streams in sorted(packets, key=lambda entry: entry[0]):
            packet.stream = streams[packet.stream_index]
            output.mux(packet)


@pytest.mark.parametrize("late", ["00:00:14,000 --> 00:00:19,000", "00:00:09,000 --> 00:01:00,000"])
def test_subtitles_may_end_later_than_pictures_and_sound(media, number_in, tmp_path, late):
    source = media(tmp_path / "plain.mkv", frames=250, video_options={"bf": "0"})
    path = tmp_path / "subtitled.mkv"
    _with_subtitles(source, path, f"1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n{late}\ntwo\n")
    assert probe(path).usable == pytest.approx(probe(source).usable, abs=0.01)
    assert _number(read_clips(path, [9.0], image_size=64)[0], number_in) == 225
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="truncated"):
        probe(path)


def _in_order_of_decoding(source, path) -> None:
    """Copies a file; its pictures are stamped in the order in which they are decoded."""
    count = itertools.count()

    def change(packet: av.Packet) -> bool:
        packet.pts = packet.dts = round(next(count) / 25 / packet.time_base)
        return True

    _copied(source, path, "video", change)


REORDERED = {"bf": "3", "g": "50", "x264-params": "b-adapt=0"}
STRAIGHT = {"bf": "0", "g": "50"}


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "mxf"])
@pytest.mark.parametrize("options", [REORDERED, STRAIGHT], ids=["with B", "without B"])
def test_pictures_with_times_of_decoding_are_sorted(
    media, number_in, tmp_path, reading, suffix, options
):
    sound = {} if suffix != "mxf" else PCM
    whole = media(
        tmp_path / "whole.mkv",
        frames=SECONDS * 25,
        video_codec="libx264",
        video_options=options,
        **sound,
    )
    path = tmp_path / f"copy.{suffix}"
    _in_order_of_decoding(whole, path)
    with av.open(str(path)) as container:
        stamps = [packet.pts for packet in container.demux(video=0) if packet.size]
    assert stamps == sorted(stamps)
    for times in ([0.5 + 0.04 * place for place in range(100, 125)], [1.0], [2.04, 7.0, 11.2]):
        for clip in read_clips(str(path), times):
            assert _number(clip, number_in) == int(clip.time * 25 + 1e-6) % 256


def test_pictures_whose_times_were_made_up_from_those_of_decoding_are_refused(media, tmp_path):
    whole = media(
        tmp_path / "whole.mkv",
        frames=SECONDS * 25,
        video_codec="libx264",
        video_options=REORDERED,
    )
    path = tmp_path / "copy.asf"
    _in_order_of_decoding(whole, path)
    with pytest.raises(MediaError) as refused:
        read_clips(str(path), [5.0])
    assert refused.value.reason == "no_timestamps"


def test_times_of_decoding_that_ffmpeg_shifts_are_those_of_the_file(
    media, number_in, tmp_path, reading
):
    # Of H.264 in Windows Media FFmpeg guesses how long a picture waits: not at all here.
    how = {"video_codec": "libx264", "video_options": STRAIGHT, **PCM}
    path = media(tmp_path / "plain.asf", frames=SECONDS * 25, **how)
    for times in ([1.02, 5.02], [0.7, 0.74, 9.9]):
        for clip in read_clips(path, times, image_size=64):
            assert _number(clip, number_in) == int(clip.time * 25 + 1e-6)


def _avi(media, path, lasts: list[int], b_frames: int = 0) -> None:
    """Writes an AVI whose frames last some ticks each."""
    options = {"bf": str(b_frames), "g": "50", "b": "4M"}
    how = {"video_codec": "mpeg4", "video_options": options, **PCM}
    source = media(path.with_suffix(".mkv"), frames=len(lasts), **how)
    starts = iter([0, *itertools.accumulate(lasts)])

    def change(packet: av.Packet) -> bool:
        packet.pts, packet.dts = None, round(next(starts) / 25 / packet.time_base)
        return True

    _copied(source, path, "video", change)


DROPPED = [5 if number % 20 == 10 else 1 for number in range(100)]


@pytest.mark.parametrize(
    "lasts",
    [DROPPED, [2] * 90, [1] * 50 + [3] * 50],
    ids=["dropped frames", "half the rate", "two rates"],
)
def test_an_avi_without_all_its_frames_is_not_truncated(media, number_in, tmp_path, reading, lasts):
    path = tmp_path / "dropped.avi"
    _avi(media, path, lasts)
    starts = np.cumsum([0, *lasts])
    last = probe(path).usable[1]
    for time in np.arange(0.62, last, 0.4):
        [clip] = read_clips(path, [float(time)], image_size=64)
        assert _number(clip, number_in) == np.searchsorted(starts, time * 25, side="right") - 1


def test_an_avi_with_b_frames_is_refused_where_frames_were_dropped(media, number_in, tmp_path):
    _avi(media, tmp_path / "dropped.avi", DROPPED, b_frames=2)
    with pytest.raises(MediaError, match=r"no_timestamps.*no constant rate"):
        read_clips(tmp_path / "dropped.avi", [2.0])
    _avi(media, tmp_path / "slow.avi", [2] * 90, b_frames=2)
    [clip] = read_clips(tmp_path / "slow.avi", [2.02], image_size=64)
    assert _number(clip, number_in) == 25


def test_an_avi_that_lacks_a_second_is_truncated(media, tmp_path):
    _avi(media, tmp_path / "whole.avi", DROPPED)
    data = (tmp_path / "whole.avi").read_bytes()
    for part in (0.5, 0.75):
        (tmp_path / "cut.avi").write_bytes(data[: int(len(data) * part)])
        with pytest.raises(MediaError, match="truncated"):
            probe(tmp_path / "cut.avi")
