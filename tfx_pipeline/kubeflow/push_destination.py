"""Where a run on Kubeflow puts what it makes."""

from __future__ import annotations

import dataclasses
import os
from typing import Annotated

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.tfx_pipeline.run_paths import MODEL_NAME, SEARCH_NAME

BLESSED_NAME = "blessed"


@dataclasses.dataclass(frozen=True)
class PushDestination:
    """The parameter of the compiled pipeline that `ots run` has no option for."""

    push_destination: Annotated[
        str,
        f"Folder that gets {MODEL_NAME}/ (for the model server), {SEARCH_NAME}/ and {BLESSED_NAME}/.",
    ]

    def __post_init__(self) -> None:
        """Checks the value.

        Raises:
            ValueError: no model could be loaded from there.
        """
        check_literal_path(self.push_destination, "push_destination")

    @property
    def serving_dir(self) -> str:
        """The model server's base path."""
        return os.path.join(self.push_destination, MODEL_NAME)

    @property
    def search_dir(self) -> str:
        """Likewise, of the search index."""
        return os.path.join(self.push_destination, SEARCH_NAME)

    @property
    def blessed_dir(self) -> str:
        """Every blessed model, to compare with and to train on from."""
        return os.path.join(self.push_destination, BLESSED_NAME)
