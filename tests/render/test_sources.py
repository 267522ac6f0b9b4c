"""Originals where the drawing is larger than the thumbnails, thumbnails otherwise, and the truth about both."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musivum.errors import OptionError, PlanError
from musivum.geometry import Size
from musivum.render import Drawing, Drawn, draw
from render.mosaics import FakeLibrary, cells, noise, plan_of

SIZE = Size(60, 40)


@pytest.fixture
def album(tmp_path):
    """Six photos of 120 x 80 whose thumbnails are 30 x 20, on a canvas that draws them at thumbnail size."""
    rng = np.random.default_rng(20)
    thumbs, sources = [], []
    for k in range(6):
        photo = noise(rng, 30, 20).repeat(4, axis=0).repeat(4, axis=1)
        sources.append(str(tmp_path / f"{k}.png"))
        Image.fromarray(photo).save(sources[-1])
        thumbs.append(np.ascontiguousarray(photo[::4, ::4]))
    library = FakeLibrary(thumbs, [(120, 80)] * 6, sources)
    return library, plan_of(library, SIZE, cells(SIZE, 2, 2))


def turned(plan, turn):
    """A plan whose photos are turned where they lie."""
    transform = plan.placements.transform + np.array([0, turn, 0, 0])
    return replace(plan, placements=replace(plan.placements, transform=transform))


def _drawn(plan, library, **options):
    drawing = Drawing(plan, library, **options)
    return drawing.region(), drawing.drawn


def test_thumbnails_do_as_long_as_they_are_large_enough(album):
    library, plan = album
    assert _drawn(plan, library)[1] == Drawn(originals=0, thumbnails=4, upsampled=0, missing=0)
    assert _drawn(plan, library, scale=0.5)[1] == Drawn(0, 4, 0, 0)


def test_originals_are_read_when_the_drawing_is_larger(album):
    library, plan = album
    picture, drawn = _drawn(plan, library, scale=4.0)
    assert drawn == Drawn(originals=4, thumbnails=0, upsampled=0, missing=0)
    photos = [np.asarray(Image.open(source)) for source in library.sources]
    assert np.array_equal(picture, np.block([[[photos[0]], [photos[1]]], [[photos[2]], [photos[3]]]]))
    assert _drawn(plan, library, scale=8.0)[1] == Drawn(4, 0, 4, 0)


def test_missing_broken_and_changed_originals_give_way_to_thumbnails(album):
    library, plan = album
    one, two, three, _ = (library.sources[k] for k in range(4))
    Path(one).write_bytes(b"no picture")
    Image.new("RGB", (50, 50)).save(two)
    Path(three).unlink()
    picture, drawn = _drawn(plan, library, scale=4.0)
    assert drawn == Drawn(originals=1, thumbnails=3, upsampled=3, missing=3)
    assert np.abs(picture[40:41, 60:61].astype(int)).sum() > 0


@pytest.mark.parametrize("turn", [0.0, 0.3])
def test_thumbnails_that_stand_in_are_drawn_like_photos_of_their_size(album, turn):
    library, plan = album
    small = FakeLibrary([library.thumbs[k] for k in range(6)])
    one, two = (turned(p, turn) for p in (plan, plan_of(small, SIZE, cells(SIZE, 2, 2))))
    for source in library.sources:
        Path(source).unlink()
    picture, drawn = _drawn(one, library, scale=4.0)
    assert drawn.missing == 4
    assert np.abs(picture.astype(int) - draw(two, small, scale=4.0)).max() <= 1


def test_an_original_in_anothers_place_is_not_drawn(album, tmp_path):
    library, plan = album
    one, two = (Path(library.sources[k]) for k in range(2))
    os.utime(one, ns=(1, 1))
    before, _ = _drawn(plan, library, scale=4.0)
    one.rename(tmp_path / "aside")
    two.rename(one)
    (tmp_path / "aside").rename(two)
    picture, drawn = _drawn(plan, library, scale=4.0)
    assert drawn == Drawn(originals=2, thumbnails=2, upsampled=2, missing=2)
    assert np.array_equal(picture[80:], before[80:])


def test_a_region_counts_only_what_it_shows(album):
    library, plan = album
    drawing = Drawing(plan, library, scale=4.0)
    drawing.region((0, 0, 10, 10))
    assert drawing.drawn == Drawn(1, 0, 0, 0)
    drawing.region((0, 0, 240, 10))
    assert drawing.drawn == Drawn(2, 0, 0, 0)


@pytest.mark.parametrize("scale", [2.7, 4.0])
def test_regions_and_workers_agree_on_originals(album, scale):
    library, plan = album
    whole = draw(plan, library, scale=scale, workers=1)
    assert np.array_equal(whole, draw(plan, library, scale=scale, workers=4))
    assert np.array_equal(whole[31:77, 50:140], draw(plan, library, scale=scale, region=(50, 31, 140, 77)))


def test_a_library_without_the_tiles_is_named(album):
    library, plan = album
    library.ids = library.ids[1:]
    with pytest.raises(PlanError, match="lacks 1 of the plan's 6 tiles") as caught:
        draw(plan, library)
    assert "fake-library" in str(caught.value) and "\n" not in str(caught.value)


def test_an_overlay_without_a_target_is_refused(album):
    library, plan = album
    with pytest.raises(OptionError, match="target"):
        draw(plan, library, overlay=0.5)
