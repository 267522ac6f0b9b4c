"""Originals: decoded once while they are wanted, wherever they lie meanwhile."""

from collections import Counter
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import musivum.render._cut as cut_module
import musivum.render._originals as originals_module
import musivum.render._photos as photos_module
import musivum.render._shelf as shelf_module
from musivum.geometry import Size
from musivum.raster import decode
from musivum.render import Drawing
from musivum.render._originals import Originals
from musivum.render._shelf import Shelf, room_for
from render.mosaics import FakeLibrary, cells, noise, plan_of

SIZE = Size(90, 121)
COUNT, COLUMNS, ROWS = 7, 3, 11
PIXELS = 120 * 80 * 3


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    """Seven photos of 120 x 80 with thumbnails of 30 x 20, whose neighbours on the canvas are other ones."""
    folder, rng = tmp_path_factory.mktemp("album"), np.random.default_rng(21)
    sources = [str(folder / f"{k}.png") for k in range(COUNT)]
    for source in sources:
        Image.fromarray(noise(rng, 120, 80)).save(source)
    library = FakeLibrary([noise(rng, 30, 20) for _ in range(COUNT)], [(120, 80)] * COUNT, sources)
    return library, plan_of(library, SIZE, cells(SIZE, COLUMNS, ROWS))


@pytest.fixture
def decoded(monkeypatch):
    """How often each file was decoded."""
    counts = Counter()

    def counted(path, **how):
        counts[str(path)] += 1
        return decode(path, **how)

    monkeypatch.setattr(originals_module, "decode", counted)
    return counts


@pytest.fixture
def in_blocks(monkeypatch):
    """Blocks and bands so small that each photo is needed for several."""
    monkeypatch.setattr(cut_module, "_BLOCK_ROWS", 17)
    monkeypatch.setattr(cut_module, "_BLOCK_COLUMNS", 41)


def _with_room(monkeypatch, **room):
    monkeypatch.setattr(photos_module, "Originals", partial(Originals, **room))


def _by_rows(album):
    """The photos one below the other: each is needed for a while only."""
    library, _ = album
    return library, plan_of(library, SIZE, cells(SIZE, 1, COUNT))


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("in_memory", [0, 2**20])
def test_each_is_decoded_once(album, decoded, in_blocks, monkeypatch, workers, in_memory):
    library, plan = album
    _with_room(monkeypatch, in_memory=in_memory)
    drawing = Drawing(plan, library, scale=2.0, workers=workers)
    picture = drawing.region()
    assert decoded == dict.fromkeys(library.sources, 1)
    assert np.array_equal(picture[31:77, 50:140], drawing.region((50, 31, 140, 77)))
    assert decoded == dict.fromkeys(library.sources, 1)


def test_room_is_used_again_for_those_that_come_later(album, decoded, in_blocks, monkeypatch):
    library, plan = _by_rows(album)
    whole = Drawing(plan, library, scale=2.0).region()
    decoded.clear()
    _with_room(monkeypatch, in_memory=0, on_disk=4 * room_for(PIXELS), unwanted=0)
    assert np.array_equal(Drawing(plan, library, scale=2.0, workers=2).region(), whole)
    assert decoded == dict.fromkeys(library.sources, 1)


@pytest.mark.parametrize("room", [{"in_memory": 0, "on_disk": 0}, {"in_memory": room_for(PIXELS), "on_disk": 0}])
def test_without_room_the_picture_is_the_same(album, decoded, in_blocks, monkeypatch, room):
    library, plan = album
    whole = Drawing(plan, library, scale=2.0).region()
    decoded.clear()
    _with_room(monkeypatch, **room)
    assert np.array_equal(Drawing(plan, library, scale=2.0, workers=2).region(), whole)
    blocks = -(-SIZE.height * 2 // 17) * -(-SIZE.width * 2 // 36)
    assert COUNT < sum(decoded.values()) <= COUNT * blocks


@pytest.mark.parametrize("fault", ["no file", "full disk"])
def test_where_nothing_can_be_written_the_picture_is_the_same(album, decoded, in_blocks, monkeypatch, fault):
    library, plan = album
    whole = Drawing(plan, library, scale=2.0).region()

    def refused(*_, **__):
        raise OSError

    if fault == "no file":
        monkeypatch.setattr(shelf_module.tempfile, "TemporaryFile", refused)
    else:
        monkeypatch.setattr(shelf_module, "_written", lambda *_: False)
    _with_room(monkeypatch, in_memory=room_for(PIXELS))
    assert np.array_equal(Drawing(plan, library, scale=2.0, workers=2).region(), whole)


def test_what_is_wanted_no_more_is_kept_for_the_next_region_within_bounds(album, decoded, monkeypatch):
    library, plan = _by_rows(album)
    _with_room(monkeypatch, in_memory=0, unwanted=3 * PIXELS)
    drawing = Drawing(plan, library, scale=2.0)
    drawing.region()
    decoded.clear()
    drawing.region((0, 150, 180, 242))
    assert not decoded
    drawing.region((0, 0, 180, 30))
    assert decoded == {library.sources[0]: 1}


def test_drawings_at_a_time_do_not_take_each_other_s_originals_away(album, decoded, in_blocks, monkeypatch):
    library, plan = album
    whole = Drawing(plan, library, scale=2.0).region()
    _with_room(monkeypatch, in_memory=0, unwanted=0)
    drawing = Drawing(plan, library, scale=2.0, workers=2)
    late, early = drawing.strips(), drawing.strips()
    first = [next(late), next(late)]
    assert np.array_equal(np.concatenate(list(early)), whole)
    drawing.layer(3)
    assert np.array_equal(np.concatenate(first + list(late)), whole)


def test_strips_left_half_way_want_nothing_any_more(album, decoded, in_blocks, monkeypatch):
    library, plan = album
    _with_room(monkeypatch, unwanted=0)
    drawing = Drawing(plan, library, scale=2.0, workers=2)
    strips = drawing.strips()
    next(strips)
    strips.close()
    read = sum(decoded.values())
    drawing.region()
    assert sum(decoded.values()) == read + COUNT


def test_a_fault_while_decoding_reaches_every_waiter_and_is_not_kept(album, monkeypatch):
    library, _ = album
    tile, short = np.array([0, 1]), np.array([80, 0])
    originals = Originals(library.sources, library.stamps, library.sizes, tile, short)
    assert originals.key.tolist() == [0, -1] and originals.sizes.tolist() == [[120, 80]]
    with monkeypatch.context() as patch:
        patch.setattr(originals_module, "decode", lambda *_, **__: 1 / 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                originals.get(0)
    assert originals.get(0) is originals.get(0) is not None


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 5000))
def test_sizes_are_told_before_anything_is_decoded(width, height, short):
    size = np.array([[width, height]], np.int32)
    originals = Originals([""], np.zeros((1, 2), np.int64), size, np.zeros(1, np.int32), np.array([short]))
    scale = min(1.0, short / min(width, height))
    assert tuple(originals.sizes[0]) == ((width, height) if scale == 1 else Size(width, height).scaled(scale))


@pytest.mark.parametrize("in_memory", [0, 2**20])
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30_000)), max_size=16))
def test_a_shelf_gives_back_what_was_put_there(in_memory, steps):
    shelf, there = Shelf(100_000, in_memory), {}
    for number, (put, size) in enumerate(steps):
        if put or not there:
            content = np.full(size, number, np.uint8)
            offset = shelf.put(content)
            assert offset not in there
            if offset is not None:
                there[offset] = content
        else:
            offset = list(there)[size % len(there)]
            shelf.take_off(offset, there.pop(offset).size)
        shelf.let_go()
        for offset, content in there.items():
            assert np.array_equal(shelf.data[offset : offset + len(content)], content)
    for offset, content in there.items():
        shelf.take_off(offset, content.size)
    assert shelf.put(np.zeros(100_000, np.uint8)) == 0
