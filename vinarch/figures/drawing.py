"""A finished drawing: the figure, the tidy frame behind it, its caption, and how it is saved.

Also the checks that every drawing function makes of its frame.
No statistics, no tables on disk, no Dask; `Drawing.save` is the only thing here that writes.
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

from vinarch.errors import ParameterError, StoreError
from vinarch.figures.sheet import PrintedFigure
from vinarch.figures.theme import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# None leaves an entry out: no date and no version, so that equal drawings give equal bytes.
_METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": "vinarch", "Producer": None},
    "svg": {"Date": None, "Creator": "vinarch"},
}
_CAPTION = {"png": "Description", "pdf": "Subject", "svg": "Description"}
"""Where a file keeps the caption, so that it still tells what it shows away from its page."""

_NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, though the name of an experiment could."""


@dataclass(frozen=True, eq=False, repr=False)
class Drawing:
    """A figure with the data that it shows and a caption that says it in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.heat_plot import draw_distance_map
    >>> pairs = pd.DataFrame(
    ...     {
    ...         "structure_a": [3, 3, 8, 8],
    ...         "structure_b": [3, 8, 3, 8],
    ...         "distance": [0.0, 4.0, 4.0, 0.0],
    ...     }
    ... )
    >>> drawing = draw_distance_map(pairs, experiment="toy", metric="cityblock")
    >>> drawing.caption
    'City-block distance (symbols) between 2 structures of the experiment toy: 4.'
    """

    figure: Figure
    data: pd.DataFrame
    """The rows that are drawn, tidy and in drawing order."""
    caption: str
    """One to three plain sentences with the numbers."""

    def __repr__(self) -> str:
        """Say what the picture shows."""
        return f"Drawing: {self.caption}"

    def save(
        self, stem: str | Path, formats: Sequence[str] = ("png", "pdf", "svg")
    ) -> tuple[Path, ...]:
        """Write the figure in every format asked for; equal drawings give equal bytes.

        The files carry the caption: SVG and PNG as the description, PDF as the subject.

        Parameters
        ----------
        stem : str or pathlib.Path
            Path without the ending; the folder is made if it is missing.
        formats : sequence of str
            Any of ``"png"``, ``"pdf"``, ``"svg"``.

        Returns
        -------
        tuple of pathlib.Path
            The files written, in the order of `formats`.

        Raises
        ------
        ParameterError
            If a format is none of the three.
        StoreError
            If a file cannot be written; no half-written file is left.
        """
        # All are rendered before the first is written: a wrong format leaves no file behind.
        contents = [(_with_ending(Path(stem), name), self._bytes(name)) for name in formats]
        for path, content in contents:
            _write(path, content)
        return tuple(path for path, _ in contents)

    def png(self) -> bytes:
        """Return the figure as a PNG image at print resolution."""
        return self._bytes("png")

    def svg(self) -> bytes:
        """Return the figure as an SVG image."""
        return self._bytes("svg")

    def _repr_png_(self) -> bytes:
        return self.png()

    def _bytes(self, name: str) -> bytes:
        if name not in _METADATA:
            raise ParameterError(
                "argument formats",
                ", ".join(map(repr, _METADATA)),
                repr(name),
                "Leave it out or choose one of these.",
            )
        buffer = BytesIO()
        with _look_of(self.figure):
            caption = {_CAPTION[name]: _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", self.caption)}
            self.figure.savefig(buffer, format=name, metadata=_METADATA[name] | caption)
        return buffer.getvalue()


def _look_of(figure: Figure) -> AbstractContextManager[None]:
    if isinstance(figure, PrintedFigure):
        return theme()
    # A figure of the user's keeps their look; fonts are embedded and bytes repeat all the same.
    return mpl.rc_context({"pdf.fonttype": 42, "svg.hashsalt": "vinarch"})


def figure_of(axes: Axes) -> Figure:
    """Return the whole figure that axes belong to, which may lie in a part of it."""
    return axes.figure.get_figure(root=True)


def check_columns(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Check that a frame has rows and the columns that a drawing needs.

    Parameters
    ----------
    frame : pandas.DataFrame
        What was given to the drawing function.
    columns : sequence of str
        Columns that must be there.
    where : str
        Function and argument, for the message.

    Raises
    ------
    ParameterError
        If a column is missing or there is no row.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ParameterError(
            where,
            "the columns " + ", ".join(columns),
            f"no {', '.join(missing)} among " + (", ".join(map(str, frame.columns)) or "none"),
            "Pass the data of an earlier drawing, or a commons.",
        )
    if frame.empty:
        raise ParameterError(
            where, "at least one row", "0 rows", "Choose an experiment or a row that has matches."
        )


def _with_ending(stem: Path, ending: str) -> Path:
    # Not with_suffix: a dot in the stem is part of the name.
    return stem.with_name(f"{stem.name}.{ending}")


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise StoreError(
            str(path),
            "a folder that figures can be written to",
            f"{type(error).__name__}: {error.strerror}",
            "Name another folder, or make room and permission in this one.",
        ) from error
