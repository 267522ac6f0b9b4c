"""An index on disk: built, opened, extended, and killed."""

import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from musivum.errors import LibraryError
from musivum.search import _index as index_module
from musivum.search import _index_files as files_module
from musivum.search import build_index, extend_index, nearest_owners, open_index, plain_dictionary


@pytest.fixture(params=["exact", "faiss"], autouse=True)
def with_lists(request, monkeypatch):
    """Whether faiss is there; small indices have lists then."""
    if request.param == "exact":
        monkeypatch.setattr(index_module, "find_spec", lambda name: None)
    else:
        pytest.importorskip("faiss")
        monkeypatch.setattr(index_module, "_WORTH_LISTS", 500)
        monkeypatch.setattr("musivum.search._lists._DEARER", 0)
    return request.param == "faiss"


def rows(seed, n, width=6):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(20, width))
    return (centres[rng.integers(0, 20, n)] + 0.2 * rng.normal(size=(n, width))).astype(np.float32)


def agrees(index, vectors, *, least):
    queries = rows(1000, 150, vectors.shape[1])
    expected = nearest_owners(queries, plain_dictionary(vectors), 10)
    exact, found = index.nearest(queries, 10, exact=True), index.nearest(queries, 10, workers=2)
    assert (exact.owners == expected.owners).all()
    assert (exact.distances == expected.distances).all()
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found.owners, expected.owners, strict=True)]) >= least
    assert np.isin(found.owners, np.arange(len(vectors))).all()


def test_an_index_is_the_same_opened_as_built(tmp_path, with_lists):
    vectors = rows(0, 1200)
    built = build_index(tmp_path / "index", vectors, workers=2)
    opened = open_index(tmp_path / "index")
    queries = rows(1, 40)
    assert len(opened) == 1200
    assert bool(opened.lists) == with_lists
    assert (built.nearest(queries, 5).owners == opened.nearest(queries, 5).owners).all()
    agrees(opened, vectors, least=0.97)


def test_rows_are_appended_without_training_until_there_are_twice_as_many(tmp_path, with_lists):
    vectors = rows(2, 2400)
    build_index(tmp_path, vectors[:1000])
    generations = []
    for first, last in ((1000, 1001), (1001, 1500), (1500, 1999), (1999, 2000), (2000, 2400)):
        index = extend_index(tmp_path, vectors[first:last])
        agrees(index, vectors[:last], least=0.97)
        assert (index.nearest(vectors[first:last], 1).owners[:, 0] == np.arange(first, last)).all()
        generations.append(index.state.generation)
    assert generations == ([1, 1, 1, 2, 2] if with_lists else [0] * 5)
    assert len(list(tmp_path.glob("centres-*"))) == with_lists


def test_an_extended_index_finds_what_one_built_at_once_finds(tmp_path):
    vectors = rows(3, 900)
    build_index(tmp_path / "a", vectors[:600])
    a, b = extend_index(tmp_path / "a", vectors[600:]), build_index(tmp_path / "b", vectors)
    queries = rows(4, 30)
    assert (a.nearest(queries, 4, exact=True).owners == b.nearest(queries, 4, exact=True).owners).all()
    assert (tmp_path / "a" / "vectors.bin").read_bytes() == (tmp_path / "b" / "vectors.bin").read_bytes()


def test_full_segments_are_filed_as_rows_come(tmp_path, with_lists, monkeypatch):
    monkeypatch.setattr(index_module, "_SEGMENT", 6 * 400)
    vectors = rows(5, 1900)
    build_index(tmp_path, vectors[:1000])
    index = extend_index(tmp_path, vectors[1000:])
    if with_lists:
        assert index.state.segments == ((0, 400), (400, 800), (800, 1000), (1000, 1400), (1400, 1800))
        assert len(index.lists) == 6
    agrees(index, vectors, least=0.97)


def test_rows_that_came_without_faiss_are_found_and_listed_later(tmp_path, with_lists, monkeypatch):
    vectors = rows(6, 900)
    build_index(tmp_path, vectors[:600])
    with monkeypatch.context() as without:
        without.setattr(index_module, "find_spec", lambda name: None)
        agrees(extend_index(tmp_path, vectors[600:800]), vectors[:800], least=1)
    index = open_index(tmp_path)
    agrees(index, vectors[:800], least=0.97)
    assert index.state.listed == (600 if with_lists else 0)
    index = extend_index(tmp_path, vectors[800:])
    assert index.state.listed == (900 if with_lists else 0)
    agrees(index, vectors, least=0.97)


def test_a_reader_keeps_what_it_opened(tmp_path):
    vectors = rows(7, 1300)
    before = build_index(tmp_path, vectors[:600])
    queries = rows(8, 20)
    found = before.nearest(queries, 3)
    extend_index(tmp_path, vectors[600:])
    again = before.nearest(queries, 3)
    assert len(before) == 600
    assert (found.owners == again.owners).all()


def test_asking_for_more_than_there_is_gives_all(tmp_path):
    index = build_index(tmp_path, rows(9, 700))
    found = index.nearest(rows(10, 3), 1000)
    assert (np.sort(found.owners, axis=1) == np.arange(700)).all()


def test_a_generation_can_be_opened_until_the_next_change(tmp_path, with_lists):
    vectors = rows(13, 1300)
    build_index(tmp_path, vectors[:600])
    state = (tmp_path / "index.json").read_text()
    extend_index(tmp_path, vectors[600:])
    latest = (tmp_path / "index.json").read_text()
    (tmp_path / "index.json").write_text(state)
    agrees(open_index(tmp_path), vectors[:600], least=0.97)
    (tmp_path / "index.json").write_text(latest)
    extend_index(tmp_path, vectors[:1])
    assert len(list(tmp_path.glob("*.faiss"))) == with_lists


class Killed(Exception):
    pass


@pytest.mark.parametrize("start", [400, 600])
def test_a_writer_that_stops_anywhere_leaves_all_or_nothing(tmp_path, start, monkeypatch):
    """Every write that must last ends in a call of fsync, replace or unlink: the writer stops at each in turn."""
    vectors = rows(11, 1300)
    build_index(tmp_path / "before", vectors[:start])
    for stop in range(20):
        folder = shutil.copytree(tmp_path / "before", tmp_path / str(stop))
        calls = []

        def counted(original, calls=calls, stop=stop):
            def call(*args, **options):
                calls.append(original)
                if len(calls) > stop:
                    raise Killed
                return original(*args, **options)

            return call

        with monkeypatch.context() as killing:
            for name in ("fsync", "replace"):
                killing.setattr(files_module.os, name, counted(getattr(files_module.os, name)))
            try:
                extend_index(folder, vectors[start:])
                finished = True
            except Killed:
                finished = False
        index = open_index(folder)
        assert len(index) == (1300 if finished else start)
        agrees(index, vectors[: len(index)], least=0.97)
        if finished:
            break
        others = vectors[start:][::-1]
        agrees(extend_index(folder, others), np.concatenate([vectors[:start], others]), least=0.97)
    assert finished and stop >= 3


WRITER = """
import sys, numpy as np
from musivum.search import build_index, extend_index
from musivum.search import _index
_index._WORTH_LISTS = 500
folder, vectors = sys.argv[1], np.load(sys.argv[2])
build_index(folder, vectors[:600])
print("built", flush=True)
for first in range(600, len(vectors), 7):
    extend_index(folder, vectors[first : first + 7])
    print(first, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_process_loses_at_most_what_it_was_appending(tmp_path, with_lists):
    if not with_lists:
        pytest.skip("one process is enough")
    vectors = rows(12, 4000)
    np.save(tmp_path / "vectors.npy", vectors)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path / "index", tmp_path / "vectors.npy"], stdout=subprocess.PIPE, text=True
    )
    said = [writer.stdout.readline() for _ in range(12)]
    writer.send_signal(signal.SIGKILL)
    said += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    last = int(said[-1]) + 7
    index = open_index(tmp_path / "index")
    assert len(index) in (last, last + 7)
    agrees(index, vectors[: len(index)], least=0.97)
    agrees(extend_index(tmp_path / "index", vectors[len(index) :]), vectors, least=0.97)


def test_faults_are_told_in_one_line(tmp_path):
    with pytest.raises(LibraryError, match=r"there is no index in .*none"):
        open_index(tmp_path / "none")
    with pytest.raises(LibraryError, match="there are no vectors"):
        build_index(tmp_path / "empty", rows(0, 0))
    folder = tmp_path / "index"
    build_index(folder, rows(0, 30))
    with pytest.raises(LibraryError, match="already"):
        build_index(folder, rows(0, 30))
    with pytest.raises(LibraryError, match="takes rows of 6 numbers"):
        extend_index(folder, rows(0, 30, width=7))
    bad = rows(0, 30)
    bad[11, 2] = np.nan
    with pytest.raises(LibraryError, match=r"vector 11 .* not finite"):
        extend_index(folder, bad)
    with files_module.one_writer(folder), pytest.raises(LibraryError, match="being written"):
        extend_index(folder, rows(0, 3))
    assert len(open_index(folder)) == 30


@pytest.mark.parametrize("damage", ["not json", "[]", '{"format": 9}', '{"format": 1}'])
def test_a_damaged_state_is_refused(tmp_path, damage):
    build_index(tmp_path, rows(0, 30))
    (tmp_path / "index.json").write_text(damage)
    with pytest.raises(LibraryError, match="build it anew"):
        open_index(tmp_path)


def test_missing_rows_are_noticed(tmp_path, with_lists):
    build_index(tmp_path, rows(0, 900))
    state = json.loads((tmp_path / "index.json").read_text())
    assert (state["rows"], state["listed"]) == (900, 900 if with_lists else 0)
    for path in [*tmp_path.glob("*.faiss"), tmp_path / "vectors.bin"]:
        kept = path.read_bytes()
        path.write_bytes(b"")
        with pytest.raises(LibraryError, match=f"{path.name} is missing or too short"):
            open_index(tmp_path)
        path.write_bytes(kept)
