"""Free-form mosaics: photos anywhere, at any angle and size; and the registration that they rest on."""

from musivum.engines.fractal._engine import plan_fractal
from musivum.engines.fractal._options import FractalOptions
from musivum.engines.fractal._registration import Registration, register

__all__ = ["FractalOptions", "Registration", "plan_fractal", "register"]
