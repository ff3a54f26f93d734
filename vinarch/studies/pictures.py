"""The figures of a study and their files: a commons and what was found in it in, records out.

Each figure is drawn as the lines beside it on the page would draw it; frames that the study has
already are not computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch import figures
from vinarch.errors import SelectionError
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.genome import search_space
from vinarch.matching import members
from vinarch.report import Link, ReportFigure
from vinarch.studies.files import sweep, writing
from vinarch.studies.left_out import LeftOut
from vinarch.study_page import call_lines
from vinarch.summary import (
    MOST_CHOSEN,
    cells_of,
    curve_points,
    default_pair,
    distances_of,
    known_costs,
    mark_points,
    order_points,
    pareto_points,
    tree_of,
    with_measure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.figures import Drawing
    from vinarch.figures.theme import Width
    from vinarch.study_page import Findings

FORMATS = ("png", "pdf", "svg")
WIDTHS: tuple[Width, ...] = ("single", "double")


@dataclass(frozen=True)
class Picture:
    """One figure of a study: how it is drawn, and the lines that draw it."""

    key: str
    """The stem of its files; of a study's own figures also its function in `vinarch.figures`."""
    title: str
    draw: Callable[[Width], Drawing]
    python: tuple[str, ...]


def pictures_of(
    commons: Commons, found: Findings, held: pd.DataFrame | None
) -> tuple[tuple[Picture, ...], tuple[LeftOut, ...]]:
    """Return the figures that a study draws, and why it leaves out others.

    Parameters
    ----------
    commons : Commons
    found : Findings
    held : pandas.DataFrame or None
        The structures that hold the chosen subsequence, as `summary.held_structures` gives them;
        None where none is chosen.

    Returns
    -------
    tuple of Picture
        The two of reproducibility only where experiments share a structure.
    tuple of LeftOut
    """
    all_of_them = [
        *(() if held is None else _of_the_row(commons, found, held)),
        *_of_searches(commons, found),
        *_of_reproducibility(found),
    ]
    return (
        tuple(one for one in all_of_them if isinstance(one, Picture)),
        tuple(one for one in all_of_them if isinstance(one, LeftOut)),
    )


def save_picture(picture: Picture, folder: Path) -> ReportFigure:
    """Draw a figure in both widths and write it in every format; the page shows the narrow one."""
    drawings = {width: picture.draw(width) for width in WIDTHS}
    saved = {
        width: drawing.save(folder / f"{picture.key}_{width}", FORMATS)
        for width, drawing in drawings.items()
    }
    links = [
        Link(f"{width} column, {path.suffix[1:].upper()}", f"{folder.name}/{path.name}")
        for width, paths in saved.items()
        for path in paths
    ]
    png = saved["single"][FORMATS.index("png")].read_bytes()
    caption = drawings["single"].caption
    return ReportFigure(picture.key, picture.title, caption, png, tuple(links), picture.python)


def prepare_folder(folder: Path) -> None:
    """Make the folder of the figures, and remove what killed studies left in it."""
    with writing(folder):
        folder.mkdir(exist_ok=True)
    sweep(folder)


def _of_the_row(
    commons: Commons, found: Findings, held: pd.DataFrame
) -> Iterator[Picture | LeftOut]:
    """VINARCH's views of the chosen subsequence."""
    chosen, metric = found.chosen, found.metric
    if chosen is None:
        return
    experiment, start, length = chosen.experiment, chosen.start, len(chosen.subsequence)
    row = (experiment, start, chosen.subsequence)
    space = commons.select(experiment=experiment).search_space()
    points = mark_points(found.matches, experiment, chosen)
    cells = cells_of(held, space, start, length)
    pairs = distances_of(held, metric)
    points, cells, pairs = (
        with_measure(frame, commons, experiment) for frame in (points, cells, pairs)
    )
    tree = tree_of(pairs, most=MOST_STRUCTURES)
    # The last has the highest mean over epochs, by which the structures are ordered.
    best = held.iloc[-1]
    structure, genome = int(best["structure"]), search_space(space).from_flat(best["flat"])
    if points["mean_val_accuracy_percent"].notna().any():
        yield Picture(
            "subsequences",
            "Matching subsequences",
            lambda width: draw_subsequences(points, experiment=experiment, width=width),
            _lines("subsequences", "commons", *row, min_length=found.min_length),
        )
    else:
        yield LeftOut(
            "subsequences",
            "Their plot is left out: no validation accuracy of the networks that hold them is "
            "known.",
        )
    yield Picture(
        "structures",
        "Structures that share the selected subsequence",
        lambda width: draw_structures(
            cells, experiment=experiment, start=start, length=length, width=width
        ),
        _lines("structures", "commons", *row),
    )
    yield Picture(
        "distance_map",
        "Distances between these structures",
        lambda width: draw_distance_map(
            pairs, experiment=experiment, metric=metric, order=tree, dendrogram=True, width=width
        ),
        _lines("distance_map", "commons", *row, metric=metric, dendrogram=True),
    )
    yield Picture(
        "network",
        "The network of the last of these structures",
        lambda width: figures.network(
            genome, experiment, structure, start, chosen.subsequence, width=width
        ),
        _lines("network", "commons", experiment, structure, start, chosen.subsequence),
    )


def _of_searches(commons: Commons, found: Findings) -> Iterator[Picture | LeftOut]:
    shown, curves = _curves(commons, found)
    costs = known_costs(commons)
    starts = None if found.reproduced is None else found.reproduced.starts
    order = order_points(commons, starts=starts)
    if curves is None:
        yield LeftOut(
            "learning_curves",
            "Learning curves are left out: no validation accuracy is known epoch by epoch.",
        )
    elif shown:
        experiment = str(curves["experiment"].iloc[0])
        yield Picture(
            "learning_curves",
            "Learning curves",
            lambda width: figures.learning_curves(curves, width=width),
            _lines("learning_curves", "commons", experiment, shown),
        )
    if costs:
        fronts = pareto_points(commons, cost=costs[0])
        words = {} if costs[0] == "mflops" else {"cost": costs[0]}
        yield Picture(
            "pareto_front",
            "Accuracy and cost",
            lambda width: figures.pareto_front(fronts, width=width, cost=costs[0]),
            _lines("pareto_front", "commons", **words),
        )
    else:
        yield LeftOut(
            "pareto_front",
            "Pareto fronts are left out: of no network both MFLOPs and the validation accuracy "
            "are known, nor the number of its parameters.",
        )
    if order["val_accuracy_percent"].notna().any():
        yield Picture(
            "search_order",
            "Accuracy by architecture number",
            lambda width: figures.search_order(order, width=width),
            _lines("search_order", "commons"),
        )
    else:
        yield LeftOut(
            "search_order",
            "The accuracies in the order of the networks' numbers are left out: none is known.",
        )


def _of_reproducibility(found: Findings) -> Iterator[Picture]:
    reproduced = found.reproduced
    if reproduced is None or reproduced.pairs.empty:
        return
    if reproduced.pairs["n"].max() > 0:
        pair = default_pair(reproduced.pairs, "last")
        yield Picture(
            "paired_accuracies",
            "Structures that two experiments trained",
            lambda width: figures.paired_accuracies(reproduced, *pair, width=width),
            _lines("paired_accuracies", "reproduced", *pair),
        )
    yield Picture(
        "overlap_matrix",
        "Overlap of the experiments",
        lambda width: figures.overlap_matrix(reproduced, width=width),
        _lines("overlap_matrix", "reproduced"),
    )


def _curves(commons: Commons, found: Findings) -> tuple[list[int], pd.DataFrame | None]:
    """Return which networks are drawn heavily, and the curves of their experiment if known."""
    experiment = None if found.chosen is None else found.chosen.experiment
    shown = [] if experiment is None else _members(commons, found)
    index = commons.experiment_index
    if experiment is None:
        recorded = index[index["history_row_count"] > 0].sort_values("experiment")["experiment"]
        if recorded.empty:
            return [], None
        experiment = str(recorded.iloc[0])
    try:
        curves = curve_points(commons, experiment, shown or None)
    except SelectionError:
        return [], None
    return shown or curves.loc[curves["chosen"], "architecture"].unique().tolist(), curves


def _members(commons: Commons, found: Findings) -> list[int]:
    """Return the architectures that hold the row, of many those of highest last accuracy.

    Those that have no history cannot be drawn.
    """
    chosen = found.chosen
    if chosen is None:
        return []
    mine = commons.select(experiment=chosen.experiment)
    held = members(mine, chosen.start, chosen.subsequence)
    accuracy = "last_val_accuracy_percent"
    known = held[["architecture", accuracy, "history_row_count"]].compute().dropna()
    ranked = known[known["history_row_count"] > 0].sort_values(
        [accuracy, "architecture"], ascending=[False, True]
    )
    return sorted(ranked["architecture"].head(MOST_CHOSEN).tolist())


def _lines(function: str, subject: str, *values: Any, **words: Any) -> tuple[str, ...]:
    return call_lines(f"vinarch.figures.{function}", subject, *values, **words)
