"""What holds for every exporter."""

import shutil
from dataclasses import dataclass, replace

import pytest

from export.albums import random_mosaic
from musivum.errors import OptionError
from musivum.export import EXPORTERS, FilmOptions, Look, SvgOptions, check_export, export
from musivum.geometry import Size

QUICK = {".mp4": FilmOptions(seconds=0.5, fps=4)}
"""Options that save time."""

HOSTILE = (
    "/a/\ud83d half.jpg",
    b"/a/caf\xe9.jpg".decode("utf-8", "surrogateescape"),
    "/a/two\nlines \u2028.jpg",
    "/a/</script><!--]]>&\"'.jpg",
    "=cmd|' /C calc'!A0",
    "/a/\u202egpj.exe",
    f"/a/{'x' * 300}.jpg",
    "/a/\0nul\x1b[31m.jpg",
    "builtin:plain:3",
)
"""Names that photos may have."""


@dataclass(frozen=True)
class NoOptions:
    pass


class Steps:
    last = ("", 0, 1)

    def __call__(self, *step):
        self.last = step


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_it_appears_whole_under_its_name_and_again_in_its_place(suffix, tmp_path):
    plan, album = random_mosaic(1)
    for capital in (False, True, True):
        path = tmp_path / f"picture{suffix.upper() if capital else suffix}"
        steps = Steps()
        written = export(
            plan, album, path, Look(scale=1.7, workers=2), options=QUICK.get(suffix), dpi=254, progress=steps
        )
        assert written.path == path and path.exists()
        assert all(entry.name.startswith("picture") for entry in tmp_path.iterdir())
        width, height = plan.canvas.scaled(1.7)
        assert tuple(written.size) == ((width, height - height % 2) if suffix == ".mp4" else (width, height))
        assert steps.last[1] == steps.last[2]
        if written.drawn is not None:
            assert written.drawn.originals + written.drawn.thumbnails >= len(plan.placements)


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_names_of_photos_may_be_anything(suffix, tmp_path):
    plan, album = random_mosaic(1)
    album.sources = (*HOSTILE, *album.sources[len(HOSTILE) :])
    plan = replace(plan, tiles=replace(plan.tiles, sources=album.sources))
    for options in (QUICK.get(suffix), *({".svg": [SvgOptions(linked=True)]}.get(suffix, []))):
        written = export(plan, album, tmp_path / f"picture{suffix}", options=options)
        assert written.path.exists() and all("\n" not in remark for remark in written.remarks)


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_what_fails_in_the_middle_leaves_what_was_there(suffix, tmp_path):
    plan, album = random_mosaic(2)
    path = tmp_path / f"picture{suffix}"
    export(plan, album, path, options=QUICK.get(suffix))
    before = contents(tmp_path)

    def fail(stage, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(plan, album, path, Look(tint=0.9), options=QUICK.get(suffix), progress=fail)
    assert contents(tmp_path) == before


def contents(folder):
    return {entry: entry.read_bytes() for entry in sorted(folder.rglob("*")) if entry.is_file()}


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_wrong_places_and_options_are_refused_in_one_line(suffix, tmp_path):
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"dear")
    for path in (tmp_path / "nowhere" / f"a{suffix}", folder):
        with pytest.raises(OptionError) as fault:
            check_export(path, Size(30, 20))
        assert "\n" not in str(fault.value) and str(path) in str(fault.value)
    for wrong in ({"quality": 0}, {"dpi": -3.0}, {"options": NoOptions()}):
        with pytest.raises(OptionError) as fault:
            check_export(tmp_path / f"a{suffix}", Size(30, 20), **wrong)
        assert "\n" not in str(fault.value)
    shutil.rmtree(folder)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.xyz", "a"])
def test_other_suffixes_are_refused_with_those_that_there_are(name, tmp_path):
    plan, album = random_mosaic(3)
    with pytest.raises(OptionError) as fault:
        export(plan, album, tmp_path / name)
    assert "\n" not in str(fault.value) and all(suffix in str(fault.value) for suffix in EXPORTERS)
    assert not list(tmp_path.iterdir())
