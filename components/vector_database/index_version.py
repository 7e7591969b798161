"""One version of an index in a database."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class IndexVersion:
    """The vectors that one model made of a collection; no other model's stand among them.

    Attributes:
        number: of the version; a newer one has a greater number.
        model: identity of the model (see `model_identity`).
        model_folder: where that model was when the version was begun.
        size: numbers in a vector.
        published: whether searches may use it; until then it is being written.
    """

    number: int
    model: str
    model_folder: str
    size: int
    published: bool
