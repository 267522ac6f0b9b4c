"""Photos by what their files are called."""

from __future__ import annotations

import fnmatch
import os
import re
from collections import defaultdict

from musivum.errors import OptionError
from musivum.library import Library, files

_FROM_HERE = ("./", "../", "~")
_SHOWN = 3


class PhotoNames:
    """The photos of a library by the ends of their paths: ``IMG_1.jpg``, ``holiday/IMG_1.jpg``, ``holiday/*``.

    A photo answers to every file that holds it. In patterns ``*`` and ``?`` stand for any letters and one, ``[ab]`` for
    one of these; a name that is a file's own goes before what it would mean as a pattern. A name that begins with
    ``./``, ``../`` or ``~`` is that file alone.
    """

    def __init__(self, library: Library) -> None:
        known = {id: row for row, id in enumerate(library.ids)}
        named = {source: row for row, source in enumerate(library.sources)}
        named |= {file.path: known[file.tile] for file in files(library.path) if file.present and file.tile in known}
        self._rows = {path.replace("\\", "/"): row for path, row in named.items()}
        self._sources = library.sources
        self._ending: dict[str, list[str]] = defaultdict(list)
        for path in self._rows:
            self._ending[path.rpartition("/")[2]].append(path)

    def called(self, name: str) -> list[int]:
        """Rows of the photos that are called so, in order; none where there is no such photo."""
        name = name.strip()
        if name.startswith(_FROM_HERE):
            name = os.path.abspath(os.path.expanduser(name))
        name = "/" + name.replace("\\", "/").lstrip("/")
        found = [path for path in self._ending.get(name.rpartition("/")[2], ()) if ("/" + path).endswith(name)]
        if not found and any(letter in name for letter in "*?["):
            ending = re.compile("(?:.*/)?" + fnmatch.translate(name[1:]), re.DOTALL)
            found = [path for path in self._rows if ending.match(path)]
        return sorted({self._rows[path] for path in found})

    def only(self, name: str) -> int:
        """Row of the one photo that is called so.

        Raises
        ------
        OptionError
            If there is none, or several are.
        """
        rows = self.called(name)
        if not rows:
            raise OptionError(f"no photo is called {name}: give its name, or the end of its path")
        if len(rows) > 1:
            several = sorted(self._sources[row] for row in rows)
            shown = ", ".join(several[:_SHOWN]) + (", ..." if len(rows) > _SHOWN else "")
            raise OptionError(f"{len(rows):,} photos are called {name}: give more of the path of one of them ({shown})")
        return rows[0]
