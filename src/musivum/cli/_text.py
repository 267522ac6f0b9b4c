"""Text that is safe to show: no control characters, whatever a file is called."""

from __future__ import annotations

from collections.abc import Sequence


def one_line(text: object) -> str:
    """`text` with everything but printable characters written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``3,600 cells``, ``1 cell``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def table(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Lines of names and values, the values under each other."""
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {value}" for name, value in rows]
