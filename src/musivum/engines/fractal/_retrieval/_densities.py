"""How likely a distance is between a window and a crop that matches it, and between strangers.

The original adds up the densities of matches at the three distances. But densities of distances in different units
cannot be added with any right, and a distance that is common among matches may be as common among strangers. So both
densities are estimated here, and the logarithms of their ratios are added up, which is the evidence for a match if the
filters know nothing of each other. They do, so the filters have weights, by logistic regression [1]_. The bins hold
equal shares of what was seen instead of having equal widths, and there are straight lines between their middles instead
of steps. On real photos each of these changes finds more.

References
----------
.. [1] D. R. Cox, "The regression analysis of binary sequences", Journal of the Royal Statistical Society B 20(2), 1958.
   doi:10.1111/j.2517-6161.1958.tb00292.x
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_PRIOR = 0.5  # pairs that every bin is given beforehand, so that none is impossible
_EVEN = 1001
_OUTERMOST = 0.99  # of the strangers' distances: the last bin's nominal end
_STEPS, _PENALTY, _STRANGERS = 12, 1e-3, 20_000

Reals = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Density:
    """What is known of one filter's distances.

    Attributes
    ----------
    edges
        (b + 1) ascending distances between which the bins lie, from 0; the last bin goes on.
    matches, strangers
        (b) densities: their integrals from first to last edge are 1.
    weight
        What the filter's evidence counts beside that of others, from 0.
    """

    edges: tuple[float, ...]
    matches: tuple[float, ...]
    strangers: tuple[float, ...]
    weight: float = 1

    def evidence(self, distances: Reals) -> npt.NDArray[np.float64]:
        """Logarithm of how many times likelier matches are than strangers at each distance, times the weight.

        Straight lines join the middles of the bins, and go on beyond the first and the last one.
        """
        middles = np.convolve(self.edges, (0.5, 0.5), "valid")
        heights = self.weight * np.log(np.divide(self.matches, self.strangers))
        slopes = np.diff(heights) / np.diff(middles)
        at = np.clip(np.searchsorted(middles, distances) - 1, 0, len(slopes) - 1)
        return np.asarray(heights[at] + slopes[at] * (distances - middles[at]))


def density_of(matches: Reals, strangers: Reals, bins: int) -> Density:
    """Estimate densities from distances of known matches and strangers, some of each.

    Every bin holds as much of them, counted as if there were as many matches as strangers.
    """
    matches, strangers = np.sort(matches), np.sort(strangers)
    both = np.concatenate(
        [some[np.linspace(0, len(some) - 1, _EVEN).astype(np.int64)] for some in (matches, strangers)]
    )
    edges = np.quantile(both, np.linspace(0, 1, bins + 1))
    edges[0], edges[-1] = 0, max(edges[-2], strangers[int(_OUTERMOST * (len(strangers) - 1))])
    # Where many distances are the same, quantiles fall together; bins must not.
    least = 1e-3 * max(edges[-1], 1e-6) * np.arange(bins + 1)
    edges = np.maximum.accumulate(edges - least) + least
    return Density(tuple(edges.tolist()), _density(matches, edges), _density(strangers, edges))


def _density(ordered: Reals, edges: npt.NDArray[np.float64]) -> tuple[float, ...]:
    counts = np.diff(np.searchsorted(ordered, edges[1:-1]), prepend=0, append=len(ordered)) + _PRIOR
    return tuple((counts / counts.sum() / np.diff(edges)).tolist())


def weights_of(matches: Reals, strangers: Reals) -> npt.NDArray[np.float64]:
    """Weigh kinds of evidence so that their sum best tells matches from strangers; none is held against a match.

    Parameters
    ----------
    matches, strangers
        (n, f) and (m, f) evidence of each kind, counted as if n were m.

    Returns
    -------
    (f,) from 0.
    """
    strangers = strangers[:: max(1, len(strangers) // _STRANGERS)]
    sizes = [len(matches), len(strangers)]
    columns = np.concatenate([np.concatenate([matches, strangers]), np.ones((sum(sizes), 1))], axis=1)
    truth, share = np.repeat([1.0, 0.0], sizes), np.repeat(0.5 / np.array(sizes), sizes)
    weights = np.zeros(columns.shape[1])
    for _ in range(_STEPS):  # Newton's method; the penalty keeps it from running away where all can be told apart
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -50, 50)))
        slope = columns.T @ (share * (chance - truth)) + _PENALTY * weights
        bend = (columns.T * (share * chance * (1 - chance))) @ columns + _PENALTY * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    weights = np.maximum(weights[:-1], 0)
    return weights if weights.any() else np.ones_like(weights)
