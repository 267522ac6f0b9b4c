"""The vectors of a library's tiles: those of the definition, each extracted once."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from library.folders import album, save
from musivum.color import linear_from_srgb
from musivum.features import extractor, tile_vectors
from musivum.library import index, open_library, packed_ids, read_vectors, vector_places

GRID = extractor("grid8")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def where(tmp_path):
    album(tmp_path / "photos", 9)
    index([tmp_path / "photos"], tmp_path / "library")
    return tmp_path / "library"


def counting(found=GRID):
    """An extractor that counts the patches it is given."""
    seen = []

    def describe(patches):
        seen.append(len(patches))
        return found.describe(patches)

    return replace(found, describe=describe), seen


def slow_vectors(library):
    """Centred squares averaged block by block, for thumbs whose short side is a multiple of the grid's."""
    squares = []
    for thumb in (library.thumbs[i] for i in range(len(library))):
        height, width, _ = thumb.shape
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = linear_from_srgb(thumb[top : top + side, left : left + side])
        step = side // 8
        squares.append(square.reshape(8, step, 8, step, 3).mean((1, 3)))
    return GRID.describe(np.array(squares, np.float32))


def test_vectors_of_another_edition_are_others(where):
    """As when a network's weights are replaced under the same name."""
    library = open_library(where)
    first = np.array(tile_vectors(library, GRID))
    second = replace(GRID, edition="2", describe=lambda patches: -GRID.describe(patches))
    assert (tile_vectors(library, second) == -first).all()
    assert (tile_vectors(library, GRID) == first).all()


def test_a_tile_is_described_as_the_square_in_its_middle(tmp_path):
    for seed, size in enumerate([(48, 32), (32, 57), (64, 64), (24, 120)]):
        save(tmp_path / "photos" / f"{seed}.png", seed, size)
    index([tmp_path / "photos"], tmp_path / "library")
    library = open_library(tmp_path / "library")
    np.testing.assert_allclose(tile_vectors(library, GRID), slow_vectors(library), atol=1e-3)


def test_vectors_do_not_depend_on_workers_or_on_being_kept(where, monkeypatch):
    library = open_library(where)
    monkeypatch.setattr("musivum.features._tile_vectors._BLOCK", 2)
    first = tile_vectors(library, GRID, workers=3)
    again, seen = counting()
    assert (tile_vectors(library, again) == first).all()
    assert seen == []
    assert (tile_vectors(library, replace(GRID, name="another"), workers=1) == first).all()


def test_only_the_tiles_added_later_are_extracted(where, tmp_path):
    before = open_library(where)
    kept = tile_vectors(before, GRID)
    save(tmp_path / "photos" / "new.jpg", 1000)
    save(tmp_path / "photos" / "newer.jpg", 1001)
    index([tmp_path / "photos"], where)
    library = open_library(where)
    again, seen = counting()
    told = []
    vectors = tile_vectors(library, again, progress=lambda *what: told.append(what))
    assert sum(seen) == 2
    assert told == [("describe", 0, 2), ("describe", 2, 2)]
    for row, id in enumerate(before.ids):
        assert (vectors[library.row(id)] == kept[row]).all()
    assert (vectors == tile_vectors(library, replace(GRID, name="another"))).all()


@pytest.mark.parametrize("rows", [[4, 1, 7], [0, 1, 2], [3], [], [5, 5, 0]])
def test_a_view_has_its_own_rows(where, rows):
    library = open_library(where)
    again, seen = counting()
    chosen = tile_vectors(library.select(rows), again)
    assert sum(seen) == len(set(rows))
    whole = tile_vectors(library, again)
    assert sum(seen) == len(library)
    assert (whole[rows] == chosen).all()
    assert (tile_vectors(library.select(rows), again) == chosen).all()
    assert sum(seen) == len(library)


def test_a_library_that_cannot_be_written_is_kept_in_the_cache(where):
    (where / "features").write_text("a file in the way")
    library = open_library(where)
    vectors = tile_vectors(library, GRID)
    again, seen = counting()
    assert (tile_vectors(library.select([2, 1]), again) == vectors[[2, 1]]).all()
    assert seen == []


def test_vectors_kept_in_two_places_are_found_in_both(where):
    library = open_library(where)
    first = tile_vectors(library.select([0, 4]), GRID)
    (where / "features").rename(where / "aside")
    (where / "features").write_text("a file in the way")
    tile_vectors(library.select([7, 2]), GRID)
    (where / "features").unlink()
    (where / "aside").rename(where / "features")
    again, seen = counting()
    vectors = tile_vectors(library, again)
    assert sum(seen) == len(library) - 4
    assert (vectors[[0, 4]] == first).all()
    assert (vectors == tile_vectors(library, replace(GRID, name="another"))).all()


def test_with_no_place_at_all_vectors_are_held_in_memory(where, cache, monkeypatch):
    (where / "features").write_text("a file in the way")
    cache.write_text("another")
    monkeypatch.setattr("musivum.features._tile_vectors._BLOCK", 2)
    monkeypatch.setattr("musivum.features._tile_vectors._BATCH_BYTES", 1)
    library = open_library(where)
    np.testing.assert_array_equal(
        tile_vectors(library, GRID), GRID.describe(np.concatenate([square(library, row) for row in range(9)]))
    )


def square(library, row):
    from musivum.features._tile_vectors import _resized, _square

    return _resized(_square(library.thumbs[row]), GRID.side)


def test_a_run_that_fails_keeps_the_batches_before(where, monkeypatch):
    monkeypatch.setattr("musivum.features._tile_vectors._BLOCK", 2)
    monkeypatch.setattr("musivum.features._tile_vectors._BATCH_BYTES", 1)
    library = open_library(where)
    again, seen = counting()

    def stop(stage, done, total):
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tile_vectors(library, again, progress=stop)
    kept = read_vectors(vector_places(where, GRID.name, GRID.dimensions)[0], GRID.dimensions)
    assert len(kept.ids) >= 4
    assert (kept.ids == packed_ids(library.ids)[: len(kept.ids)]).all()
    seen.clear()
    vectors = tile_vectors(library, again)
    assert sum(seen) == len(library) - len(kept.ids)
    assert (vectors == tile_vectors(library, replace(GRID, name="another"))).all()


def test_of_two_at_once_the_later_one_waits_and_extracts_nothing(where):
    library = open_library(where)
    entered, go_on = threading.Event(), threading.Event()

    def slow(patches):
        entered.set()
        assert go_on.wait(10)
        return GRID.describe(patches)

    results = {}
    first = threading.Thread(target=lambda: results.update(a=tile_vectors(library, replace(GRID, describe=slow))))
    again, seen = counting()
    second = threading.Thread(target=lambda: results.update(b=tile_vectors(library, again)))
    first.start()
    assert entered.wait(10)
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert (results["a"] == results["b"]).all()
    assert seen == []


def test_kept_vectors_are_mapped_where_the_order_is_theirs(where):
    library = open_library(where)
    tile_vectors(library, GRID)
    assert not tile_vectors(library, GRID).flags.owndata
    assert tile_vectors(library.select([1, 0]), GRID).flags.owndata
