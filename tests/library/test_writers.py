"""One writer, many readers, and libraries that are not what they should be."""

import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from library.folders import album, save
from musivum.errors import LibraryError
from musivum.library import builtin_library, files, index, info, open_library, prune, verify
from musivum.library._lock import writer_lock


@pytest.fixture
def photos(tmp_path):
    album(tmp_path / "photos", 6)
    return tmp_path / "photos"


@pytest.fixture
def where(photos, tmp_path):
    index([photos], tmp_path / "library")
    return tmp_path / "library"


def test_the_second_writer_says_who_is_first_and_leaves(photos, where):
    with writer_lock(where):
        for write in (lambda: index([photos], where), lambda: prune(where)):
            with pytest.raises(LibraryError, match=f"being written by process {os.getpid()} on "):
                write()
        assert len(open_library(where)) == 6
        assert verify(where).ok
    assert index([photos], where).unchanged == 6


def test_two_processes_at_once(photos, where):
    script = f"""
import sys
from musivum.library._lock import writer_lock
from pathlib import Path
with writer_lock(Path({str(where)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LibraryError, match=f"process {other.pid} on .*; try again later"):
            index([photos], where)
        other.kill()
    assert index([photos], where).unchanged == 6


def test_readers_see_whole_commits_while_a_writer_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("musivum.library._index._BATCH_FILES", 3)
    photos, where = tmp_path / "photos", tmp_path / "library"
    album(photos, 60)
    index([photos / "0"], where)
    done, seen, faults = threading.Event(), set(), []

    def watch():
        while not done.is_set():
            try:
                library = open_library(where)
                seen.add(len(library))
                assert all(library.thumbs[i].shape == (36, 48, 3) for i in range(len(library)))
            except Exception as fault:
                faults.append(fault)
                return

    reader = threading.Thread(target=watch)
    reader.start()
    index([photos], where)
    done.set()
    reader.join()
    assert not faults
    assert all((count - 20) % 3 == 0 or count == 60 for count in seen)


def test_newer_formats_are_refused(photos, where):
    connection = sqlite3.connect(where / "library.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for use in (open_library, info, files, verify, prune, lambda path: index([photos], path)):
        with pytest.raises(LibraryError, match=r"has format 99.*update musivum"):
            use(where)


def test_there_must_be_a_library(tmp_path):
    for use in (open_library, info, files, verify, prune):
        with pytest.raises(LibraryError, match=r"no library at .*musivum index"):
            use(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_other_databases_are_left_alone(photos, tmp_path):
    where = tmp_path / "other"
    where.mkdir()
    connection = sqlite3.connect(where / "library.sqlite")
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    for use in (open_library, lambda path: index([photos], path)):
        with pytest.raises(LibraryError, match="is not a musivum library"):
            use(where)


def test_garbage_is_a_fault_in_one_line(photos, tmp_path):
    where = tmp_path / "other"
    where.mkdir()
    (where / "library.sqlite").write_bytes(b"no database" * 500)
    for use in (open_library, lambda path: index([photos], path)):
        with pytest.raises(LibraryError, match="cannot be read") as caught:
            use(where)
        assert "\n" not in str(caught.value)


def test_a_library_that_cannot_be_made(photos, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="cannot make the library"):
        index([photos], tmp_path / "file" / "library")


@pytest.mark.skipif(os.name == "nt", reason="permissions are otherwise")
def test_a_library_on_a_read_only_disk(where):
    for file in where.glob("library.sqlite-*"):
        assert file.stat().st_size == 0 or file.suffix.endswith("shm")
        file.unlink()
    where.chmod(0o500)
    try:
        assert len(open_library(where)) == 6
        assert info(where).tiles == 6
    finally:
        where.chmod(0o700)


def test_damage_is_found_and_mended(photos, where):
    library = open_library(where)
    with open(where / "thumbs.bin", "r+b") as file:
        file.seek(int(library.thumbs.offsets[3]) + 40)
        file.write(b"\x12\x34\x56\x78\x9a")
    assert verify(where).damaged == (library.ids[3],)
    assert not verify(where).ok
    assert prune(where).damaged == 1
    assert len(open_library(where)) == 5
    report = index([photos], where)
    assert (report.added, report.unchanged) == (1, 5)
    assert verify(where).ok
    assert open_library(where).digest == library.digest


def test_short_arrays_are_found_and_mended(photos, where):
    digest = open_library(where).digest
    with open(where / "swatches.bin", "r+b") as file:
        file.truncate(file.seek(0, 2) - 7)
    for use in (open_library, lambda path: index([photos], path)):
        with pytest.raises(LibraryError, match=r"swatches.bin is shorter.*prune"):
            use(where)
    assert len(verify(where).damaged) == 1
    prune(where)
    index([photos], where)
    assert verify(where).ok
    assert open_library(where).digest == digest


def test_what_a_killed_writer_left_is_overwritten(photos, where):
    sizes = {path: path.stat().st_size for path in where.glob("*.bin")}
    for path in sizes:
        with open(path, "ab") as file:
            file.write(b"left over" * 1000)
    assert len(open_library(where)) == 6
    index([photos], where)
    assert {path: path.stat().st_size for path in where.glob("*.bin")} == sizes
    assert verify(where).ok


def test_verify_looks_for_the_files(photos, where):
    paths = sorted(path for path in photos.rglob("*.jpg"))
    paths[0].unlink()
    save(paths[1], 500)
    report = verify(where)
    assert report.missing == (str(paths[0]),)
    assert report.changed == (str(paths[1]),)
    assert not report.ok
    assert report.damaged == ()


def test_prune_gives_back_space(photos, where):
    size = (where / "thumbs.bin").stat().st_size
    for path in (photos / "0").iterdir():
        path.unlink()
    index([photos], where)
    report = prune(where)
    assert (report.files, report.tiles) == (2, 2)
    assert sum(path.stat().st_size for path in where.glob("thumbs*")) == size * 4 // 6
    assert report.bytes > size // 3
    assert prune(where).bytes == 0
    assert info(where).gone == 0
    save(photos / "again.png", 300)
    assert index([photos], where).tiles == 5
    assert verify(where).ok


def test_what_a_library_tells(photos, where):
    (photos / "x.txt").write_text("x")
    save(photos / "copy.png", 0)
    index([photos], where)
    told = info(where)
    assert (told.tiles, told.files, told.skipped, told.duplicates, told.gone) == (7, 7, 1, 0, 0)
    assert told.digest == open_library(where).digest
    assert told.bytes == sum(path.stat().st_size for path in where.iterdir())
    records = files(where)
    assert [record.path for record in records] == sorted(record.path for record in records)
    assert {(record.width, record.height) for record in records} == {(48, 36), (None, None)}
    assert sorted({record.format or "" for record in records}) == ["", "JPEG", "PNG"]


def test_the_builtin_library_is_made_once_and_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *args, **options: str(tmp_path))
    pictures = [(f"p{k}", save(tmp_path / f"{k}.png", k)) for k in range(3)]
    drawn = []

    def generate():
        import numpy as np
        from PIL import Image

        drawn.append(1)
        for name, path in pictures:
            with Image.open(path) as image:
                yield name, np.asarray(image)

    monkeypatch.setattr("musivum.library._builtin.generate_tiles", generate)
    first = builtin_library()
    assert builtin_library() == first
    assert drawn == [1]
    library = open_library(first)
    assert sorted(library.sources) == ["builtin:p0", "builtin:p1", "builtin:p2"]
    assert verify(first).ok
    assert list(tmp_path.glob(".builtin-*")) == []
