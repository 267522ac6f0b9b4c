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
from musivum.plan import Alternates, Placements, Plan, TileTable, bounds, fit_crops, load_plan, save_plan


def a_plan(n=7, seed=0):
    rng = np.random.default_rng(seed)
    sizes = np.array([[300, 200], [128, 500], [1, 1]])
    tile = rng.integers(0, 3, n)
    low = rng.random((n, 2)) * 0.5 * sizes[tile]
    crop = np.concatenate([low, low + (0.1 + 0.4 * rng.random((n, 2))) * sizes[tile]], axis=1)
    return Plan(
        canvas=Size(400, 300),
        background=(1, 2, 3),
        outline="box",
        tint=0.3,
        overlay=0.1,
        gap=1.5,
        tiles=TileTable(("a" * 32, "b" * 32, "c" * 32), ("/p/ä.jpg", "/p/\udcff.jpg", "c:\\x"), sizes),
        placements=Placements(
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
        ),
        alternates=Alternates(np.tile([2, 0, -1], (n, 1)), np.tile([0.5, 1, np.inf], (n, 1))),
        target=b"\xff\xd8jpeg",
        recipe={"engine": "grid", "seed": 7, "options": {"tint": 0.3, "name": "größe"}},
        statistics={"bound": [1.5, None]},
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
        {"outline": "circle"},
        {"tint": 1.1},
        {"overlay": float("nan")},
        {"gap": -1.0},
        {"gap": 10**400},
        {"gap": float("nan")},
        {"alternates": Alternates.none(3)},
        {"alternates": Alternates(np.full((7, 1), 3), np.zeros((7, 1)))},
    ],
)
def test_contradictions_are_refused(change):
    with pytest.raises(PlanError):
        replace(a_plan(), **change)


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


def _with_cost(members, number):
    text = _changed(members, statistics={"cost": "here"})["plan.json"]
    return members | {"plan.json": text.replace(b'"here"', number)}


HOSTILE = {
    "no plan.json": lambda m: {k: v for k, v in m.items() if k != "plan.json"},
    "missing column": lambda m: {k: v for k, v in m.items() if k != "placements/crop.npy"},
    "other version": lambda m: _changed(m, version=3),
    "column missing in its version": lambda m: {k: v for k, v in m.items() if k != "placements/multiply.npy"},
    "version of text": lambda m: _changed(m, version="1"),
    "version before all": lambda m: _changed(m, version=0),
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


@settings(max_examples=150, deadline=None)
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
