"""Records of NAS-Bench-101: one JSON object of cells and their trainings, by module hash.

Each training tells of half its epochs and of all of them.
Files in, source rows out; no experiment, no Parquet, no Dask.

References
----------
Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.dialects.json_values import JsonObject, read_json
from vinarch.dialects.module_cells import read_module
from vinarch.dialects.packed import NEXT_STEP, read_members, read_text
from vinarch.dialects.records import RecordLists
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.dialects.rows import Reading, Records, SourceFile
    from vinarch.genome import SearchSpace

_CELL = ("module_adjacency", "module_operations")
_PARTS = (("halfway", 0.5), ("final", 1.0))
_VALUES = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
_MOST_EPOCHS = 1e9


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read records.

    Parameters
    ----------
    files : sequence of SourceFile
    reading : Reading

    Returns
    -------
    Records
        Two source rows a training, halfway and at its end; the trainings of a cell are its
        repeats, counted from 1.

    Raises
    ------
    DialectError
        If a file is no JSON object, or its trainings have several epoch budgets: these are
        different experiments. A cell that cannot be read is a refused row.
    """
    found = RecordLists()
    budgets: set[float] = set()
    for member in read_members(files):
        text = read_text(member.data, member.path)
        cells = JsonObject.of(read_json(text, member.path), member.path).members
        if not cells:
            raise DialectError(member.path, "records by module hash", "none", NEXT_STEP)
        offset = 0
        for place, (module_hash, value) in enumerate(cells.items()):
            offset = max(offset, text.find(f'"{module_hash}"', offset))
            known = {
                "source_file": member.path,
                "source_row": place,
                "line": text.count("\n", 0, offset) + 1,
                "native_id": module_hash,
            }
            try:
                found.add(_read_cell(value, reading.space, known, budgets))
            except DialectError as error:
                found.refuse(error, known)
        if len(budgets) > 1:
            got = ", ".join(f"{budget:g}" for budget in sorted(budgets))
            raise DialectError(member.path, "trainings of one epoch budget", got, "Split the file.")
    return found.records()


def _read_cell(
    value: Any, space: SearchSpace, known: dict[str, Any], budgets: set[float]
) -> RecordLists:
    record = JsonObject.of(value, "")
    record.refuse_others(*_CELL, "trainable_parameters", "computed_metrics")
    printed = {name: record.value(name) for name in _CELL}
    cell = read_module(printed, known["native_id"], space)
    whole = known | {"genome": cell.genome, "flat": cell.flat}
    whole["parameter_count"] = record.whole("trainable_parameters")
    found = RecordLists()
    metrics = record.child("computed_metrics")
    for name in metrics.members:
        budget = _read_budget(name, metrics)
        for repeat, training in enumerate(metrics.children(name), start=1):
            training.refuse_others(*(f"{part}_{value}" for part, _ in _PARTS for value in _VALUES))
            mine = whole | {"repeat": repeat, "epoch_budget": budget}
            for part, share in _PARTS:
                found.rows.append(
                    mine
                    | {
                        "epoch": budget * share,
                        "training_time_seconds": training.number(f"{part}_training_time", 0),
                        "train_accuracy_percent": training.percent(f"{part}_train_accuracy"),
                        "val_accuracy_percent": training.percent(f"{part}_validation_accuracy"),
                        "test_accuracy_percent": training.percent(f"{part}_test_accuracy"),
                    }
                )
        budgets.add(budget)
    return found


def _read_budget(name: str, metrics: JsonObject) -> float:
    if not (name.isdecimal() and name.isascii()) or not 0 < float(name) <= _MOST_EPOCHS:
        raise DialectError(metrics.path, "trainings by their epochs", repr(name), NEXT_STEP)
    return float(name)
