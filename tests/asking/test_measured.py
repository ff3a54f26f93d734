from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.asking.measured import MEASURED_COLUMNS, one_value_each
from vinarch.asking.ranking import KEY
from vinarch.errors import ParameterError


def rows_of(*rows):
    """Rows of ``architecture, measure, epoch, value`` and, where given, a device."""
    frame = pd.DataFrame(
        [(number, measure, epoch, value, *(device or [None])) for number, measure, epoch, value,
         *device in rows],
        columns=["architecture", "measure", "epoch", "value", "device"],
    )  # fmt: skip
    frame = frame.assign(archive="a", experiment="e", split=None, statistic=None)
    return frame.astype({"epoch": "float64", "value": "float64"})[list(MEASURED_COLUMNS)]


def test_the_trained_network_comes_before_its_epochs_and_the_last_before_the_others():
    found = one_value_each(
        rows_of(
            (0, "energy_kwh", 12, 3.0),
            (0, "energy_kwh", 4, 1.0),
            (1, "energy_kwh", 4, 2.0),
            (1, "energy_kwh", None, 9.0),
            (1, "co2eq_g", 4, 5.0),
        ),
        "best",
    )
    assert list(found.columns) == [*KEY, "co2eq_g", "energy_kwh"]
    assert found["energy_kwh"].tolist() == [3.0, 9.0]
    assert found["co2eq_g"].fillna(-1).tolist() == [-1.0, 5.0]


def test_several_values_are_refused_with_what_tells_them_apart():
    with pytest.raises(ParameterError) as caught:
        one_value_each(
            rows_of((3, "power_w", None, 1.0, "cpu"), (3, "power_w", None, 2.0, "gpu")), "best"
        )
    assert str(caught.value) == (
        "best: expected a measure with one value a network, got 2 values of power_w for "
        "architecture 3 of e, by device. Ask commons.sql(…) for the ones you mean."
    )
    with pytest.raises(ParameterError, match=r"2 values of x for architecture 0 of e\. Ask"):
        one_value_each(rows_of((0, "x", 4, 1.0), (0, "x", 4, 1.0)), "best")


def test_nothing_in_nothing_out():
    assert list(one_value_each(rows_of(), "best").columns) == list(KEY)
    assert len(one_value_each(rows_of((0, "x", None, None)), "best")) == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from("xy"),
            st.one_of(st.none(), st.integers(0, 2)),
            st.one_of(st.none(), st.integers(0, 5)),
        ),
        max_size=10,
        unique_by=lambda row: row[:3],
    )
)
def test_it_is_the_last_value_whatever_the_order(rows):
    found = one_value_each(rows_of(*rows), "best")
    expected = {}
    for number, measure, epoch, value in rows:
        if value is not None:
            rank = math.inf if epoch is None else epoch
            known = expected.setdefault((number, measure), (rank, value))
            expected[number, measure] = max(known, (rank, value))
    got = {
        (int(row["architecture"]), measure): row[measure]
        for _, row in found.iterrows()
        for measure in found.columns.drop(list(KEY))
        if not math.isnan(row[measure])
    }
    assert got == {key: value for key, (_, value) in expected.items()}
