"""Any features, any metric, any colour mode: what goes in comes back, and nothing else moves the plan."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from musivum.color import linear_from_oklab, linear_from_srgb, oklab_from_linear, srgb_from_linear
from musivum.engines.grid import GridOptions, plan_grid
from musivum.engines.grid._colour import COLOURS
from musivum.engines.grid._describe import describe_library
from musivum.engines.grid._dictionary import in_blocks
from musivum.engines.grid._metric import SIDE, fitted_metric
from musivum.engines.grid._rerank import rerank
from musivum.engines.grid._space import Space
from musivum.engines.grid._target import cut_target
from musivum.engines.grid._voices import metric_of, voices_of
from musivum.errors import OptionError
from musivum.features import EXTRACTORS, METRICS, color_grid, compress, extractor, mixture_name, parse_mixture
from musivum.geometry import Size
from musivum.library import index, open_library
from musivum.progress import silent
from musivum.render import draw
from musivum.search import Neighbours, nearest_owners

MIXTURES = ["grid8", "grid4*2 + gradient8*0.5", "gabor", "histogram + grid2*0.1"]


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    """A picture of 8 x 9 pieces of 16 pixels, and the library of them in another order."""
    rng = np.random.default_rng(0)
    target = np.kron(rng.integers(20, 236, (36, 32, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    folder = tmp_path_factory.mktemp("pieces")
    order = rng.permutation(72)
    for name, k in enumerate(order):
        j, i = divmod(int(k), 8)
        Image.fromarray(target[j * 16 : (j + 1) * 16, i * 16 : (i + 1) * 16]).save(folder / f"{name:03d}.png")
    directory = tmp_path_factory.mktemp("library") / "lib"
    index([folder], directory)
    return target, open_library(directory), order


def found_order(plan, library, order):
    return [int(order[int(library.sources[library.row(plan.tiles.ids[t])][-7:-4])]) for t in plan.placements.tile]


def shown(plan):
    """The id of the tile in each cell."""
    return np.array(plan.tiles.ids)[plan.placements.tile]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("features", MIXTURES)
def test_pieces_are_found_by_any_features_and_metric_that_tells_them_apart(pieces, features, metric):
    target, library, order = pieces
    if metric in ("dot", "absdot"):
        features = features.replace("histogram", "hsv")
    options = GridOptions(
        columns=8, rows=9, tint=0, zoom=1, crops=1, copies=1, features=features, metric=metric, compress="none"
    )
    plan = plan_grid(target, library, options)
    right = np.mean(np.array(found_order(plan, library, order)) == np.arange(72))
    # Inner products favour long vectors: joint assignment puts most, not all, in place.
    assert right == 1 if metric in ("l2", "cosine") else right > 0.5


@pytest.mark.parametrize(
    ("features", "colour"), [*((features, "tint") for features in MIXTURES), *(("grid8", colour) for colour in COLOURS)]
)
def test_workers_change_nothing(photos, target, features, colour):
    options = GridOptions(columns=12, features=features, colour=colour, rerank=4, crops=6)
    one, four = (plan_grid(target, photos, replace(options, workers=w)) for w in (1, 4))
    for name in ("tile", "crop", "error", "multiply", "mean", "gain", "shift", "slope", "follow"):
        assert np.array_equal(getattr(one.placements, name), getattr(four.placements, name)), name
    assert one.recipe == four.recipe
    assert one.statistics == four.statistics


def test_a_weight_of_nearly_nothing_is_as_good_as_none(photos, target):
    plain, mixed = (
        plan_grid(target, photos, GridOptions(columns=12, features=features, compress="none"))
        for features in ("grid8", "grid8 + gabor*1e-6")
    )
    assert np.mean(shown(plain) == shown(mixed)) > 0.97
    other = plan_grid(target, photos, GridOptions(columns=12, features="grid8 + gabor*100", compress="none"))
    assert np.mean(shown(plain) == shown(other)) < 0.9


def test_the_weights_of_a_mixture_do_not_depend_on_units(photos):
    """Each voice's spread over the library is its weight, in units of the first."""
    options = GridOptions(features="grid8*2 + gabor*1 + histogram*4", compress="none")
    voices = voices_of(options, "box")
    described, sample = describe_library(photos, 1.0, voices, {}, METRICS["l2"], options, np.ones(len(photos)))
    widths = np.cumsum([0, *(piece.shape[1] for piece in described.describe(sample.rows[:1]))])
    spread = [np.sqrt(sample.whole[:, low:high].var(0).sum()) for low, high in pairwise(widths)]
    np.testing.assert_allclose(np.array(spread) / spread[0], [1, 0.5, 2], rtol=1e-3)


def test_an_extractor_that_sees_nothing_silences_no_other(tmp_path, target):
    """Plain tiles have no gradients."""
    for level in range(0, 256, 15):
        Image.new("RGB", (24, 24), (level,) * 3).save(tmp_path / f"{level}.png")
    index([tmp_path], tmp_path / "library")
    plain, mixed = (
        plan_grid(target, open_library(tmp_path / "library"), GridOptions(columns=8, features=features))
        for features in ("grid4", "gradient + grid4")
    )
    assert np.mean(plain.placements.tile == mixed.placements.tile) > 0.9


def test_what_is_left_out_of_rows_and_of_queries_is_at_right_angles():
    rows, queries = np.random.default_rng(3).normal(size=(2, 50, 20)).astype(np.float32)
    found = compress(rows, rank=4)
    space = Space((1.0,), METRICS["l2"], compression=found)
    apart = np.square(space.shorten(rows) - space.shorten(queries, queries=True)).sum(1)
    kept = np.square(found(rows) - found(queries)).sum(1)
    left = [np.square((some - found.mean) - found(some) @ found.basis.T).sum(1) for some in (rows, queries)]
    np.testing.assert_allclose(apart, kept + left[0] + left[1], rtol=1e-4)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_shift_has_its_price_where_it_is_a_fault(photos, target, colour):
    cheap, dear = (
        plan_grid(target, photos, GridOptions(columns=10, colour=colour, shift_price=price, crops=1))
        for price in (0, 3)
    )
    same = np.array_equal(shown(cheap), shown(dear))
    assert same == (not COLOURS[colour].priced)


def costly(name):
    """An extractor as a costly one, under a name of its own."""
    found = extractor(name)
    return replace(found, name=f"{name}-kept", costly=True)


@pytest.mark.parametrize("name", ["grid4", "grid12"])
def test_costly_extractors_describe_each_tile_once_and_share_it_among_crops(pieces, tmp_path, monkeypatch, name):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    target, library, order = pieces
    monkeypatch.setitem(EXTRACTORS, "kept", lambda side, variant: costly(name))
    alone = GridOptions(columns=8, rows=9, tint=0, zoom=1, copies=1, features="kept")
    plan = plan_grid(target, library, alone)
    assert plan.statistics["crops"] == len(library)
    turned = plan_grid(target, library, replace(alone, turns=True, mirror=True))
    assert turned.statistics["crops"] == len(library)
    assert found_order(plan, library, order) == list(range(72))
    mixed = plan_grid(target, library, replace(alone, features="grid8 + kept*0.5", zoom=0.5))
    assert mixed.statistics["crops"] > 5 * len(library)
    assert mixed.statistics["features"] == f"grid8*1 + {name}-kept*0.5"
    assert np.mean(np.array(found_order(mixed, library, order)) == np.arange(72)) > 0.9


def lists(photos, target, options):
    """Candidate lists by short vectors, and all that is needed to make them again by whole ones."""
    cut = cut_target(target, Size(target.shape[1], target.shape[0]), options, 1)
    voices = voices_of(options, "box")
    described, _ = describe_library(photos, 1.0, voices, {}, metric_of(options), options, np.ones(len(photos)))

    def whole(rows):
        return described.space.join(cut.describe(voices, rows), queries=True)

    queries = in_blocks(len(cut.cells), lambda rows: described.space.queries(whole(rows)), "target", 1, silent)
    return described, whole, queries, nearest_owners(queries, described.dictionary, 40)


@pytest.mark.parametrize("metric", METRICS)
def test_reranking_all_is_the_search_by_whole_vectors(photos, target, metric):
    options = GridOptions(columns=12, metric=metric, compress="6", crops=1)
    described, whole, queries, found = lists(photos, target, options)
    better = rerank(found, queries, described, whole, 40, workers=2)
    _, _, _, exact = lists(photos, target, replace(options, compress="none"))
    assert (np.diff(better.distances, axis=1) >= 0).all()
    agreed = [np.mean(one.owners[:, 0] == exact.owners[:, 0]) for one in (found, better)]
    assert agreed[1] >= max(0.95, agreed[0])
    assert agreed[0] < 1 or options.metric in ("dot", "absdot")
    if metric in (
        "l2",
        "cosine",
    ):  # inner products are measured against the longest row, which the compression shortens
        np.testing.assert_allclose(np.sort(better.distances[:, 0]), np.sort(exact.distances[:, 0]), rtol=0.02)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("colour", ["tint", "fit"])
def test_costs_of_what_is_not_reranked_are_of_the_same_scale(photos, target, metric, colour):
    """The best candidate of whole vectors is among those that were compared whole, not behind them."""
    options = GridOptions(columns=12, metric=metric, colour=colour, compress="8", crops=1)
    described, whole, queries, found = lists(photos, target, options)
    better = rerank(found, queries, described, whole, 8)
    first = (found.owners[:, :8] == better.owners[:, :1]).any(1)
    assert first.mean() > 0.9


def test_reranked_plans_tell_whole_costs(photos, target):
    options = GridOptions(columns=12, compress="6", crops=1, copies=0, spacing=0)
    short, reranked = (plan_grid(target, photos, replace(options, rerank=n)) for n in (0, 40))
    exact = plan_grid(target, photos, replace(options, compress="none"))
    same = shown(exact) == shown(reranked)
    assert same.mean() > 0.9
    np.testing.assert_allclose(reranked.placements.error[same], exact.placements.error[same], rtol=1e-3)
    alike = shown(exact) == shown(short)
    assert np.abs(short.placements.error / exact.placements.error - 1)[alike].max() > 1e-3
    assert reranked.statistics["bound"] <= reranked.statistics["cost"] * (1 + 1e-6)
    assert short.statistics["bound"] <= short.statistics["cost"] * (1 + 1e-6)


def test_reranking_pads_as_the_search_does(photos, target):
    described, whole, queries, found = lists(photos, target, GridOptions(columns=6, compress="4"))
    padded = Neighbours(found.owners.copy(), found.distances.copy())
    padded.owners[:, 3:], padded.distances[:, 3:] = -1, np.inf
    better = rerank(padded, queries, described, whole, 9)
    assert (better.owners[:, 3:] == -1).all()
    assert np.isinf(better.distances[:, 3:]).all()
    assert (np.sort(better.owners[:, :3]) == np.sort(found.owners[:, :3])).all()


@pytest.mark.parametrize("compress", ["1", "3", "24", "0.5", "0.999", "none"])
def test_statistics_tell_what_the_compression_kept(photos, target, compress):
    told = plan_grid(target, photos, GridOptions(columns=12, compress=compress)).statistics
    assert 0 < told["energy"] <= 1
    assert 0 <= told["agreement"] <= 1
    assert told["whole"] == 304
    if compress == "none":
        assert (told["dimensions"], told["energy"], told["agreement"]) == (304, 1, 1)
    elif float(compress) >= 1:
        assert told["dimensions"] == int(compress)
    else:
        assert told["energy"] >= float(compress) - 1e-3


def linear(pixels):
    return linear_from_srgb(pixels).astype(np.float64)


def cell_means(pixels, columns, rows):
    height, width = pixels.shape[0] // rows, pixels.shape[1] // columns
    return linear(pixels).reshape(rows, height, columns, width, 3).mean((1, 3))


def test_gain_gives_each_cell_its_mean(photos):
    target = np.kron(np.random.default_rng(1).integers(60, 140, (6, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    plan = plan_grid(target, photos, GridOptions(columns=8, rows=6, colour="gain"))
    inside = (plan.placements.multiply < 3.9).all(1).reshape(6, 8)
    found, wanted = cell_means(draw(plan, photos), 8, 6), cell_means(target, 8, 6)
    assert inside.mean() > 0.8
    assert np.abs(found - wanted)[inside].mean() < 0.02
    assert np.abs(cell_means(draw(plan, photos, tint=0), 8, 6) - wanted)[inside].mean() > 0.03


@pytest.mark.parametrize("colour", ["multiply", "multiply-grey"])
def test_multiplication_is_by_the_mean_of_the_cell(photos, colour):
    target = np.kron(np.random.default_rng(2).integers(20, 256, (6, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    plan = plan_grid(target, photos, GridOptions(columns=8, rows=6, colour=colour))
    factors = cell_means(target, 8, 6)
    if colour == "multiply-grey":
        factors = np.repeat((factors @ [0.2126, 0.7152, 0.0722])[..., None], 3, axis=2)
    factors = np.kron(factors, np.ones((16, 16, 1)))
    expected = srgb_from_linear(linear(draw(plan, photos, tint=0)) * factors)
    assert np.abs(draw(plan, photos).astype(int) - expected).max() <= 2


@pytest.fixture(scope="module")
def patterns(tmp_path_factory):
    """Forty grey patterns of low frequencies."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:32, 0:32] / 32
    folder = tmp_path_factory.mktemp("patterns")
    pictures = []
    for i in range(40):
        waves = [
            rng.normal() * np.cos(2 * np.pi * (x * u + y * v) + rng.uniform(0, 6)) for u in (0, 1) for v in (0, 1, 2)
        ]
        field = np.sum(waves, axis=0)
        lightness = 0.5 + 0.35 * field / np.abs(field).max()
        pictures.append(lightness)
        grey = srgb_from_linear(np.repeat(lightness[..., None] ** 3, 3, axis=2).astype(np.float32))
        Image.fromarray(grey).save(folder / f"{i:03d}.png")
    directory = tmp_path_factory.mktemp("library") / "lib"
    index([folder], directory)
    return pictures, open_library(directory)


@pytest.mark.parametrize("metric", ["l2", "absdot"])
def test_patterns_are_found_whatever_their_brightness_and_contrast(patterns, metric):
    """Patterns with gains (of either sign for absdot) and offsets of their own are drawn as they were."""
    pictures, library = patterns
    rng = np.random.default_rng(4)
    gains = rng.uniform(0.2, 0.9, 40) * (rng.choice([-1, 1], 40) if metric == "absdot" else 1)
    offsets = rng.uniform(-0.05, 0.05, 40)
    cells = [0.5 + g * (p - 0.5) + o for p, g, o in zip(pictures, gains, offsets, strict=True)]
    lightness = np.block([[cells[8 * j + i] for i in range(8)] for j in range(5)])
    target = srgb_from_linear(np.repeat(lightness[..., None] ** 3, 3, axis=2).astype(np.float32))
    options = GridOptions(columns=8, rows=5, colour="fit", metric=metric, crops=1, copies=0, spacing=0, focus=0)
    plan = plan_grid(target, library, options)
    names = [int(library.sources[library.row(plan.tiles.ids[t])][-7:-4]) for t in plan.placements.tile]
    assert np.mean(np.array(names) == np.arange(40)) > 0.95
    drawn = oklab_from_linear(linear(draw(plan, library)))[..., 0]
    assert np.abs(drawn - lightness).mean() < 0.01


def test_a_fitted_gain_is_that_of_least_squares():
    rng = np.random.default_rng(5)
    cells, crops = (rng.uniform(0.05, 0.95, (6, SIDE, SIDE, 3)).astype(np.float32) for _ in range(2))
    for either_sign in (False, True):
        columns = COLOURS["fit"].columns(cells, crops, either_sign)
        y, x = (oklab_from_linear(p.astype(np.float64))[..., 0].reshape(6, -1) for p in (cells, crops))
        for i in range(6):
            gain, _ = np.polyfit(x[i], y[i], 1)
            gain = gain if either_sign else max(gain, 0)
            assert columns["gain"][i, 0] == pytest.approx(gain, abs=1e-3)
            mean = columns["mean"][i, 0]
            assert mean + columns["shift"][i, 0] - mean * gain == pytest.approx(
                y[i].mean() - gain * x[i].mean(), abs=1e-3
            )
        assert (columns["slope"][..., 0] == 0).all()


def test_fitted_colours_follow_the_pattern_and_the_plane():
    """Cells whose a and b are planes plus multiples of a grey crop's lightness are met exactly."""
    rng = np.random.default_rng(7)
    crops = np.repeat(rng.uniform(0.1, 0.9, (5, SIDE, SIDE, 1)) ** 3, 3, axis=3).astype(np.float32)
    light = oklab_from_linear(crops.astype(np.float64))[..., 0]
    at = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    lab = np.empty((5, SIDE, SIDE, 3))
    lab[..., 0] = 0.3 + 0.4 * light
    for channel in (1, 2):
        across, down, follow = rng.uniform(-0.04, 0.04, (3, 5, 1, 1))
        lab[..., channel] = 0.01 + across * at + down * at[:, None] + follow * light
    columns = COLOURS["fit"].columns(linear_from_oklab(lab).astype(np.float32), crops, False)
    mean, gain, shift = (columns[name][:, None, None] for name in ("mean", "gain", "shift"))
    slope, follow = columns["slope"], columns["follow"][:, None, None]
    own = oklab_from_linear(crops.astype(np.float64))
    drawn = mean + gain * (own - mean) + shift
    drawn += slope[:, 0][:, None, None] * at[:, None] + slope[:, 1][:, None, None] * at[:, None, None]
    drawn[..., 1:] += follow * (own - mean)[..., :1]
    np.testing.assert_allclose(drawn, lab, atol=2e-3)


def test_the_fitted_distance_orders_by_what_the_best_fit_leaves():
    rng = np.random.default_rng(6)
    cell, crops = (rng.uniform(0.05, 0.95, (n, SIDE, SIDE, 3)).astype(np.float32) for n in (1, 30))
    matrix = fitted_metric(structure=0)
    one, many = color_grid(cell) @ matrix, color_grid(crops) @ matrix
    nearness = (many @ one[0]) / np.linalg.norm(many, axis=1)
    y, x = (oklab_from_linear(p.astype(np.float64))[..., 0].reshape(len(p), -1) for p in (cell, crops))
    left = []
    for crop in x:
        gain = max(np.polyfit(crop, y[0], 1)[0], 0)
        left.append((((y[0] - y[0].mean()) - gain * (crop - crop.mean())) ** 2).sum())
    order = np.argsort(-nearness)
    assert (np.diff(np.array(left)[order]) >= -1e-4).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"features": "nothing"},
        {"features": "grid8*0"},
        {"metric": "far"},
        {"colour": "blue"},
        {"compress": "0"},
        {"compress": "1.5"},
        {"compress": "-3"},
        {"compress": "some"},
        {"compress": "nan"},
        {"compress": "1.0"},
        {"compress": "1e2"},
        {"compress": "9999"},
        {"tint": 0.8, "colour": "none"},
        {"rerank": -1},
        {"search": "luck"},
    ],
)
def test_what_is_no_option_is_refused_in_one_line(wrong):
    with pytest.raises(OptionError) as fault:
        GridOptions(**wrong)
    assert "\n" not in str(fault.value)
    assert str(next(iter(wrong.values()))).split("*")[0] in str(fault.value)


def test_the_plan_names_its_features_in_full(photos, target):
    plan = plan_grid(target, photos, GridOptions(columns=6, features="grid + gradient*0.25"))
    assert plan.statistics["features"] == "grid8*1 + gradient8*0.25"
    assert mixture_name(parse_mixture(plan.statistics["features"])) == plan.statistics["features"]


def test_patterns_too_fine_for_their_vectors_are_not_taken_for_the_faint_ones_left_of_them(tmp_path):
    """Of a soft edge and waves of two pixels, which average to a faint edge, an edge gets the edge."""
    y, x = np.mgrid[0:128, 0:128] / 128
    edge = 0.5 + 0.3 * np.tanh(6 * (x - 0.5))
    waves = 0.5 + 0.4 * np.sin(np.pi * 64 * (x + 0.001)) + 0.02 * np.tanh(2 * (x - 0.5))
    (tmp_path / "photos").mkdir()
    for name, lightness in (("edge", edge), ("waves", waves)):
        grey = srgb_from_linear(np.repeat(lightness[..., None] ** 3, 3, axis=2).astype(np.float32))
        Image.fromarray(grey).save(tmp_path / "photos" / f"{name}.png")
    index([tmp_path / "photos"], tmp_path / "library")
    library = open_library(tmp_path / "library")
    soft = 0.5 + 0.1 * np.tanh(2 * (x - 0.5)) + 0.02 * np.sin(40 * y * x)
    target = srgb_from_linear(np.repeat(soft[..., None] ** 3, 3, axis=2).astype(np.float32))
    options = GridOptions(columns=1, rows=1, colour="fit", crops=1, copies=0, focus=0)
    plan = plan_grid(target, library, options)
    assert library.sources[library.row(shown(plan)[0])].endswith("edge.png")
