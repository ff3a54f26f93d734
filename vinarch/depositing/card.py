"""The data card of a deposit: records in, TOML out.

Python reads TOML but writes none; a card needs texts, numbers, lists and sections.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from vinarch.catalog.records import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vinarch.catalog import ListedFile
    from vinarch.depositing.records import About, DepositedExperiment


def card_text(
    about: About,
    experiments: Sequence[DepositedExperiment],
    shipped: Sequence[ListedFile] = (),
) -> str:
    """Return the data card by which vinarch reads a deposit.

    Parameters
    ----------
    about : About
    experiments : sequence of DepositedExperiment
    shipped : sequence of ListedFile
        All files, where these lie beside the card, with tables that are packed.
    """
    tables = "*.csv.gz" if shipped else "*.csv"
    head: dict[str, Any] = {
        "name": about.name,
        "title": about.title,
        "authors": list(about.authors),
        "year": about.year,
        "publisher": about.publisher,
        "licence": about.licence,
        "description": about.description,
        "paper": about.paper,
        "version": about.version,
    }
    head |= {"doi": about.doi} if about.doi else {"unpublished": True}
    head |= {
        "search_space": experiments[0].setting["search_space"],
        "dialect": "vinarch-csv",
        "experiment": experiments[0].name,
    }
    parts = [_FIRST_SHIPPED if shipped else _FIRST, *_lines(head)]
    for one in experiments:
        for role, glob in (("histories", f"{one.name}/{tables}"), *_configuration(one)):
            parts += [
                "",
                "[[tables]]",
                *_lines({"role": role, "globs": [glob], "experiment": one.name}),
                *_section("tables.attributes", one.attributes),
                *_section("tables.setting", one.setting),
            ]
    if shipped:
        parts += ["", *_companion(about.name, shipped)]
    return "\n".join(parts) + "\n"


_FIRST = "# How vinarch reads this deposit; the README says how."
_FIRST_SHIPPED = (
    "# Data card of one archive. The keys are explained in docs/reference/data-cards.md."
)


def _configuration(one: DepositedExperiment) -> Iterator[tuple[str, str]]:
    yield "configuration", one.configuration_path


def _companion(folder: str, files: Sequence[ListedFile]) -> Iterator[str]:
    yield "[[companions]]"
    yield from _lines({"name": "beside this card", "kind": SHIPPED, "folder": folder})
    yield "files = ["
    for file in files:
        yield f"  {{ {', '.join(_lines(asdict(file)))} }},"
    yield "]"


def _section(name: str, values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{name}]", *_lines(values)] if values else []


def _lines(values: Mapping[str, Any]) -> list[str]:
    return [f"{_key(name)} = {_value(value)}" for name, value in values.items() if value != ""]


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    # A basic string of TOML is one of JSON but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
