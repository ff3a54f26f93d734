"""The study of one archive: a commons in, a folder with tables, figures and a page out.

Wires summary, figures and report, and computes: the matches once, the distances in batches.
Only this process writes, so that the workers of a cluster need not see the folder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import dask

from vinarch.commons import check_commons
from vinarch.distance import check_metric
from vinarch.errors import ParameterError
from vinarch.genome_state import genome_states
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.matching import match
from vinarch.measuring import pair_count
from vinarch.notebook import render_notebook
from vinarch.progress import LogProgress, Progress
from vinarch.report import render_report
from vinarch.reproducing import reproducibility
from vinarch.run_arguments import check_subsequence
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
from vinarch.studies.left_out import told
from vinarch.studies.paper import FOLDER as PAPER_FOLDER
from vinarch.studies.paper import find_paper, remove_stale, write_paper
from vinarch.studies.pictures import pictures_of, prepare_folder, save_picture
from vinarch.studies.tables import (
    MOST_PAIRS,
    statistics_table,
    write_comparisons,
    write_distances,
)
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
_DISTANCES = "distances.parquet"
_STEPS = 5
_OPTIONAL = ("index.html", "rejects.csv", _DISTANCES, NOTEBOOK)
"""Files of an earlier study that this one may not write anew."""


@dataclass(frozen=True)
class Study:
    """What a study wrote, and the frames in it that are small.

    Attributes
    ----------
    out : Path
        The folder.
    chosen : ChosenRow or None
        The matching subsequence that the figures show; None where nothing matches.
    subsequences : pandas.DataFrame
        What `subsequences.csv` holds.
    pair_count : int
        Rows of `distances.parquet`.
    statistics : pandas.DataFrame
        What `Commons.statistics` gives.
    reproduced : Reproducibility
        What `vinarch.reproducibility` gives.
    claims : pandas.DataFrame or None
        What `vinarch.claims` gives for the paper that was asked for.
    """

    out: Path
    chosen: ChosenRow | None
    subsequences: pd.DataFrame
    pair_count: int
    statistics: pd.DataFrame
    reproduced: Reproducibility
    claims: pd.DataFrame | None = None

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
    paper: str | None = None,
    progress: Progress | None = None,
) -> Study:
    """Write tables, figures and a page about an archive: what it holds, shares and repeats.

    What the archive does not hold is left out, and the page says so: figures of values that are
    not recorded, subsequences where nothing matches, distances of more than ten million pairs.

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
    paper : str, optional
        Name of a paper about the archive, such as ``"icpp2023"``: its claims are recomputed and
        its figures redrawn, with their data, in ``paper/`` and in a section of the page.
    progress : Progress, optional
        Listens to the steps.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        If `commons` holds several archives, there is no such `metric`, `min_length` cannot be,
        `select` has another form, is shorter than `min_length` or does not fit into a genome, or
        there is no such `paper` about the archive.
    SelectionError
        If there is no such experiment, no structure of it holds the subsequence, or no
        experiment has architectures.
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
    _check_one_archive(commons)
    check_metric(metric)
    check_confidence("study(confidence=…)", confidence)
    check_trained(commons)
    published = None if paper is None else find_paper(commons, paper)
    matches_of = (match(commons, min_length=min_length), match(commons, None, min_length))
    chosen = None if select is None else _checked(commons, ChosenRow.parse(select), min_length)
    with new_folder(folder), alone_in(folder):
        for name in (_FIGURES, *((PAPER_FOLDER,) if published else ())):
            check_folder(folder / name)
        progress.start("Study", _STEPS, "steps")
        try:
            matches, across, state, rejects = dask.compute(
                *matches_of, genome_states(commons), commons.rejects
            )
            chosen = chosen or (default_row(matches) if len(matches) else None)
            held = None if chosen is None else held_structures(state, chosen)
            progress.advance(1)
            statistics, overall = (
                commons.statistics(by, confidence=confidence) for by in ("experiment", None)
            )
            progress.advance(1)
            reproduced = reproducibility(commons, min_length=min_length, confidence=confidence)
            progress.advance(1)
            sweep(folder)
            remove_files(*(folder / name for name in _OPTIONAL))
            remove_stale(folder)
            table = subsequence_table(matches)
            files = _write_tables(
                folder, table, statistics_table(statistics, overall), reproduced, rejects
            )
            if notebook:
                files.append(NOTEBOOK)
            progress.advance(1)
            overview = write_distances(commons, metric, folder / _DISTANCES)
            if pair_count(commons) > MOST_PAIRS:
                files.remove(_DISTANCES)
            progress.advance(1)
        finally:
            progress.finish()
        found = Findings(
            chosen, matches, across, overview, metric, min_length,
            tuple(files), statistics, overall, reproduced,
            _without_start(across, state, reproduced), confidence,
        )  # fmt: skip
        pictures, left_out = pictures_of(commons, found, held)
        found = replace(found, left_out=told(commons, found, left_out))
        drawn = _draw(pictures, folder / _FIGURES, progress)
        checked = None if published is None else write_paper(commons, published, folder, progress)
        report = study_report(commons, found, drawn, checked)
        if notebook:
            write_text(render_notebook(report), folder / NOTEBOOK)
        write_text(render_report(report), folder / "index.html")
    return Study(
        folder, chosen, table, int(overview["pairs"].sum()), statistics, reproduced,
        None if checked is None else checked.claims,
    )  # fmt: skip


def _write_tables(
    folder: Path,
    subsequences: pd.DataFrame,
    statistics: pd.DataFrame,
    reproduced: Reproducibility,
    rejects: pd.DataFrame,
) -> list[str]:
    """Write the tables that are at hand; return their names and that of the distances."""
    write_frame(subsequences, folder / "subsequences.csv")
    write_frame(statistics, folder / "statistics.csv")
    files = ["subsequences.csv", "statistics.csv", _DISTANCES]
    files += write_comparisons(reproduced, folder)
    if len(rejects):
        write_frame(rejects, folder / "rejects.csv")
        files.append("rejects.csv")
    return files


def _check_one_archive(commons: Commons) -> None:
    if len(commons.provenance) != 1:
        names = [provenance.archive for provenance in commons.provenance]
        raise ParameterError(
            "study",
            "a commons of one archive",
            ", ".join(names) or "none",
            "Select one: commons.select(archive=…).",
        )


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
