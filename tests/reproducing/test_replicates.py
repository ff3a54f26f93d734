from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from vinarch.reproducing.replicates import replicate_table, same_data_comparisons
from vinarch.reproducing.searches import BEST, LAST, MEAN
from vinarch.schema import REPLICATED_STRUCTURES

NAN = float("nan")


def tabled(experiments):
    none = np.zeros((len(experiments), len(experiments)), dtype=np.int64)
    return replicate_table(experiments, none)


def test_a_table_by_hand(experiment):
    table = tabled(
        [
            experiment(
                "a",
                ["s:p", "s:q", "s:p", "s:r"],
                last=[90.0, 80.0, 94.0, 1.0],
                best=[91.0, 80.0, 95.0, 1.0],
                status=["ok", "ok", "early_stopped", "ok"],
                epochs=[25, 25, 10, 25],
            ),
            experiment("b", ["s:p", "s:q"], last=[89.0, NAN]),
            experiment("c", ["s:q", "s:p"], last=[70.0, 60.0], beam="1e15"),
            experiment("d", ["s:p"], last=[10.0], beam=None),
        ]
    )
    assert table["structure_id"].tolist() == ["s:p"] * 4 + ["s:q"] * 3
    assert table["experiment"].tolist() == [*"abcd", *"abc"]
    data = ["TOY beam 1e14"] * 2 + ["TOY beam 1e15"]
    assert table["task_data"].fillna("").tolist() == [*data, "", *data]
    assert table["experiment_count"].tolist() == [4] * 4 + [3] * 3
    assert table["same_data_count"].tolist() == [2, 2, 1, 0, 2, 2, 1]
    assert table["network_count"].tolist() == [2, 1, 1, 1, 1, 1, 1]
    assert table["full_budget_count"].tolist() == [1] * 7
    assert table["epochs_trained"].tolist() == [17.5] + [25.0] * 6
    assert table[LAST].fillna(-1).tolist() == [92.0, 89.0, 60.0, 10.0, 80.0, -1, 70.0]
    assert table[BEST].fillna(-1).tolist() == [93.0, 89.0, 60.0, 10.0, 80.0, -1, 70.0]
    # q has one known accuracy on 1e14: nothing to compare.
    assert table["last_spread_points"].fillna(-1).tolist() == [3.0, 3.0] + [-1] * 5
    assert table["best_spread_points"].fillna(-1).tolist() == [4.0, 4.0] + [-1] * 5
    assert table.dtypes.to_dict() == REPLICATED_STRUCTURES.empty().dtypes.to_dict()


def test_a_structure_is_in_the_start_where_it_started(experiment):
    experiments = [
        experiment("a", ["s:p", "s:q", "s:r"]),
        experiment("b", ["s:p", "s:q", "s:r"]),
        experiment("c", ["s:q"]),
    ]
    table = replicate_table(experiments, np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]]))
    inside = table.set_index(["structure_id", "experiment"])["in_shared_start"].to_dict()
    assert inside == {
        ("s:p", "a"): True,
        ("s:p", "b"): True,
        ("s:q", "a"): True,
        ("s:q", "b"): True,
        ("s:q", "c"): False,
        ("s:r", "a"): False,
        ("s:r", "b"): False,
    }


@pytest.mark.parametrize("beams", [(None, None), (None, "1e14"), ("1e14", "1e14")])
def test_unknown_task_data_are_the_same_as_nothing(experiment, beams):
    experiments = [
        experiment(name, ["s:p"], beam=beam, last=[last])
        for name, beam, last in zip("ab", beams, (1.0, 2.0), strict=True)
    ]
    table = tabled(experiments)
    both = beams == ("1e14", "1e14")
    assert table["same_data_count"].tolist() == [
        (2 if both else 1) if beam else 0 for beam in beams
    ]
    assert table["last_spread_points"].notna().tolist() == [both, both]
    assert len(same_data_comparisons(table)) == both


def test_equal_beams_of_two_archives_are_different_task_data(experiment):
    table = tabled([experiment("a", ["s:p"], archive=archive) for archive in ("ONE", "TWO")])
    assert table["task_data"].tolist() == ["ONE beam 1e14", "TWO beam 1e14"]
    assert table["same_data_count"].tolist() == [1, 1]


def test_nothing_in_common_is_an_empty_table(experiment):
    table = tabled([experiment("a", ["s:p"]), experiment("b", ["s:q"])])
    assert table.empty
    assert table.dtypes.to_dict() == REPLICATED_STRUCTURES.empty().dtypes.to_dict()
    assert same_data_comparisons(table).empty


def test_comparisons_are_of_pairs_on_the_same_data(experiment):
    table = tabled(
        [
            experiment("a", ["s:p", "s:p"], last=[1.0, 3.0], status=["ok", "early_stopped"]),
            experiment("b", ["s:p"], last=[5.0]),
            experiment("c", ["s:p"], last=[9.0]),
            experiment("d", ["s:p"], last=[7.0], beam="1e16"),
            experiment("e", ["s:p"], last=[NAN]),
        ]
    )
    rows = list(same_data_comparisons(table).itertuples(index=False, name=None))
    assert rows == [
        ("s:p", False, 2.0, True, 5.0),
        ("s:p", False, 2.0, True, 9.0),
        ("s:p", True, 5.0, True, 9.0),
    ]


def test_the_real_table_equals_the_slow_oracle(real_tables, real_networks):
    found = {}
    for row in real_networks.to_dict("records"):
        found.setdefault((row["structure_id"], row["experiment"]), []).append(row)
    by_structure = {}
    for structure, experiment in found:
        by_structure.setdefault(structure, []).append(experiment)
    expected = []
    for structure in sorted(by_structure):
        experiments = sorted(by_structure[structure])
        if len(experiments) == 1:
            continue

        def mean(name, column, structure=structure):
            rows = found[structure, name]
            return sum(row[column] for row in rows) / len(rows)

        for name in experiments:
            rows = found[structure, name]
            beam = name.split("_")[1]
            same = [other for other in experiments if other.split("_")[1] == beam]
            spreads = [
                max(mean(o, column) for o in same) - min(mean(o, column) for o in same)
                if len(same) > 1
                else NAN
                for column in (LAST, BEST)
            ]
            expected.append(
                (
                    structure,
                    "JS9FR6",
                    name,
                    f"JS9FR6 beam {beam}",
                    min(row["architecture"] for row in rows) < 10,
                    len(experiments),
                    len(same),
                    len(rows),
                    sum(row["status"] == "ok" for row in rows),
                    mean(name, "epochs_trained"),
                    *(mean(name, column) for column in (LAST, BEST, MEAN)),
                    *spreads,
                )
            )
    frame = pd.DataFrame(expected, columns=list(REPLICATED_STRUCTURES.names))
    pd.testing.assert_frame_equal(
        real_tables.structures, frame.astype(real_tables.structures.dtypes.to_dict())
    )
    assert frame["structure_id"].nunique() == 47
    comparisons = same_data_comparisons(real_tables.structures)
    assert len(comparisons) == sum(
        one.split("_")[1] == other.split("_")[1]
        for names in by_structure.values()
        for one, other in combinations(names, 2)
    )
