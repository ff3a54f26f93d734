"""Figures that compare searches: how far they come on a budget, and who holds a subsequence.

A commons or a tidy frame in, a drawing out; the frames come from `vinarch.comparing` and
`vinarch.summary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.comparing import compare_searches
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import check_axes, check_given, check_text, check_unique, needed
from vinarch.figures.holder_plot import COLUMNS as HOLDER_COLUMNS
from vinarch.figures.holder_plot import draw_subsequence_holders
from vinarch.figures.progress_plot import draw_search_progress
from vinarch.figures.progress_rows import COLUMNS, MEASURES
from vinarch.figures.theme import width_mm
from vinarch.genome import flatten_nested
from vinarch.parameters import check_choice
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import holders_by_experiment

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


def subsequence_holders(
    data: Commons | pd.DataFrame,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    min_length: int = MIN_LENGTH,
    within_phase: bool = False,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw one subsequence in every experiment: how many hold it, and how accurate they are.

    A row an experiment: the mean accuracy of the networks that hold it, beside that of all
    networks; filled where the subsequence is a row of `vinarch.match`.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``archive, experiment, structure_count, network_count, mean,
        mean_low, mean_high, own_mean, own_mean_low, own_mean_high, matched``, and maybe ``start``
        and ``subsequence``: the data of an earlier drawing.
    start : int
        Start index in the flattened genome, from 0; a frame may have it.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``; a frame may have them.
    min_length : int, default 5
        As `vinarch.match` takes it; a frame has it in ``matched``.
    within_phase : bool, default False
        As `vinarch.match` takes it; a frame has it in ``matched``.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on, with the look that your figure has.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If no experiment of the commons has networks.
    ParameterError
        If `data` is neither or lacks a column, if the subsequence does not fit into a genome, is
        left out, or if `width` is unknown.
    MixedSpacesError
        If the experiments belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6").select(beam="1e14")
    >>> drawing = vinarch.figures.subsequence_holders(commons, 0, "10110110")
    >>> drawing.data[["structure_count", "network_count", "matched"]].to_numpy().tolist()
    [[13, 15, True], [11, 12, True], [1, 1, False]]
    """
    where = "subsequence_holders"
    width_mm(width, where)
    check_axes(ax, where)
    check_given(data, where)
    if isinstance(data, pd.DataFrame):
        rows = data
        check_columns(rows, HOLDER_COLUMNS, f"{where}, argument data")
        check_unique(rows, ("archive", "experiment"), where)
        if start is None and "start" in rows.columns:
            start = int(rows["start"].iloc[0])
        if subsequence is None and "subsequence" in rows.columns:
            subsequence = str(rows["subsequence"].iloc[0])
    start = needed(start, "start", where)
    symbols = flatten_nested(check_text(needed(subsequence, "subsequence", where), where))
    if not isinstance(data, pd.DataFrame):
        rows = holders_by_experiment(
            data, start, symbols, min_length=min_length, within_phase=within_phase
        )
    return draw_subsequence_holders(rows, start=start, subsequence=symbols, width=width, ax=ax)
