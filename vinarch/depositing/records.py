"""What a deposit says of itself and of its experiments, as frozen records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.catalog import Setting
from vinarch.schema import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.schema import Table


@dataclass(frozen=True, kw_only=True)
class About:
    """What the user says of a deposit."""

    name: str
    title: str
    authors: tuple[str, ...]
    licence: str
    description: str
    version: str
    year: int
    date: str
    doi: str
    publisher: str
    paper: str

    @property
    def is_published(self) -> bool:
        """Tell whether there is a DOI yet."""
        return bool(self.doi)


@dataclass(frozen=True)
class WrittenTable:
    """One CSV file: whose columns it has, and what was written."""

    path: str
    table: Table
    columns: tuple[str, ...]
    row_count: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class DepositedExperiment:
    """One experiment: its setting, its run's description and its tables."""

    name: str
    setting: Mapping[str, Any]
    """Keys of a data card; only those that are known."""
    attributes: Mapping[str, Any]
    configuration: str
    tables: tuple[WrittenTable, ...]
    architecture_count: int
    unfinished_count: int

    @property
    def configuration_path(self) -> str:
        """Return where the run's description stands."""
        return f"{self.name}/configuration.json"


def setting_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the keys of a data card that an experiment's row in the commons stands for."""
    found: dict[str, Any] = {}
    for name in Setting.__dataclass_fields__:
        value = row[name]
        if name == "epoch_step":
            found[name] = 0 if pd.isna(value) else float(value)
        elif pd.isna(value):
            continue
        elif name == "objectives":
            found[name] = str(value).split("; ")
        else:
            found[name] = value if isinstance(value, str) else float(value)
    return found


def attributes_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an experiment's attributes, those of the JSON column too."""
    known = {name: row[name] for name in ATTRIBUTES if not pd.isna(row[name])}
    plain = {n: value.item() if hasattr(value, "item") else value for n, value in known.items()}
    further = {} if pd.isna(row["setting"]) else json.loads(row["setting"])
    return {**plain, **further}
