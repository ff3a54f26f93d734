"""The look of printed figures: widths in millimetres, type sizes in points, colours.

Nothing here draws; `theme` sets matplotlib's settings for the length of a ``with`` block and puts
the caller's own back afterwards.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import seaborn as sns

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


@contextmanager
def theme() -> Iterator[None]:
    """Apply the printed look inside a ``with`` block.

    It starts from matplotlib's defaults, so that a personal ``matplotlibrc`` changes no figure,
    and ends with the caller's settings as they were.

    Examples
    --------
    >>> import matplotlib
    >>> from vinarch.figures.theme import theme
    >>> before = matplotlib.rcParams["pdf.fonttype"]
    >>> with theme():
    ...     matplotlib.rcParams["pdf.fonttype"]
    42
    >>> matplotlib.rcParams["pdf.fonttype"] == before
    True
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: dict[Any, Any] = {
            **sns.axes_style("ticks"),
            **sns.plotting_context("paper", rc=_CONTEXT),
            **_SETTINGS,
        }
        mpl.rcParams.update(settings)
        yield


def width_mm(width: str) -> float:
    """Return the millimetres of a named width.

    Raises
    ------
    ParameterError
        If the name is not in `WIDTHS_MM`.
    """
    if width not in WIDTHS_MM:
        choices = " or ".join(f"{name!r} ({mm} mm)" for name, mm in WIDTHS_MM.items())
        raise ParameterError(
            "argument width", choices, repr(width), "Choose the width of the page column."
        )
    return WIDTHS_MM[width]
