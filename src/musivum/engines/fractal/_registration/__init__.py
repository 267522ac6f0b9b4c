"""Registration: the similarity that lays one picture on another."""

from musivum.engines.fractal._registration._register import Registration, register

__all__ = ["Registration", "register"]
