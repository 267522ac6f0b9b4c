"""Plain pictures, as others read them."""

import inspect
import io
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image, ImageCms

from export.albums import random_mosaic
from musivum.errors import OptionError
from musivum.export import Look, export
from musivum.raster import PICTURE_FORMATS
from musivum.render import Drawing, draw


@pytest.mark.parametrize("suffix", PICTURE_FORMATS)
@pytest.mark.parametrize("capital", [False, True])
def test_size_resolution_profile_and_pixels(suffix, capital, tmp_path):
    plan, album = random_mosaic(1)
    path = tmp_path / f"picture{suffix.upper() if capital else suffix}"
    seen = []
    written = export(
        plan,
        album,
        path,
        Look(scale=1.7, tint=0.3, workers=2),
        dpi=254,
        quality=100,
        progress=lambda *step: seen.append(step),
    )
    assert written.path == path and [file.name for file in tmp_path.iterdir()] == [path.name]
    expected = draw(plan, album, scale=1.7, tint=0.3)
    assert tuple(written.size) == expected.shape[1::-1]
    assert written.drawn.originals + written.drawn.thumbnails == len(plan.placements)
    assert seen[-1][1] == seen[-1][2]
    with Image.open(path) as image:
        assert image.size == tuple(written.size)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        resolution = image.info.get("dpi") or (image.getexif()[0x011A], image.getexif()[0x011B])
        assert resolution == pytest.approx((254, 254), rel=1e-3)
        pixels = np.asarray(image.convert("RGB")).astype(int)
    difference = np.abs(pixels - expected)
    assert difference.max() <= (12 if image.format == "JPEG" else 0)


def test_a_look_says_whatever_a_drawing_can_be_told():
    told = inspect.signature(Drawing).parameters.values()
    assert {each.name: each.default for each in told if each.kind is each.KEYWORD_ONLY} == asdict(Look())


def test_options_reach_the_drawing(tmp_path):
    plan, album = random_mosaic(2)
    look = {"scale": 0.8, "tint": 0.0, "overlay": 0.5, "gap": 2.0, "background": (1, 2, 3)}
    look |= {"feather": 0.2, "corner": 0.3, "grey": True, "alternates": 2, "captions": False}
    export(plan, album, tmp_path / "a.png", Look(**look))
    with Image.open(tmp_path / "a.png") as image:
        assert (np.asarray(image) == draw(plan, album, **look)).all()
        assert "dpi" not in image.info


@pytest.mark.parametrize("suffix", PICTURE_FORMATS)
def test_what_is_transparent_stays_so_or_is_refused_before_it_is_drawn(suffix, tmp_path):
    plan, album = random_mosaic(4)
    path = tmp_path / f"picture{suffix}"
    look = {"background": "transparent", "gap": 3.0, "feather": 0.3, "alternates": 1, "grey": True}
    if suffix in (".jpg", ".jpeg"):
        with pytest.raises(OptionError, match="JPEG cannot be transparent") as caught:
            export(plan, album, path, Look(**look), progress=lambda *step: pytest.fail("it was drawn"))
        assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())
        return
    export(plan, album, path, Look(**look), quality=100)
    expected = draw(plan, album, **look)
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        seen = np.asarray(image)
    there = expected[..., 3] > 0
    assert 0 < there.mean() < 1
    assert np.array_equal(seen[..., 3], expected[..., 3]) and np.array_equal(seen[there], expected[there])
