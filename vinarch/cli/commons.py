"""What the commands share that need a commons: fetch it, and tell what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.console import read_attributes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons

_SHOWN_REJECTS = 3


def fetch_commons(
    archive: str | Sequence[str], attributes: Sequence[str] = (), **terms: Any
) -> Commons:
    """Return the experiments of archives that the command line asks for.

    `terms` are arguments of `vinarch.fetch`.
    """
    from vinarch.access import fetch
    from vinarch.terminal import TerminalProgress

    chosen = read_attributes(attributes)
    commons = fetch(archive, **terms, progress=TerminalProgress())
    return commons.select(**chosen)


def tell_commons(commons: Commons) -> None:
    """Print what a commons holds, and the first rows that could not be read."""
    click.echo(repr(commons))
    rejected = commons.rejected_row_count
    click.echo(f"{rejected:,} rejected row{'s' * (rejected != 1)}")
    if rejected:
        for row in commons.rejects.head(_SHOWN_REJECTS, npartitions=-1).itertuples():
            click.echo(
                f"  {row.source_file}, line {row.line}: expected {row.expected}, got {row.got}"
            )
        click.echo("  vinarch.open().rejects.compute() in Python lists them all")
