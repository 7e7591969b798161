"""What a run is about: everything but where it keeps things."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.splits import VAL_FRACTION
from objects_that_sound.models.declared import check_declared
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits
from objects_that_sound.tfx_pipeline.presets.evaluator_threshold import parse_evaluator_threshold
from objects_that_sound.tfx_pipeline.presets.preset import Preset
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.presets.settings import with_settings

if TYPE_CHECKING:
    PresetName = str
else:
    PresetName = Literal[tuple(PRESETS)]


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """The one declaration of a run's options.

    The options of `ots run`, `ots continue` and `ots compile`, and the parameters of the compiled
    pipeline, are made of these fields.

    Raises:
        ValueError: an option can't be right; says which and what to do.
    """

    videos: Annotated[
        tuple[str, ...],
        "Folder, file or glob (quoted; ** for any depth), here or remote (gs://, s3://).",
    ]
    segments: Annotated[
        str,
        "Use these parts of the videos only: AudioSet's or VGGSound's CSV, or one with columns "
        "id,start,end,labels. Videos are called <id>.mp4, or <id>_<start>.mp4 where already cut.",
        OptionTraits(metavar="CSV"),
    ] = ""
    eval_videos: Annotated[
        tuple[str, ...],
        "Videos that the model is judged by, given likewise: some of --videos, or others. The rest is "
        "learnt from. Not given: a fifth of all groups.",
        OptionTraits(metavar="TEXT"),
    ] = ()
    preset: Annotated[PresetName, "What to store, train and ask for; see `ots presets`."] = "real"
    settings: Annotated[
        tuple[str, ...],
        "Value of a field instead of the preset's, as in training.steps=50; `ots presets NAME` "
        "lists the fields.",
        OptionTraits("--set", metavar="NAME=VALUE"),
    ] = ()
    minutes: Annotated[
        float,
        "Maximum time of training, which the schedule is fitted to. 0: as long as the preset says.",
        Ge(0),
    ] = 0.0
    thresholds: Annotated[
        tuple[str, ...],
        "What the gate asks instead of what the preset asks of that metric: "
        "avc:avc_accuracy>=0.8, localisation:fires_silence<=0.1, "
        "retrieval:ndcg_image_audio:max_loss=0.1, avc:avc_accuracy:beats_baselines:no_loss; see "
        "docs/evaluation.md.",
        OptionTraits("--threshold", metavar="BOUND"),
    ] = ()
    annotated: Annotated[
        bool,
        "The classes and boxes of what sounds are known, as in videos of `ots videos generate`: the "
        "gate asks for what the preset asks of such videos, too.",
    ] = False
    group_regex: Annotated[
        str,
        "Videos of one group share a split: the file name up to the match, or what capture groups "
        r"captured. For cuts of one scene; for example '_g\d+_'.",
    ] = ""
    label_regex: Annotated[
        str, "Its one capture group is the class in a file name; for evaluation only."
    ] = ""
    label_tree: Annotated[
        str,
        "Grade retrieval by how near two classes stand in this tree: AudioSet's ontology.json, or "
        "one of its form.",
        OptionTraits(metavar="JSON"),
    ] = ""
    sound_benchmark: Annotated[
        str,
        "Measure the sound's features too, for example on esc10:FOLDER; for the datasets see "
        "`ots evaluate sound-benchmark --help`.",
        OptionTraits(metavar="DATASET:FOLDER", structural=True),
    ] = ""
    localisation_benchmark: Annotated[
        str,
        "Measure the maps too, for example on vggss:FOLDER, or on boxes of your own in "
        "folder:FOLDER; for the datasets see `ots evaluate localisation-benchmark --help`.",
        OptionTraits(metavar="DATASET:FOLDER", structural=True),
    ] = ""
    warm_start: Annotated[
        bool | None,
        "Train on from the latest blessed model, if there is one. It must be of the same preset. "
        " [default: with `ots continue` only]",
        OptionTraits(structural=True),
    ] = None
    beam_args: Annotated[
        tuple[str, ...],
        "Ingest elsewhere: an option of Beam, for example --beam-arg=--runner=FlinkRunner; see "
        "docs/scaling.md.",
        OptionTraits("--beam-arg", metavar="OPTION", structural=True),
    ] = ()

    def __post_init__(self) -> None:
        check_declared(self)
        for value in self.beam_args:
            if not value.startswith("--"):
                raise ValueError(f"{value!r} is no option: give it as --beam-arg=--name=value")
        self.ingest_config()
        self._check_thresholds()

    def chosen_preset(self) -> Preset:
        """The preset with all that is to be different.

        Raises:
            ValueError: a setting or a threshold can't be right.
        """
        preset = with_settings(PRESETS[self.preset](), self.settings)
        if self.minutes:
            training = dataclasses.replace(preset.training, minutes=self.minutes)
            preset = dataclasses.replace(preset, training=training)
        if self.annotated:
            preset = preset.asking(preset.annotated_thresholds)
        for text in self.thresholds:
            evaluator, threshold = parse_evaluator_threshold(text)
            preset = preset.asking({evaluator: (threshold,)})
        return preset

    def evaluator_options(self) -> dict[str, EvaluatorOptions]:
        """The options of the evaluators that the run has, by the evaluators' names.

        Raises:
            ValueError: one can't be right; says which.
        """
        run = dataclasses.asdict(self)
        options = {name: evaluator.run_options(run) for name, evaluator in EVALUATORS.items()}
        return {name: one for name, one in options.items() if one is not None}

    def ingest_config(self) -> IngestConfig:
        """What VideoExampleGen is to do.

        Raises:
            ValueError: it can't be done.
        """
        preset = self.chosen_preset()
        return IngestConfig(
            examples_per_video=preset.examples_per_video,
            frames=preset.network.frames,
            min_loudness_dbfs=preset.min_loudness_dbfs,
            audio_codec=preset.audio_codec,
            image_size=preset.network.image_size,
            sample_rate=preset.network.sample_rate,
            group_regex=self.group_regex,
            label_regex=self.label_regex,
            val_fraction=VAL_FRACTION if preset.training.chooses_epoch else 0.0,
        )

    def _check_thresholds(self) -> None:
        there = self.evaluator_options()
        for name, asked in self.chosen_preset().thresholds.items():
            if asked and name not in there:  # an option of its name brings it in
                raise ValueError(f"a threshold on {name} needs --{name.replace('_', '-')}")
