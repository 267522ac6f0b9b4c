"""What a drawn pixel is made of: averages in linear light, tint in OKLab, blending, soft edges."""

import io

import numpy as np
import pytest
from PIL import Image

from musivum.color import linear_from_oklab, linear_from_srgb, oklab_from_linear, srgb_from_linear
from musivum.geometry import Size
from musivum.render import draw
from render.mosaics import FakeLibrary, cells, mean_of_boxes, noise, oriented, plan_of


def _light(pixels):
    return linear_from_srgb(pixels).astype(np.float64)


def test_a_fine_checker_of_black_and_white_averages_to_188():
    checker = np.where(np.indices((16, 16)).sum(axis=0) % 2, 255, 0).astype(np.uint8)[..., None].repeat(3, axis=2)
    library = FakeLibrary([checker])
    assert (draw(plan_of(library, Size(8, 8), cells(Size(8, 8), 1, 1)), library) == 188).all()


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("drawn", [Size(11, 7), Size(13, 8), Size(3, 2), Size(1, 1)])
def test_shrinking_is_the_area_average_in_linear_light(turns, mirror, drawn):
    rng = np.random.default_rng(12)
    tile = noise(rng, 29, 17) if turns % 2 == 0 else noise(rng, 17, 29)
    library = FakeLibrary([tile])
    crop = np.array([[0, 0, tile.shape[1], tile.shape[0]]], float)
    plan = plan_of(library, drawn, np.array([[0, 0, *drawn]], float), crop=crop, turns=turns, mirror=np.array([mirror]))
    result = draw(plan, library)
    expected = srgb_from_linear(mean_of_boxes(_light(oriented(tile, turns, mirror)), *drawn))
    assert np.abs(result.astype(int) - expected).max() <= 1
    assert (result != expected).mean() < 0.01


def _keys(size, count):
    """Weights (count, size) of Keys' cubic convolution, a = -1/2; the outermost pixels are repeated."""
    weights = np.zeros((count, size))
    for i in range(count):
        centre = (i + 0.5) * size / count - 0.5
        for j in range(int(np.floor(centre)) - 1, int(np.floor(centre)) + 3):
            x = abs(centre - j)
            near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
            weights[i, min(max(j, 0), size - 1)] += near if x < 1 else far
    return weights


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("drawn", [Size(31, 19), Size(77, 46)])
def test_enlarging_is_cubic_convolution_of_linear_light(turns, mirror, drawn):
    rng = np.random.default_rng(17)
    tile = noise(rng, 29, 17) if turns % 2 == 0 else noise(rng, 17, 29)
    crop = np.array([[0, 0, tile.shape[1], tile.shape[0]]], float)
    library = FakeLibrary([tile])
    plan = plan_of(library, drawn, np.array([[0, 0, *drawn]], float), crop=crop, turns=turns, mirror=np.array([mirror]))
    light = _light(oriented(tile, turns, mirror))
    expected = np.einsum("yi,xj,ijc->yxc", _keys(17, drawn.height), _keys(29, drawn.width), light)
    difference = np.abs(draw(plan, library).astype(int) - srgb_from_linear(expected))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01


def test_enlarging_keeps_flat_areas_flat_and_straight_ramps_straight():
    flat = FakeLibrary([np.full((6, 6, 3), 77, np.uint8)])
    size = Size(50, 50)
    assert (draw(plan_of(flat, size, cells(size, 1, 1)), flat) == 77).all()
    light = np.linspace(0.1, 0.9, 9)
    ramp = FakeLibrary([np.broadcast_to(srgb_from_linear(light)[None, :, None], (9, 9, 3)).copy()])
    size = Size(90, 90)
    drawn = _light(draw(plan_of(ramp, size, cells(size, 1, 1)), ramp))[45, 15:75, 0]
    assert np.abs(drawn - (0.1 + 0.1 * ((np.arange(15, 75) + 0.5) / 10 - 0.5))).max() < 0.01


def _slow_tint(pixels, strength, mean, gain, shift, slope, follow):
    """The definition in `Placements`, then the chroma lowered until the colour fits into sRGB."""
    p = oklab_from_linear(_light(pixels))
    v, u = ((np.arange(side) + 0.5) / side - 0.5 for side in pixels.shape[:2])
    out = mean + (1 + strength * (gain - 1)) * (p - mean)
    out = out + strength * (shift + slope[0] * u[None, :, None] + slope[1] * v[:, None, None])
    out[..., 1:] += strength * follow * (p - mean)[..., :1]
    out[..., 0] = np.clip(out[..., 0], 0, 1)
    fits = lambda lab: ((linear_from_oklab(lab) > -2e-5) & (linear_from_oklab(lab) < 1 + 2e-5)).all(axis=-1)  # noqa: E731
    low, high = np.zeros(out.shape[:2]), np.ones(out.shape[:2])
    low = np.where(fits(out), 1.0, low)
    for _ in range(20):
        middle = (low + high) / 2
        inside = fits(out * np.stack([np.ones_like(middle), middle, middle], axis=-1))
        low, high = np.where(inside, np.maximum(middle, low), low), np.where(inside, high, middle)
    return srgb_from_linear(linear_from_oklab(out * np.stack([np.ones_like(low), low, low], axis=-1)))


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("spread", [0.05, 0.3])
def test_tint_follows_its_definition(strength, spread):
    rng = np.random.default_rng(13)
    size, boxes = Size(60, 45), cells(Size(60, 45), 3, 3)
    library = FakeLibrary([noise(rng, 20, 15) for _ in boxes])
    n = len(boxes)
    columns = {
        "mean": rng.random((n, 3)) * [1, 0.1, 0.1],
        "gain": rng.random((n, 3)) + 0.4,
        "shift": rng.normal(0, spread, (n, 3)),
        "slope": rng.normal(0, spread, (n, 2, 3)),
        "follow": rng.normal(0, 2 * spread, (n, 2)),
    }
    drawn = draw(plan_of(library, size, boxes, columns=columns), library, tint=strength)
    for k, (x0, y0, x1, y1) in enumerate(boxes.astype(int)):
        tile = library.thumbs.data[k * 900 : k * 900 + 900].reshape(15, 20, 3)
        expected = _slow_tint(tile, strength, *(values[k] for values in columns.values()))
        difference = np.abs(drawn[y0:y1, x0:x1].astype(int) - expected)
        assert difference.max() <= 2
        assert (difference > 1).mean() < 0.005


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
def test_factors_multiply_linear_light(strength):
    rng = np.random.default_rng(16)
    tile = noise(rng, 24, 18)
    library = FakeLibrary([tile])
    factors = np.array([[0.2, 1.0, 0.7]])
    plan = plan_of(library, Size(24, 18), np.array([[0, 0, 24, 18.0]]), columns={"multiply": factors})
    expected = srgb_from_linear(_light(tile) * (1 + strength * (factors[0] - 1)))
    assert np.abs(draw(plan, library, tint=strength).astype(int) - expected).max() <= 1


def test_factors_above_one_keep_hue_at_the_gamut_s_edge():
    tile = np.array([[[200, 60, 40], [40, 80, 220]]], np.uint8)
    library = FakeLibrary([tile])
    plan = plan_of(library, Size(2, 1), np.array([[0, 0, 2, 1.0]]), columns={"multiply": np.full((1, 3), 1.6)})
    before, after = (oklab_from_linear(_light(p)) for p in (tile, draw(plan, library, tint=1.0)))
    hue = np.arctan2(before[..., 2], before[..., 1]) - np.arctan2(after[..., 2], after[..., 1])
    assert np.abs(hue).max() < 0.03
    assert np.allclose(after[..., 0], before[..., 0] * 1.6 ** (1 / 3), atol=0.01)


def test_a_neutral_tint_at_full_strength_changes_nothing():
    tile = noise(np.random.default_rng(14), 40, 40)
    library = FakeLibrary([tile])
    plan = plan_of(library, Size(40, 40), cells(Size(40, 40), 1, 1), columns={"mean": np.full((1, 3), 0.3)})
    assert np.array_equal(draw(plan, library, tint=1.0), tile)


def test_colours_pushed_out_of_srgb_keep_lightness_and_hue():
    tile = np.array([[[250, 20, 20], [20, 20, 250], [20, 250, 30], [200, 200, 10]]], np.uint8)
    library = FakeLibrary([tile])
    columns = {"gain": np.array([[1.0, 3.0, 3.0]])}
    drawn = draw(plan_of(library, Size(4, 1), np.array([[0, 0, 4, 1.0]]), columns=columns), library, tint=1.0)
    before, after = oklab_from_linear(_light(tile)), oklab_from_linear(_light(drawn))
    assert np.abs(before[..., 0] - after[..., 0]).max() < 0.01
    hue = np.arctan2(before[..., 2], before[..., 1]) - np.arctan2(after[..., 2], after[..., 1])
    assert np.abs(hue).max() < 0.03
    assert (np.hypot(*after[..., 1:].T) >= np.hypot(*before[..., 1:].T) - 0.01).all()


def test_overlay_blends_the_target_in_linear_light():
    tile = noise(np.random.default_rng(15), 24, 24)
    target = np.full((6, 6, 3), 200, np.uint8)
    stream = io.BytesIO()
    Image.fromarray(target).save(stream, "JPEG", quality=100)
    library, size = FakeLibrary([tile]), Size(24, 24)
    plan = plan_of(library, size, cells(size, 1, 1), overlay=0.25, target=stream.getvalue())
    expected = srgb_from_linear(0.75 * _light(tile) + 0.25 * _light(np.full_like(tile, 200)))
    assert np.abs(draw(plan, library).astype(int) - expected).max() <= 1
    assert np.array_equal(draw(plan, library, overlay=0.0), tile)


def test_opacity_and_feather_blend_over_what_lies_below():
    library = FakeLibrary([np.full((40, 40, 3), byte, np.uint8) for byte in (50, 220)])
    size = Size(40, 40)
    boxes = np.array([[0, 0, 40, 40], [0, 0, 40, 40.0]])
    below, above = _light(np.uint8([50]))[0], _light(np.uint8([220]))[0]
    drawn = draw(plan_of(library, size, boxes, columns={"opacity": [1, 0.3]}), library)
    assert (drawn == srgb_from_linear(np.array([below + 0.3 * (above - below)]))).all()

    drawn = draw(plan_of(library, size, boxes, columns={"feather": [0, 0.25]}), library)
    edge = np.minimum(np.arange(40), np.arange(40)[::-1])
    alpha = np.minimum((np.minimum(edge[:, None], edge) + 1) / 10, 1)
    expected = srgb_from_linear(below + alpha * (above - below))
    assert np.abs(drawn - expected[..., None].astype(int)).max() <= 1


def test_a_turned_crop_is_where_its_transform_says():
    rng = np.random.default_rng(16)
    coarse = noise(rng, 5, 4).repeat(12, axis=0).repeat(12, axis=1)
    library, size = FakeLibrary([coarse]), Size(90, 80)
    boxes = np.array([[0, 0, 60, 48.0]])
    for mirror in (False, True):
        transform = np.array([[1.1, 0.6, 30.0, 2.0]])
        plan = plan_of(library, size, boxes, mirror=np.array([mirror]), columns={"transform": transform})
        drawn = draw(plan, library, scale=1.5)
        flat = 0
        for i in range(4):
            for j in range(5):
                x, y = 12 * j + 6, 12 * i + 6
                c, s = 1.1 * np.cos(0.6), 1.1 * np.sin(0.6)
                u, v = 1.5 * (c * x - s * y + 30), 1.5 * (s * x + c * y + 2)
                if 2 < u < 133 and 2 < v < 118:
                    assert np.array_equal(drawn[int(v), int(u)], coarse[y, 59 - x if mirror else x])
                    flat += 1
        assert flat > 12
        assert (drawn[-1, 0] == plan.background).all()


def test_a_turn_by_a_whisker_more_than_a_quarter_is_nearly_a_quarter_turn():
    rng = np.random.default_rng(17)
    smooth = np.asarray(Image.fromarray(noise(rng, 6, 5)).resize((120, 100), Image.Resampling.BICUBIC))
    library, size = FakeLibrary([smooth]), Size(50, 60)
    boxes = np.array([[0, 0, 50, 60.0]])
    exact = plan_of(library, size, boxes, turns=1)
    columns = {"transform": exact.placements.transform + np.array([[0, 1e-6, 0, 0]])}
    nearly = plan_of(library, size, boxes, turns=1, columns=columns)
    one, two = draw(exact, library).astype(int), draw(nearly, library).astype(int)
    assert np.abs(one - two)[2:-2, 2:-2].max() <= 4
