"""Clips become examples: how their sound is stored."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media.clips import Clip
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.ingest_video import ingest_video
from objects_that_sound.components.video_example_gen.video import Video
from objects_that_sound.models import examples

_RATE = 16000
_SOUND = np.round(9000 * np.sin(np.arange(_RATE) / 7)).astype("<i2")
_CLIP = Clip(time=1.0, jpeg=b"jpeg", pcm=_SOUND.tobytes(), brightness=0.5, loudness=-14.0)


def _ingested(codec: str, folder) -> bytes:
    config = IngestConfig(sample_rate=_RATE, audio_codec=codec)
    [example] = ingest_video(Video(str(folder / "a.mp4"), "a", "a", ""), [_CLIP], config)
    return example.SerializeToString(deterministic=True)


def test_flac_reads_as_the_same_example_in_less_space(tmp_path):
    pcm, flac = (_ingested(codec, tmp_path) for codec in ("pcm", "flac"))
    assert examples.read_example(flac) == examples.read_example(pcm)
    assert len(flac) < 0.8 * len(pcm)


def test_vorbis_reads_as_nearly_the_same_in_far_less_space(tmp_path):
    pcm, vorbis = (_ingested(codec, tmp_path) for codec in ("pcm", "vorbis"))
    read = examples.read_example(vorbis)
    sound = np.frombuffer(read.pop(examples.AUDIO)[0], "<i2").astype(float)
    assert np.abs(sound - _SOUND)[100:-100].max() < 900
    wanted = examples.read_example(pcm)
    del wanted[examples.AUDIO]
    assert read == wanted
    assert len(vorbis) < 0.4 * len(pcm)


def test_pcm_is_the_default_and_stays_as_it_was(tmp_path):
    assert IngestConfig().audio_codec == "pcm"
    assert _SOUND.tobytes() in _ingested("pcm", tmp_path)


def test_an_unknown_codec_is_refused():
    with pytest.raises(ValueError, match="audio_codec must be 'pcm', 'flac' or 'vorbis'"):
        IngestConfig(audio_codec="mp3")
