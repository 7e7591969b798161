from __future__ import annotations

import dataclasses
import importlib
from typing import Annotated

import pytest
from click.testing import CliRunner

from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline import run_options as module
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.commands import run as run_command
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.run_options import RunOptions

VIDEOS = ("videos",)


def test_the_defaults_are_the_preset_for_real_video():
    assert RunOptions(VIDEOS).chosen_preset() == PRESETS["real"]()


def test_settings_and_thresholds_change_the_preset():
    options = RunOptions(
        VIDEOS,
        settings=("training.steps=7", "network.embedding_size=16"),
        thresholds=("avc:avc_accuracy>=0.6", "localisation:fires_silence<=0.2"),
    )
    preset, before = options.chosen_preset(), PRESETS["real"]()
    assert preset.training == dataclasses.replace(before.training, steps=7)
    assert preset.network == dataclasses.replace(before.network, embedding_size=16)
    assert preset.thresholds["avc"] == (Threshold("avc_accuracy", at_least=0.6),)
    assert preset.thresholds["localisation"] == (Threshold("fires_silence", at_most=0.2),)
    assert preset.thresholds["retrieval"] == before.thresholds["retrieval"]


def test_of_annotated_videos_more_is_asked_and_thresholds_have_the_last_word():
    preset = PRESETS["demo"]()
    options = RunOptions(
        VIDEOS,
        preset="demo",
        annotated=True,
        thresholds=("localisation:fires_silence<=0.5",),
    )
    asked = {one.metric: one for one in options.chosen_preset().thresholds["localisation"]}
    assert set(asked) == {one.metric for one in preset.annotated_thresholds["localisation"]}
    assert asked["fires_silence"].at_most == 0.5


def test_ingest_is_told_what_the_preset_and_the_options_say():
    options = RunOptions(
        VIDEOS, preset="smoke", settings=("examples_per_video=2",), group_regex="_g"
    )
    config = options.ingest_config()
    assert (config.examples_per_video, config.group_regex) == (2, "_g")
    assert config.sample_rate == PRESETS["smoke"]().network.sample_rate


def test_minutes_bound_the_training_of_any_preset():
    for preset in PRESETS:
        training = RunOptions(VIDEOS, preset=preset, minutes=30).chosen_preset().training
        assert training == dataclasses.replace(PRESETS[preset]().training, minutes=30)
    options = RunOptions(VIDEOS, settings=("training.minutes=5",))
    assert options.chosen_preset().training.minutes == 5
    with pytest.raises(ValueError, match="minutes must be a number of at least 0, not -1"):
        RunOptions(VIDEOS, minutes=-1)


@pytest.mark.parametrize(
    ("settings", "fraction"),
    [
        ((), 0.0),
        (("training.patience=3",), 0.1),
        (("training.restore_best=true",), 0.1),
        (("training.steps=0", "training.learning_rate_decay=plateau"), 0.1),
    ],
)
def test_only_a_preset_that_chooses_an_epoch_gets_a_split_for_it(settings, fraction):
    options = RunOptions(VIDEOS, preset="demo", settings=settings)
    assert options.ingest_config().val_fraction == fraction


@pytest.mark.parametrize("name", ["sound_benchmark", "localisation_benchmark"])
def test_a_benchmark_is_a_data_set_in_a_folder(name):
    dataset = {"sound_benchmark": "esc10", "localisation_benchmark": "vggss"}[name]
    assert name not in RunOptions(VIDEOS).evaluator_options()
    options = RunOptions(VIDEOS, **{name: f"{dataset}:/data/a:b"}).evaluator_options()[name]
    assert (options.dataset, options.data) == (dataset, "/data/a:b")
    with pytest.raises(ValueError, match="is not DATASET:FOLDER"):
        RunOptions(VIDEOS, **{name: dataset}).evaluator_options()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "large"}, "preset must be 'real', .* or 'smoke', not 'large'"),
        ({"settings": ("steps=7",)}, "do you mean training.steps"),
        ({"settings": ("training.steps=-1",)}, "training.steps must be"),
        ({"thresholds": ("avc",)}, "is no threshold"),
        ({"thresholds": ("sound_benchmark:accuracy>=0.5",)}, "needs --sound-benchmark"),
        ({"sound_benchmark": "esc10"}, "is not DATASET:FOLDER"),
        ({"beam_args": ("runner",)}, "'runner' is no option"),
        ({"group_regex": "("}, "group_regex '\\(' is not a regular expression"),
        ({"label_regex": "v_"}, "exactly one capture group"),
        (
            {"settings": ("network.image_size=17", "network.crop_size=16")},
            "image_size must be even",
        ),
    ],
)
def test_what_cannot_be_right_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        RunOptions(VIDEOS, **options)


@dataclasses.dataclass(frozen=True)
class _WithOneMore(RunOptions):
    echoes: Annotated[int, "Number of echoes to listen to.", OptionTraits(metavar="COUNT")] = 3


@pytest.fixture
def one_more(monkeypatch):
    """RunOptions has another field; whatever is made of the fields is made anew."""
    from objects_that_sound.tfx_pipeline.kubeflow import run_parameters

    monkeypatch.setattr(module, "RunOptions", _WithOneMore)
    monkeypatch.setattr(run_parameters, "RunOptions", _WithOneMore)
    importlib.reload(run_command)
    yield
    monkeypatch.undo()
    importlib.reload(run_command)


def test_a_new_field_is_an_option_of_the_command_line(one_more, monkeypatch):
    help_text = " ".join(CliRunner().invoke(main, ["run", "--help"]).output.split())
    assert "--echoes COUNT Number of echoes to listen to. [default: 3]" in help_text
    given = []
    monkeypatch.setattr(
        run_command, "run_and_tell", lambda options, *_, **__: given.append(options)
    )
    result = CliRunner().invoke(
        main, ["run", "--videos", "a", "--videos", "b", "--root", "r", "--echoes", "5"]
    )
    assert result.exit_code == 0, result.output
    assert given == [_WithOneMore(("a", "b"), echoes=5)]


def test_a_new_field_is_a_parameter_of_the_compiled_pipeline(one_more, tmp_path):
    yaml = pytest.importorskip("yaml")
    from objects_that_sound.tfx_pipeline.kubeflow.compile_pipeline import compile_pipeline
    from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
    from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import read_parameters

    path = tmp_path / "pipeline.yaml"
    compile_pipeline(str(path), Deployment("image:1"))
    definition = yaml.safe_load(path.read_text())["root"]["inputDefinitions"]["parameters"][
        "echoes"
    ]
    assert definition["parameterType"] == "NUMBER_INTEGER"
    assert definition["defaultValue"] == 3
    assert definition["description"] == "Number of echoes to listen to."
    values = {"videos": ["a"], "push_destination": "models", "echoes": 5.0}
    options, _ = read_parameters(values, structure={})
    assert options == _WithOneMore(("a",), echoes=5)
    assert type(options.echoes) is int
