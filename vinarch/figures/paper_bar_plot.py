"""Epochs that searches trained, and hours that they took, as bars by task data.

A tidy frame with one row a search enters, a drawing leaves; nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import seaborn as sns

from vinarch.figures.accuracy_scale import set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.given import check_unique
from vinarch.figures.ground import toned
from vinarch.figures.key_row import Key, legend_points
from vinarch.figures.paper_sheet import PaperPanel, PaperSheet, bare_sides
from vinarch.figures.paper_words import looks_of, named_experiments, with_search_words
from vinarch.figures.sheet import MM_PER_INCH, text_mm
from vinarch.figures.theme import FAINT, GRID, INK, SMALL_PT, Width, width_mm
from vinarch.schema.published import EPOCHS_TRAINED, WALL_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

_SEARCH = ("archive", "experiment")
_BAR_MM = {"single": 3.6, "double": 4.2}
_GAP_MM = 3.0
_TICK_MM = 12.0
_LABEL_GAP_MM = 2.0
_LEAST_SHARE = 0.3
"""Of the axis that bars take, however long the labels are."""


@dataclass(frozen=True)
class _Bars:
    """What one kind of bars says."""

    where: str
    columns: tuple[str, ...]
    value: str
    title: str
    x: str
    label: Callable[[pd.Series], str]
    caption: Callable[[pd.DataFrame], str]
    whole: str = ""
    """Column that an outline goes to behind each bar."""


def draw_epochs_trained(
    searches: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the epochs that each search trained, and what share of its budget that saved.

    Parameters
    ----------
    searches : pandas.DataFrame
        Of the schema `vinarch.schema.published.EPOCHS_TRAINED`.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own.

    Returns
    -------
    Drawing

    Raises
    ------
    ParameterError
        If a column is missing, a search stands there twice, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_bar_plot import draw_epochs_trained
    >>> searches = pd.DataFrame({
    ...     "archive": "toy", "experiment": ["slow", "fast"], "gpus": 1, "beam": "1e14",
    ...     "early_termination": [False, True], "network_count": 4, "epochs_budgeted": 100,
    ...     "epochs_trained": [100, 80], "saved_percent": [0.0, 20.0]})
    >>> [text.get_text() for text in draw_epochs_trained(searches).figure.axes[0].texts]
    ['100', '80: 20.0 % saved']
    """
    return _draw_bars(
        searches,
        _Bars(
            "epochs_trained",
            EPOCHS_TRAINED.names,
            "epochs_trained",
            "Epochs trained, and the share that was saved",
            "epochs of all networks",
            _epochs_label,
            _epochs_caption,
            "epochs_budgeted",
        ),
        width,
        ax,
    )


def draw_wall_times(
    searches: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the wall time of each search.

    Parameters
    ----------
    searches : pandas.DataFrame
        Of the schema `vinarch.schema.published.WALL_TIMES`.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own.

    Returns
    -------
    Drawing

    Raises
    ------
    ParameterError
        If a column is missing, a search stands there twice, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_bar_plot import draw_wall_times
    >>> searches = pd.DataFrame({
    ...     "archive": "toy", "experiment": ["slow", "fast"], "gpus": [1, 4], "beam": "1e14",
    ...     "early_termination": True, "wall_time_hours": [40.25, 10.0]})
    >>> [text.get_text() for text in draw_wall_times(searches).figure.axes[0].texts]
    ['40.25', '10.00']
    """
    return _draw_bars(
        searches,
        _Bars(
            "wall_times",
            WALL_TIMES.names,
            "wall_time_hours",
            "Wall time of the searches",
            "wall time (h)",
            lambda row: f"{row['wall_time_hours']:.2f}",
            _hours_caption,
        ),
        width,
        ax,
    )


def _draw_bars(searches: pd.DataFrame, bars: _Bars, width: Width, ax: Axes | None) -> Drawing:
    width_mm(width, bars.where)
    where = f"{bars.where}, argument data"
    check_columns(searches, bars.columns, where)
    check_unique(searches, _SEARCH, bars.where)
    order = ["beam", "gpus", "early_termination", *_SEARCH]
    drawn = searches[list(bars.columns)].sort_values(order, ignore_index=True)
    named = with_search_words(drawn).astype({"beam": object})
    several = named.duplicated(["beam", "search"]).any()
    # Two searches of one setting need a bar each.
    group = "experiment" if several else "beam"
    names = sorted(named[group].astype(str).unique())
    ways = named.sort_values(["gpus", "early_termination"])["search"].drop_duplicates().tolist()
    looks = looks_of(ways)
    thick = 0.8 / len(ways)
    longest = float(named[bars.whole or bars.value].max())

    def draw(axes: Axes) -> None:
        size = SMALL_PT if ax is None else legend_points()
        wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
        palette = {way: toned(axes, look["colour"]) for way, look in looks.items()}
        common = {"data": named, "y": group, "hue": "search", "orient": "h", "order": names}
        common |= {"hue_order": ways, "legend": False, "ax": axes, "errorbar": None}
        axes.grid(visible=True, axis="x", color=toned(axes, GRID))
        sns.barplot(**common, x=bars.value, palette=palette, saturation=1, linewidth=0)
        # Beyond the longest bar there is room for the labels, and no tick.
        labels = [bars.label(row) for _, row in named.iterrows()]
        room = max(text_mm(label, size) for label in labels) + _LABEL_GAP_MM
        share = max(1 - room / wide, _LEAST_SHARE)
        set_x_range(axes, 0, longest, max(2, min(8, int(share * wide / _TICK_MM))))
        axes.set_xlim(0, longest / share)
        places = [
            names.index(str(row[group])) + (ways.index(row["search"]) + 0.5) * thick - 0.4
            for _, row in named.iterrows()
        ]
        if bars.whole:
            outline: dict[str, Any] = {"facecolor": "none", "edgecolor": toned(axes, FAINT)}
            axes.barh(places, named[bars.whole], height=thick, zorder=0.8, linewidth=0.5, **outline)
        ends = named[bars.whole or bars.value].astype(float)
        for label, end, place in zip(labels, ends, places, strict=True):
            axes.annotate(
                label, (end, place), xytext=(2, 0), textcoords="offset points",
                va="center_baseline", fontsize=size, color=toned(axes, INK), parse_math=False,
            )  # fmt: skip
        axes.tick_params(axis="y", length=0)
        bare_sides(axes)

    per_beam = named.groupby(group)["search"].nunique().max()
    sheet = PaperSheet(
        bars.title,
        named_experiments(drawn),
        bars.x,
        "beam (photons/µm²/pulse)" if group == "beam" else "",
        tuple(
            Key(way, surface={"color": look["colour"], "linewidth": 0})
            for way, look in looks.items()
        )
        + (
            (Key("epoch budget", surface={"facecolor": "white", "edgecolor": FAINT}),)
            if bars.whole
            else ()
        ),
        (PaperPanel((), draw),),
        1,
        len(names) * (per_beam * _BAR_MM[width] + _GAP_MM),
        tuple(names),
    )
    caption = bars.caption(drawn)
    if ax is not None:
        sheet.draw_on(ax, bars.where)
        return Drawing(figure_of(ax), drawn, caption)
    return Drawing(sheet.figure(width), drawn, caption)


def _epochs_label(row: pd.Series) -> str:
    if row["epochs_trained"] == row["epochs_budgeted"]:
        return f"{row['epochs_trained']:,}"
    return f"{row['epochs_trained']:,}: {row['saved_percent']:.1f} % saved"


def _epochs_caption(drawn: pd.DataFrame) -> str:
    cut = drawn[drawn["early_termination"].astype(bool)]
    said = (
        f"Epochs that {named_experiments(drawn)} trained their networks for, beside the epoch "
        "budget of all networks."
        if len(drawn) > 1
        else f"Epochs that {named_experiments(drawn)} trained its networks for, beside the epoch "
        "budget of all networks."
    )
    if len(cut):
        low, high = float(cut["saved_percent"].min()), float(cut["saved_percent"].max())
        span = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
        said += f" With the engine {span} % of the budget was saved."
    return said


def _hours_caption(drawn: pd.DataFrame) -> str:
    hours = drawn["wall_time_hours"]
    span = f"{hours.min():.2f} to {hours.max():.2f} h" if len(drawn) > 1 else f"{hours[0]:.2f} h"
    return f"Wall time of {named_experiments(drawn)}: {span}."
