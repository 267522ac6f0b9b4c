"""The space in which crops and cells are compared: the voices of a mixture, balanced, compressed and placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musivum.features import Compression, Extractor, Metric, compress, place_queries, place_rows, unit_rows

Vectors = npt.NDArray[np.float32]

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Voice:
    """An extractor of the mixture, with the matrix (d, d') that says what of its vectors matters, or None for all."""

    extractor: Extractor
    weight: float
    matrix: Vectors | None

    def heard(self, vectors: Vectors) -> Vectors:
        """What matters of the extractor's (n, d) vectors."""
        return vectors if self.matrix is None else vectors @ self.matrix

    def of(self, patches: npt.NDArray[np.float32]) -> Vectors:
        """What matters of (n, side, side, 3) linear-light patches."""
        return self.heard(self.extractor.describe(patches))


@dataclass(frozen=True, slots=True)
class Space:
    """Vectors as the search sees them.

    Attributes
    ----------
    scales
        One factor for each voice.
    metric
        How whole vectors are compared.
    compression
        From whole vectors to short ones; None leaves them whole.
    longest
        Length of the longest short row of the dictionary; inner products need it.
    faint
        Length below which vectors of the dictionary are too faint for a direction.
    """

    scales: tuple[float, ...]
    metric: Metric
    compression: Compression | None = None
    longest: float = 1.0
    faint: float = 0.0

    def join(self, pieces: Sequence[Vectors], *, queries: bool = False) -> Vectors:
        """Whole vectors (n, D) of the voices' vectors (n, d'), side by side."""
        if self.metric.unit:
            faint = _LEAST if queries else max(self.faint, _LEAST)
            pieces = [unit_rows(piece, faint) for piece in pieces]
        return np.concatenate([piece * np.float32(s) for piece, s in zip(pieces, self.scales, strict=True)], axis=1)

    def rows(self, short: Vectors) -> Vectors:
        """The dictionary's rows of short vectors; two each, with either sign."""
        return place_rows(short, self.metric, self.longest)

    def queries(self, whole: Vectors) -> Vectors:
        """Queries of whole vectors."""
        lengths = np.linalg.norm(whole, axis=1) if self.metric.inner else None
        return place_queries(self.shorten(whole, queries=True), self.metric, lengths)

    @property
    def dimensions(self) -> int | None:
        """How many numbers the compression keeps; None without one."""
        return None if self.compression is None else int(self.compression.basis.shape[1])

    def shorten(self, whole: Vectors, *, queries: bool = False) -> Vectors:
        """Short vectors, the length of what was left out in a coordinate of its own, one for rows, one for queries.

        What is left out of two vectors is nearly at right angles, so that squares of lengths add up. Inner products
        need nothing: of such parts they are zero.
        """
        if self.compression is None:
            return whole
        short = self.compression(whole)
        if self.metric.inner:
            return short
        rest = np.zeros((len(short), 2), np.float32)
        rest[:, int(queries)] = self.compression.residuals(whole, short)
        return np.concatenate([short, rest], axis=1)


def balance(parts: Sequence[Voice], sample: Sequence[Vectors], metric: Metric) -> tuple[float, ...]:
    """Scales that give each voice the say of its weight, whatever the units of its vectors.

    Distances count by the spread of the sample, inner products by its length. A voice that has none tells no crop from
    another and is left out; the first of the others keeps its units.

    Parameters
    ----------
    sample
        For each voice, (n, d') vectors of some of the dictionary.
    """
    if metric.unit:
        total = float(np.sqrt(sum(part.weight**2 for part in parts)))
        return tuple(part.weight / total for part in parts)
    spans = [_span(vectors, centred=not metric.inner) for vectors in sample]
    told = list(zip(parts, spans, strict=True))
    unit = next((span / part.weight for part, span in told if span > _LEAST), 1.0)
    return tuple(part.weight * unit / span if span > _LEAST else 0.0 for part, span in told)


def _span(vectors: Vectors, *, centred: bool) -> float:
    about = vectors.mean(0) if centred else 0
    return float(np.sqrt(np.square(vectors - about).sum(1).mean()))


def compression_of(sample: Vectors, wanted: float | None, metric: Metric) -> Compression | None:
    """Compress a sample (n, D) of whole vectors to a number of dimensions (from 1), a share of energy (below 1) or not.

    Distances are compressed about the mean, inner products about zero.
    """
    if wanted is None:
        return None
    if wanted >= 1:
        return compress(sample, rank=int(wanted), centred=not metric.inner)
    return compress(sample, energy=wanted, centred=not metric.inner)
