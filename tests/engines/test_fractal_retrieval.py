"""Retrieval by filters: densities against known ones, samples and shortlists against their definitions."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from musivum import api
from musivum.cli import main
from musivum.engines.fractal import FractalOptions, calibrate, keep_densities, plan_fractal
from musivum.engines.fractal._retrieval import RETRIEVALS, SIDE
from musivum.engines.fractal._retrieval._calibrate import densities_of
from musivum.engines.fractal._retrieval._densities import density_of, weights_of
from musivum.engines.fractal._retrieval._filters import FILTERS, describe
from musivum.engines.fractal._retrieval._kept import FILE, kept_densities
from musivum.engines.fractal._retrieval._sample import _ANGLES, _POSE, _cut, _turned, sample_pairs
from musivum.engines.fractal._retrieval._shortlists import match_pdf
from musivum.errors import LibraryError, OptionError
from musivum.features import extractor, tile_patches
from musivum.geometry import Size
from musivum.progress import silent


def middles_of(library):
    half = library.sizes.min(axis=1, keepdims=True) / library.sizes / 2
    return library, np.arange(len(library)), np.concatenate([0.5 - half, 0.5 + half], axis=1)


def pixels_of(library, tiles, boxes):
    return tile_patches(library.swatches, tiles, boxes, SIDE)


@pytest.fixture(scope="module")
def calibrated(photos):
    return calibrate(photos, windows=60)


@pytest.fixture
def retrieval(calibrated, monkeypatch):
    """A retrieval by name, without the time to calibrate."""
    monkeypatch.setattr(
        "musivum.engines.fractal._retrieval._shortlists.densities_of", lambda *_, **__: calibrated.densities
    )
    return RETRIEVALS.__getitem__


def test_the_evidence_is_that_of_known_distributions():
    rng = np.random.default_rng(0)
    found = density_of(rng.exponential(1, 40_000), rng.exponential(2, 40_000), 10)
    at = np.linspace(0.1, 3, 20)
    np.testing.assert_allclose(found.evidence(at), np.log(2) - at / 2, atol=0.12)
    assert found.evidence(np.array([9.0])) < -1.5


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 3, width=32), min_size=1, max_size=30),
    st.lists(st.floats(0, 3, width=32), min_size=1, max_size=30),
    st.integers(2, 14),
)
def test_densities_are_densities_whatever_was_seen(matches, strangers, bins):
    found = density_of(np.array(matches), np.array(strangers), bins)
    widths = np.diff(found.edges)
    assert found.edges[0] == 0
    assert (widths > 0).all()
    for density in (found.matches, found.strangers):
        assert len(density) == bins
        assert min(density) > 0
        assert np.dot(density, widths) == pytest.approx(1)
    assert np.isfinite(found.evidence(np.array([0, 1, 100]))).all()


def test_evidence_that_says_the_same_twice_counts_once_and_noise_not_at_all():
    rng = np.random.default_rng(1)
    # The logarithm of the ratio of two normal distributions one apart, so by itself its weight is 1.
    one, other = (rng.normal(mean, 1, 20_000) - 0.5 for mean in (1, 0))
    kinds = [np.stack([each, each, rng.normal(size=len(each)), -each], axis=1) for each in (one, other)]
    first, again, noise, opposite = weights_of(*kinds)
    assert first == pytest.approx(again, rel=1e-6)
    assert noise == pytest.approx(0, abs=0.05)
    assert opposite == 0
    (alone,) = weights_of(one[:, None], other[:, None])
    assert alone == pytest.approx(1, abs=0.05)
    pair = weights_of(*(kind[:, :2] for kind in kinds))
    assert pair.sum() == pytest.approx(1, abs=0.05)


def test_windows_are_turned_about_their_middle():
    wide = np.random.default_rng(2).uniform(0, 1, (2, 24, 24)).astype(np.float32)
    pitch = 24 / np.sqrt(2) / _POSE
    for k, turned in enumerate(_turned(wide)):
        angle = 2 * np.pi * k / _ANGLES
        for i, j in ((0, 0), (3, 10), (11, 6)):
            u, v = (j + 0.5 - _POSE / 2) * pitch, (i + 0.5 - _POSE / 2) * pitch
            x, y = np.cos(angle) * u - np.sin(angle) * v + 11.5, np.sin(angle) * u + np.cos(angle) * v + 11.5
            for one, found in zip(wide, turned[:, i, j], strict=True):
                assert found == pytest.approx(map_coordinates(one, [[y], [x]], order=1, mode="nearest")[0], abs=1e-4)


@pytest.mark.parametrize("place", [(1, 0, 0), (1, 1, 1), (0.7, 1, 0), (0.5, 0, 1)])
def test_windows_stay_inside_their_picture_however_they_are_turned(place):
    ramp = np.indices((50, 60)).sum(axis=0).astype(np.uint8)[..., None].repeat(3, axis=2) + 100
    for square in _cut(ramp, *place):
        for axis in (1, 2):
            assert (np.diff(square, axis=axis) > 0).all()


def test_no_window_is_compared_with_the_photo_it_is_cut_from(photos):
    sample = sample_pairs(photos, 50, 0, 1, silent)
    assert np.isinf(sample.errors).sum(axis=1).tolist() == [1] * 50
    assert sample.errors.shape == (50, 120)
    assert (sample.errors[np.isfinite(sample.errors)] < 1).all()


def test_calibration_depends_on_the_seed_and_not_on_workers(photos, calibrated):
    assert calibrate(photos, windows=60, workers=3) == calibrated
    assert calibrate(photos, windows=60, seed=1).densities != calibrated.densities
    assert calibrated.matches == 60
    assert calibrated.strangers == 60 * 118


def test_what_is_kept_of_a_library_finds_its_matches(calibrated):
    """By chance a tenth of the photos has a tenth of the matches."""
    assert calibrated.shares[2] == 0.1
    assert calibrated.recall["together"][2] > 0.35
    assert list(calibrated.recall) == [*FILTERS, "together"]
    for recall in calibrated.recall.values():
        assert list(recall) == sorted(recall)


@pytest.mark.parametrize("name", RETRIEVALS)
def test_a_turned_crop_is_first_on_its_own_list(photos, retrieval, name, monkeypatch):
    monkeypatch.setattr("musivum.engines.fractal._retrieval._shortlists._CROPS", 50)
    crops = pixels_of(*middles_of(photos))
    shortlist = retrieval(name)(*middles_of(photos), workers=2)
    for turns in range(4):
        found = shortlist(np.rot90(crops, turns, axes=(1, 2)).copy(), 5)
        assert found.dtype == np.int32
        assert found[:, 0].tolist() == list(range(120))


@pytest.mark.parametrize("name", RETRIEVALS)
def test_lists_leave_out_what_is_closed_and_end_where_nothing_is_left(photos, retrieval, name, monkeypatch):
    crops = pixels_of(*middles_of(photos))
    shortlist = retrieval(name)(*middles_of(photos))
    closed = np.arange(120) % 3 > 0
    whole = shortlist(crops, 120, closed)
    assert (np.sort(whole[:, :40], axis=1) == np.arange(0, 120, 3)).all()
    assert (whole[:, 40:] == -1).all()
    np.testing.assert_array_equal(shortlist(crops, 200, closed), whole)
    np.testing.assert_array_equal(shortlist(crops, 7, closed), whole[:, :7])
    assert shortlist(crops[:0], 7).shape == (0, 7)
    monkeypatch.setattr("musivum.engines.fractal._retrieval._shortlists._BLOCK", 7)
    np.testing.assert_array_equal(shortlist(crops, 7, closed)[:, 0], whole[:, 0])


def test_the_lists_of_match_pdf_are_by_the_sum_of_the_evidence(photos, calibrated):
    crops = pixels_of(*middles_of(photos))
    weights = dict(zip(FILTERS, (3, 1, 2), strict=True))
    plain = {name: replace(density, weight=1) for name, density in calibrated.densities.items()}
    vectors = describe(crops)
    evidence = np.zeros((120, 120))
    for name, rows in vectors.items():
        apart = np.linalg.norm(rows[:, None].astype(float) - rows, axis=2)
        evidence += weights[name] * plain[name].evidence(np.minimum(apart, plain[name].edges[-1]))
    found = match_pdf(vectors, {name: replace(density, weight=weights[name]) for name, density in plain.items()})(
        crops, 9
    )
    ranked = np.take_along_axis(evidence, found, axis=1)
    np.testing.assert_allclose(ranked, -np.sort(-evidence, axis=1)[:, :9], atol=0.1)


def test_the_lists_of_hsv_are_by_the_distance_of_its_vectors(photos):
    crops = pixels_of(*middles_of(photos))
    vectors = extractor(f"hsv{SIDE}").describe(crops).astype(float)
    apart = np.linalg.norm(vectors[:, None] - vectors, axis=2)
    ranked = np.take_along_axis(apart, RETRIEVALS["hsv"](*middles_of(photos))(crops, 9), axis=1)
    np.testing.assert_allclose(ranked, np.sort(apart, axis=1)[:, :9], atol=2e-3)


def test_a_handful_of_photos_needs_no_calibration(photos):
    few = photos.select(np.arange(5))
    found = RETRIEVALS["match-pdf"](*middles_of(few))(pixels_of(*middles_of(few)), 99)
    assert np.sort(found).tolist() == 5 * [list(range(5))]
    with pytest.raises(OptionError, match="holds 5 photos: calibration needs 16"):
        calibrate(few)


def test_what_was_kept_comes_back_and_is_used(photos, calibrated, tmp_path):
    assert kept_densities(tmp_path) is None
    assert keep_densities(tmp_path, calibrated.densities) == tmp_path / FILE
    assert densities_of(replace(photos, path=tmp_path)) == calibrated.densities
    assert os.listdir(tmp_path) == [FILE]


def broken(change):
    def text(told):
        change(told)
        return json.dumps(told)

    return text


@pytest.mark.parametrize(
    "damage",
    [
        lambda told: json.dumps(told)[:50],
        lambda told: "[]",
        lambda told: "\0\0",
        broken(lambda told: told.update(version=2)),
        broken(lambda told: told["densities"].pop("gfd")),
        broken(lambda told: told["densities"]["gfd"]["edges"].pop()),
        broken(lambda told: told["densities"]["gfd"]["edges"].reverse()),
        broken(lambda told: told["densities"]["gfd"].update(weight=-1)),
        broken(lambda told: told["densities"]["gfd"].update(matches=[float("nan")] * 7)),
        broken(lambda told: told["densities"]["gfd"].update(strangers=[0] * 7)),
        broken(lambda told: told["densities"]["gfd"].update(strangers=None)),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(calibrated, damage, tmp_path):
    path = keep_densities(tmp_path, calibrated.densities)
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(LibraryError, match="cannot be read; make it anew: musivum library calibrate") as raised:
        kept_densities(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_that_is_killed_leaves_what_was_there(calibrated, tmp_path):
    keep_densities(tmp_path, calibrated.densities)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from musivum.engines.fractal._retrieval._densities import Density\n"
        "from musivum.engines.fractal._retrieval._kept import keep_densities\n"
        "os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "keep_densities(Path(sys.argv[1]), {'gfd': Density((0, 1), (1,), (1,))})\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert kept_densities(tmp_path) == calibrated.densities


def test_the_command_keeps_and_tells(photos, capsys):
    path = photos.path / FILE
    try:
        assert main(["library", "calibrate", str(photos.path), "--windows", "60", "--quiet"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines[-4:]] == [*FILTERS, "together"]
        assert main(["library", "calibrate", str(photos.path), "--windows", "60", "--workers", "2", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["densities"] == json.loads(path.read_text())["densities"]
        assert told["recall"]["together"][2] > 0.35
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"windows": 15}, "windows is 15"), ({"seed": -1}, "seed is -1"), ({"workers": 0}, "workers is 0")],
)
def test_options_out_of_range_are_refused(photos, options, words):
    with pytest.raises(OptionError, match=words):
        api.library_calibrate(photos.path, **options)


def test_a_folder_that_may_not_be_written_is_told(calibrated, tmp_path):
    with pytest.raises(LibraryError, match=r"cannot write .*match-densities\.json"):
        keep_densities(tmp_path / "nowhere", calibrated.densities)


def planned(library, target, **asked):
    options = FractalOptions(smallest=0.2, fill="match", alternates=0, **asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musivum.engines.fractal._places._WINDOWS", 15_000)
        return plan_fractal(target, library.select(np.arange(30)), options, canvas=Size(140, 110))


def test_lists_of_everything_make_the_mosaic_of_the_dictionary(photos, target, retrieval):
    whole = planned(photos, target, workers=1)
    listed = planned(photos, target, retrieval="match-pdf", workers=1)
    assert len(whole.placements) > 2
    assert listed.statistics["poses"] == whole.statistics["poses"]
    np.testing.assert_array_equal(listed.placements.tile, whole.placements.tile)
    np.testing.assert_allclose(listed.placements.transform, whole.placements.transform, atol=1e-3)


@pytest.mark.parametrize(("name", "match"), [("match-pdf", "grey"), ("hsv", "colour")])
def test_short_lists_save_poses_and_do_not_depend_on_workers(photos, target, retrieval, name, match, monkeypatch):
    monkeypatch.setattr("musivum.engines.fractal._coarse._LISTED", 5)
    one, two = (planned(photos, target, retrieval=name, match=match, workers=workers) for workers in (1, 2))
    places = sum(level["locations"] for level in one.statistics["levels"])
    assert 0 < one.statistics["poses"] <= 3 * 5 * 32 * places  # a level is searched up to three times
    np.testing.assert_array_equal(one.placements.transform, two.placements.transform)


def test_colours_are_not_looked_up_where_they_do_not_count():
    with pytest.raises(OptionError, match="retrieval hsv compares colours"):
        FractalOptions(retrieval="hsv", match="grey")
