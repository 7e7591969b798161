"""Channels in an order of their own, which PyAV can't hold."""

from __future__ import annotations

import ctypes

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.media_error import MediaError

# A layout of all channels names them in FFmpeg's own order.
_PLACES = {
    channel.name: place for place, channel in enumerate(AudioLayout("0xffffffffffffffff").channels)
}


def layout_name(owner: AudioCodecContext | AudioFrame) -> str:
    """FFmpeg's name of the layout of channels; to be asked before anything else about the layout.

    Raises:
        MediaError: cannot_open: the order is not FFmpeg's (FR before FL, say), or a channel is
            there twice.
    """
    layout = owner.layout
    name = layout.name
    if "(" not in name:  # FFmpeg's own name, or only the number of channels
        return name
    channels = [channel.name for channel in layout.channels]
    places = [_PLACES.get(channel, -1) for channel in channels]
    if places == sorted(set(places)) and places[0] >= 0:
        return name
    # FFmpeg keeps such an order in memory of the owner's. PyAV (18.1) copies the pointer only, and
    # would free the memory with its layout, once too often: the layout must never be freed.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(layout))
    raise MediaError(
        media_error.CANNOT_OPEN,
        f"the sound's channels are in an order of their own ({'+'.join(channels)}), which can't be "
        "decoded safely",
    )
