"""Names of colours that everybody agrees on."""

import numpy as np
import pytest
from PIL import ImageColor

from musivum.color import linear_from_srgb, oklab_from_linear
from musivum.export._color_clusters import color_clusters
from musivum.export._color_names import colour_name

WORDS = {
    "black": "black",
    "white": "white",
    "gray": "grey",
    "red": "red",
    "darkred": "red",
    "orange": "orange",
    "yellow": "yellow",
    "olive": "olive",
    "green": "green",
    "darkgreen": "dark green",
    "lightgreen": "green",
    "turquoise": "turquoise",
    "blue": "blue",
    "navy": "dark blue",
    "skyblue": "blue",
    "midnightblue": "dark blue",
    "purple": "purple",
    "indigo": "purple",
    "magenta": "magenta",
    "pink": "pink",
    "saddlebrown": "brown",
    "sienna": "brown",
    "tan": "beige",
    "beige": "beige",
    "#241a12": "dark",
}


def oklab(css):
    return oklab_from_linear(linear_from_srgb(np.array(ImageColor.getrgb(css), np.uint8)).astype(float))


@pytest.mark.parametrize("css", WORDS)
def test_names(css):
    assert WORDS[css] in colour_name(tuple(oklab(css)))


def test_every_colour_has_a_name():
    rng = np.random.default_rng(0)
    for lab in oklab_from_linear(rng.random((500, 3))):
        name = colour_name(tuple(lab))
        assert name and name == name.strip() and "  " not in name


def test_clusters_find_planted_groups_and_depend_on_no_order():
    rng = np.random.default_rng(1)
    centres = np.stack([oklab(css) for css in ("red", "navy", "lightgreen", "white")])
    label = rng.integers(0, 4, 3000)
    colour = centres[label] + rng.normal(0, 0.01, (3000, 3))
    weight = rng.random(3000)
    found = color_clusters(colour, weight)
    assert set(zip(label.tolist(), found.tolist(), strict=True)) == set(
        dict(zip(label.tolist(), found.tolist(), strict=True)).items()
    )
    assert len(set(found.tolist())) == 4
    order = rng.permutation(3000)
    again = color_clusters(colour[order], weight[order])
    assert len(set(zip(found[order].tolist(), again.tolist(), strict=True))) == 4


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_at_most_eight_groups(n):
    colour = np.random.default_rng(n).random((n, 3))
    found = color_clusters(colour, np.zeros(n))
    assert len(found) == n and len(set(found.tolist())) <= 8
    assert sorted(set(found.tolist())) == list(range(len(set(found.tolist()))))
