"""VINARCH's views of one experiment, as users call them: a commons or a frame in, a drawing out.

Asks `vinarch.summary` for the tidy frame and the plot modules for the picture; neither computes
nor draws itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vinarch.commons import Commons
from vinarch.distance import check_metric
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.cell_rows import COLUMNS as CELL_COLUMNS
from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import (
    check_axes,
    check_given,
    experiment_of,
    metric_of,
    needed,
    one_experiment,
)
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.heat_rows import ACCURACIES
from vinarch.figures.heat_rows import COLUMNS as PAIR_COLUMNS
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.figures.scatter_rows import Chosen, ScatterRows
from vinarch.figures.theme import width_mm
from vinarch.genome import flatten_nested
from vinarch.linkage import LINKAGES
from vinarch.parameters import check_choice
from vinarch.summary import (
    structure_cells,
    structure_distances,
    tree_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from vinarch.distance import Metric
    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width
    from vinarch.linkage import Linkage


def subsequences(  # noqa: PLR0913 - all but four are passed by name
    data: Commons | pd.DataFrame,
    experiment: str | Sequence[str] | None = None,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    hue: Literal["experiment"] | None = None,
    min_length: int | None = None,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the matching subsequences of an experiment: length, accuracy, number of structures.

    Where points coincide the spot is the darker the more there are; the column ``density`` of
    the data counts them.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``subsequence, start, length, count, mean_val_accuracy_percent``
        and maybe ``chosen`` and ``experiment``: the data of an earlier drawing, or rows of
        `vinarch.match`, across experiments too.
    experiment : str or sequence of str, optional
        Name of the experiment; may be left out where there is one only. With `hue` names in the
        order of their colours, by default all; of rows across experiments words for the title.
    start, subsequence : int and str, optional
        The row to mark: start index from 0, and symbols as ``"10110"`` or ``"[1,0,1,1,0]"``; with
        `hue` in each experiment that has it.
    hue : {"experiment"}, optional
        Draw several experiments, each with a colour and a mark; of more than 5 all look alike.
    min_length : int, optional
        Shortest run to draw, in symbols: 5 for a commons, whatever it has for a frame.
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
        If the commons has no such experiment, or its histories are unknown.
    ParameterError
        If `data` is neither or lacks a column, if `start` or `subsequence` comes alone or does
        not fit into a genome, if `min_length` or `width` cannot be, or if no run is that long.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> drawing = vinarch.figures.subsequences(commons, "1gpu_1e14_early_termination")
    >>> drawing.data["density"].value_counts().sort_index().tolist()
    [144, 149, 108, 72, 30, 11]

    >>> pair = ["1gpu_1e14_early_termination", "1gpu_1e14_no_early_termination"]
    >>> both = vinarch.figures.subsequences(commons, pair, hue="experiment")
    >>> both.data["experiment"].value_counts().tolist()
    [514, 463]
    """
    width_mm(width, "subsequences")
    check_axes(ax, "subsequences")
    where = "subsequences"
    check_choice(f"{where}(hue=…)", hue, ["experiment", None])
    check_given(data, where)
    choose = ScatterRows.of_one if hue is None else ScatterRows.of_several
    rows = choose(data, experiment, Chosen(start, subsequence, min_length), where)
    return draw_subsequences(
        rows.points, experiment=rows.words, series=rows.series, width=width, ax=ax
    )


def structures(
    data: Commons | pd.DataFrame,
    experiment: str | None = None,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the structures that hold a subsequence as rows of cells, by ascending accuracy.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``structure, position, symbol, shared,
        mean_val_accuracy_percent, phase`` and maybe ``experiment``: the data of an earlier
        drawing.
    experiment : str, optional
        Name of the experiment; may be left out where there is one only.
    start : int
        Start index in the flattened genome, from 0; a frame has it in ``shared``.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``; a frame has them.
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
        If the commons has no such experiment, its histories are unknown, or no structure of it
        holds the subsequence.
    ParameterError
        If `data` is neither or lacks a column, if the subsequence does not fit into a genome or
        is not the one that a frame shares, or `width` is unknown.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> row = ("1gpu_1e14_early_termination", 0, "10110110101010")
    >>> vinarch.figures.structures(commons, *row).data["structure"].unique().tolist()
    [11, 30, 29, 49, 43]
    """
    width_mm(width, "structures")
    check_axes(ax, "structures")
    where = "structures"
    check_given(data, where)
    if isinstance(data, Commons):
        name = experiment_of(data, experiment, where)
        start = needed(start, "start", where)
        symbols = needed(subsequence, "subsequence", where)
        cells = structure_cells(data, name, start, symbols)
        length = len(flatten_nested(symbols))
    else:
        check_columns(data, CELL_COLUMNS, f"{where}, argument data")
        cells, name = one_experiment(data, experiment, where)
        shared = cells.loc[cells["shared"].astype(bool), "position"]
        if start is None:
            start = int(shared.min()) if len(shared) else 0
        length = shared.nunique() if subsequence is None else len(flatten_nested(subsequence))
    return draw_structures(cells, experiment=name, start=start, length=length, width=width, ax=ax)


def distance_map(  # noqa: PLR0913 - all but four are passed by name
    data: Commons | pd.DataFrame,
    experiment: str | None = None,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    metric: Metric | None = None,
    dendrogram: bool = False,
    linkage: Linkage = "average",
    order: Literal["accuracy", "tree", "frame"] | None = None,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the distances between the structures that hold a subsequence.

    Parameters
    ----------
    data : Commons or pandas.DataFrame
        A frame has the columns ``structure_a, structure_b, distance``, one row an ordered pair,
        and maybe ``mean_val_accuracy_percent_a``, ``mean_val_accuracy_percent_b``, ``metric``
        and ``experiment``: the data of an earlier drawing. It is drawn as it is: `start` and
        `subsequence` choose from a commons only.
    experiment : str, optional
        Name of the experiment; may be left out where there is one only.
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``.
    metric : {"cityblock", "euclidean", "hamming"}, optional
        In symbols (so by default), in the root of symbols, or as a share of positions; of a frame
        its column ``metric``.
    dendrogram : bool, default False
        Whether to draw the tree that joins the nearest structures first beside the map.
    linkage : {"average", "single", "complete"}, default "average"
        What that tree takes for the distance of two groups: mean, least or greatest distance.
    order : {"accuracy", "tree", "frame"}, optional
        Rows by rising accuracy, as the leaves of the tree, or as the frame has them. By default
        the tree's with a dendrogram, else by accuracy where it is known.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on, without a dendrogram.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If the commons has no such experiment, its histories are unknown, or no structure of it
        holds the subsequence.
    ParameterError
        If `data` is neither or lacks a column, if the subsequence does not fit into a genome, if
        `metric`, `linkage`, `order` or `width` is unknown, or if a dendrogram is asked for on
        one axes or in another order.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> row = ("1gpu_1e14_early_termination", 0, "10110110101010")
    >>> vinarch.figures.distance_map(commons, *row).data["distance"].max()
    np.float64(5.0)

    Rows as leaves of the tree, which is drawn beside them:

    >>> drawing = vinarch.figures.distance_map(commons, *row, dendrogram=True)
    >>> drawing.data["structure_a"].unique().tolist()
    [43, 11, 30, 49, 29]
    """
    width_mm(width, "distance_map")
    check_axes(ax, "distance_map")
    where = "distance_map"
    check_choice(f"{where}(linkage=…)", linkage, list(LINKAGES))
    check_choice(f"{where}(order=…)", order, ["accuracy", "tree", "frame", None])
    check_given(data, where)
    if isinstance(data, Commons):
        name = experiment_of(data, experiment, where)
        metric = metric or "cityblock"
        check_metric(metric)
        start = needed(start, "start", where)
        symbols = needed(subsequence, "subsequence", where)
        pairs = structure_distances(data, name, start, symbols, metric)
    else:
        check_columns(data, PAIR_COLUMNS, f"{where}, argument data")
        pairs, name = one_experiment(data, experiment, where)
        metric = metric_of(pairs, metric)
    if order is None:
        by_accuracy = set(ACCURACIES) <= set(pairs.columns)
        order = "tree" if dendrogram else "accuracy" if by_accuracy else "frame"
    return draw_distance_map(
        pairs,
        experiment=name,
        metric=metric,
        order=tree_of(pairs, linkage, MOST_STRUCTURES) if order == "tree" else order,
        dendrogram=dendrogram,
        width=width,
        ax=ax,
    )
