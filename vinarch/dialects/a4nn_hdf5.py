"""The trail of A4NN's 2025 workflow: a folder a network, its epochs in HDF5.

``<network>/training.h5`` has the epochs, ``<network>/penguin.h5`` the predictions after them, and
``global_vinarch.h5``, beside the folders, the genomes in the order in which the search tried them.
An epoch of -1 says that the fitness was lent by a similar network.
Files in, source rows and measurements out; no experiment, no Parquet, no Dask.
Alone knows h5py, which the extra ``vinarch[hdf5]`` installs.
"""

from __future__ import annotations

import importlib
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.dialects.json_values import show
from vinarch.dialects.packed import NEXT_STEP
from vinarch.dialects.records import RecordLists
from vinarch.dialects.rows import shorten
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.dialects.rows import Reading, Records, SourceFile
    from vinarch.genome import SearchSpace

_TRAINING, _PENGUIN, _GENOMES = "training.h5", "penguin.h5", "global_vinarch.h5"
_PER_EPOCH = ("epoch", "train_accs", "val_accs")
_LENT = -1
_LAST_EPOCH = 1e9

Column = list[Any]


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read the trail of a search.

    Parameters
    ----------
    files : sequence of SourceFile
        All files of some networks; the genomes among them or among the side files.
    reading : Reading

    Returns
    -------
    Records
        One source row an epoch; a lent fitness is a row without an epoch, its values
        measurements. A genome without a training is a row of the status ``not_trained``, where
        the genomes are among the files.

    Raises
    ------
    DialectError
        If h5py is missing, or a file is none of a trail. A network that cannot be read is a
        refused row.
    """
    trail = _Trail()
    for file in files:
        trail.place(file)
    told = dict(trail.genomes)
    for file in reading.side:
        told.setdefault(_split(file.path)[0], file)
    known = {folder: _read_genomes(file, reading.space) for folder, file in told.items()}
    found = RecordLists()
    for (folder, name), parts in trail.networks.items():
        at = {"source_file": next(iter(parts.values())).path, "source_row": 0, "line": 1}
        identity = at | {"native_id": name}
        try:
            found.add(_read_network(parts, known.get(folder, {}).get(name), identity))
        except DialectError as error:
            found.refuse(error, identity)
    for folder, file in trail.genomes.items():
        for genome in known[folder].values():
            if (folder, genome.name) not in trail.networks:
                at = {"source_file": file.path, "source_row": genome.order}
                row = at | {"line": genome.order + 1, "native_id": genome.name}
                try:
                    found.rows.append(row | genome.columns() | {"status": "not_trained"})
                except DialectError as error:
                    found.refuse(error, row)
    return found.records()


@dataclass
class _Trail:
    networks: dict[tuple[str, str], dict[str, SourceFile]] = field(default_factory=dict)
    genomes: dict[str, SourceFile] = field(default_factory=dict)

    def place(self, file: SourceFile) -> None:
        folder, name = _split(file.path)
        if name == _GENOMES:
            self.genomes[folder] = file
        elif name in {_TRAINING, _PENGUIN} and folder:
            self.networks.setdefault(_split(folder), {})[name] = file
        else:
            expected = f"<network>/{_TRAINING}, <network>/{_PENGUIN} or {_GENOMES}"
            raise DialectError(file.path, expected, "another file", "What it tells would be lost.")


@dataclass(frozen=True)
class _Genome:
    """A network of the file of genomes: parsed, or why it cannot be."""

    name: str
    order: int
    printed: str
    flat: str | DialectError

    def columns(self) -> dict[str, Any]:
        if isinstance(self.flat, DialectError):
            raise self.flat
        return {"search_order": self.order, "genome": self.printed, "flat": self.flat}


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _read_datasets(file: SourceFile, names: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """Return the datasets of a file as lists."""
    try:
        h5py = importlib.import_module("h5py")
    except ImportError as error:
        raise DialectError(
            file.path, "the library h5py, which reads HDF5", "none", "Install vinarch[hdf5]."
        ) from error
    try:
        with h5py.File(file.local, "r") as opened:
            missing = [name for name in names if name not in opened]
            unknown = [name for name in opened if name not in {*names, *others}]
            if missing or unknown:
                got = ", ".join(opened) or "none"
                raise DialectError(file.path, "the datasets " + ", ".join(names), got, NEXT_STEP)
            return {name: np.asarray(opened[name][()]).tolist() for name in opened}
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        got = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise DialectError(file.path, "an HDF5 file of datasets", got, NEXT_STEP) from error


def _read_genomes(file: SourceFile, space: SearchSpace) -> dict[str, _Genome]:
    datasets = _read_datasets(file, ("id", "genome"), ())
    names, printed = _column(datasets, "id"), _column(datasets, "genome")
    if len(names) != len(printed):
        got = f"{len(names)} and {len(printed)}"
        raise DialectError(file.path, "as many ids as genomes", got, NEXT_STEP)
    found: dict[str, _Genome] = {}
    for order, (raw, genome) in enumerate(zip(names, printed, strict=True)):
        name = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        text = json.dumps(genome, default=str)
        try:
            flat: str | DialectError = space.parse(text).flat
        except GenomeError as error:
            flat = DialectError(error.where, error.expected, error.got, NEXT_STEP)
        if name in found and found[name].printed != text:
            got = f"{found[name].printed} and {text}"
            flat = DialectError("genome", f"one of {name}", shorten(got), NEXT_STEP)
        if name not in found or isinstance(flat, DialectError):
            found[name] = _Genome(name, order, text, flat)
    return found


def _read_network(
    parts: dict[str, SourceFile], genome: _Genome | None, known: dict[str, Any]
) -> RecordLists:
    if _TRAINING not in parts:
        raise DialectError(_TRAINING, f"one beside {_PENGUIN}", "none", NEXT_STEP)
    if genome is None:
        raise DialectError(
            "genome", f"one of {known['native_id']} in {_GENOMES}", "none", NEXT_STEP
        )
    whole = known | {"source_file": parts[_TRAINING].path} | genome.columns()
    training = _read_datasets(parts[_TRAINING], (*_PER_EPOCH, "n_flops"), ("epoch_time",))
    columns = {name: _column(training, name) for name in training}
    if len(set(columns["n_flops"])) != 1:
        got = show(columns["n_flops"])
        raise DialectError("n_flops", "one number of MFLOPs", got, NEXT_STEP)
    mflops = _number("n_flops", columns["n_flops"][0], 0, 1e15)
    if columns["epoch"] == [_LENT]:
        if _PENGUIN in parts:
            raise DialectError(_PENGUIN, "none beside a lent fitness", "one", NEXT_STEP)
        return _read_lent(columns, mflops, whole)
    predictions = _read_predictions(parts[_PENGUIN]) if _PENGUIN in parts else {}
    found = RecordLists()
    for row in range(max(len(columns[name]) for name in _PER_EPOCH)):
        place = whole | {"source_row": row, "line": row + 1, "mflops": mflops}
        try:
            values = _read_epoch(columns, row)
            values |= predictions.pop(values["epoch"], {})
            found.rows.append(place | values)
        except DialectError as error:
            slots = {"expected": f"{error.where}: {error.expected}", "got": error.got}
            found.rows.append(place | slots)
    # The predictions after a refused epoch are refused with it.
    if len(predictions) > sum("expected" in row for row in found.rows):
        got = ", ".join(f"{epoch:g}" for epoch in predictions)
        raise DialectError(_PENGUIN, f"the epochs of {_TRAINING}", f"another, {got}", NEXT_STEP)
    return found


def _read_lent(columns: dict[str, Column], mflops: float, whole: dict[str, Any]) -> RecordLists:
    """Read a lent fitness: its accuracies and its MFLOPs are those of another network."""
    values = [
        ("train_accs", "lent_train_accuracy_percent", "train", "%"),
        ("val_accs", "lent_val_accuracy_percent", "val", "%"),
    ]
    mine = {name: whole[name] for name in ("source_file", "source_row", "native_id")}
    told = [
        mine
        | {"measure": measure, "split": split, "unit": unit, "source_name": name}
        | {"value": _number(name, _cell(columns, name, 0), 0, 100)}
        for name, measure, split, unit in values
    ]
    flops = {"measure": "lent_mflops", "unit": "MFLOPs", "source_name": "n_flops", "value": mflops}
    return RecordLists([whole | {"status": "lent"}], [*told, mine | flops])


def _read_epoch(columns: dict[str, Column], row: int) -> dict[str, Any]:
    epoch = _number("epoch", _cell(columns, "epoch", row), 0, _LAST_EPOCH)
    values: dict[str, Any] = {
        "epoch": epoch,
        "train_accuracy_percent": _number("train_accs", _cell(columns, "train_accs", row), 0, 100),
        "val_accuracy_percent": _number("val_accs", _cell(columns, "val_accs", row), 0, 100),
    }
    if "epoch_time" in columns:
        seconds = _cell(columns, "epoch_time", row)
        values["epoch_time_seconds"] = _number("epoch_time", seconds, 0, 1e12)
    return values


def _read_predictions(file: SourceFile) -> dict[float, dict[str, Any]]:
    """Return prediction and convergence by epoch; without epochs they are counted from 0."""
    datasets = _read_datasets(file, ("predictions", "converged"), ("epoch",))
    columns = {name: _column(datasets, name) for name in datasets}
    if len({len(column) for column in columns.values()}) != 1:
        lengths = ", ".join(f"{len(column)} of {name}" for name, column in columns.items())
        raise DialectError(_PENGUIN, "datasets of one length", lengths, NEXT_STEP)
    epochs = columns.get("epoch", list(range(len(columns["predictions"]))))
    told: dict[float, dict[str, Any]] = {}
    for row, epoch in enumerate(epochs):
        prediction, converged = columns["predictions"][row], columns["converged"][row]
        if type(prediction) not in {int, float}:
            raise DialectError("predictions", "a number or inf", show(prediction), NEXT_STEP)
        if converged not in {0, 1}:
            raise DialectError("converged", "true or false", show(converged), NEXT_STEP)
        if epoch in told:
            raise DialectError(_PENGUIN, "each epoch once", f"epoch {epoch} twice", NEXT_STEP)
        told[_number("epoch", epoch, 0, _LAST_EPOCH)] = {
            "prediction_percent": prediction if math.isfinite(prediction) else None,
            "prediction_is_inf": math.isinf(prediction),
            "converged": bool(converged),
        }
    return told


def _column(datasets: dict[str, Any], name: str) -> Column:
    values = datasets[name]
    if not isinstance(values, list) or not values:
        raise DialectError(name, "a list of values", show(values), NEXT_STEP)
    return values


def _cell(columns: dict[str, Column], name: str, row: int) -> Any:
    return columns[name][row] if row < len(columns[name]) else None


def _number(name: str, value: Any, low: float, high: float) -> float:
    # NaN compares false, so that it is refused too.
    if type(value) not in {int, float} or not low <= value <= high:
        expected = f"a number from {low:g} to {high:g}"
        raise DialectError(name, expected, "none" if value is None else show(value), NEXT_STEP)
    return float(value)
