"""PDF at print size: one page with bleed and crop marks, or sheets for a wall."""

from musivum.export._pdf._options import PdfOptions
from musivum.export._pdf._write import check_pdf, write_pdf

__all__ = ["PdfOptions", "check_pdf", "write_pdf"]
