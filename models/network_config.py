"""The size of a network and of what it looks at and listens to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """All that is needed to build a network; the defaults are "Objects that Sound", section 2-4.

    Attributes:
        network: `ave` (AVE-Net, section 3), `avol` (AVOL-Net, section 4), or `l3` (L3-Net of "Look,
            Listen and Learn").
        image_size: short side of the stored frames, in pixels.
        crop_size: side of the square the network sees, in pixels.
        frames: looked at together, 0.04 s apart, the sound centred on the middle one; odd. 25 as in
            "Objects that Sound", section 3 (AVE+MF). The paper says that it takes several frames,
            not how: that conv1_1 sees them side by side, as 3 x frames channels, is our choice.
        sample_rate: of the sound, in Hz.
        window: of the spectrogram, in samples.
        hop: of the spectrogram, in samples.
        fft: of the spectrogram, in samples.
        filters: channels of each block of two convolutions.
        image_stride: stride of the vision tower's conv1_1 (L3-Net: 1).
        audio_stride: stride of the audio tower's conv1_1 (L3-Net: 1).
        embedding_size: length of the vectors of image and sound; in L3-Net the width of fc1.
        pooled_head: AVOL-Net only: a second head on the pooled vision features, trained as AVE-Net's
            beside the map, gives the vector of the whole image. Not in the papers; without it, that
            vector is the largest value over the map, and training seldom starts.
        normalise: scale vectors to unit length after batch normalisation. AVE-Net's vectors always
            have unit length; the papers have no batch normalisation there, and AVOL-Net's vectors
            as printed are not normalised.
        batch_norm_momentum: of the moving statistics; below Keras's 0.99 for short trainings.
    """

    network: str = "ave"
    image_size: int = 256
    crop_size: int = 224
    frames: int = 1
    sample_rate: int = 48000
    window: int = 480
    hop: int = 240
    fft: int = 512
    filters: tuple[int, ...] = (64, 128, 256, 512)
    image_stride: int = 2
    audio_stride: int = 2
    embedding_size: int = 128
    pooled_head: bool = True
    normalise: bool = True
    batch_norm_momentum: float = 0.99

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        object.__setattr__(self, "filters", tuple(self.filters))  # a list after JSON
        if self.network not in ("l3", "ave", "avol"):
            raise ValueError(f"network must be 'l3', 'ave' or 'avol', not {self.network!r}")
        if self.crop_size > self.image_size:
            raise ValueError(f"{self.crop_size=} must be at most {self.image_size=}")
        if self.frames < 1 or self.frames % 2 == 0:
            raise ValueError(f"frames must be odd, not {self.frames}: the middle one has the sound")
        if not 0 < self.hop <= self.window <= self.fft:
            raise ValueError(f"Need 0 < {self.hop=} <= {self.window=} <= {self.fft=}")

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Of what a network sees: height, width, and the channels of all frames in order of time.

        Colour c of frame f is channel 3 f + c.
        """
        return self.crop_size, self.crop_size, 3 * self.frames

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkConfig:
        """Builds a config from `dataclasses.asdict`'s output, also after a trip through JSON.

        Raises:
            TypeError: a field is unknown.
        """
        return cls(**values)
