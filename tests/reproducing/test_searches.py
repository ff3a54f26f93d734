from __future__ import annotations

import pytest

from vinarch.reproducing.searches import LAST, differing, relation


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"gpus": 4, "early": False}, ("replication", "gpus; early_termination")),
        ({}, {}, ("replication", "")),
        ({}, {"beam": "1e15"}, ("transfer", "beam")),
        ({}, {"beam": None}, ("unknown", "beam")),
        ({"beam": None}, {"beam": None}, ("unknown", "")),
        ({"gpus": None}, {"gpus": 1}, ("replication", "gpus")),
        ({"early": None}, {"early": False}, ("replication", "early_termination")),
        ({"archive": "ONE"}, {"archive": "TWO"}, ("unknown", "")),
        ({"archive": "ONE"}, {"archive": "TWO", "beam": "1e15"}, ("unknown", "beam")),
    ],
)
def test_settings_tell_what_a_difference_is_evidence_of(experiment, first, second, expected):
    one, other = experiment("a", ["s:p"], **first), experiment("b", ["s:p"], **second)
    assert (relation(one, other), differing(one, other)) == expected
    assert (relation(other, one), differing(other, one)) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"data": "CIFAR-10"}, {"data": "CIFAR-10"}, "replication"),
        ({"data": "CIFAR-10"}, {"data": "CIFAR-100"}, "transfer"),
        ({"data": "CIFAR-10"}, {}, "unknown"),
        ({"data": "CIFAR-10"}, {"data": "CIFAR-10", "budget": 108}, "unknown"),
        ({"data": "CIFAR-10"}, {"data": "CIFAR-10", "archive": "TWO"}, "unknown"),
        # A beam says more exactly what the data are.
        ({"data": "X", "beam": "1e14"}, {"data": "X", "beam": "1e15"}, "transfer"),
    ],
)
def test_recorded_task_data_tell_it_where_no_beam_does(experiment, first, second, expected):
    one, other = (experiment("a", ["s:p"], **{"beam": None, **own}) for own in (first, second))
    assert relation(one, other) == relation(other, one) == expected


def test_networks_go_by_their_numbers(experiment):
    one = experiment("a", ["s:p", "s:q", "s:r"], architectures=[30, 4, 17], last=[1.0, 2.0, 3.0])
    assert one.order == ["s:q", "s:r", "s:p"]
    assert one.networks["architecture"].tolist() == [4, 17, 30]
    assert one.structures[LAST].to_dict() == {"s:p": 1.0, "s:q": 2.0, "s:r": 3.0}


def test_averages_leave_out_what_is_unknown(experiment):
    one = experiment("a", ["s:p"] * 3, last=[1.0, float("nan"), 2.0], status=["ok", "x", "y"])
    (row,) = one.structures.itertuples()
    assert (row.network_count, row.full_budget_count) == (3, 1)
    assert row.last_val_accuracy_percent == 1.5
