"""The size of a network and of what it looks at and listens to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Interval

from objects_that_sound.models.declared import check_declared


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """All that is needed to build a network; the defaults are "Objects that Sound", section 2-4."""

    # AVE-Net: section 3; AVOL-Net: section 4; L3-Net: "Look, Listen and Learn".
    network: Annotated[Literal["ave", "avol", "l3"], "Name of the network."] = "ave"
    image_size: Annotated[int, "Short side of the stored frames, in pixels.", Ge(1)] = 256
    crop_size: Annotated[int, "Side of the square that the network sees, in pixels.", Ge(1)] = 224
    # 25 as in "Objects that Sound", section 3 (AVE+MF). The paper says that it takes several frames,
    # not how: that conv1_1 sees them side by side, as 3 x frames channels, is our choice.
    frames: Annotated[
        int,
        "Number of frames that are looked at together, 0.04 s apart around the middle of the sound; odd.",
        Ge(1),
    ] = 1
    sample_rate: Annotated[int, "Sample rate of the sound, in Hz.", Ge(1)] = 48000
    window: Annotated[int, "Window of the spectrogram, in samples.", Ge(1)] = 480
    hop: Annotated[int, "Step between two windows of the spectrogram, in samples.", Ge(1)] = 240
    fft: Annotated[int, "Length of the spectrogram's Fourier transform, in samples.", Ge(1)] = 512
    # Neither is in the papers; both help where there are few videos.
    mel_bands: Annotated[
        int, "Number of mel bands of a spectrogram; 0: all frequencies as they are.", Ge(0)
    ] = 0
    normalise_sound: Annotated[
        bool, "Scale each spectrogram to mean 0 and deviation 1, so that loudness does not count."
    ] = False
    filters: Annotated[
        tuple[int, ...], "Channels of each block of two convolutions, of both towers.", Ge(1)
    ] = (64, 128, 256, 512)
    image_stride: Annotated[
        int, "Stride of the first convolution of the vision tower; L3-Net: 1.", Ge(1)
    ] = 2
    audio_stride: Annotated[
        int, "Stride of the first convolution of the audio tower; L3-Net: 1.", Ge(1)
    ] = 2
    pooling: Annotated[
        Literal["maximum", "average", "mixed"],
        "Pooling of a feature map into one vector; mixed: the average, and for sounds half the maximum "
        "added to it.",
    ] = "maximum"
    embedding_size: Annotated[
        int, "Length of the vectors of image and sound; in L3-Net the width of fc1.", Ge(1)
    ] = 128
    # Trained as AVE-Net's beside the map. Not in the papers; without it, the vector of the whole
    # image is the largest value over the map, and training seldom starts.
    pooled_head: Annotated[
        bool,
        "Train a second head on the pooled vision features, for the whole image; AVOL-Net only.",
    ] = True
    # Not in the papers, whose maps mark a telling part of an object; trains nothing.
    whole_objects: Annotated[
        bool, "Extend heat maps over what looks alike around their bright places."
    ] = False
    # AVE-Net's vectors always have unit length; the papers have no batch normalisation there, and
    # AVOL-Net's vectors as printed are not normalised.
    normalise: Annotated[bool, "Scale vectors to unit length after batch normalisation."] = True
    batch_norm_momentum: Annotated[
        float,
        "Momentum of batch normalisation's moving statistics; lower for short trainings.",
        Interval(ge=0, le=1),
    ] = 0.99

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        object.__setattr__(self, "filters", tuple(self.filters))  # a list after JSON
        check_declared(self)
        if self.crop_size > self.image_size:
            raise ValueError(
                f"crop_size {self.crop_size} must be at most image_size, {self.image_size}"
            )
        if self.frames % 2 == 0:
            raise ValueError(f"frames must be odd, not {self.frames}: the middle one has the sound")
        if not self.hop <= self.window <= self.fft:
            raise ValueError(
                f"hop {self.hop} must be at most window {self.window}, and that at most fft {self.fft}"
            )

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
