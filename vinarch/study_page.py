"""What the page of a study says: frames and drawings in, a `Report` out.

Chooses which rows and columns the page shows; draws, writes and computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch import __version__
from vinarch.catalog import find_archive
from vinarch.distance import NAMES, UNITS, Metric
from vinarch.report import Link, Report, ReportFigure, ReportTable
from vinarch.summary import ChosenRow, subsequence_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons

_SHOWN_ROWS = 20
_MOST_LISTED = 8
"""Structure numbers that a cell of the page lists; the CSV lists them all."""

_FIRST_LISTED = 3


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study computed, and what it was asked for."""

    chosen: ChosenRow
    """The matching subsequence that the figures show."""
    matches: pd.DataFrame
    """Rows of `vinarch.match` by experiment."""
    across: pd.DataFrame
    """Rows of `vinarch.match` across all experiments."""
    distances: pd.DataFrame
    """Rows of `summary.distance_overview`."""
    rejected: int
    """Rows of ``rejects.csv``; without any there is no such file."""
    metric: Metric
    min_length: int


def study_report(commons: Commons, found: Findings, drawn: Sequence[ReportFigure]) -> Report:
    """Put together all that the page of a study says.

    Parameters
    ----------
    commons : Commons
        Of one archive.
    found : Findings
    drawn : sequence of ReportFigure
        The figures, with links to their files.

    Returns
    -------
    Report
    """
    (provenance,) = commons.provenance
    record = commons.snapshot.record(provenance.archive)
    citation = find_archive(provenance.archive).citation()
    index = commons.experiment_index
    experiments = index[
        [
            "experiment", "status", "wall_time_seconds", "architecture_count", "structure_count",
            "history_row_count", "rejected_row_count",
        ]
    ]  # fmt: skip
    everywhere = found.across.sort_values(["experiment_count", "count", "length"], ascending=False)[
        [
            "subsequence", "length", "start", "count", "network_count", "experiment_count",
            "mean_val_accuracy_percent",
        ]
    ]  # fmt: skip
    ranked = found.matches.sort_values(["count", "length"], ascending=False, kind="stable")
    pair_count = int(found.distances["pairs"].sum())
    measure = f"{NAMES[found.metric]} in {UNITS[found.metric]}"
    return Report(
        title=f"Study of {provenance.archive}",
        vinarch_version=__version__,
        citation_text=citation.text,
        citation_bibtex=citation.bibtex,
        archive=provenance.archive,
        doi=provenance.doi,
        version=provenance.version,
        licence=record.licence if record else "",
        provenance=provenance,
        experiments=_table("Experiments", experiments, len(experiments)),
        rows_read=int(index["history_row_count"].sum()) + commons.rejected_row_count,
        rows_rejected=commons.rejected_row_count,
        selected=_selected(found.matches, found.chosen),
        figures=tuple(drawn),
        tables=(
            _table(
                "Matching subsequences that most structures of an experiment share",
                _page_table(ranked.head(_SHOWN_ROWS)),
                len(ranked),
                Link("subsequences.csv", "subsequences.csv"),
            ),
            _table(
                "Matching subsequences across all experiments, those of most experiments first",
                everywhere.head(_SHOWN_ROWS),
                len(everywhere),
            ),
            _table(
                f"Distances between the structures of an experiment: {measure}",
                found.distances,
                len(found.distances),
                Link(f"distances.parquet, all {pair_count:,} pairs", "distances.parquet"),
            ),
        ),
        python=tuple(_python_lines(commons, found)),
        rejects=Link("rejects.csv", "rejects.csv") if found.rejected else None,
    )


def _selected(
    matches: pd.DataFrame, chosen: ChosenRow
) -> tuple[tuple[str, str | int | float | None], ...]:
    row = matches[
        (matches["experiment"] == chosen.experiment)
        & (matches["start"] == chosen.start)
        & (matches["subsequence"] == chosen.subsequence)
    ]
    place: tuple[tuple[str, str | int | float | None], ...] = (
        ("experiment", chosen.experiment),
        ("subsequence", chosen.subsequence),
        ("start index (from 0)", chosen.start),
        ("length (symbols)", len(chosen.subsequence)),
    )
    if row.empty:
        # Structures can hold a run that is maximal for no pair of them.
        return (*place, ("maximal run of a pair", "no"))
    (found,) = row.to_dict("records")
    return (
        *place,
        ("structures", ", ".join(map(str, found["structures"]))),
        ("count", found["count"]),
        ("mean validation accuracy (%)", found["mean_val_accuracy_percent"]),
    )


def _page_table(matches: pd.DataFrame) -> pd.DataFrame:
    """Return matches as `subsequence_table` does, the lists of structures short and last."""
    table = subsequence_table(matches).drop(columns="structures")
    table["structures"] = [_listed(list(held)) for held in matches["structures"]]
    return table


def _listed(structures: Sequence[int]) -> str:
    if len(structures) <= _MOST_LISTED:
        return ", ".join(map(str, structures))
    first = ", ".join(map(str, structures[:_FIRST_LISTED]))
    return f"{len(structures)} structures: {first}, …"


def _python_lines(commons: Commons, found: Findings) -> list[str]:
    (provenance,) = commons.provenance
    all_of_archive = commons.snapshot.experiment_index()["archive"] == provenance.archive
    names = commons.experiment_index["experiment"].tolist()
    everything = len(names) == int(all_of_archive.sum())
    chosen = found.chosen
    return [
        "import vinarch",
        "",
        f'commons = vinarch.fetch("{provenance.archive}")',
        *([] if everything else [f"commons = commons.select(experiment={names})"]),
        "vinarch.study(",
        "    commons,",
        '    "study",',
        f'    select="{chosen.experiment}:{chosen.start}:{chosen.subsequence}",',
        f"    min_length={found.min_length},",
        f'    metric="{found.metric}",',
        ")",
    ]


def _table(
    title: str,
    frame: pd.DataFrame,
    total_rows: int,
    link: Link | None = None,
) -> ReportTable:
    shown = frame.astype(object)
    shown = shown.where(shown.notna(), None)
    return ReportTable(
        title,
        tuple(frame.columns),
        tuple(tuple(row) for row in shown.itertuples(index=False)),
        total_rows,
        link,
    )
