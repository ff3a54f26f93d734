"""Each source is written back from the commons and compared with the published file."""

from __future__ import annotations

import gzip
import json
import math
import tarfile

import pytest
from round_trip.write_back import (
    Stored,
    ec_nas_results,
    evovis_files,
    evovis_parents,
    nasbench101_records,
    penguin_tables,
)

import vinarch

ARCHIVES = ("ZXTCGF", "EC-NAS-Bench", "NASBench101-records", "EvoVis")

pytestmark = pytest.mark.archives


@pytest.fixture(scope="module")
def commons(archives, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(tmp_path_factory.mktemp("round-trip") / "home"))
        patch.setenv("VINARCH_MIRROR", str(archives))
        for name in ARCHIVES:
            vinarch.fetch(name)
        yield vinarch.open()


def assert_same(written, published, path=""):
    """Every value and key is there; fractions within one unit in the last place."""
    if isinstance(published, dict):
        assert written.keys() == published.keys(), path
        for name, value in published.items():
            assert_same(written[name], value, f"{path}.{name}")
    elif isinstance(published, list):
        assert len(written) == len(published), path
        for place, value in enumerate(published):
            assert_same(written[place], value, f"{path}[{place}]")
    elif isinstance(published, float):
        slack = math.ulp(published) if path.endswith(("accuracy", "val_acc")) else 0
        assert abs(written - published) <= slack, path
    else:
        assert written == published, path


def test_what_is_compared_with_can_differ():
    published = {"a": [{"val_acc": 0.5, "b": "x"}]}
    assert_same({"a": [{"val_acc": math.nextafter(0.5, 1), "b": "x"}]}, published)
    for other in (
        {"a": [{"val_acc": 0.5000001, "b": "x"}]},
        {"a": [{"val_acc": 0.5}]},
        {"a": [{"val_acc": 0.5, "b": "x", "c": 1}]},
        {"a": [{"val_acc": 0.5, "b": "y"}]},
        {"a": []},
    ):
        with pytest.raises(AssertionError):
            assert_same(other, published)


def test_penguin_tables_to_the_letter(commons, archives):
    stored = Stored.of(commons, "ZXTCGF", "cifar100")
    published = {path.stem: path.read_text() for path in (archives / "ZXTCGF").rglob("*.txt")}
    assert len(published) == 3
    assert dict(penguin_tables(stored)) == published


@pytest.mark.parametrize(("space", "trainings"), [("4V9E", 273), ("5V9E", 2532)])
def test_ec_nas_results_and_cells(commons, archives, space, trainings):
    stored = Stored.of(commons, "EC-NAS-Bench", f"{space}_4epochs")
    folder = archives / "EC-NAS-Bench"
    lines = gzip.decompress((folder / f"results_{space}_4epochs.jsonl.gz").read_bytes())
    published = {
        (line["module_hash"], line["repeat"]): line["results"]
        for line in map(json.loads, lines.splitlines())
    }
    written = {(name, repeat): results for name, repeat, results in ec_nas_results(stored)}
    assert len(published) == len(written) == trainings
    for key, results in published.items():
        assert_same(written[key], results, str(key))
    text = (folder / f"generated_graphs_{space}.json").read_text()
    graphs = stored.architectures.drop_duplicates("native_id").set_index("native_id")["genome"]
    assert json.loads(text) == {name: json.loads(genome) for name, genome in graphs.items()}
    assert all(f'"{name}": {genome}' in text for name, genome in graphs.items())
    # The canonical form is the benchmark's own module hash.
    assert (graphs.index == stored.architectures.drop_duplicates("native_id")["canonical_id"]
            .str.partition(":")[2]).all()  # fmt: skip


def test_nasbench101_records(commons, archives):
    stored = Stored.of(commons, "NASBench101-records", "108_epochs")
    (path,) = (archives / "NASBench101-records").iterdir()
    published = json.loads(path.read_text())
    assert len(published) == 30
    assert_same(nasbench101_records(stored), published)


def test_evovis_run(commons, archives):
    stored = Stored.of(commons, "EvoVis", "enas_example_run")
    (path,) = (archives / "EvoVis").iterdir()
    with tarfile.open(path) as packed:
        members = {
            member.name.partition("/")[2]: packed.extractfile(member).read().decode()
            for member in packed
            if member.isfile() and member.name.endswith((".json", ".csv"))
        }
    written = {
        folder: (chromosome, results) for folder, chromosome, results in evovis_files(stored)
    }
    published = {name.rpartition("/")[0] for name in members if name.endswith("/results.json")}
    assert written.keys() == published
    assert len(published) == 400
    assert sum(results["error"] for _, results in written.values()) == 24
    for folder, (chromosome, results) in written.items():
        assert chromosome == members[f"{folder}/chromosome.json"]
        assert_same(results, json.loads(members[f"{folder}/results.json"]), folder)
    lines = members["crossover_parents.csv"].splitlines()
    assert len(lines) == 380
    assert list(evovis_parents(stored)) == lines
    assert json.loads(stored.experiment["configuration"]) == {
        name: members[name] for name in ("config.json", "search_space.json")
    }


def test_evovis_sequences_are_its_own_but_for_the_skip_setting(commons, archives):
    """Its r and t are residual and bottleneck blocks with the skip connection off: a setting."""
    stored = Stored.of(commons, "EvoVis", "enas_example_run")
    ours = stored.architectures.set_index("native_id")["sequence"]
    (path,) = (archives / "EvoVis").iterdir()
    with tarfile.open(path) as packed:
        texts = [
            packed.extractfile(member).read().decode()
            for member in packed
            if member.name.endswith("sequences.fasta")
        ]
    assert len(texts) == 15
    for text in texts:
        for name, sequence in (entry.split() for entry in text.split(">") if entry.strip()):
            assert ours[name].removeprefix("S") == sequence.replace("r", "R").replace("t", "T")
