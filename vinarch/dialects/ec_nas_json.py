"""The results of EC-NAS-Bench: a JSON file a training, with energy; also packed, one a line.

Published as ``<space>/4_epochs/<xx>/<module hash>/repeat_<k>/results.json``; packed as lines of
``{"space", "module_hash", "repeat", "results"}``.
The cells stand in side files, ``generated_graphs_<space>.json``, by module hash.
Files in, source rows and measurements out; no experiment, no Parquet, no Dask.

References
----------
Bakhtiarifard, Igel and Selvan, EC-NAS: Energy Consumption Aware Tabular Benchmarks for Neural
Architecture Search, ICASSP 2024.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.dialects.json_values import JsonObject, read_json, show
from vinarch.dialects.module_cells import read_module
from vinarch.dialects.packed import NEXT_STEP, read_members, read_text
from vinarch.dialects.records import RecordLists, measurement
from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.dialects.packed import Member
    from vinarch.dialects.rows import Reading, Records, SourceFile
    from vinarch.genome import SearchSpace

_PUBLISHED = re.compile(r"([^/]+)/4_epochs/[^/]+/([^/]+)/repeat_(\d+)/results\.json$")
_GRAPHS = re.compile(r"generated_graphs_([^/]+)\.json$")
_POWER = "avg_power_usages:"
_DEVICES = "devices"
_EVALUATIONS = "evaluation_results"
_IN_COLUMNS = ("epochs", "training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
_UNITS = dict.fromkeys(("total_time", "predict_time", "predicted_training_time"), "s")
_LAST_EPOCH = 1e9


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read trainings.

    Parameters
    ----------
    files : sequence of SourceFile
        Result files, or packed lines of them.
    reading : Reading
        Its side files hold the cells.

    Returns
    -------
    Records
        One source row an evaluation, three a training; everything else as measurements.

    Raises
    ------
    DialectError
        If a file cannot be read, or is none of this dialect. A training that cannot be read is a
        refused row.
    """
    graphs = _read_graphs(reading)
    found = RecordLists()
    for member in read_members(files):
        for place, training in enumerate(_trainings(member)):
            known = {"source_file": member.path, "source_row": place, "line": place + 1}
            try:
                found.add(_read_training(training, graphs, reading.space, known))
            except DialectError as error:
                found.refuse(error, known)
    return found.records()


@dataclass(frozen=True)
class _Training:
    """The JSON of a training, and whose it is where the path tells."""

    data: bytes
    identity: tuple[str, str, int] | None = None


def _trainings(member: Member) -> list[_Training]:
    published = _PUBLISHED.search(member.path)
    if published:
        space, module_hash, repeat = published.groups()
        return [_Training(member.data, (space, module_hash, int(repeat)))]
    if not member.path.endswith((".jsonl", ".jsonl.gz")):
        raise DialectError(
            member.path,
            "…/<space>/4_epochs/<xx>/<module hash>/repeat_<k>/results.json, or JSON lines",
            "another file",
            NEXT_STEP,
        )
    if not member.data.strip():
        raise DialectError(member.path, "JSON lines", "an empty file", NEXT_STEP)
    return [_Training(line) for line in member.data.removesuffix(b"\n").split(b"\n")]


def _read_graphs(reading: Reading) -> dict[str, dict[str, Any]]:
    """Return the printed cells of each space by module hash."""
    graphs: dict[str, dict[str, Any]] = {}
    for member in read_members(reading.side):
        space = _GRAPHS.search(member.path)
        if space is None:
            raise DialectError(
                member.path, "generated_graphs_<space>.json", "another file", NEXT_STEP
            )
        value = read_json(read_text(member.data, member.path), member.path)
        graphs[space[1]] = JsonObject.of(value, member.path).members
    return graphs


def _read_training(
    training: _Training,
    graphs: dict[str, dict[str, Any]],
    space: SearchSpace,
    known: dict[str, Any],
) -> RecordLists:
    """Read one training; whose it is goes into `known` as soon as that is read."""
    if training.identity is not None:
        known |= zip(("native_id", "repeat"), training.identity[1:], strict=True)
    where = "results"
    value = JsonObject.of(read_json(read_text(training.data, where), where), "")
    if training.identity is None:
        identity = value.text("space"), value.text("module_hash"), value.whole("repeat")
        known |= zip(("native_id", "repeat"), identity[1:], strict=True)
        # What stands beside these four would be lost.
        value.refuse_others("space", "module_hash", "repeat", "results")
        results = JsonObject("", value.child("results").members)
    else:
        identity, results = training.identity, value
    name, module_hash, _ = identity
    if results.members.get("model_hash", module_hash) != module_hash:
        got = show(results.members["model_hash"])
        raise DialectError("model_hash", f"the module hash, {module_hash}", got, NEXT_STEP)
    graph = graphs.get(name, {}).get(module_hash)
    if graph is None:
        expected = f"the cell of {module_hash} in generated_graphs_{name}.json"
        raise DialectError("module_hash", expected, "none", NEXT_STEP)
    cell = read_module(graph, module_hash, space)
    found = RecordLists()
    parameters = results.whole("trainable_params")
    whole = {"genome": cell.genome, "flat": cell.flat, "parameter_count": parameters}
    for evaluation in results.children(_EVALUATIONS):
        found.rows.append(known | whole | _read_evaluation(evaluation))
        epoch = evaluation.number("epochs", 0, _LAST_EPOCH)
        for leaf in evaluation.leaves(without=_IN_COLUMNS):
            found.measurements.append(measurement(*leaf, _UNITS) | {"epoch": epoch})
    for leaf in results.leaves(without=("trainable_params", _POWER, _EVALUATIONS)):
        found.measurements.append(measurement(*leaf, _UNITS))
    found.measurements += _read_power(results)
    names = ("source_file", "source_row", "native_id", "repeat")
    mine = {name: known[name] for name in names}
    found.measurements = [mine | row for row in found.measurements]
    return found


def _read_evaluation(evaluation: JsonObject) -> dict[str, Any]:
    return {
        "epoch": evaluation.number("epochs", 0, _LAST_EPOCH),
        "training_time_seconds": evaluation.number("training_time", 0),
        "train_accuracy_percent": evaluation.percent("train_accuracy"),
        "val_accuracy_percent": evaluation.percent("validation_accuracy"),
        "test_accuracy_percent": evaluation.percent("test_accuracy"),
    }


def _read_power(results: JsonObject) -> list[dict[str, Any]]:
    """Read what each device took: lists of one number a device, and the devices' names."""
    found = []
    power = results.child(_POWER)
    for kind in power.members:
        part = power.child(kind)
        devices = part.members.get(_DEVICES)
        if not isinstance(devices, list) or not all(isinstance(name, str) for name in devices):
            raise DialectError(part.path_to(_DEVICES), "names", show(devices), NEXT_STEP)
        for name in part.members:
            if name != _DEVICES:
                found += _read_devices(part, name, devices)
    return found


def _read_devices(part: JsonObject, name: str, devices: list[str]) -> list[dict[str, Any]]:
    table = part.members[name]
    whole = isinstance(table, list) and table
    if not whole or not all(isinstance(r, list) and len(r) == len(devices) for r in table):
        got = show(table)
        raise DialectError(part.path_to(name), f"lists of {len(devices)} values", got, NEXT_STEP)
    leaves = JsonObject(part.path, {name: table}).leaves(without=())
    return [
        measurement(*leaf, _UNITS) | {"device": devices[place % len(devices)]}
        for place, leaf in enumerate(leaves)
    ]
