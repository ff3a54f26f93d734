"""The study of one archive: a commons in, a folder with tables, figures and a page out.

Wires summary, figures and report, and computes: the matches once, the distances in batches.
Only this process writes, so that the workers of a cluster need not see the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dask

from vinarch.commons import check_commons
from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.genome_state import genome_states
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.matching import check_subsequence, match
from vinarch.notebook import render_notebook
from vinarch.progress import LogProgress, Progress
from vinarch.report import render_report
from vinarch.reproducing import reproducibility
from vinarch.studies.files import (
    alone_in,
    check_folder,
    expanded,
    new_folder,
    remove_files,
    sweep,
    write_frame,
    write_text,
)
from vinarch.studies.pictures import pictures_of, prepare_folder, save_picture
from vinarch.studies.tables import statistics_table, write_comparisons, write_distances
from vinarch.study_page import Findings, study_report
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import (
    ChosenRow,
    check_trained,
    default_row,
    experiments_holding,
    held_structures,
    structures_of,
    subsequence_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.distance import Metric
    from vinarch.report import ReportFigure
    from vinarch.reproducing import Reproducibility
    from vinarch.studies.pictures import Picture

NOTEBOOK = "study.ipynb"
_FIGURES = "figures"
_STEPS = 5
_OPTIONAL = ("index.html", "rejects.csv", NOTEBOOK)
"""Files of an earlier study that this one may not write anew."""


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
    statistics : pandas.DataFrame
        What `Commons.statistics` gives.
    reproduced : Reproducibility
        What `vinarch.reproducibility` gives.
    """

    out: Path
    chosen: ChosenRow
    subsequences: pd.DataFrame
    pair_count: int
    statistics: pd.DataFrame
    reproduced: Reproducibility

    @property
    def index(self) -> Path:
        """Return the page to open in a browser."""
        return self.out / "index.html"


def study(  # noqa: PLR0913 - all but two are passed by name
    commons: Commons,
    out: str | Path,
    *,
    select: str | None = None,
    min_length: int = MIN_LENGTH,
    metric: Metric = "cityblock",
    confidence: float = CONFIDENCE,
    notebook: bool = False,
    progress: Progress | None = None,
) -> Study:
    """Write tables, figures and a page about an archive: what it holds, shares and repeats.

    Writes ``statistics.csv``, ``subsequences.csv``, ``distances.parquet``,
    ``reproducibility.csv`` with ``replicated_structures.csv``, ``shared_starts.csv`` and
    ``training_noise.csv``, ``figures/`` and ``index.html``, and ``rejects.csv`` where rows of the
    archive could not be read.
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
    confidence : float, default 0.95
        Level of the intervals.
    notebook : bool, default False
        Whether to write the page's content as ``study.ipynb`` too, with its outputs in it.
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
    ['distances.parquet', 'figures', 'index.html', 'replicated_structures.csv',
    'reproducibility.csv', 'shared_starts.csv', 'statistics.csv', 'subsequences.csv',
    'training_noise.csv']
    """
    progress = progress or LogProgress()
    check_commons(commons, "study")
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
    check_confidence("study(confidence=…)", confidence)
    check_trained(commons)
    matches_of = (match(commons, min_length=min_length), match(commons, None, min_length))
    chosen = None if select is None else _checked(commons, ChosenRow.parse(select), min_length)
    with new_folder(folder), alone_in(folder):
        check_folder(folder / _FIGURES)
        progress.start("Study", _STEPS, "steps")
        try:
            matches, across, state, rejects = dask.compute(
                *matches_of, genome_states(commons), commons.rejects
            )
            chosen = chosen or default_row(matches)
            held = held_structures(state, chosen)
            progress.advance(1)
            statistics, overall = (
                commons.statistics(by, confidence=confidence) for by in ("experiment", None)
            )
            progress.advance(1)
            reproduced = reproducibility(commons, min_length=min_length, confidence=confidence)
            progress.advance(1)
            sweep(folder)
            remove_files(*(folder / name for name in _OPTIONAL))
            table = subsequence_table(matches)
            write_frame(table, folder / "subsequences.csv")
            write_frame(statistics_table(statistics, overall), folder / "statistics.csv")
            files = ["subsequences.csv", "statistics.csv", "distances.parquet"]
            files += write_comparisons(reproduced, folder)
            if len(rejects):
                write_frame(rejects, folder / "rejects.csv")
                files.append("rejects.csv")
            if notebook:
                files.append(NOTEBOOK)
            progress.advance(1)
            overview = write_distances(commons, metric, folder / "distances.parquet")
            progress.advance(1)
        finally:
            progress.finish()
        found = Findings(
            chosen, matches, across, overview, metric, min_length,
            tuple(files), statistics, overall, reproduced,
            _without_start(across, state, reproduced), confidence,
        )  # fmt: skip
        drawn = _draw(pictures_of(commons, found, held), folder / _FIGURES, progress)
        report = study_report(commons, found, drawn)
        if notebook:
            write_text(render_notebook(report), folder / NOTEBOOK)
        write_text(render_report(report), folder / "index.html")
    return Study(folder, chosen, table, int(overview["pairs"].sum()), statistics, reproduced)


def _draw(pictures: Sequence[Picture], folder: Path, progress: Progress) -> list[ReportFigure]:
    prepare_folder(folder)
    progress.start("Figures", len(pictures), "figures")
    drawn = []
    try:
        for picture in pictures:
            drawn.append(save_picture(picture, folder))
            progress.advance(1)
    finally:
        progress.finish()
    return drawn


def _without_start(
    across: pd.DataFrame, state: pd.DataFrame, reproduced: Reproducibility
) -> pd.Series | None:
    """Return in how many experiments other structures than those of shared starts hold a row."""
    starts = reproduced.starts
    return experiments_holding(across, state, starts["structure_id"]) if len(starts) else None


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
