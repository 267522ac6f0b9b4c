"""Drawn tiles in a library: alone, among photos, again, and after the process was killed."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from library.folders import album, save
from musivum import api
from musivum.cli import main
from musivum.errors import LibraryError, OptionError
from musivum.library import family, files, generate, index, info, open_library, prune, verify

FEW = (("gradients", 30), ("dct", 10))


def draw(where, families=FEW, **options):
    return generate([(family(name), count) for name, count in families], where, **options)


@pytest.fixture
def where(tmp_path):
    return tmp_path / "library"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("whole")
    draw(place)
    return open_library(place)


def test_tiles_are_as_they_were_drawn(whole):
    assert len(whole) == 40
    assert verify(whole.path).ok
    one = family("dct")
    first = f"generated:dct/across{one.tiles[0]['across']}-down{one.tiles[0]['down']}-sign{one.tiles[0]['sign']}"
    thumb = whole.thumbs[whole.sources.index(first)]
    np.testing.assert_array_equal(thumb, np.repeat(one.draw(**one.tiles[0])[..., None], 3, axis=2))
    assert all(source.startswith("generated:") for source in whole.sources)
    np.testing.assert_allclose(whole.means[:, 1:], 0, atol=1e-6)


def test_the_report_counts(where):
    report = draw(where)
    assert report.families == (("gradients", 30, 0), ("dct", 10, 0))
    assert report.tiles == 40


def test_a_second_run_adds_nothing(where):
    draw(where)
    before = {path.name: path.read_bytes() for path in where.glob("*.bin")}
    assert draw(where).families == (("gradients", 0, 30), ("dct", 0, 10))
    assert {path.name: path.read_bytes() for path in where.glob("*.bin")} == before


def test_a_larger_count_adds_the_difference(where, whole):
    draw(where, [("dct", 4)])
    assert draw(where, [("gradients", 30), ("dct", 10)]).families == (("gradients", 30, 0), ("dct", 6, 4))
    assert open_library(where).digest == whole.digest


def test_photos_and_drawn_tiles_share_a_library(tmp_path, where):
    album(tmp_path / "photos", 9)
    index([tmp_path / "photos"], where)
    assert draw(where).tiles == 49
    report = index([tmp_path / "photos"], where)
    assert (report.unchanged, report.removed, report.tiles) == (9, 0, 49)
    assert prune(where).tiles == 0
    assert len(open_library(where)) == 49
    assert verify(where).ok


def test_drawn_tiles_are_counted_apart_from_photos(tmp_path, where, whole, capsys):
    album(tmp_path / "photos", 3)
    save(tmp_path / "photos" / "copy.jpg", 0)
    Image.fromarray(whole.thumbs[0]).save(tmp_path / "photos" / "saved.png")  # a drawn tile that is a photo as well
    draw(where)
    assert (info(where).photos, info(where).drawn, info(where).files) == (0, 40, 0)
    index([tmp_path / "photos"], where)
    told = info(where)
    assert (told.tiles, told.photos, told.drawn, told.files, told.duplicates) == (43, 4, 39, 5, 1)
    assert main(["library", "info", str(where)]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (lines["photos"], lines["drawn"]) == ("4", "39 tiles")


def test_damage_is_mended_by_drawing_again(where, whole):
    draw(where)
    with open(where / "thumbs.bin", "r+b") as thumbs:
        thumbs.seek(5 * 128 * 128 * 3 + 77)
        thumbs.write(b"damage")
    assert prune(where).damaged == 1
    assert sum(family.added for family in draw(where).families) == 1
    assert open_library(where).digest == whole.digest


def test_drawn_files_are_listed(whole):
    records = files(whole.path)
    assert {record.format for record in records} == {"generated"}
    assert {(record.width, record.height) for record in records} == {(128, 128)}


def test_progress_reaches_the_end(where):
    told = []
    draw(where, progress=lambda *step: told.append(step))
    assert told[-1] == ("drawing", 40, 40)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


SCRIPT = """
import os, signal
import musivum.library._generated._write as _write
from musivum.library import family, generate
_write._BATCH = 8
def kill(stage, done, total):
    if done == {last}:
        os.kill(os.getpid(), signal.SIGKILL)
generate([(family("gradients"), 30), (family("dct"), 10)], {where!r}, progress=kill)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("last", [3, 21, 33, 40])
def test_a_killed_run_keeps_its_commits_and_the_next_completes(where, whole, last):
    script = SCRIPT.format(last=last, where=os.fspath(where))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    kept = len(open_library(where))
    assert last - 8 <= kept <= last
    assert verify(where).ok
    report = draw(where)
    assert sum(one.unchanged for one in report.families) == kept
    assert open_library(where).digest == whole.digest
    assert (where / "thumbs.bin").stat().st_size == (whole.path / "thumbs.bin").stat().st_size


def test_the_verb_fills_in_the_usual_count(where):
    report = api.library_generate(["solid", "dct", "solid"], where)
    assert report.families == (("solid", 33, 0), ("dct", 126, 0))


@pytest.mark.parametrize(
    ("families", "options", "said"),
    [
        ([], {}, "no family was named"),
        (["dct"], {"count": 511}, "dct has 1 to 510 tiles"),
        (["dct"], {"count": 0}, "count is 0"),
        (["dct"], {"text": "A"}, "are for glyphs"),
        (["gabor", "solid"], {"preset": "original"}, "of solid"),
    ],
)
def test_faults_leave_nothing_behind(families, options, said, where):
    with pytest.raises(OptionError, match=said) as caught:
        api.library_generate(families, where, **options)
    assert "\n" not in str(caught.value)
    assert not where.exists()


def test_a_library_that_is_being_written_is_refused(where):
    def meanwhile(stage, done, total):
        if done == 1:
            with pytest.raises(LibraryError):
                draw(where)

    draw(where, progress=meanwhile)
