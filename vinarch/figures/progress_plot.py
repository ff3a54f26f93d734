"""Searches on a budget: the best network and the hypervolume so far, one line a group of searches.

A tidy frame enters, a drawing leaves; no statistic is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import AccuracyScale, set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key, draw_legend_on, label_on
from vinarch.figures.measure_words import counted
from vinarch.figures.paper_sheet import bare_sides
from vinarch.figures.progress_layout import PanelGrid
from vinarch.figures.progress_rows import (
    BUDGETS,
    COLUMNS,
    MEASURES,
    drawn_rows,
    heavy_rows,
    looks_of_groups,
)
from vinarch.figures.progress_words import (
    BEST,
    AxisWords,
    budget_axis,
    caption_of,
    group_label,
    measure_axis,
)
from vinarch.figures.sheet import EDGE_MM
from vinarch.figures.theme import GRID, INK, Width, width_mm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

_LEAST_MARGIN = 1e-9
"""So that an axis of zeros alone has a length."""

_TITLE = "How far searches come on a budget"
_THIN: dict[str, Any] = {"linewidth": 0.4, "linestyle": "-", "alpha": 0.75}
_BAND: dict[str, Any] = {"linewidth": 0, "alpha": 0.22}


def draw_search_progress(
    progress: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw best so far and hypervolume over what searches spend.

    A panel a measure and kind of budget, a line a group.

    Parameters
    ----------
    progress : pandas.DataFrame
        Of the schema `vinarch.schema.SEARCH_PROGRESS`.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw one measure over one kind of budget on instead of a figure of its own.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn: those of groups; of a group of one search that search, and
        of a group too small for an interval its searches too.

    Raises
    ------
    ParameterError
        If columns or rows are missing, the rows come of several comparisons, there are too many
        groups, `ax` is given for several panels, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.progress_plot import draw_search_progress
    >>> from vinarch.figures.progress_rows import COLUMNS
    >>> told = dict.fromkeys(COLUMNS) | {"group": "random", "archive": "toy", "experiment": "one",
    ...     "against": "networks", "measure": "best_so_far_percent", "n": 1, "unit": "%",
    ...     "accuracy": "last", "ordered_by": "search_order"}
    >>> steps = {"budget": [1.0, 2.0, 3.0], "value": [90.0, 90.0, 95.0]}
    >>> draw_search_progress(pd.DataFrame(told | steps)).figure.axes[0].lines[0].get_ydata()
    array([90., 90., 95.])
    """
    width_mm(width, "search_progress")
    where = "search_progress, argument data"
    check_columns(progress, COLUMNS, where)
    drawn = drawn_rows(progress, where)
    lines = heavy_rows(drawn)
    looks = looks_of_groups(lines)
    panels = [
        (measure, against)
        for measure in MEASURES
        for against in BUDGETS
        if ((drawn["measure"] == measure) & (drawn["against"] == against)).any()
    ]
    measures = [name for name in MEASURES if name in {measure for measure, _ in panels}]
    budgets = [name for name in BUDGETS if name in {against for _, against in panels}]
    y_words = {name: _measure_words(drawn, name) for name in measures}
    x_words = {
        name: budget_axis(name, float(drawn.loc[drawn["against"] == name, "budget"].max()))
        for name in budgets
    }
    room = width_mm(width) - 2 * EDGE_MM - 8
    keys = _keys(drawn, lines, looks, room)
    caption = caption_of(drawn, lines)

    def draw(axes: Axes, row: int, column: int) -> None:
        measure, against = measures[row], budgets[column]
        mine = drawn[drawn["measure"] == measure]
        _draw(axes, mine, against, (x_words[against], y_words[measure]), looks)

    if ax is not None:
        _check_one(panels)
        draw(ax, 0, 0)
        label_on(ax, x_words[budgets[0]].text, y_words[measures[0]].text)
        draw_legend_on(ax, keys)
        return Drawing(figure_of(ax), drawn, caption)
    grid = PanelGrid(
        _TITLE,
        _below(drawn),
        tuple(keys),
        tuple(x_words[name].text for name in budgets),
        tuple(y_words[name].text for name in measures),
        draw,
    )
    return Drawing(grid.figure(width), drawn, caption)


def _measure_words(drawn: pd.DataFrame, measure: str) -> AxisWords:
    mine = drawn[drawn["measure"] == measure]
    return measure_axis(measure, str(mine["unit"].iloc[0]), float(mine["value"].max()))


def _draw(
    axes: Axes,
    mine: pd.DataFrame,
    against: str,
    words: tuple[AxisWords, AxisWords],
    looks: Mapping[str, Mapping[str, Any]],
) -> None:
    """Draw the rows of a measure over one budget; the y axis holds those over all budgets."""
    x, y = words
    accuracy = bool((mine["measure"] == BEST).all())
    # A mean's interval may reach beyond what an accuracy can be.
    high = mine["high"].clip(upper=100) if accuracy else mine["high"]
    _set_y(axes, pd.concat([mine["value"], mine["low"], high]).dropna() / y.divisor, accuracy)
    rows = mine[mine["against"] == against]
    _set_x(axes, rows["budget"] / x.divisor)
    axes.grid(visible=True, axis="y", color=toned(axes, GRID))
    heavy = heavy_rows(rows)
    for place, (name, look) in enumerate(looks.items()):
        line = toned_look(axes, look)
        thin = rows[(rows["group"] == name) & ~rows.index.isin(heavy.index)]
        for _, one in thin.groupby(["archive", "experiment"], sort=True):
            _step(axes, one, x, y, {"color": line["color"], **_THIN, "zorder": 1.5})
        group = heavy[heavy["group"] == name]
        if group.empty:
            continue
        if group["low"].notna().any():
            axes.fill_between(
                group["budget"] / x.divisor,
                group["low"] / y.divisor,
                high[group.index] / y.divisor,
                step="post",
                color=line["color"],
                zorder=1,
                **_BAND,
            )
        # Marks stand apart, so that lines on top of each other can be told.
        every = (0.05 + 0.03 * place, 0.3)
        _step(axes, group, x, y, {**line, "markevery": every, "zorder": 3 - 0.01 * place})
        end = {name: value for name, value in line.items() if name != "linestyle"}
        _step(axes, group.tail(1), x, y, {**end, "linestyle": "none", "zorder": 3.5})
    bare_sides(axes)


def _step(
    axes: Axes, rows: pd.DataFrame, x: AxisWords, y: AxisWords, look: Mapping[str, Any]
) -> None:
    axes.plot(
        rows["budget"].to_numpy(dtype=float) / x.divisor,
        rows["value"].to_numpy(dtype=float) / y.divisor,
        drawstyle="steps-post",
        **look,
    )


def _set_y(axes: Axes, values: pd.Series, accuracy: bool) -> None:  # noqa: FBT001 - of a measure
    if accuracy:
        AccuracyScale.fitted(values).set_on(axes, "y")
        return
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or max(abs(high) * 0.05, _LEAST_MARGIN)
    low, high = low - margin, high + margin
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    axes.set_ylim(low, high)
    axes.set_yticks([tick for tick in ticks if low <= tick <= high])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _set_x(axes: Axes, budgets: pd.Series) -> None:
    high = float(budgets.max())
    inches = axes.get_window_extent().width / figure_of(axes).dpi
    most = max(2, min(8, int(inches / 0.38)))
    set_x_range(axes, -0.03 * high, 1.04 * high, most)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _keys(
    drawn: pd.DataFrame,
    lines: pd.DataFrame,
    looks: Mapping[str, Mapping[str, Any]],
    room: float,
) -> list[Key]:
    counts = lines.groupby("group")["n"].agg(set)
    keys = [
        Key(group_label(name, {int(n) for n in counts[name]}, room), look)
        for name, look in looks.items()
    ]
    banded = lines[lines["low"].notna()]
    if len(banded):
        levels = sorted({text.split(" bootstrap")[0] for text in banded["interval"]})
        keys.append(Key(f"{' or '.join(levels)} interval", surface={"color": INK, **_BAND}))
    if len(drawn) > len(lines):
        keys.append(Key("each search", {"color": INK, **_THIN}))
    return keys


def _below(drawn: pd.DataFrame) -> str:
    groups = counted(drawn["group"].nunique(), "group")
    own = drawn[drawn["experiment"].isna()]
    archives = sorted(set(drawn["archive"].dropna().astype(str)))
    if own.empty:
        searches = counted(len(drawn[["archive", "experiment"]].drop_duplicates()), "search")
        told = searches.replace("searchs", "searches")
        return f"{told} of {', '.join(archives)}" if len(archives) <= _NAMED else told
    return f"{groups} of searches, {own['statistic'].iloc[0]} of each"


_NAMED = 3
"""More archives would fill the line."""


def _check_one(panels: Sequence[tuple[str, str]]) -> None:
    if len(panels) > 1:
        raise ParameterError(
            "search_progress with ax",
            "one measure over one kind of budget, which fits on one axes",
            " and ".join(f"{measure} over {against}" for measure, against in panels),
            "Choose: search_progress(…, against='epochs', measure='hypervolume', ax=ax).",
        )
