"""One subsequence in every experiment: how many hold it, and how accurate they are beside all.

A tidy frame with one row an experiment enters, a drawing leaves; means and intervals come with
the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.figures.accuracy_scale import AccuracyScale
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.holder_words import X_WORDS, holder_caption, holder_heading, told_counts
from vinarch.figures.key_row import Key, draw_keys, draw_legend_on, key_height, label_on
from vinarch.figures.measure_words import broken_name, experiment_names, fitted_name
from vinarch.figures.paper_sheet import bare_sides
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, evenly, line_mm, text_mm
from vinarch.figures.theme import FAINT, GRID, SERIES, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = (
    "archive",
    "experiment",
    "structure_count",
    "network_count",
    "mean",
    "mean_low",
    "mean_high",
    "own_mean",
    "own_mean_low",
    "own_mean_high",
    "matched",
)

MOST_EXPERIMENTS = 40
"""Rows that fit one page."""

HOLDERS: dict[str, Any] = {"marker": "o", "color": SERIES[1], "markeredgecolor": SERIES[1]}
OWN: dict[str, Any] = {"marker": "D", "color": FAINT, "markeredgecolor": FAINT}
_INTERVAL = 0.9
_APART = 0.16
"""Of a row's height: holders lie above its middle, all networks below."""

_ROW_MM = 5.2
_NAME_SHARE = {"single": 0.32, "double": 0.34}
_NAME_LINES = 2.5
"""A longer name stands short of its middle; the data have it whole."""
_GAP_MM = 2.0
_TICKS_MM = 3.8
_COUNTS = (("structures", "structure_count"), ("networks", "network_count"))


def draw_subsequence_holders(
    rows: pd.DataFrame,
    *,
    start: int,
    subsequence: str,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the networks that hold a subsequence, and all networks, of each experiment.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row an experiment, in display order, with the columns of `vinarch.schema.HOLDERS` (``n``
        and those that count all networks may be missing). Of more than 40 experiments the first
        are drawn, and title and caption say so.
    start : int
        Start index, for title and caption.
    subsequence : str
        Its symbols.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn.

    Raises
    ------
    ParameterError
        If a column or every row is missing, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.holder_plot import draw_subsequence_holders
    >>> rows = pd.DataFrame({
    ...     "archive": "toy", "experiment": ["one", "other"], "structure_count": [5, 0],
    ...     "network_count": [6, 0], "mean": [91.0, float("nan")], "mean_low": [90.0, float("nan")],
    ...     "mean_high": [92.5, float("nan")], "own_mean": [85.0, 70.0],
    ...     "own_mean_low": [84.0, 69.0], "own_mean_high": [86.0, 71.0], "matched": [True, False]})
    >>> drawing = draw_subsequence_holders(rows, start=0, subsequence="10110")
    >>> drawing.caption.split(";")[0]
    'The subsequence 10110 (start index 0, length 5) in 2 experiments of toy, of which 1 holds it'
    """
    page_mm = width_mm(width)
    check_columns(rows, COLUMNS, "draw_subsequence_holders, argument rows")
    drawn = rows.head(MOST_EXPERIMENTS).reset_index(drop=True)
    caption = holder_caption(drawn, len(rows), start, subsequence)
    names = experiment_names(drawn)
    labels = [names[key] for key in zip(drawn["archive"], drawn["experiment"], strict=True)]
    keys = _keys(drawn)
    if ax is not None:
        _draw(ax, drawn)
        told = [
            f"{label}\n{told_counts(row)}" for label, row in zip(labels, _each(drawn), strict=True)
        ]
        ax.set_yticks(range(len(drawn)), labels=told, parse_math=False)
        label_on(ax, X_WORDS, "")
        draw_legend_on(ax, keys)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        heading = Heading.fitted(*holder_heading(drawn, len(rows), start, subsequence), page_mm)
        room = page_mm - 2 * EDGE_MM
        name_mm = _NAME_SHARE[width] * page_mm
        lines = [
            broken_name(fitted_name(label, _NAME_LINES * name_mm), name_mm) for label in labels
        ]
        row_mm = max(_ROW_MM, max(map(len, lines)) * line_mm(SMALL_PT) + 0.8)
        left = EDGE_MM + max(text_mm(part, SMALL_PT) for every in lines for part in every)
        counts_mm = [text_mm(title, SMALL_PT) + _GAP_MM for title, _ in _COUNTS]
        wide = page_mm - EDGE_MM - sum(counts_mm) - left - 2 * _GAP_MM
        top = heading.height + 0.5 + key_height(keys, room) + line_mm(SMALL_PT)
        box = Box(left + _GAP_MM, top, wide, row_mm * len(drawn))
        words = evenly(X_WORDS, min(wide + sum(counts_mm), 0.98 * room), SMALL_PT)
        low = box.top + box.height + _TICKS_MM
        sheet = Sheet.new(page_mm, low + len(words) * line_mm(SMALL_PT) + EDGE_MM)
        heading.write(sheet)
        draw_keys(sheet, (EDGE_MM, heading.height + 0.5), keys, room)
        axes = sheet.axes(box)
        _draw(axes, drawn)
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.tick_params(axis="x", pad=1.5)
        _write_names(sheet, box, lines)
        _write_counts(sheet, box, drawn, counts_mm)
        half = 1.02 * _widest(words) / 2
        middle = min(max(box.left + wide / 2, EDGE_MM + half), page_mm - EDGE_MM - half)
        for number, line in enumerate(words):
            y = low + number * line_mm(SMALL_PT)
            sheet.text(middle, y, line, ha="center", fontsize=SMALL_PT)
    return Drawing(sheet.figure, drawn, caption)


def _widest(lines: Sequence[str]) -> float:
    return max(text_mm(line, SMALL_PT) for line in lines)


def _each(drawn: pd.DataFrame) -> list[Any]:
    return list(drawn.itertuples(index=False))


def scale_of(rows: pd.DataFrame) -> AccuracyScale:
    """Return the axis of accuracies that holds all means and intervals of rows."""
    names = [name for name in COLUMNS if "mean" in name]
    values = rows[names].to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[np.isfinite(values)]
    # A mean's interval may reach beyond what an accuracy can be; without any the axis shows what
    # there could be.
    return AccuracyScale.fitted(np.minimum(known, 100.0) if len(known) else [0.0, 99.0])


def _draw(axes: Axes, drawn: pd.DataFrame) -> None:
    scale_of(drawn).set_on(axes, "x")
    axes.set_ylim(len(drawn) - 0.5, -0.5)
    axes.set_yticks(range(len(drawn)))
    axes.grid(visible=True, axis="x", color=toned(axes, GRID))
    for border in range(1, len(drawn)):
        axes.axhline(border - 0.5, color=toned(axes, GRID), linewidth=0.4, zorder=0.5)
    for prefix, look, away in (("own_", OWN, _APART), ("", HOLDERS, -_APART)):
        for place, row in drawn.iterrows():
            at = float(row[f"{prefix}mean"])
            if np.isnan(at):
                continue
            y = int(str(place)) + away
            line = toned_look(axes, look)
            ends = [float(row[f"{prefix}mean_low"]), min(float(row[f"{prefix}mean_high"]), 100.0)]
            axes.plot(ends, [y, y], color=line["color"], linewidth=_INTERVAL, zorder=2)
            filled = bool(row["matched"]) and not prefix
            face = line["color"] if filled else toned(axes, "white")
            mark = {**line, "markerfacecolor": face, "markersize": 3.6, "markeredgewidth": 0.8}
            axes.plot([at], [y], zorder=3, clip_on=False, **mark)
    bare_sides(axes)


def _keys(drawn: pd.DataFrame) -> list[Key]:
    matched = drawn["matched"].astype(bool)
    known = drawn["mean"].notna()
    plain = {"linestyle": "none", "markersize": 3.6, "markeredgewidth": 0.8}
    hollow = {"markerfacecolor": "white"}
    keys = []
    if (matched & known).any():
        keys.append(Key("networks that hold it", {**HOLDERS, **plain}))
    if (~matched & known).any():
        keys.append(Key("the same, where it is no match", {**HOLDERS, **plain, **hollow}))
    keys.append(Key("all networks", {**OWN, **plain, **hollow}))
    if drawn[["mean_low", "own_mean_low"]].notna().any(axis=None):
        keys.append(Key("95 % interval of the mean", {"color": FAINT, "linewidth": _INTERVAL}))
    return keys


def _write_names(sheet: Sheet, box: Box, lines: Sequence[Sequence[str]]) -> None:
    row_mm = box.height / len(lines)
    for row, parts in enumerate(lines):
        middle = box.top + (row + 0.5) * row_mm
        first = middle - len(parts) * line_mm(SMALL_PT) / 2
        for number, part in enumerate(parts):
            sheet.text(EDGE_MM, first + number * line_mm(SMALL_PT), part, fontsize=SMALL_PT)


def _write_counts(sheet: Sheet, box: Box, drawn: pd.DataFrame, wide: Sequence[float]) -> None:
    row_mm = box.height / len(drawn)
    right = box.left + box.width + _GAP_MM / 2
    for (title, column), width in zip(_COUNTS, wide, strict=True):
        right += width
        look: dict[str, Any] = {"ha": "right", "fontsize": SMALL_PT}
        sheet.text(right, box.top - line_mm(SMALL_PT), title, **look)
        for row, count in enumerate(drawn[column].astype(int)):
            sheet.text(right, box.top + (row + 0.5) * row_mm, f"{count:,}", va="center", **look)
