from __future__ import annotations

import dataclasses
import subprocess
import sys
import time

import pytest

from objects_that_sound.tfx_pipeline.knobs.knob import parse, spelt
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.presets.settings import settings_of, with_settings

DEMO = PRESETS["demo"]()


def test_every_field_of_a_preset_has_a_line_of_help():
    knobs = settings_of(DEMO)
    assert {"network.embedding_size", "training.seed", "examples_per_video"} < {
        knob.name for knob in knobs
    }
    assert len(knobs) == sum(
        len(dataclasses.fields(config)) for config in (DEMO.network, DEMO.training, DEMO)
    ) - len(("network", "training"))
    for knob in knobs:
        assert knob.help.endswith("."), knob.name
        assert "\n" not in knob.help


@pytest.mark.parametrize("name", PRESETS)
def test_every_value_can_be_set_as_it_is_shown(name):
    preset = PRESETS[name]()
    knobs = [knob for knob in settings_of(preset) if not knob.mapping and knob.name != "name"]
    for knob in knobs:
        assert parse(knob, spelt(knob.default)) == knob.default
    settings = [f"{knob.name}={spelt(knob.default)}" for knob in knobs]
    assert with_settings(preset, settings) == preset


def test_only_what_is_named_becomes_different():
    preset = with_settings(
        DEMO,
        [
            "training.learning_rate=3e-4",
            "training.learning_rate_decay=cosine",
            "training.steps=5",
            "training.steps=7",
            "network.filters=8,8,8,8",
            "network.pooled_head=false",
            "examples_per_video=5",
        ],
    )
    training = dataclasses.replace(
        DEMO.training, learning_rate=3e-4, learning_rate_decay="cosine", steps=7
    )
    network = dataclasses.replace(DEMO.network, filters=(8, 8, 8, 8), pooled_head=False)
    assert preset == dataclasses.replace(
        DEMO, training=training, network=network, examples_per_video=5
    )


def test_values_that_go_with_each_other_only_together_may_come_in_any_order():
    preset = with_settings(DEMO, ["network.crop_size=96", "network.image_size=100"])
    assert (preset.network.crop_size, preset.network.image_size) == (96, 100)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("network.embeding_size=64", "do you mean network.embedding_size?"),
        ("learning_rate=1e-4", "do you mean training.learning_rate?"),
        ("network.steps=5", "do you mean training.steps?"),
        ("sausages=3", "a preset has no field 'sausages'. List them all by `ots presets demo`"),
        ("training.steps", "'training.steps' is not NAME=VALUE"),
        ("training.steps=many", "training.steps must be a whole number of at least 0, not 'many'"),
        ("training.steps=-1", "training.steps must be a whole number of at least 0, not '-1'"),
        ("training.steps=0", "steps is 0, so the training has no end: give steps or minutes"),
        ("network.network=l4", "must be 'ave', 'avol' or 'l3', not 'l4'"),
        (
            "training.learning_rate_decay=linear",
            "a number above 0 or 'cosine' or 'plateau', not 'linear'",
        ),
        ("network.pooled_head=maybe", "must be true or false, not 'maybe'"),
        ("network.frames=2", "frames must be odd, not 2"),
        ("network.crop_size=73", "crop_size 73 must be at most image_size, 72"),
        ("training.accumulation_steps=3", "batch_size 64 must be a multiple"),
        ("thresholds=avc", "--set cannot change thresholds: use --threshold"),
        ("name=mine", "choose another one"),
    ],
)
def test_what_cannot_be_is_refused_with_the_next_step(setting, message):
    with pytest.raises(ValueError) as refused:
        with_settings(DEMO, [setting])
    assert message in str(refused.value)


def test_a_refusal_takes_less_than_two_seconds_without_tensorflow():
    code = (
        "import sys\n"
        "from objects_that_sound.tfx_pipeline.presets.registry import PRESETS\n"
        "from objects_that_sound.tfx_pipeline.presets.settings import with_settings\n"
        "try: with_settings(PRESETS['demo'](), ['training.steps=0'])\n"
        "except ValueError: pass\n"
        "else: raise AssertionError\n"
        "assert not {'tensorflow', 'tfx', 'keras'} & set(sys.modules)"
    )
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True)
    assert time.monotonic() - started < 2
