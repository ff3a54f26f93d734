"""All archives in one commons: what their files say is what it answers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from published import SOURCES, read_family_tree

import vinarch

ACCURACIES = ["last_val_accuracy_percent", "last_test_accuracy_percent"]
PLACE = ["archive", "experiment"]
CELLS = ["EC-NAS-Bench", "NASBench101-records"]


@pytest.fixture(scope="module")
def published(archives):
    """One row a training, from the raw files."""
    return pd.DataFrame([told for name, read in SOURCES.items() for told in read(archives / name)])


@pytest.fixture(scope="module")
def evolution(archives):
    return read_family_tree(archives / "EvoVis")


@pytest.fixture(scope="module")
def trained(six_commons):
    return six_commons.architectures.compute()


@pytest.fixture(scope="module")
def graphs(archives):
    """The module hashes of the two small spaces of EC-NAS-Bench and of the 30 records."""
    files = [
        "EC-NAS-Bench/generated_graphs_4V9E.json",
        "EC-NAS-Bench/generated_graphs_5V9E.json",
        "NASBench101-records/nb101_30_records.json",
    ]
    return [json.loads((archives / file).read_text(encoding="utf-8")) for file in files]


def test_the_counts_are_those_that_the_archives_tell_of_themselves(published, evolution):
    counts = published.groupby("archive").size().to_dict()
    assert counts == {
        "EC-NAS-Bench": 273 + 2532,
        "EvoVis": 400,
        "JS9FR6": 900,
        "NASBench101-records": 30 * 3,
        "ZXTCGF": 3,
        "mini-NASBench201": 15_625 * 4,
    }
    assert published["failed"].sum() == 24
    assert len(evolution.children) == 380


def test_one_command_brings_every_archive_into_one_commons(six_commons, published):
    index = six_commons.experiment_index
    here = index[index["architecture_count"] > 0].set_index(PLACE)
    told = published.groupby(PLACE).agg(
        architecture_count=("network", "size"), history_row_count=("rows", "sum")
    )
    assert here["architecture_count"].to_dict() == told["architecture_count"].to_dict()
    assert here["history_row_count"].to_dict() == told["history_row_count"].to_dict()
    assert index["rejected_row_count"].sum() == 0


def test_the_tables_hold_as_many_rows_as_the_index_says(six_commons, trained):
    index = six_commons.experiment_index
    assert len(trained) == index["architecture_count"].sum()
    assert len(six_commons.histories) == index["history_row_count"].sum()
    assert len(six_commons.measurements) == index["measurement_count"].sum()
    assert len(six_commons.lineage) == index["lineage_count"].sum()
    assert not trained.duplicated([*PLACE, "architecture"]).any()


def test_every_accuracy_is_the_sources_in_percent(trained, published):
    for archive, mine in trained.groupby("archive"):
        theirs = published[published["archive"] == archive]
        for ours, source in zip(ACCURACIES, ["val", "test"], strict=True):
            for experiment, told in theirs.groupby("experiment"):
                kept = mine.loc[mine["experiment"] == experiment, ours].dropna()
                expected = np.sort(told[source].dropna().to_numpy())
                found = np.sort(kept.to_numpy(dtype=float))
                assert len(found) == len(expected)
                if len(found):
                    np.testing.assert_array_max_ulp(found, expected, maxulp=1)
                    # 100 classes, of which some guess: a fraction would stay below 1.
                    assert found.max() > 20


def test_accuracies_along_the_curves_are_percent_too(six_commons):
    columns = [f"{split}_accuracy_percent" for split in ("train", "val", "test")]
    rows = six_commons.histories[["archive", *columns]].compute()
    highest = rows.groupby("archive")[columns].max()
    assert highest.max(axis=None) <= 100
    assert (highest["val_accuracy_percent"] > 20).all()


def test_parameters_are_the_sources(trained, published):
    known = published.dropna(subset="parameters")
    assert set(known["archive"]) == set(CELLS)
    ours = trained[trained["archive"].isin(CELLS)]
    pairs = zip(ours["native_id"], ours["parameter_count"], strict=True)
    theirs = zip(known["network"], known["parameters"].astype(int), strict=True)
    assert Counter(pairs) == Counter(theirs)
    assert trained.loc[~trained["archive"].isin(CELLS), "parameter_count"].isna().all()


def test_failed_networks_have_no_accuracy_and_all_others_have_one(trained, published):
    failed = trained[trained["status"] == "failed"]
    assert set(failed["archive"]) == {"EvoVis"}
    assert len(failed) == published["failed"].sum()
    assert failed[ACCURACIES].isna().all(axis=None)
    assert trained[trained["status"] != "failed"][ACCURACIES].notna().any(axis=1).all()


def test_every_child_has_the_parents_that_the_source_names(six_commons, trained, evolution):
    mine = trained[trained["archive"] == "EvoVis"].set_index("architecture")
    names = {
        number: (int(row.generation), row.native_id.rpartition("/")[2])
        for number, row in zip(mine.index, mine.itertuples(), strict=True)
    }
    assert sorted(names.values()) == sorted(evolution.networks)
    found = defaultdict(list)
    rows = six_commons.lineage.compute().sort_values(["child", "parent_number"])
    for row in rows.itertuples():
        generation, parent = names[row.parent]
        assert generation == names[row.child][0] - 1
        found[names[row.child]].append((parent, row.cut))
    assert dict(found) == evolution.children
    assert all(len(parents) == 2 for parents in found.values())


def test_module_hashes_are_the_key_across_both_archives_of_cells(trained, graphs):
    small, large, records = graphs
    prefix = "nas-bench-101:"
    ids = trained[trained["archive"].isin(CELLS)].groupby(PLACE)
    keys = {place: set(rows["canonical_id"]) for place, rows in ids}
    assert keys == {
        ("EC-NAS-Bench", "4V9E_4epochs"): {prefix + key for key in small},
        ("EC-NAS-Bench", "5V9E_4epochs"): {prefix + key for key in large},
        ("NASBench101-records", "108_epochs"): {prefix + key for key in records},
    }


def test_equal_cells_are_equal_structures(trained, graphs):
    small, large, records = graphs
    assert (len(small), len(large), len(set(small) & set(large))) == (91, 2532, 91)
    # The 30 records are cells of six and seven vertices, EC-NAS-Bench ends at five.
    assert not {*small, *large} & {*records}
    cells = trained[trained["archive"].isin(CELLS)]
    places = cells.groupby("structure_id")[["archive", "experiment"]].nunique()
    assert (places["experiment"] == 2).sum() == 91
    assert (places["archive"] == 1).all()
    assert cells.groupby("native_id")["structure_id"].nunique().eq(1).all()


def test_a_cell_of_the_records_in_the_print_of_the_other_archive_is_the_same_structure(graphs):
    operations = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]
    numbers = {"input": -1, "output": -2} | {name: at for at, name in enumerate(operations)}
    space = vinarch.search_space("nas-bench-101")
    for module_hash, cell in graphs[2].items():
        edges, words = cell["module_adjacency"], cell["module_operations"]
        theirs = space.parse(json.dumps([edges, words]))
        ours = space.parse(json.dumps([edges, [numbers[word] for word in words]]))
        assert ours.flat == theirs.flat
        assert space.canonical_form(ours) == space.canonical_form(theirs) == module_hash


def test_cells_of_nas_bench_201_are_one_structure_in_all_four_experiments(trained):
    mine = trained[trained["archive"] == "mini-NASBench201"]
    by_structure = mine.groupby("structure_id")
    assert by_structure.ngroups == mine["genome"].nunique() == 15_625
    assert by_structure["experiment"].nunique().eq(4).all()
    assert by_structure["genome"].nunique().eq(1).all()


def test_a_question_across_families_is_answered_as_by_hand(six_commons, published):
    ours = six_commons.sql(
        """
        SELECT search_space, archive, experiment, count(*) AS networks,
               count(*) FILTER (last_val_accuracy_percent > 50) AS above_half,
               max(last_val_accuracy_percent) AS best,
               max(parameter_count) AS largest
        FROM architectures JOIN experiments USING (archive, experiment)
        WHERE last_val_accuracy_percent IS NOT NULL
        GROUP BY ALL ORDER BY archive, experiment
        """
    )
    assert ours["search_space"].nunique() == 5
    known = published.dropna(subset="val").assign(half=lambda rows: rows["val"] > 50)
    theirs = known.groupby(PLACE).agg(
        networks=("val", "size"),
        above_half=("half", "sum"),
        best=("val", "max"),
        largest=("parameters", "max"),
    )
    found = ours.set_index(PLACE).drop(columns="search_space").astype(float)
    pd.testing.assert_frame_equal(
        found, theirs.astype(float), rtol=1e-15, check_index_type=False, check_column_type=False
    )


def test_the_best_of_each_experiment_is_the_best_in_its_source(six_commons, published):
    best = six_commons.best(1, each="experiment").set_index(PLACE)["last_val_accuracy_percent"]
    highest = published.dropna(subset="val").groupby(PLACE)["val"].max()
    # The name of an experiment is its own only within its archive: two are called cifar100.
    assert highest.index.get_level_values("experiment").tolist().count("cifar100") == 2
    pd.testing.assert_series_equal(
        best.astype(float).sort_index(),
        highest,
        rtol=1e-15,
        check_names=False,
        check_index_type=False,
    )


def test_a_selection_by_search_space_crosses_archives(six_commons, published):
    cells = six_commons.select(search_space="nas-bench-101")
    assert set(cells.experiment_index["archive"]) == set(CELLS)
    assert len(cells.architectures) == published["archive"].isin(CELLS).sum()
    large = cells.select("parameter_count > 10000000")
    assert len(large.architectures) == (published["parameters"] > 10_000_000).sum()


def test_spaces_are_never_matched_with_each_other(six_commons):
    with pytest.raises(vinarch.errors.MixedSpacesError, match="nas-bench-101 and nas-bench-201"):
        vinarch.match(six_commons)
