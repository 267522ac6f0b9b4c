"""Poses that were planted are found again, and nothing is found where there is nothing."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.textures import about, seen, texture
from musivum.engines.fractal import register
from musivum.engines.fractal._registration._correlate import correlate
from musivum.engines.fractal._registration._log_polar import log_polar
from musivum.engines.fractal._registration._pictures import picture
from musivum.engines.fractal._registration._refine import refine
from musivum.errors import OptionError
from musivum.geometry import Similarity


def planted(rng, size=128, noise=0.1, lowest=1 / 3, highest=3.0):
    """Fixed, moving and the map between them, the smaller one's centre well inside the other."""
    scale = math.exp(rng.uniform(math.log(lowest), math.log(highest)))
    share = min(scale, 1 / scale)
    inside = rng.uniform(0.3 * share, 1 - 0.3 * share, 2) * size
    truth = about(share, rng.uniform(-math.pi, math.pi), (size / 2, size / 2), inside)
    if scale > 1:
        truth = truth.inverse()
    view = Similarity(128 / size, rng.uniform(-math.pi, math.pi), *rng.uniform(-1000, 1000, 2))
    waves = texture(rng)
    fixed, moving = seen(waves, view, size, size), seen(waves, view @ truth, size, size)
    contrast = noise * fixed.std()
    moving = moving * rng.uniform(0.4, 2, 3) + rng.normal(size=3) * 10
    fixed = fixed + contrast * rng.normal(size=fixed.shape)
    return fixed, moving + contrast * rng.normal(size=fixed.shape), truth


def misses(found, truth, size):
    """Degrees, per cent of scale, and pixels of the coarser grid at the smaller picture's centre."""
    if truth.scale > 1:
        found, truth = found.inverse(), truth.inverse()
    turn = (found.rotation - truth.rotation + math.pi) % (2 * math.pi) - math.pi
    centre = (size / 2, size / 2)
    return (
        abs(math.degrees(turn)),
        100 * abs(math.log(found.scale / truth.scale)),
        math.dist(found(centre), truth(centre)),
    )


def check(seed, count, **how):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        fixed, moving, truth = planted(rng, **how)
        found = register(fixed, moving)
        assert found, found.reason
        degrees, per_cent, pixels = misses(found.transform, truth, len(fixed))
        assert degrees < 0.5, truth
        assert per_cent < 1, truth
        assert pixels < 0.5, truth
        assert abs(found.transform.rotation) <= math.pi


@pytest.mark.parametrize("noise", [0, 0.1, 0.3])
def test_planted_poses_are_found(noise):
    check(1, 4, noise=noise)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_hundreds_of_planted_poses_are_found(seed):
    check(seed + 100, 20, noise=0.2)


@pytest.mark.parametrize(("lowest", "highest"), [(1 / 3, 0.34), (2.9, 3.0), (0.99, 1.01)])
def test_the_ends_and_the_middle_of_the_range_of_scales_are_found(lowest, highest):
    check(2, 3, lowest=lowest, highest=highest)


def test_grey_and_oblong_pictures_are_registered():
    rng = np.random.default_rng(5)
    waves, truth = texture(rng), about(0.7, 2.0, (55, 40), (70, 60))
    fixed, moving = seen(waves, Similarity(), 150, 120)[..., 0], seen(waves, truth, 110, 80)[..., 0]
    found = register(fixed, moving)
    degrees, per_cent, _ = misses(found.transform, truth, 80)
    assert degrees < 0.5
    assert per_cent < 1
    assert math.dist(found.transform((55, 40)), (70, 60)) < 0.5


def test_tints_bytes_and_large_offsets_change_nothing():
    fixed, moving, _ = planted(np.random.default_rng(6), noise=0)
    plain = register(fixed, moving).transform
    tinted = register(fixed + 1e6, moving * [3, 0.5, 1] - [1e6, 0, 5]).transform
    as_bytes = register(*(np.round(np.clip(a * 6 + 128, 0, 255)).astype(np.uint8) for a in (fixed, moving))).transform
    corners = np.array([(0, 0), (128, 0), (0, 128)])
    np.testing.assert_allclose(tinted(corners), plain(corners), atol=0.02)
    assert as_bytes is not None


def test_exchanging_the_pictures_inverts_the_transform():
    fixed, moving, _ = planted(np.random.default_rng(7))
    round_trip = register(fixed, moving).transform @ register(moving, fixed).transform
    np.testing.assert_allclose(round_trip((64, 64)), (64, 64), atol=0.1)


def test_the_error_is_the_noise_of_the_fixed_picture():
    rng = np.random.default_rng(8)
    waves, truth = texture(rng), about(1.0, 0.5, (64, 64), (70, 60))
    fixed, moving = seen(waves, Similarity(), 128, 128), seen(waves, truth, 128, 128)
    noisy = register(fixed + 2 * rng.normal(size=fixed.shape), 5 * moving)
    assert noisy.error == pytest.approx(2, rel=0.1)
    assert register(fixed, 5 * moving).error < 0.4
    assert 0.8 < noisy.overlap <= 1
    assert noisy.agreement > 0.8


def test_a_known_start_leads_to_the_same_pose():
    rng = np.random.default_rng(9)
    for _ in range(20):
        fixed, moving, truth = planted(rng)
        small = min(1, truth.scale) * 128
        centre = truth((64, 64)) + rng.uniform(-0.05, 0.05, 2) * small
        near = about(truth.scale * rng.uniform(0.93, 1.07), truth.rotation + rng.uniform(-0.12, 0.12), (64, 64), centre)
        found = register(fixed, moving, start=near)
        assert found, found.reason
        assert max(misses(found.transform, truth, 128)) < 1


def test_strangers_are_refused_with_a_reason():
    rng = np.random.default_rng(10)
    for _ in range(8):
        fixed, moving = (seen(texture(rng), Similarity(), 64, 64) for _ in range(2))
        found = register(fixed, moving)
        assert not found
        assert found.transform is None
        assert "agreement" in found.reason
        assert "\n" not in found.reason


def test_a_stranger_gets_its_best_pose_when_nothing_is_asked_of_it():
    rng = np.random.default_rng(11)
    found = register(*(seen(texture(rng), Similarity(), 64, 64) for _ in range(2)), least=-1)
    assert found
    assert math.isfinite(found.error)


def test_negatives_are_strangers():
    fixed, moving, _ = planted(np.random.default_rng(12))
    assert not register(fixed, -moving)


@given(st.data())
@settings(max_examples=25)
def test_hopeless_pictures_raise_nothing(data):
    def drawn(name):
        h, w = data.draw(st.tuples(st.integers(1, 20), st.integers(1, 40)), name)
        rng = np.random.default_rng(data.draw(st.integers(0, 99)))
        kind = data.draw(st.sampled_from(["flat", "ramp", "noise", "dot"]))
        out = np.full((h, w), 7.0)
        if kind == "ramp":
            out += np.arange(w)
        elif kind == "noise":
            out += rng.normal(size=(h, w))
        elif kind == "dot":
            out[h // 2, w // 2] = 255
        return out

    found = register(drawn("fixed"), drawn("moving"))
    assert bool(found) == (not found.reason)


@pytest.mark.parametrize(
    ("fixed", "moving", "options"),
    [
        (np.zeros((20, 20, 4)), np.zeros((20, 20, 4)), {}),
        (np.zeros(20), np.zeros(20), {}),
        (np.zeros((0, 20)), np.zeros((20, 20)), {}),
        (np.zeros((20, 20)), np.zeros((20, 20, 3)), {}),
        (np.full((20, 20), np.nan), np.zeros((20, 20)), {}),
        (np.full((20, 20), "a"), np.zeros((20, 20)), {}),
        (np.eye(20), np.eye(20), {"scales": (2, 1)}),
        (np.eye(20), np.eye(20), {"scales": (0, 1)}),
        (np.eye(20), np.eye(20), {"least": 2}),
    ],
)
def test_what_is_no_picture_or_option_is_an_error_of_one_line(fixed, moving, options):
    with pytest.raises(OptionError) as raised:
        register(fixed, moving, **options)
    assert "\n" not in str(raised.value)


def test_correlation_agrees_with_its_definition():
    """Padfield's normalised correlation, by a loop over every turn and shift."""
    rng = np.random.default_rng(13)
    radii, angles, shifts, channels = 5, 8, 3, 2
    template = np.ones((channels + 2, radii, angles), np.float32)
    template[:channels] = rng.normal(size=(channels, radii, angles))
    template[channels] = (template[:channels] ** 2).sum(0)
    scenes = np.zeros((4, channels + 2, radii + shifts - 1, angles), np.float32)
    scenes[:, -1] = rng.random(scenes[:, -1].shape) < 0.7
    scenes[:, :channels] = rng.normal(size=scenes[:, :channels].shape) * scenes[:, -1:]
    scenes[:, channels] = (scenes[:, :channels] ** 2).sum(1)
    weights = np.linspace(0.5, 1, radii, dtype=np.float32)
    found, overlap = correlate(template, scenes, weights)
    for n, shift, turn in np.ndindex(4, shifts, angles):
        scene = np.roll(scenes[n], -turn, axis=-1)[:, shift : shift + radii]
        w = weights[:, None] * scene[-1]
        a, b = (planes - (w * planes).sum((1, 2), keepdims=True) / w.sum() for planes in (template[:2], scene[:2]))
        expected = (w * a * b).sum() / math.sqrt((w * a * a).sum() * (w * b * b).sum())
        assert found[n, shift, turn] == pytest.approx(expected, abs=1e-4)
        if turn == 0:
            assert overlap[n, shift] == pytest.approx(w.sum() / (weights.sum() * angles), abs=1e-5)


def test_turning_a_picture_shifts_its_log_polar_samples():
    planes = np.random.default_rng(14).normal(size=(1, 20, 20)).astype(np.float32)
    centre, radii = np.array([[10.0, 10.0]]), np.array([2.0, 4.0, 8.0])
    plain = log_polar(planes, centre, radii, 16)[0]
    clockwise = log_polar(np.ascontiguousarray(np.rot90(planes, -1, axes=(1, 2))), centre, radii, 16)[0]
    np.testing.assert_allclose(clockwise, np.roll(plain, 4, axis=-1), atol=1e-5)


@given(st.integers(2, 60), st.floats(1, 20))
def test_averages_are_differences_of_the_integral(size, pitch):
    noise = picture("noise", np.tile(np.random.default_rng(size).normal(size=size), (size, 1)))
    integral = np.append(0, np.cumsum(noise.planes[0, 0], dtype=np.float64))
    edges = pitch * np.arange(math.floor(size / pitch + 1e-9) + 1)
    expected = np.diff(np.interp(edges, np.arange(size + 1), integral)) / pitch
    along_rows, along_columns = noise.averaged(pitch)[0], noise.planes.swapaxes(1, 2)
    turned = replace(noise, planes=np.ascontiguousarray(along_columns)).averaged(pitch)[0]
    np.testing.assert_allclose(along_rows, np.tile(expected, (len(expected), 1)), atol=1e-4)
    np.testing.assert_allclose(turned, along_rows.T, atol=1e-4)


def test_refinement_goes_downhill_as_a_slow_program_sees_it():
    rng = np.random.default_rng(15)
    waves = texture(rng)
    scene, template = (
        picture("waves", seen(waves, view, 40, 40)).planes for view in (Similarity(), Similarity(1, 0.1, 8, 6))
    )

    def left_over(pose):
        """Variance of the scene that gain and offset leave, over that of the scene, bilinear sample by sample."""
        shares = []
        inverse = about(math.exp(pose[3]), pose[2], (20, 20), pose[:2]).inverse()
        x, y = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)
        u, v = np.moveaxis(inverse(np.stack([x, y], axis=-1)), -1, 0)
        inside = (u >= 0) & (u <= 40) & (v >= 0) & (v <= 40)
        u, v = (np.clip(a[inside] - 0.5, 0, 39) for a in (u, v))
        i, j = np.minimum(u.astype(int), 38), np.minimum(v.astype(int), 38)
        for s, t in zip(scene, template, strict=True):
            f, g = u - i, v - j
            samples = (t[j, i] * (1 - f) + t[j, i + 1] * f) * (1 - g) + (
                t[j + 1, i] * (1 - f) + t[j + 1, i + 1] * f
            ) * g
            known = np.stack([samples, np.ones_like(samples)], axis=1)
            values = s[inside].astype(float)
            rest = values - known @ np.linalg.lstsq(known, values)[0]
            shares.append((np.mean(rest**2), values.var()))
        return sum(a for a, _ in shares) / sum(b for _, b in shares)

    start = np.array([26.0, 26.5, 0.15, 0.03])
    fit = refine(scene, template, start, 100)
    assert fit.unexplained == pytest.approx(left_over(fit.pose), abs=2e-3)
    for axis in range(4):
        for step in (-0.01, 0.01):
            beside = fit.pose.copy()
            beside[axis] += step * (20 if axis < 2 else 1)
            assert left_over(beside) > left_over(fit.pose)
