"""The network of a genome, as users call it: a commons, a genome or a frame in, a drawing out.

Asks `vinarch.summary` for the tidy frame and the plot module for the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.commons import Commons
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import (
    check_axes,
    check_given,
    experiment_of,
    needed,
)
from vinarch.figures.layered_plot import draw_layered
from vinarch.figures.layered_rows import COLUMNS as LAYERED_COLUMNS
from vinarch.figures.network_plot import draw_network
from vinarch.figures.network_rows import COLUMNS as EDGE_COLUMNS
from vinarch.figures.theme import width_mm
from vinarch.genome import Genome, MacroSpace, search_space
from vinarch.parameters import check_whole
from vinarch.summary import (
    genome_of,
    layered_edges,
    network_edges,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width


def network(
    data: Commons | Genome | pd.DataFrame,
    experiment: str | None = None,
    structure: int | None = None,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the network that a genome stands for, and below it the genome as a row of cells.

    Data flow from left to right. A subsequence is outlined in the cells, and what it encodes is
    drawn heavy.
    In the NSGA-Net macro space connections are drawn above the nodes, the skip bit and what the
    decoder adds below. In every other space nodes stand in columns; operations have the colour
    and the letter of their symbol, on nodes or on edges as the space has them.

    Parameters
    ----------
    data : Commons, vinarch.genome.Genome or pandas.DataFrame
        A frame is the data of an earlier drawing: one row an edge, with the columns ``experiment,
        structure, search_space, genome, start, length, phase, source, target_phase, target, kind,
        bit, in_subsequence``, or those of `vinarch.summary.layered_edges`.
    experiment : str, optional
        Name of the experiment; a commons of several needs it.
    structure : int
        Number of the structure in the experiment; a commons needs it.
    start, subsequence : int and str, optional
        The run to mark: start index in the flattened genome from 0, and symbols.
    width : {"single", "double"}
        Column width: 85 or 178 mm.
    ax : matplotlib.axes.Axes, optional
        Axes of your own to draw on.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If the commons has no such experiment or structure, its histories are unknown, or the
        genome does not hold the subsequence.
    ParameterError
        If `data` is none of the three or lacks a column, if `start` or `subsequence` comes alone
        or does not fit into the genome, or `width` is unknown.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> row = ("1gpu_1e14_early_termination", 11, 0, "10110110101010")
    >>> drawing = vinarch.figures.network(commons, *row)
    >>> drawing.data.groupby("kind")["in_subsequence"].agg(["size", "sum"])
                size  sum
    kind
    connection     8    7
    flow           6    0
    repair         6    0
    skip           2    1
    """
    width_mm(width, "network")
    check_axes(ax, "network")
    where = "network"
    if not isinstance(data, Genome):
        check_given(data, where)
        if isinstance(data, Commons):
            experiment = experiment_of(data, experiment, where)
            data = genome_of(data, experiment, needed(structure, "structure", where))
        else:
            layered = "source_rank" in data.columns
            columns = LAYERED_COLUMNS if layered else EDGE_COLUMNS
            check_columns(data, columns, f"{where}, argument data")
            if start is None and subsequence is None:
                return (draw_layered if layered else draw_network)(data, width=width, ax=ax)
            first = data.iloc[0]
            data = search_space(first["search_space"]).from_flat(first["genome"])
            experiment = experiment or first["experiment"]
            structure = first["structure"] if structure is None else structure
    if start is not None:
        last = max(len(data.flat) - 1, 0)
        start = check_whole(f"{where}, argument start", start, 0, last, "positions from 0")
    of_phases = isinstance(data.space, MacroSpace)
    edges_of, draw = (network_edges, draw_network) if of_phases else (layered_edges, draw_layered)
    edges = edges_of(data, start, subsequence, experiment=experiment, structure=structure)
    return draw(edges, width=width, ax=ax)
