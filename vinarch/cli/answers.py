"""The commands that print a table of answers, and write it on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.console import compute_options, connected, show, source_options, table_options

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_STATISTICS = (
    "measure", "n", "mean", "mean_low", "mean_high", "minimum", "quantile_25", "median",
    "quantile_75", "maximum",
)  # fmt: skip
"""What fits a line of a terminal."""


@click.command()
@source_options
@compute_options
@table_options
@click.option("--min-length", type=int, default=5, show_default=True, help="Shortest run kept.")
@click.option("--within-phase", is_flag=True, help="Match each phase of the genomes alone.")
def match(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    by: str,
    min_length: int,
    within_phase: bool,
    rows: int,
    out: str | None,
    **source: Any,
) -> None:
    """Find the genome subsequences that structures of ARCHIVE share.

    Prints those that most structures share; --out writes them all.
    """
    from vinarch.matching import match as match_commons
    from vinarch.studies import check_ending, write_frame
    from vinarch.summary import subsequence_table
    from vinarch.task_progress import TaskProgress
    from vinarch.terminal import TerminalProgress

    if out is not None:
        check_ending(out)
    within = by == "experiment"
    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        lazy = match_commons(
            commons,
            by="experiment" if within else None,
            min_length=min_length,
            within_phase=within_phase,
        )
        with TaskProgress(TerminalProgress(), "Matching"):
            found = lazy.compute()
    ranked = found.sort_values(["count", "length"], ascending=False, kind="stable")
    if within:
        found, ranked = subsequence_table(found), subsequence_table(ranked)
    else:
        found, ranked = (
            frame.drop(columns=["archive", "experiment", "structures"]) for frame in (found, ranked)
        )
    show(ranked.drop(columns=["structures"], errors="ignore"), rows, "matching subsequences")
    tell_commons(commons)
    if out is not None:
        write_frame(found, out)
        click.echo(f"all of them in {out}")


@click.command()
@source_options
@compute_options
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["experiment", "archive", "gpus", "beam", "early_termination", "all"]),
    default=["experiment"],
    show_default=True,
    help="What the networks of a group share; may be repeated. `all`: one group.",
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals."
)
@click.option("--out", type=click.Path(), help="Write all rows and columns: .csv or .parquet.")
def statistics(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    by: Sequence[str],
    confidence: float,
    out: str | None,
    **source: Any,
) -> None:
    """Describe the networks of ARCHIVE: accuracies, epochs, MFLOPs, wall time.

    Prints mean, its bootstrap interval and quartiles of each measure; --out writes all columns.
    """
    from vinarch.studies import check_ending, write_frame

    if out is not None:
        check_ending(out)
    if "all" in by and len(by) > 1:
        message = "'all' is one group: leave the other --by out."
        raise click.BadParameter(message, param_hint="--by")
    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        groups: Any = None if "all" in by else list(by)
        found = commons.statistics(groups, confidence=confidence)
    found_names = list(found.columns)
    groups_shown = found_names[: found_names.index("measure")]
    shown = [name for name in groups_shown if name != "archive"] + list(_SHOWN_STATISTICS)
    show(found[shown].round(2), len(found), "rows")
    tell_commons(commons)
    if out is not None:
        write_frame(found, out)
        click.echo(f"all of them, with more columns, in {out}")


@click.command()
@source_options
@compute_options
@click.option("--min-length", type=int, default=5, show_default=True, help="Shortest run kept.")
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals."
)
@click.option(
    "--out",
    type=click.Path(),
    help="Write the table of pairs of experiments: .csv or .parquet.",
)
def reproducibility(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    min_length: int,
    confidence: float,
    out: str | None,
    **source: Any,
) -> None:
    """Tell what repeats across the experiments of ARCHIVE.

    Prints it in sentences; --out writes what each pair of experiments shares.
    """
    from vinarch.reproducing import reproducibility as reproduce
    from vinarch.studies import check_ending, write_frame

    if out is not None:
        check_ending(out)
    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        found = reproduce(commons, min_length=min_length, confidence=confidence)
    for sentences in found.paragraphs:
        click.echo(click.wrap_text(" ".join(sentences), width=78))
        click.echo()
    tell_commons(commons)
    if out is not None:
        write_frame(found.pairs, out)
        click.echo(f"all pairs in {out}")


@click.command()
@source_options
@compute_options
@click.option("--paper", default="icpp2023", show_default=True, help="Whose claims.")
@click.option("--out", type=click.Path(), help="Write all columns: .csv or .parquet.")
def claims(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    paper: str,
    out: str | None,
    **source: Any,
) -> None:
    """Recompute the published numbers of a paper from ARCHIVE.

    Prints each claim with the published and the recomputed value.
    """
    from vinarch.claiming import claims as check
    from vinarch.studies import check_ending, write_frame

    if out is not None:
        check_ending(out)
    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        found = check(commons, paper)
    shown = found[["place", "claim", "published", "recomputed", "unit", "verdict"]]
    show(shown, len(shown), "claims")
    counts = [
        f"{int((found['verdict'] == verdict).sum())} {word}"
        for verdict, word in (
            ("agrees", "agree"),
            ("differs", "differ"),
            ("not derivable", "not derivable"),
        )
    ]
    click.echo(f"{len(found)} claims of {paper}: {', '.join(counts)}")
    tell_commons(commons)
    if out is not None:
        write_frame(found, out)
        click.echo(f"all columns, with the reasons, in {out}")
