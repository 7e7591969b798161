"""What sounds are to layers."""

from __future__ import annotations

import keras
from keras import ops


def float_waveforms(waveform):
    """Maps int16 samples to floats in -1..1, of the same shape; floats stay as they are."""
    if keras.backend.standardize_dtype(waveform.dtype) == "int16":
        return ops.cast(waveform, "float32") / 32768.0
    return waveform
