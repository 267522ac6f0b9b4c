"""The kept compression is that of all rows, and grows with them."""

from dataclasses import replace

import numpy as np
import pytest

from library.folders import album
from musivum.features import compress, extractor, tile_compression, tile_vectors
from musivum.library import index, open_library, prune, vector_places

GRID = extractor("grid10")  # 300 numbers: longer than is kept


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def where(tmp_path):
    album(tmp_path / "photos", 12)
    index([tmp_path / "photos"], tmp_path / "library")
    return tmp_path / "library"


def described(where):
    library = open_library(where)
    vectors = tile_vectors(library, GRID)
    return np.asarray(vectors), tile_compression(library, GRID, vectors)


def kept_file(where):
    place = vector_places(where, GRID.name, GRID.dimensions)[0]
    return place.with_name(place.name + ".svd")


def test_it_is_that_of_all_vectors_and_kept(where):
    vectors, found = described(where)
    whole = compress(vectors, rank=12, centred=False)
    assert found.rows == 12
    np.testing.assert_allclose(found.strengths[:6], whole.strengths[:6], rtol=1e-3)
    np.testing.assert_allclose(found(vectors) @ found(vectors).T, vectors @ vectors.T, rtol=1e-3, atol=1e-3)
    written = kept_file(where).stat().st_mtime_ns
    again = described(where)[1]
    assert np.array_equal(again.basis, found.basis)
    assert kept_file(where).stat().st_mtime_ns == written


def test_new_tiles_extend_it(where, tmp_path):
    described(where)
    album(tmp_path / "more", 30, start=100)
    index([tmp_path / "photos", tmp_path / "more"], where)
    vectors, found = described(where)
    assert found.rows == len(vectors) == 42
    np.testing.assert_allclose(found(vectors) @ found(vectors).T, vectors @ vectors.T, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("count", [5, 20])
def test_pruning_makes_it_afresh(where, tmp_path, count):
    described(where)
    (tmp_path / "photos").rename(tmp_path / "away")
    album(tmp_path / "photos", count, start=100)
    index([tmp_path / "photos"], where)
    prune(where)
    vectors, found = described(where)
    assert found.rows == len(vectors) == count
    np.testing.assert_allclose(found(vectors) @ found(vectors).T, vectors @ vectors.T, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 1000, None])
def test_a_damaged_file_is_made_again(where, content):
    _, found = described(where)
    whole = kept_file(where).read_bytes()
    kept_file(where).write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert np.array_equal(described(where)[1].basis, found.basis)
    assert kept_file(where).read_bytes() == whole


def test_that_of_another_edition_is_another(where):
    library = open_library(where)
    _, found = described(where)
    later = replace(GRID, edition="2", describe=lambda patches: 2 * GRID.describe(patches))
    other = tile_compression(library, later, tile_vectors(library, later))
    np.testing.assert_allclose(other.strengths[:6], 2 * found.strengths[:6], rtol=1e-4)


def test_short_vectors_are_left_as_they_are(where):
    library = open_library(where)
    short = replace(extractor("grid8"), costly=True)
    assert tile_compression(library, short, tile_vectors(library, short)) is None


def test_a_library_that_keeps_none_is_decomposed_by_itself(where, tmp_path):
    """Whatever else the user's cache holds."""
    album(tmp_path / "others", 20, start=100)
    index([tmp_path / "others"], tmp_path / "other")
    for library in (where, tmp_path / "other"):  # may not be written: a file is in the way
        (library / "features").write_bytes(b"")
    described(tmp_path / "other")
    vectors, found = described(where)
    assert found.rows == len(vectors) == 12
    expected = compress(vectors, rank=256, centred=False)
    np.testing.assert_allclose(found.strengths, expected.strengths, rtol=1e-5)
    assert not kept_file(where).exists()
