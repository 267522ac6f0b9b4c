"""Retrieval by filters: which crops of the library are worth comparing with a window at all."""

from musivum.engines.fractal._retrieval._calibrate import Calibration, calibrate
from musivum.engines.fractal._retrieval._filters import SIDE
from musivum.engines.fractal._retrieval._kept import keep_densities
from musivum.engines.fractal._retrieval._shortlists import RETRIEVALS, Shortlist

__all__ = ["RETRIEVALS", "SIDE", "Calibration", "Shortlist", "calibrate", "keep_densities"]
