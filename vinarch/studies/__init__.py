"""The study of one archive: a commons in, a folder with tables, figures and a page out."""

from __future__ import annotations

from vinarch.studies.files import check_ending, write_frame, write_pieces
from vinarch.studies.making import Study, study
from vinarch.studies.tables import MOST_PAIRS

__all__ = ["MOST_PAIRS", "Study", "check_ending", "study", "write_frame", "write_pieces"]
