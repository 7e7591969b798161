"""The rows of the table: recipes that differ from the default in one choice, and the papers'."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import NamedTuple

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.tfx_pipeline.presets.demo import demo
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.real import real


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


def demo_variants(steps: int) -> dict[str, Variant]:
    """Rows of the preset demo by name, each to be trained for the same number of steps."""
    default = _default(demo(), steps, "the default: AVOL-Net, all pairs, silence and noise")
    other = functools.partial(_other, default)
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


def real_variants(steps: int) -> dict[str, Variant]:
    """Rows of the preset real by name, each to be trained for the same number of steps."""
    default = _default(real(), steps, "the default: AVE-Net, InfoNCE, few videos seen many ways")
    other = functools.partial(_other, default)
    of_demo = demo()
    return {
        "default": default,
        "maximum": other("maximum pooling under the heads", {"pooling": "maximum"}),
        "average": other("average pooling under the heads", {"pooling": "average"}),
        "no-contrast": other("no contrast of sounds", sound_contrast=0.0),
        "plain-sound": other(
            "all frequencies, loudness kept", {"mel_bands": 0, "normalise_sound": False}
        ),
        "paper-augmentation": other("the papers' augmentation", augmentation="paper"),
        "weight-decay": other("the papers' weight decay", weight_decay=1e-5),
        "learning-rate": other("a third of the learning rate", learning_rate=1e-3),
        "all-pairs": other("all pairs instead of InfoNCE", objective="all_pairs"),
        "avol": other("AVOL-Net, all pairs", {"network": "avol"}, objective="all_pairs"),
        "demo": _default(of_demo, steps, "the preset demo"),
    }


def preset_variants(steps: int) -> dict[str, Variant]:
    """The presets real and demo beside the papers' recipes, each the best of ten epochs."""
    rows = {"real": real_variants(steps)["default"]}
    small = demo_variants(steps)
    rows |= {
        "demo": small["default"],
        **{name: small[name] for name in ("ave-paper", "avol-paper")},
    }
    return {name: row._replace(training=_best_of_ten(row.training)) for name, row in rows.items()}


VARIANTS: dict[str, Callable[[int], dict[str, Variant]]] = {
    "demo": demo_variants,
    "real": real_variants,
    "presets": preset_variants,
}
"""By what is compared: choices of a preset, or whole recipes; each takes the number of steps."""


def _default(preset: Preset, steps: int, what: str) -> Variant:
    """A preset's recipe with a cosine of so many steps, validated at its end only."""
    training = dataclasses.replace(
        preset.training,
        steps=steps,
        minutes=0.0,
        steps_per_epoch=steps,
        learning_rate_decay="cosine",
    )
    return Variant(what, preset.network, training)


def _other(default: Variant, what: str, network: dict | None = None, **training) -> Variant:
    return Variant(
        what,
        dataclasses.replace(default.network, **(network or {})),
        dataclasses.replace(default.training, **training),
    )


def _best_of_ten(training: TrainingConfig) -> TrainingConfig:
    epoch = -(-training.steps // 10)
    return dataclasses.replace(training, steps_per_epoch=epoch, restore_best=True, calibrate=True)
