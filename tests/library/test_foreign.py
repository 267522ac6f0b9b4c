"""A library keeps its hands off what is not its own."""

import pytest

from library.folders import album
from musivum.errors import LibraryError
from musivum.library import index, open_library, prune


def test_files_that_only_look_like_arrays_survive(tmp_path):
    photos = album(tmp_path / "photos", 3)
    where = tmp_path / "library"
    where.mkdir()
    foreign = [where / name for name in ("thumbs-old.bin", "thumbsnail.bin", "swatches_2.bin", "thumbs-0.bin")]
    for path in foreign:
        path.write_bytes(b"mine")
    index([tmp_path / "photos"], where)
    photos[0].unlink()
    index([tmp_path / "photos"], where)
    prune(where)
    assert len(open_library(where)) == 2
    assert all(path.read_bytes() == b"mine" for path in foreign)
    assert sorted(path.name for path in where.glob("*-1.bin")) == ["swatches-1.bin", "thumbs-1.bin"]
    assert not (where / "thumbs.bin").exists()


@pytest.mark.parametrize("name", ["thumbs.bin", "swatches.bin", "thumbs-7.bin"])
def test_arrays_without_a_database_are_not_written_over(tmp_path, name):
    album(tmp_path / "photos", 1)
    where = tmp_path / "library"
    where.mkdir()
    (where / name).write_bytes(b"mine")
    with pytest.raises(LibraryError, match="in the way") as caught:
        index([tmp_path / "photos"], where)
    assert name in str(caught.value) and "\n" not in str(caught.value)
    assert [path.name for path in where.iterdir()] == [name]
    assert (where / name).read_bytes() == b"mine"


@pytest.mark.parametrize("root", [".", "0", "0/000.jpg", "*/*.jpg"])
def test_a_library_around_its_own_photos_is_refused(tmp_path, root):
    where = tmp_path / "photos"
    album(where, 3)
    before = sorted(where.rglob("*"))
    with pytest.raises(LibraryError, match="folder of its own") as caught:
        index([where / root], where)
    assert "library" in str(caught.value) and "\n" not in str(caught.value)
    assert sorted(where.rglob("*")) == before
    assert index([where], where / "library").tiles == 3
