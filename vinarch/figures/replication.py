"""Figures of reproducibility: paired accuracies of two experiments, overlap of all of them.

A commons, a study of reproducibility or a tidy frame in, a drawing out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vinarch.commons import Commons
from vinarch.errors import ParameterError, SelectionError
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import check_axes, check_unique
from vinarch.figures.measure_words import check_measure
from vinarch.figures.overlap_plot import draw_overlap_matrix
from vinarch.figures.paired_plot import COLUMNS as PAIRED_COLUMNS
from vinarch.figures.paired_plot import draw_paired_accuracies
from vinarch.figures.theme import width_mm
from vinarch.parameters import check_choice
from vinarch.reproducing import Reproducibility, reproducibility
from vinarch.summary.replication_frames import (
    OVERLAPS,
    default_pair,
    overlap_cells,
    paired_points,
    with_agreement,
)
from vinarch.summary.search_frames import MEASURE_COLUMNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vinarch.figures.drawing import Drawing
    from vinarch.figures.theme import Width
    from vinarch.summary.replication_frames import Overlap
    from vinarch.summary.search_frames import Measure


def paired_accuracies(
    data: Commons | Reproducibility | pd.DataFrame,
    experiment_a: str | None = None,
    experiment_b: str | None = None,
    *,
    measure: Measure = "last",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw the accuracies of the structures that two experiments trained, one against the other.

    Both axes have one scale, and the dashed line is equality.
    Title and caption say whether the pair is replication (same task data) or transfer.

    Parameters
    ----------
    data : Commons, Reproducibility or pandas.DataFrame
        What `vinarch.reproducibility` returns spares computing it again. A frame has the columns
        ``experiment_a, experiment_b, structure_id, measure, accuracy_a_percent,
        accuracy_b_percent, in_shared_start, full_budget, relation,
        mean_absolute_difference_points, spearman, spearman_low, spearman_high, confidence``, as
        the drawing's `data` has them.
    experiment_a, experiment_b : str, optional
        Names of the experiments across and up; both or neither. By default the replication that
        compares most structures.
    measure : {"last", "best"}
        Accuracy of the last epoch trained, or the highest of any epoch. A frame names its own.
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
        If the experiments are no pair, or have no structure in common.
    ParameterError
        If `data` is none of these or lacks columns, if one experiment is named alone, or if
        `measure` or `width` is unknown.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.replication import paired_accuracies
    >>> commons = vinarch.fetch("JS9FR6").select(beam="1e16")
    >>> drawing = paired_accuracies(
    ...     commons, "1gpu_1e16_early_termination", "4gpu_1e16_early_termination"
    ... )
    >>> drawing.data[["in_shared_start", "full_budget"]].value_counts().sort_index()
    in_shared_start  full_budget
    False            False          3
    True             False          8
                     True           2
    Name: count, dtype: int64
    """
    where = "paired_accuracies"
    width_mm(width, "paired_accuracies")
    check_axes(ax, "paired_accuracies")
    check_choice(f"{where}, argument measure", measure, list(MEASURE_COLUMNS))
    if (experiment_a is None) != (experiment_b is None):
        raise ParameterError(
            f"{where}, arguments experiment_a and experiment_b",
            "two names, or none",
            repr(experiment_a or experiment_b) + " alone",
            "Name both experiments.",
        )
    if experiment_a is not None and experiment_a == experiment_b:
        raise SelectionError(
            f"{where}, arguments experiment_a and experiment_b",
            "two different experiments",
            f"{experiment_a} twice: an experiment and itself are no pair",
            "`commons.experiment_index` lists the experiments.",
        )
    if isinstance(data, pd.DataFrame):
        check_measure(data, measure, where)
        points = _named(data, experiment_a, experiment_b)
        check_columns(points, PAIRED_COLUMNS, f"{where}, argument data")
        check_unique(points, ("experiment_a", "experiment_b", "structure_id"), where)
        points = with_agreement(points)
    else:
        names = None if experiment_a is None else [experiment_a, str(experiment_b)]
        study = _study(data, where, names)
        chosen = (
            default_pair(study.pairs, measure)
            if names is None
            else (str(experiment_a), str(experiment_b))
        )
        tables = (study.structures, study.pairs, study.starts)
        points = paired_points(*tables, chosen, measure, study.confidence)
    return draw_paired_accuracies(points, width=width, ax=ax)


def overlap_matrix(
    data: Commons | Reproducibility | pd.DataFrame,
    *,
    of: Overlap = "subsequences",
    width: Width = "single",
    ax: Axes | None = None,
) -> Drawing:
    """Draw how much every two experiments have in common, with and without their shared start.

    Entry (i, j) below the diagonal is the Jaccard overlap of the i-th and j-th experiment; above
    it the structures of the start that the two share are left out.

    Parameters
    ----------
    data : Commons, Reproducibility or pandas.DataFrame
        What `vinarch.reproducibility` returns spares computing it again. A frame has the columns
        ``archive_a, experiment_a, archive_b, experiment_b, scope, of, shared_count, jaccard,
        chance_jaccard``, as the drawing's `data` has them.
    of : {"subsequences", "structures"}
        Whether matching subsequences (start and symbols) or structures are counted. A frame names
        its own.
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
        If there are no two experiments.
    ParameterError
        If `data` is none of these or lacks columns, or if `of` or `width` is unknown.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.figures.replication import overlap_matrix
    >>> commons = vinarch.fetch("JS9FR6").select(beam="1e16", gpus=1)
    >>> overlap_matrix(commons, of="structures").data[["scope", "shared_count", "jaccard"]].round(3)
                      scope  shared_count  jaccard
    0                   all            12    0.066
    1  without_shared_start             2    0.012
    """
    where = "overlap_matrix"
    width_mm(width, "overlap_matrix")
    check_axes(ax, "overlap_matrix")
    check_choice(f"{where}, argument of", of, list(OVERLAPS))
    if isinstance(data, pd.DataFrame):
        cells = data
        asked = of != "subsequences" and "of" in cells.columns and (cells["of"] != of).any()
        if asked:
            raise ParameterError(
                f"{where}, argument of",
                "the overlap of the frame, " + ", ".join(sorted(set(cells["of"].astype(str)))),
                repr(of),
                "Leave it out, or pass the commons.",
            )
    else:
        cells = overlap_cells(_study(data, where, None).pairs, of)
        if cells.empty:
            raise SelectionError(
                where,
                "two experiments that have architectures",
                "one",
                "Add an experiment or an archive to the commons.",
            )
    return draw_overlap_matrix(cells, width=width, ax=ax)


def _study(data: Commons | Reproducibility, where: str, names: list[str] | None) -> Reproducibility:
    if isinstance(data, Reproducibility):
        return data
    if not isinstance(data, Commons):
        raise ParameterError(
            f"{where}, argument data",
            "a Commons, a Reproducibility or a pandas frame",
            f"{type(data).__name__}: {str(data)[:60]!r}",
            "Pass what vinarch.fetch(…) returns, or the data of an earlier drawing.",
        )
    return reproducibility(data if names is None else data.select(experiment=names))


_TURNED = {
    f"{name}_{side}{unit}": f"{name}_{other}{unit}"
    for name, unit in (("experiment", ""), ("accuracy", "_percent"))
    for side, other in ("ab", "ba")
}
"""A pair the other way round: what stands across stands up; the statistics are the same."""


def _named(frame: pd.DataFrame, experiment_a: str | None, experiment_b: str | None) -> pd.DataFrame:
    if experiment_a is None or not {"experiment_a", "experiment_b"} <= set(frame.columns):
        return frame
    for one in (frame, frame.rename(columns=_TURNED)[list(frame.columns)]):
        found = one[(one["experiment_a"] == experiment_a) & (one["experiment_b"] == experiment_b)]
        if len(found):
            break
    if found.empty:
        pairs = frame[["experiment_a", "experiment_b"]].drop_duplicates()
        raise SelectionError(
            "paired_accuracies",
            " or ".join(f"{row.experiment_a} and {row.experiment_b}" for row in pairs.itertuples()),
            f"{experiment_a} and {experiment_b}",
            "Leave the names out, or pass the commons.",
        )
    return found
