"""Which stream of a file with several is its picture, and which its sound."""

from __future__ import annotations

import io
import pathlib
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest
import simplejpeg
from av.stream import Disposition

from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile

RATE = 48000
SECONDS = 3
UNFLAGGED = Disposition(0)
GREY, BRIGHT = 60, 200
LOW, HIGH = 440.0, 3000.0


class Picture:
    """A track of grey pictures."""

    def __init__(self, luma: int, codec: str = "libx264", flag=UNFLAGGED, count: int = 75):
        self.luma, self.codec, self.flag, self.count = luma, codec, flag, count

    def add(self, output):
        stream = output.add_stream(self.codec, rate=25)
        stream.width, stream.height = 96, 64
        stream.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24"}.get(self.codec, "yuv420p")
        stream.codec_context.time_base = Fraction(1, 25)
        return stream

    def packets(self, stream) -> list:
        found = []
        step = SECONDS * 25 // self.count
        for index in range(self.count):
            image = np.full((64, 96, 3), self.luma, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index * step, Fraction(1, 25)
            found += stream.encode(frame)
        return found + stream.encode(None)


class Sound:
    """A track of one tone."""

    def __init__(self, hertz: float, codec: str = "aac", flag=UNFLAGGED):
        self.hertz, self.codec, self.flag = hertz, codec, flag

    def add(self, output):
        return output.add_stream(self.codec, rate=RATE, layout="mono")

    def packets(self, stream) -> list:
        time = np.arange(SECONDS * RATE) / RATE
        tone = (0.3 * np.sin(2 * np.pi * self.hertz * time)).astype(np.float32)
        found = []
        convert = av.AudioResampler(stream.codec_context.format.name, "mono", RATE)
        for begin in range(0, len(tone), 1024):
            frame = av.AudioFrame.from_ndarray(tone[None, begin : begin + 1024], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, begin, Fraction(1, RATE)
            for converted in convert.resample(frame):
                found += stream.encode(converted)
        return found + stream.encode(None)


Track = Picture | Sound


def _write(path: pathlib.Path, tracks: Sequence[Track], **options: str) -> pathlib.Path:
    with av.open(str(path), "w", options=options) as output:
        streams = [track.add(output) for track in tracks]
        for stream, track in zip(streams, tracks, strict=True):
            stream.disposition = track.flag
        packets = [
            packet
            for stream, track in zip(streams, tracks, strict=True)
            for packet in track.packets(stream)
        ]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _found(source) -> tuple[int, float]:
    """Brightness (0 to 255) and frequency (Hz) of the clip in the middle."""
    [clip] = read_clips(source, [1.4], image_size=32)
    luma = simplejpeg.decode_jpeg(clip.jpeg, "GRAY").mean()
    spectrum = np.abs(np.fft.rfft(np.frombuffer(clip.pcm, "<i2").astype(float)))
    return round(luma), float(spectrum.argmax())


def _is(source, luma: int, hertz: float) -> None:
    found = _found(source)
    assert found[0] == pytest.approx(luma, abs=6)
    assert found[1] == pytest.approx(hertz, abs=3)


DEFAULT = Disposition.default
FILM, OTHER_FILM = Picture(GREY, flag=DEFAULT), Picture(BRIGHT)

SOUNDS = {
    "the default one": [Sound(HIGH), Sound(LOW, flag=DEFAULT)],
    "not the comment": [Sound(HIGH, flag=Disposition.comment), Sound(LOW)],
    "not the comment, even by default": [
        Sound(HIGH, flag=Disposition.comment | DEFAULT),
        Sound(LOW),
    ],
    "not the one for people who hear badly": [
        Sound(HIGH, flag=Disposition.hearing_impaired),
        Sound(LOW),
    ],
    "not the one for people who see badly": [
        Sound(HIGH, flag=Disposition.visual_impaired),
        Sound(LOW),
    ],
    "the first of equals": [Sound(LOW, flag=DEFAULT), Sound(HIGH, flag=DEFAULT)],
    "the first of equals without flags": [Sound(LOW), Sound(HIGH)],
}


@pytest.mark.parametrize("tracks", SOUNDS.values(), ids=SOUNDS)
def test_sound_is(tracks: list[Track], tmp_path: pathlib.Path):
    _is(_write(tmp_path / "some.mkv", [FILM, *tracks]), GREY, LOW)


def test_default_beats_order_in_mp4_too(tmp_path: pathlib.Path):
    path = _write(tmp_path / "some.mp4", [FILM, Sound(HIGH), Sound(LOW, flag=DEFAULT)])
    _is(path, GREY, LOW)


PICTURES = {
    "the default one": [OTHER_FILM, FILM],
    "not one thumbnail": [Picture(BRIGHT, "mjpeg", DEFAULT, count=1), Picture(GREY)],
    "not one thumbnail of a film's codec": [Picture(BRIGHT, flag=DEFAULT, count=1), Picture(GREY)],
    "not thumbnails now and then": [Picture(BRIGHT, "mjpeg", DEFAULT, count=5), Picture(GREY)],
    "motion JPEG that is the film": [
        Picture(GREY, "mjpeg", DEFAULT),
        Picture(BRIGHT, flag=UNFLAGGED),
    ],
}


@pytest.mark.parametrize("suffix", ["mkv", "mov"])
@pytest.mark.parametrize("tracks", PICTURES.values(), ids=PICTURES)
def test_picture_is(tracks: list[Track], suffix: str, tmp_path: pathlib.Path):
    path = _write(tmp_path / f"some.{suffix}", [*tracks, Sound(LOW)])
    _is(path, GREY, LOW)
    # Counting the pictures of several tracks reads the file, also one that is only open.
    _is(io.BytesIO(path.read_bytes()), GREY, LOW)


def test_pictures_stored_as_png_now_and_then_are_thumbnails_too(tmp_path: pathlib.Path):
    tracks = [Picture(BRIGHT, "png", DEFAULT, count=15), Picture(GREY), Sound(LOW)]
    _is(_write(tmp_path / "some.mov", tracks), GREY, LOW)


def _without_decoder(path: pathlib.Path, tag: bytes, other: bytes) -> pathlib.Path:
    """Makes the first track of some code one that FFmpeg does not know."""
    data = path.read_bytes()
    assert tag in data
    path.write_bytes(data.replace(tag, other, 1))
    return path


def test_sound_without_decoder_hides_no_other(tmp_path: pathlib.Path):
    tracks = [FILM, Sound(HIGH, "pcm_s16le", DEFAULT), Sound(LOW)]
    path = _write(tmp_path / "some.mov", tracks)
    _is(_without_decoder(path, b"sowt", b"zzzz"), GREY, LOW)


def test_sound_without_decoder_hides_no_other_in_matroska(tmp_path: pathlib.Path):
    path = _write(tmp_path / "some.mkv", [FILM, Sound(HIGH, flag=DEFAULT), Sound(LOW)])
    _is(_without_decoder(path, b"A_AAC", b"A_XYZ"), GREY, LOW)


def test_picture_without_decoder_hides_no_other(tmp_path: pathlib.Path):
    path = _write(tmp_path / "some.mov", [Picture(BRIGHT, flag=DEFAULT), Picture(GREY), Sound(LOW)])
    _is(_without_decoder(path, b"avc1", b"zzzz"), GREY, LOW)


def test_where_no_stream_of_a_kind_has_a_decoder_that_is_the_reason(tmp_path: pathlib.Path):
    path = _write(tmp_path / "some.mov", [FILM, Sound(LOW, "pcm_s16le")])
    with pytest.raises(MediaError, match="cannot_open: no decoder for the audio's codec"):
        read_clips(_without_decoder(path, b"sowt", b"zzzz"), [1.4])


def test_an_empty_track_is_not_the_sound(tmp_path: pathlib.Path):
    class Empty(Sound):
        def packets(self, stream) -> list:
            return []

    path = _write(tmp_path / "some.mov", [FILM, Empty(HIGH, "pcm_s16le", DEFAULT), Sound(LOW)])
    _is(path, GREY, LOW)


# Transport streams of several programs.


def _crc(section: bytes) -> bytes:
    """CRC-32/MPEG-2 (ISO 13818-1, annex A)."""
    crc = 0xFFFFFFFF
    for byte in section:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
            crc &= 0xFFFFFFFF
    return crc.to_bytes(4, "big")


def _pat(programs: Sequence[tuple[int, int]], packet: bytes) -> bytes:
    """A transport packet whose table has the given programs, (number, PID of its map)."""
    body = b"".join(
        number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big") for number, pid in programs
    )
    section = b"\x00" + (0xB000 | len(body) + 9).to_bytes(2, "big") + b"\x00\x01\xc1\x00\x00" + body
    return (packet[:4] + b"\x00" + section + _crc(section)).ljust(188, b"\xff")


def _pid(packet: bytes) -> int:
    return int.from_bytes(packet[1:3], "big") & 0x1FFF


def _multiplexed(folder: pathlib.Path, programs: Sequence[Sequence[Track]]) -> pathlib.Path:
    """A transport stream of several programs, interleaved in time; their maps come first."""
    parts = []
    for number, tracks in enumerate(programs, start=1):
        part = _write(
            folder / f"{number}.ts",
            tracks,
            mpegts_service_id=str(number),
            mpegts_pmt_start_pid=str(0x1000 + number),
            mpegts_start_pid=str(0x100 * number),
        )
        data = part.read_bytes()
        parts.append([data[place : place + 188] for place in range(0, len(data), 188)])
    maps = [(number, 0x1000 + number) for number in range(1, len(parts) + 1)]
    placed = [
        (-1.0, number, next(packet for packet in packets if _pid(packet) == maps[number][1]))
        for number, packets in enumerate(parts)
    ]
    placed.append((-2.0, 0, _pat(maps, next(one for one in parts[0] if _pid(one) == 0))))
    for number, packets in enumerate(parts):
        for place, packet in enumerate(packets):
            if _pid(packet) in (0, 17) and number:
                continue  # one table of programs, one of services
            packet = _pat(maps, packet) if _pid(packet) == 0 else packet
            placed.append((place / len(packets), number, packet))
    path = folder / "several.ts"
    path.write_bytes(b"".join(packet for *_, packet in sorted(placed, key=lambda one: one[:2])))
    return path


PROGRAMS = {
    "the first": [[Picture(GREY), Sound(LOW)], [Picture(BRIGHT), Sound(HIGH)]],
    "one that has both picture and sound": [
        [Picture(BRIGHT)],
        [Sound(HIGH)],
        [Picture(GREY), Sound(LOW)],
    ],
    "one whose sound comes first": [
        [Sound(HIGH)],
        [Sound(LOW), Picture(GREY)],
        [Picture(BRIGHT), Sound(HIGH)],
    ],
}


@pytest.mark.parametrize("programs", PROGRAMS.values(), ids=PROGRAMS)
def test_program_is(programs: list[list[Track]], tmp_path: pathlib.Path):
    path = _multiplexed(tmp_path, programs)
    with MediaFile(path) as media:
        assert media.video is not None and media.audio is not None
        assert media.video.id >> 8 == media.audio.id >> 8  # PIDs, see `_multiplexed`
    _is(path, GREY, LOW)


def test_of_whole_programs_the_one_whose_map_comes_first_is_taken(tmp_path: pathlib.Path):
    path = _multiplexed(
        tmp_path, [[Picture(GREY), Sound(LOW)], [Sound(HIGH), Sound(HIGH), Picture(BRIGHT)]]
    )
    data = path.read_bytes()
    packets = [data[place : place + 188] for place in range(0, len(data), 188)]
    table, first, second, *others = packets
    path.write_bytes(table + second + first + b"".join(others))
    _is(path, BRIGHT, HIGH)
