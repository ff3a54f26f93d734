"""The report: plain frozen records in, one self-contained HTML page out.

`vinarch.notebook` renders the same records as a notebook.
"""

from __future__ import annotations

from vinarch.report.checks import MOST_BYTES, check_report
from vinarch.report.frames import table_of
from vinarch.report.page import render_report
from vinarch.report.records import (
    Block,
    Doi,
    Facts,
    FrameOutput,
    Items,
    Link,
    Listing,
    Look,
    Paragraph,
    Ref,
    Report,
    ReportFigure,
    ReportTable,
    Section,
    Value,
)

__all__ = [
    "MOST_BYTES",
    "Block",
    "Doi",
    "Facts",
    "FrameOutput",
    "Items",
    "Link",
    "Listing",
    "Look",
    "Paragraph",
    "Ref",
    "Report",
    "ReportFigure",
    "ReportTable",
    "Section",
    "Value",
    "check_report",
    "render_report",
    "table_of",
]
