"""What lies over what: soft and turned photos, the background, nothing, and photos that share a place."""

import io
from dataclasses import fields, replace

import numpy as np
import pytest
from PIL import Image

import musivum.render._originals as originals_module
from musivum.color import LUMINANCE, linear_from_srgb, srgb_from_linear
from musivum.errors import OptionError
from musivum.geometry import Box, Size
from musivum.plan import Alternates, Placements
from musivum.raster import decode
from musivum.render import Drawing, Drawn, draw
from render.mosaics import FakeLibrary, cells, hexagons, noise, plan_of

SIZE = Size(83, 71)
_STEP = 0.009  # light between the brightest bytes: two roundings
OWN = ("tile", "crop", "transform", "mirror", "mean", "shift")


def _light(pixels):
    return linear_from_srgb(pixels).astype(np.float64)


def _png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _stack(seed=0, n=40, *, flat=False, upright=False, opaque=False, **changes):
    """Photos of all sizes anywhere, turned and soft, over each other and over the border, the largest on top."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(12, 30, (9, 2))
    if flat:
        tiles = [np.full((h, w, 3), rng.integers(0, 256, 3), np.uint8) for w, h in sizes]
    else:
        tiles = [noise(rng, w, h) for w, h in sizes]
    library = FakeLibrary(tiles)
    side = np.sort(rng.uniform(4, 36, n))
    middle = rng.random((n, 2)) * SIZE
    boxes = np.concatenate([middle - side[:, None] / 2, middle + side[:, None] / 2], axis=1)
    plan = plan_of(library, SIZE, boxes, nearest=(rng.integers(0, 9, (n, 3)), np.ones((n, 3))))
    p = plan.placements
    scale, turn = p.transform[:, 0], np.zeros(n) if upright else rng.uniform(-4, 4, n)
    x, y = (p.crop[:, :2] + p.crop[:, 2:]).T / 2
    dx = middle[:, 0] - scale * (np.cos(turn) * x - np.sin(turn) * y)
    dy = middle[:, 1] - scale * (np.sin(turn) * x + np.cos(turn) * y)
    placements = replace(
        p,
        transform=np.stack([scale, turn, dx, dy], axis=1),
        feather=rng.uniform(0, 0.5, n) * (rng.random(n) < 0.8),
        opacity=np.ones(n) if opaque else np.where(rng.random(n) < 0.5, 1, rng.random(n)),
    )
    near = Alternates.centred(plan.alternates.tile, plan.alternates.error, placements, plan.tiles)
    near = replace(near, mirror=rng.random((n, 3)) < 0.5, shift=rng.normal(0, 0.05, (n, 3, 3)))
    settings = {"placements": placements, "alternates": near, "target": _png(noise(rng, 20, 17))}
    return replace(plan, **settings | changes), library


def _rounded(near, corner):
    """Distance inside a box with round corners from those (..., 2) from its nearest sides."""
    into = corner - near
    return corner - np.linalg.norm(np.maximum(into, 0), axis=-1) - np.minimum(into.max(axis=-1), 0)


def _slow(plan, library, scale, corner):
    """Premultiplied light and opacity (h, w, 4) of flat photos: each over what is there, in painting order."""
    size = plan.canvas.scaled(scale)
    y, x = np.mgrid[0 : size.height, 0 : size.width] + 0.5
    seen = np.zeros((size.height, size.width, 4))
    for placement in (plan.placement(i) for i in range(len(plan.placements))):
        way = placement.transform
        box = np.array([[*placement.crop[:2]], [*placement.crop[2:]]])
        inverse = way.inverse()
        at = inverse(np.stack([x, y], axis=-1) / scale)
        if way.rotation == 0:  # upright edges are put on whole pixels
            box = np.rint(way(box) * 1024) / 1024 * scale
            box = np.floor(box + 0.5)
            near = np.minimum(np.stack([x, y], -1) - box[0], box[1] - np.stack([x, y], -1))
            inside = np.where((near < 0).any(axis=-1), -1, _rounded(near, corner * (box[1] - box[0]).min()))
        else:
            near = np.minimum(at - box[0], box[1] - at) * way.scale * scale
            inside = _rounded(near, corner * (box[1] - box[0]).min() * way.scale * scale)
            inside = near.min(axis=-1) if corner == 0 else inside
        soft = placement.feather * min(placement.crop.width, placement.crop.height) * way.scale * scale
        alpha = placement.opacity * np.clip((inside + 0.5) / max(soft, 1), 0, 1)[..., None]
        tile = library.thumbs.data[library.thumbs.offsets[placement.tile] :][:3]
        seen = seen * (1 - alpha) + alpha * np.append(_light(tile), 1)
    return seen


@pytest.mark.parametrize(("scale", "corner"), [(1.0, 0.0), (1.7, 0.0), (1.7, 0.3), (1.0, 0.5)])
@pytest.mark.parametrize("upright", [False, True])
def test_photos_lie_over_each_other_by_the_slow_definition(scale, corner, upright):
    plan, library = _stack(1, flat=True, upright=upright, background=(250, 120, 10))
    seen = _slow(plan, library, scale, corner)
    wanted = seen[..., :3] + (1 - seen[..., 3:]) * _light(np.uint8([250, 120, 10]))
    assert np.abs(draw(plan, library, scale=scale, corner=corner) - srgb_from_linear(wanted).astype(int)).max() <= 1

    drawn = draw(plan, library, scale=scale, corner=corner, background="transparent")
    assert drawn.shape[2] == 4
    assert np.abs(drawn[..., 3] - 255 * seen[..., 3]).max() <= 0.51
    there = seen[..., 3] > 0.001
    assert 0.3 < there.mean() < 1
    alone = srgb_from_linear(seen[there][:, :3] / seen[there][:, 3:])
    assert np.abs(drawn[there][:, :3] - alone.astype(int)).max() <= 1
    assert (drawn[seen[..., 3] == 0] == 0).all()


@pytest.mark.parametrize("outline", ["box", "hexagon"])
def test_what_is_transparent_shows_any_colour_that_is_put_under_it(outline):
    plan, library = _stack(2, upright=outline == "hexagon", overlay=0.2)
    plan = replace(plan, outline=outline)
    drawn = draw(plan, library, background="transparent", gap=2.0)
    share = drawn[..., 3:] / 255
    for colour in [(0, 0, 0), (255, 255, 255), (10, 200, 90)]:
        put = share * _light(drawn[..., :3]) + (1 - share) * _light(np.uint8(colour))
        assert np.abs(put - _light(draw(plan, library, background=colour, gap=2.0))).max() < _STEP + 0.002


LOOKS = {
    "target": {"background": "target"},
    "nothing": {"background": "transparent", "overlay": 0.3},
    "soft": {"feather": 0.7, "background": (1, 2, 3)},
    "grey": {"grey": True, "background": "target"},
    "blend": {"alternates": 2, "tint": 0.8},
    "round": {"corner": 0.4, "gap": 2.0},
    "round soft blend": {"corner": 0.5, "feather": 0.3, "alternates": 1},
    "soft blend of nothing": {"alternates": 3, "feather": 0.4, "background": "transparent"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_regions_and_workers_agree_with_the_whole(look):
    plan, library = _stack(3, n=120)
    whole = draw(plan, library, scale=1.7, workers=1, **LOOKS[look])
    assert np.array_equal(whole, draw(plan, library, scale=1.7, workers=3, **LOOKS[look]))
    rng = np.random.default_rng(4)
    for _ in range(8):
        x0, y0 = rng.integers(0, whole.shape[1] - 1), rng.integers(0, whole.shape[0] - 1)
        x1, y1 = rng.integers(x0 + 1, whole.shape[1] + 1), rng.integers(y0 + 1, whole.shape[0] + 1)
        piece = draw(plan, library, scale=1.7, region=Box(x0, y0, x1, y1), **LOOKS[look])
        assert np.array_equal(piece, whole[y0:y1, x0:x1])


def test_the_target_lies_under_all_photos_as_an_overlay_lies_over_them():
    plan, library = _stack(5, opaque=True)
    covered = draw(plan, library, background="transparent")[..., 3]
    over, under, other = (
        draw(plan, library, **look).astype(int)
        for look in ({"overlay": 1.0}, {"background": "target"}, {"background": (9, 9, 9)})
    )
    assert np.abs(under - other)[covered == 255].max() <= 1
    assert (covered == 0).any()
    assert np.abs(under - over)[covered == 0].max() <= 1


def test_grey_is_the_luminance_of_the_colours():
    plan, library = _stack(6, background="target")
    colours, grey = draw(plan, library), draw(plan, library, grey=True)
    assert (grey == grey[..., :1]).all()
    assert np.abs(_light(grey)[..., 0] - _light(colours) @ LUMINANCE).max() < _STEP
    assert np.array_equal(draw(replace(plan, grey=True), library), grey)
    assert np.array_equal(draw(replace(plan, grey=True), library, grey=False), colours)
    seen = draw(plan, library, grey=True, background="transparent")
    assert np.array_equal(seen[..., 3], draw(plan, library, background="transparent")[..., 3])


def _instead(plan, a):
    """The plan with alternate a in place of the chosen photos."""
    columns = {name: getattr(plan.alternates, name)[:, a] for name in OWN}
    neutral = {"gain": np.ones((len(plan.placements), 3)), "slope": np.zeros((len(plan.placements), 2, 3))}
    follow = np.zeros((len(plan.placements), 2))
    return replace(plan, placements=replace(plan.placements, **columns, **neutral, follow=follow))


@pytest.mark.parametrize("shape", ["box", "hexagon", "turned"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_blend_is_the_mean_of_its_photos_each_drawn_alone(shape, count):
    rng = np.random.default_rng(7)
    library = FakeLibrary([noise(rng, *rng.integers(10, 30, 2)) for _ in range(12)])
    boxes = hexagons(SIZE, 5, 4) if shape == "hexagon" else cells(SIZE, 5, 4)[: 1 if shape == "turned" else 20]
    n = len(boxes)
    near = np.array([rng.permutation(np.setdiff1d(np.arange(12), [k % 12]))[:3] for k in range(n)])
    columns = {name: rng.random((n, 3)) * [0.5, 0.1, 0.1] for name in ("mean", "shift")}
    columns |= {"multiply": 0.5 + rng.random((n, 3)) / 2, "gain": 0.5 + rng.random((n, 3))}
    columns |= {"slope": rng.normal(0, 0.1, (n, 2, 3)), "follow": rng.normal(0, 0.1, (n, 2))}
    if shape == "turned":
        columns["transform"] = np.array([[1.6, 0.7, 33.0, 2.0]])
    plan = plan_of(
        library, SIZE, boxes, columns=columns, nearest=(near, np.ones((n, 3))), outline=shape.replace("turned", "box")
    )
    tints = {"mean": rng.random((n, 3, 3)) * 0.1, "shift": rng.normal(0, 0.1, (n, 3, 3))}
    plan = replace(plan, alternates=replace(plan.alternates, mirror=rng.random((n, 3)) < 0.5, **tints), tint=0.7)
    alone = [plan, *(_instead(plan, a) for a in range(count))]
    mean = np.mean([_light(draw(each, library, scale=1.3)) for each in alone], axis=0)
    drawing = Drawing(plan, library, scale=1.3, alternates=count)
    assert np.abs(drawing.region() - srgb_from_linear(mean).astype(int)).max() <= 1
    assert drawing.drawn.thumbnails == n * (count + 1)


@pytest.mark.parametrize("corner", [0.0, 0.4])
def test_a_blend_keeps_the_outline_and_the_soft_edge(corner):
    plan, library = _stack(8, opaque=True, corner=corner)
    one, four = (draw(plan, library, background="transparent", alternates=a)[..., 3].astype(int) for a in (0, 3))
    assert np.abs(one - four).max() <= 1
    assert (four == 255).any()


def test_the_chosen_photo_is_no_alternate_to_itself_and_missing_ones_are_not_counted():
    rng = np.random.default_rng(9)
    library = FakeLibrary([noise(rng, 20, 20) for _ in range(4)])
    boxes = cells(SIZE, 2, 1)
    near = np.array([[0, 2, -1], [3, 1, 2]])
    plan = plan_of(library, SIZE, boxes, nearest=(near, np.ones((2, 3))))
    drawing = Drawing(plan, library, alternates=2)
    picture = _light(drawing.region())
    assert drawing.drawn.thumbnails == 2 + 3
    chosen, second, third = (
        _light(draw(replace(plan, placements=replace(plan.placements, tile=np.array(tile))), library))
        for tile in ([0, 1], [2, 3], [2, 2])
    )
    left = picture.shape[1] // 2 - 1
    assert np.abs(picture - (chosen + second) / 2)[:, :left].max() < _STEP
    assert np.abs(picture - (chosen + second + third) / 3)[:, left + 2 :].max() < _STEP


def test_what_lies_under_others_is_not_read(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(originals_module, "decode", lambda path, **how: read.append(path) or decode(path, **how))
    rng = np.random.default_rng(10)
    sources = [str(tmp_path / f"{k}.png") for k in range(3)]
    for source in sources:
        Image.fromarray(noise(rng, 120, 80)).save(source)
    library = FakeLibrary([noise(rng, 30, 20) for _ in range(3)], [(120, 80)] * 3, sources)
    size = Size(120, 80)
    box = np.array([[10, 10, 70, 50], [0, 0, 120, 80], [30, 30, 90, 70.0]])
    plan = plan_of(library, size, box, columns={"feather": [0.1, 0.02, 0.3]})
    inside = Box(20, 20, 110, 70)
    drawing = Drawing(plan, library)
    picture = drawing.region(inside)
    assert drawing.drawn == Drawn(originals=2, thumbnails=0, upsampled=0, missing=0)
    assert sorted(map(str, read)) == sources[1:]
    few = {field.name: getattr(plan.placements, field.name)[1:] for field in fields(Placements)}
    without = replace(plan, placements=Placements(**few), alternates=Alternates.none(2))
    assert np.array_equal(picture, draw(without, library, region=inside))
    assert (
        Drawing(replace(plan, placements=replace(plan.placements, opacity=[1, 0.9, 1])), library).region(inside).any()
    )


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"alternates": 4}, "3 at most"),
        ({"alternates": -1}, "alternates -1"),
        ({"feather": 1.5}, "feather"),
        ({"background": "nothing"}, "nothing"),
    ],
)
def test_looks_outside_their_range_are_refused(option, words):
    plan, library = _stack()
    with pytest.raises(OptionError, match=words) as caught:
        draw(plan, library, **option)
    assert "\n" not in str(caught.value)


def test_a_plan_without_alternates_or_target_says_so():
    plan, library = _stack()
    with pytest.raises(OptionError, match="keeps none"):
        draw(replace(plan, alternates=Alternates.none(40)), library, alternates=1)
    with pytest.raises(OptionError, match="no target"):
        draw(replace(plan, target=b"", background="target"), library)
