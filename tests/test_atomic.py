"""Files and folders appear whole or not at all, whenever the writer is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from musivum import atomic
from musivum.atomic import check_folder, replacing, replacing_folder
from musivum.errors import OptionError

WRITER = """
import sys, time
from pathlib import Path
from musivum.atomic import replacing, replacing_folder
with {how}(Path(sys.argv[1])) as draft:
    (draft / "half" if draft.is_dir() else draft).write_text("half")
    print("begun", flush=True)
    time.sleep(60)
"""


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
@pytest.mark.parametrize("how", ["replacing", "replacing_folder"])
def test_what_a_killed_writer_left_goes_with_the_next_one(how, tmp_path):
    path = tmp_path / "made"
    writer = subprocess.Popen([sys.executable, "-c", WRITER.format(how=how), path], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "begun\n"
    with replacing(tmp_path / "other") as draft:
        draft.write_text("other")
    assert len(names(tmp_path)) == 2, "a living writer was robbed"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert not path.exists()
    with replacing(tmp_path / "other") as draft:
        draft.write_text("other")
    assert names(tmp_path) == ["other"]


def test_a_folder_takes_the_place_of_one_that_was_written_so(tmp_path):
    path, entry = tmp_path / "made", tmp_path / "made.txt"
    for number in range(3):
        with replacing_folder(path, entry) as draft:
            assert entry.exists() == (number > 0)
            (draft / f"{number}.txt").write_text(str(number))
        assert not entry.exists()
        entry.write_text("made")
        assert names(path) == [".musivum", f"{number}.txt"] and names(tmp_path) == ["made", "made.txt"]


def test_a_failure_leaves_the_old_folder(tmp_path):
    path = tmp_path / "made"
    with replacing_folder(path) as draft:
        (draft / "old").write_text("old")
    with pytest.raises(ZeroDivisionError), replacing_folder(path) as draft:
        (draft / "new").write_text("new")
        raise ZeroDivisionError
    assert names(path) == [".musivum", "old"] and names(tmp_path) == ["made"]


def test_the_folder_one_is_in_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    for where in ("empty", "empty/inner"):
        monkeypatch.chdir(tmp_path / where)
        with pytest.raises(OptionError, match="cannot write"), replacing_folder(tmp_path / "empty"):
            pytest.fail("it began")


def test_the_folders_of_a_person_are_not_touched(tmp_path):
    (tmp_path / "photos").mkdir()
    check_folder(tmp_path / "photos")
    (tmp_path / "photos" / "dear.jpg").write_text("dear")
    (tmp_path / "file").write_text("file")
    for name in ("photos", "file", "nowhere/made"):
        with pytest.raises(OptionError, match="cannot write"), replacing_folder(tmp_path / name):
            pytest.fail("it began")
    assert names(tmp_path / "photos") == ["dear.jpg"]


def test_what_a_person_put_or_changed_there_is_not_lost(tmp_path):
    path = tmp_path / "made"

    def write():
        with replacing_folder(path) as draft:
            (draft / "inner").mkdir()
            (draft / "inner" / "a.png").write_text("drawn")

    write()
    (path / "inner" / "mine.jpg").write_text("dear")
    with pytest.raises(OptionError, match="changed or added"):
        write()
    assert (path / "inner" / "mine.jpg").read_text() == "dear"
    (path / "inner" / "mine.jpg").unlink()
    write()
    retouched = path / "inner" / "a.png"
    retouched.write_text("retouched")
    later = retouched.stat().st_mtime + 60
    os.utime(retouched, (later, later))
    with pytest.raises(OptionError, match="changed or added"):
        write()
    assert retouched.read_text() == "retouched"


def test_a_folder_that_cannot_be_put_there_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "made"
    with replacing_folder(path) as draft:
        (draft / "old").write_text("old")
    rename = Path.replace

    def refuse(self, target):
        if self.suffix == ".tmp":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError), replacing_folder(path) as draft:
        (draft / "new").write_text("new")
    assert names(path) == [".musivum", "old"] and names(tmp_path) == ["made"]


def test_an_old_folder_whose_successor_never_came_gets_its_name_back(tmp_path):
    path = tmp_path / "made"
    with replacing_folder(path) as draft:
        (draft / "old").write_text("old")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path.rename(tmp_path / f".musivum.{atomic._SPACE}.{gone.pid}.7.old")
    with replacing(tmp_path / "other") as draft:
        draft.write_text("other")
    assert names(tmp_path) == ["made", "other"] and names(path) == [".musivum", "old"]


def test_links_lead_to_what_is_replaced(tmp_path):
    (tmp_path / "there" / "real").mkdir(parents=True)
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "real.txt")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "real")
    for number in range(2):
        with replacing(tmp_path / "link.txt") as draft:
            draft.write_text(str(number))
        with replacing_folder(tmp_path / "link") as draft:
            (draft / "number").write_text(str(number))
        assert (tmp_path / "there" / "real.txt").read_text() == str(number)
        assert (tmp_path / "there" / "real" / "number").read_text() == str(number)
    assert (tmp_path / "link").is_symlink() and names(tmp_path / "there") == ["real", "real.txt"]


def test_drafts_of_one_thread_do_not_meet(tmp_path):
    with replacing(tmp_path / "a") as one, replacing(tmp_path / "b") as other:
        one.write_text("a")
        other.write_text("b")
    assert [(tmp_path / name).read_text() for name in "ab"] == ["a", "b"]


def test_a_draft_that_cannot_be_removed_is_no_hindrance(tmp_path, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".musivum.{atomic._SPACE}.{gone.pid}.7.tmp"
    left.write_text("half")
    unlink = Path.unlink

    def refuse(self, missing_ok=False):
        if self == left:
            raise PermissionError(1, "Operation not permitted")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with replacing(tmp_path / "other") as draft:
        draft.write_text("other")
    assert (tmp_path / "other").read_text() == "other"
