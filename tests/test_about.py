"""Photos by what they are about: planted pictures are found, and what is no picture is a text."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from musivum import api
from musivum.api._about import about, likeness
from musivum.cli import main
from musivum.errors import MusivumError, OptionError, UnreadableImage
from musivum.features import TextEncoder, color_grid, extractor
from musivum.library import index, open_library

SIDE = 96
Y, X = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
FIGURES = {
    "stripes": np.sin(12 * X) > 0,
    "checks": np.sin(9 * X) * np.sin(9 * Y) > 0,
    "disc": X**2 + Y**2 < 0.4,
    "flower": np.hypot(X, Y) < 0.5 + 0.3 * np.cos(6 * np.arctan2(Y, X)),
}
COLOURS = [(200, 40, 30), (30, 160, 60), (240, 200, 60), (60, 80, 220)]


def drawn(figure, colour, ground=(235, 235, 225)):
    return Image.fromarray(np.where(FIGURES[figure][..., None], colour, ground).astype(np.uint8))


@pytest.fixture(scope="module")
def where(tmp_path_factory):
    """A library of four figures in four colours each."""
    place = tmp_path_factory.mktemp("about")
    (place / "photos").mkdir()
    for figure in FIGURES:
        for number, colour in enumerate(COLOURS):
            drawn(figure, colour).save(place / "photos" / f"{figure} {number}.png")
    index([place / "photos"], place / "library")
    return place / "library"


@pytest.fixture
def example(tmp_path):
    """A figure in a colour that the library does not hold, of another size and compression."""

    def make(figure):
        path = tmp_path / f"{figure}.webp"
        drawn(figure, (150, 60, 160)).resize((150, 150)).save(path, quality=70)
        return str(path)

    return make


def figures(found):
    return [os.path.basename(each.path).split()[0] for each in found]


@pytest.mark.parametrize("figure", FIGURES)
def test_the_same_subject_is_found_in_other_colours(where, example, figure):
    found = api.library_about(where, [example(figure)], top=5)
    assert figures(found)[:4] == [figure] * 4
    scores = [each.likeness for each in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) == 5


def test_the_nearest_of_several_examples_counts(where, example):
    library = open_library(where)
    one, other = (likeness(library, [example(figure)]) for figure in ("disc", "checks"))
    np.testing.assert_allclose(
        likeness(library, [example("disc"), example("checks")]), np.maximum(one, other), atol=1e-6
    )
    found = api.library_about(where, [example("disc"), example("checks")], top=8)
    assert sorted(figures(found)) == ["checks"] * 4 + ["disc"] * 4


def test_a_picture_of_the_library_is_like_itself(where):
    library = open_library(where)
    scores = likeness(library, [library.sources[4]])
    assert scores.argmax() == 4
    assert scores[4] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("keep", "count"), [(1, 1), (4, 4), (50, 16), (0.25, 4), (0.6, 10), (0.001, 1)])
def test_a_part_of_the_library_keeps_its_order(where, example, keep, count):
    library = open_library(where)
    part = about(library, [example("disc")], keep=keep)
    assert len(part) == count
    assert list(part.ids) == sorted(part.ids)
    best = np.argsort(-likeness(library, [example("disc")]))[:count]
    assert set(part.ids) == {library.ids[row] for row in best}


def test_the_answer_does_not_depend_on_workers_or_on_what_is_kept(where, example, tmp_path):
    index([where.parent / "photos"], tmp_path / "another")
    assert api.library_about(tmp_path / "another", [example("disc")], workers=3) == api.library_about(
        where, [example("disc")], workers=1
    )


def test_texts_go_through_the_network_that_knows_words(where, monkeypatch):
    found = extractor("grid1")
    asked = []

    def texts(words):
        asked.append(list(words))
        return color_grid(np.array([[[[1.0, 0.0, 0.0]]], [[[0.0, 0.0, 1.0]]]]))

    monkeypatch.setattr("musivum.features.text_encoder", lambda: TextEncoder(found, texts))
    library = open_library(where)
    scores = likeness(library, ["red", "blue"])
    assert asked == [["red", "blue"]]
    assert scores.shape == (16,)
    assert scores.argmax() != scores.argmin()


@pytest.mark.parametrize(
    ("examples", "options", "words"),
    [
        ([], {}, "nothing to look for"),
        (["no such.jpg"], {}, "no such.jpg: there is no such picture"),
        (["a dog"], {}, '"a dog" is no file and so a text: understanding text needs open_clip'),
        (["."], {}, "there is no such picture"),
        ([""], {}, "a path is empty"),
        (["a dog"], {"top": 0}, "top is 0"),
        (["a dog"], {"workers": 0}, "workers is 0"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_in_one_line(where, monkeypatch, examples, options, words):
    monkeypatch.setattr("musivum.features._backbone._text._PACKAGES", ("no_such_package",))
    with pytest.raises(OptionError, match=words) as raised:
        api.library_about(where, examples, **options)
    assert "\n" not in str(raised.value)


def test_pictures_and_texts_do_not_mix(where, example):
    with pytest.raises(OptionError, match="the ones or the others"):
        api.library_about(where, [example("disc"), "a dog"])


@pytest.mark.parametrize("keep", [0, -1, 1.5, float("nan"), float("inf")])
def test_a_part_is_a_share_or_a_number(where, example, keep):
    with pytest.raises(OptionError, match="keep is"):
        about(open_library(where), [example("disc")], keep=keep)


def test_an_example_that_is_no_picture_is_refused(where, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much")
    with pytest.raises(UnreadableImage, match=r"cannot read the example .*broken\.jpg"):
        api.library_about(where, [str(tmp_path / "broken.jpg")])


def test_the_command_lists_paths_and_scores(where, example, capsys):
    assert main(["library", "about", str(where), example("disc"), "--top", "2", "--quiet"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "disc" in first
    assert float(first.split()[0]) > float(second.split()[0])
    assert main(["library", "about", str(where), example("disc"), "--top", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [set(each) for each in told["photos"]] == [{"path", "tile", "likeness"}] * 2
    assert "disc" in told["photos"][0]["path"]


def test_a_library_that_is_not_there_is_an_error(tmp_path, example):
    with pytest.raises(MusivumError):
        api.library_about(tmp_path / "nothing", [example("disc")])
