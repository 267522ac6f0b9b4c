"""Vectors kept beside a library: what was added is there, whatever happens to the writer."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from library.folders import album
from musivum.errors import LibraryError
from musivum.library import (
    adding_vectors,
    index,
    info,
    open_library,
    packed_ids,
    prune,
    read_vectors,
    vector_places,
    verify,
)

D = 3


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def place(tmp_path):
    return vector_places(tmp_path / "library", "grid8", D)[0]


def rows(*numbers):
    """Ids and vectors that belong together; some ids end in noughts, which numpy's strings would lose."""
    ids = np.frombuffer(b"".join(bytes([n, 7]).ljust(16, b"\0") for n in numbers), "S16")
    return ids, np.array([[n, n + 0.5, -n] for n in numbers], np.float32)


def add(place, *numbers):
    with adding_vectors(place, D) as put:
        put(*rows(*numbers))


def numbers(place):
    kept = read_vectors(place, D)
    found = kept.vectors[:, 0].astype(int).tolist()
    ids, vectors = rows(*found) if found else (kept.ids, kept.vectors)
    assert (kept.ids == ids).all()
    assert (kept.vectors == vectors).all()
    return found


def files(place, suffix):
    return sorted(place.parent.glob(f"{place.name}*{suffix}"))


def test_what_is_added_is_read_in_order(place):
    assert numbers(place) == []
    add(place, 3, 1)
    with adding_vectors(place, D) as put:
        put(*rows(200))
        assert numbers(place) == [3, 1, 200]
        put(*rows(4, 5))
    assert numbers(place) == [3, 1, 200, 4, 5]


def test_readers_keep_what_they_have(place):
    add(place, 1, 2)
    kept = read_vectors(place, D)
    add(place, 3)
    assert kept.vectors[:, 0].tolist() == [1, 2]
    assert not kept.vectors.flags.writeable


@pytest.mark.parametrize("lost", [1, 12, 13, 24])
@pytest.mark.parametrize("suffix", [".f32", ".ids"])
def test_a_torn_end_costs_the_rows_it_tore_and_no_others(place, suffix, lost):
    add(place, 1, 2, 3)
    file = files(place, suffix)[0]
    os.truncate(file, file.stat().st_size - lost)
    left = 3 - -(-lost // (4 * D if suffix == ".f32" else 16))
    assert numbers(place) == [1, 2, 3][:left]
    add(place, 9)
    assert numbers(place) == [*[1, 2, 3][:left], 9]


@pytest.mark.parametrize("content", [b"", b"mvec", b"x" * 16, b"mvec" + bytes(12)])
def test_damaged_files_are_begun_anew(place, content):
    add(place, 1, 2)
    files(place, ".ids")[0].write_bytes(content)
    assert numbers(place) == []
    add(place, 5)
    assert numbers(place) == [5]
    assert len(files(place, ".f32")) == 1


def test_vectors_of_another_kind_or_length_do_not_meet(tmp_path):
    places = {
        vector_places(tmp_path, kind, d)[0] for kind, d in [("a:b", 2), ("a-b", 2), ("A:b", 2), ("a:b", 3), ("a", 2)]
    }
    assert len({place.name.lower() for place in places}) == 5
    assert all(place.name.replace("-", "").isalnum() for place in places)


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
import musivum.library._vectors as _vectors
from musivum.library import adding_vectors

original, calls = os.fsync, []
def counted(file):
    calls.append(file)
    if len(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    original(file)
_vectors.os.fsync = counted
with adding_vectors(Path(sys.argv[1]), 3) as put:
    for n in range(1, 6):
        put(np.frombuffer(bytes([n, 7]).ljust(16, b"\\0"), "S16"), np.array([[n, n + 0.5, -n]], np.float32))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize(("moment", "left"), [(1, 0), (2, 0), (3, 1), (4, 1), (6, 2)])
def test_a_killed_writer_loses_its_last_batch_only(place, moment, left):
    """Calls of fsync: the new file of ids, then vectors and ids of each batch; ids written count, synced or not."""
    place.parent.mkdir(parents=True)
    done = subprocess.run([sys.executable, "-c", KILLED, str(place), str(moment)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert numbers(place) == list(range(1, left + 1))
    add(place, 77)
    assert numbers(place) == [*range(1, left + 1), 77]


AT_ONCE = """
import sys
from pathlib import Path
import numpy as np
from musivum.library import adding_vectors

for n in range(int(sys.argv[2]), int(sys.argv[2]) + 20):
    with adding_vectors(Path(sys.argv[1]), 3) as put:
        put(np.frombuffer(bytes([n, 7]).ljust(16, b"\\0"), "S16"), np.array([[n, n + 0.5, -n]], np.float32))
"""


def test_two_processes_at_once_take_turns(place):
    place.parent.mkdir(parents=True)
    running = [subprocess.Popen([sys.executable, "-c", AT_ONCE, str(place), str(first)]) for first in (1, 101)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert sorted(numbers(place)) == [*range(1, 21), *range(101, 121)]


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    return folder, album(folder, 6), tmp_path / "photos" / "library"


def keep(where, ids):
    place = vector_places(where, "grid8", D)[0]
    with adding_vectors(place, D) as put:
        put(packed_ids(ids), np.arange(len(ids) * D, dtype=np.float32).reshape(-1, D))
    return place


def test_pruning_drops_the_vectors_of_tiles_that_are_gone(photos):
    folder, files_there, where = photos
    index([folder], where)
    ids = open_library(where).ids
    place = keep(where, ids)
    before = read_vectors(place, D)
    os.unlink(files_there[2])
    index([folder], where)
    gone = [row for row, id in enumerate(ids) if id not in open_library(where).ids]
    size = info(where).bytes
    assert prune(where).bytes >= size - info(where).bytes > 4 * D + 16
    kept = read_vectors(place, D)
    assert (kept.ids == np.delete(before.ids, gone)).all()
    assert (kept.vectors == np.delete(before.vectors, gone, axis=0)).all()
    assert prune(where).bytes == 0
    assert len(list(place.parent.glob("*.f32"))) == 1
    keep(where, ids[gone[0] : gone[0] + 1])
    assert len(read_vectors(place, D).ids) == 6


def test_pruning_killed_before_the_rename_changes_nothing(photos, monkeypatch):
    folder, _, where = photos
    index([folder], where)
    place = keep(where, [*open_library(where).ids, "00" * 16])

    def fail(*_):
        raise OSError(28, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr("musivum.library._vectors.os.replace", fail)
        prune(where)
    assert len(read_vectors(place, D).ids) == 7
    prune(where)
    assert len(read_vectors(place, D).ids) == 6
    assert len(list(place.parent.glob("*.f32"))) == 1


def test_pruning_leaves_what_is_being_written(photos):
    folder, _, where = photos
    index([folder], where)
    place = keep(where, ["00" * 16])
    with adding_vectors(place, D):
        assert prune(where).bytes == 0
        assert len(read_vectors(place, D).ids) == 1
    assert prune(where).bytes == 16 + 4 * D


def test_the_folder_of_vectors_is_part_of_the_library(photos):
    folder, _, where = photos
    index([folder], where)
    before = info(where).bytes
    keep(where, open_library(where).ids)
    assert info(where).bytes == before + 6 * (16 + 4 * D) + 16
    assert verify(where).ok
    report = index([folder], where)
    assert (report.unchanged, report.skipped) == (6, ())


def test_a_place_that_cannot_be_written_says_so_to_its_caller(tmp_path):
    (tmp_path / "features").write_text("a file in the way")
    place = vector_places(tmp_path, "grid8", D)[0]
    with pytest.raises(OSError), adding_vectors(place, D):
        pass
    assert len(read_vectors(place, D).ids) == 0


def test_a_full_disk_is_a_library_error(place, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    with adding_vectors(place, D) as put:
        monkeypatch.setattr("musivum.library._vectors.os.fsync", full)
        with pytest.raises(LibraryError, match="make room"):
            put(*rows(1))
