"""Registration of two pictures, on which free-form mosaics rest."""

from musivum.engines.fractal._registration import Registration, register

__all__ = ["Registration", "register"]
