"""The command that asks the commons in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.console import debug_option, read_attribute, read_attributes, show

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("query")
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of $NAME in the query, such as beam=1e14; may be repeated.",
)
@click.option(
    "--where",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only experiments with this attribute, such as archive=JS9FR6; may be repeated, several "
    "values of one name are alternatives.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV and nothing else.")
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many rows to print.",
)
@click.option("--out", type=click.Path(), help="Write all rows: .csv or .parquet.")
@debug_option
def sql(
    query: str,
    parameters: Sequence[str],
    attributes: Sequence[str],
    as_csv: bool,
    rows: int,
    out: str | None,
) -> None:
    """Ask everything that was fetched, in SQL.

    QUERY is one SELECT over archives, experiments, architectures, histories, measurements,
    lineage and rejects; `DESCRIBE histories` lists the columns of one. Nothing is written but
    what --out names. Needs DuckDB: pip install "vinarch[sql]".
    """
    from vinarch.access import open as open_commons
    from vinarch.studies import check_ending, write_frame

    if out is not None:
        check_ending(out)
    values = dict(map(_parameter, parameters))
    commons = open_commons().select(**read_attributes(attributes))
    found = commons.sql(query, **values)
    if out is not None:
        write_frame(found, out)
    if as_csv:
        click.echo(found.to_csv(index=False, lineterminator="\n"), nl=False)
        return
    show(found, rows, "rows")
    if out is not None:
        click.echo(f"all of them in {out}")


def _parameter(text: str) -> tuple[str, Any]:
    if "=" not in text:
        raise click.BadParameter(f"expected NAME=VALUE, got {text!r}", param_hint="--param")
    return read_attribute(text)
