from __future__ import annotations

import json

from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.commands.presets import command
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.presets.settings import settings_of


def _lines(*arguments: str) -> list[str]:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_the_presets_are_listed_with_a_line_each():
    lines = _lines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert lines[list(PRESETS).index("demo")] == "demo   Minutes on two cores, on generated videos."


def test_a_preset_shows_all_its_fields_with_value_and_help():
    lines = _lines("demo")
    assert lines[0] == "Minutes on two cores, on generated videos."
    assert "Command: make demo" in lines
    for knob in settings_of(PRESETS["demo"]()):
        [line] = [line for line in lines if line.split()[:1] == [knob.name]]
        assert knob.help in line
    words = [" ".join(line.split()) for line in lines]
    assert "training.learning_rate_decay cosine Factor" in " ".join(words)
    assert "network.network avol Name of the network. [ave|avol|l3]" in words
    assert "network.filters 16,32,64,128 Channels" in " ".join(words)
    assert "network.pooled_head true Train a second head" in " ".join(words)
    assert "avc:avc_accuracy>=0.8:max_loss=0.08" in words
    assert "localisation:fires_silence<=0.1" in words


def test_json_has_the_values_of_one_preset_or_of_all():
    values = json.loads("".join(_lines("demo", "--json")))
    assert list(values) == ["demo"]
    assert values["demo"]["training.steps"] == 500
    assert values["demo"]["network.filters"] == [16, 32, 64, 128]
    assert "avc:avc_accuracy>=0.8:max_loss=0.08" in values["demo"]["thresholds"]
    everything = json.loads("".join(_lines("--json")))
    assert list(everything) == list(PRESETS)
    assert everything["demo"] == values["demo"]


def test_fields_are_shown_by_group():
    lines = _lines("smoke")
    places = [lines.index(one) for one in ("network", "training", "preset")]
    assert places == sorted(places)
    assert any("examples_per_video" in line for line in lines[places[-1] :])
