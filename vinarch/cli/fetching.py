"""The command that fetches archives, and what it says before a long download."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.cli.sizes import bytes_shown, files_shown
from vinarch.console import fetch_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.fetching import Coming, Plan

ALL = "all"

ASK_ABOVE_BYTES = 1_000_000_000


@click.command()
@click.argument("archive", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every archive in the catalog.")
@click.option(
    "--include",
    multiple=True,
    metavar="GLOB",
    help="Take these files in place of the tables, such as 'models/*'; * also matches a slash. "
    "May be repeated.",
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Leave these files out. May be repeated."
)
@click.option("--every-file", is_flag=True, help="Every file of the deposit: --include '*'.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Say what would come from where, and what is here; download nothing.",
)
@click.option(
    "--from",
    "from_folder",
    metavar="FOLDER",
    help="Take the files from a folder that you filled, as from a browser; each is verified.",
)
@click.option("--yes", is_flag=True, help="Do not ask before more than 1 GB is downloaded.")
@fetch_options
def fetch(
    archive: tuple[str, ...],
    everything: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    every_file: bool,
    dry_run: bool,
    from_folder: str | None,
    yes: bool,
    strict: bool,
    **terms: Any,
) -> None:
    """Download the tables of each ARCHIVE and add them to the commons.

    If one of several cannot be had, the others are fetched all the same, and the error at the end
    names it.
    """
    from vinarch.fetching import EVERY_FILE, OfflineError, accept
    from vinarch.provenance import came_from

    if everything == bool(archive):
        raise click.UsageError("Name at least one ARCHIVE, or say --all.")
    if every_file and include:
        raise click.UsageError("Say --every-file or --include, not both.")
    named = ALL if everything else list(archive)
    terms["include"] = (EVERY_FILE,) if every_file else include
    terms |= {"exclude": exclude, "from_folder": from_folder}
    try:
        if dry_run:
            _tell_plans(named, terms)
            return
        approve = accept if yes else _ask_first
        commons = fetch_commons(named, strict=strict, approve=approve, **terms)
    except OfflineError as error:
        for path in error.missing:
            click.echo(f"missing: {path}")
        raise
    for provenance in commons.provenance:
        count = files_shown(len(provenance.files))
        click.echo(f"{provenance.archive}: {count} {came_from(provenance.source)}")
        if provenance.left_out:
            click.echo(f"  {len(provenance.left_out):,} of its tables were left out")
    _tell_others(named, terms)
    tell_commons(commons)
    click.echo(f"kept in {commons.snapshot.root}")


def _ask_first(coming: Coming) -> None:
    """Let more than 1 GB come only if the user says so."""
    from vinarch.errors import ParameterError

    if coming.size_bytes <= ASK_ABOVE_BYTES:
        return
    told = f"{files_shown(coming.file_count)}, {bytes_shown(coming.size_bytes)}"
    if not sys.stdin.isatty():
        raise ParameterError(
            f"vinarch fetch {coming.archive}",
            "--yes for a download of more than 1 GB, where nobody can be asked",
            f"{told} from {coming.source}",
            "Say --yes, or choose with --include and --exclude; --dry-run lists the files.",
        )
    click.confirm(f"{coming.archive}: {told} from {coming.source}. Go on?", abort=True, err=True)


def _tell_plans(named: str | Sequence[str], terms: dict[str, Any]) -> None:
    from vinarch.requesting import plan_fetch
    from vinarch.terminal import TerminalProgress

    for plan in plan_fetch(named, **terms, progress=TerminalProgress()):
        _tell_plan(plan)


def _tell_plan(plan: Plan) -> None:
    from vinarch.provenance import came_from

    for told in plan.refused:
        click.echo(f"{told.source} refused: {told.outcome}")
    for file in plan.files:
        size = "size unknown" if file.size_bytes is None else bytes_shown(file.size_bytes)
        word = "here" if file.is_here else "comes" if file.closed is None else "closed"
        why = "" if file.closed is None else f": {file.closed.reason}"
        click.echo(f"{word:<6} {size:>11}  {file.path}{why}")
    here = [file for file in plan.files if file.is_here]
    name = f"{plan.archive.name} {plan.archive.version}"
    click.echo(
        f"{name}: {files_shown(len(plan.coming))} would come, {bytes_shown(plan.coming_bytes)}; "
        f"{files_shown(len(here))}, {_sum(file.size_bytes for file in here)}, here already"
    )
    for source in dict.fromkeys(file.source for file in plan.coming):
        of_it = [file for file in plan.coming if file.source == source]
        click.echo(
            f"  {files_shown(len(of_it))}, {_sum(file.size_bytes for file in of_it)}, "
            f"{came_from(source)}"
        )
    for closed in dict.fromkeys(file.closed for file in plan.closed if file.closed is not None):
        of_it = [file for file in plan.closed if file.closed == closed]
        click.echo(
            f"  {files_shown(len(of_it))}, {_sum(file.size_bytes for file in of_it)}, may not be "
            f"had: {closed.reason}. {closed.next_step}"
        )
    if plan.stops:
        tables = sum(file.is_table for file in plan.closed)
        click.echo(
            f"  With {tables:,} of the tables closed a fetch of them stops before it downloads "
            "any; --exclude leaves tables out."
        )


def _tell_others(named: str | Sequence[str], terms: dict[str, Any]) -> None:
    if not terms["include"]:
        return
    from vinarch.fetching import other_files_here, selection_of
    from vinarch.requesting import archives_of, terms_from_environment

    home, _ = terms_from_environment()
    selection = selection_of(terms["include"], terms["exclude"])
    for card in archives_of(named):
        folder, files = other_files_here(card, home, selection)
        if files:
            size = _sum(file.size_bytes for file in files)
            click.echo(f"{card.name}: {files_shown(len(files))} besides, {size}, in {folder}")


def _sum(sizes: Any) -> str:
    return bytes_shown(sum(size or 0 for size in sizes))
