from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.assembly import ExperimentKey, assemble
from vinarch.assembly.trainings import TrainingTerms
from vinarch.dialects.recorded_run import read_records
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError, VinarchError
from vinarch.genome import search_space
from vinarch.recording import Recorder

SPACE = search_space("chain-layers")
KEY = ExperimentKey("run", "run", TrainingTerms(early_termination=True, epoch_budget=8))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The lines of a run, by file."""
    folder = tmp_path_factory.mktemp("run") / "run"
    recorder = Recorder(folder, space=SPACE, engine="a4nn_2023", epoch_budget=8)
    parents = []
    for genome in ("c m", "c k", "m"):
        network = recorder.start(genome, parents=parents, generation=1, mflops=2.5)
        for epoch in network.epochs():
            network.log(epoch, val_accuracy=0.9 - 0.5 / (epoch + 1), val_loss=1.0, note="ä")
        network.finish(test_accuracy=0.5)
        parents = [network]
    return {path.relative_to(folder).as_posix(): path.read_bytes().splitlines(keepends=True)
            for path in sorted(folder.rglob("*.jsonl"))}  # fmt: skip


def read(folder, files):
    (folder / "events").mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / name).write_bytes(b"".join(lines))
    sources = [SourceFile(name, folder / name) for name in files]
    return assemble(KEY, [read_records(sources, Reading(SPACE))], SPACE)


def known(table, *names):
    return {tuple(row[name] for name in names) for row in table.to_pylist()}


VALUES = (
    None, True, -1, 10**30, 10**400, 930.5, float("nan"), "nan", "x", "\ud800", [], [1, "x"], {},
    {"val_accuracy_percent": 930}, {"val_accuracy_percent": "93"}, {"parameter_count": 2**80},
    {"\ud800": 1},
)  # fmt: skip


def mutate(line, chance):
    kind = chance.randrange(6)
    if kind == 0:
        return line[: chance.randrange(len(line))] + b"\n"
    if kind == 1:
        return line.replace(b"\n", b"\r\n")
    if kind == 2:
        return b"\xff\xfe" + line
    try:
        event = json.loads(line)
    except ValueError:
        # A line may be drawn twice.
        return line
    name = chance.choice(list(event))
    if kind == 3:
        del event[name]
    else:
        event[name] = chance.choice(VALUES)
    return json.dumps(event).encode() + b"\n"


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_damaged_lines_give_rows_or_rejects_or_one_error(run, tmp_path_factory, seed):
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("mutated")
    whole = read(folder, run)
    files = {name: list(lines) for name, lines in run.items()}
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(list(files))
        place = chance.randrange(len(files[name]))
        files[name][place] = mutate(files[name][place], chance)
    try:
        found = read(folder, files)
    except VinarchError as error:
        assert error.expected  # noqa: PT017 - what kind is fine; a traceback is not
        return
    accuracies = known(found.histories, "val_accuracy_percent")
    assert accuracies <= known(whole.histories, "val_accuracy_percent") | {(None,), (93.0,)}
    assert all(0 <= one <= 100 for (one,) in accuracies if one is not None)
    assert len(known(found.histories, "architecture", "epoch")) == len(found.histories)


def test_what_is_wrong_with_a_line_is_told(run, tmp_path):
    files = {name: list(lines) for name, lines in run.items()}
    (events,) = (name for name in files if name != "networks.jsonl")
    epoch = json.loads(files[events][0])
    epoch["values"]["val_accuracy_percent"] = 930
    files[events][0] = json.dumps(epoch).encode() + b"\n"
    rejects = read(tmp_path, files).rejects.to_pylist()
    assert [(row["line"], row["expected"], row["got"]) for row in rejects] == [
        (1, "val_accuracy_percent: a percentage from 0 to 100", "930")
    ]


def test_a_run_without_its_list_of_networks_is_refused(run, tmp_path):
    events = {name: lines for name, lines in run.items() if name != "networks.jsonl"}
    with pytest.raises(DialectError, match=r"expected the run's networks\.jsonl beside it"):
        read(tmp_path, events)
