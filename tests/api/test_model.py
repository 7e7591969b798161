"""`ots.load(...)` and what a model answers, in this process, over gRPC and over REST."""

from __future__ import annotations

import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import objects_that_sound as ots
from objects_that_sound.tfx_pipeline.commands import search

GREY = np.full((40, 30, 3), 51, np.uint8)  # brightness 0.2


def test_embeddings_of_a_video_have_times_and_unit_length(where, video_file):
    with ots.load(where) as model:
        found = model.embed_video(video_file, every=0.5)
    assert found.times.dtype == np.float64 and found.failed == ()
    assert found.times == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5], abs=0.11)
    assert found.image.dtype == found.audio.dtype == np.float32
    assert np.linalg.norm(found.image, axis=1) == pytest.approx(1, abs=1e-5)
    white = found.times >= 1.5 - 1e-6
    assert found.image[:, 0] == pytest.approx(white.astype(float), abs=0.03)
    assert found.audio[:, 0] == pytest.approx(0.25, rel=0.15)


def test_scores_of_a_picture_with_a_sound_and_of_a_video(where, sound_file, tone, video_file):
    with ots.load(where) as model:
        assert model.score(GREY, sound_file, time=2.4) == pytest.approx(0.2 * 0.5, rel=0.05)
        assert model.score(GREY, sound_file, time=0.5) == pytest.approx(0.2 * 0.05, rel=0.05)
        assert model.score(GREY, tone, 16000, time=2.4) == pytest.approx(0.1, rel=0.05)
        assert model.score(video=video_file, time=2.0) == pytest.approx(0.25, rel=0.15)
        scores = model.score_video(video_file, every=1.0)
    assert scores.scores == pytest.approx(np.where(scores.times < 1.5, 0, 0.25), abs=0.05)


def test_a_localised_moment_shows_its_heat_map_and_plays_its_sound(where, video_file, tmp_path):
    with ots.load(where) as model:
        found = model.localise(video=video_file, time=2.0)
        rate = model.description.sample_rate
    assert found.peak == (0.375, 0.6875) and found.heatmap.shape == (4, 4)
    assert found.score == pytest.approx(0.25, rel=0.15)
    page = found._repr_html_()
    assert "clip &amp; co.mp4 at 2.00 s" in page
    picture, sound = (
        base64.b64decode(re.search(rf'src="data:{kind};base64,([^"]+)"', page)[1])
        for kind in ("image/jpeg", "audio/wav")
    )
    assert Image.open(io.BytesIO(picture)).width == 640
    assert len(sound) == 44 + 2 * rate
    found.save(tmp_path / "map.png")
    assert Image.open(tmp_path / "map.png").width == 640


def test_a_moment_whose_map_is_below_the_threshold_says_that_nothing_sounds(model, video_file):
    found = model.localise(video=video_file, time=2.0)
    assert len(found.boxes) == 1 and "peak=" in repr(found)
    dark = dataclasses.replace(found, threshold=1.1)
    assert dark.boxes == () and "peak=" not in repr(dark)
    assert "nothing in the picture makes this sound" in dark._repr_html_()
    # The frame is white; cross and outline have black edges.
    black = (np.asarray(one.picture()).max(2) < 15 for one in (found, dark))
    assert [bool(one.any()) for one in black] == [True, False]


def test_search_gives_both_ways_and_shows_the_frames(where, video_file):
    with ots.load(where) as index:
        both = index.search(video=video_file, time=2.0, k=3)
        one = index.search(GREY, k=2)
    assert repr(both).endswith(" at 2.00 s', 3 sounds, 3 images)")
    assert [item.time for item in both.sounds] == [1.84] * 3
    assert both.images[0].score == pytest.approx(0.25, rel=0.15)
    assert (len(one.sounds), one.images) == (2, ())
    page = both._repr_html_()
    assert "a &lt;b&gt;.mp4" in page and "<b>" not in page
    assert ("data:image/jpeg" in page) == (both.folder is not None)


def test_a_page_of_found_moments_needs_no_other_file(model_folder, video_file, tmp_path):
    page = tmp_path / "found.html"
    arguments = ["--index", model_folder, "--video", video_file, "--html", page, "-k", "2"]
    result = CliRunner().invoke(search.command, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    thumbnail = model_folder / "1" / "assets.extra" / "thumbnails" / "a.jpg"
    assert result.output.count(str(thumbnail)) == 4 and thumbnail.is_file()
    text = page.read_text()
    assert text.count("<img") == text.count('src="data:image/jpeg') == 4
    assert "Sounds for" in text and "Images for" in text and "a &lt;b&gt;.mp4" in text


def test_pictures_of_all_kinds_are_the_same_picture(model, tmp_path):
    path = tmp_path / "grey.bmp"
    Image.fromarray(GREY).save(path)
    kinds = [GREY, Image.fromarray(GREY), path, str(path), path.read_bytes(), GREY[..., 0]]
    found = model.embed_image(kinds)
    assert found.shape == (6, 2)
    assert found[:, 0] == pytest.approx(0.2, abs=1e-3)
    assert model.embed_image(GREY).shape == (2,)
    assert model.embed_image(np.stack([GREY, GREY])).shape == (2, 2)
    assert model.embed_image([]).shape == (0, 2)


def test_seconds_of_a_sound_overlap_where_that_is_wanted(model, sound_file, tone):
    times, audio = model.embed_audio(sound_file)
    assert times == pytest.approx([0.5, 1.5, 2.5])
    assert audio[:, 0] == pytest.approx([0.05, 0.5, 0.5], rel=0.1)
    assert model.embed_audio(tone, 16000, every=0.25).times == pytest.approx(
        np.arange(0.5, 2.51, 0.25)
    )
    int16 = (tone * 32767).astype(np.int16)
    for same in (int16, np.stack([tone, tone], 1)):
        assert model.embed_audio(same, 16000).audio == pytest.approx(audio, abs=0.01)


def test_what_cannot_be_asked_is_told(model, sound_file, tone, video_file, tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    unusable = [
        (lambda: model.embed_video(text), "text.mp4: cannot_open"),
        (lambda: model.embed_image(text), "text.mp4: cannot_open"),
        (lambda: model.embed_image(tmp_path / "none.png"), "none.png: missing_file"),
        (lambda: model.embed_audio(text), "text.mp4: cannot_open"),
        (lambda: model.score(GREY, sound_file, time=2.9), "no whole second of sound around 2.90"),
        (lambda: model.localise(video=video_file, time=9.0), "too_short"),
    ]
    for ask, words in unusable:
        with pytest.raises(ots.UnusableFileError, match=re.escape(words)):
            ask()
    wrong = [
        (lambda: model.embed_audio(tone), ValueError, "sample_rate"),
        (lambda: model.embed_audio(tone[:100], 16000), ValueError, "whole second"),
        (lambda: model.embed_audio(tone * np.nan, 16000), ValueError, "not finite"),
        (lambda: model.embed_audio(tone.astype(np.int64), 16000), TypeError, "int64"),
        (lambda: model.embed_audio(np.stack([tone, tone]), 16000), TypeError, r"\[n, channels\]"),
        (lambda: model.embed_audio(tone * 30000, 16000), ValueError, "floats are in -1..1"),
        (lambda: model.embed_audio(tone, -1), ValueError, "not -1"),
        (lambda: model.embed_audio(tone, "16000"), TypeError, "sample_rate is a number"),
        (lambda: model.embed_audio(b"RIFF"), TypeError, "a path, or an array"),
        (lambda: model.embed_audio(np.zeros(0), 16000), ValueError, "no samples"),
        (lambda: model.embed_image(GREY / 255), TypeError, r"float64 .* \(255 \* array\)"),
        (lambda: model.embed_image(GREY[:0]), TypeError, r"\[0, 30, 3\]"),
        (lambda: model.embed_image(GREY.transpose(2, 0, 1)), TypeError, r"\[3, 40, 30\]"),
        (lambda: model.embed_image(None), TypeError, "not NoneType"),
        (lambda: model.score(video=video_file, time=np.nan), ValueError, "not nan"),
        (lambda: model.score(GREY, sound_file, time=np.inf), ValueError, "not inf"),
        (lambda: model.search(GREY, k=0), ValueError, "at least 1"),
        (lambda: model.embed_video(video_file, every=0), ValueError, "every"),
        (lambda: model.score(GREY), ValueError, "an image and an audio"),
        (lambda: model.score(GREY, tone, 16000, video=video_file), ValueError, "or a video"),
        (lambda: model.search(), ValueError, "or a video"),
    ]
    for ask, kind, words in wrong:
        with pytest.raises(kind, match=words):
            ask()
