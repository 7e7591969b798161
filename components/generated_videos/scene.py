"""All that is decided about a video before anything is drawn."""

from __future__ import annotations

import bisect
import dataclasses
import fractions

import numpy as np

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.object_class import CLASSES
from objects_that_sound.components.generated_videos.story import Story

_SHORT_SIDES = (128, 144, 160, 176, 192, 208, 240)
_ASPECTS = (fractions.Fraction(1), fractions.Fraction(4, 3), fractions.Fraction(16, 9))
_FRAME_RATES = tuple(
    fractions.Fraction(rate) for rate in ("12", "15", "24", "25", "30000/1001", "30")
)
_SAMPLE_RATES = (16000, 22050, 32000, 44100, 48000)


@dataclasses.dataclass(frozen=True)
class Scene:
    """A video to be; a function of (seed, index), so a file does not depend on how many there are.

    Attributes:
        seed: of the collection.
        index: of the video in it.
        seconds: length.
        difficulty: ranges to draw from.
        labels: classes of the objects.
        story: which of them sound, and when.
        cuts: when each take starts, in seconds; the first at 0.
        container: "mp4" (H.264 and AAC) or "webm" (VP9 and Opus).
        width: of the frame, in pixels, even.
        height: of the frame, in pixels, even.
        frame_rate: frames per second.
        keyframe_interval: frames.
        sample_rate: of the sound, in Hz.
        channels: of the sound.
    """

    seed: int
    index: int
    seconds: float
    difficulty: Difficulty
    labels: tuple[str, ...]
    story: Story
    cuts: tuple[float, ...]
    container: str
    width: int
    height: int
    frame_rate: fractions.Fraction
    keyframe_interval: int
    sample_rate: int
    channels: int

    @classmethod
    def sample(
        cls, seed: int, index: int, seconds: float = 5.0, difficulty: Difficulty | None = None
    ) -> Scene:
        """Draws a scene.

        Args:
            seed: of the collection, >= 0.
            index: of the video, >= 0.
            seconds: length of the video.
            difficulty: ranges to draw from; the default ones if None.
        """
        difficulty = difficulty or Difficulty()
        story = Story.sample(seed, index, seconds, difficulty.several_sounding)
        rng = np.random.default_rng([seed, index])
        container = "webm" if rng.random() < difficulty.webm_share else "mp4"
        width, height = _size(rng)
        sample_rate = int(rng.choice(_SAMPLE_RATES))
        return cls(
            seed=seed,
            index=index,
            seconds=seconds,
            difficulty=difficulty,
            labels=_labels(seed, index, difficulty, story, rng),
            story=story,
            cuts=_cuts(seconds, difficulty.take_seconds, rng),
            container=container,
            width=width,
            height=height,
            frame_rate=_FRAME_RATES[int(rng.integers(len(_FRAME_RATES)))],
            keyframe_interval=int(rng.integers(12, 61)),
            sample_rate=48000 if container == "webm" else sample_rate,  # Opus has no 44.1 kHz.
            channels=int(rng.integers(1, 3)),
        )

    @property
    def name(self) -> str:
        """File name; it does not tell the class."""
        return f"video_{self.index:05d}.{self.container}"

    @property
    def frames(self) -> int:
        """Number of frames."""
        return max(1, round(self.seconds * self.frame_rate))

    @property
    def samples(self) -> int:
        """Number of sound samples per channel."""
        return round(self.seconds * self.sample_rate)

    def frame_time(self, frame: int) -> float:
        """When a frame is shown first, in seconds."""
        return float(frame / self.frame_rate)

    def take(self, time: float) -> int:
        """Index of the take at a time in seconds."""
        return max(0, bisect.bisect_right(self.cuts, time + 1e-9) - 1)

    def rng(self, purpose: str, take: int) -> np.random.Generator:
        """A generator for one purpose in one take, independent of all others."""
        return np.random.default_rng([self.seed, self.index, take, *purpose.encode()])


def _size(rng: np.random.Generator) -> tuple[int, int]:
    short = int(rng.choice(_SHORT_SIDES))
    long = round(short * _ASPECTS[int(rng.integers(len(_ASPECTS)))] / 2) * 2  # 4:2:0 needs even.
    return (long, short) if rng.random() < 0.7 else (short, long)


def _cuts(
    seconds: float, take_seconds: tuple[float, float], rng: np.random.Generator
) -> tuple[float, ...]:
    cuts = [0.0]
    # The last take takes what is left, rather than leaving a flicker at the end.
    while (cut := cuts[-1] + rng.uniform(*take_seconds)) < seconds - take_seconds[0] / 2:
        cuts.append(cut)
    return tuple(cuts)


def _labels(
    seed: int, index: int, difficulty: Difficulty, story: Story, rng: np.random.Generator
) -> tuple[str, ...]:
    # The first classes are dealt like cards: every run of len(CLASSES) videos has each class once.
    labels = list(CLASSES)
    deal, card = divmod(index, len(labels))
    sounding = labels[np.random.default_rng([seed, deal, *b"deal"]).permutation(len(labels))[card]]
    others = [label for label in labels if label != sounding]
    count = int(rng.choice(len(difficulty.distractor_shares), p=difficulty.distractor_shares))
    count = max(count, story.sounding_objects - 1)
    more = rng.choice(others, size=count, replace=False)
    return (sounding, *(str(label) for label in more))
