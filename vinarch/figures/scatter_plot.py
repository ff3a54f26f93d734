"""The scatter of an experiment's matching subsequences: length by accuracy, area by structures.

A tidy frame with one row a subsequence enters, a drawing leaves; nothing is computed but places.
The view is the first of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import seaborn as sns
from matplotlib.ticker import MaxNLocator

from vinarch.errors import ParameterError
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned
from vinarch.figures.measure_words import of_trained
from vinarch.figures.scatter_density import Density, class_of
from vinarch.figures.scatter_legend import (
    DOT_PT,
    EDGE_PT,
    RIM,
    PointLook,
    add_axes_legend,
    draw_legend,
)
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, text_mm
from vinarch.figures.theme import INK, ONE, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = (
    "subsequence",
    "start",
    "length",
    "count",
    "mean_val_accuracy_percent",
    "chosen",
)

AREAS_PT2 = {"single": (3.0, 90.0), "double": (4.0, 240.0)}
"""Area of a point at count 0 and at the highest count.

The smallest can still be seen, the largest stays within half a length on either side.
"""

RASTER_FROM = 5_000
"""From this many points on, PDF and SVG hold them as one image: so many outlines open slowly."""

RING_PT = 9.0
"""Diameter of the ring around the chosen point, at least."""

RING_GAP_PT = 2.0
"""White between a large chosen point and its ring."""

HEIGHT_MM = {"single": 76.0, "double": 88.0}
_LEFT_MM = 7.0
"""Room for the label of the accuracy axis and for its ticks, without their labels."""

_BOTTOM_MM = 8.5


def draw_subsequences(
    points: pd.DataFrame, *, experiment: str, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw every matching subsequence by its length, mean accuracy and number of structures.

    Lengths stand exactly on their integers.
    Large points lie below small ones; where points coincide, the spot is the darker the more
    there are.

    Parameters
    ----------
    points : pandas.DataFrame
        One row a subsequence: ``subsequence`` (its symbols), ``start`` and ``length`` (symbols),
        ``count`` (structures that hold it), ``mean_val_accuracy_percent`` and ``chosen`` (true
        in one row at most).
    experiment : str
        Name for title and caption.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, the last on top, with ``density``: the drawn points of the
        same length whose accuracy is within a hundredth of the range of accuracies, the point
        itself included.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if two rows are chosen, if the chosen row or all
        rows lack an accuracy, or if `width` is unknown.

    References
    ----------
    An, Channing, Schuman, Taufer, "VINARCH: a visual analytics interactive tool for neural
    network archaeology", IEEE Cluster 2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.scatter_plot import draw_subsequences
    >>> points = pd.DataFrame(
    ...     {
    ...         "subsequence": ["10110", "011011"],
    ...         "start": [0, 4],
    ...         "length": [5, 6],
    ...         "count": [4, 2],
    ...         "mean_val_accuracy_percent": [88.5, 91.25],
    ...         "chosen": [False, True],
    ...     }
    ... )
    >>> drawing = draw_subsequences(points, experiment="toy")
    >>> drawing.data[["length", "count"]].values.tolist()
    [[5, 4], [6, 2]]
    """
    page_mm = width_mm(width)
    where = "draw_subsequences, argument points"
    check_columns(points, COLUMNS, where)
    drawn, reach = _drawing_order(points, where)
    look = PointLook(*AREAS_PT2[width], highest=int(drawn["count"].max()))
    chosen = drawn[drawn["chosen"].astype(bool)]
    caption = _caption(points, drawn, chosen, experiment, reach)
    if ax is not None:
        _draw_points(ax, drawn, look)
        if len(chosen):
            _mark_chosen(ax, chosen, look)
        _label(ax)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        add_axes_legend(ax, drawn, chosen, look)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        sheet = Sheet.new(page_mm, HEIGHT_MM[width])
        heading = Heading.fitted("Matching subsequences", experiment, sheet.width)
        heading.write(sheet)
        limits, ticks = _scale(drawn)
        left = _LEFT_MM + max((text_mm(label, SMALL_PT) for label in ticks.values()), default=0)
        top = draw_legend(sheet, heading.height, drawn, chosen, look)
        axes = sheet.axes(
            Box(
                left,
                top,
                sheet.width - left - EDGE_MM,
                sheet.height - top - _BOTTOM_MM,
            )
        )
        _draw_points(axes, drawn, look)
        _limit_lengths(axes, drawn)
        axes.set_ylim(*limits)
        axes.set_yticks(list(ticks), labels=list(ticks.values()))
        axes.grid(visible=True, axis="y", color="#dddddd")
        sns.despine(ax=axes)
        if len(chosen):
            _mark_chosen(axes, chosen, look)
        _label(axes, pad=2)
    return Drawing(sheet.figure, drawn, caption)


def _label(axes: Axes, pad: float | None = None) -> None:
    axes.set_xlabel("length of the subsequence (symbols)", labelpad=pad)
    axes.set_ylabel("mean validation accuracy (%)", labelpad=pad)


def _drawing_order(points: pd.DataFrame, where: str) -> tuple[pd.DataFrame, float]:
    known = points[points["mean_val_accuracy_percent"].notna()]
    if known.empty:
        raise ParameterError(
            where,
            "a row with a mean validation accuracy",
            f"{len(points)} rows without one",
            "Choose an experiment whose histories are known.",
        )
    if int(points["chosen"].sum()) > 1:
        raise ParameterError(
            where,
            "one chosen row at most",
            f"{int(points['chosen'].sum())} chosen rows",
            "Give start index and symbols, which name one row.",
        )
    if int(points["chosen"].sum()) > int(known["chosen"].sum()):
        raise ParameterError(
            where,
            "a chosen row with a mean validation accuracy",
            "a chosen row without one",
            "Choose another row.",
        )
    density = Density.of(known)
    # The order does not hang on how the rows came in, so neither do the bytes.
    drawn = known.assign(density=density.counts).sort_values(
        ["count", "density", "length", "start", "subsequence"],
        ascending=[False, True, True, True, True],
        kind="stable",
        ignore_index=True,
    )
    return drawn, density.reach


def _draw_points(axes: Axes, drawn: pd.DataFrame, look: PointLook) -> None:
    axes.scatter(
        drawn["length"],
        drawn["mean_val_accuracy_percent"],
        s=[look.area(count) for count in drawn["count"]],
        c=[class_of(count).colour for count in drawn["density"]],
        edgecolors=toned(axes, RIM),
        linewidths=EDGE_PT,
        rasterized=len(drawn) >= RASTER_FROM,
    )


def _scale(drawn: pd.DataFrame) -> tuple[tuple[float, float], dict[float, str]]:
    """Return the range of the accuracy axis, and its ticks with their labels."""
    accuracy = drawn["mean_val_accuracy_percent"]
    low, high = float(accuracy.min()), float(accuracy.max())
    margin = max(0.06 * (high - low), 0.25)
    low, high = low - margin, high + margin
    ticks = MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    # The margin may pass 100 %, the scale must not.
    shown = [float(tick) for tick in ticks if max(low, 0) <= tick <= min(high, 100)]
    return (low, high), {tick: f"{tick:g}" for tick in shown}


def _limit_lengths(axes: Axes, drawn: pd.DataFrame) -> None:
    first, last = float(drawn["length"].min()) - 0.8, float(drawn["length"].max()) + 0.8
    ticks = MaxNLocator(nbins=18, integer=True, min_n_ticks=1).tick_values(first, last)
    axes.set_xlim(first, last)
    axes.set_xticks([tick for tick in ticks if first <= tick <= last])


def _mark_chosen(axes: Axes, chosen: pd.DataFrame, look: PointLook) -> None:
    row = chosen.iloc[0]
    x, y = float(row["length"]), float(row["mean_val_accuracy_percent"])
    # The point itself stays as translucent as the others, so that it hides none of them.
    ring = max(RING_PT, look.area(float(row["count"])) ** 0.5 + 2 * RING_GAP_PT)
    # The ring lies below all points, so that it hides no neighbour.
    marks = ((DOT_PT**2, ONE, 0.7, 4.0), (ring**2, "none", 0.8, 0.9))
    for area, face, edge_width, order in marks:
        axes.scatter(
            [x],
            [y],
            s=area,
            facecolor=face,
            edgecolor=toned(axes, INK) if face == "none" else INK,
            linewidth=edge_width,
            zorder=order,
            clip_on=False,
        )


def _caption(
    points: pd.DataFrame,
    drawn: pd.DataFrame,
    chosen: pd.DataFrame,
    experiment: str,
    reach: float,
) -> str:
    accuracy = drawn["mean_val_accuracy_percent"]
    counts = drawn["count"]
    over = "of the trained networks" if of_trained(drawn) else "over all epochs of the networks"
    said = (
        f"{len(drawn):,} matching subsequences of the experiment {experiment}: length "
        f"{int(drawn['length'].min())} to {int(drawn['length'].max())} symbols, mean validation "
        f"accuracy ({over} that hold it) {float(accuracy.min()):.2f} to "
        f"{float(accuracy.max()):.2f} %; the area of a point grows with the number of structures "
        f"that hold the subsequence, {int(counts.min())} to {int(counts.max())}. The darker a "
        f"point, the more points lie on its spot, that is, have its length and an accuracy within "
        f"{reach:.2g} percentage points: up to {int(drawn['density'].max())}."
    )
    if len(points) > len(drawn):
        said += f" {len(points) - len(drawn):,} without a recorded accuracy are not drawn."
    for _, row in chosen.iterrows():
        said += (
            f" Chosen (yellow, ringed): {row['subsequence']}, start index {int(row['start'])}, "
            f"length {int(row['length'])}, in {int(row['count'])} structures, mean validation "
            f"accuracy {float(row['mean_val_accuracy_percent']):.2f} %."
        )
    return said
