"""Render parts of the reference from the package itself: the tables' columns, the commands' help.

Deterministic Markdown; `conf.py` writes it into reference/generated/, which git ignores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pyarrow as pa

from vinarch.cli import commands
from vinarch.schema import RESULT_TABLES, STORED_TABLES, Column, Table

if TYPE_CHECKING:
    from pathlib import Path

    from click import Command

HELP_WIDTH = 80


def write(folder: Path) -> None:
    """Write every generated page; one that is unchanged is left alone."""
    pages = {
        "stored-tables.md": tables_text(STORED_TABLES),
        "result-tables.md": tables_text(RESULT_TABLES),
        **{
            f"help-{name.replace(' ', '-')}.md": help_text(name)
            for name in ("vinarch", *command_names())
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def command_names() -> list[str]:
    """Return every command as it is typed, such as ``fetch`` and ``cache list``."""
    found = []
    for name, command in commands.commands.items():
        found.append(name)
        if isinstance(command, click.Group):
            found += [f"{name} {inner}" for inner in command.commands]
    return found


def tables_text(tables: tuple[Table, ...]) -> str:
    """Return a section a table."""
    return "\n".join(table_text(table) for table in tables)


def table_text(table: Table) -> str:
    """Return one table's section: its meaning, its order, its columns."""
    key = ", ".join(f"`{name}`" for name in table.sort_key)
    lines = [
        f"(table-{table.name})=",
        f"### `{table.name}`",
        "",
        table.meaning,
        f"Sorted by {key}.",
        "",
        "| Column | Meaning | Type | Unit | May be null |",
        "|---|---|---|---|---|",
        *(_row(column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def help_text(name: str) -> str:
    """Return what `vinarch NAME --help` prints, or `vinarch --help`."""
    command: Command = commands
    for word in name.split() if name != "vinarch" else ():
        command = command.commands[word]  # type: ignore[attr-defined]
    path = "vinarch" if name == "vinarch" else f"vinarch {name}"
    context = click.Context(command, info_name=path, terminal_width=HELP_WIDTH)
    context.max_content_width = HELP_WIDTH
    context.help_option_names = ["-h", "--help"]
    return f"```text\n{command.get_help(context)}\n```\n"


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.meaning,
        _type(column.type),
        column.unit,
        "yes" if column.nullable else "",
    )
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {kind.value_type}"
    return str(kind)
