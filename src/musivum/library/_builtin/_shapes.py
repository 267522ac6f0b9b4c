"""Figured tiles: one figure on a ground, or a small pattern of figures."""

import numpy as np

from musivum.library._generated._fields import (
    ANGLE,
    RADIUS,
    Field,
    X,
    Y,
    between,
    edge,
    noise,
    one_of,
    smooth,
    turned,
)

_GROUND = 0.12 * (0.5 + (X + Y) / 4)


def _on_ground(figure: Field, light: Field | float = 0.0) -> Field:
    """A figure (0..1) painted over a faintly lit ground."""
    return np.asarray(_GROUND + figure * (0.82 - _GROUND + np.asarray(light)))


def disc(rng: np.random.Generator) -> Field:
    return _on_ground(edge(RADIUS - between(rng, 0.5, 0.8)), 0.16 * (Y - X) / 2)


def rings(rng: np.random.Generator) -> Field:
    count = one_of(rng, 2, 5)
    return _on_ground(edge((np.abs((RADIUS * count) % 1 - 0.5) - 0.25) / count) * (RADIUS < 1))


def star(rng: np.random.Generator) -> Field:
    points, depth = one_of(rng, 5, 9), between(rng, 0.38, 0.6)
    wedge = np.abs(((ANGLE + np.pi / 2) * points / (2 * np.pi) + 0.5) % 1 - 0.5) * 2
    reach = 0.88 * depth / (depth * (1 - wedge) + wedge)
    reach = 0.88 * (1 - wedge) + 0.88 * depth * wedge if points > 6 else reach
    return _on_ground(edge((RADIUS - reach) * 0.7), 0.12 * (1 - wedge))


def flower(rng: np.random.Generator) -> Field:
    petals, turn = one_of(rng, 5, 9), between(rng, 0, 1)
    lobe = np.abs(np.cos(ANGLE * petals / 2 + turn))
    reach = 0.3 + 0.58 * lobe**0.7
    figure = edge((RADIUS - reach) * 0.7) * (0.55 + 0.45 * smooth(RADIUS / reach))
    return np.maximum(_on_ground(figure), edge(RADIUS - 0.2))


def sun(rng: np.random.Generator) -> Field:
    rays = one_of(rng, 8, 16)
    fan = edge((np.abs((ANGLE * rays / (2 * np.pi) + between(rng, 0, 1)) % 1 - 0.5) - 0.25) * RADIUS * 6 / rays)
    return np.clip(0.15 + 0.6 * fan * (1 - RADIUS / 1.7) + edge(RADIUS - 0.34), 0, 1)


def moon(rng: np.random.Generator) -> Field:
    x, y = turned(between(rng, 0, 2 * np.pi))
    return _on_ground(edge(RADIUS - 0.68) * (1 - edge(np.hypot(x - 0.3, y) - 0.58)))


def heart(rng: np.random.Generator) -> Field:
    x, y = np.abs(X) / 0.92, -(Y - 0.12) / 0.92
    shape = (x**2 + (y - 0.62 * np.sqrt(x)) ** 2) - 0.62
    return _on_ground(edge(shape * 0.45), between(rng, 0.05, 0.18) * (y - x))


def leaf(rng: np.random.Generator) -> Field:
    x, y = turned(between(rng, 0, np.pi))
    blade = np.abs(y) - 0.42 * (1 - np.clip(np.abs(x) / 0.9, 0, 1) ** 2)
    veins = 0.2 * (0.5 + 0.5 * np.sin((x - np.abs(y) * 0.8) * 22))
    return _on_ground(edge(blade) * (np.abs(x) < 0.9), 0.16 - veins) - 0.4 * edge(np.abs(y) - 0.02) * (np.abs(x) < 0.9)


def spiral(rng: np.random.Generator) -> Field:
    arms, turns = one_of(rng, 1, 3), between(rng, 1.5, 3.5)
    return 0.5 + 0.5 * np.sin(arms * ANGLE + 2 * np.pi * turns * np.sqrt(RADIUS))


def checks(rng: np.random.Generator) -> Field:
    x, y = turned(one_of(rng, 0, 1) * np.pi / 4)
    count = one_of(rng, 1, 3)
    board = np.sin(np.pi * count * x) * np.sin(np.pi * count * y)
    return _on_ground(edge(-board / (np.pi * count) * 0.9))


def dots(rng: np.random.Generator) -> Field:
    x, y = turned(between(rng, 0, np.pi / 2))
    count = between(rng, 1.2, 3.2)
    gx, gy = (x * count) % 1 - 0.5, (y * count) % 1 - 0.5
    return _on_ground(edge((np.hypot(gx, gy) - between(rng, 0.24, 0.4)) / count))


def hexagons(rng: np.random.Generator) -> Field:
    count = between(rng, 1.3, 3.2)
    x, y = X * count, Y * count
    height = np.sqrt(3)
    offsets = [
        (x % 1 - 0.5, (y % height) - height / 2),
        ((x + 0.5) % 1 - 0.5, ((y + height / 2) % height) - height / 2),
    ]
    first, second = (np.hypot(*offset) for offset in offsets)
    px, py = (np.where(first < second, offsets[0][i], offsets[1][i]) for i in range(2))
    apart = np.maximum(np.abs(px), np.abs(px) / 2 + np.abs(py) * height / 2)
    return _on_ground(edge((apart - 0.44) / count), 0.35 * (0.3 - apart))


def fans(rng: np.random.Generator) -> Field:
    """Overlapping fish scales."""
    count = one_of(rng, 2, 4)
    field = np.zeros(X.shape)
    for row in range(-1, 2 * count + 2):
        cx = ((X + 1) / 2 * count + 0.5 * (row % 2)) % 1 - 0.5
        cy = (Y + 1) / 2 * count - row * 0.5
        distance = np.hypot(cx, cy)
        inside = (distance < 0.5) & (cy < 0.02 + 0.5)
        arcs = 0.5 + 0.5 * np.cos(distance * 2 * np.pi * 5)
        field = np.where(inside, 0.2 + 0.7 * arcs * smooth(distance * 3), field)
    return field


def bricks(rng: np.random.Generator) -> Field:
    rows = one_of(rng, 3, 6)
    line = (Y + 1) / 2 * rows
    course = np.floor(line)
    run = (X + 1) / 2 * rows / 2 + 0.5 * (course % 2)
    gap = np.minimum(np.abs(line % 1 - 0.5) * -1 + 0.5, (np.abs(run % 1 - 0.5) * -1 + 0.5) * 2)
    shade = (np.sin(np.floor(run) * 12.9 + course * 78.2) * 43.7) % 1
    return smooth((gap - 0.04) / 0.06) * (0.45 + 0.4 * shade) + 0.15 * noise(rng, 1.0)


def triangles(rng: np.random.Generator) -> Field:
    count = between(rng, 1.2, 2.6)
    shade = np.zeros(X.shape)
    for k in range(3):
        along, _ = turned(k * np.pi / 3 + np.pi / 2)
        shade += (np.floor(along * count + 0.5) * (k + 1) * 0.37) % 1
    return np.asarray(shade % 1)


def bokeh(rng: np.random.Generator) -> Field:
    """Soft lights out of focus."""
    field = 0.25 * noise(rng, 2.6)
    for _ in range(14):
        size = between(rng, 0.12, 0.42)
        distance = np.hypot(X - between(rng, -1.1, 1.1), Y - between(rng, -1.1, 1.1))
        field = field + between(rng, 0.15, 0.4) * edge(distance - size, 3.0) * (0.75 + 0.25 * distance / size)
    return np.clip(field, 0, 1)


def hills(rng: np.random.Generator) -> Field:
    """Ranges behind ranges under a sky; dark in front."""
    field = 0.72 + 0.28 * np.clip((Y + 1) / 1.2, 0, 1)
    for k in range(4):
        ridge = noise(rng, 1.9)[0]
        height = -0.25 + 0.33 * k + 0.38 * (0.5 - ridge)
        field = np.where(height[None, :] < Y, 0.62 - 0.17 * k + 0.08 * (Y - height[None, :]), field)
    return field


def sunset(rng: np.random.Generator) -> Field:
    """A low sun over water."""
    level, px = between(rng, 0.1, 0.4), between(rng, -0.4, 0.4)
    sky = 0.25 + 0.5 * np.clip((Y + 1) / (1 + level), 0, 1) ** 1.5
    sky = np.maximum(sky, edge(np.hypot(X - px, Y - level + 0.12) - 0.28, 1.5))
    path = np.exp(-(((X - px) / (0.18 + 0.35 * np.clip(Y - level, 0, None))) ** 2))
    sea = 0.12 + 0.2 * noise(rng, 1.4, 2, (0.5, 5.0)) + 0.55 * path * (noise(rng, 1.0, 3, (0.6, 5.0)) > 0.45)
    return np.where(level < Y, sea, sky)


SHAPES = (
    *(disc, hills, rings, flower, checks, bokeh, star, dots, sunset, leaf, spiral, hexagons),
    *(sun, bricks, fans, moon, triangles, heart),
)
