"""Who holds a subsequence in each experiment: a case worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from vinarch.describing import NETWORK_COLUMNS, check_groups, describe
from vinarch.intervals import mean_interval
from vinarch.schema import EXPERIMENTS, HOLDERS
from vinarch.summary import HOLDER_MEASURE, holder_rows

UNKNOWN = float("nan")


@pytest.fixture
def experiments():
    given = {"archive": "TOY", "experiment": ["other", "own"], "architecture_count": [2, 5]}
    return EXPERIMENTS.empty().reindex(range(2)).assign(**given)


@pytest.fixture
def networks():
    found = pd.DataFrame(
        {
            "archive": "TOY",
            "experiment": ["own"] * 5 + ["other"] * 2,
            "structure_id": ["s:1010", "s:1010", "s:1011", "s:1011", "s:0110", "s:0000", "s:0001"],
            HOLDER_MEASURE: [80.0, 90.0, 85.0, UNKNOWN, 60.0, 70.0, 72.0],
        }
    )
    return found.reindex(columns=list(NETWORK_COLUMNS))


def rows_of(networks, experiments, start, symbols, **settings):
    own = describe(networks, experiments, check_groups("experiment"), 0.95)
    stop = start + len(symbols)
    there = networks["structure_id"].str.partition(":")[2].str.slice(start, stop) == symbols
    rows = holder_rows(
        networks[there], own[own["measure"] == HOLDER_MEASURE], experiments, (start, stop),
        **settings,
    )  # fmt: skip
    assert rows.dtypes.to_dict() == HOLDERS.empty().dtypes.to_dict()
    assert rows["experiment"].tolist() == ["other", "own"]
    return rows.set_index("experiment")


def test_holders_are_counted_and_averaged_beside_all(networks, experiments):
    rows = rows_of(networks, experiments, 0, "101", min_length=3)
    own, other = rows.loc["own"], rows.loc["other"]
    assert own[["structure_count", "network_count", "n"]].tolist() == [2, 4, 3]
    interval = mean_interval([80.0, 90.0, 85.0])
    expected = pytest.approx([85.0, interval.low, interval.high], nan_ok=True)
    assert own[["mean", "mean_low", "mean_high"]].tolist() == expected
    assert own[["own_n", "own_mean", "own_network_count"]].tolist() == [4, 78.75, 5]
    assert other[["structure_count", "network_count", "n"]].tolist() == [0, 0, 0]
    assert other[["mean", "mean_low"]].isna().all()
    assert other[["own_n", "own_mean", "own_network_count"]].tolist() == [2, 71.0, 2]
    assert rows["matched"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("symbols", "settings", "matched"),
    [
        ("101", {"min_length": 4}, False),
        ("101", {"min_length": 3}, True),
        # 10 goes on as 101 in all that hold it, unless a phase ends there.
        ("10", {"min_length": 2}, False),
        ("10", {"min_length": 2, "spans": ((0, 2), (2, 4))}, True),
        # Of one structure there is no pair.
        ("1010", {"min_length": 2}, False),
    ],
)
def test_a_row_of_match_is_long_enough_and_maximal(
    networks, experiments, symbols, settings, matched
):
    assert rows_of(networks, experiments, 0, symbols, **settings).loc["own", "matched"] == matched
