from __future__ import annotations

import csv
import hashlib
import json
import tomllib

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import vinarch
from vinarch.catalog.cards import read_card
from vinarch.cli import commands
from vinarch.errors import CardError, FetchError, ParameterError, RejectedRowsError, StoreError

TOLD = {"title": "Searches & samples", "authors": ["Doe, Jane", "A laboratory"],
        "licence": "CC0-1.0"}  # fmt: skip
TABLES = ("experiments", "architectures", "histories", "measurements", "lineage", "rejects")
OF_THE_SOURCE = ["archive", "source_file", "source_row"]


def frames_of(commons):
    return {
        name: getattr(commons, name).compute().drop(columns=OF_THE_SOURCE, errors="ignore")
        for name in TABLES
    }


def assert_same(one, other):
    for name in TABLES:
        left, right = (frames_of(commons)[name].reset_index(drop=True) for commons in (one, other))
        pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture
def searches(tmp_path):
    """Two runs: one with everything that can be recorded, one of trained networks only."""
    rng = np.random.default_rng(6)
    full = vinarch.Recorder(
        tmp_path / "full",
        space="nsga-net-macro-3x4",
        engine="a4nn_2023",
        epoch_budget=12,
        task_data="digits",
        protocol='SGD, "momentum" 0.9',
        objectives=["max val_accuracy_percent", "min mflops"],
        attributes={"gpus": 1, "seed": 3, "note": "x y", "share": 0.5},
        configuration={"µ": [0.1, None]},
    )
    networks = []
    for number in range(9):
        parents = networks[:2] if number > 3 else ()
        network = full.start(
            full.space.sample(rng),
            parents=parents,
            operator="crossover" if parents else None,
            generation=number // 4,
            seed=-number,
            mflops=rng.uniform(1, 99),
        )
        for epoch in network.epochs():
            accuracy = 1 - np.exp(-epoch / (2 + number / 5)) * 0.8 - 0.1 * rng.uniform()
            loss = float("inf") if number == 3 else rng.normal()
            network.log(epoch, val_accuracy=accuracy, train_loss=loss, energy_kwh=rng.uniform(),
                        note='a,"b"\r\nä; ', whole=2**53 - 1, wide=2**70, code="007")  # fmt: skip
            if number == 5 and epoch == 2:
                break
        if number == 4:
            network.fail("diverged")
        elif number != 5:
            network.finish(test_accuracy=rng.uniform(), parameter_count=10 + number)
        networks.append(network)
    short = vinarch.Recorder(tmp_path / "short", space="nas-bench-201", epoch_step=None)
    for _ in range(3):
        network = short.start(short.space.sample(rng))
        network.finish(val_accuracy=rng.uniform(), test_accuracy=rng.uniform())
    unfinished = short.start(short.space.sample(rng))
    unfinished.log(4, val_accuracy_percent=0.0)
    return tmp_path / "full", tmp_path / "short"


@pytest.fixture
def read_back(tmp_path, monkeypatch):
    """Fetch a deposit as its README says."""

    def fetch(made):
        monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("VINARCH_CATALOG", str(made))
        monkeypatch.setenv("VINARCH_MIRROR", str(made.parent))
        return vinarch.fetch(made.name, strict=True)

    return fetch


def test_a_deposit_reads_back_to_the_same_commons(searches, tmp_path, read_back):
    made = vinarch.deposit(list(searches), tmp_path / "out" / "samples", **TOLD)
    commons = read_back(made)
    assert sorted(commons.experiment_index["experiment"]) == ["full", "short"]
    for folder in searches:
        run = vinarch.open(folder)
        assert len(run.architectures.compute()) > 3
        assert_same(run, commons.select(experiment=folder.name))
    (row,) = commons.archives.compute().to_dict("records")
    assert row["citation"] == (
        "Doe, J., & A laboratory (" + str(pd.Timestamp.now("UTC").year) + "). Searches & samples "
        "(Version 1.0) [Data set]. Not published yet."
    )
    statuses = commons.select(experiment="full").architectures.compute()["status"]
    assert {"failed", "incomplete"} < set(statuses)


def test_its_files_are_what_they_say(searches, tmp_path):
    made = vinarch.deposit(list(searches), tmp_path / "samples", doi="10.5072/FK2/ABC", **TOLD)
    files = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert files == {
        "README.md", "SHA256SUMS", "card.toml", "croissant.json", "full/architectures.csv",
        "full/configuration.json", "full/histories.csv", "full/lineage.csv",
        "full/measurements.csv", "short/architectures.csv", "short/configuration.json",
        "short/histories.csv", "short/measurements.csv",
    }  # fmt: skip
    sums = dict(reversed(line.split("  ")) for line in
                (made / "SHA256SUMS").read_text(encoding="utf-8").splitlines())  # fmt: skip
    assert set(sums) == files - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest
    croissant = json.loads((made / "croissant.json").read_text(encoding="utf-8"))
    assert croissant["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert (croissant["version"], croissant["license"]) == ("1.0.0", "CC0-1.0")
    assert {one["contentUrl"]: one["sha256"] for one in croissant["distribution"]} == {
        name: digest for name, digest in sums.items() if name.endswith(".csv")
    }
    for records in croissant["recordSet"]:
        with (made / f"{records['@id']}.csv").open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [one["source"]["extract"]["column"] for one in records["field"]] == header
    told = (made / "full" / "configuration.json").read_text(encoding="utf-8")
    assert told == (searches[0] / "run.json").read_text(encoding="utf-8")
    readme = (made / "README.md").read_text(encoding="utf-8")
    for part in ("# Searches & samples", "- 9 networks, 1 of them unfinished", "Task data: digits",
                 "Epoch budget: 12", "https://doi.org/10.5072/FK2/ABC", "vinarch fetch samples",
                 "| `full/histories.csv` |", "| `epoch` | epochs |",
                 "Python", "numpy " + np.__version__):  # fmt: skip
        assert part.lower() in readme.lower(), part
    card = tomllib.loads((made / "card.toml").read_text(encoding="utf-8"))
    assert (card["doi"], card["publisher"]) == ("10.5072/FK2/ABC", "Harvard Dataverse")
    assert "unpublished" not in card


def test_no_name_of_a_machine_or_folder_is_published(searches, tmp_path):
    import socket

    made = vinarch.deposit(list(searches), tmp_path / "samples", **TOLD)
    for path in made.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(tmp_path) not in text
            assert f"{socket.gethostname()}-" not in text


def test_an_unpublished_deposit_without_its_mirror_says_so(searches, tmp_path, read_back,
                                                           monkeypatch):  # fmt: skip
    made = vinarch.deposit(searches[1], tmp_path / "samples", **TOLD)
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VINARCH_CATALOG", str(made))
    monkeypatch.delenv("VINARCH_MIRROR", raising=False)
    with pytest.raises(FetchError, match=r"samples/short/\*\.csv"):
        vinarch.fetch("samples")
    text = (made / "card.toml").read_text(encoding="utf-8")
    with pytest.raises(CardError, match="expected either unpublished = true, or a doi or url"):
        read_card("card", text.replace("unpublished = true", 'unpublished = true\ndoi = "10.1/x"'))


def test_bad_rows_of_a_deposit_are_rejects(searches, tmp_path, read_back):
    made = vinarch.deposit(searches[1], tmp_path / "out" / "samples", **TOLD)

    def add(name, header, *rows):
        path = made / "short" / name
        text = path.read_text(encoding="utf-8")
        assert text.splitlines()[0] == header
        path.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")

    header = "architecture,epoch,val_accuracy_percent,epoch_time_seconds"
    add("histories.csv", header, "3,5.0,101.5,1", "3,x,50,1")
    header = "architecture,measure,epoch,value,unit,source_name"
    add("measurements.csv", header, "0,late,,none,,late", "7,late,,1.5,,late", "0,a")
    networks = made / "short" / "architectures.csv"
    networks.write_text(networks.read_text().replace("incomplete", "resting"))
    with pytest.raises(RejectedRowsError):
        read_back(made)
    rejects = vinarch.fetch("samples").rejects.compute()
    files = rejects["source_file"].str.removeprefix("short/").str.removesuffix(".csv")
    statuses = "failed, not_trained, lent, aggregate, ok, early_stopped, incomplete"
    assert sorted(zip(files, rejects["expected"], rejects["got"], strict=True)) == [
        ("architectures", f"status: one of {statuses}", "'resting'"),
        ("histories", "epoch: an epoch from 0", "'x'"),
        ("histories", "val_accuracy_percent: a percentage from 0 to 100", "'101.5'"),
        ("measurements", "6 cells", "2 cells: '0,a'"),
        ("measurements", "a measurement of a network that could be read", "late of 7"),
        ("measurements", "value: a number", "'none'"),
    ]


@pytest.mark.parametrize(
    ("runs", "out", "told", "error", "message"),
    [
        ("nothing", "samples", {}, StoreError, "expected a recorded run .* got none"),
        (["run", "run"], "samples", {}, ParameterError, "expected runs of different names, got"),
        ([], "samples", {}, ParameterError, "expected at least one recorded run, got none"),
        ("run", "a b", {}, ParameterError, "expected a folder whose name has letters, .* 'a b'"),
        ("run", "full", {}, StoreError, "expected a folder that is not there yet, or empty, got"),
        ("run", "samples", {"title": " "}, ParameterError, r"deposit\(title\): expected text"),
        ("run", "samples", {"authors": []}, ParameterError, "expected at least one author"),
        ("run", "samples", {"doi": "x"}, ParameterError, r"expected a doi such as 10\.7910"),
        ("run", "samples", {"tilte": "x"}, ParameterError, "expected arguments among description"),
    ],
)
def test_what_deposit_refuses(tmp_path, monkeypatch, runs, out, told, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    vinarch.Recorder("run", space="chain-layers").start("c").finish(val_accuracy=0.5)
    with pytest.raises(error, match=message):
        vinarch.deposit(runs, out, **(TOLD | told))
    assert not (tmp_path / "samples").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_run_with_lines_that_cannot_be_read_is_refused(searches, tmp_path):
    (events,) = (searches[1] / "events").iterdir()
    events.write_bytes(events.read_bytes() + b"noise\n")
    with pytest.raises(RejectedRowsError, match="whose lines can all be read, got 1 that cannot"):
        vinarch.deposit(searches[1], tmp_path / "samples", **TOLD)


def test_the_command_makes_one(searches, tmp_path, read_back):
    out = tmp_path / "out" / "samples"
    arguments = ["deposit", *map(str, searches), "--out", str(out), "--title", "Searches",
                 "--author", "Doe, Jane", "--licence", "CC0-1.0"]  # fmt: skip
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    assert f"VINARCH_CATALOG={out} VINARCH_MIRROR={out.parent}" in done.output
    assert_same(vinarch.open(searches[0]), read_back(out).select(experiment="full"))
    again = CliRunner().invoke(commands, arguments)
    assert again.exit_code == 1
    assert "expected a folder that is not there yet, or empty" in again.output


def test_rows_of_no_network_are_told(searches, tmp_path, read_back):
    made = vinarch.deposit(searches[1], tmp_path / "out" / "samples", **TOLD)
    histories = made / "short" / "histories.csv"
    histories.write_text(histories.read_text() + "9,5.0,50,1\n")
    with pytest.raises(RejectedRowsError, match=r"a network that architectures\.csv lists, got 9"):
        read_back(made)
