"""A template laid in a scene: refined at one size, and judged by the detail that both show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from musivum.engines.fractal._registration._pictures import Picture
from musivum.engines.fractal._registration._refine import Fit, refine
from musivum.geometry import Similarity

_DETAIL_SIDE = 32
_REACH = 2  # detail is what differs from the mean of 5 x 5 pixels
_LEAST_OVERLAP = 0.2
_LUCK = 2.5  # what the best of many poses of strangers gains, times the root of the pixels compared


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a template lies in a scene: `pose` is the scene's x, y of the template's centre, angle and log scale."""

    template: Picture
    scene: Picture
    pose: npt.NDArray[np.float64]
    fit: Fit | None = None
    overlap: float = 0.0  # share of the template that lies inside the scene

    @property
    def transform(self) -> Similarity:
        """From the template's pixels to the scene's."""
        turned = Similarity(math.exp(self.pose[3]), math.remainder(self.pose[2], 2 * math.pi))
        x, y = self.pose[:2] - turned((self.template.width / 2, self.template.height / 2))
        return replace(turned, dx=float(x), dy=float(y))

    @property
    def evidence(self) -> float:
        """-log of the unexplained variance, times the square root of the overlap: flat or small fits prove little."""
        return 0.0 if self.fit is None else -math.log(self.fit.unexplained) * math.sqrt(self.overlap)

    @property
    def finest(self) -> float:
        """Side of the averaged template from which on one of the pictures has no more to show."""
        return self.template.side * min(1.0, math.exp(self.pose[3]))

    def refined(self, side: float) -> Placed | None:
        """Refine with the template averaged to `side` pixels; None if nothing of the scene is explained."""
        small, ground, middle, pitches = self._averaged(side)
        area = small[0].size
        start = self._inner(middle, pitches)
        shrink = math.exp(2 * start[3])
        fit = refine(ground, small, start, _LEAST_OVERLAP * area * shrink)
        if not fit.unexplained < 1:
            return None
        overlap = min(1.0, fit.pixels / (area * math.exp(2 * fit.pose[3])))
        found = Placed(self.template, self.scene, _outer(fit.pose, middle, pitches), fit, overlap)
        return found if np.isfinite(found.pose).all() else None

    def agreement(self) -> float:
        """Correlation of detail over channels and overlap at no more than 32 pixels, less the luck of few pixels."""
        small, ground, middle, pitches = self._averaged(_DETAIL_SIDE)
        fit = refine(_detail(ground), _detail(small), self._inner(middle, pitches), 0, steps=0)
        of_scene, of_template, together = fit.moments.sum(axis=0)
        correlation = float(together / math.sqrt(max(of_scene * of_template, 1e-12)))
        return max(-1.0, correlation - _LUCK / math.sqrt(max(fit.pixels, 1)))

    def residue(self, side: float) -> float:
        """RMS over channels and overlap of what the best gain and offset of each channel leave of the scene."""
        small, ground, middle, pitches = self._averaged(side)
        of_scene, of_template, together = refine(ground, small, self._inner(middle, pitches), 0, steps=0).moments.T
        explained = np.maximum(together, 0) ** 2 / np.maximum(of_template, 1e-12)
        return math.sqrt(float(np.mean(np.maximum(of_scene - explained, 0))))

    def _averaged(
        self, side: float
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float64], tuple[float, float]]:
        """Both pictures at the same size of pixel, the averaged template's centre minus the template's, the pitches.

        Centres differ by the part of a pixel that averaging drops.
        """
        scale = math.exp(self.pose[3])
        pitch = max(self.template.side / side, 1.0, 1 / scale)
        coarse = max(1.0, pitch * scale)
        small = self.template.averaged(pitch)
        middle = np.array([small.shape[2] * pitch - self.template.width, small.shape[1] * pitch - self.template.height])
        return small, self.scene.averaged(coarse), middle / 2, (pitch, coarse)

    def _inner(self, middle: npt.NDArray[np.float64], pitches: tuple[float, float]) -> npt.NDArray[np.float64]:
        """The pose between averaged pictures."""
        centre = self.pose[:2] + Similarity(math.exp(self.pose[3]), float(self.pose[2]))(middle)
        log_scale = self.pose[3] + math.log(pitches[0] / pitches[1])
        return np.array([*centre / pitches[1], self.pose[2], log_scale])


def placed(template: Picture, scene: Picture, transform: Similarity) -> Placed:
    """A template as `transform` lays it, yet to be refined."""
    centre = transform((template.width / 2, template.height / 2))
    return Placed(template, scene, np.array([*centre, transform.rotation, math.log(transform.scale)]))


def _outer(
    pose: npt.NDArray[np.float64], middle: npt.NDArray[np.float64], pitches: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Undo `Placed._inner`."""
    log_scale = pose[3] + math.log(pitches[1] / pitches[0])
    centre = pose[:2] * pitches[1] - Similarity(math.exp(log_scale), float(pose[2]))(middle)
    return np.array([*centre, pose[2], log_scale])


def _detail(planes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Planes minus the mean of the pixels around, the outermost ones repeated."""
    wide = 2 * _REACH + 1
    mean = np.pad(planes.astype(np.float64), ((0, 0), (_REACH, _REACH), (_REACH, _REACH)), mode="edge")
    for axis in (1, 2):
        mean = np.lib.stride_tricks.sliding_window_view(mean, wide, axis=axis).mean(axis=-1)
    return np.ascontiguousarray(planes - mean, np.float32)
