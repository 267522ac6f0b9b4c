"""Parts of the fractal engine, each against its slow definition."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from engines.textures import seen, texture
from musivum.engines.fractal import FractalOptions
from musivum.engines.fractal._board import Board
from musivum.engines.fractal._candidates import Candidates
from musivum.engines.fractal._detail import _box_means, lost_detail
from musivum.engines.fractal._gaps import _middles
from musivum.engines.fractal._levels import USUAL, levels_of
from musivum.engines.fractal._polish import polish
from musivum.engines.fractal._shapes import square_shapes, whole_shapes
from musivum.engines.fractal._tiles import RANK, crop_pixels, describe_tiles
from musivum.engines.fractal._windows import SIDE, Plane, Poses, Scene, contrasts, patterns, sample
from musivum.features import compress, linear_samples
from musivum.geometry import Similarity, Size

WEIGHTS = np.array([1, 1.5, 1.5], np.float32)


def windows(rng, n, canvas, low, high, aspect=1.0):
    """Poses with middles on the canvas."""
    side = rng.uniform(low, high, n)
    stretch = rng.uniform(1, aspect, n) ** (0.5 * rng.choice([-1, 1], n))
    x, y = rng.uniform(0, canvas[0], n), rng.uniform(0, canvas[1], n)
    return Poses(x, y, rng.uniform(-math.pi, math.pi, n), side * stretch, side / stretch)


def corners(pose, side):
    """Middles (side, side, 2) on the canvas of the samples of one window."""
    x, y, angle, width, height = pose
    u, v = np.meshgrid(*[(np.arange(side) + 0.5) / side - 0.5] * 2)
    u, v = u * width, v * height
    cos, sin = math.cos(angle), math.sin(angle)
    return np.stack([x + cos * u - sin * v, y + sin * u + cos * v], axis=-1)


def a_plane(seed, width=70, height=50, scale=(0.7, 0.5)):
    pixels = 0.02 * seen(texture(np.random.default_rng(seed)), Similarity(2.0), width, height) + 0.5
    return Plane(np.ascontiguousarray(pixels, np.float32), np.array(scale))


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 13))
def test_windows_are_sampled_bilinearly_and_the_border_goes_on(seed, side):
    rng, plane = np.random.default_rng(seed), a_plane(1)
    poses = windows(rng, 6, (100, 100), 3, 150, 3)
    for pose, found in zip(zip(*poses, strict=True), sample(plane, poses, side), strict=True):
        at = corners(pose, side) * plane.scale - 0.5
        for k in range(3):
            slow = map_coordinates(plane.pixels[..., k], [at[..., 1], at[..., 0]], order=1, mode="nearest")
            np.testing.assert_allclose(found[..., k], slow, atol=2e-4)


@pytest.mark.parametrize("price", [0.2, 1.0])
@pytest.mark.parametrize("hidden", [False, True])
def test_errors_are_those_of_the_definition(price, hidden):
    rng, plane = np.random.default_rng(3), a_plane(2)
    tiles = rng.uniform(0.2, 0.8, (4, SIDE, SIDE, 3)).astype(np.float32)
    poses, index = windows(rng, 30, (100, 100), 20, 60, 2), rng.integers(0, 4, 30)
    board = Board.empty(Size(100, 100), Size(150, 200), 0, 0, 1)
    board.covered[40:90, 30:100] = 1
    found = polish(
        plane,
        poses,
        tiles,
        index,
        mean_weight=math.sqrt(price),
        reach=(0, 0, 0),
        steps=0,
        hidden=board if hidden else None,
    )
    pixels = sample(plane, poses)
    for i, pose in enumerate(zip(*poses, strict=True)):
        at = corners(pose, SIDE)
        counts = ((at >= 0) & (at <= 100)).all(axis=-1)
        if hidden:
            column, row = np.floor(at * [1.5, 2]).clip(0, [149, 199]).astype(int).transpose(2, 0, 1)
            counts &= board.covered[row, column] == 0
        if not counts.any():
            assert np.isinf(found.square[i])
            continue
        rest = (pixels[i] - tiles[index[i]]).astype(np.float64)
        mean = rest[counts].mean(axis=0)
        centred = rest - mean
        assert found.square[i] == pytest.approx(
            (centred[counts] ** 2).sum(axis=1).mean() + price * mean @ mean, rel=1e-3
        )
        assert found.contrast[i] == pytest.approx(pixels[i][counts].var(axis=0).sum(), rel=1e-3, abs=1e-6)
        np.testing.assert_allclose(found.shift[i], mean, atol=1e-4)
        worst = 0
        for part in range(9):
            rows, columns = slice(part // 3 * 4, part // 3 * 4 + 4), slice(part % 3 * 4, part % 3 * 4 + 4)
            if counts[rows, columns].any():
                of_part = centred[rows, columns][counts[rows, columns]].mean(axis=0) + math.sqrt(price) * mean
                worst = max(worst, of_part @ of_part)
        assert found.worst[i] == pytest.approx(worst, rel=1e-3, abs=1e-6)


def test_windows_that_are_off_are_moved_back_and_never_further_than_they_may():
    rng, plane = np.random.default_rng(4), a_plane(5, 120, 100, (1.0, 1.0))
    n, reach = 60, (0.15, 0.2, 0.17)
    true = windows(rng, n, (60, 40), 14, 30, 1.5)._replace(x=rng.uniform(30, 90, n), y=rng.uniform(30, 70, n))
    side = np.sqrt(true.width * true.height)
    moved, grown = rng.uniform(-0.06, 0.06, (2, n)) * side, np.exp(rng.uniform(-0.08, 0.08, n))
    start = Poses(
        true.x + moved[0],
        true.y + moved[1],
        true.angle + rng.uniform(-0.1, 0.1, n),
        true.width * grown,
        true.height * grown,
    )
    tiles = sample(plane, true) + rng.normal(0, 0.02, (n, 1, 1, 3)).astype(np.float32)
    arguments = {"mean_weight": 0.5, "reach": reach}
    found = polish(plane, start, tiles, np.arange(n), steps=20, **arguments)
    off = np.hypot(found.poses.x - true.x, found.poses.y - true.y) / side
    good = (off < 0.01) & (np.abs(found.poses.angle - true.angle) < 0.02)
    good &= np.abs(found.poses.width / true.width - 1) < 0.01
    assert good.mean() > 0.9
    few = polish(plane, start, tiles, np.arange(n), **arguments)
    none = polish(plane, start, tiles, np.arange(n), steps=0, **arguments)
    assert (few.square <= none.square).all()
    assert np.median(few.square / none.square) < 0.5
    upright = true._replace(angle=rng.uniform(-1, 1, n))
    far = polish(plane, upright, tiles, np.arange(n), steps=20, furthest=1.05, **arguments)
    assert np.abs(np.log(far.poses.width / true.width)).max() <= reach[2] + 1e-9
    assert np.abs(far.poses.angle - upright.angle).max() <= reach[1] + 1e-9
    assert np.abs(far.poses.angle).max() == pytest.approx(1.05)
    np.testing.assert_allclose(far.poses.width / far.poses.height, true.width / true.height)


def raster(pose, board, inset):
    """Pixels of a board whose middles lie in a window less its soft edge."""
    x, y, angle, width, height = pose
    edge = 2 * min(inset * min(width, height), board.widest)
    rows, columns = board.covered.shape
    dx, dy = np.meshgrid((np.arange(columns) + 0.5) / board.scale[0] - x, (np.arange(rows) + 0.5) / board.scale[1] - y)
    cos, sin = math.cos(angle), math.sin(angle)
    return (np.abs(cos * dx + sin * dy) < (width - edge) / 2) & (np.abs(cos * dy - sin * dx) < (height - edge) / 2)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    overlap=st.sampled_from([0, 0.2, 0.5, 1]),
    copies=st.integers(1, 4),
    spacing=st.sampled_from([0, 1.5]),
    inset=st.sampled_from([0, 0.1]),
)
def test_what_is_placed_keeps_the_limits_and_what_is_not_would_break_them(seed, overlap, copies, spacing, inset):
    rng, canvas = np.random.default_rng(seed), (90, 60)
    board = Board.empty(Size(*canvas), Size(135, 84), inset, 1.5, 5)
    covered, uses, spots = np.zeros((84, 135), bool), np.zeros(5, int), []
    for _ in range(2):
        n = 40
        poses, tile, place = windows(rng, n, canvas, 8, 30, 2), rng.integers(0, 5, n), rng.integers(0, 25, n)
        nothing = np.zeros(n)
        candidates = Candidates(place, tile, tile, tile, poses, nothing, nothing, nothing)
        probes = Board.empty(Size(*canvas), Size(135, 84), inset, 1.5, 5)
        taken, refused = board.place(candidates, overlap=overlap, copies=copies, spacing=spacing)
        used, near_at = set(), set()
        for i, pose in enumerate(zip(*poses, strict=True)):
            x, y, _, width, height = pose
            side, own = math.sqrt(width * height), raster(pose, board, inset)
            hidden = (own & covered).sum() / max(own.sum(), 1)
            near = uses[tile[i]] >= copies or any(
                t == tile[i] and math.dist((x, y), at) < spacing * min(side, s) for t, at, s in spots
            )
            probes.covered[:] = covered
            seems = probes.overlaps(poses.take(np.array([i])))[0]
            full = hidden > overlap or hidden == 1 or (overlap < 1 and seems > overlap + 0.12)
            assert (i in taken) == (place[i] not in used and not near and not full)
            if i in taken:
                covered |= own
                uses[tile[i]] += 1
                spots.append((tile[i], (x, y), side))
                used.add(place[i])
            elif near and place[i] not in used and (overlap == 1 or seems <= overlap + 0.12):
                near_at.add(place[i])
        assert sorted(near_at - used) == refused.tolist()
        assert np.array_equal(board.covered == 1, covered)
        assert board.uses.tolist() == uses.tolist()
    assert board.coverage == covered.mean()


def test_probes_mislead_by_little_and_hopeless_windows_are_so_at_any_angle():
    rng, canvas = np.random.default_rng(6), Size(90, 60)
    board = Board.empty(canvas, Size(270, 180), 0, 0, 1)
    for pose in zip(*windows(rng, 5, canvas, 15, 35, 2), strict=True):
        board.covered[raster(pose, board, 0)] = 1
    poses = windows(rng, 60, canvas, 12, 12)
    middles = np.stack([poses.x, poses.y], axis=1)
    hopeless = board.hopeless(middles, 12.0, 0.25)
    assert 5 < hopeless.sum() < 55
    for i, pose in enumerate(zip(*poses, strict=True)):
        own = raster(pose, board, 0)
        assert board.overlaps(poses.take(np.array([i])))[0] == pytest.approx(board.covered[own].mean(), abs=0.12)
        if hopeless[i]:
            for angle in np.linspace(0, math.pi / 2, 6):
                assert board.covered[raster((*pose[:2], angle, 12, 12), board, 0)].mean() > 0.25 - 0.06


@pytest.mark.parametrize("mean_weight", [0.3, 1.0])
def test_distances_between_queries_and_rows_are_those_of_patterns_shortened(photos, mean_weight):
    (shape,) = square_shapes(photos.sizes)
    rows = np.arange(len(shape))
    tiles = describe_tiles(photos, shape, WEIGHTS, mean_weight=mean_weight, workers=2)
    of_tiles = patterns(crop_pixels(photos, shape, rows, SIDE, WEIGHTS, 1), mean_weight)
    compression = compress(of_tiles, rank=RANK)
    poses = windows(np.random.default_rng(7), 40, (100, 100), 5, 60)
    pixels = sample(a_plane(8), poses)
    of_windows = patterns(pixels, mean_weight)
    queries, contrast = tiles.queries(pixels)
    np.testing.assert_allclose(contrast, pixels.reshape(40, -1, 3).var(axis=1).sum(axis=1), atol=1e-5)
    np.testing.assert_allclose(contrast, contrasts(of_windows), atol=1e-5)
    short = [compression(vectors) for vectors in (of_windows, of_tiles)]
    left = [compression.residuals(*pair) for pair in zip((of_windows, of_tiles), short, strict=True)]
    slow = ((short[0][:, None] - short[1]) ** 2).sum(axis=2) + left[0][:, None] ** 2 + left[1] ** 2
    plain = np.maximum(0.02 - contrasts(of_tiles), 0)
    for interest in (0, 0.3):
        found = ((queries[:, None] - tiles.vectors(interest)) ** 2).sum(axis=2)
        np.testing.assert_allclose(found, slow + interest * plain, atol=1e-5)
    exact = ((of_windows[:, None] - of_tiles) ** 2).sum(axis=2)
    np.testing.assert_allclose(slow, exact, atol=0.006)
    itself, _ = tiles.queries(crop_pixels(photos, shape, rows, SIDE, WEIGHTS, 1))
    nearest = tiles.search()(itself, np.full(len(rows), np.inf, np.float32), 1)
    assert nearest.owners[:, 0].tolist() == rows.tolist()


SIZES = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), min_size=1, max_size=12)


@settings(max_examples=50)
@given(SIZES)
def test_squares_lie_inside_their_photo_and_reach_both_ends(sizes):
    (shape,) = square_shapes(np.array(sizes, np.int32))
    assert (np.diff(shape.tile) >= 0).all()
    for tile, size in enumerate(np.array(sizes)):
        pixels = shape.boxes[shape.tile == tile] * np.tile(size, 2)
        np.testing.assert_allclose(pixels[:, 2:] - pixels[:, :2], size.min())
        assert (pixels > -1e-6).all()
        assert (pixels < np.tile(size, 2) + 1e-6).all()
        if size.max() >= 1.15 * size.min():
            np.testing.assert_allclose(
                [pixels[:, :2].min(axis=0), pixels[:, 2:].max(axis=0)], [[0, 0], size], atol=1e-6
            )
            assert len(pixels) == 3
        else:
            np.testing.assert_allclose(pixels, [[*(size - size.min()) / 2, *(size + size.min()) / 2]])


@settings(max_examples=50)
@given(SIZES, st.booleans())
def test_whole_photos_each_lie_once_among_others_of_their_shape(sizes, turn):
    size = np.array(sizes, np.int32)
    shapes = whole_shapes(size, turn=turn)
    assert sorted(np.concatenate([shape.tile for shape in shapes])) == list(range(len(size)))
    known = [shape.aspect for shape in shapes]
    assert len(set(known)) == len(known)
    for shape in shapes:
        assert (np.diff(shape.tile) > 0).all()
        width, height = size[shape.tile].T
        long = np.maximum(width, height) / np.minimum(width, height)
        np.testing.assert_allclose((shape.boxes[:, 2:] - shape.boxes[:, :2]).prod(axis=1), np.minimum(1, 2.5 / long))
        np.testing.assert_allclose((shape.boxes[:, 2:] + shape.boxes[:, :2]) / 2, 0.5)
        upright = width < height
        assert shape.turned.tolist() == (upright & turn).tolist()
        aspect = np.where(shape.turned, height / width, width / height).clip(1 / 2.5, 2.5)
        np.testing.assert_allclose(shape.sides[:, 0] / shape.sides[:, 1], aspect)
        np.testing.assert_allclose(shape.sides.prod(axis=1), 1)
        within = (aspect > 0.4) & (aspect < 2.5)
        assert (np.abs(np.log(aspect[within] / shape.aspect)) < math.log(5 / 4)).all()


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(1, 9), st.tuples(st.floats(0, 0.99), st.floats(0, 0.99)))
def test_gaps_are_filled_from_the_middle_of_what_is_free_in_each_square(seed, side, jitter):
    rng = np.random.default_rng(seed)
    free = np.argwhere(rng.uniform(size=(17, 23)) < rng.uniform(0.01, 1))
    if not len(free):
        return
    found = _middles(free, side, np.array(jitter))
    squares = {}
    for row, column in free:
        squares.setdefault((math.floor(row / side + jitter[0]), math.floor(column / side + jitter[1])), []).append(
            (column + 0.5, row + 0.5)
        )
    chosen = {}
    for x, y in found:
        chosen[math.floor((y - 0.5) / side + jitter[0]), math.floor((x - 0.5) / side + jitter[1])] = (x, y)
    assert len(found) == len(chosen)
    assert chosen.keys() == squares.keys()
    for square, points in squares.items():
        middle = np.mean(points, axis=0)
        assert chosen[square] in points
        assert math.dist(chosen[square], middle) == pytest.approx(min(math.dist(p, middle) for p in points))


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.3, 12))
def test_means_over_squares_are_those_of_their_pixels(seed, side):
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(size=(11, 14, 2))
    points = rng.uniform(-1, 15, (20, 2))
    for point, found in zip(points, _box_means(pixels, points, side), strict=True):
        left, top = (
            int(min(max(math.floor(p - side / 2 + 0.5), 0), n - 1)) for p, n in zip(point, (14, 11), strict=True)
        )
        right, low = (
            max(math.floor(p + side / 2 + 0.5), least + 1) for p, least in zip(point, (left, top), strict=True)
        )
        np.testing.assert_allclose(found, pixels[top:low, left:right].mean(axis=(0, 1)))


def test_detail_is_lost_where_it_is_finer_than_the_samples_of_a_window():
    canvas, side = Size(192, 192), 96.0  # samples 8 pixels apart
    x = np.arange(192)
    stripes = np.where(x // 2 % 2, 90, 160)
    slope = x // 2 + 80
    target = np.stack([np.where(np.arange(192)[:, None] < 96, stripes, slope)] * 3, axis=-1).astype(np.uint8)
    scene = Scene(linear_samples(target), canvas, WEIGHTS)
    middles = np.array([[96, 44.0], [96, 148]])
    pixels = scene.plane(1.0).pixels[..., 0]
    fine, smooth = lost_detail(scene, middles, side)
    assert fine == pytest.approx(pixels[20, 40:60].var(), rel=0.15)
    assert smooth < 0.05 * fine
    assert (lost_detail(scene, middles, 12.0) == 0).all()


def test_what_only_fills_must_match_however_few_sizes_there_are():
    for smallest in (0.1, 0.08, 0.06, 0.02):
        options = FractalOptions(fill="match", largest=0.1, smallest=smallest, overlap=0.1)
        for level in levels_of(options, Size(300, 200), 1000):
            assert level.threshold == pytest.approx(USUAL)
            assert level.overlap == 0.1
    *most, last = levels_of(FractalOptions(largest=0.1, smallest=0.1), Size(300, 200), 1000)
    assert not most
    assert last.threshold > 1
