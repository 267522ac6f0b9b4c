"""A plan outlives the photos it was made from, as long as the library keeps their thumbnails."""

from library.folders import album, save
from musivum.api import OutputSize, grid, render, report
from musivum.engines.grid import GridOptions
from musivum.library import index, open_library


def test_a_plan_is_drawn_after_its_photos_are_gone(tmp_path):
    photos = album(tmp_path / "photos", 4)
    where = tmp_path / "library"
    index([tmp_path / "photos"], where)
    target = save(tmp_path / "target.png", 99)
    plan = tmp_path / "a.mosaic"
    grid(target, plan=plan, library=where, options=GridOptions(tiles=12, workers=1))
    for path in photos[:3]:
        path.unlink()
    index([tmp_path / "photos"], where)
    assert len(open_library(where)) == 1
    for named in (where, None):
        assert render(plan, tmp_path / "a.png", library=named, size=OutputSize(size="200")).drawn.thumbnails > 0
    assert report(plan, library=where)
