"""Reads the fields of a parsed example (`models.examples.read_example`) that evaluators ask for."""

from __future__ import annotations

from objects_that_sound.models import examples as contract


def example_key(example: dict[str, list]) -> str:
    """Names an example uniquely: its video's id and its time in the video."""
    return f"{video_id(example)}\t{example[contract.VIDEO_TIME][0]!r}"


def video_id(example: dict[str, list]) -> str:
    """Returns the id of an example's video."""
    return _text(example[contract.VIDEO_ID][0])


def group(example: dict[str, list]) -> str:
    """Returns the group (scene) of an example's video."""
    return _text(example[contract.VIDEO_GROUP][0])


def label(example: dict[str, list]) -> str:
    """Returns the class of what sounds in an example, or "" where it is not known."""
    values = example.get(contract.LABEL) or [b""]
    return _text(values[0])


def labels(example: dict[str, list]) -> list[str]:
    """Returns all classes of what sounds in an example, [] where they are not known."""
    values = example.get(contract.LABELS) or example.get(contract.LABEL) or []
    return [_text(value) for value in values if value]


def visible_labels(example: dict[str, list]) -> list[str]:
    """Returns the classes of all that is in the frame (the sounding ones alone if not known)."""
    values = [_text(value) for value in example.get(contract.VISIBLE_LABELS) or []]
    return values or labels(example)


def image_input(example: dict[str, list], frames: int) -> bytes | list[bytes]:
    """Returns what a model's signatures take as an example's `image`.

    Args:
        example: with its frames, where the model looks at several.
        frames: that the model looks at; see `SavedModel.frames`.

    Raises:
        ValueError: the example has not so many frames.
    """
    if frames == 1:
        return example[contract.IMAGE][0]
    there = example.get(contract.FRAMES, [])
    if len(there) != frames:
        raise ValueError(
            f"the model looks at {frames} frames, but there are {max(1, len(there))} in an example "
            f"of {video_id(example)}: ingest with frames={frames} "
            "(network.frames of a preset)"
        )
    return there


def _text(value: bytes) -> str:
    """Text that can be written anywhere; names of files need not be UTF-8."""
    return value.decode("utf-8", "backslashreplace")
