from __future__ import annotations

import io

import pandas as pd
import pytest
from click.testing import CliRunner
from tables import TOY_FILES, ingest_files

from vinarch.cli import commands


@pytest.fixture(scope="module")
def toy_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return folder


@pytest.fixture
def ask(toy_home, monkeypatch):
    monkeypatch.setenv("VINARCH_HOME", str(toy_home))
    return lambda *words: CliRunner().invoke(commands, ["sql", *words])


QUERY = "SELECT beam, count(*) AS networks FROM architectures JOIN experiments "
QUERY += "USING (archive, experiment) WHERE gpus = $gpus GROUP BY ALL ORDER BY ALL"


def test_a_table_out(ask):
    found = ask(QUERY, "--param", "gpus=1")
    assert found.exit_code == 0
    assert found.output.split() == [
        "beam", "networks", "1e14", "2", "1e15", "2", "2", "of", "2", "rows",
    ]  # fmt: skip


def test_csv_out_and_nothing_else(ask):
    found = ask("FROM histories ORDER BY ALL", "--csv", "--where", "beam=1e14", "--rows", "1")
    frame = pd.read_csv(io.StringIO(found.stdout))
    assert len(frame) == 4
    assert frame["val_accuracy_percent"].tolist() == [50.0, 55.0, 70.25, 75.5]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_out(ask, tmp_path, ending):
    out = tmp_path / f"found.{ending}"
    found = ask("FROM architectures", "--rows", "0", "--out", str(out))
    assert found.stdout == f"0 of 7 rows\nall of them in {out}\n"
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    assert len(read(out)) == 7


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["SELECT nope FROM histories"], 1, "vinarch: sql: expected one query that reads the"),
        (["DROP VIEW histories"], 1, "a statement of the kind DROP"),
        (["SELECT 1", "--param", "x"], 2, "expected NAME=VALUE, got 'x'"),
        (["SELECT 1", "--out", "x.txt"], 1, "a path that ends in .csv or .parquet"),
        (["SELECT 1", "--where", "beam=1e17"], 1, "expected one of '1e14', '1e15', '1e16'"),
        ([], 2, "Missing argument 'QUERY'"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(ask, words, status, message):
    found = ask(*words)
    assert found.exit_code == status
    assert message in found.stderr
    assert found.stdout == ""


def test_without_a_commons_it_says_how_to_get_one(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path))
    assert "Fill one with vinarch.fetch" in ask("SELECT 1").stderr
