"""Whether contestants give the same examples: speed must not be bought with wrong ones."""

from __future__ import annotations

import math

import numpy as np
import simplejpeg

from benchmarks.ingest import scene
from benchmarks.ingest.clips import PART_SECONDS
from benchmarks.ingest.contestant import Examples
from benchmarks.ingest.contestants.output import SAMPLE_RATE

_PSNR = 30.0  # dB
_LAG = 0.002  # seconds
_SOUND = 15.0  # dB, of signal to difference
_LOW_PASS = 2000  # Hz: below, a delay of half a sample is no big difference


def differences(examples: Examples, wanted: Examples, times: list[float]) -> list[str]:
    """What is wrong with examples; empty if they agree.

    Args:
        examples: to judge.
        wanted: those of another contestant, for the pixels' colours and the sound.
        times: in seconds; the frame numbers burnt into the pictures must be theirs.
    """
    if len(examples) != len(wanted):
        return [f"{len(examples)} examples instead of {len(wanted)}"]
    found = []
    for (image, sound), (other_image, other_sound), time in zip(
        examples, wanted, times, strict=True
    ):
        found += [f"at {time:.2f} s {text}" for text in _picture(image, other_image, time)]
        found += [f"at {time:.2f} s {text}" for text in sound_differences(sound, other_sound)]
    return found


def _picture(jpeg: bytes, wanted: bytes, time: float) -> list[str]:
    luma = simplejpeg.decode_jpeg(jpeg, "GRAY")[:, :, 0]
    number = scene.read_number(luma)
    expected = math.floor(time * scene.FPS + 1e-6) % (PART_SECONDS * scene.FPS)
    if number != expected:
        return [f"frame {number} instead of {expected}"]
    return picture_differences(jpeg, wanted)


def picture_differences(jpeg: bytes, wanted: bytes) -> list[str]:
    """What is wrong with a picture; empty if it looks like the other one."""
    colours, others = (simplejpeg.decode_jpeg(data, "RGB") for data in (jpeg, wanted))
    if colours.shape != others.shape:
        return [f"a picture of {colours.shape} instead of {others.shape}"]
    error = np.mean(np.square(colours.astype(np.float32) - others))
    psnr = 10 * math.log10(255**2 / max(float(error), 1e-9))
    return [f"a PSNR of {psnr:.1f} dB only"] if psnr < _PSNR else []


def sound_differences(pcm: bytes, wanted: bytes) -> list[str]:
    """What is wrong with a second of sound; empty if it sounds like the other one."""
    if len(pcm) != 2 * SAMPLE_RATE:
        return [f"{len(pcm) // 2} samples"]
    spectra = [np.fft.rfft(np.frombuffer(data, np.int16)) for data in (pcm, wanted)]
    correlation = np.fft.irfft(spectra[0] * np.conj(spectra[1]))
    place = int(np.argmax(correlation))
    lag = place if place < SAMPLE_RATE // 2 else place - SAMPLE_RATE
    if abs(lag) > _LAG * SAMPLE_RATE:
        return [f"sound {1000 * lag / SAMPLE_RATE:+.1f} ms off"]
    low, other = (spectrum[1:_LOW_PASS] for spectrum in spectra)  # 1 s: bins are 1 Hz apart
    low = low * np.exp(2j * np.pi * lag / SAMPLE_RATE * np.arange(1, _LOW_PASS))
    # Some mix stereo to mono without lowering it: a gain is no difference.
    gain = np.vdot(other, low).real / np.vdot(other, other).real
    error = np.sum(np.abs(low / gain - other) ** 2) / np.sum(np.abs(other) ** 2)
    ratio = -10 * math.log10(max(float(error), 1e-9))
    return [f"sound differs by {-ratio:.1f} dB"] if ratio < _SOUND else []
