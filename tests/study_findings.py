"""What a study computes, for the tests of its page and its notebook."""

from __future__ import annotations

import vinarch
from vinarch.report import Link, ReportFigure
from vinarch.study_page import Findings, call_lines
from vinarch.summary import default_row, distance_digest, distance_overview

FILES = ("subsequences.csv", "distances.parquet", "statistics.csv", "reproducibility.csv")


def findings_of(commons, *, files=FILES):
    """Return all that a study finds."""
    matches = vinarch.match(commons).compute()
    return Findings(
        chosen=default_row(matches),
        matches=matches,
        across=vinarch.match(commons, by=None).compute(),
        distances=distance_overview([distance_digest(vinarch.distances(commons).compute())]),
        metric="cityblock",
        min_length=5,
        files=files,
        statistics=commons.statistics(),
        overall=commons.statistics(by=None),
        reproduced=vinarch.reproducibility(commons),
    )


def structures_figure(commons, chosen):
    """Return a figure that is drawn as the page says."""
    row = (chosen.experiment, chosen.start, chosen.subsequence)
    drawing = vinarch.figures.structures(commons, *row)
    return ReportFigure(
        "structures",
        "Structures that share the selected subsequence",
        drawing.caption,
        drawing.png(),
        (Link("single column, PDF", "figures/structures_single.pdf"),),
        call_lines("vinarch.figures.structures", "commons", *row),
    )
