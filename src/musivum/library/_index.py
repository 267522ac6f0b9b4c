"""Folders of photos into a library, reading only what is new."""

from __future__ import annotations

import importlib.util
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import PIL

from musivum.errors import LibraryError
from musivum.library._ingest import Ingested, ingest
from musivum.library._scan import Found, Scan, Skipped, scan
from musivum.library._store import FileRow, Known, Store, open_store
from musivum.progress import Progress, silent
from musivum.raster import DEFAULT_LIMITS, Limits
from musivum.threads import thread_count

_BATCH_FILES = 256
_BATCH_SECONDS = 2.0
_STALE = -1
"""Modification time that no file has: the next run reads it again."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of `index` found and did.

    Attributes
    ----------
    added, changed, moved, removed, unchanged : int
        Files that are new, have new content, have a new path, are gone, or are as they were (touched ones included).
        Files that hold no picture are counted in `skipped` only.
    skipped : tuple of Skipped
        Every file under the given paths that is not in the library, and why.
    duplicates : int
        Files of the library beyond the first of each tile.
    tiles : int
        Tiles in the library.
    """

    added: int
    unchanged: int
    changed: int
    moved: int
    removed: int
    skipped: tuple[Skipped, ...]
    duplicates: int
    tiles: int


def index(
    paths: Sequence[str | os.PathLike[str]],
    library_dir: str | os.PathLike[str],
    *,
    progress: Progress = silent,
    workers: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> IndexReport:
    """Bring a library up to date with folders, files and globs; makes the library if there is none.

    A file whose size and modification time are as recorded is not read. One that is read is digested first, and
    decoded only if no known file has that content. Files that are gone leave the library's active view; their pixels
    stay until `prune`, so that they may come back without being read. Work is committed every 256 files or two
    seconds: a run that is killed loses no more than that, and the next one completes it. The library is the same for
    any number of workers.

    Parameters
    ----------
    paths : sequence of paths
        Folders are walked recursively; hidden files are skipped.
    library_dir : path
        The library. It may lie inside one of the folders, but not be one of them or hold one.
    progress : Progress
        Told the stage "reading".
    workers : int, optional
        Threads that decode; by default one per usable core.
    limits : Limits
        Larger files and pictures are skipped.

    Raises
    ------
    LibraryError
        If a path does not exist or lies in the library (then nothing is changed), or the library is being written or
        cannot be.
    """
    library = Path(os.path.abspath(library_dir))
    seen = scan(paths, leave_out=library)
    real = os.path.join(os.path.realpath(library), "")
    for root in seen.roots:
        if os.path.join(os.path.realpath(root), "").startswith(real):
            raise LibraryError(
                f"the photos {root} lie in the library {library}; give the library a folder of its own, "
                f"such as {os.path.join(root if os.path.isdir(root) else os.path.dirname(root), 'library')}"
            )
    with open_store(library) as store:
        return _Run(store, seen, limits).work(progress, thread_count(workers))


class _Run:
    """One run's bookkeeping: what is known, what is gone, what has been counted."""

    def __init__(self, store: Store, seen: Scan, limits: Limits) -> None:
        self.store, self.seen, self.limits = store, seen, limits
        self.known = store.known()
        self.judge = _judge(limits)
        self.by_digest: dict[str, Known] = {}
        for record in self.known.values():
            if record.digest and (record.tile is not None or self._still_refused(record)):
                self.by_digest[record.digest] = record
        self.gone = self._gone()
        self.counts = dict.fromkeys(("added", "unchanged", "changed", "moved"), 0)
        self.skipped = list(seen.skipped)

    def work(self, progress: Progress, workers: int) -> IndexReport:
        back, todo = [], []
        for found in self.seen.files:
            record = self.known.get(found.path)
            if record is None or not self._as_recorded(record, found):
                todo.append(found)
                continue
            if not record.present:
                back.append((found.path, True))
            self._count(found.path, record, "unchanged" if record.present else "added")
        if back:
            self.store.commit(presence=back)
        self._read(todo, progress, workers)
        removed = [path for paths in self.gone.values() for path in paths]
        if removed or self.store.state.judge != self.judge:
            self.store.commit(presence=[(path, False) for path in removed], judge=self.judge)
        files, tiles = self.store.connection.execute(
            "SELECT count(tile), count(DISTINCT tile) FROM files WHERE present"
        ).fetchone()
        return IndexReport(
            **self.counts,
            removed=sum(self.known[path].tile is not None for path in removed),
            skipped=tuple(sorted(self.skipped)),
            duplicates=files - tiles,
            tiles=tiles,
        )

    def _read(self, todo: list[Found], progress: Progress, workers: int) -> None:
        batch: list[FileRow] = []
        forget: list[str] = []
        committed = time.monotonic()
        progress("reading", 0, len(todo))
        for done, (found, result) in enumerate(self._ingest(todo, workers), 1):
            batch.append(self._record(found, result, forget))
            if len(batch) >= _BATCH_FILES or time.monotonic() - committed > _BATCH_SECONDS:
                self.store.commit(batch, forget=forget)
                batch, forget = [], []
                committed = time.monotonic()
            progress("reading", done, len(todo))
        if batch:
            self.store.commit(batch, forget=forget)

    def _ingest(self, todo: list[Found], workers: int) -> Iterator[tuple[Found, Ingested]]:
        """Results in the order of `todo`, a bounded number of them in flight."""
        waiting: deque[tuple[Found, Future[Ingested]]] = deque()
        with ThreadPoolExecutor(workers, "musivum-decode") as pool:
            try:
                for found in todo:
                    waiting.append((found, pool.submit(ingest, found.path, self.by_digest, self.limits)))
                    if len(waiting) > 16 * workers:
                        first, future = waiting.popleft()
                        yield first, future.result()
                while waiting:
                    first, future = waiting.popleft()
                    yield first, future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _record(self, found: Found, result: Ingested, forget: list[str]) -> FileRow:
        before = self.known.get(found.path)
        if result.digest is not None and result.picture is None and result.reason is None:
            same = self.by_digest[result.digest]
            row = FileRow(*found, result.digest, same.format, tile=same.tile, reason=same.reason)
        else:
            mtime_ns = found.mtime_ns if result.lasting else _STALE
            row = FileRow(
                found.path, found.size, mtime_ns, result.digest, result.format, result.picture, reason=result.reason
            )
        if row.reason is not None:
            self.skipped.append(Skipped(found.path, row.reason))
            return row
        self.counts[self._what_happened(found.path, before, row.digest, forget)] += 1
        return row

    def _what_happened(self, path: str, before: Known | None, digest: str | None, forget: list[str]) -> str:
        if before is not None and before.present and before.tile is not None:
            return "unchanged" if before.digest == digest else "changed"
        old = self.gone.get(digest or "")
        if not old:
            return "added"
        forget.append(old.pop())
        return "moved"

    def _count(self, path: str, record: Known, what: str) -> None:
        if record.reason is not None:
            self.skipped.append(Skipped(path, record.reason))
        else:
            self.counts[what] += 1

    def _as_recorded(self, record: Known, found: Found) -> bool:
        same = record.size == found.size and record.mtime_ns == found.mtime_ns
        return same and (record.reason is None or self._still_refused(record))

    def _still_refused(self, record: Known) -> bool:
        return record.reason is not None and self.store.state.judge == self.judge

    def _gone(self) -> dict[str, list[str]]:
        """Present files under the roots that are there no more, by digest; last path first."""
        found = {file.path for file in self.seen.files}
        gone: dict[str, list[str]] = {}
        for path in sorted(self.known, reverse=True):
            record = self.known[path]
            if record.present and path not in found and self.seen.covers(path) and _is_gone(path):
                gone.setdefault(record.digest or "", []).append(path)
        return gone


def _is_gone(path: str) -> bool:
    """Whether the file is certainly not there; a disk that cannot be read proves nothing."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _judge(limits: Limits) -> str:
    """What decides whether a file is refused; when it changes, refused files are tried again."""
    heif = importlib.util.find_spec("pi_heif") is not None
    return f"1 pillow {PIL.__version__} heif {heif} pixels {limits.pixels} bytes {limits.bytes}"
