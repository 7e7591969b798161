"""Pictures of any kind as the files that a model takes."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import numpy as np

from objects_that_sound.api.unusable_file_error import UnusableFileError
from objects_that_sound.components.media import media_error

if TYPE_CHECKING:
    from PIL import Image


_TAKEN = {"JPEG", "PNG"}
_ORIENTATION = 0x0112  # of EXIF; 1: as it is stored
_UPRIGHT = (None, 1)


def encoded_image(picture: str | os.PathLike | bytes | np.ndarray | Image.Image) -> bytes:
    """The bytes of a JPEG or PNG file of a picture, upright.

    A JPEG or PNG stays as it is, but where its camera notes that it is to be turned. Of any other
    format a PNG is made.

    Args:
        picture: path, content of a file, uint8 [height, width] or [height, width, 3] (RGB), or a
            picture of PIL.

    Raises:
        UnusableFileError: there is no such file, or it is no picture.
        TypeError: an array has other numbers or another shape.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if isinstance(picture, Image.Image):
        return _png(ImageOps.exif_transpose(picture))
    if isinstance(picture, np.ndarray):
        _check(picture)
        return _png(Image.fromarray(picture))
    if not isinstance(picture, str | os.PathLike | bytes):
        raise TypeError(
            "a picture is a path, the bytes of a file, an array or a picture of PIL, not "
            f"{type(picture).__name__}"
        )
    name: str | os.PathLike = "the picture" if isinstance(picture, bytes) else picture
    try:
        if isinstance(picture, bytes):
            content = picture
        else:
            with open(picture, "rb") as file:
                content = file.read()
        with Image.open(io.BytesIO(content)) as opened:
            turned = opened.getexif().get(_ORIENTATION) not in _UPRIGHT
            if opened.format in _TAKEN and not turned:
                return content
            return _png(ImageOps.exif_transpose(opened))
    except FileNotFoundError as error:
        raise UnusableFileError(name, media_error.MISSING_FILE, "no such file") from error
    except UnidentifiedImageError as error:
        raise UnusableFileError(name, media_error.CANNOT_OPEN, "not a picture") from error
    # PIL has many errors for damaged files.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        detail = f"the picture can't be read: {error}"
        raise UnusableFileError(name, media_error.CANNOT_OPEN, detail) from error


def _check(array: np.ndarray) -> None:
    """Refuses what is no picture, with a hint."""
    if (
        array.dtype != np.uint8
        or array.ndim not in (2, 3)
        or array.shape[2:] not in ((), (3,))
        or not array.size
    ):
        raise TypeError(
            "a picture's array is uint8 [height, width] or [height, width, 3], not "
            f"{array.dtype} {list(array.shape)}"
            + ("; of floats in 0..1 make (255 * array).astype('uint8')" * (array.dtype.kind == "f"))
        )


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.convert("RGB").save(file, "PNG")
    return file.getvalue()
