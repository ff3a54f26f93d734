"""What the files of the six archives say, read by the standard library alone.

An oracle for the commons: it shares no line with the dialects.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import tarfile
from collections import defaultdict
from dataclasses import dataclass

OF_MINI = {
    "cifar10-validation": ("cifar10-val", None),
    "cifar10-test": (None, "cifar10-test"),
    "cifar100": ("cifar100-val", "cifar100-test"),
    "imagenet16-120": ("imagenet-val", "imagenet-test"),
}


@dataclass(frozen=True)
class Training:
    """One training as its source tells it; fractions are percent here already."""

    archive: str
    experiment: str
    network: str
    repeat: int = 0
    val: float = float("nan")
    test: float = float("nan")
    parameters: int | None = None
    rows: int = 0
    failed: bool = False


@dataclass(frozen=True)
class FamilyTree:
    """The names of a search's networks by generation, and who was made from whom."""

    networks: list[tuple[int, str]]
    children: dict[tuple[int, str], list[tuple[str, int]]]


def read_a4nn(folder):
    for path in sorted(folder.glob("*/*/*/*_training_data.csv")):
        gpus, beam = re.match(r"(\dgpu)_(1e\d\d)_", path.name).groups()
        rows = defaultdict(dict)
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                rows[row["arch"]][float(row["epoch"])] = float(row["val_accs"])
        for network, curve in rows.items():
            yield Training(
                "JS9FR6",
                f"{gpus}_{beam}_{path.parent.name}",
                network,
                val=curve[max(curve)],
                rows=len(curve),
            )


def read_random_networks(folder):
    for path in sorted(folder.glob("*/*/*.txt")):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        cells = dict(zip(header.split(), lines[-1].split(), strict=False))
        yield Training("ZXTCGF", "cifar100", path.stem, val=float(cells["valAcc"]), rows=len(lines))


def read_ec_nas(folder):
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                known = json.loads(line)
                last = known["results"]["evaluation_results"][-1]
                yield Training(
                    "EC-NAS-Bench",
                    f"{known['space']}_4epochs",
                    known["module_hash"],
                    known["repeat"],
                    last["validation_accuracy"] * 100,
                    last["test_accuracy"] * 100,
                    known["results"]["trainable_params"],
                    len(known["results"]["evaluation_results"]),
                )


def read_records(folder):
    cells = json.loads((folder / "nb101_30_records.json").read_text(encoding="utf-8"))
    for module_hash, cell in cells.items():
        for repeat, told in enumerate(cell["computed_metrics"]["108"]):
            yield Training(
                "NASBench101-records",
                "108_epochs",
                module_hash,
                repeat,
                told["final_validation_accuracy"] * 100,
                told["final_test_accuracy"] * 100,
                cell["trainable_parameters"],
                sum(name.endswith("_validation_accuracy") for name in told),
            )


def read_mini(folder):
    with (folder / "mini_nb201_12epochs.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told = {name: float(value) for name, value in row.items() if name.count("-")}
            for experiment, (val, test) in OF_MINI.items():
                yield Training(
                    "mini-NASBench201",
                    experiment,
                    row["cellstr"],
                    val=told.get(val, float("nan")),
                    test=told.get(test, float("nan")),
                )


def read_evovis(folder):
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        for member in archive:
            found = re.search(r"Generation_(\d+)/(\w+)/results\.json$", member.name)
            if found:
                told = json.load(archive.extractfile(member))
                yield Training(
                    "EvoVis",
                    "enas_example_run",
                    "/".join(found.groups()),
                    val=told.get("val_acc", float("nan")) * 100,
                    failed=told["error"],
                )


SOURCES = {
    "EC-NAS-Bench": read_ec_nas,
    "EvoVis": read_evovis,
    "JS9FR6": read_a4nn,
    "NASBench101-records": read_records,
    "ZXTCGF": read_random_networks,
    "mini-NASBench201": read_mini,
}


def read_family_tree(folder):
    """EvoVis's networks and parents by name, which is a network's own within its generation."""
    networks, children = [], {}
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        for member in archive:
            found = re.search(r"Generation_(\d+)/(\w+)/results\.json$", member.name)
            if found:
                networks.append((int(found[1]), found[2]))
            if member.name.endswith("crossover_parents.csv"):
                for line in archive.extractfile(member).read().decode().splitlines():
                    generation = int(re.match(r"Generation: (\d+)", line)[1])
                    parents = re.findall(r"Parent_\d: \((\w+), (\d+)\)", line)
                    child = re.search(r"New_Individual: (\w+)", line)[1]
                    children[generation + 1, child] = [(n, int(cut)) for n, cut in parents]
    return FamilyTree(networks, children)
