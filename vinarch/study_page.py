"""What the page of a study says: frames and drawings in, a `Report` out.

Chooses which rows and columns the page shows; draws, writes and computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch import __version__
from vinarch.catalog import find_archive
from vinarch.report import Link, Report, ReportFigure, ReportTable
from vinarch.summary import ChosenRow, subsequence_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons

_SHOWN_ROWS = 20


def study_report(
    commons: Commons,
    chosen: ChosenRow,
    matches: pd.DataFrame,
    across: pd.DataFrame,
    drawn: Sequence[ReportFigure],
    python: Sequence[str],
) -> Report:
    """Put together all that the page of a study says.

    Parameters
    ----------
    commons : Commons
        Of one archive.
    chosen : ChosenRow
        The matching subsequence that the figures show.
    matches, across : pandas.DataFrame
        Rows of `vinarch.match` by experiment and across all.
    drawn : sequence of ReportFigure
    python : sequence of str
        The lines that make the same study.
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
    everywhere = across.sort_values(["experiment_count", "count", "length"], ascending=False)[
        [
            "subsequence", "length", "start", "count", "network_count", "experiment_count",
            "mean_val_accuracy_percent",
        ]
    ]  # fmt: skip
    ranked = matches.sort_values(["count", "length"], ascending=False, kind="stable")
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
        selected=_selected(matches, chosen),
        figures=tuple(drawn),
        tables=(
            _table(
                "Matching subsequences that most structures of an experiment share",
                subsequence_table(ranked),
                _SHOWN_ROWS,
                Link("subsequences.csv", "subsequences.csv"),
            ),
            _table(
                "Matching subsequences across all experiments, those of most experiments first",
                everywhere,
                _SHOWN_ROWS,
            ),
        ),
        python=tuple(python),
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
    (found,) = subsequence_table(row).to_dict("records")
    return (
        *place,
        ("structures", found["structures"]),
        ("count", found["count"]),
        ("mean validation accuracy (%)", found["mean_val_accuracy_percent"]),
    )


def _table(title: str, frame: pd.DataFrame, rows: int, link: Link | None = None) -> ReportTable:
    shown = frame.head(rows).astype(object)
    shown = shown.where(shown.notna(), None)
    return ReportTable(
        title,
        tuple(frame.columns),
        tuple(tuple(row) for row in shown.itertuples(index=False)),
        len(frame),
        link,
    )
