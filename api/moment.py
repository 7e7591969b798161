"""A picture and the second of sound that goes with it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from objects_that_sound.serving.client.model_client import Image


@dataclasses.dataclass(frozen=True)
class Moment:
    """The image and the sound of a question to a model, each None where there is none.

    Attributes:
        image: JPEG or PNG bytes.
        audio: int16 little-endian mono PCM, one second at the model's rate.
        source: what they are, for people.
        frames: where the model looks at several, all of them; the one in the middle is `image`.
    """

    image: bytes | None
    audio: bytes | None
    source: str
    frames: tuple[bytes, ...] = ()

    @property
    def images(self) -> list[Image]:
        """What the client's methods take: a batch of the one image."""
        if self.image is None:
            return []
        return [self.frames or self.image]
