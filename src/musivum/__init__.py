"""musivum makes pictures out of pictures.

The verbs are functions of this package (`musivum.index`, `musivum.grid`, `musivum.render`, ...) and are imported when
they are first asked for, so that ``import musivum`` costs nothing.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_VERBS = ("index", "grid", "render", "report", "demo")
__all__ = ["__version__", "demo", "grid", "index", "render", "report"]


def __getattr__(name: str) -> object:
    if name in _VERBS:
        return getattr(importlib.import_module("musivum.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
