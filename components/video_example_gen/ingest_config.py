"""The parameters of ingest, as they travel from the component to Beam's workers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Interval

from objects_that_sound.components.video_example_gen.splits import EVAL, VAL
from objects_that_sound.models.declared import check_declared
from objects_that_sound.models.sound_codec import AudioCodec

_MEASURED_EXAMPLES = 10
"""The moments of a video are alike. More of them make a measurement longer, and hardly surer; and
the thirty first hits of a search would be one video's."""

ExamplesPerVideo = Annotated[
    int,
    "Maximum number of moments, each with its second of sound, of a video or segment.",
    Interval(ge=1, le=100_000),
]
# A video with no louder moment is rejected as silent.
MinLoudness = Annotated[
    float,
    "Loudness (RMS) in dBFS below which a moment is replaced by one close by, or left out.",
    Interval(ge=-120, le=0),
]
StoredSound = Annotated[
    AudioCodec,
    "Codec of the stored sound. pcm: samples. flac: the same samples in less space. vorbis: far less "
    "space, and not quite the same sound.",
]


@dataclasses.dataclass(frozen=True)
class IngestConfig:
    """What VideoExampleGen does with each video.

    Raises:
        ValueError: a value can't be right; says which and what to do.
    """

    examples_per_video: ExamplesPerVideo = 10
    # 25 as in "Objects that Sound", section 3 (AVE+MF); with 1 there is just the frame itself.
    frames: Annotated[
        int,
        "Frames, 0.04 s apart, in the middle of an example's second; odd.",
        Interval(ge=1, le=125),
    ] = 1
    image_size: Annotated[
        int, "Short side of the stored frame, in pixels; even.", Interval(ge=16, le=4096)
    ] = 256
    sample_rate: Annotated[
        int, "Sample rate of the stored sound, in Hz.", Interval(ge=1000, le=192_000)
    ] = 48000
    audio_codec: StoredSound = "pcm"
    jpeg_quality: Annotated[int, "Quality of the stored frame.", Interval(ge=1, le=100)] = 95
    min_loudness_dbfs: MinLoudness = -60.0
    # With capture groups: the group is what they captured; without: the name up to the match's end.
    # Where it does not match, or is empty, each video is its own group.
    group_regex: Annotated[str, "Pattern in the file name; videos of one group share a split."] = ""
    label_regex: Annotated[str, "Pattern in the file name; its one capture group is the label."] = (
        ""
    )
    annotations: Annotated[
        str, "Path of an annotations.jsonl for all videos; empty: the one in each video's folder."
    ] = ""
    # Always at least those of one video; 0: so many as have about 100 MB, fewer for a folder of few
    # videos.
    examples_per_shard: Annotated[
        int,
        "Maximum number of examples in one file; 0: by their size.",
        Interval(ge=0, le=1_000_000),
    ] = 0
    seed: Annotated[int, "Seed of the choice of times and of splits."] = 0
    val_fraction: Annotated[
        float,
        "Share of the groups of videos that choose the epoch, in a split val of their own.",
        Interval(ge=0, le=0.5),
    ] = 0.0
    split_method: Annotated[
        Literal["rank", "hash"],
        "rank: each split gets its exact share of the groups; hash: a group keeps its split.",
    ] = "rank"

    def __post_init__(self) -> None:
        check_declared(self)
        if self.frames % 2 == 0:
            raise ValueError(
                f"frames must be odd, not {self.frames}: the sound is centred on the frame in the "
                "middle"
            )
        if self.image_size % 2:
            raise ValueError(f"image_size must be even, not {self.image_size}")
        _compiled("group_regex", self.group_regex)
        labels = _compiled("label_regex", self.label_regex)
        if self.label_regex and labels.groups != 1:
            raise ValueError(
                f"label_regex {self.label_regex!r} needs exactly one capture group, the label, "
                r"for example 'v_(\w+?)_g\d+'"
            )

    def of_split(self, split: str) -> IngestConfig:
        """What is done with the videos of one split.

        Args:
            split: name of it; videos of `val` and `eval` give ten examples at most.
        """
        if split not in (VAL, EVAL):
            return self
        examples = min(self.examples_per_video, _MEASURED_EXAMPLES)
        return dataclasses.replace(self, examples_per_video=examples)

    def to_dict(self) -> dict[str, Any]:
        """Names and values, as JSON and google.protobuf.Struct can hold them."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> IngestConfig:
        """The inverse of `to_dict`; numbers may have become floats on the way.

        Raises:
            ValueError: an unknown name or a value that can't be right.
        """
        types: dict[str, Any] = {
            field.name: type(field.default) for field in dataclasses.fields(cls)
        }
        unknown = sorted(set(values) - set(types))
        if unknown:
            raise ValueError(
                f"unknown parameters {', '.join(unknown)}; there are {', '.join(types)}"
            )
        return cls(**{name: types[name](value) for name, value in values.items()})


def _compiled(name: str, pattern: str) -> re.Pattern:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{name} {pattern!r} is not a regular expression: {error}") from error
