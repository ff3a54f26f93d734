"""The archives that ship with vinarch: what they hold follows from what made them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vinarch
from vinarch.searching import Result, strategy_of

CATALOG = Path(__file__).resolve().parent.parent / "catalog"
SEARCHES = (
    "nsga2_early_termination_seed0",
    "nsga2_early_termination_seed1",
    "nsga2_no_early_termination_seed0",
    "nsga2_no_early_termination_seed1",
    "random_no_early_termination_seed0",
)
OBJECTIVES = ("max val_accuracy_percent", "min mflops")


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory):
    """A home where both samples were fetched by a process that may open no socket."""
    home = tmp_path_factory.mktemp("samples") / "home"
    code = (
        "import os, socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        f"os.environ['VINARCH_HOME'] = {str(home)!r}\n"
        "for name in [one for one in os.environ if one.startswith('VINARCH_')]:\n"
        "    name == 'VINARCH_HOME' or os.environ.pop(name)\n"
        "import vinarch\n"
        "vinarch.fetch(['digits', 'digits-layers'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
    return home


@pytest.fixture(scope="module")
def samples(sample_home):
    return vinarch.open(sample_home / "commons")


@pytest.fixture(scope="module")
def digits(samples):
    return samples.select(archive="digits")


@pytest.fixture(scope="module")
def layers(samples):
    return samples.select(archive="digits-layers").architectures.compute()


def test_they_hold_what_their_cards_say(samples, digits, layers):
    assert samples.rejected_row_count == 0
    networks = digits.architectures.compute()
    assert networks.groupby("experiment").size().to_dict() == dict.fromkeys(SEARCHES, 100)
    assert set(networks["status"]) == {"ok", "early_stopped"}
    whole = networks[~networks["experiment"].str.startswith("nsga2_early")]
    assert set(whole["epochs_trained"]) == {25}
    exhaustive = layers[layers["experiment"] == "exhaustive"]
    assert len(exhaustive) == 364 * 3
    assert exhaustive["structure_id"].nunique() == 364
    assert set(exhaustive["sequence"].str.len()) == {0, 1, 2, 3, 4, 5}
    repeats = exhaustive.groupby("sequence")["repeat"].agg(sorted)
    assert all(found == [0, 1, 2] for found in repeats)
    assert exhaustive["seed"].nunique() == len(exhaustive)
    assert exhaustive["last_test_accuracy_percent"].notna().all()


def test_together_they_take_three_megabytes_at_most():
    files = [path for name in ("digits", "digits-layers") for path in (CATALOG / name).rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) < 3e6


@pytest.mark.parametrize("experiment", SEARCHES)
def test_a_strategy_that_is_told_the_record_asks_the_recorded_networks(digits, experiment):
    pytest.importorskip("pymoo", reason="needs pymoo: pip install 'vinarch[search]'")
    chosen = digits.select(experiment=experiment)
    networks = chosen.architectures.compute().sort_values("search_order")
    lineage = chosen.lineage.compute()
    parents = lineage.sort_values("parent_number").groupby("child")["parent"]
    parents = {child: tuple(found) for child, found in parents}
    fitness = networks["last_val_accuracy_percent"].where(
        networks["status"] != "early_stopped",
        networks["last_prediction_percent"],
    )
    name, seed = experiment.split("_")[0], int(experiment[-1])
    strategy = strategy_of(
        name, space="nsga-net-macro-3x4", objectives=OBJECTIVES, seed=seed, networks=100
    )
    told = list(zip(networks["sequence"], fitness, networks["mflops"], strict=True))
    asked = []
    while candidates := strategy.ask():
        asked += candidates
        strategy.tell([Result(one, tuple(told[one.number][1:])) for one in candidates])
    assert [one.genome.flat for one in asked] == [sequence for sequence, _, _ in told]
    assert [one.generation for one in asked] == networks["generation"].tolist()
    assert {one.number: one.parents for one in asked if one.parents} == parents


@pytest.mark.parametrize("experiment", [one for one in SEARCHES if "nsga2_early" in one])
def test_the_trainings_ended_where_the_replay_ends_them(digits, experiment):
    chosen = digits.select(experiment=experiment)
    networks = chosen.architectures.compute().set_index("architecture")
    replayed = vinarch.replay(chosen).compute().set_index("architecture")
    stopped = networks.loc[replayed.index, "status"] == "early_stopped"
    assert replayed["convergence_epoch"].notna().tolist() == stopped.tolist()
    assert stopped.sum() > 90
    ended = replayed.loc[stopped.tolist()]
    last = networks.loc[ended.index, "epochs_trained"] - 1
    np.testing.assert_array_equal(ended["convergence_epoch"], last)
    np.testing.assert_allclose(
        ended["prediction_percent"],
        networks.loc[ended.index, "last_prediction_percent"],
        rtol=1e-7,
    )


@pytest.mark.parametrize("search", ["random", "evolution"])
def test_a_search_over_the_table_found_what_the_table_holds(samples, layers, search):
    table = layers[(layers["experiment"] == "exhaustive") & (layers["repeat"] == 0)]
    found = layers[layers["experiment"] == search]
    assert len(found) == 100
    assert found["sequence"].is_unique
    both = found.merge(table, on="sequence", suffixes=("", "_table"))
    assert len(both) == 100
    for column in ("last_val_accuracy_percent", "last_test_accuracy_percent", "mflops"):
        assert both[column].equals(both[f"{column}_table"].rename(column))


def test_evolution_adds_and_removes_single_layers(samples, layers):
    found = layers[layers["experiment"] == "evolution"].set_index("architecture")["sequence"]
    chosen = samples.select(archive="digits-layers", experiment="evolution")
    pairs = chosen.lineage.compute()
    assert len(pairs) == 90
    for child, parent in zip(pairs["child"], pairs["parent"], strict=True):
        short, long = sorted((found[child], found[parent]), key=len)
        assert short in {long[:at] + long[at + 1 :] for at in range(len(long))}


@pytest.mark.search
def test_recorded_costs_are_those_of_the_networks(digits, layers):
    from needs import torch_or_skip

    torch_or_skip()
    from vinarch.building import network_costs
    from vinarch.genome import search_space

    networks = digits.architectures.compute()
    for space, channels, rows in (
        ("nsga-net-macro-3x4", (4, 8, 16), networks.drop_duplicates("sequence").head(60)),
        ("chain-layers", 16, layers.drop_duplicates("sequence").head(60)),
    ):
        known = search_space(space)
        for row in rows.itertuples():
            costs = network_costs(known.from_flat(row.sequence), channels=channels)
            assert (costs.mflops, costs.parameter_count) == (row.mflops, row.parameter_count)
