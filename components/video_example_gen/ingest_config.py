"""The parameters of ingest, as they travel from the component to Beam's workers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

SPLIT_METHODS = ("rank", "hash")


@dataclasses.dataclass(frozen=True)
class IngestConfig:
    """What VideoExampleGen does with each video.

    Attributes:
        examples_per_video: at most so many examples a video.
        frames_per_example: frames 0.04 s apart, in the middle of an example's second; odd. 25 as
            in "Objects that Sound", section 3 (AVE+MF); with 1 there is just the frame itself.
        image_size: short side of the stored frame, in pixels; even.
        sample_rate: of the stored sound, in Hz.
        jpeg_quality: 1..100.
        minimum_loudness_dbfs: moments with quieter sound (RMS) are replaced by others close by, or
            left out; a video with none left is rejected as silent.
        group_regex: searched in the file name; videos of one group share a split. With capture
            groups: the group is what they captured; without: the name up to the match's end. Where
            it does not match, or is empty, each video is its own group.
        label_regex: searched in the file name; its one capture group is the label.
        annotations: path of an annotations.jsonl for all videos; empty: the one in each video's
            own folder, if there is one.
        examples_per_shard: at most so many examples in one file (but always those of one video);
            0: so many as have about 100 MB, fewer for a folder of few videos.
        seed: of the choice of times and of splits.
        split_method: "rank" gives each split its exact share of the groups; "hash" looks at each
            group alone, so that a group stays in its split from span to span.

    Raises:
        ValueError: a value can't be right; says which and what to do.
    """

    examples_per_video: int = 10
    frames_per_example: int = 1
    image_size: int = 256
    sample_rate: int = 48000
    jpeg_quality: int = 95
    minimum_loudness_dbfs: float = -60.0
    group_regex: str = ""
    label_regex: str = ""
    annotations: str = ""
    examples_per_shard: int = 0
    seed: int = 0
    split_method: str = "rank"

    def __post_init__(self) -> None:
        _check_range("examples_per_video", self.examples_per_video, 1, 100_000)
        _check_range("frames_per_example", self.frames_per_example, 1, 125)
        if self.frames_per_example % 2 == 0:
            raise ValueError(
                f"frames_per_example must be odd, not {self.frames_per_example}: the sound is "
                "centred on the frame in the middle"
            )
        _check_range("image_size", self.image_size, 16, 4096)
        if self.image_size % 2:
            raise ValueError(f"image_size must be even, not {self.image_size}")
        _check_range("sample_rate", self.sample_rate, 1000, 192_000)
        _check_range("jpeg_quality", self.jpeg_quality, 1, 100)
        _check_range("minimum_loudness_dbfs", self.minimum_loudness_dbfs, -120, 0)
        _check_range("examples_per_shard", self.examples_per_shard, 0, 1_000_000)
        _compiled("group_regex", self.group_regex)
        labels = _compiled("label_regex", self.label_regex)
        if self.label_regex and labels.groups != 1:
            raise ValueError(
                f"label_regex {self.label_regex!r} needs exactly one capture group, the label, "
                r"for example 'v_(\w+?)_g\d+'"
            )
        if self.split_method not in SPLIT_METHODS:
            raise ValueError(
                f"split_method must be one of {', '.join(SPLIT_METHODS)}, not {self.split_method!r}"
            )

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


def _check_range(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"{name} must be from {lowest} to {highest}, not {value}")


def _compiled(name: str, pattern: str) -> re.Pattern:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{name} {pattern!r} is not a regular expression: {error}") from error
