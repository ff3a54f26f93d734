"""Published values of one place of a paper, beside what the commons gives: a panel a unit.

A tidy frame with one row a claim enters, a drawing leaves; verdicts come with the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import seaborn as sns

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.given import check_unique
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key, draw_keys, draw_legend_on, key_height, label_on
from vinarch.figures.measure_words import counted
from vinarch.figures.paper_sheet import bare_sides
from vinarch.figures.sheet import (
    EDGE_MM,
    MM_PER_INCH,
    Box,
    Heading,
    Sheet,
    evenly,
    text_mm,
)
from vinarch.figures.theme import FAINT, GRID, INK, SERIES, SMALL_PT, Width, theme, width_mm
from vinarch.schema.published import CLAIMED_VALUES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = CLAIMED_VALUES.names
UNITS = {"%": "%", "h": "hours"}
"""Units that read better in other words on an axis."""

_PUBLISHED: dict[str, Any] = {"marker": "o", "facecolor": "none", "edgecolor": INK}
_RECOMPUTED: dict[str, Any] = {"marker": "D", "facecolor": SERIES[1], "edgecolor": "none"}
_AREAS = {"published": 30.0, "recomputed": 10.0}
_ROW_MM = {"single": 5.2, "double": 4.8}
_LABEL_SHARE = 0.42
_NUMBER_MM = 17.0
_TICK_MM = 10.0
_AXIS_MM = 8.0


def draw_claimed_values(
    values: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw published values as rings, and what the commons gives as marks in them.

    Parameters
    ----------
    values : pandas.DataFrame
        Of the schema `vinarch.schema.published.CLAIMED_VALUES`, of one place of one paper.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw values of one unit on instead of a figure of its own.

    Returns
    -------
    Drawing

    Raises
    ------
    ParameterError
        If a column is missing, there are several places or no published value, a claim stands
        there twice, `ax` is given for several units, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_claim_plot import draw_claimed_values
    >>> values = pd.DataFrame({
    ...     "paper": "toy", "number": [1, 2], "place": "Table 1", "claim": ["Hours", "Accuracy"],
    ...     "unit": ["h", "%"], "published": [15.5, 92.0], "decimals": [1, 0],
    ...     "recomputed": [15.52, None], "verdict": ["agrees", "not derivable"],
    ...     "why": [None, "Its runs are not in the archive."]})
    >>> draw_claimed_values(values).caption
    'Table 1 of toy: 2 published values (rings) beside those that the archive gives (diamonds).
    1 agrees and 0 differ. 1 stands as published only: Its runs are not in the archive.'
    """
    page_mm = width_mm(width, "claimed_values")
    where = "claimed_values, argument data"
    check_columns(values, COLUMNS, where)
    check_unique(values, ("paper", "number"), "claimed_values")
    places = values[["paper", "place"]].drop_duplicates()
    known = values[values["published"].notna()]
    if len(places) != 1 or known.empty:
        raise ParameterError(
            where,
            "published values of one place of one paper",
            f"{len(known)} values of {len(places)} places",
            "Name the place, or pass the data of an earlier drawing.",
        )
    drawn = known[list(COLUMNS)].reset_index(drop=True)
    groups = [rows for _, rows in drawn.groupby("unit", sort=False)]
    keys = _keys(drawn)
    caption = _caption(drawn)
    if ax is not None:
        if len(groups) > 1:
            raise ParameterError(
                "claimed_values with ax",
                "values of one unit, which fit on one axes",
                f"{len(groups)} units",
                "Choose rows of one unit, or leave ax out for a panel each.",
            )
        _draw(ax, drawn, None)
        label_on(ax, _unit_words(drawn), "")
        draw_legend_on(ax, keys)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        heading = Heading.fitted(
            f"{drawn['place'].iloc[0]}: published and recomputed",
            f"paper {drawn['paper'].iloc[0]}",
            page_mm,
        )
        room = page_mm - 2 * EDGE_MM
        widest = max(text_mm(text, SMALL_PT) for text in drawn["claim"].astype(str))
        left = EDGE_MM + min(widest, _LABEL_SHARE * page_mm) + 1.5
        top = heading.height + 0.5
        first = top + key_height(keys, room)
        height = first + sum(_panel_mm(rows, width) for rows in groups) + EDGE_MM
        sheet = Sheet.new(page_mm, height)
        heading.write(sheet)
        draw_keys(sheet, (EDGE_MM, top), keys, room)
        for rows in groups:
            tall = len(rows) * _ROW_MM[width]
            box = Box(left, first, page_mm - left - _NUMBER_MM - EDGE_MM, tall)
            axes = sheet.axes(box)
            _draw(axes, rows, left - EDGE_MM - 1.5)
            _write_numbers(sheet, rows, box)
            below = first + tall + 4.0
            middle = box.left + box.width / 2
            sheet.text(middle, below, _unit_words(rows), ha="center", fontsize=SMALL_PT)
            first += _panel_mm(rows, width)
    return Drawing(sheet.figure, drawn, caption)


def _panel_mm(rows: pd.DataFrame, width: Width) -> float:
    return len(rows) * _ROW_MM[width] + _AXIS_MM


def _unit_words(rows: pd.DataFrame) -> str:
    unit = str(rows["unit"].iloc[0])
    return UNITS.get(unit, unit)


def _draw(axes: Axes, rows: pd.DataFrame, label_room: float | None) -> None:
    numbers = pd.concat([rows["published"], rows["recomputed"]]).dropna().astype(float)
    low, high = float(numbers.min()), float(numbers.max())
    margin = 0.08 * (high - low) or max(0.05 * abs(high), 0.5)
    wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
    set_x_range(axes, low - margin, high + margin, max(2, min(8, int(wide / _TICK_MM))))
    axes.grid(visible=True, color=toned(axes, GRID))
    places = range(len(rows))
    for name, look in (("published", _PUBLISHED), ("recomputed", _RECOMPUTED)):
        told = rows.assign(_place=places).dropna(subset=name)
        mark = toned_look(axes, look)
        sns.scatterplot(
            x=told[name].astype(float).to_numpy(), y=told["_place"].to_numpy(), s=_AREAS[name],
            ax=axes, linewidth=0.8, legend=False, zorder=3, color=None, clip_on=False, **mark,
        )  # fmt: skip
    labels = [
        "\n".join(evenly(text, label_room, SMALL_PT)) if label_room else text
        for text in rows["claim"].astype(str)
    ]
    axes.set_yticks(list(places), labels, linespacing=1.0, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(pad=1.5)
    axes.set(xlabel="", ylabel="")
    bare_sides(axes, ("top", "right", "left"))


def _write_numbers(sheet: Sheet, rows: pd.DataFrame, box: Box) -> None:
    """Write both values beside each row, the published one in the digits that were printed."""
    step = box.height / len(rows)
    for place, row in enumerate(rows.to_dict("records")):
        middle = box.top + (place + 0.5) * step
        left = box.left + box.width + 2.0
        sheet.text(left, middle, _numbers(row), va="center_baseline", fontsize=SMALL_PT)


def _numbers(row: dict[Any, Any]) -> str:
    decimals = int(row["decimals"])
    published = f"{row['published']:.{decimals}f}"
    if pd.isna(row["recomputed"]):
        return f"{published}  ?"
    # One digit more than was printed shows how near a differing value lies.
    return f"{published}  {row['recomputed']:.{decimals + 1}f}"


def _keys(drawn: pd.DataFrame) -> list[Key]:
    ring: dict[str, Any] = {
        "linestyle": "none",
        "marker": "o",
        "markersize": 4.6,
        "markerfacecolor": "none",
    }
    mark: dict[str, Any] = {
        "linestyle": "none",
        "marker": "D",
        "markersize": 3.0,
        "color": SERIES[1],
    }
    keys = [
        Key("published, first number", {**ring, "markeredgecolor": INK, "markeredgewidth": 0.8})
    ]
    if drawn["recomputed"].notna().any():
        keys.append(
            Key("recomputed from the archive, second number", {**mark, "markeredgewidth": 0})
        )
    if drawn["recomputed"].isna().any():
        nothing = {"linestyle": "none", "marker": "", "color": FAINT}
        keys.append(Key("? not derivable from the archive", nothing))
    return keys


def _caption(drawn: pd.DataFrame) -> str:
    verdicts = drawn["verdict"].astype(str).value_counts()
    agrees, differs = int(verdicts.get("agrees", 0)), int(verdicts.get("differs", 0))
    alone = drawn[drawn["recomputed"].isna()]
    said = (
        f"{drawn['place'].iloc[0]} of {drawn['paper'].iloc[0]}: "
        f"{counted(len(drawn), 'published value')} (rings) beside those that the archive gives "
        f"(diamonds). {agrees} {'agrees' if agrees == 1 else 'agree'} and {differs} "
        f"{'differs' if differs == 1 else 'differ'}."
    )
    if len(alone):
        reasons = " ".join(dict.fromkeys(alone["why"].dropna().astype(str)))
        verb = "stands" if len(alone) == 1 else "stand"
        said += f" {len(alone)} {verb} as published only: {reasons}"
    return said
