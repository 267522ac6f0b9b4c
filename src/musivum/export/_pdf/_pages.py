"""The pages of a PDF and what belongs to all of them.

References
----------
.. [1] ISO 32000-1:2008 (PDF 1.7): 7.7.3 pages and their boxes, 8.6.5.5 ICC colours, 12.2 viewer preferences, 12.4.2
   page labels, 14.11.2 page boundaries, 14.11.5 output intents.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from musivum.export._pdf._file import PdfFile, number, numbers, text_string
from musivum.geometry import Box
from musivum.raster import srgb_profile

_LONGEST = 14400  # units; on larger pages they are larger than points


class Page(NamedTuple):
    """A page, in points, y up.

    Attributes
    ----------
    images
        Numbers of images and the boxes that they fill.
    clip
        What images are cut to.
    over
        Operators that are drawn over them.
    label
        What readers call the page, in ASCII; "" if just its number.
    """

    size: tuple[float, float]
    trim: Box
    bleed: Box
    images: list[tuple[int, Box]]
    clip: Box
    over: str
    label: str = ""


class Book:
    """Pages of one PDF, all in sRGB, with Helvetica as F1."""

    def __init__(self, pdf: PdfFile, *, transparent: bool) -> None:
        self._pdf, self._transparent = pdf, transparent
        self.profile = pdf.deflated(srgb_profile(), "/N 3 /Alternate /DeviceRGB")
        self._font = pdf.put("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
        self._tree = pdf.reserve()
        self._pages: list[int] = []
        self._labels: list[str] = []

    def add(self, page: Page) -> None:
        """Write a page, whose images are written already."""
        unit = max(1, math.ceil(max(page.size) / _LONGEST))
        drawn = [f"{numbers(1 / unit, 0, 0, 1 / unit, 0, 0)} cm", "q", f"{_rectangle(page.clip)} re W n"]
        for k, (_, box) in enumerate(page.images):
            drawn.append(f"q {numbers(box.width, 0, 0, box.height, box.x0, box.y0)} cm /I{k} Do Q")
        content = self._pdf.deflated("\n".join([*drawn, "Q", page.over]).encode("ascii"))
        images = " ".join(f"/I{k} {image} 0 R" for k, (image, _) in enumerate(page.images))
        boxes = {"MediaBox": Box(0, 0, *page.size), "BleedBox": page.bleed, "TrimBox": page.trim}
        entries = [f"/{name} [{numbers(*(edge / unit for edge in box))}]" for name, box in boxes.items()]
        if unit > 1:
            entries.append(f"/UserUnit {unit}")
        if self._transparent:
            entries.append("/Group << /S /Transparency /CS /DeviceRGB >>")
        resources = f"<< /XObject << {images} >> /Font << /F1 {self._font} 0 R >> >>"
        self._pages.append(
            self._pdf.put(
                f"<< /Type /Page /Parent {self._tree} 0 R {' '.join(entries)} /Resources {resources} "
                f"/Contents {content} 0 R >>"
            )
        )
        self._labels.append(page.label)

    def finish(self, title: str) -> None:
        """Write what holds the pages together."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        self._pdf.put(f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>", self._tree)
        labels = " ".join(f"{k} << /P ({label}) >>" for k, label in enumerate(self._labels))
        intent = (
            "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) "
            f"/Info (sRGB IEC61966-2.1) /DestOutputProfile {self.profile} 0 R >>"
        )
        catalog = self._pdf.put(
            f"<< /Type /Catalog /Pages {self._tree} 0 R /OutputIntents [{intent}] "
            "/ViewerPreferences << /DisplayDocTitle true /PrintScaling /None >>"
            + (f" /PageLabels << /Nums [{labels}] >>" if any(self._labels) else "")
            + " >>"
        )
        self._pdf.finish(catalog, self._pdf.put(f"<< /Title {text_string(title)} /Producer (musivum) >>"))


def _rectangle(box: Box) -> str:
    return f"{numbers(box.x0, box.y0)} {number(box.width)} {number(box.height)}"
