"""Films: what their frames show, and that others play them."""

import subprocess
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from export.albums import random_mosaic
from musivum.errors import OptionError
from musivum.export import FILMS, FilmOptions, Look, check_export, export
from musivum.export._films._build import order_of_appearance
from musivum.export._films._zoom import _chosen
from musivum.geometry import Size
from musivum.plan import bounds
from musivum.raster import check_film, write_film
from musivum.raster._film import _ffmpeg
from musivum.render import draw


def turned(seed, **changes):
    """A plan whose photos lie over each other, turned, with soft edges, as the fractal engine leaves them."""
    plan, album = random_mosaic(seed, columns=5, rows=4, cell=20, tint=0.4, **changes)
    draws = np.random.default_rng(seed)
    n = len(plan.placements)
    transform = plan.placements.transform.copy()
    transform[:, 1] += draws.uniform(-0.5, 0.5, n)
    transform[:, 2:] += draws.uniform(-5, 5, (n, 2))
    placements = replace(plan.placements, transform=transform, feather=np.full(n, 0.2, np.float32))
    free = replace(plan, placements=placements, recipe={"engine": "fractal"}, alternates=plan.alternates.none(n))
    return free, album


def frames(plan, album, film, count=12, look=None, **options):
    options = FilmOptions(film=film, fps=4, seconds=count / 4, **options)
    shown = list(FILMS[film](plan, album, look or Look(), options))
    assert len(shown) == count == options.count
    return shown


@pytest.mark.parametrize("film", FILMS)
def test_the_whole_picture_is_shown_as_it_is_drawn(film):
    plan, album = random_mosaic(1)
    look = Look(scale=1.3, overlay=0.2, tint=0.5)
    whole = draw(plan, album, scale=1.3, overlay=0.2, tint=0.5)
    shown = frames(plan, album, film, look=look)
    assert {frame.shape for frame in shown} == {whole.shape}
    seen = shown[0 if film == "zoom" else -1]
    if film == "build":
        assert np.array_equal(seen, whole)
    else:
        twice = Image.fromarray(draw(plan, album, scale=2.6, overlay=0.2, tint=0.5))
        expected = twice.resize(whole.shape[1::-1], Image.Resampling.LANCZOS)
        assert np.abs(seen.astype(int) - np.asarray(expected)).max() <= 3


def test_photos_appear_one_after_another_and_stay():
    plan, album = random_mosaic(2, background=(255, 0, 255))
    shown = frames(plan, album, "build", count=20, look=Look(overlay=0.0))
    there = np.array([(frame != (255, 0, 255)).any(axis=2) for frame in shown])
    assert not there[0].any() and there[-1].all()
    assert (there[1:] >= there[:-1]).all() and len(np.unique(there.sum(axis=(1, 2)))) > 10
    first = np.flatnonzero(there.any(axis=(1, 2)))[0]
    best = bounds(plan.placements)[order_of_appearance(plan)[0]].astype(int)
    assert there[first][best[1] : best[3], best[0] : best[2]].all()
    assert plan.placements.error[order_of_appearance(plan)[0]] == plan.placements.error.min()


def test_photos_that_overlap_end_as_they_are_drawn():
    plan, album = turned(3, background=(10, 120, 60))
    shown = frames(plan, album, "build", count=40)
    built = shown[29].astype(int)  # before the whole is faded in
    assert np.abs(built - draw(plan, album)).max() <= 3  # opacities were rounded to bytes


def test_a_collage_grows_from_its_middle():
    plan, _ = random_mosaic(4, columns=5, rows=5)
    plan = replace(plan, placements=replace(plan.placements, error=np.zeros(25, np.float32)))
    order = order_of_appearance(plan)
    assert order[0] == 12 and set(order[-4:].tolist()) == {0, 4, 20, 24}


def test_the_zoom_ends_on_the_photo_and_back_is_the_same_way():
    plan, album = random_mosaic(5, columns=6, rows=6, cell=16, overlay=0.0)
    down = frames(plan, album, "zoom", toward=9)
    back = frames(plan, album, "reveal", toward=9)
    assert all(np.array_equal(one, other) for one, other in zip(down, back[::-1], strict=True))
    x0, y0, x1, y1 = bounds(plan.placements)[8]
    middle = down[-1][
        down[-1].shape[0] // 4 : -down[-1].shape[0] // 4, down[-1].shape[1] // 4 : -down[-1].shape[1] // 4
    ]
    scale = 96 / (1.3 * (x1 - x0))
    close = draw(plan.select([8]), album, scale=scale)
    centre = (np.array([x0 + x1, y0 + y1]) / 2 * scale).astype(int)
    expected = close[centre[1] - 24 : centre[1] + 24, centre[0] - 24 : centre[0] + 24]
    assert np.abs(middle.astype(int) - expected).mean() < 8
    with pytest.raises(OptionError, match="placements 1 to 36"):
        frames(plan, album, "zoom", toward=37)


@pytest.mark.parametrize("suffix", [".mp4", ".webp"])
def test_others_play_it(suffix, tmp_path):
    plan, album = random_mosaic(6, cell=13, background=(0, 0, 0))
    options, path = FilmOptions(seconds=1.0, fps=10), tmp_path / f"film{suffix}"
    written = export(plan, album, path, Look(scale=3.0), options=options)
    expected = draw(plan, album, scale=3.0)
    again = tmp_path / f"again{suffix}"
    export(plan, album, again, Look(scale=3.0, workers=1), options=options)
    assert path.read_bytes() == again.read_bytes() and written.size == (
        Size(350, 272) if suffix == ".mp4" else Size(351, 273)
    )
    if suffix == ".mp4":
        command = [_ffmpeg(), "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        told = subprocess.run(command, capture_output=True, check=True)
        played = list(np.frombuffer(told.stdout, np.uint8).reshape(-1, 272, 350, 3))
        assert b"h264" in told.stderr and b"10 fps" in told.stderr
    else:
        with Image.open(path) as film:
            played = []
            for k in range(film.n_frames):
                film.seek(k)
                played.append(np.asarray(film.convert("RGB")))
                assert film.info["loop"] == 0
    # Frames that are alike may be one in a WebP.
    assert 5 < len(played) <= 10 and (len(played) == 10 or suffix == ".webp")
    height, width = played[-1].shape[:2]
    grey = [np.asarray(Image.fromarray(each).convert("L"), int) for each in (played[-1], expected[:height, :width])]
    assert np.abs(grey[0] - grey[1]).mean() < 4  # colours are halved
    assert played[0].mean() < 5 < played[len(played) // 2].mean() < played[-1].mean()


def test_few_frames_are_held_at_a_time(tmp_path):
    made = []

    def frames():
        for k in range(40):
            made.append(k)
            yield np.full((8, 8, 3), 5 * k, np.uint8)

    write_film(tmp_path / "a.webp", frames(), 40, Size(8, 8), fps=20)
    assert made == list(range(40))


@pytest.mark.parametrize("suffix", [".mp4", ".webp"])
def test_what_fails_in_the_middle_leaves_nothing(suffix, tmp_path):
    def frames():
        yield np.zeros((64, 64, 3), np.uint8)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_film(tmp_path / f"a{suffix}", frames(), 40, Size(64, 64), fps=20)
    assert not list(tmp_path.iterdir())


def test_what_no_film_can_be_is_refused_in_one_line(tmp_path, monkeypatch):
    film, size = FilmOptions(), Size(640, 480)
    for path, changes, told in (
        ("a.mp4", {"size": Size(9000, 480)}, "choose another --size"),
        ("a.mp4", {"options": FilmOptions(fps=0)}, "fps 0"),
        ("a.mp4", {"options": FilmOptions(film="dance")}, "build, zoom, reveal"),
        ("a.webp", {"options": film, "channels": 4}, "transparent"),
        ("a.png", {"options": film}, r"\.mp4, \.webp"),
    ):
        with pytest.raises(OptionError, match=told) as fault:
            check_export(tmp_path / path, **{"size": size} | changes)
        assert "\n" not in str(fault.value)
    for wrong in ({"seconds": 0.1}, {"seconds": float("nan")}, {"toward": 3}):
        with pytest.raises(OptionError):
            FilmOptions(**wrong)
    monkeypatch.setattr("musivum.raster._film._ffmpeg", lambda: None)
    with pytest.raises(OptionError, match=r"or write a film as \.webp"):
        check_film(tmp_path / "a.mp4", size, fps=25, quality=90)


def test_the_complaint_of_ffmpeg_is_told(tmp_path, monkeypatch):
    talker = tmp_path / "talker"
    talker.write_text("#!/bin/sh\necho first >&2\necho 'no such encoder' >&2\nexit 1\n")
    talker.chmod(0o755)
    monkeypatch.setattr("musivum.raster._film._ffmpeg", lambda: str(talker))
    pixels = np.zeros((600, 600, 3), np.uint8)
    with pytest.raises(OptionError, match="no such encoder"):
        write_film(tmp_path / "a.mp4", [pixels] * 5, 5, Size(600, 600), fps=5)
    assert [entry.name for entry in tmp_path.iterdir()] == ["talker"]


def test_a_folder_whose_name_looks_like_a_protocol_is_a_folder(tmp_path):
    folder = tmp_path / "a:b"
    folder.mkdir()
    write_film(folder / "a.mp4", [np.zeros((32, 33, 3), np.uint8)] * 3, 3, Size(33, 32), fps=5)
    assert (folder / "a.mp4").stat().st_size > 0


def test_the_zoom_looks_for_a_photo_worth_looking_at():
    plan, album = random_mosaic(7, columns=6, rows=6)
    contrast = np.array([album.thumbs[row].std() for row in plan.placements.tile])
    photo = _chosen(plan, album, None)
    near = np.array([j + 6 * i for i in range(1, 5) for j in range(1, 5)])
    best = near[np.argsort(plan.placements.error[near], kind="stable")[:8]]
    assert photo in best and contrast[photo] == contrast[best].max()
