"""The commands that list, describe, refresh, check and cite archives."""

from __future__ import annotations

from typing import Any

import click

from vinarch.cli.sizes import bytes_shown, files_shown
from vinarch.console import debug_option

_COMMIT = 40
_SHORT_COMMIT = 8


class _NameOrCommand(click.Group):
    """Commands, and a name in the place of one, which is shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Read ``catalog NAME`` as ``catalog show NAME``."""
        if args and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_NameOrCommand, invoke_without_command=True, subcommand_metavar="[ARCHIVE | COMMAND …]"
)
@debug_option
@click.pass_context
def catalog(ctx: click.Context) -> None:
    """List the archives, or describe ARCHIVE and how to cite it."""
    from vinarch.catalog import read_catalog

    if ctx.invoked_subcommand is not None:
        return
    found = read_catalog()
    width = max(len(card.name) for card in found.archives)
    for card in found.archives:
        address = f"doi:{card.doi}" if card.doi else card.url
        click.echo(f"{card.name:<{width}} {_short(card.version):<8} {card.title}\n  {address}")
    click.echo("\n`vinarch catalog NAME` tells more of one.")
    for broken in found.broken:
        click.echo(f"vinarch: own card left out: {broken.error}", err=True)


@catalog.command()
@click.argument("archive")
@click.option("--files", is_flag=True, help="List the files of the deposit, tables or not.")
@debug_option
def show(archive: str, files: bool) -> None:
    """Describe ARCHIVE and how to cite it; `vinarch catalog ARCHIVE` does so, too."""
    from vinarch.catalog import find_archive

    card = find_archive(archive)
    if files:
        _show_files(card)
        return
    for word, value in (
        ("name", card.name),
        ("title", card.title),
        ("doi", card.doi or "none"),
        ("address", card.url),
        ("version", card.version),
        ("licence", card.licence),
        ("search space", card.search_space),
        ("holds", card.description),
        ("paper", card.paper),
        ("preparation", card.preparation),
    ):
        if value:
            click.echo(f"{word + ':':<14}{value}")
    click.echo(f"\nCite it as:\n\n{card.citation()}")


@catalog.command()
@click.argument("archive")
@debug_option
def refresh(archive: str) -> None:
    """Ask the deposit of ARCHIVE for its list of files anew, and say what changed.

    Nothing is downloaded. A newer published version is told, and never taken by itself.
    """
    from vinarch.catalog import find_archive
    from vinarch.fetching import refresh_list
    from vinarch.requesting import terms_from_environment

    card = find_archive(archive)
    home, terms = terms_from_environment()
    fresh = refresh_list(card, home, terms)
    told = fresh.differences
    count = files_shown(len(fresh.manifest.files))
    if told is None:
        click.echo(f"{card.name} {card.version}: {count}; none were listed here before")
    elif not told:
        click.echo(f"{card.name} {card.version}: {count}, as before")
    else:
        click.echo(f"{card.name} {card.version}: {count}")
        for word, paths in (
            ("new", told.added),
            ("gone", told.removed),
            ("other bytes", told.changed),
        ):
            for path in paths:
                click.echo(f"  {word}: {path}")
    _tell_version(card.name, card.version, fresh.latest_version)


@catalog.command()
@click.argument("archive")
@debug_option
@click.pass_context
def check(ctx: click.Context, archive: str) -> None:
    """Try what the data card of ARCHIVE and vinarch's code assume on the live servers.

    Downloads the smallest table from each place. Exits with 1 if an assumption fails.
    """
    from vinarch.catalog import find_archive
    from vinarch.fetching import check_live
    from vinarch.requesting import terms_from_environment

    _, terms = terms_from_environment()
    failed = tried = 0
    for one in check_live(find_archive(archive), terms):
        word = {True: "holds", False: "FAILS", None: "not tried"}[one.holds]
        click.echo(f"{word:<10}{one.claim}" + (f": {one.told}" if one.told else ""))
        tried += one.holds is not None
        failed += one.holds is False
    click.echo(f"{tried - failed} of {tried} assumptions hold")
    if failed:
        ctx.exit(1)


@click.command()
@click.argument("archive")
@debug_option
def cite(archive: str) -> None:
    """Print how to cite ARCHIVE, as text and as BibTeX."""
    from vinarch.catalog import find_archive

    click.echo(str(find_archive(archive).citation()))


def _show_files(card: Any) -> None:
    """Print what the deposit lists, or where there is none, what the card does."""
    from vinarch.errors import FetchError
    from vinarch.fetching import known_to_us, list_of
    from vinarch.requesting import terms_from_environment

    home, terms = terms_from_environment()
    try:
        manifest = list_of(card, home, terms)
    except FetchError as error:
        if not any(companion.files for companion in card.companions):
            raise
        manifest = None
        click.echo(f"vinarch: {error.where} gave no list: {error.got}", err=True)
    files = known_to_us(card, manifest)
    for file in files:
        size = "size unknown" if file.size_bytes is None else bytes_shown(file.size_bytes)
        checksum = (
            "no checksum"
            if file.checksum is None
            else f"{file.checksum.algorithm} {file.checksum.value}"
        )
        click.echo(f"{card.role_of(file.path) or '-':<14}{size:>12}  {file.path}  {checksum}")
    total = bytes_shown(sum(file.size_bytes or 0 for file in files))
    told = (
        f"{manifest.source}, listed {manifest.fetched_at}" if manifest else "as its data card lists"
    )
    click.echo(f"{card.name} {card.version}: {files_shown(len(files))}, {total}; {told}")


def _tell_version(name: str, version: str, latest: str) -> None:
    if latest not in {version, f"{version}.0"}:
        click.echo(
            f"Published last is version {latest}. vinarch stays with {version}, which the data "
            f"card of {name} pins; an own card can name the other, see "
            "docs/reference/data-cards.md."
        )


def _short(version: str) -> str:
    """Cut a commit to what people write of it."""
    return version[:_SHORT_COMMIT] if len(version) == _COMMIT else version
