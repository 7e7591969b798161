"""The beginning of a file's sound."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.media.media_file import MediaFile, Source
from objects_that_sound.components.media.sound import read_sound
from objects_that_sound.components.media.sound_windows import SoundWindows


def sound_head(source: Source, sample_rate: int, seconds: int) -> np.ndarray:
    """Decodes the first seconds of a file's sound, mono.

    Args:
        source: path or seekable binary file.
        sample_rate: wanted, in Hz.
        seconds: length; a shorter sound is followed by silence.

    Returns:
        int16 [seconds * sample_rate].

    Raises:
        MediaError: the file can't be opened, has no sound, or is damaged there.
    """
    with MediaFile(source) as media:
        media.need_audio()
        begin = media.audio_range[0]
        first = round(begin * sample_rate)
        sound = SoundWindows(
            [first + second * sample_rate for second in range(seconds)], sample_rate
        )
        read_sound(media, sample_rate, sound.add, spans=[(begin, begin + seconds)])
        return sound.windows.reshape(-1)
