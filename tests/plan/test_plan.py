"""What a plan promises, in memory and in its file."""

import io
import json
import struct
import tracemalloc
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musivum.errors import PlanError
from musivum.geometry import Similarity, Size
from musivum.plan import (
    Alternates,
    Captions,
    Placements,
    Plan,
    TileTable,
    bounds,
    caption_text,
    fit_crops,
    load_plan,
    save_plan,
)

_BOXES = np.array([[0, 0, 50, 20], [-9, 1, 8, 9], [5, 5, 6.5, 7]])


def a_plan(n=7, seed=0):
    rng = np.random.default_rng(seed)
    sizes = np.array([[300, 200], [128, 500], [1, 1]])
    tile = rng.integers(0, 3, n)
    low = rng.random((n, 2)) * 0.5 * sizes[tile]
    crop = np.concatenate([low, low + (0.1 + 0.4 * rng.random((n, 2))) * sizes[tile]], axis=1)
    tiles = TileTable(("a" * 32, "b" * 32, "c" * 32), ("/p/ä.jpg", "/p/\udcff.jpg", "c:\\x"), sizes)
    placements = Placements(
        tile=tile,
        crop=crop,
        transform=rng.random((n, 4)) + 0.1,
        mirror=rng.random(n) < 0.5,
        error=rng.random(n),
        opacity=rng.random(n),
        feather=rng.random(n),
        multiply=2 * rng.random((n, 3)),
        mean=rng.random((n, 3)),
        gain=rng.random((n, 3)),
        shift=rng.normal(size=(n, 3)),
        slope=rng.normal(size=(n, 2, 3)),
        follow=rng.normal(size=(n, 2)),
    )
    alternates = Alternates.centred(np.tile([2, 0, -1], (n, 1)), np.tile([0.5, 1, np.inf], (n, 1)), placements, tiles)
    return Plan(
        canvas=Size(400, 300),
        background=(1, 2, 3),
        outline="box",
        tint=0.3,
        overlay=0.1,
        gap=1.5,
        tiles=tiles,
        placements=placements,
        alternates=replace(
            alternates,
            mirror=rng.random((n, 3)) < 0.5,
            mean=rng.random((n, 3, 3)),
            shift=rng.normal(size=(n, 3, 3)),
        ),
        target=b"\xff\xd8jpeg",
        recipe={"engine": "grid", "seed": 7, "options": {"tint": 0.3, "name": "größe"}},
        statistics={"bound": [1.5, None]},
        grey=bool(rng.random() < 0.5),
        corner=float(rng.random() / 2),
        captions=Captions(("Jökulsárlón", "日本 🙂", ""), _BOXES + rng.random((3, 4)), 12.5, (9, 8, 255), "/f/ä.ttf"),
    )


def assert_same(one, two):
    """Equal in every field and type, columns to the last bit."""
    assert type(one) is type(two)
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype and np.array_equal(a, b), field.name
        elif hasattr(a, "__dataclass_fields__"):
            assert_same(a, b)
        else:
            assert a == b, field.name


def test_the_file_gives_the_plan_back(tmp_path):
    plan = a_plan()
    save_plan(plan, tmp_path / "p.mosaic")
    assert_same(plan, load_plan(tmp_path / "p.mosaic"))
    assert [path.name for path in tmp_path.iterdir()] == ["p.mosaic"]


def test_a_plan_without_placements_or_alternates_makes_the_round_trip(tmp_path):
    plan = replace(a_plan(0), alternates=Alternates.none(0))
    save_plan(plan, tmp_path / "p.mosaic")
    assert_same(plan, load_plan(tmp_path / "p.mosaic"))


@settings(max_examples=40)
@given(
    n=st.integers(0, 5),
    a=st.integers(0, 3),
    seed=st.integers(0, 99),
    background=st.one_of(st.sampled_from(["target", "transparent"]), st.tuples(*[st.integers(0, 255)] * 3)),
    grey=st.booleans(),
)
def test_any_plan_makes_the_round_trip(tmp_path_factory, n, a, seed, background, grey):
    path = tmp_path_factory.getbasetemp() / "round.mosaic"
    whole = a_plan(n, seed)
    near = replace(whole.alternates, **{f.name: getattr(whole.alternates, f.name)[:, :a] for f in fields(Alternates)})
    plan = replace(whole, alternates=near, background=background, grey=grey)
    save_plan(plan, path)
    assert_same(plan, load_plan(path))


def test_equal_plans_are_equal_files(tmp_path):
    save_plan(a_plan(), tmp_path / "one")
    save_plan(a_plan(), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "p.mosaic"
    save_plan(a_plan(), path)
    before = path.read_bytes()
    with pytest.raises(PlanError, match="JSON"):
        save_plan(replace(a_plan(), recipe={"seed": object()}), path)
    with pytest.raises(PlanError, match="JSON"):
        save_plan(replace(a_plan(), statistics={"bound": float("nan")}), path)
    assert path.read_bytes() == before
    with pytest.raises(PlanError, match="cannot write"):
        save_plan(a_plan(), tmp_path / "no folder" / "p.mosaic")


def test_records_and_columns_agree():
    plan = a_plan()
    record = plan.placement(3)
    assert record.transform == Similarity(*plan.placements.transform[3])
    assert tuple(record.crop) == tuple(plan.placements.crop[3])
    assert record.mirror is bool(plan.placements.mirror[3])
    assert np.array_equal(record.slope, plan.placements.slope[3])
    assert record.shift == tuple(map(float, plan.placements.shift[3]))


def test_columns_are_frozen_and_the_callers_arrays_are_not():
    sizes = np.array([[3, 3]], np.int32)
    table = TileTable(("a",), ("b",), sizes)
    with pytest.raises(ValueError, match="read-only"):
        table.sizes[0] = 1
    sizes[0] = 5


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("tile", -1, "tile"),
        ("tile", 3, "tile"),
        ("crop", [0, 0, 0, 5], "crop"),
        ("crop", [0, 0, 301, 5], "crop"),
        ("crop", [-1, 0, 1, 1], "crop"),
        ("crop", [np.nan, 0, 1, 1], "crop"),
        ("transform", [0, 0, 0, 0], "scale"),
        ("transform", [1, 0, np.inf, 0], "transform"),
        ("transform", [1, 0, 1e300, 0], "transform"),
        ("transform", [1, 1e300, 0, 0], "transform"),
        ("transform", [1e-300, 0, 0, 0], "scale"),
        ("transform", [1e300, 0, 0, 0], "scale"),
        ("transform", [1e9, 0, 1e9, 0], "box"),
        ("crop", [0, 0, 1e-300, 1], "thin"),
        ("crop", [0, 0, 1e300, 1], "crop"),
        ("shift", 1e30, "shift"),
        ("error", np.nan, "error"),
        ("opacity", 1.5, "opacity"),
        ("feather", -0.5, "feather"),
        ("gain", [np.inf, 0, 0], "gain"),
        ("multiply", [1, -0.1, 1], "multiply"),
    ],
)
def test_broken_placements_are_refused(column, value, message):
    plan = a_plan()
    values = getattr(plan.placements, column).copy()
    values[2] = value
    with pytest.raises(PlanError, match=message):
        replace(plan, placements=replace(plan.placements, **{column: values}))


@pytest.mark.parametrize(
    "change",
    [
        {"canvas": Size(0, 5)},
        {"canvas": Size(10**7 + 1, 5)},
        {"canvas": Size(5, 10**400)},
        {"background": (0, 0, 256)},
        {"background": "black"},
        {"outline": "circle"},
        {"tint": 1.1},
        {"overlay": float("nan")},
        {"gap": -1.0},
        {"gap": 10**400},
        {"gap": float("nan")},
        {"corner": 0.51},
        {"corner": -0.1},
        {"corner": float("nan")},
        {"outline": "hexagon", "corner": 0.1},
        {"alternates": Alternates.none(3)},
    ],
)
def test_contradictions_are_refused(change):
    with pytest.raises(PlanError):
        replace(a_plan(), **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ("one", "two")}, "2 captions and 3 boxes"),
        ({"text": ("a", "b\nb", "c")}, "one line"),
        ({"text": ("a", "b\u2028b", "c")}, "one line"),
        ({"text": ("a", "\x1b[31m", "c")}, "one line"),
        ({"text": ("a", "\udcff", "c")}, "one line"),
        ({"text": ("a", "b" * 1001, "c")}, "1000 characters"),
        ({"font": "/a\0b.ttf"}, "one line"),
        ({"box": np.zeros((3, 4))}, "area"),
        ({"box": [[0, 0, 1, 1], [0, 0, 1, np.nan], [0, 0, 1, 1]]}, "not finite"),
        ({"box": [[0, 0, 1, 1], [0, 0, 1, 1e10], [0, 0, 1, 1]]}, "far off"),
        ({"box": np.ones((3, 3))}, "shape"),
        ({"size": 0.0}, "size"),
        ({"size": float("nan")}, "size"),
        ({"size": 1e30}, "size"),
        ({"colour": (0, 0, 256)}, "colour"),
        ({"colour": (0, 0)}, "colour"),
    ],
)
def test_captions_that_cannot_be_drawn_are_refused(change, words):
    with pytest.raises(PlanError, match=words) as caught:
        replace(a_plan().captions, **change)
    assert "\n" not in str(caught.value)


@settings(max_examples=40)
@given(st.text(st.characters() | st.sampled_from("\n\x1b\udcff\u2028"), max_size=20), st.sampled_from([0, 334, 1000]))
def test_any_text_can_be_made_a_caption(text, more):
    text += more * "a b"
    line = caption_text(text)
    assert caption_text(line) == line
    assert Captions((line,), [[0, 0, 1, 1]], 1.0, (0, 0, 0)).text == (line,)
    if text.isalnum():
        assert line == text


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("tile", 3, "table of 3"),
        ("tile", -2, "below -1"),
        ("error", np.nan, "no number"),
        ("crop", [0, 0, 0, 5], "area"),
        ("crop", [0, 0, 1e300, 5], "larger"),
        ("crop", [-1, 0, 0, 1], "leaves its tile"),
        ("crop", [np.inf, 0, 1, 1], "crop"),
        ("transform", [0, 0, 0, 0], "scale"),
        ("transform", [1, np.nan, 0, 0], "transform"),
        ("transform", [1, 0, 1e300, 0], "transform"),
        ("mean", [np.inf, 0, 0], "mean"),
        ("shift", 1e30, "shift"),
    ],
)
def test_broken_alternates_are_refused(column, value, message):
    plan = a_plan()
    values = getattr(plan.alternates, column).copy()
    values[2, 1] = value
    with pytest.raises(PlanError, match=message):
        replace(plan, alternates=replace(plan.alternates, **{column: values}))


@pytest.mark.parametrize("change", [[1.01, 0, 0, 0], [1, 0.01, 0, 0], [1, 0, 2, 0], [1, 0, 0, -2]])
def test_alternates_that_cover_another_place_are_refused(change):
    plan = a_plan()
    transform = plan.alternates.transform.copy()
    transform[4, 0] = transform[4, 0] * [change[0], 1, 1, 1] + [0, *change[1:]]
    with pytest.raises(PlanError, match="cover"):
        replace(plan, alternates=replace(plan.alternates, transform=transform))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_alternates_may_lie_on_any_side(quarters):
    """Turned about the middle of its crop, and its sides exchanged where it lies on its side, a crop stays in place."""
    plan = a_plan()
    near, (w, h) = plan.alternates, (0.2, 0.1)
    there = near.tile == 0
    assert there.any()
    placement = Placements.plain([0], [[10, 20, 10 + 100 * w, 20 + 100 * h]], [[2.0, 0.3, 5, 6]])
    middle = Similarity(2.0, 0.3, 5, 6)((10 + 50 * w, 20 + 50 * h))
    crop = np.array([30, 40, 50, 50.0] if quarters == 2 else [30, 40, 40, 60])
    turned = Similarity(2.0, 0.3 + quarters * np.pi / 2)
    moved = middle - turned((crop[:2] + crop[2:]) / 2)
    transform = np.array([turned.scale, turned.rotation, *moved])
    alternates = replace(
        Alternates.none(1),
        **{name: np.zeros((1, 1, *shape)) for name, shape in (("mirror", ()), ("mean", (3,)), ("shift", (3,)))},
        tile=[[0]],
        error=[[1.0]],
        crop=crop[None, None],
        transform=transform[None, None],
    )
    plan = replace(plan, placements=placement, alternates=alternates)
    assert plan.alternates.tile.shape == (1, 1)


def test_columns_of_different_lengths_are_refused():
    plan = a_plan()
    with pytest.raises(PlanError, match="rows were expected"):
        replace(plan.placements, error=np.zeros(3))
    with pytest.raises(PlanError, match="shape"):
        replace(plan.placements, crop=np.zeros((7, 3)))
    with pytest.raises(PlanError, match="lengths"):
        TileTable(("a",), (), np.ones((1, 2)))
    with pytest.raises(PlanError, match="twice"):
        TileTable(("a", "a"), ("b", "b"), np.ones((2, 2)))


@given(
    st.tuples(*[st.floats(0, 1000)] * 2, *[st.floats(1, 1000)] * 2),
    st.tuples(*[st.floats(-1e6, 1e6)] * 2, st.floats(1, 4000)),
    st.integers(0, 3),
)
def test_a_crop_fitted_to_a_box_is_bounded_by_it(crop, box, turns):
    x, y, w, h = crop
    left, top, width = box
    height = width * (h / w if turns % 2 == 0 else w / h)
    boxes = np.array([[left, top, left + width, top + height]])
    crops = np.array([[x, y, x + w, y + h]])
    placements = Placements.plain([0], crops, fit_crops(crops, boxes, turns))
    assert np.allclose(bounds(placements), boxes, rtol=0, atol=1e-7 * (1 + np.abs(boxes).max()))
    corners = Similarity(*placements.transform[0])([[x, y], [x + w, y + h]])
    assert np.allclose(corners.min(axis=0), boxes[0, :2], atol=1e-4)


def _members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _npy(values, **kwargs):
    stream = io.BytesIO()
    np.save(stream, values, **kwargs)
    return stream.getvalue()


@pytest.fixture
def members(tmp_path):
    save_plan(a_plan(), tmp_path / "good.mosaic")
    return _members(tmp_path / "good.mosaic")


def _changed(members, **changes):
    return members | {"plan.json": json.dumps(json.loads(members["plan.json"]) | changes).encode()}


def test_plans_of_the_first_version_are_read(tmp_path, members):
    older = {
        name: content
        for name, content in members.items()
        if name not in ("placements/multiply.npy", "placements/follow.npy")
    }
    read = load_plan(_write(tmp_path / "older.mosaic", _changed(older, version=1)))
    assert (read.placements.multiply == 1).all()
    assert (read.placements.follow == 0).all()
    assert np.array_equal(read.placements.gain, a_plan().placements.gain)


@pytest.mark.parametrize("version", [1, 2])
def test_older_plans_know_only_the_tiles_of_their_alternates(tmp_path, members, version):
    """They show the largest part about their middle that has the shape of the chosen crop, just where that lies."""
    older = {name: content for name, content in members.items() if not name.startswith("alternates/")}
    older |= {name: members[name] for name in ("alternates/tile.npy", "alternates/error.npy")}
    header = json.loads(older["plan.json"]) | {"version": version}
    for name in ("grey", "corner", "captions"):
        del header[name]
    plan = load_plan(_write(tmp_path / "older.mosaic", older | {"plan.json": json.dumps(header).encode()}))
    near, chosen = plan.alternates, plan.placements
    assert plan.corner == 0 and len(plan.captions) == 0
    assert not plan.grey and not near.mirror.any() and not near.mean.any() and not near.shift.any()
    assert np.array_equal(near.tile, a_plan().alternates.tile)
    for i, a in zip(*np.nonzero(near.tile >= 0), strict=True):
        width, height = plan.tiles.sizes[near.tile[i, a]]
        x0, y0, x1, y1 = near.crop[i, a]
        assert np.allclose([x0 + x1, y0 + y1], [width, height])
        assert np.isclose(min(x0 / width, y0 / height), 0, atol=1e-9)
        own = chosen.crop[i]
        corners = [[own[0], own[1]], [own[2], own[1]], [own[2], own[3]], [own[0], own[3]]]
        wanted = Similarity(*chosen.transform[i])(corners)
        got = Similarity(*near.transform[i, a])([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        assert np.allclose(got, wanted, atol=1e-6)


def test_plans_of_the_third_version_have_neither_corners_nor_captions(tmp_path, members):
    older = {name: content for name, content in members.items() if not name.startswith("captions/")}
    plan = load_plan(_write(tmp_path / "older.mosaic", _changed(older, version=3)))
    assert_same(plan, replace(a_plan(), corner=0.0, captions=Captions.none()))


def _with_caption(members, **changes):
    captions = json.loads(members["plan.json"])["captions"]
    return _changed(members, captions=captions | changes)


def _with_cost(members, number):
    text = _changed(members, statistics={"cost": "here"})["plan.json"]
    return members | {"plan.json": text.replace(b'"here"', number)}


HOSTILE = {
    "no plan.json": lambda m: {k: v for k, v in m.items() if k != "plan.json"},
    "missing column": lambda m: {k: v for k, v in m.items() if k != "placements/crop.npy"},
    "other version": lambda m: _changed(m, version=5),
    "column missing in its version": lambda m: {k: v for k, v in m.items() if k != "placements/multiply.npy"},
    "version of text": lambda m: _changed(m, version="1"),
    "version before all": lambda m: _changed(m, version=0),
    "alternate column missing": lambda m: {k: v for k, v in m.items() if k != "alternates/crop.npy"},
    "alternates of other shapes": lambda m: m | {"alternates/crop.npy": _npy(np.zeros((7, 2, 4)))},
    "background of no name": lambda m: _changed(m, background="nothing"),
    "background of text in an older version": lambda m: _changed(m, version=2, background="target"),
    "background of half a colour": lambda m: _changed(m, background=[1, 2]),
    "background beyond a byte": lambda m: _changed(m, background=[1, 2, 10**400]),
    "grey of a number": lambda m: _changed(m, grey=1),
    "corner of text": lambda m: _changed(m, corner="round"),
    "corner beyond a half": lambda m: _changed(m, corner=1),
    "captions of a list": lambda m: _changed(m, captions=[]),
    "captions of numbers": lambda m: _with_caption(m, text=[1, 2, 3]),
    "captions on two lines": lambda m: _with_caption(m, text=["a", "b\n", "c"]),
    "fewer captions than boxes": lambda m: _with_caption(m, text=["a", "b"]),
    "captions without a size": lambda m: _with_caption(m, size=None),
    "captions of half a colour": lambda m: _with_caption(m, colour=[1, 2]),
    "captions beyond a byte": lambda m: _with_caption(m, colour=[1, 2, -1]),
    "font of a number": lambda m: _with_caption(m, font=0),
    "boxes of captions missing": lambda m: {k: v for k, v in m.items() if k != "captions/box.npy"},
    "boxes of captions not finite": lambda m: m | {"captions/box.npy": _npy(np.full((3, 4), np.inf))},
    "other format": lambda m: _changed(m, format="layered picture"),
    "not JSON": lambda m: m | {"plan.json": b"{"},
    "JSON without end": lambda m: m | {"plan.json": b"[" * 100_000},
    "not an object": lambda m: m | {"plan.json": b"[]"},
    "canvas of text": lambda m: _changed(m, canvas=["a", "b"]),
    "huge canvas missing a side": lambda m: _changed(m, canvas=[5]),
    "canvas without end": lambda m: _changed(m, canvas=[10**400, 5]),
    "canvas of light years": lambda m: _changed(m, canvas=[10**30, 5]),
    "canvas of a billion": lambda m: _changed(m, canvas=[10**9, 1]),
    "canvas of infinity": lambda m: _changed(m, canvas=[float("inf"), 5]),
    "gap without end": lambda m: _changed(m, gap=10**400),
    "gap of truth": lambda m: _changed(m, gap=True),
    "infinite statistics": lambda m: _changed(m, statistics={"spacing": float("inf")}),
    "statistics of no number": lambda m: _changed(m, statistics={"spacing": [float("nan")]}),
    "statistics without end": lambda m: _changed(m, statistics={"cost": 10**400}),
    "statistics of more digits than Python reads": lambda m: _with_cost(m, b"1" * 5_000),
    "statistics beyond a float": lambda m: _with_cost(m, b"1e999"),
    "ids of numbers": lambda m: _changed(m, ids=[1, 2, 3]),
    "too few ids": lambda m: _changed(m, ids=["a"]),
    "negative count": lambda m: _changed(m, placements=-1),
    "more rows than there are": lambda m: _changed(m, placements=10**12),
    "alternates without end": lambda m: _changed(m, alternates=10**9),
    "tint of text": lambda m: _changed(m, tint="strong"),
    "tint out of range": lambda m: _changed(m, tint=7),
    "tile out of range": lambda m: m | {"placements/tile.npy": _npy(np.full(7, 9, np.int32))},
    "wrong dtype": lambda m: m | {"placements/tile.npy": _npy(np.zeros(7, np.int64))},
    "big-endian": lambda m: m | {"placements/tile.npy": _npy(np.zeros(7, ">i4"))},
    "pickle": lambda m: m | {"placements/tile.npy": _npy(np.array([{}] * 7), allow_pickle=True)},
    "Fortran order": lambda m: m | {"placements/crop.npy": _npy(np.asfortranarray(np.ones((7, 4))))},
    "short column": lambda m: m | {"placements/crop.npy": m["placements/crop.npy"][:-8]},
    "long column": lambda m: m | {"placements/crop.npy": m["placements/crop.npy"] + bytes(8)},
    "no column": lambda m: m | {"placements/crop.npy": b"NUMPY"},
    "hostile header": lambda m: m | {"placements/crop.npy": b"\x93NUMPY\x01\x00\x10\x00" + b"__import__('os')"},
    "column of zeros without end": lambda m: m | {"placements/crop.npy": m["placements/crop.npy"] + bytes(50_000_000)},
    "not finite": lambda m: m | {"placements/gain.npy": _npy(np.full((7, 3), np.nan, np.float32))},
}


@pytest.mark.parametrize("how", HOSTILE)
def test_hostile_files_are_refused_in_one_line(tmp_path, members, how):
    path = _write(tmp_path / "bad.mosaic", HOSTILE[how](members))
    with pytest.raises(PlanError, match=r"bad\.mosaic") as caught:
        load_plan(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_says_it_unpacks_to_terabytes_is_refused(tmp_path):
    path = tmp_path / "bomb.mosaic"
    save_plan(a_plan(), path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(content)
    with pytest.raises(PlanError, match="GiB"):
        load_plan(path)


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("damaged", [False, True])
def test_only_stored_and_deflated_members_are_read(tmp_path, members, kind, damaged):
    path = tmp_path / "bad.mosaic"
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if damaged:
        content = bytearray(path.read_bytes())
        content[60:90] = b"\xff" * 30
        path.write_bytes(content)
    with pytest.raises(PlanError, match="packed") as caught:
        load_plan(path)
    assert "\n" not in str(caught.value)


def test_a_member_whose_name_is_no_text_is_refused(tmp_path, members):
    path = _write(tmp_path / "bad.mosaic", members | {"ä.npy": b""})
    path.write_bytes(path.read_bytes().replace("ä.npy".encode(), b"\xff\xff.npy"))
    with pytest.raises(PlanError, match="damaged") as caught:
        load_plan(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["plan.json", "target.jpg"])
@pytest.mark.parametrize("lie", [False, True])
def test_members_that_unpack_to_too_much_are_refused_before_they_do(tmp_path, members, monkeypatch, name, lie):
    monkeypatch.setattr("musivum.plan._file._MAX_MEMBER", 100_000)
    path = _write(tmp_path / "bad.mosaic", members | {name: bytes(20_000_000)})
    if lie:
        whole = struct.pack("<I", 20_000_000)
        path.write_bytes(path.read_bytes().replace(whole, struct.pack("<I", 1_000)))
    tracemalloc.start()
    try:
        with pytest.raises(PlanError, match="damaged" if lie else "would unpack"):
            load_plan(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_what_cannot_be_read_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("musivum.plan._file._MAX_MEMBER", 10_000)
    with pytest.raises(PlanError, match="takes more"):
        save_plan(replace(a_plan(), target=bytes(10_001)), tmp_path / "p.mosaic")
    assert not list(tmp_path.iterdir())


def test_any_byte_but_0_is_true(tmp_path, members):
    mirror = members["placements/mirror.npy"][:-7] + bytes([0, 1, 2, 255, 0, 128, 1])
    plan = load_plan(_write(tmp_path / "p.mosaic", members | {"placements/mirror.npy": mirror}))
    assert plan.placements.mirror.view(np.uint8).tolist() == [0, 1, 1, 1, 0, 1, 1]


def test_missing_files_folders_and_other_kinds_of_file_are_refused(tmp_path):
    with pytest.raises(PlanError, match="there is no plan"):
        load_plan(tmp_path / "none.mosaic")
    with pytest.raises(PlanError, match="cannot read"):
        load_plan(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff" * 50)
    with pytest.raises(PlanError, match="damaged or no plan"):
        load_plan(tmp_path / "photo.jpg")


@settings(max_examples=150)
@given(data=st.data())
def test_damaged_files_never_raise_anything_else(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.mosaic"
    save_plan(a_plan(3), path)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        load_plan(path)
    except PlanError as fault:
        assert "\n" not in str(fault)
