"""The page's colours of heat maps are those of report, videos and TensorBoard."""

from __future__ import annotations

import base64
import re
from importlib import resources

import numpy as np

from objects_that_sound.models.heat_map_painter import COLOURS
from objects_that_sound.serving.model_server import ui_app


def test_the_page_has_the_painters_colours():
    script = resources.files(ui_app.__package__).joinpath("ui", "inferno.js").read_text()
    content = base64.b64decode("".join(re.findall(r'^  "([A-Za-z0-9+/=]+)",$', script, re.M)))
    np.testing.assert_array_equal(np.frombuffer(content, np.uint8).reshape(256, 3), COLOURS)
