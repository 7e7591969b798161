"""The error of every function of this package."""

from __future__ import annotations

CANNOT_OPEN = "cannot_open"
"""Not a media file, not readable, or of an unknown format."""
MISSING_FILE = "missing_file"
"""There is no file of that name."""
EMPTY_FILE = "empty_file"
"""A file of zero bytes."""
TRUNCATED = "truncated"
"""The file announces more than it holds."""
NO_VIDEO_STREAM = "no_video_stream"
"""No moving pictures (a cover picture does not count)."""
NO_AUDIO_STREAM = "no_audio_stream"
"""No sound track."""
NO_TIMESTAMPS = "no_timestamps"
"""Frames can't be placed in time."""
TOO_SHORT = "too_short"
"""No moment with a picture and a whole second of sound around it."""
TOO_LARGE = "too_large"
"""The picture has more pixels than any real video."""
SOUND_GAP = "sound_gap"
"""Sound is missing inside a wanted second."""
SILENT = "silent"
"""No sampled second is as loud as the wanted minimum."""
DECODE_ERROR = "decode_error"
"""A damaged frame, packet or sound."""
OUT_OF_MEMORY = "out_of_memory"
"""Decoding wanted more memory than a decoder may have."""
TIMEOUT = "timeout"
"""Decoding took longer than a decoder may take."""
CRASHED = "crashed"
"""The decoder's process died."""


class MediaError(Exception):
    """A file can't be decoded exactly.

    Attributes:
        reason: machine-readable; one of this module's constants.
        detail: for people: what was found.
    """

    def __init__(self, reason: str, detail: str):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"

    @classmethod
    def from_decoder(cls, error: Exception, what: str) -> MediaError:
        """What a decoder's own error means for the file; `what` was being decoded."""
        reason = OUT_OF_MEMORY if isinstance(error, MemoryError) else DECODE_ERROR
        return cls(reason, f"{what}: {getattr(error, 'strerror', None) or error}")
