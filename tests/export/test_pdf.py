"""PDF for print, as pdfium reads it."""

from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium
import pytest

from export.albums import Album, flat, random_mosaic
from musivum.errors import OptionError
from musivum.export import Look, PdfOptions, check_export, export
from musivum.export._pdf import _image, _write
from musivum.export._pdf._sheets import divide, sheet_name
from musivum.geometry import Box, Size
from musivum.render import draw
from render.mosaics import cells, plan_of

POINT = 25.4 / 72
LOOK = Look(scale=1.7, workers=2)


@pytest.fixture
def opened(tmp_path):
    """Export as PDF, and open it."""
    documents = []

    def make(plan, album, look=LOOK, name="a.pdf", **more):
        more = {"dpi": 50.8, "quality": 100} | more
        written = export(plan, album, tmp_path / name, look, **more)
        documents.append(pdfium.PdfDocument(tmp_path / name))
        return documents[-1], written

    yield make
    for document in documents:
        document.close()


def seen(page, dpi=50.8, **more):
    """Its pixels, to the nearest whole number of them."""
    return np.array(page.render(scale=dpi / 72 * (1 - 1e-5), **more).to_pil().convert("RGB"))


def laid(page, dpi=50.8):
    """Pixels of its images, as they are in the file, laid where they lie on paper; elsewhere -1.

    Readers that draw at one pixel a pixel still resample what lies off the grid by a rounding error.
    """
    width, height = (round(side * dpi / 72) for side in page.get_size())
    found = np.full((height, width, 3), -1)
    for image in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
        x0, y0, x1, y1 = (edge * dpi / 72 for edge in image.get_bounds())
        pixels = np.asarray(image.get_bitmap().to_pil().convert("RGB"))
        assert (x1 - x0, y1 - y0) == pytest.approx(pixels.shape[1::-1], abs=1e-3)
        top, left = round(page.get_size()[1] * dpi / 72 - y1), round(x0)
        found[top : top + len(pixels), left : left + pixels.shape[1]] = pixels
    return found


def box_mm(box):
    return [edge * POINT for edge in box]


def drawn(plan, album, look=LOOK):
    return draw(plan, album, scale=look.scale)


@pytest.mark.parametrize("quality", [100, 95])
def test_a_page_is_the_picture_at_its_size_on_paper(quality, opened):
    plan, album = random_mosaic(1)
    pdf, written = opened(plan, album, quality=quality)
    picture = drawn(plan, album)
    assert len(pdf) == 1 and tuple(written.size) == picture.shape[1::-1]
    page = pdf[0]
    assert box_mm(page.get_trimbox())[2:] == pytest.approx([side / 2 for side in written.size], abs=1e-3)
    assert page.get_trimbox() == page.get_mediabox() == page.get_bleedbox()
    apart = np.abs(seen(page).astype(int) - picture)
    assert apart.max() == 0 if quality == 100 else apart.mean() < 6


def test_bleed_mirrors_the_picture_and_marks_lie_outside_of_it(opened):
    plan, album = random_mosaic(2)
    pdf, _ = opened(plan, album, options=PdfOptions(bleed="3mm"))
    page, picture = pdf[0], drawn(plan, album)
    trim, bleed, media = (
        np.array(box_mm(box)) for box in (page.get_trimbox(), page.get_bleedbox(), page.get_mediabox())
    )
    assert bleed - trim == pytest.approx([-3, -3, 3, 3], abs=1e-3)
    assert media[:2] == pytest.approx([0, 0]) and media[2] - trim[2] == pytest.approx(trim[0], abs=1e-3)
    pixels, border = seen(page), round(2 * trim[0])
    inside = np.s_[border - 6 : border + len(picture) + 6, border - 6 : border + picture.shape[1] + 6]
    mirrored = np.pad(picture, ((6, 6), (6, 6), (0, 0)), "symmetric")
    assert (laid(page)[inside] == mirrored).all()
    assert np.abs(pixels[inside].astype(int) - mirrored).mean() < 15
    pixels[border - 7 : border + len(picture) + 7, border - 7 : border + picture.shape[1] + 7] = 255
    row = pixels[border - 1 : border + 1].min(axis=(0, 2))
    assert row[: border - 8].min() < 250 and row[-border + 8 :].min() < 250
    pixels[border - 1 : border + 1] = 255
    pixels[border + len(picture) - 1 : border + len(picture) + 1] = 255
    pixels[:, border - 1 : border + 1] = 255
    pixels[:, border + picture.shape[1] - 1 : border + picture.shape[1] + 1] = 255
    assert pixels.min() > 250


def plain_mosaic(colour, width=60, height=40):
    size = Size(width, height)
    album = Album(flat(colour))
    return plan_of(album, size, cells(size, 2, 2)), album


def dark(pixels):
    """Columns and rows, in millimetres, that hold something dark; pixels are tenths of them."""
    return [np.flatnonzero((pixels < 128).any(axis=(axis, 2))) / 10 for axis in (0, 1)]


def test_crop_marks_point_at_the_cut_from_outside_of_the_bleed(opened):
    pdf, _ = opened(*plain_mosaic((255, 255, 255)), Look(), dpi=25.4, options=PdfOptions(bleed="3mm"))
    trim = box_mm(pdf[0].get_trimbox())
    pixels = seen(pdf[0], 254)
    columns, rows = dark(pixels)
    inner = [round(10 * edge) for edge in (trim[0] - 3, trim[1] - 3, trim[2] + 3, trim[3] + 3)]
    assert pixels[inner[1] : inner[3], inner[0] : inner[2]].min() > 250
    for found, first, last in ((columns, trim[0], trim[2]), (rows, trim[1], trim[3])):
        near = np.minimum(np.abs(found - first), np.abs(found - last)) < 0.2
        beyond = (found < first - 3.5) | (found > last + 3.5)
        assert near.any() and beyond.any() and (near | beyond).all()


def test_bleed_ends_where_its_box_ends_within_a_pixel(opened):
    pdf, _ = opened(*plain_mosaic((0, 0, 0)), Look(), dpi=25.4, options=PdfOptions(bleed="2.5mm"))
    middle = seen(pdf[0], 254)[round(10 * pdf[0].get_size()[1] * POINT / 2)]
    left = box_mm(pdf[0].get_trimbox())[0]
    assert middle[round(10 * (left - 2.35))].max() < 5 and middle[round(10 * (left - 2.65))].min() > 250


def test_dashes_on_a_sheet_are_where_its_neighbours_begin(opened):
    plan, album = plain_mosaic((255, 255, 255), 90, 90)
    options = PdfOptions(sheets="80x80mm", overlap="7mm")
    pdf, written = opened(plan, album, Look(), dpi=25.4, options=options)
    sheets = divide(written.size, options, 25.4)
    pixels = seen(pdf[0], 254)
    (x, y), part = sheets.corner, sheets.part
    assert sheets.step == (part.width - 7, part.height - 7)
    above, left = dark(pixels[: 10 * y])[0], dark(pixels[:, : 10 * x])[1]
    for found, first, side in ((above, x, part.width), (left, y, part.height)):
        for wanted in (first, first + side - 7, first + side):
            assert np.abs(found - wanted).min() < 0.2
        between = found[(found > first + 1) & (found < first + side - 1)]
        assert np.abs(between - (first + side - 7)).max() < 0.2


def test_marks_can_be_had_without_bleed_and_bleed_without_marks(opened):
    plan, album = random_mosaic(2)
    bare, _ = opened(plan, album, options=PdfOptions(bleed="3mm", marks=False), name="b.pdf")
    marked, _ = opened(plan, album, options=PdfOptions(marks=True), name="m.pdf")
    assert bare[0].get_mediabox() == bare[0].get_bleedbox() != bare[0].get_trimbox()
    assert marked[0].get_bleedbox() == marked[0].get_trimbox() != marked[0].get_mediabox()
    assert seen(bare[0]).shape[0] == drawn(plan, album).shape[0] + 12


def test_bleed_that_is_wider_than_the_picture_goes_on_mirroring(opened):
    plan, album = random_mosaic(3, columns=2, rows=1, cell=4)
    pdf, _ = opened(plan, album, Look(), options=PdfOptions(bleed="11mm", marks=False))
    picture = draw(plan, album)
    assert (laid(pdf[0]) == np.pad(picture, ((22, 22), (22, 22), (0, 0)), "symmetric")).all()


SHEETS = PdfOptions(sheets="60x60mm", overlap="4mm", sheet_margin="5mm")


def test_sheets_reassembled_are_the_picture(opened):
    plan, album = random_mosaic(4)
    pdf, written = opened(plan, album, options=SHEETS)
    picture = drawn(plan, album)
    sheets = divide(written.size, SHEETS, 50.8)
    assert (sheets.rows, sheets.columns) == (2, 3) and len(pdf) == 7
    assert "6 sheets in 2 rows of 3" in written.remarks[0]
    found = np.zeros_like(picture)
    covered = np.zeros(picture.shape[:2], int)
    for page, (name, part) in zip(pdf, sheets.parts(), strict=False):
        assert [side * POINT for side in page.get_size()] == pytest.approx([60, 60], abs=1e-3)
        (x, y), (width, height) = sheets.corner, (int(part.width), int(part.height))
        pixels = seen(page)
        own = laid(page)[y : y + height, x : x + width]
        into = np.s_[int(part.y0) : int(part.y1), int(part.x0) : int(part.x1)]
        covered[into] += 1
        found[into] = own
        assert (own == picture[into]).all(), name
        assert np.abs(pixels[y : y + height, x : x + width].astype(int) - own).mean() < 15
        edges = [pixels[: y - 1], pixels[y + height + 1 :], pixels[:, : x - 1], pixels[:, x + width + 1 :]]
        assert all((edge < 128).any() for edge in edges), "every side has marks"
        for edge in (pixels[:10], pixels[-10:], pixels[:, :10], pixels[:, -10:]):
            assert edge.min() > 250, "nothing is where the printer cannot print"
    assert (found == picture).all() and covered.max() == 4
    assert (covered[:, sheets.step[0] : sheets.step[0] + 8] >= 2).all()


def test_sheets_are_numbered_and_the_last_page_shows_how_they_hang(opened):
    plan, album = random_mosaic(4)
    pdf, written = opened(plan, album, options=SHEETS)
    sheets = divide(written.size, SHEETS, 50.8)
    names = [name for name, _ in sheets.parts()]
    assert names == ["A1", "A2", "A3", "B1", "B2", "B3"]
    for k, name in enumerate(names):
        assert pdf[k].get_textpage().get_text_range().split() == [name, "sheet", str(k + 1), "of", "6"]
        assert pdf.get_page_label(k) == name
    overview = pdf[6].get_textpage().get_text_range()
    assert all(name in overview for name in names) and "6 sheets, 2 rows of 3" in overview and "100%" in overview
    assert "dashed marks" in overview
    bare, _ = opened(plan, album, options=replace(SHEETS, marks=False), name="bare.pdf")
    assert "marks" not in bare[6].get_textpage().get_text_range()
    small = np.asarray(pdf[6].render(scale=1).to_pil().convert("RGB"))
    assert (small < 200).any(axis=2).mean() > 0.2


def test_few_sheets_lie_as_the_picture_does_and_many_so_that_they_are_few(opened):
    for size, columns, rows in ((Size(300, 200), 1, 1), (Size(200, 300), 1, 1), (Size(1100, 200), 2, 1)):
        found = divide(size, PdfOptions(sheets="a4", overlap="0"), 50.8)
        assert (found.columns, found.rows) == (columns, rows)
        assert (found.paper[0] > found.paper[1]) == (size.width > size.height)
    plan, album = random_mosaic(5)
    pdf, written = opened(plan, album, options=PdfOptions(sheets="Letter", marks=False))
    assert len(pdf) == 1 and written.remarks[0].startswith("1 sheet,")
    assert [side * POINT for side in pdf[0].get_size()] == pytest.approx([279.4, 215.9])


@pytest.mark.parametrize("seed", range(40))
def test_parts_cover_every_picture_and_fit_every_sheet(seed):
    rng = np.random.default_rng(seed)
    size = Size(*map(int, rng.integers(1, 3000, 2)))
    overlap, margin = rng.uniform(0, 20), rng.uniform(0, 10)
    options = PdfOptions(sheets="130x110mm", overlap=f"{overlap:.3f}mm", sheet_margin=f"{margin:.3f}mm")
    dpi = float(rng.uniform(40, 150))
    sheets, pixel = divide(size, options, dpi), 25.4 / dpi
    columns, rows = np.zeros(size.width, int), np.zeros(size.height, int)
    border = margin + 6
    for _, part in sheets.parts():
        assert 0 <= part.x0 < part.x1 <= size.width and 0 <= part.y0 < part.y1 <= size.height
        for corner, side, length in zip(sheets.corner, (part.width, part.height), sheets.paper, strict=True):
            assert corner * pixel > border - pixel - 1e-6
            assert (corner + side) * pixel < length * POINT - border + pixel + 1e-6
        columns[int(part.x0) : int(part.x1)] += 1
        rows[int(part.y0) : int(part.y1)] += 1
    assert columns.min() == sheets.rows and rows.min() == sheets.columns


def test_rows_go_on_after_z():
    names = ["A3", "B3", "Z3", "AA3", "AB3", "AZ3", "BA3", "AAA3"]
    assert [sheet_name(row, 2) for row in (0, 1, 25, 26, 27, 51, 52, 702)] == names


def test_transparency_stays(opened):
    plan, album = random_mosaic(6)
    plan = replace(plan.select(np.arange(30)), background="transparent")
    pdf, _ = opened(plan, album, quality=80, options=PdfOptions(bleed="2mm", marks=False))
    rgba = np.pad(drawn(plan, album).astype(float), ((4, 4), (4, 4), (0, 0)), "symmetric")
    opacity = rgba[..., 3:] / 255
    for white in (255, 0):
        found = seen(pdf[0], fill_color=(white, white, white, 255))
        assert np.abs(found - (rgba[..., :3] * opacity + white * (1 - opacity))).max() <= 1.5


@pytest.mark.parametrize("rows", [7, 256])
def test_beyond_its_edges_a_picture_is_mirrored_as_often_as_it_takes(rows, monkeypatch):
    monkeypatch.setattr(_image, "_MIRRORED", rows)
    plan, album = random_mosaic(7)
    drawing = Look().drawing(plan, album)
    picture, (width, height) = drawing.region(), drawing.size
    wide = np.pad(picture, ((300, 300), (300, 300), (0, 0)), "symmetric")
    for box in (
        *((-300, -300, width + 300, height + 300), (0, 0, width, height), (-5, 3, width, height), (3, -5, 40, 2)),
        *((width + 4, height + 1, width + 300, height + 9), (-300, -300, -200, -250), (width - 3, 0, width + 90, 5)),
    ):
        x0, y0, x1, y1 = np.array(box) + 300
        strips = list(_image.mirrored_strips(drawing, Box(*box)))
        assert (np.concatenate(strips) == wide[y0:y1, x0:x1]).all(), box
        assert all(len(strip) <= max(rows, height) for strip in strips)


def test_pictures_beyond_one_image_are_several_without_a_gap(opened, monkeypatch):
    monkeypatch.setattr(_write, "LONGEST", 90)
    plan, album = random_mosaic(7)
    pdf, _ = opened(plan, album, options=PdfOptions(bleed="3mm", marks=False))
    assert len(list(pdf[0].get_objects())) > 3
    picture = np.pad(drawn(plan, album), ((6, 6), (6, 6), (0, 0)), "symmetric")
    assert (laid(pdf[0]) == picture).all()
    assert np.abs(seen(pdf[0]).astype(int) - picture).mean() < 15


def test_huge_pages_count_in_larger_units(opened, tmp_path):
    plan, album = random_mosaic(8)
    pdf, written = opened(plan, album, dpi=0.5)
    assert written.remarks == (
        f"{written.size.width * 50.8:,.1f} x {written.size.height * 50.8:,.1f} mm".replace(".0", ""),
    )
    text = (tmp_path / "a.pdf").read_bytes()
    assert b"/UserUnit 2" in text
    assert max(pdf[0].get_size()) <= 14400


def test_titles_of_any_name_and_the_colours_of_srgb(opened, tmp_path):
    plan, album = random_mosaic(9)
    name = 'a)b\\(c "é" 😀'
    pdf, _ = opened(plan, album, name=f"{name}.pdf")
    assert pdf.get_metadata_value("Title") == name and pdf.get_metadata_value("CreationDate") == ""
    text = (tmp_path / f"{name}.pdf").read_bytes()
    assert b"/ICCBased" in text and b"/OutputIntents" in text and b"/DeviceRGB" in text
    bad, _ = opened(plan, album, name=b"caf\xe9.pdf".decode("utf-8", "surrogateescape"))
    assert bad.get_metadata_value("Title").startswith("caf")


def test_the_file_depends_neither_on_workers_nor_on_time(tmp_path):
    plan, album = random_mosaic(10)
    for workers in (1, 4):
        (tmp_path / str(workers)).mkdir()
        export(plan, album, tmp_path / str(workers) / "a.pdf", Look(workers=workers), options=SHEETS, dpi=40)
    assert (tmp_path / "1/a.pdf").read_bytes() == (tmp_path / "4/a.pdf").read_bytes()


WRONG = (
    ({"bleed": "3"}, "bleed '3' is not a length on paper"),
    ({"bleed": "wide"}, "bleed 'wide' is not a length on paper"),
    ({"bleed": "20cm"}, "bleed 20cm is more than 10 cm"),
    ({"sheets": "a4", "overlap": "10px"}, "overlap '10px' is not a length on paper"),
    ({"sheets": "a4", "sheet_margin": "nan"}, "sheet-margin 'nan' is not a length on paper"),
    ({"sheets": "b12"}, "sheets 'b12' is no paper"),
    ({"sheets": "210x297"}, "sheets '210x297' is no paper"),
    ({"sheets": "1.2.3x297mm"}, "sheets '1.2.3mm' is not a length on paper"),
    ({"sheets": "0x0mm"}, "sheets '0x0mm' is no paper"),
    ({"sheets": "900x90000mm"}, "sheets '900x90000mm' is no paper"),
    ({"sheets": "a4", "bleed": "3mm"}, "bleed and sheets contradict each other"),
    ({"overlap": "3mm"}, "overlap is for sheets"),
    ({"sheet_margin": "0"}, "sheet-margin is for sheets"),
)


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=str)
def test_lengths_and_papers_that_are_none_are_refused_in_one_line(wrong, said):
    with pytest.raises(OptionError) as fault:
        PdfOptions(**wrong)
    assert str(fault.value).startswith(said) and "\n" not in str(fault.value)


def test_paper_from_a_roll_is_paper():
    assert divide(Size(4000, 3000), PdfOptions(sheets="914x5000mm"), 100).total == 1


@pytest.mark.parametrize("wrong", [{"overlap": "10cm"}, {"sheet_margin": "12cm"}, {"sheets": "20x20mm"}], ids=str)
def test_sheets_without_room_are_refused_before_any_work(wrong, tmp_path):
    options = PdfOptions(**{"sheets": "a4"} | wrong)
    with pytest.raises(OptionError, match="too little room"):
        check_export(tmp_path / "a.pdf", Size(4000, 3000), options=options, dpi=100)
    with pytest.raises(OptionError, match="sheets are more than"):
        check_export(tmp_path / "a.pdf", Size(400_000, 300_000), options=PdfOptions(sheets="a4"), dpi=100)
