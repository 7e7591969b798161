"""The benchmark of drift: what it does to examples, and its tables."""

from __future__ import annotations

import io

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from benchmarks.drift.changes import CHANGES, with_sounds_of_others
from benchmarks.drift.run import main
from objects_that_sound.components.media.loudness import loudness_dbfs
from objects_that_sound.models import examples as contract


def _row(number: int = 0) -> dict[str, list]:
    rng = np.random.default_rng(number)
    pixels = np.full((64, 64, 3), 150, np.uint8)
    pixels[16:48, 16:48] = rng.integers(0, 255, 3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    samples = (3000 * np.sin(np.arange(4000) / (3 + number))).astype("<i2")
    return {
        contract.VIDEO_ID: [f"{number}.mp4".encode()],
        contract.VIDEO_GROUP: [f"g{number}".encode()],
        contract.VIDEO_TIME: [float(number)],
        contract.IMAGE: [buffer.getvalue()],
        contract.IMAGE_BRIGHTNESS: [
            float(np.asarray(Image.fromarray(pixels).convert("L")).mean()) / 255
        ],
        contract.AUDIO: [samples.tobytes()],
        contract.AUDIO_SAMPLE_RATE: [4000],
        contract.AUDIO_LOUDNESS: [loudness_dbfs(samples)],
    }


@pytest.mark.parametrize(
    ("name", "brightness", "decibels"),
    [
        ("sound 30 dB quieter", 1, -30),
        ("sound 1 dB quieter", 1, -1),
        ("pictures at 30 % of their brightness", 0.3, 0),
        ("pictures at 95 % of their brightness", 0.95, 0),
        ("pictures blurred", 1, 0),
    ],
)
def test_changes_do_what_they_are_called(name, brightness, decibels):
    row = _row()
    changed = CHANGES[name](row)
    assert changed[contract.IMAGE_BRIGHTNESS][0] == pytest.approx(
        brightness * row[contract.IMAGE_BRIGHTNESS][0], abs=0.01
    )
    assert changed[contract.AUDIO_LOUDNESS][0] == pytest.approx(
        row[contract.AUDIO_LOUDNESS][0] + decibels, abs=0.1
    )
    assert (changed[contract.IMAGE] != row[contract.IMAGE]) == name.startswith("pictures")


def test_noise_and_overdriving_change_the_sound_only():
    row = _row()
    for name in ("noise of -20 dBFS added", "sound overdriven"):
        changed = CHANGES[name](row)
        assert changed[contract.AUDIO] != row[contract.AUDIO]
        assert changed[contract.IMAGE] == row[contract.IMAGE]


def test_dubbed_videos_have_the_sounds_of_others():
    rows = [_row(number) for number in range(4)]
    changed = with_sounds_of_others(rows)
    assert [row[contract.AUDIO] for row in changed] == [
        rows[number][contract.AUDIO] for number in (2, 3, 0, 1)
    ]
    assert [row[contract.IMAGE] for row in changed] == [row[contract.IMAGE] for row in rows]


def test_without_a_model_scalars_of_both_splits_are_compared(write_records, tmp_path):
    folder = tmp_path / "artifacts" / "VideoExampleGen" / "examples" / "1"
    for split, numbers in (("train", range(16)), ("eval", range(16, 22))):
        write_records(folder / f"Split-{split}" / "data.gz", [_row(n) for n in numbers])
    result = CliRunner().invoke(main, ["--root", str(tmp_path), "--draws", "2"])
    assert result.exit_code == 0, result.output
    rows = [line for line in result.output.splitlines() if line.startswith("| 10, 10")]
    assert len(rows) == 2
    assert all(row.endswith("0 of 2 |") for row in rows)
    assert "examples each | refused" not in result.output


@pytest.fixture
def write_records():
    import tensorflow as tf

    def write(path, rows):
        path.parent.mkdir(parents=True)
        options = tf.io.TFRecordOptions(compression_type="GZIP")
        with tf.io.TFRecordWriter(str(path), options) as writer:
            for row in rows:
                writer.write(contract.make_example(row).SerializeToString())

    return write
