from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import vinarch
from vinarch.errors import ParameterError
from vinarch.prediction import PredictionEngine, a4nn_2023, penguin_2022
from vinarch.recording import Recorder
from vinarch.recording.engines import engine_of, tell_engine

EPOCHS = 25


def curves_of(commons, count):
    """Whole learning curves of trained networks, each with its printed genome."""
    full = commons.select(experiment="1gpu_1e14_no_early_termination")
    wide = full.histories.compute().pivot_table(
        index="architecture", columns="epoch", values="val_accuracy_percent"
    )
    genomes = full.architectures.compute().set_index("architecture")["genome"]
    return [(genomes[number], wide.loc[number].to_numpy()) for number in wide.index[:count]]


def record(folder, curves, **about):
    recorder = Recorder(folder, space="nsga-net-macro-3x4", epoch_budget=EPOCHS, **about)
    for number, (genome, curve) in enumerate(curves):
        with recorder.start(genome, repeat=number) as network:
            for epoch in network.epochs():
                network.log(epoch, val_accuracy_percent=curve[int(epoch)])
    return vinarch.open(folder)


@pytest.mark.archives
def test_a_live_stop_is_that_of_the_replay_network_by_network(tmp_path, real_commons):
    curves = curves_of(real_commons, 16)
    live = record(tmp_path / "live", curves, engine="a4nn_2023")
    full = record(tmp_path / "full", curves, engine="a4nn_2023", early_termination=False)
    assert len(full.histories.compute()) == len(curves) * EPOCHS
    replayed = vinarch.replay(full).compute()
    last = live.histories.compute().groupby("architecture")["epoch"].max()
    expected = replayed["convergence_epoch"].fillna(EPOCHS - 1)
    assert last.tolist() == expected.tolist()
    assert (expected < EPOCHS - 1).sum() > 4
    assert (expected == EPOCHS - 1).sum() > 2
    statuses = live.architectures.compute()["status"]
    assert (statuses == "early_stopped").sum() == (expected < EPOCHS - 1).sum()
    stopped = live.architectures.compute()["last_prediction_percent"]
    both = replayed["convergence_epoch"].notna()
    found = stopped[both.to_numpy()].to_numpy(dtype=float)
    # The replay fits all curves at once, and a search for a minimum ends where none moves on.
    assert found == pytest.approx(replayed["prediction_percent"][both].to_numpy(), rel=1e-7)
    assert vinarch.replay(live).compute()["convergence_epoch"].dropna().tolist() == (
        replayed["convergence_epoch"].dropna().tolist()
    )


def test_a_resumed_network_stops_where_an_uninterrupted_one_does(tmp_path):
    curve = 90 - 60 * 0.6 ** np.arange(EPOCHS)
    ends = []
    for pause in (None, 2, 5, 7):
        folder = tmp_path / str(pause)
        about = {"space": "chain-layers", "epoch_budget": EPOCHS, "engine": "a4nn_2023"}
        network = Recorder(folder, **about).start("c")
        for epoch in network.epochs():
            network.log(epoch, val_accuracy_percent=curve[epoch])
            if epoch == pause:
                network.release()
                break
        network = Recorder(folder).start("c")
        for epoch in network.epochs():
            network.log(epoch, val_accuracy_percent=curve[epoch])
        network.finish()
        histories = vinarch.open(folder).histories.compute()
        ends.append((len(histories), histories["prediction_percent"].iloc[-1]))
    assert len(set(ends)) == 1
    assert 5 < ends[0][0] < EPOCHS


def test_a_convergence_before_a_kill_is_known_after_it(tmp_path):
    about = {"space": "chain-layers", "epoch_budget": EPOCHS, "engine": "a4nn_2023"}
    recorder = Recorder(tmp_path / "run", **about)
    network = recorder.start("c")
    for epoch in network.epochs():
        network.log(epoch, val_accuracy_percent=90 - 60 * 0.6**epoch)
    network.release()
    again = Recorder(tmp_path / "run").start("c")
    assert again.should_stop()
    assert list(again.epochs()) == []


def test_epochs_at_which_nobody_asked_are_predicted_later(tmp_path):
    recorder = Recorder(
        tmp_path / "run", space="chain-layers", epoch_budget=EPOCHS, engine="a4nn_2023"
    )
    network = recorder.start("c")
    verdicts = []
    for epoch in range(12):
        network.log(epoch, val_accuracy_percent=90 - 60 * 0.6**epoch)
        if epoch in {3, 11}:
            verdicts.append(network.should_stop())
    assert verdicts == [False, True]
    histories = vinarch.open(tmp_path / "run").histories.compute()
    assert histories["prediction_is_inf"].tolist() == [True] * 3 + [False] * 9
    engine = recorder.engine
    fits = [engine.predict(range(m), histories["val_accuracy_percent"][:m]).value_percent
            for m in range(4, 13)]  # fmt: skip
    assert histories["prediction_percent"].tolist()[3:] == fits


def test_no_engine_never_stops(tmp_path):
    network = Recorder(tmp_path / "run", space="chain-layers").start("c")
    for epoch in range(8):
        network.log(epoch, val_accuracy_percent=90)
        assert not network.should_stop()
    histories = vinarch.open(tmp_path / "run").histories.compute()
    assert histories["prediction_is_inf"].isna().all()


def test_an_accuracy_that_is_missing_gives_no_prediction(tmp_path):
    recorder = Recorder(tmp_path / "run", space="chain-layers", engine="a4nn_2023", epoch_budget=9)
    network = recorder.start("c")
    for epoch in network.epochs():
        network.log(epoch, **({} if epoch == 2 else {"val_accuracy_percent": 90 - epoch}))
    histories = vinarch.open(tmp_path / "run").histories.compute()
    assert histories["prediction_is_inf"].all()
    assert pd.isna(histories["val_accuracy_percent"][2])


@pytest.mark.parametrize("engine", [a4nn_2023, penguin_2022, replace(a4nn_2023, threshold=1)])
def test_an_engine_is_the_same_after_json(engine):
    assert engine_of(tell_engine(engine)) == engine


def test_half_epochs_and_an_engine_of_ones_own(tmp_path):
    about = {"space": "chain-layers", "epoch_budget": 20, "first_epoch": 1, "epoch_step": 0.5}
    recorder = Recorder(tmp_path / "run", engine=penguin_2022, **about)
    assert recorder.engine == penguin_2022
    network = recorder.start("c")
    network.log(0.5, val_accuracy_percent=50)
    network.log(1, val_accuracy_percent=60)
    with pytest.raises(ParameterError, match=r"expected epoch 1\.5, the next one, got 2\."):
        network.log(2, val_accuracy_percent=60)
    named = Recorder(tmp_path / "named", engine="penguin_2022", **about)
    assert named.engine == penguin_2022


def straight(x, a, b):
    return a * x + b


def test_a_function_of_ones_own_must_come_along(tmp_path):
    engine = PredictionEngine(function=straight, last_epoch=5)
    recorder = Recorder(tmp_path / "run", space="chain-layers", epoch_budget=5, engine=engine)
    assert not recorder.start("c").should_stop()
    again = Recorder(tmp_path / "run")
    with pytest.raises(ParameterError, match="the run's own function 'straight', got none"):
        again.start("c").should_stop()
    assert not Recorder(tmp_path / "run", engine=engine).start("c").should_stop()


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"engine": "a4nn_2023"}, r"expected epoch_budget=… and an epoch_step, .* got epoch_bud"),
        ({"engine": "a4nn"}, "expected a PredictionEngine or one of a4nn_2023, penguin_2022"),
        ({"engine": a4nn_2023, "epoch_budget": 10}, r"last_epoch: expected 9 or 10, .* got 25"),
        ({"engine": a4nn_2023, "epoch_budget": 25, "first_epoch": 1},
         r"first_epoch: expected 1, as the run's epochs are, got 0\. Pass dataclasses\.replace"),
        ({"early_termination": True}, "expected an engine to end trainings by, got none"),
    ],
)  # fmt: skip
def test_an_engine_that_counts_otherwise_is_refused(tmp_path, about, message):
    with pytest.raises(ParameterError, match=message):
        Recorder(tmp_path / "run", space="chain-layers", **about)
    assert not (tmp_path / "run").exists()
