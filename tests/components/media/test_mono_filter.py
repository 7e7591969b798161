"""MonoFilter: what PyAV's resampler gives, without its threads."""

import os

import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from objects_that_sound.components.media.mono_filter import MonoFilter


def make_frames(kind, layout, rate, sizes=(1024, 1, 1024, 333, 2048)):
    generator = np.random.default_rng(0)
    frames = []
    for size in sizes:
        frame = AudioFrame(kind, layout, size)
        frame.sample_rate = rate
        for plane in frame.planes:
            if kind.startswith("flt"):
                values = generator.normal(0, 0.3, plane.buffer_size // 4).astype(np.float32)
            else:
                values = generator.integers(0, 256, plane.buffer_size, np.uint8)
            plane.update(values.tobytes())
        frames.append(frame)
    return frames


@pytest.mark.parametrize(
    ("kind", "layout", "rate", "wanted"),
    [
        ("fltp", "stereo", 44100, 48000),
        ("fltp", "stereo", 48000, 48000),
        ("fltp", "5.1", 48000, 16000),
        ("s16", "mono", 8000, 48000),
        ("s16", "mono", 16000, 16000),  # nothing to convert
        ("s16p", "stereo", 22050, 16000),
        ("s32", "7.1", 96000, 48000),
        ("u8", "mono", 11025, 48000),
        ("dblp", "mono", 44100, 16000),
    ],
)
def test_it_gives_what_pyavs_resampler_gives(kind, layout, rate, wanted):
    resampler, mono = AudioResampler("s16", "mono", wanted), MonoFilter(wanted)
    for frame in [*make_frames(kind, layout, rate), None]:
        expected = [piece.to_ndarray()[0] for piece in resampler.resample(frame) if piece]
        found = mono.feed(frame)
        assert [len(piece) for piece in found] == [len(piece) for piece in expected]
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_pieces_stay_as_they_are_when_the_filter_goes_on():
    mono = MonoFilter(16000)
    pieces, copies = [], []
    for frame in [*make_frames("fltp", "stereo", 44100, [1024] * 50), None]:
        new = mono.feed(frame)
        pieces += new
        copies += [piece.copy() for piece in new]
    del mono
    for piece, copy in zip(pieces, copies, strict=True):
        np.testing.assert_array_equal(piece, copy)


def test_without_any_frame_the_end_gives_nothing():
    assert MonoFilter(48000).feed(None) == []


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="threads are counted on Linux")
def test_no_thread_is_started():
    threads = len(os.listdir("/proc/self/task"))
    mono = MonoFilter(16000)
    mono.feed(make_frames("fltp", "stereo", 44100)[0])
    assert len(os.listdir("/proc/self/task")) == threads


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="threads are counted on Linux")
@pytest.mark.skipif(os.cpu_count() == 1, reason="PyAV starts none on one processor")
def test_pyavs_own_resampler_starts_threads():
    """When this fails, MonoFilter has lost its reason."""
    threads = len(os.listdir("/proc/self/task"))
    resampler = AudioResampler("s16", "mono", 16000)
    resampler.resample(make_frames("fltp", "stereo", 44100)[0])
    assert len(os.listdir("/proc/self/task")) > threads
