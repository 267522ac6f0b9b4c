"""A process that is killed in the middle of writing."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from library.folders import album
from musivum.library import index, open_library, prune, verify

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")

FILES, BATCH = 24, 5

# Each moment installs something that kills the process the hard way.
MOMENTS = {
    "while decoding": "progress = lambda stage, done, total: done == 13 and kill()",
    "before the first commit": "progress = lambda stage, done, total: done == 3 and kill()",
    "between the arrays": "count_calls(_store.os, 'fsync', 3)",
    "after the arrays, before the commit": "before_commit(3)",
    "in the commit": "before_commit(2, 'UPDATE state')",
    "after a commit": "after_commit(2)",
    "at the end": "progress = lambda stage, done, total: done == total and kill()",
}

SCRIPT = """
import os, signal, sys
import musivum.library._index as _index, musivum.library._store as _store, musivum.library._prune as _prune
from musivum.library import index, prune

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

def count_calls(module, name, last):
    original, calls = getattr(module, name), []
    def counted(*args):
        calls.append(args)
        if len(calls) == last:
            kill()
        return original(*args)
    setattr(module, name, counted)

class Executing:
    def __init__(self, connection, last, word):
        self.connection, self.last, self.word = connection, last, word
    def __getattr__(self, name):
        return getattr(self.connection, name)
    def execute(self, statement, *values):
        if statement.startswith(self.word):
            self.last -= 1
            if self.last == 0:
                kill()
        return self.connection.execute(statement, *values)

def before_commit(last, word="COMMIT"):
    original = _store.transaction
    state = []
    def patched(connection):
        if not state:
            state.append(Executing(connection, last, word))
        return original(state[0])
    _store.transaction = _prune.transaction = patched

def after_commit(last):
    original, calls = _store.Store.commit, []
    def counted(self, *args, **options):
        original(self, *args, **options)
        calls.append(1)
        if len(calls) == last:
            kill()
    _store.Store.commit = counted

progress = lambda stage, done, total: None
_index._BATCH_FILES = {batch}
{moment}
{verb}
"""


def killed(moment, verb):
    script = SCRIPT.replace("{batch}", str(BATCH)).replace("{moment}", moment).replace("{verb}", verb)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    album(folder, FILES)
    return folder


@pytest.fixture(scope="module")
def whole(photos, tmp_path_factory):
    path = tmp_path_factory.mktemp("whole")
    index([photos], path)
    return open_library(path)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_killed_run_keeps_its_commits_and_the_next_completes(moment, photos, whole, tmp_path):
    where = tmp_path / "library"
    killed(moment, f"index([{str(photos)!r}], {str(where)!r}, progress=progress)")

    seen = open_library(where)
    assert len(seen) % BATCH == 0 or len(seen) == FILES
    assert set(seen.ids) <= set(whole.ids)
    assert verify(where).ok

    report = index([photos], where)
    assert report.unchanged == len(seen)
    assert report.added == FILES - len(seen)
    now = open_library(where)
    assert now.digest == whole.digest
    assert verify(where).ok
    assert (where / "thumbs.bin").stat().st_size == (whole.path / "thumbs.bin").stat().st_size
    for i in range(0, FILES, 5):
        np.testing.assert_array_equal(now.thumbs[i], whole.thumbs[i])
    for i in range(len(seen)):
        np.testing.assert_array_equal(seen.thumbs[i], now.thumbs[now.row(seen.ids[i])])


@pytest.mark.parametrize(
    "moment",
    [
        "count_calls(_prune.os, 'fsync', 1)",
        "before_commit(1)",
        "before_commit(1, 'UPDATE state')",
        "count_calls(_prune, 'sweep', 1)",
    ],
    ids=["in the copy", "before the commit", "in the commit", "before the old arrays go"],
)
def test_a_killed_prune_loses_nothing(moment, tmp_path):
    photos, where = tmp_path / "photos", tmp_path / "library"
    paths = album(photos, 12)
    index([photos], where)
    for path in paths[::3]:
        path.unlink()
    index([photos], where)
    before = open_library(where)
    pixels = [before.thumbs[i].copy() for i in range(len(before))]
    killed(moment, f"prune({str(where)!r})")

    after = open_library(where)
    assert after.ids == before.ids
    assert verify(where).ok
    for i, expected in enumerate(pixels):
        np.testing.assert_array_equal(after.thumbs[i], expected)
    prune(where)
    assert verify(where).tiles == len(before) == 8
    assert len(list(where.glob("*.bin"))) == 2
    assert sum(os.path.getsize(path) for path in where.glob("thumbs*.bin")) == sum(p.size for p in pixels)
    for i, expected in enumerate(pixels):
        np.testing.assert_array_equal(before.thumbs[i], expected, "a reader goes on with what it had open")
    assert index([photos], where).unchanged == 8
