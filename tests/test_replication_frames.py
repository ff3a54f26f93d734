import pandas as pd
import pytest

from vinarch.errors import ParameterError, SelectionError
from vinarch.reproducing import reproducibility
from vinarch.summary.replication_frames import default_pair, overlap_cells, paired_points

LAST, BEST = "last_val_accuracy_percent", "best_val_accuracy_percent"


def structures():
    """Return three structures of a and b, the last without an accuracy in b."""
    rows = [
        ("s:00", "a", 98.0, 99.0, 1, 1),
        ("s:01", "a", 90.0, 91.0, 2, 1),
        ("s:10", "a", 80.0, 81.0, 1, 1),
        ("s:00", "b", 97.0, 98.0, 1, 1),
        ("s:01", "b", 93.0, 95.0, 1, 1),
        ("s:10", "b", None, None, 1, 1),
        ("s:11", "c", 70.0, 75.0, 1, 1),
    ]
    columns = ["structure_id", "experiment", LAST, BEST, "network_count", "full_budget_count"]
    return pd.DataFrame(rows, columns=columns).assign(archive="toy")


def pairs():
    rows = [
        ("a", "b", "replication", 2, 1),
        ("a", "c", "transfer", 0, 0),
        ("b", "c", "transfer", 9, 0),
    ]
    frame = pd.DataFrame(
        rows, columns=["experiment_a", "experiment_b", "relation", "n", "shared_start_length"]
    ).assign(
        archive_a="toy",
        archive_b="toy",
        mean_absolute_difference_points=2.0,
        spearman=float("nan"),
        spearman_low=float("nan"),
        spearman_high=float("nan"),
    )
    scopes = pd.DataFrame({"scope": ["all", "without_shared_start"]})
    measures = pd.DataFrame({"measure": [BEST, LAST]})
    return frame.merge(scopes, how="cross").merge(measures, how="cross")


def starts():
    return pd.DataFrame(
        {
            "archive": "toy",
            "experiment": ["a", "a", "b"],
            "position": [0, 1, 0],
            "structure_id": ["s:00", "s:01", "s:00"],
        }
    )


def test_paired_accuracies_by_hand():
    found = paired_points(structures(), pairs(), starts(), ("a", "b"))
    assert found["structure_id"].tolist() == ["s:00", "s:01"]
    assert found["accuracy_a_percent"].tolist() == [98.0, 90.0]
    assert found["accuracy_b_percent"].tolist() == [97.0, 93.0]
    # One of the two networks of s:01 in a was not trained for the whole budget.
    assert found["full_budget"].tolist() == [True, False]
    # a shares a longer start with another, but the start of this pair is one long.
    assert found["in_shared_start"].tolist() == [True, False]
    assert set(found["mean_absolute_difference_points"]) == {2.0}
    assert found["spearman"].isna().all()
    assert set(found["relation"]) == {"replication"}


def test_the_pair_may_be_named_either_way_round():
    found = paired_points(structures(), pairs(), starts(), ("b", "a"), "best")
    assert found["accuracy_a_percent"].tolist() == [98.0, 95.0]
    assert found["accuracy_b_percent"].tolist() == [99.0, 91.0]
    assert set(found["experiment_a"]) == {"b"}
    assert found["full_budget"].tolist() == [True, False]
    assert found["in_shared_start"].tolist() == [True, False]


def test_experiments_that_make_no_pair_are_refused():
    with pytest.raises(SelectionError, match="a and a, which are 0 of 3 pairs"):
        paired_points(structures(), pairs(), starts(), ("a", "a"))
    with pytest.raises(SelectionError, match="a structure that both a and c trained, got none"):
        paired_points(structures(), pairs(), starts(), ("a", "c"))
    with pytest.raises(ParameterError, match="'last' or 'best', got 'mean'"):
        paired_points(structures(), pairs(), starts(), ("a", "b"), "mean")


def test_the_default_pair_is_a_replication_before_a_larger_transfer():
    assert default_pair(pairs()) == ("a", "b")
    assert default_pair(pairs()[pairs()["relation"] == "transfer"]) == ("b", "c")
    with pytest.raises(SelectionError, match="trained a structure in common"):
        default_pair(pairs().assign(n=0))


def test_overlap_cells_come_once_a_pair_and_scope():
    frame = pairs().assign(
        structure_jaccard=0.25,
        subsequence_jaccard=0.5,
        chance_subsequence_jaccard=0.125,
        shared_structure_count=3,
        shared_subsequence_count=12,
    )
    cells = overlap_cells(frame)
    assert len(cells) == 6
    assert set(cells["jaccard"]) == {0.5}
    assert set(cells["chance_jaccard"]) == {0.125}
    assert set(cells["shared_count"]) == {12}
    of_structures = overlap_cells(frame, "structures")
    assert set(of_structures["jaccard"]) == {0.25}
    assert of_structures["chance_jaccard"].isna().all()
    with pytest.raises(ParameterError, match="'subsequences' or 'structures', got 'networks'"):
        overlap_cells(frame, "networks")


@pytest.fixture(scope="module")
def study(real_commons):
    return reproducibility(real_commons)


@pytest.mark.parametrize("measure", ["last", "best"])
def test_real_pairs_agree_with_the_table_of_pairs(study, measure):
    rows = study.pairs[
        (study.pairs["scope"] == "all") & (study.pairs["measure"].str[:4] == measure)
    ]
    assert len(rows) == 36
    for _, row in rows.iterrows():
        names = (row["experiment_a"], row["experiment_b"])
        found = paired_points(study.structures, study.pairs, study.starts, names, measure)
        assert len(found) == row["n"]
        assert found["full_budget"].sum() == row["full_budget_count"]
        assert found["in_shared_start"].sum() == 10
        first = found.iloc[0]
        for name in ("mean_absolute_difference_points", "spearman", "spearman_low"):
            assert first[name] == pytest.approx(row[name], nan_ok=True)
