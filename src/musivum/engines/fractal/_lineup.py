"""Registration of the survivors: candidates lined up with the target, and judged by what is then left."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import Candidates, join, nobody
from musivum.engines.fractal._places import FAINT, Places
from musivum.engines.fractal._polish import STEPS, Polished, joined, polish
from musivum.engines.fractal._setup import Setup
from musivum.engines.fractal._tiles import TileDictionary, crop_pixels
from musivum.engines.fractal._windows import SIDE, Floats, Plane, sample

_BLOCK = 1024
_STEPS_TINY = 2
_SHIFT = 0.15  # of a side, by which registration may move a window
_SCALE = math.log(2) / 4  # of its logarithm: levels meet there
_TURN = 0.75  # of the step between angles
_WORST = 2.0  # times the allowed error: what the mean colour of a ninth of the window may differ by
_FINE = 32  # samples along a side where pictures truly correspond
_ROUGHLY = 3.0  # times what may be unexplained at 32 samples, at 12


def line_up(candidates: Candidates, plane: Plane, places: Places, setup: Setup) -> Candidates:
    """Register candidates of one level by least squares; drop those that stay above their limits.

    An error is the RMS over the window, but no ninth of a window may be off by much more: a small face must not
    vanish in a large sky.

    Parameters
    ----------
    plane
        The target in pixels of a twelfth of a side.
    places
        Where they were looked for.
    """
    reach, steps = _reach(places), _STEPS_TINY if setup.tiny(places.side) else STEPS
    kept = [nobody()]
    for number, dictionary in enumerate(setup.tiles):
        some = candidates.take(np.flatnonzero(candidates.shape == number))
        if not len(some.row):
            continue
        polished = _polished(some, dictionary, plane, setup, reach=reach, steps=steps)
        handicap = setup.interest(places.side) * dictionary.plainness[some.row]
        some = some._replace(
            poses=polished.poses,
            square=polished.square,
            score=(polished.square + handicap) / some.limit / setup.favour[some.tile],
        )
        fits = (polished.square <= some.limit) & (polished.worst <= _WORST**2 * some.limit)
        kept.append(some.take(np.flatnonzero(fits)))
    return join(kept)


def recognise(candidates: Candidates, plane: Plane, places: Places, setup: Setup, share: float) -> Candidates:
    """Register candidates at 12 and then at 32 samples a side; keep those that truly show what the target shows.

    Parameters
    ----------
    share
        Of the target's variance in a window that may be left unexplained, an even slope aside; this share becomes the
        score. A tint, which is a gain and an offset of each channel, counts for nothing.
    """
    reach, kept = _reach(places), [nobody()]
    fine = setup.scene.plane(places.side / _FINE, workers=setup.workers)
    for number, tiles in enumerate(setup.tiles):
        some = candidates.take(np.flatnonzero(candidates.shape == number))
        for at, samples, most in ((plane, SIDE, _ROUGHLY * share), (fine, _FINE, share)):
            if len(some.row):
                found = _polished(some, tiles, at, setup, samples=samples, reach=reach)
                some = some._replace(poses=found.poses, square=found.square)
                some = some._replace(score=_unexplained(some, tiles, at, setup, samples))
                some = some.take(np.flatnonzero((some.score < most) & (found.contrast > FAINT)))
        kept.append(some)
    return join(kept)


def _unexplained(
    candidates: Candidates, tiles: TileDictionary, plane: Plane, setup: Setup, samples: int
) -> npt.NDArray[np.float64]:
    """Shares (n,) of the target's unevenness that the best gain of each channel leaves, 0..1."""
    shares = []
    for first in range(0, len(candidates.row), _BLOCK):
        some = candidates.take(np.arange(first, min(first + _BLOCK, len(candidates.row))))
        shown = crop_pixels(setup.library, tiles.shape, some.row, samples, setup.scene.weights, setup.workers)
        seen = sample(plane, some.poses, samples)
        shown, seen = _uneven(shown), _uneven(seen)
        together, of_shown, of_seen = (
            np.einsum("nijk,nijk->nk", *pair) for pair in ((shown, seen), (shown, shown), (seen, seen))
        )
        explained = np.maximum(together, 0) ** 2 / np.maximum(of_shown, 1e-9)
        shares.append(1 - explained.sum(axis=1) / np.maximum(of_seen.sum(axis=1), 1e-9))
    return np.concatenate(shares).astype(np.float64)


def _uneven(pixels: Floats) -> Floats:
    """What (n, side, side, 3) pixels show besides a mean and an even slope, in which any two skies are alike."""
    side = pixels.shape[1]
    ramp = np.linspace(-1, 1, side, dtype=np.float32)
    ramp /= np.sqrt(side * (ramp**2).sum())
    flat = pixels - pixels.mean(axis=(1, 2), keepdims=True)
    down, across = (np.einsum(f"nijk,{axis}->nk", flat, ramp)[:, None, None] for axis in "ij")
    return np.asarray(flat - down * ramp[:, None, None] - across * ramp[:, None], np.float32)


def judge(candidates: Candidates, plane: Plane, board: Board, setup: Setup) -> Candidates:
    """Let only what will be seen of candidates decide: errors over those parts of windows that are free yet."""
    parts = [nobody()]
    for number, dictionary in enumerate(setup.tiles):
        some = candidates.take(np.flatnonzero(candidates.shape == number))
        if len(some.row):
            seen = _polished(some, dictionary, plane, setup, steps=0, hidden=board)
            # Between samples a sliver may hide from all of them: then the whole window has to do.
            square = np.where(np.isfinite(seen.square), seen.square, some.square)
            parts.append(some._replace(square=square, score=square / setup.favour[some.tile]))
    return join(parts)


def measure(candidates: Candidates, plane: Plane, setup: Setup) -> Candidates:
    """Candidates as they lie, with their squared errors."""
    parts = [nobody()]
    for number, dictionary in enumerate(setup.tiles):
        some = candidates.take(np.flatnonzero(candidates.shape == number))
        if len(some.row):
            parts.append(some._replace(square=_polished(some, dictionary, plane, setup, steps=0).square))
    return join(parts)


def _reach(places: Places) -> tuple[float, float, float]:
    turn = float(places.angles[1] - places.angles[0]) if len(places.angles) > 1 else 0.0
    return _SHIFT, _TURN * turn, _SCALE


def _polished(
    candidates: Candidates,
    tiles: TileDictionary,
    plane: Plane,
    setup: Setup,
    *,
    samples: int = SIDE,
    reach: tuple[float, float, float] = (0.0, 0.0, 0.0),
    steps: int = STEPS,
    hidden: Board | None = None,
) -> Polished:
    """Polish candidates of one dictionary in blocks on threads."""

    def run(first: int) -> Polished:
        some = candidates.take(np.arange(first, min(first + _BLOCK, len(candidates.row))))
        used, index = np.unique(some.row, return_inverse=True)
        furthest = math.inf if setup.options.reach == 180 else math.radians(setup.options.reach)
        pixels = crop_pixels(setup.library, tiles.shape, used, samples, setup.scene.weights, 1)
        return polish(
            plane,
            some.poses,
            pixels,
            index,
            mean_weight=tiles.mean_weight,
            reach=reach,
            furthest=furthest,
            steps=steps,
            hidden=hidden,
        )

    with ThreadPoolExecutor(setup.workers) as pool:
        return joined(list(pool.map(run, range(0, len(candidates.row), _BLOCK))))
