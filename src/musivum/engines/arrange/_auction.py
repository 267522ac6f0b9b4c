"""An auction of the photos among as many cells.

A cell without a photo bids for the one that gains it most at current prices: that price rises by the difference to the
second choice plus epsilon, and whoever held the photo bids again [1]_. The result gains at most epsilon a cell less
than the best assignment, whatever the first prices were; good ones, such as those that a similar auction ended with,
save most of the bids. Neighbouring cells want nearly the same, which is the hard case for solvers that insist on the
optimum: this one is some fifty times faster there.

References
----------
.. [1] D. P. Bertsekas, "The auction algorithm: a distributed relaxation method for the assignment problem", Annals of
   Operations Research 14, 1988. doi:10.1007/BF02186476
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(cache=True, nogil=True)
def auction(gain: npt.NDArray[np.float32], price: npt.NDArray[np.float32], epsilon: float) -> npt.NDArray[np.int64]:
    """Give each cell a photo.

    Parameters
    ----------
    gain
        (n, n) what cell i gains by photo j.
    price
        (n,) of the photos; rises in place.
    epsilon
        Least rise of a price, above 0; where it is less than what rounding leaves of a price, that is.

    Returns
    -------
    The photo (n,) of each cell.
    """
    n = len(gain)
    holder = np.full(n, -1, np.int64)
    held = np.full(n, -1, np.int64)
    waiting = np.arange(n)  # a ring of the cells that are to bid, `count` of them from `first` on
    first, count = 0, n
    while count:
        cell = waiting[first]
        first = first + 1 if first + 1 < n else 0
        count -= 1
        best = second = np.float32(-np.inf)
        wanted = 0
        for photo in range(n):
            worth = gain[cell, photo] - price[photo]
            if worth > second:
                if worth > best:
                    second, best, wanted = best, worth, photo
                else:
                    second = worth
        if n > 1:  # and by no less than a price can rise at all, or two cells might bid for ever
            dearer = price[wanted] + np.float32(best - second + epsilon)
            price[wanted] = max(dearer, np.nextafter(price[wanted], np.float32(np.inf)))
        if holder[wanted] >= 0:
            last = first + count
            waiting[last if last < n else last - n] = holder[wanted]
            count += 1
        holder[wanted] = cell
        held[cell] = wanted
    return held


@njit(cache=True, nogil=True)
def spread(gain: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Standard deviation and range of all numbers of a (n, n) table."""
    least = most = gain[0, 0]
    total = squares = 0.0
    for row in range(len(gain)):
        for column in range(gain.shape[1]):
            value = gain[row, column]
            least, most = min(least, value), max(most, value)
            total += value
            squares += value * value
    mean = total / gain.size
    return np.sqrt(max(squares / gain.size - mean * mean, 0.0)), float(most - least)
