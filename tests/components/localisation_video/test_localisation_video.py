"""What the model gets of every frame, and what is written."""

from __future__ import annotations

import dataclasses
import io
import pathlib
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.localisation_video import moment_process
from objects_that_sound.components.localisation_video.localisation_video import (
    make_localisation_video,
)
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.media.media_error import MediaError

RATE = 8000


@dataclasses.dataclass
class Answer:
    heatmap: np.ndarray
    score: float
    crop_box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclasses.dataclass
class Facts:
    sample_rate: int = RATE
    image_size: int = 64
    frames: int = 1
    map_threshold: float = 0.25


class Recorder:
    """A localiser that keeps what it was asked; the map's upper half is as loud as the sound."""

    def __init__(self, frames: int = 1) -> None:
        self.frames = frames
        self.images: list = []  # uint8 [height, width, 3], or a list of `frames` of them
        self.sounds: list[np.ndarray] = []
        self.batches: list[int] = []

    def describe(self) -> Facts:
        return Facts(frames=self.frames)

    def localise(self, images: Sequence, audios: Sequence[bytes]) -> list[Answer]:
        self.batches.append(len(images))
        self.images += [
            _decode(image) if self.frames == 1 else [_decode(frame) for frame in image]
            for image in images
        ]
        sounds = [np.frombuffer(audio, "<i2") for audio in audios]
        self.sounds += sounds
        return [Answer(np.array([[level], [0.0]]), level) for level in map(_loudest, sounds)]


def _decode(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def _loudest(sound: np.ndarray) -> float:
    return float(abs(sound.astype(int)).max()) / 32768


def _peak(sound: np.ndarray) -> float:
    """Seconds from the beginning to the loudest sample."""
    return int(abs(sound.astype(int)).argmax()) / RATE


def _pictures(path: pathlib.Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as container:
        return [
            (float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]


def _sound(path: pathlib.Path) -> tuple[np.ndarray, int]:
    """float32 [n] of the first channel, from second 0, and the rate."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
        pieces = [frame.to_ndarray()[0] for frame in frames if frame.pts >= 0]
        return np.concatenate(pieces), frames[0].sample_rate


@pytest.fixture
def output(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "out.mp4"


def test_every_frame_gets_the_second_around_it(
    media: Callable, clicks_at: Callable, number_in: Callable, tmp_path, output
):
    path = media(tmp_path / "in.mp4", frames=50, sound=clicks_at(2.0, 44100, [1.2]))
    model = Recorder()
    made = make_localisation_video(path, output, model, VideoOptions(batch_size=16))
    assert made.frames == 50 and made.broken_frames == made.broken_sounds == 0
    assert made.seconds == pytest.approx(2.0, abs=0.03)
    assert model.batches == [16, 16, 16, 2]
    assert [number_in(image) for image in model.images] == list(range(50))
    for number, sound in enumerate(model.sounds):
        assert len(sound) == RATE
        begin = number / 25 - 0.5
        if 0 < 1.2 - begin < 1:
            assert _peak(sound) == pytest.approx(1.2 - begin, abs=0.003), number
        else:
            assert _loudest(sound) < 0.5
    # Before the beginning and behind the end there is silence.
    assert not model.sounds[0][: RATE // 2 - 40].any() and model.sounds[0][RATE // 2 + 40 :].any()
    assert not model.sounds[-1][RATE // 2 + 800 :].any()


def test_the_file_plays_in_browsers(media: Callable, clicks_at: Callable, tmp_path, output):
    path = media(
        tmp_path / "in.mp4",
        frames=[np.full((63, 97, 3), level, np.uint8) for level in range(0, 250, 10)],
        sound=np.stack([clicks_at(1.0, 44100, [0.6])] * 2),
        layout="stereo",
        pixel_format="yuv444p",
    )
    make_localisation_video(path, output, Recorder(), VideoOptions(width=501))
    content = output.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(output)) as container:
        (video,), (audio,) = container.streams.video, container.streams.audio
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.width <= 501 and video.width % 2 == video.height % 2 == 0
        assert (audio.codec_context.name, audio.layout.name) == ("aac", "stereo")
        assert float(video.duration * video.time_base) == pytest.approx(1.0, abs=0.04)
    sound, rate = _sound(output)
    assert len(sound) / rate == pytest.approx(1.0, abs=0.05)
    assert abs(sound).argmax() / rate == pytest.approx(0.6, abs=0.003)
    assert not list(output.parent.glob(".*"))  # nothing temporary is left


def test_times_of_a_variable_frame_rate_stay(media: Callable, tmp_path, output):
    times = [0.0, 0.1, 0.15, 0.6, 0.7, 1.3]
    path = media(tmp_path / "in.mkv", frames=6, frame_times=times, fps=5)
    make_localisation_video(path, output, Recorder())
    assert [time for time, _ in _pictures(output)] == pytest.approx(times, abs=0.002)


def test_frames_a_second(media: Callable, number_in: Callable, tmp_path, output):
    path = media(tmp_path / "in.mkv", frames=4, frame_times=[0.0, 0.1, 0.9, 1.0], fps=2)
    model = Recorder()
    options = VideoOptions(start=0.4, max_seconds=0.6, fps=10)
    make_localisation_video(path, output, model, options)
    assert [number_in(image) for image in model.images] == [1, 1, 1, 1, 1, 2]
    assert [time for time, _ in _pictures(output)] == pytest.approx(
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], abs=0.001
    )


def test_a_model_of_several_frames(media: Callable, number_in: Callable, tmp_path, output):
    path = media(tmp_path / "in.mp4", frames=20)  # 0.04 s apart, as the model's
    model = Recorder(frames=5)
    made = make_localisation_video(path, output, model, VideoOptions(batch_size=4))
    assert made.frames == 20
    numbers = [[number_in(frame) for frame in image] for image in model.images]
    assert numbers == [[min(max(n + k, 0), 19) for k in (-2, -1, 0, 1, 2)] for n in range(20)]
    # Half as many frames a second: each stands for two of the model's.
    path = media(tmp_path / "in.mkv", frames=10, frame_times=[0.08 * n for n in range(10)], fps=12)
    model = Recorder(frames=5)
    make_localisation_video(path, output, model)
    numbers = [[number_in(frame) for frame in image] for image in model.images]
    assert numbers[4] == [3, 3, 4, 4, 5]


def test_a_part(media: Callable, clicks_at: Callable, number_in: Callable, tmp_path, output):
    path = media(
        tmp_path / "in.mp4",
        frames=100,
        video_options={"g": "30", "bf": "2"},
        sound=clicks_at(4.0, 44100, [2.5]),
    )
    model, progress = Recorder(), []
    options = VideoOptions(start=2.02, max_seconds=1.0)
    make_localisation_video(path, output, model, options, lambda *both: progress.append(both))
    # What is shown at 2.02 s is the frame of 2.00 s.
    assert [number_in(image) for image in model.images] == list(range(50, 76))
    assert _peak(model.sounds[10]) == pytest.approx(2.5 - 2.4 + 0.5, abs=0.003)
    assert progress[-1] == (26, 26) and {total for _, total in progress} == {26}
    sound, rate = _sound(output)
    assert abs(sound).argmax() / rate == pytest.approx(2.5 - 2.02, abs=0.003)
    assert len(sound) / rate == pytest.approx(1.0, abs=0.05)


def test_gaps_and_a_late_beginning_of_sound(media: Callable, clicks_at: Callable, tmp_path, output):
    path = media(
        tmp_path / "in.mkv",
        frames=75,
        sound=clicks_at(1.5, 44100, [0.5, 1.2]),
        audio_start=0.4,
        audio_gaps=[(0.8, 0.6)],
    )
    model = Recorder()
    make_localisation_video(path, output, model)
    # The clicks are at 0.9 s and, behind the gap from 1.2 s to 1.8 s, at 2.2 s.
    assert _peak(model.sounds[round(0.9 * 25)]) == pytest.approx(0.5 + 0.9 - 22 / 25, abs=0.03)
    assert _peak(model.sounds[round(2.2 * 25)]) == pytest.approx(0.5, abs=0.03)
    sound, rate = _sound(output)
    loud = np.flatnonzero(abs(sound) > 0.4) / rate
    assert loud.min() == pytest.approx(0.9, abs=0.03)
    assert loud.max() == pytest.approx(2.2, abs=0.03)
    assert abs(sound[int(1.3 * rate) : int(1.7 * rate)]).max() < 0.01


def test_channels_that_cancel_each_other(media: Callable, clicks_at: Callable, tmp_path, output):
    left = clicks_at(2.0, 44100, [1.0])
    path = media(
        tmp_path / "in.mkv", sound=np.stack([left, -left]), layout="stereo", audio_codec="pcm_s16le"
    )
    model = Recorder()
    make_localisation_video(path, output, model)
    assert _loudest(model.sounds[25]) > 0.5
    assert _peak(model.sounds[25]) == pytest.approx(0.5, abs=0.003)


def test_damaged_frames_are_counted(media: Callable, number_in: Callable, tmp_path, output):
    whole = media(tmp_path / "whole.mkv", frames=50, video_options={"g": "10", "bf": "0"})
    broken = tmp_path / "broken.mkv"
    with av.open(str(whole)) as there, av.open(str(broken), "w") as here:
        streams = {s.index: here.add_stream_from_template(s) for s in there.streams}
        number = 0
        for packet in there.demux():
            if packet.dts is None:
                continue
            if packet.stream.type == "video":
                number += 1
                if number == 16:  # the sixth of its group: the other four refer to it
                    damaged = av.Packet(b"\0" * packet.size)
                    damaged.pts, damaged.dts = packet.pts, packet.dts
                    damaged.time_base, damaged.duration = packet.time_base, packet.duration
                    damaged.stream = packet.stream
                    packet = damaged
            packet.stream = streams[packet.stream_index]
            here.mux(packet)
    model = Recorder()
    made = make_localisation_video(broken, output, model)
    assert 1 <= made.broken_frames <= 5
    assert made.frames == 50 - made.broken_frames
    numbers = [number_in(image) for image in model.images]
    assert numbers[:15] == list(range(15)) and numbers[-30:] == list(range(20, 50))
    assert 15 not in numbers
    assert _pictures(output)[-1][0] == pytest.approx(49 / 25, abs=0.002)


def test_the_map_is_where_the_loud_sound_is(media: Callable, clicks_at: Callable, tmp_path, output):
    grey = [np.full((64, 64, 3), 90, np.uint8)] * 50
    path = media(tmp_path / "in.mp4", frames=grey, sound=0.01 + 0 * clicks_at(2.0, 44100, []))
    make_localisation_video(path, output, Recorder())
    quiet = _pictures(output)[25][1].astype(int)
    path = media(tmp_path / "in.mp4", frames=grey, sound=clicks_at(2.0, 44100, [1.0]))
    make_localisation_video(path, output, Recorder())
    loud = _pictures(output)[25][1].astype(int)
    height, width = loud.shape[:2]
    x, upper, lower = width * 5 // 6, height // 4, height * 3 // 4  # in the panel of the map
    assert quiet[upper, x].sum() < 60 and loud[lower, x].sum() < 60  # dark
    assert loud[upper, x].sum() > 350
    x = width // 2  # overlay: as the input where the map is dark
    assert abs(quiet[upper, x] - 90).max() < 12 and abs(loud[upper, x] - 90).max() > 60
    change = abs(loud - quiet)[:, : width // 3 - 8]  # of the input there is none but the encoder's
    assert change.mean() < 1 and change.max() < 40


def test_what_is_found_is_told_frame_by_frame(
    media: Callable, clicks_at: Callable, tmp_path, output
):
    path = media(tmp_path / "in.mp4", frames=50, sound=clicks_at(2.0, 44100, [1.6]))
    told = []
    model = Recorder()
    made = make_localisation_video(
        path, output, model, VideoOptions(start=0.4), on_found=lambda *one: told.append(one)
    )
    times, found, parts = zip(*told, strict=True)
    assert times == pytest.approx([0.4 + n / 25 for n in range(40)], abs=1e-6)
    assert [one.score for one in found] == [_loudest(sound) for sound in model.sounds]
    loud = [_loudest(sound) >= 0.25 for sound in model.sounds]
    assert 10 < sum(loud) < 40
    assert [bool(one.boxes) for one in parts] == loud
    for one in parts:
        for ymin, xmin, ymax, xmax in one.boxes:
            assert (ymin, xmin, xmax) == (0, 0, 1) and 0.25 < ymax < 0.75
    assert made.dark_frames == 40 - sum(loud)


def test_memory_does_not_grow_with_the_length(media: Callable, tmp_path, output):
    path = media(tmp_path / "in.mp4", frames=100)
    model, ahead = Recorder(), []
    options = VideoOptions(batch_size=8)
    make_localisation_video(
        path, output, model, options, lambda done, _: ahead.append(len(model.images) - done)
    )
    assert max(ahead) <= 16


@pytest.mark.parametrize("step", ["_begin", "_more", "_rest"])
def test_a_video_that_kills_its_decoder_is_an_error(
    step: str, media: Callable, tmp_path, output, monkeypatch
):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "deadly_moments.py").write_text(
        "import os\ndef die(*_):\n    os.abort()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    monkeypatch.delitem(sys.modules, "deadly_moments", raising=False)
    import deadly_moments

    path = media(tmp_path / "in.mp4", frames=30)
    monkeypatch.setattr(moment_process, step, deadly_moments.die)
    with pytest.raises(MediaError, match="crashed: the decoder died of signal 6"):
        make_localisation_video(path, output, Recorder())
    assert not output.exists()


def test_no_sound(media: Callable, tmp_path, output):
    path = media(tmp_path / "in.mp4", sound=None)
    with pytest.raises(MediaError, match="no_audio_stream: no sound track"):
        make_localisation_video(path, output, Recorder())
    assert not output.exists()


def test_a_start_behind_the_end(media: Callable, tmp_path, output):
    path = media(tmp_path / "in.mp4")
    with pytest.raises(MediaError, match=r"no pictures behind 5.00 s; .* from 0.00 s to 2.00 s"):
        make_localisation_video(path, output, Recorder(), VideoOptions(start=5))


def test_a_failure_leaves_no_file(media: Callable, tmp_path, output):
    class Broken(Recorder):
        def localise(self, images, audios):
            if self.batches:
                raise ConnectionError("gone")
            return super().localise(images, audios)

    path = media(tmp_path / "in.mp4")
    with pytest.raises(ConnectionError, match="gone"):
        make_localisation_video(path, output, Broken())
    assert {file.name for file in tmp_path.iterdir()} == {"in.mp4"}


def test_real_clips(shared_data: pathlib.Path, output):
    clips = sorted((shared_data / "videos").rglob("*.mp4"))[::97]
    assert len(clips) >= 3
    for clip in clips:
        made = make_localisation_video(clip, output, Recorder(), VideoOptions(max_seconds=1))
        pictures = _pictures(output)
        assert len(pictures) == made.frames >= 10
        assert Fraction(made.broken_frames) == 0
