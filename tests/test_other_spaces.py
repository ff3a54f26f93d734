"""Matches, distances and figures of real archives of other search spaces than the macro space."""

from __future__ import annotations

from itertools import combinations

import naive
import numpy as np
import pandas as pd
import pytest

import vinarch
from vinarch import figures
from vinarch.errors import MixedSpacesError, ParameterError, SelectionError


@pytest.fixture(scope="module")
def others(archives, tmp_path_factory):
    """A commons of chains of layers, and of NAS-Bench-101 cells from two archives."""
    folder = tmp_path_factory.mktemp("others") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(folder))
        patch.setenv("VINARCH_MIRROR", str(archives))
        for name in ("EvoVis", "NASBench101-records", "EC-NAS-Bench", "ZXTCGF"):
            vinarch.fetch(name)
    return vinarch.open(folder / "commons")


@pytest.fixture(scope="module")
def layers(others):
    return others.select(archive="EvoVis")


@pytest.fixture(scope="module")
def cells(others):
    return others.select(archive=["NASBench101-records", "EC-NAS-Bench"])


@pytest.fixture(scope="module")
def few_cells(others):
    """The cells of four vertices at most of one archive, and those of the other."""
    return others.select(experiment=["108_epochs", "4V9E_4epochs"])


def networks(commons) -> list[tuple[str, list[float]]]:
    """Return (genome, values that the mean is taken over) of each network, by plain pandas."""
    architectures = commons.architectures.compute()
    histories = commons.histories.compute().dropna(subset=["val_accuracy_percent"])
    key = ["archive", "experiment", "architecture"]
    curves = histories.groupby(key)["val_accuracy_percent"].apply(list).to_dict()
    found = []
    for row in architectures.sort_values([*key[:2], "source_file", "source_row"]).itertuples():
        flat = row.structure_id.partition(":")[2]
        single = [] if pd.isna(row.last_val_accuracy_percent) else [row.last_val_accuracy_percent]
        own = curves.get((row.archive, row.experiment, row.architecture), [])
        found.append((flat, own if row.history_row_count else single))
    return found


def rows_of(table: pd.DataFrame) -> list[tuple]:
    return [
        (
            row.start,
            row.length,
            row.subsequence,
            row.count,
            row.network_count,
            row.epoch_row_count,
            None if pd.isna(row.mean_val_accuracy_percent) else row.mean_val_accuracy_percent,
        )
        for row in table.itertuples()
    ]


def test_chains_of_any_length_match_as_the_pairwise_oracle_says(layers):
    expected = [(*row[:3], len(row[3]), *row[4:]) for row in naive.match(networks(layers))]
    table = vinarch.match(layers).compute()
    assert rows_of(table) == expected
    assert table["subsequence"].str.len().max() > 10
    lengths = layers.architectures.compute()["sequence"].str.len()
    assert lengths.min() < lengths.max()
    # No learning curve is recorded: the mean is that of the networks' single accuracies.
    assert table["mean_val_accuracy_percent"].notna().any()


def test_cells_of_two_archives_match_across_them(few_cells):
    table = vinarch.match(few_cells, by=None).compute()
    expected = [(*row[:3], len(row[3]), *row[4:]) for row in naive.match(networks(few_cells))]
    assert rows_of(table) == expected
    row = table[table["experiment_count"] == 2].iloc[0]
    held = vinarch.members(few_cells, int(row["start"]), row["subsequence"]).compute()
    assert set(held["archive"]) == {"NASBench101-records", "EC-NAS-Bench"}
    assert held["structure_id"].nunique() == row["count"]


@pytest.mark.parametrize("metric", ["cityblock", "euclidean", "hamming"])
def test_distances_between_chains_equal_the_plain_definition(layers, metric):
    table = vinarch.distances(layers, metric=metric).compute()
    frame = layers.architectures.compute()
    flats = dict(zip(frame["structure"], frame["sequence"], strict=True))
    pairs = list(combinations(sorted(flats), 2))
    assert list(zip(table["structure_a"], table["structure_b"], strict=True)) == pairs
    plain = [naive.distance(flats[a], flats[b], metric) for a, b in pairs]
    np.testing.assert_array_equal(table["distance"], plain)


def test_members_take_any_letters_of_the_alphabet_in_either_form(layers):
    one = vinarch.members(layers, 0, "SCRCI").compute()
    other = vinarch.members(layers, 0, "[S,C,R,C,I]").compute()
    assert len(one) > 50
    assert one["sequence"].str.startswith("SCRCI").all()
    pd.testing.assert_frame_equal(one, other)
    assert vinarch.members(layers, 900, "S").compute().empty


def test_a_symbol_of_another_alphabet_is_refused_and_the_alphabet_named(cells, layers):
    message = r"expected symbols 0, 1, c, k and m as text, got '10z'\. 0 is no edge; 1 is edge;"
    with pytest.raises(ParameterError, match=message):
        vinarch.members(cells, 0, "10z")
    with pytest.raises(ParameterError, match=r"a whole number from 0 \(start index, symbols\)"):
        vinarch.members(layers, -1, "SC")
    with pytest.raises(ParameterError, match=r"a whole number from 1 \(symbols\), got 0"):
        vinarch.match(layers, min_length=0)


def test_spaces_are_not_matched_with_each_other(others):
    with pytest.raises(MixedSpacesError, match="evovis-layers and nas-bench-101"):
        vinarch.match(others, by=None)


def test_two_archives_of_one_space_are_compared(few_cells):
    found = vinarch.reproducibility(few_cells)
    (overlap,) = found.pairs.drop_duplicates("scope")[["scope", "shared_subsequence_count"]].query(
        "scope == 'all'"
    )["shared_subsequence_count"]
    sides = [
        {(row[0], row[2]) for row in naive.match(networks(few_cells.select(experiment=name)))}
        for name in ("108_epochs", "4V9E_4epochs")
    ]
    assert overlap == len(sides[0] & sides[1])


@pytest.mark.parametrize("width", ["single", "double"])
def test_every_view_of_a_subsequence_draws_chains(layers, width):
    row = ("enas_example_run", 0, "SCRCI")
    drawn = figures.structures(layers, *row, width=width)
    ends = drawn.data.groupby("structure")["position"].max() + 1
    frame = layers.architectures.compute().drop_duplicates("structure").set_index("structure")
    assert ends.to_dict() == frame.loc[ends.index, "sequence"].str.len().to_dict()
    assert "S Rescaling" in drawn.caption
    assert figures.structures(drawn.data, width=width).png() == drawn.png()
    assert figures.subsequences(layers, *row, width=width).data["chosen"].sum() == 1
    assert figures.distance_map(layers, *row, width=width, dendrogram=True).data is not None
    network = figures.network(layers, row[0], int(drawn.data["structure"].iloc[-1]), *row[1:])
    assert (network.data["target_position"].dropna().between(0, 4)).sum() == 5


def test_curves_of_half_epochs_and_of_a_few_epochs_are_drawn(others):
    halves = figures.learning_curves(others.select(archive="ZXTCGF"))
    assert np.unique(np.diff(sorted(halves.data["epoch"].unique()))).tolist() == [0.5]
    assert "after epoch 40)" in halves.caption
    few = figures.learning_curves(others, "108_epochs")
    assert few.figure.axes[0].get_xticks().tolist() == [54, 108]
    assert "Only the epochs 54 and 108 were recorded; lines join them." in few.caption


def test_an_archive_without_curves_says_so(layers):
    with pytest.raises(SelectionError, match="validation accuracies epoch by epoch, got none"):
        figures.learning_curves(layers)


def test_genomes_without_phases_cannot_be_matched_within_them(layers):
    with pytest.raises(ParameterError, match="genomes of evovis-layers have no phases, got True"):
        vinarch.match(layers, within_phase=True)
