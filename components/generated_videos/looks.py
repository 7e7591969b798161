"""What each class looks like: a silhouette and a pattern of its own, in colours of the palette.

Every function draws one object on a `Pen`, filling about the unit square; proportions, counts of
stripes and the like vary moderately from object to object.
"""

from __future__ import annotations

import math

import numpy as np

from objects_that_sound.components.generated_videos.palette import Palette
from objects_that_sound.components.generated_videos.pen import Pen, polar


def bell(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A flaring dome with two bands, a rim and a clapper."""
    flare = rng.uniform(2.5, 4.0)
    depth = np.linspace(0.0, 1.0, 40)
    half = 0.16 + 0.1 * np.sqrt(depth) + 0.17 * depth**flare
    y = 0.14 + 0.62 * depth
    left = list(zip(0.5 - half, y, strict=True))
    right = list(zip(0.5 + half, y, strict=True))
    pen.ellipse((0.5, 0.85), (0.1, 0.1), palette.accent)
    pen.ellipse((0.5, 0.11), (0.08, 0.08), palette.main)
    pen.ellipse((0.5, 0.17), (0.17, 0.1), palette.main)
    pen.polygon(left + right[::-1], palette.main)
    band = rng.uniform(0.32, 0.42)

    def bands(layer: Pen) -> None:
        layer.rectangle((0, band, 1, band + 0.07), palette.accent)
        layer.rectangle((0, band + 0.14, 1, band + 0.21), palette.accent)

    pen.inside(bands)
    pen.rectangle((0.04, 0.73, 0.96, 0.83), palette.main, radius=0.05)


def drum(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A barrel with an oval head and zigzag lacing."""
    top, bottom = rng.uniform(0.2, 0.26), rng.uniform(0.76, 0.82)
    pen.ellipse((0.5, bottom), (0.46, 0.14), palette.main)
    pen.rectangle((0.04, top, 0.96, bottom), palette.main)
    folds = int(rng.integers(4, 6)) * 2
    zigzag = [
        (0.04 + 0.92 * k / folds, (top + 0.16) if k % 2 else (bottom + 0.02))
        for k in range(folds + 1)
    ]
    pen.line(zigzag, 0.045, palette.accent)
    pen.ellipse((0.5, top), (0.46, 0.15), palette.accent)
    pen.ellipse((0.5, top), (0.38, 0.1), palette.main)


def guitar(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A waisted body with a round hole, and a long neck."""
    lower = rng.uniform(0.25, 0.29)
    pen.rectangle((0.38, 0.0, 0.62, 0.12), palette.main, radius=0.03)
    pen.ellipse((0.5, 0.98 - lower), (lower, lower), palette.main)
    pen.ellipse((0.5, 0.47), (0.2, 0.16), palette.main)
    pen.rectangle((0.45, 0.05, 0.55, 0.5), palette.accent)
    pen.ellipse((0.5, 0.6), (0.1, 0.1), palette.accent)
    pen.rectangle((0.36, 0.8, 0.64, 0.86), palette.accent)


def bird(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A round body with head, beak, eye, wing and tail, facing either side."""
    side = -1 if rng.random() < 0.5 else 1

    def x(value: float) -> float:
        return 0.5 + side * (value - 0.5)

    pen.polygon([(x(0.0), 0.3), (x(0.0), 0.62), (x(0.3), 0.62), (x(0.35), 0.5)], palette.main)
    pen.ellipse((x(0.46), 0.62), (0.3, rng.uniform(0.22, 0.26)), palette.main)
    pen.ellipse((x(0.7), 0.34), (0.18, 0.18), palette.main)
    pen.polygon([(x(0.84), 0.26), (x(1.0), 0.36), (x(0.84), 0.44)], palette.accent)
    pen.ellipse((x(0.74), 0.31), (0.055, 0.055), palette.accent)
    wing = rng.uniform(0.05, 0.12)
    pen.polygon([(x(0.22), 0.5 + wing), (x(0.6), 0.52), (x(0.42), 0.8)], palette.accent)
    for foot in (0.4, 0.54):
        pen.line([(x(foot), 0.84), (x(foot), 0.97)], 0.04, palette.outline)


def fan(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """Three to five blades around a hub."""
    blades, start = int(rng.integers(3, 6)), rng.random()
    for k in range(blades):
        turn = start + k / blades
        width = 0.3 / blades
        blade = [polar((0.5, 0.5), 0.5 * r, turn + width * a) for r, a in _BLADE]
        pen.polygon(blade, palette.main)
    pen.ellipse((0.5, 0.5), (0.13, 0.13), palette.accent)
    pen.ellipse((0.5, 0.5), (0.05, 0.05), palette.main)


_BLADE = [(0.1, 0.0), (0.5, -1.0), (0.85, -1.2), (1.0, -0.4), (0.98, 0.5), (0.7, 1.0)]


def bee(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """An oval body with upright stripes, two wings above, facing either side."""
    side = -1 if rng.random() < 0.5 else 1
    for tilt in (-0.16, 0.1):
        pen.ellipse((0.5 - side * tilt, 0.27), (0.13, 0.22), palette.accent)
    pen.ellipse((0.5, 0.64), (0.46, 0.27), palette.main)
    stripes = int(rng.integers(3, 5))

    def bands(layer: Pen) -> None:
        for k in range(stripes):
            x = 0.5 - side * (0.38 - 0.6 * k / stripes)
            layer.rectangle((x - 0.25 / stripes, 0.36, x + 0.25 / stripes, 1), palette.accent)

    body = Pen(pen.image.width)
    body.ellipse((0.5, 0.64), (0.46, 0.27), palette.main)
    body.inside(bands)
    pen.image.alpha_composite(body.image)
    pen.ellipse((0.5 + side * 0.33, 0.58), (0.05, 0.05), palette.outline)


def clock(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A dial with a thick rim, hour marks and two hands at any time of day."""
    centre = (0.5, 0.5)
    pen.ellipse(centre, (0.49, 0.49), palette.accent)
    pen.ellipse(centre, (0.4, 0.4), palette.main)
    for hour in range(12):
        marks = [polar(centre, radius, hour / 12) for radius in (0.29, 0.37)]
        pen.line(marks, 0.035, palette.accent)
    time = rng.random()
    pen.line([centre, polar(centre, 0.2, time)], 0.06, palette.accent)
    pen.line([centre, polar(centre, 0.32, 12 * time)], 0.045, palette.accent)


def radio(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A box with a chequered grille, a dial and an aerial."""
    pen.line([(0.75, 0.3), (rng.uniform(0.85, 0.98), 0.02)], 0.04, palette.accent)
    pen.rectangle((0.0, 0.26, 1.0, 0.94), palette.main, radius=0.06)
    cells = int(rng.integers(5, 7))
    size = 0.5 / cells
    for row in range(cells):
        for column in range(cells):
            if (row + column) % 2:
                x, y = 0.07 + column * size, 0.35 + row * size
                pen.rectangle((x, y, x + size, y + size), palette.accent)
    pen.ellipse((0.79, 0.48), (0.13, 0.13), palette.accent)
    pen.rectangle((0.66, 0.7, 0.92, 0.84), palette.accent)


def maraca(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """An egg with dots on a stick."""
    pen.rectangle((0.44, 0.55, 0.56, 1.0), palette.accent, radius=0.04)
    head = Pen(pen.image.width)
    head.ellipse((0.5, 0.34), (0.32, 0.34), palette.main)
    spacing = rng.uniform(0.17, 0.21)

    def dots(layer: Pen) -> None:
        for row in range(-2, 3):
            for column in range(-3, 4):
                x = 0.5 + (column + 0.5 * (row % 2)) * spacing
                layer.ellipse((x, 0.34 + row * spacing * 0.87), (0.06, 0.06), palette.accent)

    head.inside(dots)
    pen.image.alpha_composite(head.image)


def gear(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A toothed wheel with a hole through the middle and a ring of smaller holes."""
    teeth, start = int(rng.integers(8, 12)), rng.random()
    points = []
    for k in range(teeth):
        for offset, radius in ((0.0, 0.37), (0.12, 0.5), (0.42, 0.5), (0.54, 0.37)):
            points.append(polar((0.5, 0.5), radius, start + (k + offset) / teeth))
    pen.polygon(points, palette.main)
    for k in range(6):
        pen.ellipse(polar((0.5, 0.5), 0.26, start + k / 6), (0.055, 0.055), palette.accent)
    pen.erase((0.5, 0.5), rng.uniform(0.12, 0.15))


def cloud(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """A billow with a flat base and wavy streaks below."""
    pen.rectangle((0.08, 0.38, 0.92, 0.58), palette.main, radius=0.1)
    for x, y, radius in ((0.2, 0.42, 0.17), (0.42, 0.28, 0.22), (0.65, 0.32, 0.19)):
        radius *= rng.uniform(0.92, 1.05)
        pen.ellipse((x, y), (radius, radius), palette.main)
    pen.ellipse((0.82, 0.45), (0.14, 0.14), palette.main)
    phase = rng.random()
    along = np.linspace(0.08, 0.92, 60)
    for height in (0.72, 0.84, 0.96):
        wave = height - 0.02 + 0.03 * np.sin(2 * math.pi * (2.5 * along + phase))
        pen.line(list(zip(along, wave, strict=True)), 0.045, palette.accent)


def organ(pen: Pen, palette: Palette, rng: np.random.Generator) -> None:
    """Upright pipes of descending height, each with a mouth, on a plinth."""
    pipes = int(rng.integers(5, 7))
    rising = rng.random() < 0.5
    width = 0.96 / pipes
    for k in range(pipes):
        rank = k if rising else pipes - 1 - k
        x, top = 0.02 + k * width, 0.45 * rank / (pipes - 1)
        pen.rectangle((x + 0.1 * width, top, x + 0.86 * width, 0.9), palette.main, radius=0.02)
        pen.ellipse((x + 0.48 * width, 0.7), (0.3 * width, 0.05), palette.accent)
    pen.rectangle((0.0, 0.84, 1.0, 0.97), palette.accent, radius=0.02)
