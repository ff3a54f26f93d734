"""The command that makes a deposit of recorded runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.console import debug_option

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("run", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out",
    type=click.Path(),
    required=True,
    help="Folder to write, not there yet or empty; its name becomes the archive's.",
)
@click.option("--title", required=True, help="Title of the deposit.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    required=True,
    metavar="'FAMILY, GIVEN'",
    help="An author; may be repeated. Without a comma it is an organisation.",
)
@click.option("--licence", required=True, help="Licence, such as CC0-1.0.")
@click.option("--description", help="What it holds, in a sentence.")
@click.option(
    "--version", default="1.0", show_default=True, help="Version; Dataverse's first is 1.0."
)
@click.option("--doi", help="The DOI, if it is reserved already: 10.7910/DVN/JS9FR6.")
@click.option(
    "--publisher", default="Harvard Dataverse", show_default=True, help="Who publishes it."
)
@click.option("--paper", help="The paper that it belongs to.")
@click.option(
    "--shipped",
    is_flag=True,
    help="Write what a catalog has instead: the data card as OUT.toml, packed tables in OUT.",
)
@debug_option
def deposit(run: Sequence[str], out: str, **told: Any) -> None:
    """Write each recorded RUN into a folder that is ready for Dataverse.

    A RUN is a folder that `vinarch.Recorder` wrote; each becomes an experiment. The folder gets
    tables as CSV, a data card by which `vinarch fetch` reads them back, a description in
    Croissant, a README and checksums. Nothing is uploaded.
    """
    from vinarch.depositing import deposit as write_deposit

    shipped = told.pop("shipped")
    given = {name: value for name, value in told.items() if value is not None}
    made = write_deposit(list(run), out, shipped=shipped, **given)
    if shipped:
        click.echo(f"written to {made} and {made}.toml")
        click.echo(f"read it back: VINARCH_CATALOG={made.parent} vinarch fetch {made.name}")
        return
    click.echo(f"written to {made}")
    click.echo(f"read it back: VINARCH_CATALOG={made} VINARCH_MIRROR={made.parent}")
    click.echo(f"              vinarch fetch {made.name}")
