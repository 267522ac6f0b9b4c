"""What the database says about the arrays is checked before a kernel believes it; tiles outlive their files."""

import sqlite3

import numpy as np
import pytest

from library.folders import album
from musivum.errors import LibraryError
from musivum.library import index, open_library, prune, verify


@pytest.fixture
def where(tmp_path):
    album(tmp_path / "photos", 4)
    index([tmp_path / "photos"], tmp_path / "library")
    return tmp_path / "library"


@pytest.mark.parametrize("column", ["thumb", "swatch"])
@pytest.mark.parametrize(
    "change", ["{0} = -3", "{0} = {0} + 10000000", "{0}_width = 0", "{0}_height = -4", "{0}_width = 1 << 62"]
)
def test_pixels_outside_the_arrays_are_refused_and_mended(where, column, change):
    with sqlite3.connect(where / "library.sqlite") as connection:
        connection.execute(f"UPDATE tiles SET {change.format(column)} WHERE row = 2")
    connection.close()
    with pytest.raises(LibraryError, match="library prune") as caught:
        open_library(where)
    assert "\n" not in str(caught.value)
    assert len(verify(where).damaged) == 1
    prune(where)
    index([where.parent / "photos"], where)
    assert len(open_library(where)) == 4


def test_the_stamps_are_those_of_the_sources(where):
    library = open_library(where).select([3, 1])
    for source, (size, mtime_ns) in zip(library.sources, library.stamps.tolist(), strict=True):
        status = (where.parent / "photos" / source).stat()
        assert (status.st_size, status.st_mtime_ns) == (size, mtime_ns)


def test_tiles_whose_files_are_gone_can_be_had(where):
    photos = sorted((where.parent / "photos").rglob("*.jpg"))
    before = open_library(where)
    photos[0].unlink()
    photos[1].write_bytes(photos[2].read_bytes())
    index([where.parent / "photos"], where)
    assert len(open_library(where)) == 2
    after = open_library(where, gone=True)
    assert after.ids == before.ids
    assert all(np.array_equal(after.thumbs[i], before.thumbs[i]) for i in range(4))
    assert {before.sources[i]: after.sources[i] for i in range(4)} == {
        str(photos[0]): str(photos[0]),
        str(photos[1]): "",
        **{str(photo): min(str(photo), str(photos[1])) if photo == photos[2] else str(photo) for photo in photos[2:]},
    }
    prune(where)
    assert len(open_library(where, gone=True)) == 2
