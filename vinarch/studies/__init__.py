"""The study of one archive: a commons in, a folder with tables, figures and a page out."""

from __future__ import annotations

from vinarch.studies.files import check_ending, write_frame
from vinarch.studies.making import Study, study

__all__ = ["Study", "check_ending", "study", "write_frame"]
