"""A search over a table is recorded like any other, from what the table has and nothing else."""

from __future__ import annotations

import pickle

import pytest
from toy_search import Grow, Listed, Toy

import vinarch
from vinarch.errors import ParameterError
from vinarch.genome import search_space
from vinarch.prediction import a4nn_2023
from vinarch.recording import Recorder
from vinarch.running import TableEvaluator, run
from vinarch.searching import Candidate

SPACE = search_space("chain-layers")


@pytest.fixture
def table(tmp_path):
    """A run of known times and failures: c twice, m failed, k cut after two epochs."""
    folder = tmp_path / "table"
    recorder = Recorder(folder, space="chain-layers", epoch_budget=4)
    for repeat in (0, 1):
        with recorder.start("c", repeat=repeat, mflops=2.5, parameter_count=7) as network:
            for epoch in network.epochs():
                network.log(
                    epoch, val_accuracy_percent=10 * (epoch + 1) + repeat, test_accuracy=0.25,
                    val_loss=1.5, epoch_time_seconds=100 + epoch,
                )  # fmt: skip
    network = recorder.start("m")
    network.log(0, val_accuracy_percent=5, epoch_time_seconds=1)
    network.fail("ran away")
    network = recorder.start("k")
    for epoch in (0, 1):
        network.log(epoch, val_accuracy_percent=50, epoch_time_seconds=None)
    network.finish()
    return folder


def asked(*flats, space=SPACE, **told):
    return [Candidate(place, space.from_flat(flat), 0, **told) for place, flat in enumerate(flats)]


def test_what_is_recorded_is_replayed_to_the_letter(settings, table):
    found = run(
        settings
        | {
            "evaluator": {"name": "table", "table": str(table)},
            "epoch_budget": 4,
            "objectives": ["max val_accuracy_percent"],
        },
        strategy=Listed(asked("k", "c", "m")),
    )
    networks = found.architectures.compute().set_index("sequence")
    assert networks["status"].to_dict() == {"k": "incomplete", "c": "ok", "m": "failed"}
    assert networks.loc["c", ["mflops", "parameter_count"]].tolist() == [2.5, 7]
    assert networks["mflops"].notna().tolist() == [False, True, False]
    columns = ["val_accuracy_percent", "test_accuracy_percent", "val_loss", "epoch_time_seconds"]
    histories = found.histories.compute()
    mine = histories[histories["architecture"] == 1].sort_values("epoch")
    assert mine[["epoch", *columns]].to_numpy().tolist() == [
        [epoch, 10 * (epoch + 1), 25, 1.5, 100 + epoch] for epoch in range(4)
    ]
    cut = histories[histories["architecture"] == 0]
    assert cut["val_accuracy_percent"].tolist() == [50, 50]
    # Nobody recorded a time, and that of the replay is none.
    assert cut["epoch_time_seconds"].isna().all()
    (row,) = found.experiment_index.to_dict("records")
    assert row["protocol"] == "replayed from table in table"


def test_a_smaller_budget_ends_earlier_and_a_repeat_is_another_training(settings, table):
    evaluator = TableEvaluator(table, repeat=1)
    changes = {"epoch_budget": 2, "objectives": ["max val_accuracy_percent"]}
    strategy = Listed(asked("c"))
    run(settings | changes, evaluator=evaluator, strategy=strategy)
    assert strategy.told[0] == (21,)


def test_a_candidates_repeat_comes_on_top(settings, table):
    strategy = Listed([Candidate(place, SPACE.from_flat("c"), 0, repeat=place) for place in (0, 1)])
    settings |= {"objectives": ["max val_accuracy_percent"], "epoch_budget": 4}
    run(settings, evaluator=TableEvaluator(table), strategy=strategy)
    assert strategy.told == [(40,), (41,)]


def test_what_the_table_lacks_is_refused_before_it_is_recorded(settings, table, folder):
    evaluator = TableEvaluator(table)
    with pytest.raises(
        ParameterError, match=r"genome maxpool3x3,maxpool3x3, .* the 3 genomes of table"
    ):
        run(settings, evaluator=evaluator, strategy=Listed(asked("mm")))
    assert not folder.exists()
    twice = [Candidate(place, SPACE.from_flat("k"), 0, repeat=place) for place in (0, 1)]
    with pytest.raises(Exception, match="expected 2 trainings or more in table in table, got 1"):
        run(settings | {"objectives": ["max val_accuracy_percent"]}, evaluator=evaluator,
            strategy=Listed(twice))  # fmt: skip


def test_another_space_is_refused(settings, table):
    with pytest.raises(ParameterError, match="space: expected 'chain-layers', whose networks the"):
        run(settings | {"space": "nas-bench-201"}, evaluator=TableEvaluator(table),
            strategy=Listed([]))  # fmt: skip


def test_the_experiment_must_be_said_where_there_are_several(real_commons):
    with pytest.raises(ParameterError, match="expected an experiment with networks: 1gpu_1e14_ear"):
        TableEvaluator(real_commons)
    with pytest.raises(ParameterError, match="got '4gpu_1e14_no_early_termination'"):
        TableEvaluator(real_commons, experiment="4gpu_1e14_no_early_termination")


@pytest.mark.parametrize("given", [3, None, ""])
def test_no_table_is_refused(given):
    with pytest.raises(ParameterError, match="expected an archive's name, a folder of a commons"):
        TableEvaluator(given)


def test_a_gap_ends_a_replay(tmp_path, settings):
    folder = tmp_path / "gaps"
    recorder = Recorder(folder, space="chain-layers", epoch_budget=4, epoch_step=None)
    with recorder.start("c") as network:
        for epoch in (0, 1, 3):
            network.log(epoch, val_accuracy_percent=10 * epoch)
    strategy = Listed(asked("c"))
    settings |= {"objectives": ["max val_accuracy_percent"], "epoch_step": 1}
    found = run(settings, evaluator=TableEvaluator(folder), strategy=strategy)
    assert found.histories.compute()["epoch"].tolist() == [0, 1]
    assert strategy.told[0] == (10,)


def test_epochs_without_a_step_are_replayed_as_they_are(tmp_path, settings):
    folder = tmp_path / "few"
    recorder = Recorder(folder, space="chain-layers", epoch_budget=9, epoch_step=None)
    with recorder.start("c") as network:
        for epoch in (2, 8):
            network.log(epoch, val_accuracy_percent=10 * epoch)
    settings |= {"objectives": ["max val_accuracy_percent"]}
    del settings["epoch_budget"]
    found = run(settings, evaluator=TableEvaluator(folder), strategy=Listed(asked("c")))
    assert found.histories.compute()["epoch"].tolist() == [2, 8]
    assert found.architectures.compute()["status"].tolist() == ["ok"]


def test_a_table_is_small_to_hand_over(table):
    evaluator = TableEvaluator(table)
    again = pickle.loads(pickle.dumps(evaluator))
    assert (
        repr(again)
        == repr(evaluator)
        == ("<TableEvaluator of table in table: 4 trainings of 3 genomes>")
    )
    assert again.costs(SPACE.from_flat("c")) == {"mflops": 2.5, "parameter_count": 7.0}


def test_a_search_over_a_search_tells_the_strategy_the_same(settings, tmp_path):
    first, second = Grow(SPACE), Grow(SPACE)
    one = run(settings, strategy=first, evaluator=Toy())
    run(settings | {"folder": str(tmp_path / "again")}, strategy=second,
        evaluator=TableEvaluator(one))  # fmt: skip
    assert second.told == first.told


EVERY = 5
"""Of the three searches whose curves are whole, one network of so many is replayed."""


@pytest.mark.archives
def test_ended_live_is_ended_in_the_replay_network_by_network(real_commons, tmp_path):
    space = search_space("nsga-net-macro-3x4")
    converged = 0
    for experiment in [f"1gpu_{beam}_no_early_termination" for beam in ("1e14", "1e15", "1e16")]:
        mine = real_commons.select(experiment=experiment)
        networks = mine.architectures.compute().sort_values("architecture")
        networks = networks.assign(place=networks.groupby("sequence").cumcount())[::EVERY]
        every = [
            Candidate(number, space.from_flat(flat), 0, repeat=place)
            for number, (flat, place) in enumerate(
                zip(networks["sequence"], networks["place"], strict=True)
            )
        ]
        live = run(
            {"folder": str(tmp_path / experiment), "space": space.name, "engine": "a4nn_2023"},
            strategy=Listed(every),
            evaluator=TableEvaluator(mine),
        )
        found = live.architectures.compute().sort_values("architecture")
        wanted = vinarch.replay(mine, a4nn_2023).compute().set_index("architecture")
        wanted = wanted.loc[networks["architecture"]]
        there = wanted["converged"].astype(bool).to_numpy()
        ended = wanted["convergence_epoch"].fillna(wanted["last_epoch"])
        assert (found["epochs_trained"] - 1).tolist() == ended.tolist()
        assert found["converged"].fillna(value=False).tolist() == there.tolist()
        told = found["last_prediction_percent"].to_numpy()[there]
        # The replay fits many beginnings at once, which the solver ends a hair elsewhere.
        assert told == pytest.approx(wanted["prediction_percent"].to_numpy()[there], abs=1e-5)
        converged += there.sum()
    assert converged > 300 / EVERY / 2


@pytest.mark.archives
def test_a_table_of_one_value_a_network_can_be_searched(six_commons, tmp_path):
    commons = six_commons.select(archive="mini-NASBench201")
    table = TableEvaluator(commons, experiment="cifar10-validation")
    settings = {
        "folder": str(tmp_path / "one"),
        "space": "nas-bench-201",
        "objectives": ["max val_accuracy_percent"],
        "strategy": {"name": "random", "networks": 20},
    }
    found = run(settings, evaluator=table).architectures.compute()
    wanted = commons.select(experiment="cifar10-validation").architectures.compute()
    wanted = wanted.set_index("sequence")["last_val_accuracy_percent"]
    assert len(found) == 20
    assert found["last_val_accuracy_percent"].tolist() == wanted[found["sequence"]].tolist()
    assert set(found["status"]) == {"ok"}
    assert set(found["epochs_trained"]) == {12}
    assert set(found["history_row_count"]) == {0}
