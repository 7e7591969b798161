"""What is opened: a file that holds all it shows, and leads to no other."""

from __future__ import annotations

import pathlib

import av
import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound import decode_audio

LIST = "a list of other files, not a video"


@pytest.fixture(scope="module")
def secret(media, tmp_path_factory) -> pathlib.Path:
    """A video that others must not lead to; beside it, it is a transport stream, too."""
    folder = tmp_path_factory.mktemp("videos") / "other"
    folder.mkdir()
    media(folder / "secret.ts", audio_codec="mp2", sample_rate=48000)
    return media(folder / "secret.mp4")


PLAYLISTS = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{ts}\n#EXT-X-ENDLIST\n",
    "HLS with a mark": "\ufeff#EXTM3U\n#EXTINF:2,\n{ts}\n",
    "FFmpeg's concat": "ffconcat version 1.0\nfile '{mp4}'\n",
    "FFmpeg's concat, relative": "ffconcat version 1.0\nfile 'other/secret.mp4'\n",
    "DASH": '<?xml version="1.0"?>\n<!-- made -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'
    '<Period duration="PT2S"><AdaptationSet contentType="video"><Representation id="0" '
    'mimeType="video/mp4" bandwidth="1"><BaseURL>{mp4}</BaseURL></Representation></AdaptationSet>'
    "</Period></MPD>",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "PLS": "[playlist]\nFile1={mp4}\nNumberOfEntries=1\n",
    "ASX": '<asx version="3.0"><entry><ref href="{mp4}"/></entry></asx>',
}


@pytest.mark.parametrize("as_object", [False, True], ids=["path", "file object"])
@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "mpd", "ffconcat", "ts"])
@pytest.mark.parametrize("text", PLAYLISTS.values(), ids=PLAYLISTS)
def test_a_playlist_is_no_video(text: str, suffix: str, as_object: bool, secret: pathlib.Path):
    path = secret.parent.parent / f"video.{suffix}"
    path.write_text(
        text.replace("{mp4}", str(secret)).replace("{ts}", f"{secret.parent}/secret.ts")
    )
    with path.open("rb") as file, pytest.raises(MediaError, match=f"cannot_open: {LIST}"):
        probe(file if as_object else path)
    with pytest.raises(MediaError, match=LIST):
        decode_audio(path, 8000)


def test_a_name_that_stands_for_numbered_pictures_is_one_file(tmp_path: pathlib.Path):
    for number in (1, 2):
        Image.new("RGB", (64, 64)).save(tmp_path / f"x{number}.jpg")
    (tmp_path / "x%d.jpg").write_text("no picture")
    with pytest.raises(MediaError, match="cannot_open: not a video or sound file"):
        probe(tmp_path / "x%d.jpg")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "animated webp", "bmp", "tiff"])
def test_a_picture_is_no_video_and_not_too_large(kind: str, tmp_path: pathlib.Path):
    path = tmp_path / "some.mp4"
    pictures = [Image.new("RGB", (64, 48), (number, 0, 0)) for number in (0, 200)]
    animated = {"save_all": True, "append_images": pictures[1:]} if " " in kind else {}
    pictures[0].save(path, kind.split()[-1], **animated)
    with pytest.raises(MediaError, match="cannot_open: not a video or sound file"):
        read_clips(path, [1.0])


def test_a_moving_picture_that_can_have_no_sound_says_that(tmp_path: pathlib.Path):
    pictures = [Image.new("RGB", (64, 48), (number, 0, 0)) for number in (0, 200)]
    pictures[0].save(tmp_path / "some.gif", save_all=True, append_images=pictures[1:])
    with pytest.raises(MediaError, match="no_audio_stream"):
        read_clips(tmp_path / "some.gif", [1.0])


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "avi", "ts", "mpg", "flv", "mov", "ogg"])
def test_usual_videos_are_opened(suffix: str, media, tmp_path: pathlib.Path):
    codecs = {
        "webm": {"video_codec": "libvpx", "audio_codec": "libopus"},
        "mpg": {"video_codec": "mpeg2video", "audio_codec": "mp2"},
        "ts": {"audio_codec": "mp2"},
        "ogg": {"video_codec": "libtheora", "audio_codec": "libvorbis", "layout": "stereo"},
    }
    if suffix == "ogg" and "libtheora" not in av.codecs_available:
        pytest.skip("this FFmpeg can't write Theora")
    options = codecs.get(suffix, {}) | {"sample_rate": 48000}
    if suffix == "flv":
        options["sample_rate"] = 44100
    if options.get("layout") == "stereo":
        options["sound"] = np.zeros((2, 96000), np.float32)
    path = media(tmp_path / f"some.{suffix}", **options)
    assert probe(path).usable is not None


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "aiff", "au", "caf", "w64"])
def test_usual_sounds_are_opened(suffix: str, media, tmp_path: pathlib.Path):
    codec = {"flac": "flac", "mp3": "mp3", "ogg": "libopus", "aiff": "pcm_s16be", "au": "pcm_s16be"}
    path = media(
        tmp_path / f"some.{suffix}",
        video_codec=None,
        audio_codec=codec.get(suffix, "pcm_s16le"),
        sample_rate=48000,
    )
    assert len(decode_audio(path, 8000)) == pytest.approx(16000, abs=1600)


@pytest.mark.parametrize(
    ("suffix", "codecs"),
    [
        ("ts", {"audio_codec": "mp2"}),
        ("ts", {"audio_codec": "aac"}),
        ("mpg", {"video_codec": "mpeg2video", "audio_codec": "mp2"}),
        ("flv", {"video_codec": "flv", "audio_codec": "mp3"}),
    ],
    ids=["transport stream", "transport stream, AAC", "program stream", "Flash video"],
)
def test_sound_that_starts_late_is_found(suffix, codecs, media, clicks_at, tmp_path):
    # FFmpeg by itself looks at the first seconds only.
    sound = clicks_at(3, 44100, [1.5])
    path = media(
        tmp_path / f"late.{suffix}", frames=25 * 43, sound=sound, audio_start=40.0, **codecs
    )
    first, last = probe(path).usable
    assert first == pytest.approx(40.5, abs=0.1) and last == pytest.approx(42.4, abs=0.2)
    [clip] = read_clips(path, [41.5], image_size=32)
    loudest = np.abs(np.frombuffer(clip.pcm, "<i2").astype(int)).argmax() / 48000
    assert loudest == pytest.approx(0.5, abs=0.06)


def test_where_sound_never_comes_there_is_none(media, tmp_path):
    path = media(tmp_path / "mute.ts", sound=None, frames=100)
    with pytest.raises(MediaError, match="no_audio_stream"):
        read_clips(path, [1.0])


def test_a_name_that_no_file_can_have_is_an_error(tmp_path):
    with pytest.raises(MediaError, match="cannot_open"):
        probe(f"{tmp_path}/a\0b.mp4")
