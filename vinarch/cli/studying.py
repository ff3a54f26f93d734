"""The command that writes a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.cli.measuring import METRICS
from vinarch.console import compute_options, connected, source_options

if TYPE_CHECKING:
    from collections.abc import Sequence


VERDICTS = {"agrees": "agree", "differs": "differ", "not derivable": "not derivable"}
"""How several claims of one verdict are counted."""


@click.command()
@source_options
@compute_options
@click.option(
    "--out",
    type=click.Path(),
    default="study",
    show_default=True,
    help="Folder to write into; made if it is missing.",
)
@click.option(
    "--select",
    metavar="EXPERIMENT:START:BITS",
    help="The matching subsequence that the figures show. Default: the row that the VINARCH "
    "paper shows where it is present, else the one that most structures share.",
)
@click.option("--min-length", type=int, default=5, show_default=True, help="Shortest run kept.")
@click.option(
    "--metric",
    type=METRICS,
    default="cityblock",
    show_default=True,
    help="Distance between structures.",
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals."
)
@click.option(
    "--notebook", is_flag=True, help="Write the page as a Jupyter notebook too: study.ipynb."
)
@click.option(
    "--paper",
    metavar="NAME",
    help="Recompute the claims of a paper about ARCHIVE and redraw its figures, in paper/: "
    "icpp2023 or cluster2023.",
)
def study(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    out: str,
    select: str | None,
    min_length: int,
    metric: Any,
    confidence: float,
    notebook: bool,
    paper: str | None,
    **source: Any,
) -> None:
    """Study ARCHIVE: tables, figures and a page that shows them.

    Writes statistics, matching subsequences, distances and what repeats across experiments as
    CSV and Parquet, figures/ for print, and index.html, which shows them, into --out.
    """
    from vinarch.studies import study as write_study
    from vinarch.terminal import TerminalProgress

    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        made = write_study(
            commons,
            out,
            select=select,
            min_length=min_length,
            metric=metric,
            confidence=confidence,
            notebook=notebook,
            paper=paper,
            progress=TerminalProgress(),
        )
    tell_commons(commons)
    click.echo(repr(made.reproduced))
    click.echo(f"{len(made.subsequences):,} matching subsequences, {made.pair_count:,} distances")
    if made.claims is not None:
        counts = made.claims["verdict"].value_counts()
        told = ", ".join(f"{counts.get(verdict, 0)} {word}" for verdict, word in VERDICTS.items())
        click.echo(f"{len(made.claims)} claims of {paper}: {told}")
    click.echo(f"open {made.index}")
