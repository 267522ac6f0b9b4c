"""The families of drawn tiles."""

from itertools import islice
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.errors import OptionError
from musivum.library import FAMILIES, PRESETS, family
from musivum.library._generated._family import Spread, label, spread
from musivum.library._generated._fields import SIDE

NAMES = [(name, None) for name in FAMILIES] + [(name, preset) for name in PRESETS for preset in PRESETS[name]]
LOOKED_AT = 120
GLYPHS = family("glyphs")


@pytest.fixture(scope="module", params=NAMES, ids=lambda chosen: ":".join(filter(None, chosen)))
def one(request):
    return family(*request.param)


@pytest.fixture(scope="module")
def tiles(one):
    return [one.draw(**parameters) for parameters in islice(one.tiles, LOOKED_AT)]


def test_tiles_are_pixels_of_one_size(one, tiles):
    assert all(pixels.dtype == np.uint8 for pixels in tiles)
    grey_or_not = {pixels.shape for pixels in tiles}
    assert grey_or_not in ({(SIDE, SIDE)}, {(SIDE, SIDE, 3)})


def test_tiles_of_a_family_differ(tiles):
    assert len({pixels.tobytes() for pixels in tiles}) == len(tiles)


def test_patterns_have_the_full_contrast(one, tiles):
    for pixels in tiles if not one.name.startswith(("solid", "gabor")) else []:
        assert (pixels.min(), pixels.max()) == (0, 255)


def test_a_tile_depends_on_its_parameters_only(one, tiles):
    for k in reversed(range(0, len(tiles), 7)):
        np.testing.assert_array_equal(one.draw(**one.tiles[k]), tiles[k])


def test_names_are_distinct_and_printable(one):
    names = [label(parameters) for parameters in islice(one.tiles, 20_000)]
    assert len(set(names)) == len(names) >= one.usual > 1
    assert all(name.isascii() and name.isprintable() and " " not in name for name in names)


def test_the_usual_tiles_differ_in_every_family():
    for name in ("gabor", "gratings", "gradients", "dct", "shapes"):
        one = family(name)
        small = {one.draw(**parameters)[::3, ::3].tobytes() for parameters in islice(one.tiles, one.usual)}
        assert len(small) == one.usual, name


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_a_spread_visits_every_combination_once(sizes):
    axes = {f"axis{k}": range(size) for k, size in enumerate(sizes)}
    grid = Spread(**axes)
    visited = {tuple(parameters.values()) for parameters in grid}
    assert len(grid) == len(visited) == prod(sizes)
    assert all(tuple(parameters) == tuple(axes) for parameters in grid)
    assert grid[1:3] == [grid[k] for k in range(1, min(3, len(grid)))]


@given(st.integers(1, 300))
def test_spreading_keeps_every_tile(total):
    tiles = [{"k": k} for k in range(total)]
    assert sorted(spread(tiles), key=lambda tile: tile["k"]) == tiles


def test_the_original_preset_is_the_original_grid():
    original = family("gabor", "original")
    assert len(original.tiles) == 312_500
    values = {axis: {tile[axis] for tile in islice(original.tiles, 5000)} for axis in original.tiles[0]}
    assert {axis: (len(seen), min(seen), max(seen)) for axis, seen in values.items()} == {
        "width": (50, 15, 75),
        "angle": (10, 0, 180),
        "wave": (25, 10, 100),
        "aspect": (25, 0.1, 1),
    }


@pytest.mark.parametrize("count", [1000, 10_000])
def test_few_of_the_original_are_spread_over_its_whole_grid(count):
    original = family("gabor", "original")
    chosen = list(islice(original.tiles, count))
    for axis in original.tiles[0]:
        values, times = np.unique([tile[axis] for tile in chosen], return_counts=True)
        share = count / len(values)
        assert np.abs(times - share).max() <= max(2, 0.1 * share), axis
    pairs = {(tile["angle"], tile["wave"]) for tile in chosen}
    assert len(pairs) == 250


@pytest.mark.parametrize("angle", [0, 25, 90, 140])
@pytest.mark.parametrize("aspect", [1.0, 0.3])
def test_gabor_patches_are_what_the_formula_says(angle, aspect):
    pixels = family("gabor").draw(angle=angle, wave=0.4, phase=70, width=0.25, aspect=aspect)
    centres = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    x, y = np.meshgrid(centres, centres)
    u = np.cos(np.radians(angle)) * x + np.sin(np.radians(angle)) * y
    v = -np.sin(np.radians(angle)) * x + np.cos(np.radians(angle)) * y
    patch = np.exp(-(u**2 + (aspect * v) ** 2) / (2 * 0.25**2)) * np.cos(2 * np.pi * u / 0.4 + np.radians(70))
    expected = 255 * (0.5 + patch / (2 * np.abs(patch).max()))
    assert np.abs(pixels - expected).max() <= 0.51


@pytest.mark.parametrize("phase", [0, 45, 90, 300])
@pytest.mark.parametrize("name", ["gabor", "gratings"])
def test_opposite_phases_are_negatives(name, phase):
    draw = family(name).draw
    rest = {"angle": 30, "wave": 0.5} | ({"width": 0.2, "aspect": 0.5} if name == "gabor" else {})
    one, other = (draw(phase=p, **rest).astype(int) for p in (phase, phase + 180))
    assert np.abs(one + other - 255).max() <= 1


def test_the_original_has_sines_only():
    original = family("gabor", "original")
    for parameters in islice(original.tiles, 20):
        pixels = original.draw(**parameters).astype(int)
        assert np.abs(pixels + pixels[::-1, ::-1] - 255).max() <= 1
        assert (pixels.min(), pixels.max()) == (0, 255)


def test_edges_lie_where_they_should():
    draw = family("gradients").draw
    for angle, bright in ((0, np.s_[:, 90:]), (90, np.s_[90:, :]), (180, np.s_[:, :38]), (270, np.s_[:38, :])):
        assert draw(angle=angle, offset=0.15, softness=0.03)[bright].min() == 255
    for offset in (-0.3, 0.0, 0.3):
        assert draw(angle=0, offset=offset, softness=0.05).mean() / 255 == pytest.approx(0.5 - offset, abs=0.01)


def test_cosines_are_orthogonal():
    one = family("dct")
    vectors = np.array([one.draw(**tile).ravel() for tile in one.tiles[:60:2]], float)
    vectors -= vectors.mean(axis=1, keepdims=True)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(30), atol=0.01)


def test_greys_of_any_count_leave_no_wide_gap():
    for count in (2, 9, 33, 100, 256):
        levels = sorted(tile["grey"] for tile in family("solid").tiles[:count])
        assert np.diff(levels).max() <= 2 * 256 / (count - 1)


def test_glyphs_draw_the_text_they_are_given():
    one = family("glyphs", text="gB g\tB\n#")
    assert len(one.tiles) == 3 * 8
    assert {tile["code"] for tile in one.tiles} == {"U+0067", "U+0042", "U+0023"}
    black, white = (one.draw(**tile).astype(int) for tile in (one.tiles[0], one.tiles[3]))
    assert np.abs(black + white - 255).max() <= 1
    ink = np.flatnonzero((black < 128).any(axis=0))
    assert abs(ink[0] + ink[-1] - (SIDE - 1)) <= 2


@pytest.mark.parametrize("tile", GLYPHS.tiles[: 2 * 94], ids=label)
def test_no_glyph_is_cut_off(tile):
    pixels = GLYPHS.draw(**tile)
    ground = pixels[0, 0]
    assert ground in (0, 255)
    assert all((edge == ground).all() for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("gabr", {}, "choose from gabor, "),
        ("gabor", {"preset": "colours"}, "its presets are original"),
        ("dct", {"preset": "original"}, "leave the preset out"),
        ("glyphs", {"text": " \n"}, "give the characters"),
        ("glyphs", {"text": "A写B🦦"}, "lacks 写 🦦: "),
        ("glyphs", {"font": __file__}, "give a .ttf or .otf"),
        ("glyphs", {"font": "nowhere.ttf"}, "nowhere.ttf"),
    ],
)
def test_faults_are_told_in_one_line(name, options, said):
    with pytest.raises(OptionError, match=said) as caught:
        family(name, **options)
    assert "\n" not in str(caught.value)
