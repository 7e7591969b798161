"""How the sound of an example is stored: as samples, or as a small file of FLAC or Ogg Vorbis.

libsndfile does the work (Python API: `soundfile`). tensorflow-io's `decode_flac` and `decode_vorbis`
take three times the CPU time, and tensorflow-io has no build for Python 3.12 and newer.
"""

from __future__ import annotations

import io
import zlib
from typing import Literal

import numpy as np

AudioCodec = Literal["pcm", "flac", "vorbis"]

_FORMATS = {"flac": ("FLAC", "PCM_16"), "vorbis": ("OGG", "VORBIS")}
_FULL_SCALE = 32768.0
_FLAC_MAGIC = b"fLaC"

# Fields of the header of a page of Ogg (RFC 3533, section 6).
_SERIAL, _CHECK_SUM, _SEGMENTS, _TABLE = slice(14, 18), slice(22, 26), 26, 27
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def encode_sound(pcm: bytes, sample_rate: int, codec: AudioCodec) -> bytes:
    """Makes a file of a sound; the same sound gives the same bytes.

    Args:
        pcm: int16 little-endian mono samples.
        sample_rate: of the samples, in Hz; any that ingest takes.
        codec: `flac`, which keeps every sample, or `vorbis`, which does not.
    """
    import soundfile  # 0.1 s, which most examples do not need

    file, (kind, subtype) = io.BytesIO(), _FORMATS[codec]
    samples = np.frombuffer(pcm, "<i2")
    soundfile.write(file, samples, sample_rate, format=kind, subtype=subtype)
    return _with_serial(file.getvalue(), zlib.crc32(pcm)) if kind == "OGG" else file.getvalue()


def decode_sound(encoded: bytes) -> np.ndarray:
    """The samples of a file that `encode_sound` made, int16 [samples].

    Raises:
        ValueError: it is damaged, or no such file.
    """
    import soundfile

    exact = encoded.startswith(_FLAC_MAGIC)
    try:
        samples, _ = soundfile.read(io.BytesIO(encoded), dtype="int16" if exact else "float32")
    except soundfile.LibsndfileError as error:
        raise ValueError(f"the sound of an example can't be decoded: {error}") from error
    if exact:
        return samples
    # What Vorbis makes of loud samples may lie beyond full scale.
    return np.clip(np.round(samples * _FULL_SCALE), -32768, 32767).astype(np.int16)


def _with_serial(ogg: bytes, serial: int) -> bytes:
    """Replaces the random number that tells the streams of an Ogg file apart."""
    pages, start = bytearray(ogg), 0
    while start < len(pages):
        body = start + _TABLE + pages[start + _SEGMENTS]
        end = body + sum(pages[start + _TABLE : body])
        page = pages[start:end]
        page[_SERIAL] = serial.to_bytes(4, "little")
        page[_CHECK_SUM] = bytes(4)
        page[_CHECK_SUM] = _check_sum(bytes(page)).to_bytes(4, "little")
        pages[start:end] = page
        start = end
    return bytes(pages)


def _check_sum(page: bytes) -> int:
    """Ogg's: the polynomial of `zlib.crc32`, but most significant bits first, and begun with zero."""
    mirrored = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
