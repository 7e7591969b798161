"""The rows of the table: recipes that differ from the default in one choice, and the papers'."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.demo import demo


class Variant(NamedTuple):
    """A recipe.

    Attributes:
        what: for people.
        network: sizes; those of the demo but for the choice.
        training: the recipe; that of the demo but for the choice.
    """

    what: str
    network: NetworkConfig
    training: TrainingConfig


def variants(steps: int) -> dict[str, Variant]:
    """All rows by name, each to be trained for the same number of steps of the same size."""
    preset = demo()
    default = Variant(
        "the default: AVOL-Net, all pairs, silence and noise",
        preset.network,
        dataclasses.replace(preset.training, steps=steps),
    )

    def other(what: str, network: dict | None = None, **training) -> Variant:
        return Variant(
            what,
            dataclasses.replace(default.network, **(network or {})),
            dataclasses.replace(default.training, **training),
        )

    # The papers' objective and heads; their learning rate is for 400 times as many pairs, so that
    # all rows share the demo's.
    printed = {"normalise": False, "pooled_head": False}
    pairs = {"objective": "split_pairs", "background_sounds": 0}
    return {
        "default": default,
        "no-background": other("without silence and noise", background_sounds=0),
        "one-head": other("map only, no pooled head", {"pooled_head": False}),
        "avol-paper": other("AVOL-Net as printed, split pairs", {**printed}, **pairs),
        "ave": other("AVE-Net, InfoNCE", {"network": "ave"}, objective="contrastive"),
        "ave-all-pairs": other("AVE-Net, all pairs", {"network": "ave"}),
        "ave-paper": other(
            "AVE-Net as printed, split pairs", {"network": "ave", **printed}, **pairs
        ),
        "l3-paper": other("L3-Net as printed, split pairs", {"network": "l3", **printed}, **pairs),
    }
