"""Where in a picture a sound comes from, with both of them."""

from __future__ import annotations

import dataclasses
import functools
import html
import io
import os
from typing import TYPE_CHECKING

import numpy as np

from objects_that_sound.api.html import data_uri
from objects_that_sound.api.moment import Moment
from objects_that_sound.api.wave_file import wave_file
from objects_that_sound.serving.client.localisation import Localisation

if TYPE_CHECKING:
    from PIL import Image

_SHOWN_PIXELS = 640


@dataclasses.dataclass(frozen=True, repr=False)
class LocalisedMoment:
    """The answer of `Model.localise`; in a notebook it shows the heat map and plays the sound.

    Attributes:
        moment: picture and sound that were asked about.
        found: what the model answered.
        sample_rate: rate of the sound, in Hz.
        threshold: value that the heat map reaches where something makes the sound.
    """

    moment: Moment
    found: Localisation
    sample_rate: int
    threshold: float

    @property
    def heatmap(self) -> np.ndarray:
        """float32 [height, width], in 0..1: how well each place fits the sound."""
        return self.found.heatmap

    @property
    def score(self) -> float:
        """Probability that picture and sound correspond.

        The whole picture is looked at here, but by `Model.score` only the square in its middle, as in
        training. The two may therefore differ a little.
        """
        return self.found.score

    @property
    def crop_box(self) -> tuple[float, float, float, float]:
        """ymin, xmin, ymax, xmax in 0..1 of the picture: the part that the heat map covers."""
        return self.found.crop_box

    @property
    def peak(self) -> tuple[float, float]:
        """(y, x) in 0..1 of the whole picture: the middle of the heat map's greatest cell."""
        return self.found.peak

    @functools.cached_property
    def boxes(self) -> tuple[tuple[float, float, float, float], ...]:
        """ymin, xmin, ymax, xmax in 0..1 of the picture: around each part that makes the sound.

        The largest is the first. There is none where nothing in the picture makes the sound.
        """
        from PIL import Image

        from objects_that_sound.models.sounding_parts import sounding_parts

        with Image.open(io.BytesIO(self._image)) as picture:
            size = picture.size
        return sounding_parts(self.heatmap, self.crop_box, size, self.threshold).boxes

    def picture(self, longest_side: int = _SHOWN_PIXELS) -> Image.Image:
        """The picture with the heat map over it; what makes the sound is outlined.

        Args:
            longest_side: of the result, in pixels.
        """
        from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay

        return draw_overlay(
            self._image,
            self.heatmap,
            self.crop_box,
            longest_side=longest_side,
            threshold=self.threshold,
        )

    def save(self, path: str | os.PathLike) -> None:
        """Writes `picture()` to a .png or .jpg file.

        Raises:
            OSError: it can't be written.
            ValueError: the suffix is of no kind of picture.
        """
        self.picture().save(path)

    @property
    def _image(self) -> bytes:
        assert self.moment.image is not None  # it was localised
        return self.moment.image

    def __repr__(self) -> str:
        y, x = self.peak
        where = f"peak=({y:.2f}, {x:.2f})" if self.boxes else "boxes=()"
        return f"LocalisedMoment({self.moment.source!r}, score={self.score:.3f}, {where})"

    def _repr_html_(self) -> str:
        file = io.BytesIO()
        self.picture().save(file, "JPEG", quality=90)
        from objects_that_sound.models.sounding_parts import NOTHING

        y, x = self.peak
        where = f"the sound comes from {x:.0%} of the width and {y:.0%} of the height"
        words = (
            f"{self.moment.source}. Picture and sound correspond with a probability of "
            f"{self.score:.2f}; {where if self.boxes else NOTHING}."
        )
        sound = np.frombuffer(self.moment.audio or b"", "<i2")
        return (
            f'<figure><img alt="{html.escape(words)}" src="'
            f'{data_uri("image/jpeg", file.getvalue())}"><br><audio controls src="'
            f'{data_uri("audio/wav", wave_file(sound, self.sample_rate))}"></audio>'
            f"<figcaption>{html.escape(words)}</figcaption></figure>"
        )
