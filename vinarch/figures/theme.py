"""The look of printed figures: widths in millimetres, type sizes in points, colours.

Nothing here draws; `theme` sets matplotlib's settings for the length of a ``with`` block and puts
the caller's own back afterwards, `set_theme` sets them for good.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import seaborn as sns
from cycler import cycler

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

Width = Literal["single", "double"]

WIDTHS_MM: dict[str, float] = {"single": 85, "double": 178}
"""Width of one and of two columns of a journal page."""

BASE_PT = 7.0
"""Size of most text at print size."""

SMALL_PT = 6.0
"""Smallest size that is used anywhere: below it, print is hard to read."""

DPI = 300

INK = "#222222"
"""Text, axes and the mark of what was chosen."""

POINT = "#31446b"
"""Dark blue of cividis."""

ONE = "#fde725"
"""Yellow of viridis: symbol 1, and what was chosen. Luminance 0.9 in greyscale."""

ZERO = "#440154"
"""Purple of viridis: symbol 0. Luminance 0.1 in greyscale."""

DISTANCE_COLOURS = "cividis_r"
"""Light is near, dark is far; the lightness alone tells the order."""

FAINT = "#8a8a8a"
"""What stands back: what is left out or skipped, and the lines that only lead."""

GRID = "#e4e4e4"
"""Lines behind the points of a plot."""

SERIES = ("#0b2a5b", "#b5532a", "#4f9d90", "#a8a8a8", "#e9c46a")
"""Colours of series from dark to light: each is told from the next by its lightness too."""

SERIES_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
"""Dashes that go with `SERIES`, so that lines need no colour at all."""

_SETTINGS: dict[str, object] = {
    # DejaVu Sans travels with matplotlib: the same letters, and the same bytes, on every machine.
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
    "savefig.dpi": DPI,
    "figure.dpi": DPI,
    "savefig.bbox": None,  # cropping would change the printed width
    "pdf.fonttype": 42,  # TrueType outlines go into the file, as journals ask
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "vinarch",  # else the ids in the file are random
}

_CONTEXT: dict[str, float] = {
    "font.size": BASE_PT,
    "axes.labelsize": BASE_PT,
    "axes.titlesize": BASE_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "legend.title_fontsize": SMALL_PT,
    "axes.linewidth": 0.5,
    "grid.linewidth": 0.3,
    "lines.linewidth": 0.8,
    "lines.markersize": 3.0,
    "patch.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.0,
    "ytick.major.size": 2.0,
    "xtick.minor.size": 1.0,
    "ytick.minor.size": 1.0,
}

_OWN_FIGURES: dict[Any, Any] = {
    "figure.figsize": (WIDTHS_MM["single"] / 25.4, 60 / 25.4),
    "figure.dpi": 200,  # a page column at 300 would fill a notebook
    "figure.constrained_layout.use": True,
    "axes.prop_cycle": cycler(color=SERIES) + cycler(linestyle=SERIES_DASHES),
}
"""What vinarch's figures need not be told, since they are laid out by hand."""


def _look() -> dict[Any, Any]:
    return {
        **sns.axes_style("ticks"),
        **sns.plotting_context("paper", rc=_CONTEXT),
        **_SETTINGS,
    }


@contextmanager
def theme() -> Iterator[None]:
    """Apply the printed look inside a ``with`` block.

    It starts from matplotlib's defaults, so that a personal ``matplotlibrc`` changes no figure,
    and ends with the caller's settings as they were.

    Examples
    --------
    >>> import matplotlib
    >>> import vinarch
    >>> before = matplotlib.rcParams["pdf.fonttype"]
    >>> with vinarch.figures.theme():
    ...     matplotlib.rcParams["pdf.fonttype"]
    42
    >>> matplotlib.rcParams["pdf.fonttype"] == before
    True
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_look())
        yield


def set_theme() -> None:
    """Give the figures that you draw yourself the look of vinarch's, from here on.

    Sets matplotlib's ``rcParams`` for the whole session, as ``seaborn.set_theme`` does: type
    sizes and line widths for print, fonts embedded in PDF, a figure as wide as one page column
    (85 mm) with a layout that cuts no label, and lines that differ in lightness and dashes.
    vinarch's own figures look the same with and without it.

    ``matplotlib.rcdefaults()`` takes it back; ``with vinarch.figures.theme():`` sets the look for
    one block only.

    Examples
    --------
    >>> import matplotlib
    >>> import vinarch
    >>> vinarch.figures.set_theme()
    >>> matplotlib.rcParams["font.size"], matplotlib.rcParams["pdf.fonttype"]
    (7.0, 42)
    >>> matplotlib.rcdefaults()
    >>> matplotlib.rcParams["font.size"]
    10.0
    """
    mpl.rcParams.update(_look())
    mpl.rcParams.update(_OWN_FIGURES)


def width_mm(width: str, where: str = "") -> float:
    """Return the millimetres of a named width; `where` is the function, for the message.

    Raises
    ------
    ParameterError
        If the name is not in `WIDTHS_MM`.
    """
    if width not in WIDTHS_MM:
        choices = " or ".join(f"{name!r} ({mm} mm)" for name, mm in WIDTHS_MM.items())
        raise ParameterError(
            f"{where}, argument width" if where else "argument width",
            choices,
            repr(width),
            "Choose the width of the page column.",
        )
    return WIDTHS_MM[width]
