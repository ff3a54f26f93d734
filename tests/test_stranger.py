"""A stranger's archive: a table of architecture strings, described by a card alone."""

from __future__ import annotations

import pandas as pd
import pytest

import vinarch

CARD = """
name = "Cellar"
url = "https://example.org/cellar/1"
version = "1.0"
title = "Networks found in a cellar"
authors = ["Example Laboratory"]
year = 2024
publisher = "Example University"
licence = "CC-BY-4.0"
description = "Five networks on CIFAR-10."
search_space = "layers[a=attention,c=conv,f=mlp]"
dialect = "columns"
experiment = "{data}"
task_data = "{data}"
epoch_budget = 20

[[tables]]
role = "histories"
globs = ["*/networks.csv"]
[tables.columns]
native_id = "net"
genome = "layers"
val_accuracy_percent = { column = "accuracy", unit = "fraction" }
parameter_count = { column = "params", unit = "M" }

[[attributes]]
name = "data"
rules = [
  { pattern = '^cifar10/', value = "CIFAR-10", label = "cifar10" },
  { pattern = '^svhn/', value = "SVHN", label = "svhn" },
]
"""
CIFAR = """\
net,layers,accuracy,params,author
n1,conv-conv-attention-mlp,0.75,1.5,x
n2,conv-conv-attention,0.5,1.25,y
n3,mlp-conv-attention-mlp,0.25,0.75,
n4,conv-conv-attention-mlp,0.875,1.5,x
"""
SVHN = "net,layers,accuracy,params,author\nm1,mlp,0.5,0.001,z\n"


@pytest.fixture
def cellar(tmp_path, home, monkeypatch):
    """The archive, fetched from a mirror folder by a card in a folder of own cards."""
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "cellar.toml").write_text(CARD)
    for name, text in (("cifar10", CIFAR), ("svhn", SVHN)):
        folder = tmp_path / "mirror" / "Cellar" / name
        folder.mkdir(parents=True)
        (folder / "networks.csv").write_text(text)
    monkeypatch.setenv("VINARCH_CATALOG", str(tmp_path / "cards"))
    return vinarch.fetch("Cellar", mirror=tmp_path / "mirror")


def test_it_is_read(cellar):
    assert repr(cellar).startswith(
        "Commons of 1 archive (Cellar 1.0): 2 experiments, 5 architectures, 0 history rows"
    )
    names = ["native_id", "sequence", "structure", "last_val_accuracy_percent", "parameter_count"]
    mine = cellar.select(experiment="cifar10").architectures[names].compute()
    assert mine.to_numpy().tolist() == [
        ["n1", "ccaf", 0, 75.0, 1_500_000],
        ["n2", "cca", 1, 50.0, 1_250_000],
        ["n3", "fcaf", 2, 25.0, 750_000],
        ["n4", "ccaf", 0, 87.5, 1_500_000],
    ]
    setting = cellar.experiments.compute().set_index("experiment")
    assert setting["task_data"].to_dict() == {"cifar10": "CIFAR-10", "svhn": "SVHN"}
    assert setting["measurement_count"].to_dict() == {"cifar10": 3, "svhn": 1}


def test_it_is_cited(cellar):
    assert vinarch.cite("Cellar").text.endswith("https://example.org/cellar/1")
    assert "Cellar" in set(vinarch.archives()["name"])


def test_it_is_matched_and_measured(cellar):
    mine = cellar.select(experiment="cifar10")
    found = vinarch.match(mine, min_length=2).compute()
    rows = found[["subsequence", "start", "count"]].to_numpy().tolist()
    assert sorted(rows) == [["ca", 1, 3], ["caf", 1, 2], ["cca", 0, 2]]
    means = dict(zip(found["subsequence"], found["mean_val_accuracy_percent"], strict=True))
    assert means == pytest.approx(
        {"cca": (75 + 50 + 87.5) / 3, "caf": (75 + 25 + 87.5) / 3, "ca": (75 + 50 + 25 + 87.5) / 4}
    )
    distances = vinarch.distance_matrix(mine, "hamming").to_numpy()
    # Each end counts as a symbol of its own: cca differs from ccaf in one of four places.
    assert distances[0].tolist() == [0, 0.25, 0.25]


def test_it_is_drawn(cellar, tmp_path):
    mine = cellar.select(experiment="cifar10")
    drawing = vinarch.figures.subsequences(mine, "cifar10", min_length=2)
    assert sorted(drawing.data["subsequence"]) == ["ca", "caf", "cca"]
    rows = vinarch.figures.structures(mine, "cifar10", 0, "cca")
    assert sorted(set(rows.data["structure"])) == [0, 1]
    for number, made in enumerate((drawing, rows)):
        made.figure.savefig(tmp_path / f"{number}.png")


def test_the_same_table_as_a_frame_gives_the_same_networks(cellar, tmp_path):
    frame = pd.read_csv(tmp_path / "mirror" / "Cellar" / "cifar10" / "networks.csv")
    own = vinarch.ingest(
        frame,
        space="layers[a=attention,c=conv,f=mlp]",
        archive="mine",
        columns={
            "native_id": "net",
            "genome": "layers",
            "val_accuracy_percent": {"column": "accuracy", "unit": "fraction"},
            "parameter_count": {"column": "params", "unit": "M"},
        },
        epoch_budget=20,
    )
    mine = cellar.select(experiment="cifar10")
    drop = ["archive", "experiment", "source_file"]
    for table in ("architectures", "histories"):
        pd.testing.assert_frame_equal(
            getattr(own, table).compute().drop(columns=drop),
            getattr(mine, table).compute().drop(columns=drop),
        )
    # Both are in the same commons and can be asked together.
    assert set(vinarch.open().experiment_index["archive"]) == {"Cellar", "mine"}
    assert len(vinarch.match(vinarch.open(), by=None, min_length=3).compute()) == 2
