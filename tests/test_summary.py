from __future__ import annotations

import naive
import pandas as pd
import pytest

import vinarch
from vinarch import summary
from vinarch.distance import check_metric
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome_state import genome_states
from vinarch.summary import ChosenRow, default_row, experiments_holding

ROW = ("1gpu_1e14_early_termination", 0, "10110110101010")


def matches(*rows: tuple) -> pd.DataFrame:
    columns = ["experiment", "start", "subsequence", "length", "count", "mean_val_accuracy_percent"]
    return pd.DataFrame(rows, columns=columns)


def test_the_published_row_is_chosen_where_it_is_present():
    frame = matches(("other", 3, "11111", 5, 99, 95.0), (*ROW, 14, 5, 89.66))
    assert default_row(frame) == ChosenRow(*ROW)


def test_else_the_row_of_most_structures_then_the_longest_then_the_most_accurate():
    frame = matches(
        ("a", 0, "00000", 5, 7, 99.0),
        ("b", 1, "110110", 6, 9, 80.0),
        ("c", 2, "1101101", 7, 9, 70.0),
        ("d", 3, "1101100", 7, 9, 71.0),
    )
    assert default_row(frame) == ChosenRow("d", 3, "1101100")


def test_the_published_bits_at_another_place_are_another_row():
    frame = matches((ROW[0], 1, ROW[2], 14, 5, 89.0), ("b", 0, ROW[2], 14, 6, 89.0))
    assert default_row(frame).experiment == "b"


def test_nothing_to_choose_from_is_said():
    with pytest.raises(SelectionError, match="at least one matching subsequence, got none"):
        default_row(matches())


@pytest.mark.parametrize("text", ["", "a:b", "a:x:101", "a:1:", ":1:101", "a:-1:101", "a:1"])
def test_a_selection_of_another_form_is_refused(text):
    with pytest.raises(ParameterError, match="EXPERIMENT:START:BITS"):
        ChosenRow.parse(text)


def test_points_are_the_matches_of_one_experiment_with_one_marked(real_commons):
    points = summary.subsequence_points(real_commons, *ROW)
    assert len(points) == 514
    (chosen,) = points[points["chosen"]].itertuples()
    assert (chosen.start, chosen.length, chosen.count) == (0, 14, 5)
    bare = summary.subsequence_points(real_commons, ROW[0])
    assert not bare["chosen"].any()
    pd.testing.assert_frame_equal(bare.drop(columns="chosen"), points.drop(columns="chosen"))


def test_structures_rise_in_accuracy_and_average_to_the_published_mean(real_commons):
    held = summary.structures_of(real_commons, *ROW)
    assert sorted(held["structure"]) == [11, 29, 30, 43, 49]
    assert held["mean_val_accuracy_percent"].is_monotonic_increasing
    histories = real_commons.select(experiment=ROW[0]).histories.compute()
    plain = histories.groupby("structure")["val_accuracy_percent"].mean()
    for row in held.itertuples():
        assert row.mean_val_accuracy_percent == pytest.approx(plain[row.structure], abs=1e-12)


def test_cells_are_the_genomes_with_phases_and_the_shared_run(real_commons):
    cells = summary.structure_cells(real_commons, *ROW)
    assert len(cells) == 5 * 21
    first = cells[cells["structure"] == 11]
    assert "".join(map(str, first["symbol"])).startswith(ROW[2])
    assert first["position"].tolist() == list(range(21))
    assert first["phase"].tolist() == [1] * 7 + [2] * 7 + [3] * 7
    assert first["shared"].tolist() == [True] * 14 + [False] * 7


@pytest.mark.parametrize("metric", ["cityblock", "euclidean", "hamming"])
def test_distances_are_square_in_the_order_of_the_cells(real_commons, metric):
    held = summary.structures_of(real_commons, *ROW)
    pairs = summary.structure_distances(real_commons, *ROW, metric=metric)
    order = held["structure"].tolist()
    assert list(zip(pairs["structure_a"], pairs["structure_b"], strict=True)) == [
        (a, b) for a in order for b in order
    ]
    flats = dict(zip(held["structure"], held["flat"], strict=True))
    assert pairs["distance"].tolist() == [
        naive.distance(flats[a], flats[b], metric) for a in order for b in order
    ]


def test_a_run_that_nobody_holds_is_said(real_commons):
    with pytest.raises(SelectionError, match="holds 111111111111111111111 at start 0, got none"):
        summary.structures_of(real_commons, ROW[0], 0, "1" * 21)


def test_a_subsequence_without_a_start_is_refused(real_commons):
    with pytest.raises(ParameterError, match="a start index"):
        summary.subsequence_points(real_commons, ROW[0], subsequence="10110")


def test_structures_without_accuracy_stand_first_so_that_a_cut_spares_the_known():
    state = pd.DataFrame(
        {
            "experiment": ["e", "e", "f"],
            "structure": [1, 2, 3],
            "structure_id": ["s:101", "s:100", "s:101"],
            "epoch_row_count": [1, 0, 1],
            "accuracy_high": [90 * 2**28, 0, 0],
            "accuracy_low": [0, 0, 0],
        }
    )
    held = summary.held_structures(state, ChosenRow("e", 0, "10"))
    assert held["structure"].tolist() == [2, 1]
    assert held["mean_val_accuracy_percent"].tolist()[1] == 90.0


def test_experiments_without_histories_are_named(real_commons):
    silent = "4gpu_1e14_no_early_termination"
    with pytest.raises(SelectionError, match=f"got {silent}: without histories"):
        summary.subsequence_points(real_commons, silent)
    with pytest.raises(SelectionError, match=f"got {silent}: without histories"):
        summary.structures_of(real_commons, silent, 0, "10110")


def test_a_start_index_alone_is_refused(real_commons):
    with pytest.raises(ParameterError, match="got a start index alone"):
        summary.subsequence_points(real_commons, ROW[0], 0)


def test_points_follow_the_shortest_length(real_commons):
    points = summary.subsequence_points(real_commons, ROW[0], min_length=16)
    assert points["length"].min() == 16


@pytest.mark.parametrize(
    ("asked", "next_step"),
    [
        ("manhattan", "Did you mean 'cityblock'?"),
        ("Euclidian", "Did you mean 'euclidean'?"),
        ("zzz", "Choose by the unit: cityblock (symbols), euclidean (√symbols)"),
    ],
)
def test_an_unknown_metric_is_told_the_likely_one_or_all(asked, next_step):
    with pytest.raises(ParameterError) as caught:
        check_metric(asked)
    assert next_step in str(caught.value)


def test_the_published_form_keeps_zeros_and_lists_structures():
    frame = matches(("e", 3, "00011", 5, 2, 80.0)).assign(structures=[[7, 12]])
    (row,) = summary.subsequence_table(frame).to_dict("records")
    assert row["subsequence"] == "[0,0,0,1,1]"
    assert row["structures"] == "7;12"
    assert list(row) == [
        "experiment", "subsequence", "length", "start", "structures", "count",
        "mean_val_accuracy_percent",
    ]  # fmt: skip


@pytest.mark.archives
def test_experiments_that_hold_a_subsequence_are_counted_as_the_matcher_counts_them(real_commons):
    across = vinarch.match(real_commons, by=None).compute()
    structures = genome_states(real_commons).compute()
    found = experiments_holding(across, structures)
    assert found.tolist() == across["experiment_count"].tolist()
    starts = vinarch.reproducibility(real_commons.select(gpus=4)).starts
    left = experiments_holding(across, structures, starts["structure_id"])
    assert ((found == 9).sum(), (left == 9).sum()) == (838, 107)
    assert (left <= found).all()
