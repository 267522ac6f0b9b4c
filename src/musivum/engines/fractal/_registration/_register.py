"""Register two pictures: the similarity that lays one on the other, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from musivum.engines.fractal._registration._pictures import Picture, picture
from musivum.engines.fractal._registration._place import Placed, placed
from musivum.engines.fractal._registration._search import likely_poses
from musivum.errors import OptionError
from musivum.geometry import Similarity

_SMALLEST = 8
_SIDES = (16, 32, 64, 128)  # pixels of the smaller picture's shorter side, coarse to fine
_KEPT = (16, 6, 2, 1)  # candidates that are refined at each
_BOTH_WAYS = 1.1  # about equal sizes either picture's centre may be the one that lies in the other


@dataclass(frozen=True, slots=True)
class Registration:
    """What `register` found. It is true if there is a transform; if not, `reason` says why.

    Attributes
    ----------
    transform
        From the moving picture's pixels to the fixed one's, or None. Coordinates are continuous, (0, 0) is the first
        pixel's outer corner, angles are clockwise on screen.
    error
        RMS between the fixed picture and the moving one, laid on it and tinted by the best gain and offset of each
        channel, over their overlap; in the fixed picture's units, with the finer picture averaged to the other's
        pixels and both to at most 128. Infinite without a transform.
    overlap
        Share of the smaller picture, as it lies, that is inside the other, 0..1.
    agreement
        Correlation of their detail over the overlap, less what luck gives so few pixels, -1..1. It tells the same
        subject from mere likeness of light and dark. A refused pose leaves its agreement here.
    reason
        Empty, or one line.
    """

    transform: Similarity | None = None
    error: float = math.inf
    overlap: float = 0.0
    agreement: float = 0.0
    reason: str = ""

    def __bool__(self) -> bool:
        return self.transform is not None


def register(
    fixed: npt.NDArray[Any],
    moving: npt.NDArray[Any],
    *,
    scales: tuple[float, float] = (1 / 3, 3.0),
    start: Similarity | None = None,
    least: float = 0.45,
) -> Registration:
    """Find how `moving` must be turned, scaled and shifted to lie on `fixed`.

    The smaller picture, as it would lie, is averaged to 16 pixels and sampled on circles about its centre with
    logarithmic radii; so is the other about every pixel of coarse copies, one for each octave of scale. There turn and
    scale are shifts, found by cross-correlation normalised by what the two share [1]_ [2]_. The likeliest poses are
    refined by least squares on position, angle and log scale at 16, 32, 64 and 128 pixels, fewer each time [3]_. Gain
    and offset of each channel are fitted along, so tints do not matter; turned-over light and dark do.

    Parameters
    ----------
    fixed, moving
        (h, w) or (h, w, 3), both alike, in any units; at least 8 pixels high and wide to be registered. Detail beyond
        128 pixels of the smaller picture's shorter side is not looked at.
    scales
        Least and greatest scale to look for. The cost grows with the octaves between them.
    start
        A pose known to about a tenth of the smaller picture's size, 10 degrees and a tenth of the scale. Nothing else
        is tried, which is many times faster.
    least
        The agreement that is asked for. The same subject reaches .5 to .9, strangers seldom .4; -1 takes the best
        pose however poor.

    Returns
    -------
    The registration, false if the pictures are flat, too small, or do not agree. The centre of the smaller picture, as
    it lies, must be inside the other.

    Raises
    ------
    OptionError
        If the arrays are no pictures or not alike, or an option is out of range.

    References
    ----------
    .. [1] G. Wolberg, S. Zokai, "Robust image registration using log-polar transform", Proc. IEEE Int. Conf. Image
       Processing, 2000. doi:10.1109/ICIP.2000.901003
    .. [2] D. Padfield, "Masked object registration in the Fourier domain", IEEE Trans. Image Processing 21(5), 2012.
       doi:10.1109/TIP.2011.2181402
    .. [3] S. Zokai, G. Wolberg, "Image registration using log-polar mappings for recovery of large-scale similarity
       and projective transformations", IEEE Trans. Image Processing 14(10), 2005. doi:10.1109/TIP.2005.854501
    """
    low, high = scales
    if not 0 < low <= high < math.inf:
        raise OptionError(f"scales is {low}, {high}: the first must be above 0 and at most the second")
    if not -1 <= least <= 1:
        raise OptionError(f"least is {least}: it must be between -1 and 1")
    ground, laid = picture("fixed", fixed), picture("moving", moving)
    if np.ndim(fixed) != np.ndim(moving):
        raise OptionError(f"fixed has {np.ndim(fixed)} axes and moving {np.ndim(moving)}: both must be grey or colour")
    if min(*np.shape(fixed)[:2], *np.shape(moving)[:2]) < _SMALLEST:
        return Registration(reason=f"a picture is under {_SMALLEST} pixels high or wide")
    if ground is None or laid is None:
        return Registration(reason=f"the {'fixed' if ground is None else 'moving'} picture is flat")
    best = _best(_searched(ground, laid, low, high) if start is None else [_started(ground, laid, start)])
    if best is None:
        return Registration(reason="no pose explains anything of the picture")
    agreement = best.agreement()
    if agreement < least:
        return Registration(
            agreement=agreement, reason=f"the best pose has an agreement of {agreement:.2f}, less than {least:g}"
        )
    transform = best.transform if best.template is laid else best.transform.inverse()
    shown = placed(laid, ground, transform)
    return Registration(transform, ground.contrast * shown.residue(_SIDES[-1]), best.overlap, agreement)


def _searched(fixed: Picture, moving: Picture, low: float, high: float) -> list[Placed]:
    """Likely poses of the moving picture in the fixed one where it is the smaller, and the other way round."""
    alike = fixed.side / moving.side
    ways = [
        (moving, fixed, low, min(high, alike * _BOTH_WAYS)),
        (fixed, moving, 1 / high, min(1 / low, _BOTH_WAYS / alike)),
    ]
    with threadpool_limits(limits=1, user_api="blas"):  # small products: more threads would wait for each other
        found = [
            (score, Placed(template, scene, pose))
            for template, scene, least, most in ways
            if least <= most
            for score, pose in likely_poses(template, scene, least, most, _KEPT[0])
        ]
    found.sort(key=lambda each: -each[0])
    return [each for _, each in found[: _KEPT[0]]]


def _started(fixed: Picture, moving: Picture, start: Similarity) -> Placed:
    if moving.side * start.scale <= fixed.side:
        return placed(moving, fixed, start)
    return placed(fixed, moving, start.inverse())


def _best(candidates: list[Placed]) -> Placed | None:
    """Refine candidates coarse to fine, keeping fewer at every size."""
    for side, kept in zip(_SIDES, _KEPT, strict=True):
        refined = [
            each if each.fit is not None and side >= 2 * each.finest else each.refined(side)
            for each in candidates[:kept]
        ]
        candidates = sorted((each for each in refined if each is not None), key=lambda each: -each.evidence)
    return candidates[0] if candidates else None
