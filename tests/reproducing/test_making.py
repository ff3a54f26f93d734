from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.local import get_sync
from hypothesis import HealthCheck, given, settings
from strategies import cuts
from tables import TOY_FILES, ingest_files

from vinarch.commons import open_commons
from vinarch.errors import MixedSpacesError, ParameterError, SelectionError
from vinarch.reproducing import reproducibility
from vinarch.schema import (
    EXPERIMENT_PAIRS,
    REPLICATED_STRUCTURES,
    SHARED_STARTS,
    TRAINING_NOISE,
)

TABLES = {
    "structures": REPLICATED_STRUCTURES,
    "pairs": EXPERIMENT_PAIRS,
    "starts": SHARED_STARTS,
    "noise": TRAINING_NOISE,
}
LOW = ("1gpu_1e14_early_termination", "1gpu_1e14_no_early_termination")


def with_networks(commons, architectures):
    """Return the commons with another lazy table of its networks."""
    other = replace(commons)
    vars(other)["architectures"] = architectures
    return other


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return open_commons(folder / "commons")


def test_a_commons_by_hand(toys):
    """Three searches: A B on 1e14, C A on 1e15, B C B on 1e16; B is trained twice there."""
    found = reproducibility(toys)
    assert repr(found) == (
        "Reproducibility of 3 experiments: 3 pairs, 3 structures in more than one, "
        "0 architectures of shared starts"
    )
    last = found.pairs[found.pairs["measure"] == "last_val_accuracy_percent"]
    assert last["n"].tolist() == [1] * 6
    # A: 75.5 and 78.5; B: 55.0 and (72.5 + 68.5) / 2; C: 82.5 and 69.5.
    assert last["mean_difference_points"].tolist() == [3.0, 3.0, 15.5, 15.5, -13.0, -13.0]
    assert set(last["relation"]) == {"transfer"}
    across = found.noise[found.noise["experiment"].isna()]
    assert across["network_count"].tolist() == [2, 2, 0, 0]
    assert across["mean_absolute_difference_points"].fillna(-1).tolist() == [4.0, 4.0, -1, -1]


def test_tables_have_the_declared_columns_types_and_order(real_tables, toys):
    for found in (real_tables, reproducibility(toys)):
        for name, table in TABLES.items():
            frame = getattr(found, name)
            assert frame.dtypes.to_dict() == table.empty().dtypes.to_dict()
            assert frame.index.equals(pd.RangeIndex(len(frame)))
            key = list(table.sort_key)
            assert frame[key].equals(frame[key].sort_values(key, ignore_index=True))


def test_one_experiment_has_no_pairs_and_its_noise(real_commons):
    found = reproducibility(real_commons.select(experiment=LOW[1]))
    assert found.pairs.empty
    assert found.structures.empty
    assert found.starts.empty
    assert set(found.noise["structure_count"]) == {3}
    assert repr(found).startswith("Reproducibility of 1 experiment: 0 pairs, 0 structures")


def test_experiments_without_architectures_do_not_count(real_commons):
    some = real_commons.select(beam="1e16", gpus=4)
    assert some.experiment_index["architecture_count"].tolist() == [100, 0]
    assert repr(reproducibility(some)).startswith("Reproducibility of 1 experiment: 0 pairs")


def test_pair_gives_its_rows_in_either_order(real_tables):
    rows = real_tables.pair(*LOW)
    assert len(rows) == 4
    pd.testing.assert_frame_equal(real_tables.pair(*LOW[::-1]), rows)
    assert set(rows["experiment_a"]) == {LOW[0]}


def test_a_pair_that_is_none_is_refused(real_tables):
    with pytest.raises(ParameterError, match="expected two experiments, got '1gpu_1e14_early"):
        real_tables.pair(LOW[0], LOW[0])
    with pytest.raises(ParameterError, match=r"pair\(experiment_b\).*Did you mean '1gpu_1e14_e"):
        real_tables.pair(LOW[1], "1gpu_1e14_early")


@pytest.mark.parametrize("what", ["JS9FR6", None, [1], pd.DataFrame({"a": [1]})])
def test_what_is_no_commons_is_refused(what):
    with pytest.raises(ParameterError, match="expected a Commons, got "):
        reproducibility(what)


@pytest.mark.parametrize("min_length", [0, 22, "5", True])
def test_a_length_that_cannot_be_is_refused(toys, min_length):
    with pytest.raises(ParameterError, match=rf"from 1 to 21 \(symbols\), got {min_length!r}"):
        reproducibility(toys, min_length=min_length)


@pytest.mark.parametrize("confidence", [95, 0, 1, "0.95", True])
def test_a_confidence_that_cannot_be_is_refused(toys, confidence):
    with pytest.raises(ParameterError, match=rf"between 0 and 1, got {confidence!r}"):
        reproducibility(toys, confidence=confidence)


def test_what_has_no_architectures_is_refused(real_commons):
    with pytest.raises(SelectionError, match="4gpu_1e16_no_early_termination: without histories"):
        reproducibility(real_commons.select(status="no_histories"))
    empty = replace(real_commons, experiment_index=real_commons.experiment_index.iloc[:0])
    with pytest.raises(SelectionError, match="at least one experiment"):
        reproducibility(empty)


def test_mixed_search_spaces_are_refused_by_name(real_commons):
    index = real_commons.experiment_index.copy()
    index.loc[0, "search_space"] = "nsga-net-macro-3x5"
    with pytest.raises(MixedSpacesError, match="nsga-net-macro-3x4 and nsga-net-macro-3x5"):
        reproducibility(replace(real_commons, experiment_index=index))


def test_one_computation_does(toys):
    graphs = []

    def counting(graph, keys, **options):
        graphs.append(keys)
        return get_sync(graph, keys, **options)

    with dask.config.set(scheduler=counting):
        reproducibility(toys)
    assert len(graphs) == 1


@pytest.fixture(scope="module")
def low(real_commons):
    commons = real_commons.select(experiment=list(LOW))
    return commons, commons.architectures.compute(), reproducibility(commons)


@given(places=cuts(200))
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_partitioning_and_no_order_shows(low, places):
    commons, frame, expected = low
    shuffled = frame.sample(frac=1, random_state=3)
    parts = [
        dd.from_pandas(shuffled.iloc[first:stop], npartitions=1) for first, stop in pairwise(places)
    ]
    with dask.config.set(scheduler="sync"):
        found = reproducibility(with_networks(commons, dd.concat(parts)))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
    assert found.sentences == expected.sentences


def test_a_shuffled_commons_has_no_start_and_one_scope(low):
    commons, frame, _ = low
    shuffled = frame.copy()
    generator = np.random.default_rng(5)
    shuffled["architecture"] = np.concatenate([generator.permutation(100) for _ in LOW])
    found = reproducibility(with_networks(commons, dd.from_pandas(shuffled, npartitions=2)))
    assert found.starts.empty
    assert set(found.pairs["shared_start_length"]) == {0}
    scopes = [
        rows.drop(columns="scope").reset_index(drop=True)
        for _, rows in found.pairs.groupby("scope")
    ]
    pd.testing.assert_frame_equal(*scopes)


def test_a_higher_confidence_gives_wider_intervals(low):
    wide = reproducibility(low[0], confidence=0.999)
    for frame, column in (("pairs", "spearman"), ("noise", "standard_deviation")):
        ends = [f"{column}_low", f"{column}_high"]
        narrow, wider = getattr(low[2], frame)[ends].dropna(), getattr(wide, frame)[ends].dropna()
        assert (wider[ends[0]] < narrow[ends[0]]).all()
        assert (wider[ends[1]] > narrow[ends[1]]).all()


def test_what_was_found_cannot_be_changed_by_accident(real_tables):
    with pytest.raises(FrozenInstanceError):
        real_tables.sentences = ()
    assert real_tables != replace(real_tables)


def test_it_prints_as_sentences_and_shows_as_paragraphs(real_tables):
    odd = replace(real_tables, paragraphs=(("1 < 2.",), ("a & b.",)))
    assert str(odd) == "1 < 2.\n\na & b."
    assert odd._repr_html_() == "<p>1 &lt; 2.</p>\n<p>a &amp; b.</p>"
    assert "\n" not in repr(real_tables)
