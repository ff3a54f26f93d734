"""The study of one archive: a commons in, a folder with tables, figures and a page out.

Wires summary, figures and report, and computes: the matches once, the distances in batches.
Only this process writes, so that the workers of a cluster need not see the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dask

from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.heat_plot import draw_distance_map
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.genome_state import genome_states
from vinarch.matching import check_subsequence, match
from vinarch.measuring import PAIRS_PER_PARTITION, distances
from vinarch.progress import LogProgress, Progress
from vinarch.report import Link, ReportFigure, render_report
from vinarch.schema import DISTANCES
from vinarch.studies.files import (
    expanded,
    new_folder,
    remove_files,
    sweep,
    write_frame,
    write_pieces,
    write_text,
)
from vinarch.study_page import Findings, study_report
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import (
    ChosenRow,
    cells_of,
    check_trained,
    default_row,
    distance_digest,
    distance_overview,
    distances_of,
    held_structures,
    mark_points,
    structures_of,
    subsequence_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import dask.dataframe as dd
    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.distance import Metric
    from vinarch.figures import Drawing
    from vinarch.figures.theme import Width

_WIDTHS: tuple[Width, ...] = ("single", "double")
_FORMATS = ("png", "pdf", "svg")
_FIGURES = "figures"
_STEPS = 5

_BATCH = 8
"""Partitions of distances that are held at a time, where all would be too many."""

_PAIRS_HELD = _BATCH * PAIRS_PER_PARTITION
"""Some hundred MB; so many pairs are computed at once however they are partitioned."""


@dataclass(frozen=True)
class Study:
    """What a study wrote, and the frames in it that are small.

    Attributes
    ----------
    out : Path
        The folder.
    chosen : ChosenRow
        The matching subsequence that the figures show.
    subsequences : pandas.DataFrame
        What `subsequences.csv` holds.
    pair_count : int
        Rows of `distances.parquet`.
    """

    out: Path
    chosen: ChosenRow
    subsequences: pd.DataFrame
    pair_count: int

    @property
    def index(self) -> Path:
        """Return the page to open in a browser."""
        return self.out / "index.html"


def study(
    commons: Commons,
    out: str | Path,
    *,
    select: str | None = None,
    min_length: int = MIN_LENGTH,
    metric: Metric = "cityblock",
    progress: Progress | None = None,
) -> Study:
    """Write tables, figures and a page about an archive's matching subsequences.

    Writes ``subsequences.csv``, ``distances.parquet``, ``figures/`` and ``index.html``, and
    ``rejects.csv`` where rows of the archive could not be read.
    The page of an earlier study goes first and the new one comes last, so that a page never shows
    other numbers than the files beside it.

    Parameters
    ----------
    commons : Commons
        Of one archive.
    out : str or Path
        Folder to write into, ``~`` for the home folder; made if it is missing, other files in it
        are left alone.
    select : str, optional
        ``EXPERIMENT:START:BITS``: the matching subsequence that the figures show. By default the
        row that the VINARCH paper shows where it is present, else the one of most structures.
    min_length : int, default 5
        Shortest run to keep, in symbols.
    metric : {"cityblock", "euclidean", "hamming"}, default "cityblock"
        Distance between structures.
    progress : Progress, optional
        Listens to the steps.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        If `commons` holds several archives, there is no such `metric`, `min_length` cannot be, or
        `select` has another form, is shorter than `min_length` or does not fit into a genome.
    SelectionError
        If there is no such experiment, no structure of it holds the subsequence, no experiment
        has histories, or nothing matches.
    MixedSpacesError
        If the experiments belong to several search spaces.
    StoreError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = vinarch.study(low, folder)
    ...     sorted(path.name for path in made.out.iterdir())
    ['distances.parquet', 'figures', 'index.html', 'subsequences.csv']
    """
    progress = progress or LogProgress()
    folder = expanded(out)
    # All that the user asked for is checked before anything long begins.
    if len(commons.provenance) != 1:
        names = [provenance.archive for provenance in commons.provenance]
        raise ParameterError(
            "study",
            "a commons of one archive",
            ", ".join(names) or "none",
            "Select one: commons.select(archive=…).",
        )
    check_metric(metric)
    check_trained(commons)
    matches_of = (match(commons, min_length=min_length), match(commons, None, min_length))
    chosen = None if select is None else _checked(commons, ChosenRow.parse(select), min_length)
    with new_folder(folder):
        progress.start("Study", _STEPS, "steps")
        try:
            matches, across, state, rejects = dask.compute(
                *matches_of, genome_states(commons), commons.rejects
            )
            chosen = chosen or default_row(matches)
            held = held_structures(state, chosen)
            progress.advance(1)
            sweep(folder)
            remove_files(folder / "index.html", folder / "rejects.csv")
            table = subsequence_table(matches)
            write_frame(table, folder / "subsequences.csv")
            if len(rejects):
                write_frame(rejects, folder / "rejects.csv")
            progress.advance(1)
            overview = _write_distances(commons, metric, folder / "distances.parquet")
            progress.advance(1)
            points = mark_points(matches, chosen.experiment, chosen)
            drawn = _draw(points, held, commons.search_space(), chosen, metric, folder / _FIGURES)
            progress.advance(1)
            found = Findings(chosen, matches, across, overview, len(rejects), metric, min_length)
            write_text(render_report(study_report(commons, found, drawn)), folder / "index.html")
            progress.advance(1)
        finally:
            progress.finish()
    return Study(folder, chosen, table, int(overview["pairs"].sum()))


def _checked(commons: Commons, row: ChosenRow, min_length: int) -> ChosenRow:
    mine = commons.select(experiment=row.experiment)
    check_trained(mine)
    flat = check_subsequence(mine, row.start, row.subsequence)
    if len(flat) < min_length:
        raise ParameterError(
            "select",
            f"a subsequence of at least {min_length} symbols (min_length)",
            f"{len(flat)} symbols",
            "Lower the shortest length, or select a longer subsequence.",
        )
    structures_of(commons, row.experiment, row.start, flat)
    return ChosenRow(row.experiment, row.start, flat)


def _write_distances(commons: Commons, metric: Metric, out: Path) -> pd.DataFrame:
    """Write the long table as one file and return what the page tells of it."""
    structures = commons.experiment_index["structure_count"].astype("int64")
    pair_count = int((structures * (structures - 1) // 2).sum())
    digests = []

    def pieces() -> Iterator[pd.DataFrame]:
        for piece in _batches(distances(commons, metric=metric), pair_count):
            digests.append(distance_digest(piece))
            yield piece

    write_pieces(pieces(), DISTANCES, out)
    return distance_overview(digests)


def _batches(lazy: dd.DataFrame, pair_count: int) -> Iterator[pd.DataFrame]:
    size = lazy.npartitions if pair_count <= _PAIRS_HELD else _BATCH
    for first in range(0, lazy.npartitions, size):
        yield lazy.partitions[first : first + size].compute()


def _draw(
    points: pd.DataFrame,
    held: pd.DataFrame,
    space: str,
    chosen: ChosenRow,
    metric: Metric,
    folder: Path,
) -> list[ReportFigure]:
    """Draw the three figures in both widths; the page shows the single-column ones."""
    experiment, start, length = chosen.experiment, chosen.start, len(chosen.subsequence)
    cells = cells_of(held, space, start, length)
    pairs = distances_of(held, metric)
    kinds: dict[str, tuple[str, Callable[[Width], Drawing]]] = {
        "subsequences": (
            "Matching subsequences",
            lambda width: draw_subsequences(points, experiment=experiment, width=width),
        ),
        "structures": (
            "Structures that share the selected subsequence",
            lambda width: draw_structures(
                cells, experiment=experiment, start=start, length=length, width=width
            ),
        ),
        "distance_map": (
            "Distances between these structures",
            lambda width: draw_distance_map(
                pairs, experiment=experiment, metric=metric, order="accuracy", width=width
            ),
        ),
    }
    folder.mkdir(exist_ok=True)
    sweep(folder)
    return [_save(folder, name, title, draw) for name, (title, draw) in kinds.items()]


def _save(folder: Path, name: str, title: str, draw: Callable[[Width], Drawing]) -> ReportFigure:
    drawings = {width: draw(width) for width in _WIDTHS}
    saved = {
        width: drawing.save(folder / f"{name}_{width}", _FORMATS)
        for width, drawing in drawings.items()
    }
    links = [
        Link(f"{width} column, {path.suffix[1:].upper()}", f"{folder.name}/{path.name}")
        for width, paths in saved.items()
        for path in paths
    ]
    png = saved["single"][_FORMATS.index("png")].read_bytes()
    return ReportFigure(title, drawings["single"].caption, png, tuple(links))
