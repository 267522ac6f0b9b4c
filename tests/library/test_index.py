"""What a run of `index` notices."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

import musivum.library._index as index_module
from library.folders import age, album, save
from musivum.errors import LibraryError
from musivum.library import files, index, open_library, verify
from musivum.library._ingest import ingest
from musivum.raster import Limits


def counts(report):
    return {
        name: getattr(report, name)
        for name in ("added", "unchanged", "changed", "moved", "removed")
        if getattr(report, name)
    }


@pytest.fixture
def photos(tmp_path):
    album(tmp_path / "photos", 9)
    return tmp_path / "photos"


@pytest.fixture
def where(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def read(monkeypatch):
    """The names of the files that are read."""
    names = []

    def reading(path, *rest):
        names.append(os.path.basename(path))
        return ingest(path, *rest)

    monkeypatch.setattr(index_module, "ingest", reading)
    return names


def test_a_library_holds_whole_pictures_by_row(photos, where):
    save(photos / "wide.png", 50, (900, 300))
    save(photos / "tall.png", 51, (30, 4000))
    report = index([photos], where)
    assert counts(report) == {"added": 11}
    library = open_library(where)
    assert len(library) == len(set(library.ids)) == report.tiles == 11
    for i in range(len(library)):
        tile = library.tile(i)
        assert library.row(tile.id) == i
        with Image.open(tile.source) as original:
            assert original.size == tile.size == tuple(library.sizes[i])
        w, h = tile.size
        scale = min(1, 128 / min(w, h), 1024 / max(w, h))
        assert library.thumbs[i].shape == (round(h * scale), max(1, round(w * scale)), 3)
        assert library.thumbs[i].dtype == np.uint8
        assert library.swatches[i].dtype == np.uint16
        assert min(library.swatches[i].shape[:2]) == min(32, *library.thumbs[i].shape[:2])
    assert not library.thumbs.data.flags.writeable
    with pytest.raises(KeyError):
        library.row("0" * 32)


def test_a_second_run_reads_nothing(photos, where, read):
    index([photos], where)
    assert len(read) == 9
    before = open_library(where)
    read.clear()
    assert counts(index([photos], where)) == {"unchanged": 9}
    assert read == []
    assert open_library(where).digest == before.digest


def test_only_what_changed_is_read(photos, where, read):
    index([photos], where)
    old = open_library(where)
    read.clear()
    save(photos / "0" / "003.jpg", 77)
    age(photos / "0" / "003.jpg")
    age(photos / "1" / "004.jpg")
    save(photos / "new.png", 78)
    assert counts(index([photos], where)) == {"added": 1, "unchanged": 8, "changed": 1}
    assert sorted(read) == ["003.jpg", "004.jpg", "new.png"]
    new = open_library(where)
    assert len(set(new.ids) - set(old.ids)) == 2
    assert len(set(old.ids) - set(new.ids)) == 1


def test_moved_files_are_not_decoded(photos, where, monkeypatch):
    index([photos], where)
    before = open_library(where)
    (photos / "0").rename(photos / "renamed")
    monkeypatch.setattr("musivum.library._ingest.decode", None)
    assert counts(index([photos], where)) == {"unchanged": 6, "moved": 3}
    after = open_library(where)
    assert after.ids == before.ids
    assert all(os.path.exists(source) for source in after.sources)
    assert counts(index([photos], where)) == {"unchanged": 9}


def test_copies_share_a_tile_until_the_last_is_gone(photos, where):
    index([photos], where)
    before = open_library(where)
    shutil.copy(photos / "0" / "000.jpg", photos / "copy.jpg")
    report = index([photos], where)
    assert counts(report) == {"added": 1, "unchanged": 9}
    assert (report.duplicates, report.tiles) == (1, 9)
    (photos / "0" / "000.jpg").unlink()
    assert counts(index([photos], where)) == {"unchanged": 9, "removed": 1}
    assert open_library(where).ids == before.ids
    (photos / "copy.jpg").unlink()
    assert index([photos], where).tiles == 8


def test_deleted_files_leave_and_may_come_back_unread(photos, where, read, tmp_path):
    index([photos], where)
    before = open_library(where)
    os.rename(photos / "1", tmp_path / "away")
    assert counts(index([photos], where)) == {"unchanged": 6, "removed": 3}
    assert len(open_library(where)) == 6
    os.rename(tmp_path / "away", photos / "1")
    read.clear()
    assert counts(index([photos], where)) == {"added": 3, "unchanged": 6}
    assert read == []
    assert open_library(where).digest == before.digest


def test_a_missing_root_is_an_error_and_removes_nothing(photos, where, tmp_path):
    index([photos], where)
    os.rename(photos, tmp_path / "unplugged")
    with pytest.raises(LibraryError, match="no such file or folder"):
        index([photos], where)
    assert len(open_library(where)) == 9
    with pytest.raises(LibraryError, match="no such file or folder"):
        index([tmp_path / "unplugged", tmp_path / "*.nothing"], tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_other_folders_stay_in_the_library(photos, where, tmp_path):
    album(tmp_path / "more", 4, start=100)
    index([photos], where)
    shutil.rmtree(photos / "0")
    assert counts(index([tmp_path / "more"], where)) == {"added": 4}
    assert len(open_library(where)) == 13
    assert counts(index([photos, tmp_path / "more"], where)) == {"unchanged": 10, "removed": 3}


def test_files_that_are_there_but_not_named_stay(photos, where):
    index([photos], where)
    assert counts(index([photos / "*" / "00[0-2].jpg"], where)) == {"unchanged": 3}
    assert len(open_library(where)) == 9
    (photos / "0" / "006.jpg").unlink()
    assert counts(index([photos / "*" / "00[0-2].jpg"], where)) == {"unchanged": 3, "removed": 1}


def test_the_library_depends_on_the_photos_alone(photos, tmp_path):
    index([photos], tmp_path / "one", workers=1)
    index([photos], tmp_path / "four", workers=4)
    for part in ("0", "2", "1"):
        index([photos / part], tmp_path / "bit by bit")
    one, four, bits = (open_library(tmp_path / name) for name in ("one", "four", "bit by bit"))
    assert one.ids == four.ids == bits.ids
    assert one.digest == four.digest == bits.digest
    assert (tmp_path / "one" / "thumbs.bin").read_bytes() == (tmp_path / "four" / "thumbs.bin").read_bytes()
    for i in range(9):
        np.testing.assert_array_equal(one.thumbs[i], bits.thumbs[i])
        np.testing.assert_array_equal(one.swatches[i], bits.swatches[i])
    np.testing.assert_array_equal(one.hashes, bits.hashes)


def test_refusals_are_told_again_but_not_read_again(photos, where, read):
    (photos / "notes.txt").write_text("no picture")
    (photos / ".hidden.jpg").write_bytes(b"")
    told = [(os.path.basename(path), reason) for path, reason in index([photos], where).skipped]
    assert told[0] == (".hidden.jpg", "hidden")
    assert told[1][0] == "notes.txt"
    assert "not a picture" in told[1][1]
    read.clear()
    assert [(os.path.basename(path), reason) for path, reason in index([photos], where).skipped] == told
    assert read == []
    assert [record.reason for record in files(where) if record.tile is None] == [told[1][1]]


def test_refusals_are_reconsidered_under_other_limits(photos, where):
    save(photos / "large.png", 60, (200, 100))
    report = index([photos], where, limits=Limits(pixels=10_000))
    assert (report.tiles, len(report.skipped)) == (9, 1)
    report = index([photos], where)
    assert (report.tiles, report.skipped) == (10, ())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_are_tried_again(photos, where):
    (photos / "0" / "000.jpg").chmod(0)
    assert [s.reason for s in index([photos], where).skipped] == ["permission denied"]
    (photos / "0" / "000.jpg").chmod(0o600)
    assert index([photos], where).tiles == 9


def test_a_file_that_vanishes_is_skipped_and_tried_again(photos, where, monkeypatch):
    def vanish(path, *rest):
        return ingest(path + ".gone" if path.endswith("000.jpg") else path, *rest)

    monkeypatch.setattr(index_module, "ingest", vanish)
    report = index([photos], where)
    assert [skipped.reason for skipped in report.skipped] == ["no such file or directory"]
    monkeypatch.undo()
    assert counts(index([photos], where)) == {"added": 1, "unchanged": 8}


def test_the_library_may_lie_among_the_photos(photos):
    index([photos], photos / "library")
    report = index([photos], photos / "library")
    assert (report.unchanged, report.skipped) == (9, ())


def test_names_that_are_no_text(photos, where):
    name = os.fsdecode(b"caf\xe9.png")
    try:
        save(photos / "x.png", 90).rename(photos / name)
    except OSError:
        pytest.skip("this file system has text names only")
    assert index([photos], where).tiles == 10
    assert counts(index([photos], where)) == {"unchanged": 10}
    assert sum(source.endswith(name) for source in open_library(where).sources) == 1


def test_a_view_holds_the_chosen_rows(photos, where):
    index([photos], where)
    library = open_library(where)
    view = library.select([5, 2])
    assert view.ids == (library.ids[5], library.ids[2])
    assert view.row(library.ids[2]) == 1
    assert view.digest != library.digest
    np.testing.assert_array_equal(view.thumbs[1], library.thumbs[2])
    np.testing.assert_array_equal(view.swatches[0], library.swatches[5])
    assert library.select(np.arange(9) % 2 == 0).ids == library.ids[::2]
    assert library.select(range(9)).digest == library.digest
    assert len(library.select([])) == 0


def test_progress_rises_to_its_end(photos, where):
    told = []
    index([photos], where, progress=lambda *step: told.append(step))
    assert told == [("reading", done, 9) for done in range(10)]


def test_what_progress_raises_keeps_what_was_committed(photos, where, monkeypatch):
    monkeypatch.setattr(index_module, "_BATCH_FILES", 2)

    def stop(stage, done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index([photos], where, progress=stop)
    assert len(open_library(where)) == 4
    assert counts(index([photos], where)) == {"added": 5, "unchanged": 4}
    assert verify(where).ok
