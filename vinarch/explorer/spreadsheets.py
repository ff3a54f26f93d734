"""Saved tables that a spreadsheet can open and run nothing of: frames in, the bytes of CSV out.

A saved table is opened by a double click. Spreadsheets take a cell that begins with one of
``= + - @``, a tab or a carriage return for a formula, quoted or not, and text of an archive may
begin so. Knows no view and no archive.

References
----------
OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""Also behind apostrophes, so that taking one away gives every text back."""


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return a table as CSV in UTF-8, texts that would be formulas behind an apostrophe.

    Numbers stay as they are, negative ones too; whoever reads the file takes one apostrophe away
    from texts that begin with apostrophes and one of these characters, and has each text as it
    was.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    bytes
        With a header and without the index, lines as RFC 4180 ends them.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.explorer.spreadsheets import csv_bytes
    >>> frame = pd.DataFrame({"experiment": ["=1+1", "one"], "points": [-0.5, 2.0]})
    >>> csv_bytes(frame)
    b"experiment,points\r\n'=1+1,-0.5\r\none,2.0\r\n"
    """
    # A column of numbers or of truths holds no text, and need not be walked through.
    safe = {
        place: [_told(value) for value in column]
        for place, (_, column) in enumerate(frame.items())
        if column.dtype.kind not in "biufc"
    }
    told = frame.copy(deep=False)
    for place, column in safe.items():
        told.isetitem(place, column)
    told.columns = [_told(name) for name in frame.columns]
    # Python quotes a carriage return or a line feed in a text only where it ends lines too.
    return told.to_csv(index=False, lineterminator="\r\n").encode()


def _told(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
