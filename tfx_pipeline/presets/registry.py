"""The presets by name."""

from __future__ import annotations

from collections.abc import Callable

from objects_that_sound.tfx_pipeline.presets.ave import ave
from objects_that_sound.tfx_pipeline.presets.ave25 import ave25
from objects_that_sound.tfx_pipeline.presets.avol import avol
from objects_that_sound.tfx_pipeline.presets.demo import demo
from objects_that_sound.tfx_pipeline.presets.full import full
from objects_that_sound.tfx_pipeline.presets.l3 import l3
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.real import real
from objects_that_sound.tfx_pipeline.presets.smoke import smoke

PRESETS: dict[str, Callable[[], Preset]] = {
    preset.__name__: preset for preset in (real, demo, full, l3, ave, ave25, avol, smoke)
}
