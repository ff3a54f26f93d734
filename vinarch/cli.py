"""The command line: parses words, calls the package, prints.

Dask and pandas are imported inside the commands, so that ``vinarch --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch import __version__
from vinarch.console import (
    MessageGroup,
    compute_options,
    connected,
    debug_option,
    read_attributes,
    show,
    source_options,
    table_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons

_SHOWN_REJECTS = 3
_METRICS = click.Choice(["cityblock", "euclidean", "hamming"])


@click.group(cls=MessageGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vinarch")
@debug_option
def commands() -> None:
    """Neural-network archaeology: what published architecture searches share.

    An ARCHIVE is the published record of one or more searches, named as in `vinarch catalog`
    or by its DOI. The first command that needs it downloads its tables (a few MB) and keeps
    them, with the commons made of them, under VINARCH_HOME.

    \b
    Start here:
      vinarch catalog                       which archives there are
      vinarch study JS9FR6 --out study      tables, figures and a page to read
    """  # noqa: D301 - \b is click's own mark for a paragraph that must not be wrapped


@commands.command()
@click.argument("archive", required=False)
@debug_option
def catalog(archive: str | None) -> None:
    """List the archives, or describe ARCHIVE and how to cite it."""
    from vinarch.catalog import find_archive, load_catalog

    if archive is None:
        for card in load_catalog():
            click.echo(f"{card.name:<10} {card.version:<6} doi:{card.doi}   {card.title}")
        click.echo("\n`vinarch catalog NAME` tells more of one.")
        return
    card = find_archive(archive)
    for word, value in (
        ("name", card.name),
        ("title", card.title),
        ("doi", card.doi),
        ("version", card.version),
        ("licence", card.licence),
        ("search space", card.search_space),
        ("holds", card.description),
        ("paper", card.paper),
    ):
        click.echo(f"{word + ':':<14}{value}")
    click.echo(f"\nCite it as:\n\n{card.citation()}")


@commands.command()
@click.argument("archive")
@debug_option
def cite(archive: str) -> None:
    """Print how to cite ARCHIVE, as text and as BibTeX."""
    from vinarch.catalog import find_archive

    click.echo(str(find_archive(archive).citation()))


@commands.command()
@source_options
def fetch(archive: str, mirror: str | None, strict: bool, refresh: bool) -> None:
    """Download the tables of ARCHIVE and add them to the commons."""
    commons = _fetch(archive, mirror, strict=strict, refresh=refresh)
    for provenance in commons.provenance:
        click.echo(f"{len(provenance.files)} files from {provenance.source}")
    _tell(commons)
    click.echo(f"kept in {commons.snapshot.root}")


@commands.command()
@source_options
@compute_options
@table_options
@click.option("--min-length", type=int, default=5, show_default=True, help="Shortest run kept.")
def match(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    by: str,
    min_length: int,
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
        commons = _fetch(archive, **source, attributes=attributes)
        lazy = match_commons(commons, by="experiment" if within else None, min_length=min_length)
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
    _tell(commons)
    if out is not None:
        write_frame(found, out)
        click.echo(f"all of them in {out}")


@commands.command()
@source_options
@compute_options
@table_options
@click.option(
    "--metric",
    type=_METRICS,
    default="cityblock",
    show_default=True,
    help="City block counts differing positions.",
)
def distances(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    metric: Any,
    by: str,
    rows: int,
    out: str | None,
    **source: Any,
) -> None:
    """Measure how far the structures of ARCHIVE lie apart.

    Prints the nearest pairs; --out writes them all.
    """
    from vinarch.measuring import distances as measure
    from vinarch.studies import check_ending, write_frame
    from vinarch.task_progress import TaskProgress
    from vinarch.terminal import TerminalProgress

    if out is not None:
        check_ending(out)
    within = by == "experiment"
    with connected(scheduler):
        commons = _fetch(archive, **source, attributes=attributes)
        lazy = measure(commons, metric=metric, by="experiment" if within else None)
        with TaskProgress(TerminalProgress(), "Measuring distances"):
            pairs = lazy.compute()
    hidden = (
        ["archive", "structure_id_a", "structure_id_b"]
        if within
        else ["archive", "experiment", "structure_a", "structure_b"]
    )
    nearest = pairs.sort_values("distance", kind="stable")
    show(nearest.drop(columns=hidden), rows, "pairs of structures")
    _tell(commons)
    if out is not None:
        write_frame(pairs, out)
        click.echo(f"all of them in {out}")


@commands.command()
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
    type=_METRICS,
    default="cityblock",
    show_default=True,
    help="Distance between structures.",
)
def study(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    out: str,
    select: str | None,
    min_length: int,
    metric: Any,
    **source: Any,
) -> None:
    """Study ARCHIVE: tables, figures and a page that shows them.

    Writes subsequences.csv, distances.parquet, figures/ and index.html into --out.
    """
    from vinarch.studies import study as write_study
    from vinarch.terminal import TerminalProgress

    with connected(scheduler):
        commons = _fetch(archive, **source, attributes=attributes)
        made = write_study(
            commons,
            out,
            select=select,
            min_length=min_length,
            metric=metric,
            progress=TerminalProgress(),
        )
    _tell(commons)
    click.echo(f"{len(made.subsequences):,} matching subsequences, {made.pair_count:,} distances")
    click.echo(f"open {made.index}")


def main() -> None:
    """Run the command line; the exit status is 0, 1 for an error, 2 for wrong usage."""
    commands(prog_name="vinarch")


def _fetch(
    archive: str, mirror: str | None, attributes: Sequence[str] = (), **flags: bool
) -> Commons:
    from vinarch.access import fetch as fetch_commons
    from vinarch.terminal import TerminalProgress

    chosen = read_attributes(attributes)
    commons = fetch_commons(archive, mirror=mirror, **flags, progress=TerminalProgress())
    return commons.select(**chosen)


def _tell(commons: Commons) -> None:
    click.echo(repr(commons))
    rejected = commons.rejected_row_count
    click.echo(f"{rejected:,} rejected row{'s' * (rejected != 1)}")
    if rejected:
        for row in commons.rejects.head(_SHOWN_REJECTS, npartitions=-1).itertuples():
            click.echo(
                f"  {row.source_file}, line {row.line}: expected {row.expected}, got {row.got}"
            )
        click.echo("  vinarch.open().rejects.compute() in Python lists them all")
