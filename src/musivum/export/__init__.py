"""What a plan can become: files of every kind, a score, a report."""

from musivum.export._arranged import Arranged, Flow, Nearness, is_arranged
from musivum.export._explanation import Explanation, ScarceColour, WantedPhoto
from musivum.export._exporters import EXPORTERS, USUAL_SIDE, Exporter, check_export, export, exporter_of
from musivum.export._fidelity import mean_difference, rms_difference, ssim
from musivum.export._films import FILMS, FilmOptions
from musivum.export._free import FreeForm, lies_freely, placed_sides
from musivum.export._layered import LayerOptions, export_layers
from musivum.export._lines import lines
from musivum.export._look import AS_PLANNED, Look, Picture
from musivum.export._page import PageOptions
from musivum.export._pdf import PdfOptions
from musivum.export._repeat import nearest_repeat
from musivum.export._report import Fidelity, Matching, Report, Use, report
from musivum.export._score import Score, score, target_pixels
from musivum.export._sheet import Figure, Panel, panel_size, sheet, sheet_size
from musivum.export._svg import SvgOptions
from musivum.export._table import rows_and_columns
from musivum.export._write_report import REPORT_FORMATS, check_report_path, write_report
from musivum.export._zoom import ZoomOptions

__all__ = [
    "AS_PLANNED",
    "EXPORTERS",
    "FILMS",
    "REPORT_FORMATS",
    "USUAL_SIDE",
    "Arranged",
    "Explanation",
    "Exporter",
    "Fidelity",
    "Figure",
    "FilmOptions",
    "Flow",
    "FreeForm",
    "LayerOptions",
    "Look",
    "Matching",
    "Nearness",
    "PageOptions",
    "Panel",
    "PdfOptions",
    "Picture",
    "Report",
    "ScarceColour",
    "Score",
    "SvgOptions",
    "Use",
    "WantedPhoto",
    "ZoomOptions",
    "check_export",
    "check_report_path",
    "export",
    "export_layers",
    "exporter_of",
    "is_arranged",
    "lies_freely",
    "lines",
    "mean_difference",
    "nearest_repeat",
    "panel_size",
    "placed_sides",
    "report",
    "rms_difference",
    "rows_and_columns",
    "score",
    "sheet",
    "sheet_size",
    "ssim",
    "target_pixels",
    "write_report",
]
