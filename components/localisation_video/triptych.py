"""Draws input, overlay and map side by side."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from objects_that_sound.components.localisation_video.localiser import Found
from objects_that_sound.models.heat_map_painter import COLOURS, HeatMapPainter
from objects_that_sound.models.sounding_parts import NOTHING, SoundingParts

_PAPER, _INK, _MUTED = (14, 17, 22), (236, 240, 245), (150, 162, 176)
_SOCKET, _ACCENT = (38, 45, 55), (255, 176, 46)
_TITLES = ("input", "overlay", "map")


class Triptych:
    """The picture of one moment: three panels with captions, the score and the map's scale.

    Everything that stays the same is drawn once.

    Attributes:
        size: (width, height) of the pictures in pixels, both even.
        panel: (width, height) of each panel.
    """

    def __init__(self, picture: tuple[int, int], name: str, width: int, scale: float):
        """Lays the panels out.

        Args:
            picture: width and height of the frames, of `picture_size`.
            name: of the video, for people.
            width: of the whole, in pixels; see `picture_size`.
            scale: value of the map that gets the brightest colour.
        """
        self._scale = scale
        self._picture = picture
        self._margin = _margin(width)
        text = max(9, width // 64)
        font = ImageFont.load_default(text)
        assert isinstance(font, ImageFont.FreeTypeFont)  # every wheel of Pillow has FreeType
        self._font = font
        self._strip = round(1.7 * text)  # height of a line of text
        self.panel = max(picture[0], width // 6), picture[1]  # not narrower than its words
        across = 3 * self.panel[0] + 4 * self._margin
        down = self.panel[1] + 2 * self._strip + 2 * self._margin
        self.size = across + across % 2, down + down % 2
        self._painter = HeatMapPainter(scale)
        self._nothing = _wrapped(NOTHING, font, self.panel[0])
        self._background = self._draw_background(name)

    def draw(
        self, picture: np.ndarray, found: Found, parts: SoundingParts, time: float
    ) -> np.ndarray:
        """Draws a moment.

        Args:
            picture: uint8 [height, width, 3]; one of another size than announced is fitted in.
            found: where the sound comes from in it.
            parts: parts of it that are outlined, in the announced size.
            time: in seconds.

        Returns:
            uint8 [height, width, 3] of `size`.
        """
        canvas = self._background.copy()
        frame, place = self._fitted(picture)
        coloured = self._painter.colour(found.heatmap, frame.size, found.crop_box)
        overlay = self._painter.paint(frame, coloured)
        if frame.size == parts.mask.shape[::-1]:
            parts.outline(overlay)
        heat = Image.new("RGB", frame.size, _SOCKET)
        heat.paste(coloured.picture.convert("RGB"), coloured.box)
        for number, panel in enumerate((frame, overlay, heat)):
            left, top = self.corner(number)
            canvas.paste(panel, (left + place[0], top + place[1]))
        self._draw_figures(canvas, found, time)
        if not parts.boxes:
            self._say_nothing(canvas)
        return np.asarray(canvas)

    def corner(self, number: int) -> tuple[int, int]:
        """Left and top of a panel: 0 input, 1 overlay, 2 map."""
        left = self._margin + number * (self.panel[0] + self._margin)
        return left, self._margin // 2 + self._strip

    def _say_nothing(self, canvas: Image.Image) -> None:
        """Says at the lower edge of the overlay that nothing makes the sound."""
        left, top = self.corner(1)
        ImageDraw.Draw(canvas).text(
            (left + self.panel[0] // 2, top + self.panel[1] - self._margin // 2),
            self._nothing,
            _INK,
            self._font,
            "md",
            align="center",
            stroke_width=2,
            stroke_fill="black",
        )

    def _fitted(self, picture: np.ndarray) -> tuple[Image.Image, tuple[int, int]]:
        frame = Image.fromarray(picture)
        if frame.size != self._picture:  # videos may change their size
            size = _fit(frame.size, *self.panel)
            frame = frame.resize(size, Image.Resampling.BICUBIC)
        across, down = self.panel[0] - frame.width, self.panel[1] - frame.height
        return frame, (across // 2, down // 2)

    def _draw_background(self, name: str) -> Image.Image:
        canvas = Image.new("RGB", self.size, _PAPER)
        draw = ImageDraw.Draw(canvas)
        for number, title in enumerate(_TITLES):
            left, top = self.corner(number)
            draw.rectangle((left, top, left + self.panel[0] - 1, top + self.panel[1] - 1), _SOCKET)
            draw.text((left, top - self._strip // 2), title, _INK, self._font, "lm")
        left, top = self.corner(0)
        room = self.panel[0] - self._font.getlength(f"{_TITLES[0]}   ")
        name = _shorten(name, self._font, room)
        draw.text((left + self.panel[0], top - self._strip // 2), name, _MUTED, self._font, "rm")

        left, right, y = self._bar(2)
        ramp = COLOURS[np.linspace(0, len(COLOURS) - 1, right - left).astype(int)]
        ramp = np.repeat(ramp[None], self._thickness, 0)  # [height, width, 3]
        canvas.paste(Image.fromarray(ramp), (left, y - self._thickness // 2))
        return canvas

    @property
    def _thickness(self) -> int:
        return max(4, self._strip // 3)

    def _bar(self, number: int) -> tuple[int, int, int]:
        """Left, right and middle line of the bar below a panel; the words stand before it."""
        left, top = self.corner(number)
        y = top + self.panel[1] + self._strip // 2 + self._margin // 2
        words = _length(self._font, "sound fits 0.00  " if number == 1 else "peak 0.00  ")
        return left + min(round(words), self.panel[0] - 8), left + self.panel[0], y

    def _draw_figures(self, canvas: Image.Image, found: Found, time: float) -> None:
        draw = ImageDraw.Draw(canvas)
        peak = float(np.max(found.heatmap))
        minutes, seconds = divmod(int(time * 10), 600)
        for number, words in enumerate(
            (
                f"{minutes}:{seconds // 10:02d}.{seconds % 10}",
                f"sound fits {found.score:.2f}",
                f"peak {peak:.2f}",
            )
        ):
            _, _, y = self._bar(number)
            mask = _words(self._font, words)
            left = self.corner(number)[0]
            canvas.paste(_INK, (left, y - mask.height // 2), mask)
        left, right, y = self._bar(1)
        low, high = y - self._thickness // 2, y + (self._thickness + 1) // 2 - 1
        draw.rectangle((left, low, right - 1, high), _SOCKET)
        filled = left + round(min(max(found.score, 0.0), 1.0) * (right - left))
        if filled > left:
            draw.rectangle((left, low, filled - 1, high), _ACCENT)
        left, right, y = self._bar(2)
        x = left + round(min(peak / self._scale, 1.0) * (right - left - 1))
        draw.line((x, low - 3, x, high + 3), _INK, 2)


def picture_size(frame: tuple[int, int], width: int) -> tuple[int, int]:
    """Size at which frames fit into a panel of a triptych.

    Args:
        frame: width and height of the frames.
        width: of the whole triptych, in pixels, at most; a tall frame makes it narrower.

    Returns:
        Width and height in pixels, both even.
    """
    return _fit(frame, (width - 4 * _margin(width)) // 3, width // 2)


def _margin(width: int) -> int:
    return max(4, width // 90)


def _fit(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """The greatest size of the same shape within a width and height, both even."""
    scale = min(width / size[0], height / size[1])
    return max(2, int(size[0] * scale) // 2 * 2), max(2, int(size[1] * scale) // 2 * 2)


def _shorten(name: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(name) <= room:
        return name
    while name and font.getlength(name + "…") > room:
        name = name[:-1]
    return name + "…" if name else ""


def _wrapped(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


@functools.lru_cache(maxsize=512)
def _length(font: ImageFont.FreeTypeFont, text: str) -> float:
    return font.getlength(text)


@functools.lru_cache(maxsize=512)
def _words(font: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    """A line of text as a mask, as high as the tallest letters."""
    ascent, descent = font.getmetrics()
    mask = Image.new("L", (int(font.getlength(text)) + 2, ascent + descent))
    ImageDraw.Draw(mask).text((0, 0), text, 255, font)
    return mask
