"""Keeping a decoder's warnings to ourselves."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_depth = 0
_filter: object = None


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore what Pillow and its plug-ins warn about, for as long as any thread is inside.

    `warnings.catch_warnings` restores the whole process's filters when it ends, so threads that overlap would undo
    each other; here the first to enter adds one filter and the last to leave takes exactly that one away.
    """
    global _depth, _filter
    with _lock:
        _depth += 1
        if _depth == 1:
            warnings.filterwarnings("ignore", module=r"(PIL|pi_heif)\.")
            _filter = warnings.filters[0]
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                # Somebody's catch_warnings may have dropped it already.
                for i, entry in enumerate(warnings.filters):
                    if entry is _filter:
                        del warnings.filters[i]  # type: ignore[attr-defined]
                        break
