"""What the page of a study says: frames and figures in, a `vinarch.report.Report` out.

Chooses which sentences, rows and columns the page shows; draws, writes and computes nothing.
"""

from __future__ import annotations

from vinarch.study_page.findings import Findings
from vinarch.study_page.lines import call_lines
from vinarch.study_page.published import PaperFindings
from vinarch.study_page.sections import study_report

__all__ = ["Findings", "PaperFindings", "call_lines", "study_report"]
