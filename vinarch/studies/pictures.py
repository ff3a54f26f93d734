"""The figures of a study and their files: a commons and what was found in it in, records out.

Each figure is drawn as the lines beside it on the page would draw it; frames that the study has
already are not computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch import figures
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.cell_rows import MOST_STRUCTURES
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.network_plot import draw_network
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.genome import MacroSpace
from vinarch.matching import members
from vinarch.report import Link, ReportFigure
from vinarch.studies.files import sweep, writing
from vinarch.study_page import call_lines
from vinarch.summary import (
    MOST_CHOSEN,
    cells_of,
    curve_points,
    default_pair,
    distances_of,
    mark_points,
    network_edges,
    order_points,
    pareto_points,
    tree_of,
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
_WIDTHS: tuple[Width, ...] = ("single", "double")


@dataclass(frozen=True)
class Picture:
    """One figure of a study: how it is drawn, and the lines that draw it."""

    key: str
    """Its function in `vinarch.figures`, and the stem of its files."""
    title: str
    draw: Callable[[Width], Drawing]
    python: tuple[str, ...]


def pictures_of(commons: Commons, found: Findings, held: pd.DataFrame) -> tuple[Picture, ...]:
    """Return the figures that a study draws.

    Parameters
    ----------
    commons : Commons
    found : Findings
    held : pandas.DataFrame
        The structures that hold the chosen subsequence, as `summary.held_structures` gives them.

    Returns
    -------
    tuple of Picture
        The two of reproducibility only where experiments share a structure.
    """
    return (
        *_of_the_row(commons, found, held),
        *_of_searches(commons, found),
        *_of_reproducibility(found),
    )


def save_picture(picture: Picture, folder: Path) -> ReportFigure:
    """Draw a figure in both widths and write it in every format; the page shows the narrow one."""
    drawings = {width: picture.draw(width) for width in _WIDTHS}
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


def _of_the_row(commons: Commons, found: Findings, held: pd.DataFrame) -> Iterator[Picture]:
    """VINARCH's views of the chosen subsequence."""
    chosen, metric = found.chosen, found.metric
    experiment, start, length = chosen.experiment, chosen.start, len(chosen.subsequence)
    row = (experiment, start, chosen.subsequence)
    space = commons.select(experiment=experiment).search_space()
    points = mark_points(found.matches, experiment, chosen)
    cells = cells_of(held, space, start, length)
    pairs = distances_of(held, metric)
    tree = tree_of(pairs, most=MOST_STRUCTURES)
    # The last has the highest mean over epochs, by which the structures are ordered.
    best = held.iloc[-1]
    structure, genome = int(best["structure"]), MacroSpace.from_name(space).from_flat(best["flat"])
    edges = network_edges(
        genome, start, chosen.subsequence, experiment=experiment, structure=structure
    )
    yield Picture(
        "subsequences",
        "Matching subsequences",
        lambda width: draw_subsequences(points, experiment=experiment, width=width),
        _lines("subsequences", "commons", *row, min_length=found.min_length),
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
        lambda width: draw_network(edges, width=width),
        _lines("network", "commons", experiment, structure, start, chosen.subsequence),
    )


def _of_searches(commons: Commons, found: Findings) -> Iterator[Picture]:
    experiment = found.chosen.experiment
    shown = _members(commons, found)
    fronts = pareto_points(commons)
    starts = None if found.reproduced is None else found.reproduced.starts
    order = order_points(commons, starts=starts)
    if shown:
        curves = curve_points(commons, experiment, shown)
        yield Picture(
            "learning_curves",
            "Learning curves",
            lambda width: figures.learning_curves(curves, width=width),
            _lines("learning_curves", "commons", experiment, shown),
        )
    yield Picture(
        "pareto_front",
        "Accuracy and cost",
        lambda width: figures.pareto_front(fronts, width=width),
        _lines("pareto_front", "commons"),
    )
    yield Picture(
        "search_order",
        "Accuracy by architecture number",
        lambda width: figures.search_order(order, width=width),
        _lines("search_order", "commons"),
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


def _members(commons: Commons, found: Findings) -> list[int]:
    """Return the architectures that hold the row, of many those of highest last accuracy."""
    chosen = found.chosen
    mine = commons.select(experiment=chosen.experiment)
    held = members(mine, chosen.start, chosen.subsequence)
    accuracy = "last_val_accuracy_percent"
    ranked = (
        held[["architecture", accuracy]]
        .compute()
        .dropna()
        .sort_values([accuracy, "architecture"], ascending=[False, True])
    )
    return sorted(ranked["architecture"].head(MOST_CHOSEN).tolist())


def _lines(function: str, subject: str, *values: Any, **words: Any) -> tuple[str, ...]:
    return call_lines(f"vinarch.figures.{function}", subject, *values, **words)
