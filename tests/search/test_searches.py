"""What every search promises, and how one is chosen."""

import numpy as np
import pytest

from musivum.errors import OptionError
from musivum.search import SEARCHES, Dictionary, choose_search, nearest_owners, pair_costs, plain_dictionary

EXACT = ("exact", "torch")


@pytest.fixture(autouse=True)
def lists_are_scanned(monkeypatch):
    """Even where an exact search would cost less."""
    monkeypatch.setattr("musivum.search._lists._DEARER", 0)


@pytest.fixture(params=SEARCHES, scope="module")
def name(request):
    if request.param != "exact":
        pytest.importorskip(request.param)
    return request.param


def clusters(seed, queries, owners, most_rows, width, spread=0.3):
    """Owners about a few centres, as photos are; queries from among them."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, most_rows + 1, owners)
    starts = np.concatenate([[0], np.cumsum(counts)])
    centres = rng.normal(size=(40, width))
    own = centres[rng.integers(0, 40, owners)] + spread * rng.normal(size=(owners, width))
    vectors = np.repeat(own, counts, axis=0) + spread / 2 * rng.normal(size=(starts[-1], width))
    asked = centres[rng.integers(0, 40, queries)] + spread * rng.normal(size=(queries, width))
    factors = rng.uniform(1, 1.3, starts[-1]) if most_rows > 1 else np.ones(starts[-1])
    return asked.astype(np.float32), Dictionary(vectors.astype(np.float32), starts, factors.astype(np.float32))


def recall(found, expected):
    same = (found.owners[:, :, None] == expected.owners[:, None]) & (expected.owners[:, None] >= 0)
    return same.sum() / (expected.owners >= 0).sum()


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("priced", [False, True])
def test_a_search_agrees_with_the_exact_one(name, rows, priced):
    queries, dictionary = clusters(rows, 300, 2000, rows, 12)
    rng = np.random.default_rng(1)
    ask = {}
    if priced:
        ask["prices"] = np.where(rng.random(2000) < 0.3, rng.uniform(0, 0.5, 2000), 0).astype(np.float32)
        ask["weights"] = rng.uniform(0.5, 2, 300).astype(np.float32)
    expected = nearest_owners(queries, dictionary, 10, **ask)
    found = SEARCHES[name](queries, dictionary, 10, **ask)
    assert found.owners.shape == (300, 10)
    assert found.owners.dtype == np.int32 and found.distances.dtype == np.float32
    if name in EXACT:
        assert recall(found, expected) > 0.9999
        assert (found.distances == expected.distances).mean() > 0.9999
    else:
        assert recall(found, expected) > (0.93 if priced else 0.97)
        assert (found.distances >= expected.distances).all()


def test_distances_are_those_of_the_owners_named(name):
    queries, dictionary = clusters(5, 60, 500, 3, 8)
    found = SEARCHES[name](queries, dictionary, 7)
    costs, _ = pair_costs(np.repeat(queries, 7, axis=0), dictionary, found.owners.reshape(-1))
    assert (found.distances.reshape(-1) >= costs).all()
    same = np.isclose(found.distances.reshape(-1), costs, rtol=1e-6)
    assert same.mean() > (0.999 if name in EXACT else 0.9)
    assert (np.diff(found.distances, axis=1) >= 0).all()
    assert all(len(set(row)) == 7 for row in found.owners.tolist())


def test_rows_find_themselves(name):
    _, dictionary = clusters(6, 1, 3000, 1, 16)
    found = SEARCHES[name](dictionary.vectors[::10], dictionary, 1)
    assert (found.owners[:, 0] == np.arange(0, 3000, 10)).all()
    assert (found.distances == 0).all()


@pytest.mark.parametrize("owners", [1, 3, 40])
def test_small_dictionaries_are_found_whole(name, owners):
    queries, dictionary = clusters(7, 9, owners, 3, 5)
    found = SEARCHES[name](queries, dictionary, 50)
    assert found.owners.shape == (9, owners)
    assert (np.sort(found.owners, axis=1) == np.arange(owners)).all()


def test_closed_owners_are_never_found_and_open_ones_always(name):
    queries, dictionary = clusters(8, 40, 600, 2, 6)
    prices = np.full(600, np.inf, np.float32)
    prices[[17, 250, 599]] = 0
    found = SEARCHES[name](queries, dictionary, 5, prices=prices)
    assert (np.sort(found.owners[:, :3], axis=1) == [17, 250, 599]).all()
    assert (found.owners[:, 3:] == -1).all()
    assert np.isinf(found.distances[:, 3:]).all()


def test_no_queries_find_nothing(name):
    _, dictionary = clusters(9, 1, 30, 1, 4)
    found = SEARCHES[name](np.empty((0, 4), np.float32), dictionary, 3)
    assert found.owners.shape == found.distances.shape == (0, 3)


def test_workers_and_earlier_searches_change_nothing(name):
    queries, dictionary = clusters(10, 700, 3000, 2, 8)
    fresh = Dictionary(dictionary.vectors, dictionary.starts, dictionary.factors)
    one = SEARCHES[name](queries, dictionary, 6, workers=1)
    again = SEARCHES[name](queries, dictionary, 6, workers=1)
    four = SEARCHES[name](queries, fresh, 6, workers=4)
    for other in (again, four):
        assert (one.owners == other.owners).all()
        assert (one.distances == other.distances).all()


def test_progress_rises_to_its_total(name):
    queries, dictionary = clusters(11, 600, 900, 1, 4)
    told = []
    SEARCHES[name](queries, dictionary, 2, progress=lambda *note: told.append(note))
    assert {stage for stage, _, _ in told} == {"search"}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] == told[-1][2]


@pytest.mark.parametrize("search", EXACT)
def test_many_parts_are_one_whole(search, monkeypatch):
    if search == "torch":
        pytest.importorskip("torch")
    queries, dictionary = clusters(12, 130, 700, 4, 8)
    whole = SEARCHES[search](queries, dictionary, 9)
    monkeypatch.setattr("musivum.search._exact._PART", 8 * 100)
    monkeypatch.setattr("musivum.search._torch._LEAST_MEMORY", 1)
    monkeypatch.setattr("musivum.search._torch._CPU_MEMORY", 4 * 100 * (8 + 3 * 2048))
    parts = SEARCHES[search](queries, dictionary, 9)
    assert (parts.owners == whole.owners).all()
    assert (parts.distances == whole.distances).all()


def test_a_mapped_file_is_searched_like_an_array(name, tmp_path):
    queries, dictionary = clusters(13, 50, 800, 1, 8)
    dictionary.vectors.tofile(tmp_path / "vectors")
    mapped = plain_dictionary(np.memmap(tmp_path / "vectors", np.float32, "r", shape=dictionary.vectors.shape))
    here, there = (SEARCHES[name](queries, d, 5) for d in (dictionary, mapped))
    assert (here.owners == there.owners).all()
    assert (here.distances == there.distances).all()


@pytest.mark.parametrize(("spread", "fewest", "most"), [(0.02, 2, 12), (3, 40, 120)])
def test_as_many_lists_are_scanned_as_the_vectors_need(spread, fewest, most):
    pytest.importorskip("faiss")
    queries, dictionary = clusters(14, 400, 4000, 1, 16, spread)
    expected = nearest_owners(queries, dictionary, 10)
    found = SEARCHES["faiss"](queries, dictionary, 10)
    _, probes = dictionary.kept["faiss"]
    assert fewest <= probes <= most
    assert 0.97 < recall(found, expected) < 1


@pytest.mark.parametrize(("dearer", "made"), [(2.5, True), (1000, False)])
def test_lists_that_would_nearly_all_be_scanned_are_not(dearer, made, monkeypatch):
    pytest.importorskip("faiss")
    monkeypatch.setattr("musivum.search._lists._DEARER", dearer)
    queries, dictionary = clusters(15, 40, 1000, 1, 16, spread=3)
    assert (SEARCHES["faiss"](queries, dictionary, 10).owners == nearest_owners(queries, dictionary, 10).owners).all()
    assert ("faiss" in dictionary.kept) == made


def test_the_default_is_exact_until_lists_repay_themselves(monkeypatch):
    monkeypatch.setattr("musivum.search._searches.find_spec", lambda name: name)
    assert choose_search("auto", 100_000) == "exact"
    assert choose_search("auto", 1_000_000) == "faiss"
    assert choose_search("auto", 1_000_000, 100) == "exact"
    assert choose_search("auto", 1_000_000, 100_000) == "faiss"
    assert [choose_search(search, 10) for search in SEARCHES] == list(SEARCHES)
    monkeypatch.setattr("musivum.search._searches.find_spec", lambda name: None)
    assert choose_search("auto", 1_000_000) == "exact"


@pytest.mark.parametrize("search", ["faiss", "torch"])
def test_what_is_not_installed_is_named_in_one_line(search, monkeypatch):
    monkeypatch.setattr("musivum.search._searches.find_spec", lambda name: None)
    with pytest.raises(
        OptionError, match=rf'^search "{search}" needs more packages: pip install "musivum\[{search}\]"$'
    ):
        choose_search(search, 10)


def test_an_unknown_search_is_refused_with_those_there_are():
    with pytest.raises(OptionError, match='no search called "quick": there are auto, exact, faiss, torch'):
        choose_search("quick", 10)
