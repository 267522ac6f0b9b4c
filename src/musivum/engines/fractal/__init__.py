"""Free-form mosaics: photos anywhere, at any angle and size; and the registration that they rest on."""

from musivum.engines.fractal._engine import plan_fractal
from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._registration import Registration, register
from musivum.engines.fractal._resolve import FractalResolver
from musivum.engines.fractal._retrieval import Calibration, calibrate, keep_densities

__all__ = [
    "Calibration",
    "FractalOptions",
    "FractalResolver",
    "Registration",
    "calibrate",
    "keep_densities",
    "plan_fractal",
    "register",
]
