"""Opening a container: of a format that holds all it shows, and looked into far enough."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from typing import BinaryIO

import av
import av.error
from av.container import InputContainer

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.compatibility import tolerant_metadata
from objects_that_sound.components.media.media_error import MediaError

Source = str | os.PathLike | BinaryIO
"""A local path, or a seekable binary file (for remote storage)."""

# FFmpeg's names of the formats that may be opened. None of them leads to another file or address, as
# playlists do (hls, dash, concat, sdp, imf), numbered pictures (image2) and subtitles in two files
# (vobsub).
_FORMATS = (
    *("mov", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "live_flv", "kux", "asf", "asf_o"),
    *("ogg", "rm", "nut", "mxf", "gxf", "dv", "wtv", "nsv", "nuv", "ivf", "pva", "ty", "dhav"),
    *("swf", "smk", "bink", "roq", "film_cpk", "lmlm4", "vivo", "xmv", "cine", "gif", "apng"),
    # Without containers: pictures without times are refused later, with the true reason.
    *("h261", "h263", "h264", "hevc", "vvc", "av1", "obu", "m4v", "mpegvideo", "vc1", "vc1test"),
    *("cavsvideo", "avs2", "avs3", "dirac", "mjpeg", "yuv4mpegpipe"),
    # Sound.
    *("wav", "w64", "aiff", "au", "caf", "voc", "iff", "sox", "ircam", "nistsphere", "iamf"),
    *("flac", "mp3", "aac", "loas", "ac3", "eac3", "ac4", "dts", "dtshd", "truehd", "mlp", "amr"),
    *("amrnb", "amrwb", "ape", "wv", "tta", "tak", "mpc", "mpc8", "dsf", "shn", "oma", "qcp"),
    *("xwma", "vqf", "qoa", "rka", "aa", "aax"),
)
_OPTIONS = {
    "format_whitelist": ",".join(_FORMATS),
    "protocol_whitelist": "file",
    # However many bytes of a transport stream are not its own: FFmpeg gives up after 64 KiB.
    "resync_size": str(2**31 - 1),
}

_PLAYLIST = re.compile(
    rb"(\xef\xbb\xbf)?\s*(#EXTM3U|ffconcat version|\[(playlist|reference)\]|v=0\s|<asx|<smil|"
    rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(MPD|SmoothStreamingMedia|playlist|smil|asx)\b)",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_BYTES = 1024

# Streams of these begin where their first packet is, which FFmpeg looks for in the first 5 MB only.
_STREAMS_BEGIN_LATER = {"mpegts", "mpeg", "flv"}
_LOOK_FURTHER = {"probesize": str(256 << 20), "analyzeduration": str(600 * av.time_base)}

# FFmpeg decodes a picture to learn its pixels' format and shape, which costs what a key frame costs.
_NO_PICTURE = {"skip_frame": "all"}
_LOOK_LESS = {"analyzeduration": str(av.time_base // 2)}  # for a picture that it never gets


def open_by_header(source: Source) -> InputContainer:
    """Opens a file of a format whose header describes all streams, without decoding a picture.

    FFmpeg does not know then what only the pictures say: their pixels' format and shape, and in
    which order they come out where the header says nothing of it.

    Raises:
        MediaError: cannot_open, truncated, out_of_memory.
    """
    return _open(source, _OPTIONS | _LOOK_LESS, _NO_PICTURE)


def open_container(source: Source) -> InputContainer:
    """Opens a file at its beginning.

    Where a stream does not show itself soon (sound that begins late), FFmpeg is asked to look on.

    Raises:
        MediaError: cannot_open, truncated, out_of_memory.
    """
    container = _open(source, _OPTIONS)
    if not set(container.format.name.split(",")) & _STREAMS_BEGIN_LATER or _is_described(container):
        return container
    container.close()
    return _open(source, _OPTIONS | _LOOK_FURTHER)


@contextlib.contextmanager
def second_reading(source: Source) -> Iterator[InputContainer]:
    """A file once more from its beginning, while another container of it goes on afterwards.

    Raises:
        MediaError: as `open_container`.
    """
    position = None if isinstance(source, str | os.PathLike) else source.tell()
    try:
        with open_container(source) as container:
            yield container
    finally:
        if position is not None and not isinstance(source, str | os.PathLike):
            source.seek(position)


def source_size(source: Source) -> int:
    """Bytes of the source.

    Raises:
        MediaError: missing_file; cannot_open: a folder, pipe or device, or without permission;
            empty_file.
    """
    size = _size(source)
    if not size:
        raise MediaError(media_error.EMPTY_FILE, "zero bytes")
    return size


def source_head(source: Source, length: int) -> bytes:
    """The first bytes of the source; none where it can't be read, which opening it will tell."""
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                return file.read(length)
        source.seek(0)
        return source.read(length)
    except (OSError, ValueError):
        return b""


def _size(source: Source) -> int:
    if not isinstance(source, str | os.PathLike):
        return source.seek(0, os.SEEK_END)
    try:
        status = os.stat(source)
    except FileNotFoundError as error:
        raise MediaError(media_error.MISSING_FILE, "no such file") from error
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        detail = getattr(error, "strerror", None) or str(error)
        raise MediaError(media_error.CANNOT_OPEN, detail) from error
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(media_error.CANNOT_OPEN, "a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(media_error.CANNOT_OPEN, "a pipe or device, not a file")
    return status.st_size


def _open(
    source: Source, options: dict[str, str], decoders: dict[str, str] | None = None
) -> InputContainer:
    try:
        if isinstance(source, str | os.PathLike):
            # "file:" keeps FFmpeg from reading a protocol out of a name such as `a:b.mp4`.
            target: str | BinaryIO = f"file:{os.fspath(source)}"
        else:
            source.seek(0)
            target = source
        return av.open(
            target, mode="r", options=decoders, container_options=options, **tolerant_metadata()
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _open_error(source, error) from error


def _is_described(container: InputContainer) -> bool:
    """Whether there are picture and sound, and FFmpeg knows what both are like."""
    streams = container.streams
    sizes = [stream.codec_context and stream.codec_context.width for stream in streams.video]
    rates = [stream.codec_context and stream.codec_context.sample_rate for stream in streams.audio]
    # A stream without decoder (None) will not be described by looking further.
    return bool(sizes) and bool(rates) and 0 not in (*sizes, *rates)


def _open_error(source: Source, error: Exception) -> MediaError:
    detail = getattr(error, "strerror", None) or str(error)
    if isinstance(error, MemoryError):  # it says nothing of the file
        return MediaError(media_error.OUT_OF_MEMORY, detail)
    # The last is what FFmpeg says of a format that is not in the list.
    if isinstance(error, av.error.InvalidDataError | av.error.EOFError | av.error.ArgumentError):
        if isinstance(source, str | os.PathLike) and _lost_its_end(source):
            return MediaError(media_error.TRUNCATED, "an mp4 whose end, with the index, is missing")
        detail = "not a video or sound file of a known format"
        if _PLAYLIST.match(source_head(source, _HEAD_BYTES)):
            detail = "a list of other files, not a video: give the files that it names"
    return MediaError(media_error.CANNOT_OPEN, detail)


def _lost_its_end(path: str | os.PathLike) -> bool:
    """Whether a file begins as an mp4 does and stops before its `moov` box."""
    size = os.path.getsize(path)
    position = 0
    with open(path, "rb") as file:
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if position == 0 and kind != b"ftyp":
                return False
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:
                return length == 0 and kind == b"mdat"
            position += length
            if kind == b"moov" and position <= size:
                return False
    return position > 0
