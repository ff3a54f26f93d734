"""Figures that compare searches: how far they come on a budget.

A commons or a tidy frame in, a drawing out; the frames come from `vinarch.comparing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.comparing import compare_searches
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import check_axes, check_given
from vinarch.figures.progress_plot import draw_search_progress
from vinarch.figures.progress_rows import COLUMNS, MEASURES
from vinarch.figures.theme import width_mm
from vinarch.parameters import check_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from vinarch.commons import Commons
    from vinarch.comparing import Against
    from vinarch.comparing.searches import Accuracy
    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width


def search_progress(
    data: Commons | Sequence[Commons] | pd.DataFrame,
    by: str | Sequence[str] | None = "experiment",
    *,
    against: Against | Sequence[Against] | None = None,
    measure: str | None = None,
    accuracy: Accuracy = "last",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw how the best network and the hypervolume of searches grow with what they spend.

    A panel a measure and kind of budget, a step line a group of searches that share the
    attributes `by`, with the bootstrap interval of the mean from four searches on; of two or
    three searches each has a thin line.

    Parameters
    ----------
    data : Commons, sequence of Commons or pandas.DataFrame
        A frame is what `vinarch.compare_searches` returns, which has more choices, such as
        objectives and reference; or a part of its rows.
    by : str, sequence of str or None, default "experiment"
        What the searches of a group share. A frame has its groups already.
    against : {"networks", "epochs", "seconds"} or sequence of these, optional
        What is spent; by default networks and epochs of a commons, and all of a frame.
    measure : {"best_so_far_percent", "hypervolume"}, optional
        By default both.
    accuracy : {"last", "fitness"}
        As `vinarch.compare_searches` takes it. A frame has its own.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw one measure over one kind of budget on; else a figure of its own is
        made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If no search has networks, or the budget or the objectives are not on record.
    ParameterError
        If `data` is neither or lacks columns, there are more than 10 groups, `ax` is given for
        several panels, or another argument cannot be.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.comparisons import search_progress
    >>> commons = vinarch.fetch("JS9FR6").select(gpus=1)
    >>> drawing = search_progress(commons, "early_termination", against="epochs")
    >>> drawing.data.groupby(["group", "statistic"])["budget"].max()
    group                 statistic
    early termination     mean         1647.0
                          search       2167.0
    no early termination  mean         2500.0
                          search       2500.0
    Name: budget, dtype: float64
    """
    where = "search_progress"
    width_mm(width, where)
    check_axes(ax, where)
    if measure is not None:
        check_choice(f"{where}(measure=…)", measure, list(MEASURES))
    if isinstance(data, pd.DataFrame):
        check_columns(data, COLUMNS, f"{where}, argument data")
        rows = data
        if against is not None:
            wanted = [against] if isinstance(against, str) else list(against)
            held = list(dict.fromkeys(data["against"].astype(str)))
            for name in wanted:
                check_choice(f"{where}(against=…)", name, held)
            rows = rows[rows["against"].isin(wanted)]
    else:
        for one in data if isinstance(data, (list, tuple)) else [data]:
            check_given(one, where)
        budgets = ("networks", "epochs") if against is None else against
        rows = compare_searches(data, by, against=budgets, accuracy=accuracy)
    if measure is not None:
        rows = rows[rows["measure"] == measure]
    return draw_search_progress(rows, width=width, ax=ax)
