"""The hostile files in a folder, as a person would have them."""

import csv
import os
from pathlib import Path

import pytest

from musivum.library import index, open_library, verify

NASTY = Path(__file__).parents[2].parent / "shared" / "data" / "nasty"


@pytest.mark.skipif(not NASTY.is_dir(), reason="the hostile files are not here: ../shared/data/nasty")
def test_good_files_are_in_and_bad_ones_are_told(tmp_path, capfd):
    report = index([NASTY], tmp_path)
    with (NASTY / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["file"]: row["expect"] for row in csv.DictReader(file)}
    told = {os.path.basename(path): reason for path, reason in report.skipped}
    assert {name for name, what in expected.items() if what == "reject"} <= set(told)
    assert not {name for name, what in expected.items() if what == "ok"} & set(told)
    assert all(reason and "\n" not in reason and len(reason) < 220 for reason in told.values())
    assert report.added + len(told) == len(expected) + 1, "the manifest is a file too"
    assert report.duplicates >= 1
    assert len(open_library(tmp_path)) == report.tiles
    assert verify(tmp_path).ok
    again = index([NASTY], tmp_path)
    assert (again.unchanged, again.added, again.skipped) == (report.added, 0, report.skipped)
    assert capfd.readouterr() == ("", "")
