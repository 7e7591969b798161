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
        "Parts of the videos to use: AudioSet's or VGGSound's CSV, or one with columns "
        "id,start,end,labels. A video is called <id>.mp4, or <id>_<start>.mp4 if it was already cut.",
        OptionTraits(metavar="CSV"),
    ] = ""
    eval_videos: Annotated[
        tuple[str, ...],
        "Videos to judge the model by: some of --videos, or others. The rest is learnt from. If "
        "they are not given, a fifth of all groups is taken.",
        OptionTraits(metavar="TEXT"),
    ] = ()
    preset: Annotated[
        PresetName, "Recipe: what to store, train and ask for. `ots presets` lists them."
    ] = "real"
    settings: Annotated[
        tuple[str, ...],
        "Value of a field of the preset, for example training.steps=50. `ots presets NAME` lists "
        "the fields.",
        OptionTraits("--set", metavar="NAME=VALUE"),
    ] = ()
    minutes: Annotated[
        float,
        "Maximum minutes of training. The schedule is fitted to it. 0: as long as the preset says.",
        Ge(0),
    ] = 0.0
    thresholds: Annotated[
        tuple[str, ...],
        "Bound that the gate asks of a metric, instead of those of the preset: "
        "avc:avc_accuracy>=0.8, localisation:fires_silence<=0.1, "
        "retrieval:ndcg_image_audio:max_loss=0.1, avc:avc_accuracy:beats_baselines:no_loss; see "
        "docs/evaluation.md.",
        OptionTraits("--threshold", metavar="BOUND"),
    ] = ()
    annotated: Annotated[
        bool,
        "Say that the classes and boxes of what sounds are known, as in videos of `ots videos "
        "generate`. The gate then asks for what the preset asks of such videos as well.",
    ] = False
    group_regex: Annotated[
        str,
        "Pattern that tells the scene of a video: the file name up to the end of the match, or what "
        r"capture groups captured. Videos of one scene share a split. Example: '_g\d+_'.",
    ] = ""
    label_regex: Annotated[
        str,
        "Pattern whose one capture group is the class in a file name. It is used for evaluation only.",
    ] = ""
    label_tree: Annotated[
        str,
        "Tree of classes: AudioSet's ontology.json, or a file of its form. Retrieval is graded by "
        "how near two classes are in it.",
        OptionTraits(metavar="JSON"),
    ] = ""
    sound_benchmark: Annotated[
        str,
        "Sound benchmark to measure as well, for example esc10:FOLDER. `ots evaluate "
        "sound-benchmark --help` lists the datasets.",
        OptionTraits(metavar="DATASET:FOLDER", structural=True),
    ] = ""
    localisation_benchmark: Annotated[
        str,
        "Localisation benchmark to measure as well, for example vggss:FOLDER, or boxes of your own "
        "in folder:FOLDER. `ots evaluate localisation-benchmark --help` lists the datasets.",
        OptionTraits(metavar="DATASET:FOLDER", structural=True),
    ] = ""
    warm_start: Annotated[
        bool | None,
        "Start training from the latest blessed model, if there is one. It must be of the same preset. "
        " [default: with `ots continue` only]",
        OptionTraits(structural=True),
    ] = None
    beam_args: Annotated[
        tuple[str, ...],
        "Option of Beam, to ingest on other machines, for example "
        "--beam-arg=--runner=FlinkRunner; see docs/scaling.md.",
        OptionTraits("--beam-arg", metavar="OPTION", structural=True),
    ] = ()
    data_license: Annotated[str, "Licence of the videos, for the model card of a pushed model."] = (
        ""
    )

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

    def check_files(self) -> None:
        """Looks at the benchmarks and the tree of classes, which are needed only after training.

        Raises:
            OSError, ValueError: one can't be used; says which and why.
        """
        for options in self.evaluator_options().values():
            options.check_files()

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
