"""Publication figures of a commons: what VINARCH shows, as pictures that can be printed.

Each function takes a commons, an experiment and a matching subsequence (start index and symbols),
and returns a `Drawing`: the Matplotlib figure, the tidy frame that it shows, and a caption.
A notebook shows a drawing as it is; ``drawing.save("stem")`` writes PNG, PDF and SVG.

Examples
--------
>>> import vinarch
>>> commons = vinarch.fetch("JS9FR6")
>>> row = ("1gpu_1e14_early_termination", 0, "10110110101010")
>>> drawing = vinarch.figures.structures(commons, *row)
>>> drawing.data.groupby("structure", sort=False)["mean_val_accuracy_percent"].first().round(2)
structure
11    88.11
30    89.34
29    89.61
49    90.55
43    90.98
Name: mean_val_accuracy_percent, dtype: float64
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.distance import check_metric
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.drawing import Drawing
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.figures.theme import width_mm
from vinarch.genome import flatten_nested
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import structure_cells, structure_distances, subsequence_points

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.distance import Metric
    from vinarch.figures.theme import Width

__all__ = ["Drawing", "distance_map", "structures", "subsequences"]


def subsequences(
    commons: Commons,
    experiment: str,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    min_length: int = MIN_LENGTH,
    width: Width = "single",
) -> Drawing:
    """Draw the matching subsequences of an experiment: length, accuracy, number of structures.

    Parameters
    ----------
    commons : Commons
    experiment : str
        Name of the experiment.
    start, subsequence : int and str, optional
        The row to mark: start index from 0, and symbols as ``"10110"`` or ``"[1,0,1,1,0]"``.
    min_length : int, default 5
        Shortest run to draw, in symbols.
    width : {"single", "double"}
        Column width: 85 or 178 mm.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If the commons has no such experiment, or its histories are unknown.
    ParameterError
        If `start` or `subsequence` comes alone or does not fit into a genome, if `min_length` or
        `width` cannot be, or if no run is that long.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> vinarch.figures.subsequences(commons, "1gpu_1e14_early_termination").data.shape
    (514, 6)
    """
    width_mm(width)
    points = subsequence_points(commons, experiment, start, subsequence, min_length)
    return draw_subsequences(points, experiment=experiment, width=width)


def structures(
    commons: Commons,
    experiment: str,
    start: int,
    subsequence: str,
    *,
    width: Width = "single",
) -> Drawing:
    """Draw the structures that hold a subsequence as rows of cells, by ascending accuracy.

    Parameters
    ----------
    commons : Commons
    experiment : str
        Name of the experiment.
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``.
    width : {"single", "double"}
        Column width: 85 or 178 mm.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If the commons has no such experiment, its histories are unknown, or no structure of it
        holds the subsequence.
    ParameterError
        If the subsequence does not fit into a genome, or `width` is unknown.
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
    width_mm(width)
    cells = structure_cells(commons, experiment, start, subsequence)
    length = len(flatten_nested(subsequence))
    return draw_structures(cells, experiment=experiment, start=start, length=length, width=width)


def distance_map(
    commons: Commons,
    experiment: str,
    start: int,
    subsequence: str,
    *,
    metric: Metric = "cityblock",
    width: Width = "single",
) -> Drawing:
    """Draw the distances between the structures that hold a subsequence.

    Parameters
    ----------
    commons : Commons
    experiment : str
        Name of the experiment.
    start : int
        Start index in the flattened genome, from 0.
    subsequence : str
        Its symbols, ``"10110"`` or ``"[1,0,1,1,0]"``.
    metric : {"cityblock", "euclidean", "hamming"}
        In symbols, in the root of symbols, or as a share of positions.
    width : {"single", "double"}
        Column width: 85 or 178 mm.

    Returns
    -------
    Drawing

    Raises
    ------
    SelectionError
        If the commons has no such experiment, its histories are unknown, or no structure of it
        holds the subsequence.
    ParameterError
        If the subsequence does not fit into a genome, or `metric` or `width` is unknown.
    MixedSpacesError
        If experiments of that name belong to several search spaces.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> row = ("1gpu_1e14_early_termination", 0, "10110110101010")
    >>> vinarch.figures.distance_map(commons, *row).data["distance"].max()
    np.float64(5.0)
    """
    check_metric(metric)
    width_mm(width)
    pairs = structure_distances(commons, experiment, start, subsequence, metric)
    return draw_distance_map(
        pairs, experiment=experiment, metric=metric, order="accuracy", width=width
    )
