"""Compression against the decomposition of the whole dictionary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musivum.features import compress, even_rows, extend


def dictionary(seed, n, d, fall=0.01, offset=3.0):
    """Rows whose singular values fall, away from zero."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return (rng.normal(size=(n, d)) * np.geomspace(1, fall, d) @ turn + offset).astype(np.float32)


@pytest.mark.parametrize("energy", [0.5, 0.9, 0.99])
def test_compression_is_the_best_one_of_its_rank(energy):
    rows = dictionary(5, 400, 20)
    found = compress(rows, energy=energy)
    s = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    kept = np.cumsum(s**2) / (s**2).sum()
    k = found.basis.shape[1]
    assert kept[k - 1] >= energy - 1e-4
    assert k == 1 or kept[k - 2] < energy + 1e-4
    assert found.energy == pytest.approx(kept[k - 1], abs=1e-4)
    np.testing.assert_allclose(found.basis.T @ found.basis, np.eye(k), atol=1e-5)
    residual = (rows - found.mean) - found(rows) @ found.basis.T
    assert (residual**2).sum() == pytest.approx((s[k:] ** 2).sum(), rel=1e-2, abs=1e-2)


@pytest.mark.parametrize("d", [12, 192, 800])
def test_compression_of_identical_rows_keeps_one_dimension(d):
    row = np.random.default_rng(1).random((1, d), np.float32)
    found = compress(np.repeat(row, 3000, axis=0))
    assert found.basis.shape == (d, 1)
    assert found.total == 0
    assert np.isfinite(found(row)).all()


@pytest.mark.parametrize("spread", [1, 1e-2, 1e-4])
def test_rows_that_differ_little_keep_their_dimensions(spread):
    """Five dimensions planted about a mean that is far larger than they are."""
    rng = np.random.default_rng(2)
    rows = (0.6 + spread * rng.standard_normal((2000, 5)) @ rng.standard_normal((5, 192))).astype(np.float32)
    found = compress(rows, energy=0.99)
    assert found.basis.shape[1] <= 5
    whole = rows - rows.mean(0, dtype=np.float64)
    assert found.total == pytest.approx((whole**2).sum(), rel=1e-3)
    assert ((whole @ found.basis) ** 2).sum() >= 0.985 * (whole**2).sum()


@pytest.mark.parametrize(("n", "d"), [(300, 40), (60, 800), (400, 800)])
@pytest.mark.parametrize("centred", [False, True])
def test_a_rank_is_kept_and_its_error_is_the_least(n, d, centred):
    rows = dictionary(6, n, d, fall=0.98**d)
    found = compress(rows, rank=12, centred=centred)
    whole = rows.astype(np.float64) - (rows.mean(0) if centred else 0)
    s = np.linalg.svd(whole, compute_uv=False)
    assert found.basis.shape == (d, 12)
    assert found.energy == pytest.approx((s[:12] ** 2).sum() / (s**2).sum(), abs=1e-3)
    left = ((whole - found(rows).astype(np.float64) @ found.basis.T) ** 2).sum()
    assert left <= 1.02 * (s[12:] ** 2).sum() + 1e-3
    np.testing.assert_allclose(found.strengths[:3], s[:3], rtol=1e-2)


def test_uncentred_products_are_those_of_the_source():
    rows = dictionary(7, 200, 30)
    found = compress(rows, rank=10, centred=False)
    u, s, vt = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    best = (u[:, :10] * s[:10]) @ vt[:10]
    queries = dictionary(8, 20, 30)
    np.testing.assert_allclose(found(queries) @ found(rows).T, queries @ best.T, rtol=1e-3, atol=1e-3)


def test_residuals_are_the_lengths_left_out():
    rows = dictionary(9, 100, 25)
    found = compress(rows, rank=6)
    projected = found(rows)
    left = np.linalg.norm(rows - found.mean - projected @ found.basis.T, axis=1)
    np.testing.assert_allclose(found.residuals(rows, projected), left, atol=2e-3)


def test_an_extended_compression_is_nearly_that_of_all_rows():
    rows = dictionary(10, 1500, 60, fall=1e-3, offset=0.5)
    whole = compress(rows, rank=20, centred=False)
    grown = extend(extend(compress(rows[:200], rank=20, centred=False), rows[200:201]), rows[201:])
    assert grown.rows == whole.rows
    assert grown.total == pytest.approx(whole.total, rel=1e-4)
    assert grown.energy == pytest.approx(whole.energy, abs=0.01)
    np.testing.assert_allclose(grown.strengths[:8], whole.strengths[:8], rtol=0.02)
    np.testing.assert_allclose(grown.basis.T @ grown.basis, np.eye(20), atol=1e-4)


def test_an_extension_within_the_span_is_exact():
    rng = np.random.default_rng(11)
    rows = (rng.normal(size=(300, 5)) @ rng.normal(size=(5, 30))).astype(np.float32)
    whole, grown = compress(rows, rank=5, centred=False), extend(compress(rows[:50], rank=5, centred=False), rows[50:])
    np.testing.assert_allclose(grown.strengths, whole.strengths, rtol=1e-4)
    np.testing.assert_allclose(np.abs(grown.basis.T @ whole.basis), np.eye(5), atol=1e-3)


def test_a_centred_compression_cannot_be_extended():
    with pytest.raises(ValueError, match="centred"):
        extend(compress(dictionary(12, 30, 4), rank=2), dictionary(13, 3, 4))


@pytest.mark.parametrize("d", [12, 900])
def test_the_sign_of_a_vector_does_not_depend_on_that_of_the_rows(d):
    rows = dictionary(14, 60, d, offset=0.0)
    one, other = (compress(sign * rows, rank=4, centred=False).basis for sign in (1, -1))
    np.testing.assert_allclose(one, other, atol=1e-3)
    assert (one[np.abs(one).argmax(0), np.arange(4)] > 0).all()


@given(st.integers(1, 5000), st.integers(1, 3000))
def test_even_rows_are_all_or_as_many_as_wanted_from_the_first_to_the_last(count, most):
    rows = even_rows(count, most)
    assert len(rows) == min(count, most) and rows[0] == 0
    assert len(rows) == 1 or rows[-1] == count - 1
    steps = np.diff(rows)
    assert (steps >= 1).all() and (not len(steps) or steps.max() - steps.min() <= 1)
