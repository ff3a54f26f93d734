"""The command line: parses words, calls the package, prints; the only module that prints.

Dask and pandas are imported inside the commands, so that ``vinarch --help`` answers at once.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vinarch import __version__
from vinarch.errors import ParameterError, VinarchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from vinarch.commons import Commons

_INTERRUPTED = 130
_METRICS = ("cityblock", "euclidean", "hamming")


class _Group(click.Group):
    """Turns errors into one readable message; ``--debug`` lets the traceback through."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            click.echo("vinarch: interrupted; what was there before is untouched.", err=True)
            ctx.exit(_INTERRUPTED)
        except Exception as error:
            if ctx.meta.get("vinarch.debug"):
                raise
            if isinstance(error, VinarchError):
                click.echo(f"vinarch: {error}", err=True)
            else:
                told = str(error) or type(error).__name__
                click.echo(
                    f"vinarch: an error that vinarch does not know: {told} "
                    "(--debug shows where it comes from)",
                    err=True,
                )
            ctx.exit(1)


def _debug_option(function: Callable[..., Any]) -> Callable[..., Any]:
    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it so
        if value:
            ctx.meta["vinarch.debug"] = True

    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the traceback of an error.",
    )(function)


def _source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command takes that needs an archive's data."""
    for decorate in (
        _debug_option,
        click.option("--refresh", is_flag=True, help="Ask the sources again."),
        click.option("--strict", is_flag=True, help="Stop if any row cannot be read."),
        click.option(
            "--mirror",
            metavar="FOLDER|URL",
            help="Ask this place first; it holds <archive>/<path>. Default: VINARCH_MIRROR.",
        ),
        click.argument("archive"),
    ):
        function = decorate(function)
    return function


def _compute_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command takes that computes on a commons."""
    for decorate in (
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            help="Run on this Dask cluster, such as tcp://127.0.0.1:8786.",
        ),
        click.option(
            "--where",
            "attributes",
            multiple=True,
            metavar="NAME=VALUE",
            help="Only experiments with this attribute, such as beam=1e14, gpus=1, "
            "early_termination=true; may be repeated.",
        ),
    ):
        function = decorate(function)
    return function


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vinarch")
@_debug_option
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
@_debug_option
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
@_source_options
def fetch(archive: str, mirror: str | None, strict: bool, refresh: bool) -> None:  # noqa: FBT001 - click passes by name
    """Download the tables of ARCHIVE and add them to the commons."""
    commons = _fetch(archive, mirror, strict, refresh)
    for provenance in commons.provenance:
        click.echo(f"{len(provenance.files)} files from {provenance.source}")
    click.echo(repr(commons))
    click.echo(f"kept in {commons.snapshot.root}")


@commands.command()
@_source_options
@_compute_options
@click.option(
    "--by",
    type=click.Choice(["experiment", "all"]),
    default="experiment",
    show_default=True,
    help="Match within each experiment, or across all of them.",
)
@click.option("--min-length", type=int, default=5, show_default=True, help="Shortest run kept.")
@click.option("--rows", type=int, default=20, show_default=True, help="How many rows to print.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all rows: .csv or .parquet.")
def match(
    archive: str,
    mirror: str | None,
    attributes: Sequence[str],
    scheduler: str | None,
    by: str,
    min_length: int,
    rows: int,
    out: Path | None,
    **flags: bool,
) -> None:
    """Find the genome subsequences that structures of ARCHIVE share.

    Prints those that most structures share; --out writes them all.
    """
    from vinarch.matching import match as match_commons
    from vinarch.summary import subsequence_table

    commons = _fetch(archive, mirror, **flags, attributes=attributes)
    with _cluster(scheduler):
        matches = match_commons(
            commons, by="experiment" if by == "experiment" else None, min_length=min_length
        ).compute()
    ranked = matches.sort_values(["count", "length"], ascending=False, kind="stable")
    if by == "experiment":
        matches, ranked = subsequence_table(matches), subsequence_table(ranked)
    else:
        matches, ranked = (
            frame.drop(columns=["archive", "experiment", "structures"])
            for frame in (matches, ranked)
        )
    _show(ranked.drop(columns=["structures"], errors="ignore"), rows, "matching subsequences")
    if out is not None:
        _write_frame(matches, out)


@commands.command()
@_source_options
@_compute_options
@click.option(
    "--metric",
    type=click.Choice(_METRICS),
    default="cityblock",
    show_default=True,
    help="City block counts differing positions.",
)
@click.option(
    "--by",
    type=click.Choice(["experiment", "all"]),
    default="experiment",
    show_default=True,
    help="Pairs within each experiment, or across all of them.",
)
@click.option("--rows", type=int, default=20, show_default=True, help="How many rows to print.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all rows: .csv or .parquet.")
def distances(
    archive: str,
    mirror: str | None,
    attributes: Sequence[str],
    scheduler: str | None,
    metric: str,
    by: str,
    rows: int,
    out: Path | None,
    **flags: bool,
) -> None:
    """Measure how far the structures of ARCHIVE lie apart.

    Prints the nearest pairs; --out writes them all.
    """
    from vinarch.measuring import distances as measure

    commons = _fetch(archive, mirror, **flags, attributes=attributes)
    with _cluster(scheduler):
        pairs = measure(
            commons,
            metric=metric,  # type: ignore[arg-type]  # click has checked the choice
            by="experiment" if by == "experiment" else None,
        ).compute()
    hidden = (
        ["archive", "structure_id_a", "structure_id_b"]
        if by == "experiment"
        else ["archive", "experiment", "structure_a", "structure_b"]
    )
    nearest = pairs.sort_values("distance", kind="stable")
    _show(nearest.drop(columns=hidden), rows, "pairs of structures")
    if out is not None:
        _write_frame(pairs, out)


@commands.command()
@_source_options
@_compute_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("study"),
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
    "--metric", type=click.Choice(_METRICS), default="cityblock", show_default=True,
    help="Distance between structures.",
)  # fmt: skip
def study(
    archive: str,
    mirror: str | None,
    attributes: Sequence[str],
    scheduler: str | None,
    out: Path,
    select: str | None,
    min_length: int,
    metric: str,
    **flags: bool,
) -> None:
    """Study ARCHIVE: tables, figures and a page that shows them.

    Writes subsequences.csv, distances.parquet, figures/ and index.html into --out.
    """
    from vinarch.studies import study as write_study
    from vinarch.terminal import TerminalProgress

    commons = _fetch(archive, mirror, **flags, attributes=attributes)
    with _cluster(scheduler):
        made = write_study(
            commons,
            out,
            select=select,
            min_length=min_length,
            metric=metric,  # type: ignore[arg-type]  # click has checked the choice
            progress=TerminalProgress(),
        )
    click.echo(repr(commons))
    click.echo(f"{commons.rejected_row_count:,} rejected rows")
    click.echo(f"{len(made.subsequences):,} matching subsequences, {made.pair_count:,} distances")
    click.echo(f"open {made.index}")


@commands.command()
@click.argument("archive")
@_debug_option
def cite(archive: str) -> None:
    """Print how to cite ARCHIVE, as text and as BibTeX."""
    from vinarch.catalog import find_archive

    click.echo(str(find_archive(archive).citation()))


def main() -> None:
    """Run the command line; the exit status is 0, 1 for an error, 2 for wrong usage."""
    # A pager or `head` that closes the pipe has seen enough: that is no error.
    try:
        commands(prog_name="vinarch")
    except BrokenPipeError:
        sys.stderr.close()


def _fetch(
    archive: str,
    mirror: str | None,
    strict: bool,  # noqa: FBT001 - passed by name from click
    refresh: bool,  # noqa: FBT001
    attributes: Sequence[str] = (),
) -> Commons:
    from vinarch.access import fetch as fetch_commons
    from vinarch.terminal import TerminalProgress

    commons = fetch_commons(
        archive, mirror=mirror, strict=strict, refresh=refresh, progress=TerminalProgress()
    )
    if commons.rejected_row_count:
        click.echo(
            f"vinarch: {commons.rejected_row_count:,} rows of {archive} were rejected; "
            f"they are listed in {commons.snapshot.folder / 'rejects'}",
            err=True,
        )
    return commons.select(**dict(_attribute(text) for text in attributes))


def _attribute(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ParameterError("--where", "NAME=VALUE", repr(text), "For example beam=1e14.")
    words = {"true": True, "false": False}
    return name, words.get(value.lower(), int(value) if value.isdecimal() else value)


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    if address is None:
        yield
        return
    from distributed import Client

    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"--scheduler {address}",
            "the address of a running Dask scheduler",
            str(error) or type(error).__name__,
            "`dask scheduler` starts one and prints its address.",
        ) from error
    with client:
        yield


def _show(frame: pd.DataFrame, rows: int, what: str) -> None:
    click.echo(frame.head(rows).round(4).to_string(index=False))
    click.echo(f"\n{min(rows, len(frame)):,} of {len(frame):,} {what}")


def _write_frame(frame: pd.DataFrame, out: Path) -> None:
    from vinarch.studies import write_frame

    write_frame(frame, out)
    click.echo(f"all of them in {out}")
