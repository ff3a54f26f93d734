from __future__ import annotations

from itertools import combinations

import naive
import numpy as np
import pandas as pd
import pytest

import vinarch
from vinarch import measuring
from vinarch.errors import ParameterError
from vinarch.schema import DISTANCES

ONE = "4gpu_1e16_early_termination"


@pytest.fixture(scope="module")
def one(real_commons):
    return real_commons.select(experiment=ONE)


def flat_of(commons) -> dict[int, str]:
    frame = commons.architectures.compute()
    return dict(zip(frame["structure"], frame["structure_id"].str.split(":").str[1], strict=True))


@pytest.mark.parametrize("metric", ["cityblock", "euclidean", "hamming"])
def test_all_pairs_of_an_experiment_equal_the_plain_definition(one, metric):
    table = vinarch.distances(one, metric=metric).compute()
    flats = flat_of(one)
    pairs = list(combinations(sorted(flats), 2))
    assert list(zip(table["structure_a"], table["structure_b"], strict=True)) == pairs
    plain = [naive.distance(flats[a], flats[b], metric) for a, b in pairs]
    np.testing.assert_array_equal(table["distance"], plain)
    assert set(table["experiment"]) == {ONE}


def test_across_experiments_each_structure_counts_once(real_commons):
    table = vinarch.distances(real_commons, by=None).compute()
    assert len(table) == 745 * 744 // 2
    ids = sorted(set(table["structure_id_a"]) | set(table["structure_id_b"]))
    assert len(ids) == 745
    expected = pd.DataFrame(combinations(ids, 2), columns=["structure_id_a", "structure_id_b"])
    got = table[["structure_id_a", "structure_id_b"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(got.astype(object), expected.astype(object))
    assert table["experiment"].isna().all()
    assert table["structure_a"].isna().all()


@pytest.mark.parametrize("by", ["experiment", None])
def test_pieces_do_not_show(real_commons, monkeypatch, by):
    low = real_commons.select(beam="1e14", gpus=1, status="ok")
    whole = vinarch.distances(low, by=by).compute()
    monkeypatch.setattr(measuring, "PAIRS_PER_PARTITION", 700)
    pieces = vinarch.distances(low, by=by)
    assert pieces.npartitions > 10
    pd.testing.assert_frame_equal(
        pieces.compute().reset_index(drop=True), whole.reset_index(drop=True)
    )


def test_the_lazy_table_has_the_declared_types(one):
    lazy = vinarch.distances(one)
    assert lazy.dtypes.to_dict() == DISTANCES.empty().dtypes.to_dict()
    assert lazy.compute().dtypes.to_dict() == DISTANCES.empty().dtypes.to_dict()


def test_the_square_is_labelled_and_symmetric(one):
    square = vinarch.distance_matrix(one, metric="hamming")
    flats = flat_of(one)
    assert square.index.tolist() == square.columns.tolist() == sorted(flats)
    assert square.index.name == "structure"
    assert square.loc[3, 8] == square.loc[8, 3] == naive.distance(flats[3], flats[8], "hamming")
    assert (np.diag(square) == 0).all()


def test_the_square_of_several_experiments_goes_by_structure_id(real_commons):
    square = vinarch.distance_matrix(real_commons)
    assert square.shape == (745, 745)
    assert square.index.name == "structure_id"


def test_a_square_too_large_to_read_is_refused(real_commons, monkeypatch):
    monkeypatch.setattr(measuring, "SQUARE_LIMIT", 700)
    with pytest.raises(ParameterError, match="at most 700 structures, got 745"):
        vinarch.distance_matrix(real_commons)


def test_what_cannot_be_measured_is_refused(one):
    with pytest.raises(ParameterError, match="one of cityblock, euclidean, hamming, got 'L1'"):
        vinarch.distances(one, metric="L1")
    with pytest.raises(ParameterError, match="'experiment' or None, got 'gpus'"):
        vinarch.distances(one, by="gpus")
