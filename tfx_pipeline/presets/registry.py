"""The presets by name."""

from __future__ import annotations

from collections.abc import Callable

from tfx_pipeline.presets.demo import demo
from tfx_pipeline.presets.paper import paper
from tfx_pipeline.presets.preset import Preset
from tfx_pipeline.presets.smoke import smoke

PRESETS: dict[str, Callable[[], Preset]] = {
    preset.__name__: preset for preset in (demo, paper, smoke)
}
