"""Figures of papers with a mark a search or a claim: epochs, hours, published values.

A commons, a table of claims or a tidy frame in, a drawing out; the frames come from
`vinarch.summary`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.errors import ParameterError
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import check_axes, check_given
from vinarch.figures.paper_bar_plot import draw_epochs_trained, draw_wall_times
from vinarch.figures.paper_claim_plot import COLUMNS as CLAIM_COLUMNS
from vinarch.figures.paper_claim_plot import draw_claimed_values
from vinarch.figures.theme import width_mm
from vinarch.summary.paper_claims import claimed_points
from vinarch.summary.paper_searches import epochs_of_searches, hours_of_searches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from vinarch.commons import Commons
    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width


def epochs_trained(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the epochs that searches trained their networks for, and the share that was saved.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame is of the schema `vinarch.schema.published.EPOCHS_TRAINED`.
    experiments : str or sequence of str, optional
        By default all that have histories.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw on, with your own settings; else a figure of its own is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such search, or its setting, histories or epoch budget are not on record.
    ParameterError
        If `data` is neither or lacks columns, or if `width` is unknown.

    References
    ----------
    Channing et al., ICPP 2023, Figure 7.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> drawing = papers.epochs_trained(vinarch.fetch("JS9FR6").select(early_termination=True))
    >>> drawing.data[["beam", "gpus", "epochs_trained", "saved_percent"]].round(1)
       beam  gpus  epochs_trained  saved_percent
    0  1e14     1            2167           13.3
    1  1e14     4            2101           16.0
    2  1e15     1            1647           34.1
    3  1e15     4            1499           40.0
    4  1e16     1            1737           30.5
    5  1e16     4            1639           34.4
    """
    _check("epochs_trained", data, width, ax)
    rows = data if isinstance(data, pd.DataFrame) else epochs_of_searches(data, experiments)
    return draw_epochs_trained(rows, width=width, ax=ax)


def wall_times(
    data: Commons | pd.DataFrame,
    experiments: str | Sequence[str] | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw how long searches took.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame is of the schema `vinarch.schema.published.WALL_TIMES`.
    experiments : str or sequence of str, optional
        By default all whose wall time is on record, with histories or without.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw on, with your own settings; else a figure of its own is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If there is no such search, or its setting or wall time is not on record.
    ParameterError
        If `data` is neither or lacks columns, or if `width` is unknown.

    References
    ----------
    Channing et al., ICPP 2023, Figure 9.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> papers.wall_times(vinarch.fetch("JS9FR6")).caption
    'Wall time of 12 experiments of JS9FR6: 9.17 to 51.87 h.'
    """
    _check("wall_times", data, width, ax)
    rows = data if isinstance(data, pd.DataFrame) else hours_of_searches(data, experiments)
    return draw_wall_times(rows, width=width, ax=ax)


def claimed_values(
    data: pd.DataFrame,
    place: str | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw what a paper claims in one place beside what the archive gives.

    Values that the archive cannot give are drawn as published, and said to be so.

    Parameters
    ----------
    data : pandas.DataFrame
        What `vinarch.claims` returns, or a frame of the schema
        `vinarch.schema.published.CLAIMED_VALUES`.
    place : str, optional
        Where the claims stand, such as ``"Fig. 9"``; claims of several places need it.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of yours to draw values of one unit on, with your own settings; else a figure of its
        own is made.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If no claim with a published value stands there.
    ParameterError
        If `data` is no frame or lacks columns, if it has several places and none is named, if `ax`
        is given for several units, or if `width` is unknown.

    References
    ----------
    Channing et al., ICPP 2023, table of XPSI and A4NN.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures import papers
    >>> claims = vinarch.claims(vinarch.fetch("JS9FR6"))
    >>> drawing = papers.claimed_values(claims, "Table: XPSI and A4NN")
    >>> drawing.data["verdict"].value_counts().to_dict()
    {'not derivable': 6, 'agrees': 6}
    """
    width_mm(width, "claimed_values")
    check_axes(ax, "claimed_values")
    if not isinstance(data, pd.DataFrame):
        raise ParameterError(
            "claimed_values, argument data",
            "the frame that vinarch.claims returns",
            f"{type(data).__name__}: {str(data)[:60]!r}",
            "Pass vinarch.claims(commons, paper=…).",
        )
    rows = data
    if place is not None:
        check_columns(data, CLAIM_COLUMNS, "claimed_values, argument data")
        rows = claimed_points(data, place)
    return draw_claimed_values(rows, width=width, ax=ax)


def _check(where: str, data: object, width: str, ax: object) -> None:
    width_mm(width, where)
    check_axes(ax, where)
    check_given(data, where)
