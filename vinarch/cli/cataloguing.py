"""The commands that list, describe, refresh, check and cite archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.sizes import bytes_shown, files_shown
from vinarch.console import debug_option

if TYPE_CHECKING:
    from vinarch.catalog import Archive
    from vinarch.fetching import LiveCheck

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
        address = f"doi:{card.doi}" if card.doi else card.url or _where(card)
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
        ("files", _where(card) if card.shipped else ""),
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
@debug_option
@click.pass_context
def check(ctx: click.Context, archive: str, as_json: bool) -> None:
    """Try what the data card of ARCHIVE and vinarch's code assume on the live servers.

    Asks some fifteen small questions of a deposit and one for each file that the card lists of a
    companion; downloads the smallest table from each place, and a repository's tarball. Exits with
    1 if an assumption fails.
    """
    from vinarch.catalog import find_archive
    from vinarch.fetching import check_live
    from vinarch.requesting import terms_from_environment

    home, terms = terms_from_environment()
    card = find_archive(archive)
    checks = []
    place = None
    for one in check_live(card, terms, home):
        checks.append(one)
        if not as_json:
            if one.source != place:
                place = one.source
                click.echo(place)
            _tell_check(one)
    failed = [one.name for one in checks if one.holds is False]
    if as_json:
        click.echo(_checks_as_json(card, checks))
    elif not checks:
        click.echo(f"The card of {card.name} names no deposit and no companion: nothing to test.")
    else:
        tried = sum(one.holds is not None for one in checks)
        click.echo(
            f"{tried - len(failed)} of {tried} assumptions hold"
            + (f"; {len(checks) - tried} could not be tested" if len(checks) > tried else "")
            + (f"; failed: {', '.join(failed)}" if failed else "")
        )
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


_OUTCOMES = {True: "ok", False: "failed", None: "not testable"}


def _tell_check(one: LiveCheck) -> None:
    outcome = _OUTCOMES[one.holds]
    shown = outcome if one.holds is not False else outcome.upper()
    if one.holds:
        click.echo(f"  {shown:<14}{one.name}: {one.claim} ({one.told})")
        return
    click.echo(f"  {shown:<14}{one.name}: {one.claim}")
    click.echo(f"{'':16}{'came' if one.holds is False else 'why'}: {one.told}")
    if one.next_step:
        click.echo(f"{'':16}do: {one.next_step}")


def _checks_as_json(card: Archive, checks: list[LiveCheck]) -> str:
    import json

    told = [
        {
            "name": one.name,
            "source": one.source,
            "claim": one.claim,
            "outcome": _OUTCOMES[one.holds],
            "came": one.told,
            "next_step": one.next_step,
        }
        for one in checks
    ]
    return json.dumps(
        {"archive": card.name, "version": card.version, "checks": told},
        indent=1,
        ensure_ascii=False,
    )


def _tell_version(name: str, version: str, latest: str) -> None:
    if latest not in {version, f"{version}.0"}:
        click.echo(
            f"Published last is version {latest}. vinarch stays with {version}, which the data "
            f"card of {name} pins; an own card can name the other, see "
            "docs/reference/data-cards.md."
        )


def _where(card: Any) -> str:
    """Say where the tables of an archive are that has no public address."""
    if not card.shipped:
        return "not published yet"
    ours = any(one.with_vinarch for one in card.shipped)
    return f"shipped with {'vinarch' if ours else 'its data card'}; no network needed"


def _short(version: str) -> str:
    """Cut a commit to what people write of it."""
    return version[:_SHORT_COMMIT] if len(version) == _COMMIT else version
