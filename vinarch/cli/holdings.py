"""The commands that list, cite and fetch archives."""

from __future__ import annotations

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.console import debug_option, source_options


@click.command()
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


@click.command()
@click.argument("archive")
@debug_option
def cite(archive: str) -> None:
    """Print how to cite ARCHIVE, as text and as BibTeX."""
    from vinarch.catalog import find_archive

    click.echo(str(find_archive(archive).citation()))


@click.command()
@source_options
def fetch(archive: str, mirror: str | None, strict: bool, refresh: bool) -> None:
    """Download the tables of ARCHIVE and add them to the commons."""
    commons = fetch_commons(archive, mirror, strict=strict, refresh=refresh)
    for provenance in commons.provenance:
        click.echo(f"{len(provenance.files)} files from {provenance.source}")
    tell_commons(commons)
    click.echo(f"kept in {commons.snapshot.root}")
