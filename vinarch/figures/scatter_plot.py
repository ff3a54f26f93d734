"""The scatter of an experiment's matching subsequences: length by accuracy, area by structures.

A tidy frame with one row a subsequence enters, a drawing leaves; nothing is computed but places.
The view is the first of VINARCH (An, Channing, Schuman, Taufer, IEEE Cluster 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import seaborn as sns
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from vinarch.errors import ParameterError
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned
from vinarch.figures.key_row import draw_legend_on
from vinarch.figures.scatter_density import Density, class_of
from vinarch.figures.scatter_legend import (
    DOT_PT,
    EDGE_PT,
    RIM,
    PointLook,
    add_axes_legend,
    draw_legend,
    size_keys,
)
from vinarch.figures.scatter_series import ALPHA, mark_path, series_keys, series_looks
from vinarch.figures.scatter_words import scatter_caption
from vinarch.figures.sheet import EDGE_MM, MM_PER_INCH, Box, Heading, Sheet, text_mm
from vinarch.figures.theme import INK, ONE, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    points: pd.DataFrame,
    *,
    experiment: str,
    series: Sequence[str] | None = None,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw every matching subsequence by its length, mean accuracy and number of structures.

    Lengths stand exactly on their integers.
    Large points lie below small ones.
    Where points coincide, the spot is the darker the more there are; of two to five experiments
    each has a colour and a mark instead.

    Parameters
    ----------
    points : pandas.DataFrame
        One row a subsequence: ``subsequence`` (its symbols), ``start`` and ``length`` (symbols),
        ``count`` (structures that hold it), ``mean_val_accuracy_percent`` and ``chosen`` (true
        in one row of an experiment at most); ``experiment`` where there are several.
    experiment : str
        Name for title and caption; of several experiments words that say which.
    series : sequence of str, optional
        Their names, in the order of their colours; none where they were matched together.
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
    looks = series_looks(series or ())
    check_columns(points, (*COLUMNS, "experiment") if series else COLUMNS, where)
    drawn, reach = _drawing_order(points, where)
    look = PointLook(*AREAS_PT2[width], highest=int(drawn["count"].max()))
    chosen = drawn[drawn["chosen"].astype(bool)]
    whose = f"the experiment {experiment}" if series is None else experiment
    caption = scatter_caption(drawn, whose, len(points) - len(drawn), reach, tuple(looks))
    if ax is not None:
        _draw_points(ax, drawn, look, looks)
        _mark_chosen(ax, chosen, look)
        _label(ax)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if looks:
            room = ax.bbox.width / figure_of(ax).dpi * MM_PER_INCH
            keys = series_keys(looks, RIM, EDGE_PT, room)
            draw_legend_on(ax, [*keys, *size_keys(drawn, chosen, look, RIM, INK)])
        else:
            add_axes_legend(ax, drawn, chosen, look)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        sheet = Sheet.new(page_mm, HEIGHT_MM[width])
        heading = Heading.fitted("Matching subsequences", experiment, sheet.width)
        heading.write(sheet)
        limits, ticks = _scale(drawn)
        left = _LEFT_MM + max((text_mm(label, SMALL_PT) for label in ticks.values()), default=0)
        keys = series_keys(looks, RIM, EDGE_PT, sheet.width - 2 * EDGE_MM)
        top = draw_legend(sheet, heading.height, drawn, chosen, look, keys=keys)
        wide, high = sheet.width - left - EDGE_MM, sheet.height - top - _BOTTOM_MM
        axes = sheet.axes(Box(left, top, wide, high))
        _draw_points(axes, drawn, look, looks)
        _limit_lengths(axes, drawn)
        axes.set_ylim(*limits)
        axes.set_yticks(list(ticks), labels=list(ticks.values()))
        axes.grid(visible=True, axis="y", color="#dddddd")
        sns.despine(ax=axes)
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
    chosen = points[points["chosen"].astype(bool)]
    again = chosen.duplicated([name for name in ("experiment",) if name in points] or None)
    if len(chosen) > 1 and ("experiment" not in points or again.any()):
        raise ParameterError(
            where,
            "one chosen row at most",
            f"{len(chosen)} chosen rows",
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
    order = ["count", "density", "length", "start", "subsequence"]
    order += [name for name in ("experiment",) if name in known]
    drawn = known.assign(density=density.counts).sort_values(
        order,
        ascending=[False, *[True] * (len(order) - 1)],
        kind="stable",
        ignore_index=True,
    )
    return drawn, density.reach


def _draw_points(
    axes: Axes,
    drawn: pd.DataFrame,
    look: PointLook,
    looks: Mapping[str, Mapping[str, str]],
) -> None:
    colours = [class_of(count).colour for count in drawn["density"]]
    if looks:
        mine = [looks[name] for name in drawn["experiment"].astype(str)]
        colours = [toned(axes, one["colour"]) for one in mine]
    points = axes.scatter(
        drawn["length"],
        drawn["mean_val_accuracy_percent"],
        s=[look.area(count) for count in drawn["count"]],
        c=colours,
        edgecolors=toned(axes, RIM),
        linewidths=EDGE_PT,
        rasterized=len(drawn) >= RASTER_FROM,
    )
    if looks:
        # One collection, so that large points lie below small ones of whatever mark.
        paths = {marker: mark_path(marker) for marker in {one["marker"] for one in mine}}
        points.set_paths([paths[one["marker"]] for one in mine])
        points.set_facecolor([to_rgba(colour, ALPHA) for colour in colours])


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
    for _, row in chosen.iterrows():
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
