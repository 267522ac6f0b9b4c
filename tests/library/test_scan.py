"""Folders, files and globs."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.errors import LibraryError
from musivum.library._scan import scan


@pytest.fixture
def tree(tmp_path):
    for name in ("b/2.jpg", "b/10.jpg", "a/x.png", "a/deep/er/y.JPG", ".git/z.jpg", "a/._x.png", "noext"):
        (tmp_path / "t" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "t" / name).write_bytes(name.encode())
    return tmp_path / "t"


def names(found, root):
    return [os.path.relpath(file.path, root).replace(os.sep, "/") for file in found]


def test_folders_are_walked_in_order(tree):
    seen = scan([tree])
    assert names(seen.files, tree) == ["a/deep/er/y.JPG", "a/x.png", "b/10.jpg", "b/2.jpg", "noext"]
    assert names(seen.skipped, tree) == [".git", "a/._x.png"]
    assert all(os.path.isabs(file.path) and file.size == os.stat(file.path).st_size for file in seen.files)


def test_overlapping_paths_count_once(tree):
    assert scan([tree, tree / "a", tree / "b" / "2.jpg", tree]).files == scan([tree]).files


def test_globs(tree):
    assert names(scan([tree / "b" / "*.jpg"]).files, tree) == ["b/10.jpg", "b/2.jpg"]
    assert names(scan([tree / "**" / "*.JPG"]).files, tree) == ["a/deep/er/y.JPG"]
    assert scan([tree / "b" / "*.jpg"]).covers(str(tree / "b" / "gone.jpg"))
    (tree / "[odd].jpg").write_bytes(b"")
    assert names(scan([tree / "[odd].jpg"]).files, tree) == ["[odd].jpg"]


def test_named_hidden_files_are_taken(tree):
    assert names(scan([tree / "a" / "._x.png"]).files, tree) == ["a/._x.png"]


@pytest.mark.parametrize("missing", ["none", "none/*.jpg", "*.none"])
def test_what_is_not_there_is_an_error(tree, missing):
    with pytest.raises(LibraryError, match="no such file or folder"):
        scan([tree, tree / missing])


def test_links_are_followed_once_and_loops_end(tree):
    os.symlink(tree, tree / "a" / "loop")
    os.symlink(tree / "b", tree / "a" / "alias")
    os.symlink(tree / "nowhere", tree / "dangling.jpg")
    os.symlink(tree / "b" / "2.jpg", tree / "linked.jpg")
    outside = tree.parent / "outside"
    outside.mkdir()
    (outside / "o.jpg").write_bytes(b"o")
    os.symlink(outside, tree / "a" / "zz")
    seen = scan([tree])
    assert names(seen.files, tree) == [
        *["a/deep/er/y.JPG", "a/x.png", "a/zz/o.jpg", "b/10.jpg", "b/2.jpg", "linked.jpg", "noext"]
    ]
    assert ("dangling.jpg", "a link that leads nowhere") in [
        (os.path.basename(path), reason) for path, reason in seen.skipped
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_are_not_opened(tree):
    os.mkfifo(tree / "pipe.jpg")
    assert ("pipe.jpg", "not a regular file") in [
        (os.path.basename(path), reason) for path, reason in scan([tree]).skipped
    ]
    assert [reason for _, reason in scan([tree / "pipe.jpg"]).skipped] == ["not a regular file"]


@given(st.lists(st.sampled_from(["", "a", "b", "a/deep", "a/x.png", "noext"]), min_size=1, max_size=4))
@settings(max_examples=20)
def test_the_order_of_the_paths_does_not_matter(tmp_path_factory, parts):
    root = tmp_path_factory.getbasetemp() / "fixed"
    for name in ("b/2.jpg", "a/x.png", "a/deep/y.jpg", "noext"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    paths = [root / part for part in parts]
    assert scan(paths) == scan(paths[::-1])


def test_other_libraries_are_not_entered(tree):
    (tree / "b" / "library.sqlite").write_bytes(b"")
    seen = scan([tree])
    assert names(seen.files, tree) == ["a/deep/er/y.JPG", "a/x.png", "noext"]
    assert (str(tree / "b"), "a musivum library") in seen.skipped
