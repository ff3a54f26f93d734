"""A mapping: which columns of a table fill which of vinarch's, settled for the table at hand.

A mapping and the names of a table's columns in; what each column becomes out.
Reads no card and opens no table.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vinarch.dialects.columns_targets import (
    OF_EPOCHS,
    OF_TRAINED_NETWORKS,
    SHARES,
    TARGETS,
    TIMES,
    Unit,
)
from vinarch.errors import CardError, DialectError

if TYPE_CHECKING:
    from collections.abc import Iterable

WHERE = "[tables.columns]"
_SEPARATORS = (";", "\t", "|")


@dataclass(frozen=True)
class ColumnSource:
    """Which source columns fill a column of vinarch's, and how their cells are read.

    Attributes
    ----------
    target : str
        One of `vinarch.dialects.columns_targets.TARGETS`.
    columns : tuple of str
        Source columns; several are joined by `join`.
    unit : str
        One of the target's units; empty where it has none.
    null : tuple of str
        Cells that say that there is no value.
    null_means : str or None
        Status of a network whose cell is one of `null`.
    words : tuple of (str, str)
        What the source's words for a status are in vinarch.
    at_most_one : bool
        Whether percentages that all lie from 0 to 1 are what they say.
    """

    target: str
    columns: tuple[str, ...]
    join: str = ""
    unit: str = ""
    null: tuple[str, ...] = ()
    null_means: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    at_most_one: bool = False


@dataclass(frozen=True)
class MeasurementSource:
    """A source column that becomes rows of measurements."""

    measure: str
    column: str
    unit: str = ""
    split: str | None = None
    statistic: str | None = None
    n: int | None = None
    device: str | None = None
    null: tuple[str, ...] = ()

    @property
    def conversion(self) -> tuple[Unit, str]:
        """Return how the source's numbers are converted, and the unit that is stored.

        Examples
        --------
        >>> MeasurementSource("test_accuracy_percent", "acc", "fraction").conversion
        (Unit(factor=100, divisor=1), '%')
        >>> MeasurementSource("energy_kwh", "energy", "kWh").conversion
        (Unit(factor=1, divisor=1), 'kWh')
        """
        for ending, units, stored in (("_percent", SHARES, "%"), ("_seconds", TIMES, "s")):
            if self.measure.endswith(ending):
                return units[self.unit or next(iter(units))], stored
        return Unit(), self.unit


@dataclass(frozen=True)
class ColumnMapping:
    """A whole mapping.

    Attributes
    ----------
    sources : tuple of ColumnSource
        In the order of the targets.
    measurements : tuple of MeasurementSource
    ignore : tuple of str
        Source columns that are left out.
    null : tuple of str
        Cells that say in any column that there is no value.
    separator : str or None
        What stands between the cells of a CSV file; None for what its name says.
    """

    sources: tuple[ColumnSource, ...] = ()
    measurements: tuple[MeasurementSource, ...] = ()
    ignore: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    separator: str | None = None
    where: str = field(default=WHERE, compare=False)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Return the source columns that the mapping reads or leaves out."""
        read = [column for source in self.sources for column in source.columns]
        return (*read, *(entry.column for entry in self.measurements), *self.ignore)

    @property
    def targets(self) -> frozenset[str]:
        """Return the columns of vinarch's that it fills."""
        return frozenset(source.target for source in self.sources)


def complete_mapping(mapping: ColumnMapping, columns: Iterable[str], path: str) -> ColumnMapping:
    """Settle a mapping for a table that has these columns.

    A column that the mapping does not name fills vinarch's of the same name, else it becomes a
    measurement under its own name.
    Where nothing fills ``epoch``, the rows tell of trained networks: accuracies of an epoch are
    those of the trained network, and what else belongs to an epoch is a measurement.

    Parameters
    ----------
    mapping : ColumnMapping
    columns : iterable of str
        The table's columns in order.
    path : str
        The file's path, as the place where a measurement comes from.

    Raises
    ------
    CardError
        If nothing says which genome or whose row it is.
    """
    free = [name for name in columns if name not in mapping.named_columns]
    own = [name for name in free if name in TARGETS and name not in mapping.targets]
    sources = [*mapping.sources, *(ColumnSource(name, (name,)) for name in own)]
    measurements = [
        *mapping.measurements,
        *(MeasurementSource(name, name) for name in free if name not in own),
    ]
    filled = {source.target for source in sources}
    if "epoch" not in filled:
        sources, moved = _of_trained_networks(sources, mapping.where)
        measurements = [*moved, *measurements]
    if "genome" not in filled:
        raise CardError(
            f"{mapping.where} genome",
            "the column that holds the genomes",
            f"nothing; {path} has the columns {', '.join(columns)}",
            'Name it: genome = "<column>".',
        )
    needed = [name for name in filled if name.startswith("parent_")]
    if needed and not filled & {"native_id", "architecture"}:
        raise CardError(
            f"{mapping.where} native_id",
            f"the names that {needed[0]} refers to",
            "nothing",
            'Name their column: native_id = "<column>".',
        )
    order = list(TARGETS)
    return replace(
        mapping,
        sources=tuple(sorted(sources, key=lambda source: order.index(source.target))),
        measurements=tuple(measurements),
    )


def check_columns(mapping: ColumnMapping, columns: Iterable[str], where: str) -> None:
    """Refuse a mapping that names a column that a table lacks.

    Raises
    ------
    DialectError
        If it does; the message names the nearest column.
    """
    names = list(columns)
    for name in mapping.named_columns:
        if name not in names:
            raise DialectError(
                where,
                f"a column {name!r}, which {mapping.where} names",
                "the columns " + ", ".join(names),
                _separator(names) or nearest(name, names) + "Mend the mapping or the table.",
            )


def _separator(names: list[str]) -> str:
    """Return what to write when one column seems to be several, or nothing."""
    found = [sign for sign in _SEPARATORS if len(names) == 1 and sign in names[0]]
    return f"If {found[0]!r} stands between cells, say separator = {found[0]!r}." if found else ""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a question after the nearest of some names, or nothing.

    Examples
    --------
    >>> nearest("val_accuracy", ["val_accuracy_percent", "genome"])
    "Did you mean 'val_accuracy_percent'? "
    """
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"Did you mean {found[0]!r}? " if found else ""


def _of_trained_networks(
    sources: list[ColumnSource], where: str
) -> tuple[list[ColumnSource], list[MeasurementSource]]:
    kept, moved = [], []
    filled = {source.target for source in sources}
    for source in sources:
        target = OF_TRAINED_NETWORKS.get(source.target, source.target)
        if target in OF_EPOCHS:
            split = OF_EPOCHS[target] or None
            moved.append(
                MeasurementSource(target, source.columns[0], source.unit, split, null=source.null)
            )
            continue
        if target != source.target and target in filled:
            raise CardError(
                f"{where} {source.target}",
                "a column `epoch`, since only then a row has both",
                f"none, and {target} as well",
                f"Name the epoch's column, or leave out {source.target}.",
            )
        kept.append(replace(source, target=target))
    return kept, moved
