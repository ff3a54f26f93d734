"""What the record says of a finished network is what the commons of the run says of it."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

import vinarch
from vinarch.errors import RecordingError
from vinarch.prediction import PredictionEngine
from vinarch.recording import Recorder, read_networks
from vinarch.replaying.recorded import with_fitness

FLAT = [50.0, 80.0, 80.0, 80.0, 80.0, 80.0]
RISING = [10.0, 30.0, 50.0, 70.0, 90.0, 95.0]


def train(recorder, genome, curve, **told):
    network = recorder.start(genome, mflops=1.5)
    for epoch, value in zip(network.epochs(), curve, strict=False):
        network.log(epoch, val_accuracy_percent=value, val_loss=math.nan)
    if "reason" in told:
        network.fail(**told)
    else:
        network.finish(**told)
    return network


@pytest.fixture(params=[True, False], ids=["ends trainings", "ends none"])
def run(request, folder):
    """A run of five networks, and the Network objects."""
    engine = PredictionEngine(predictions_needed=2, minimum_epochs=2, last_epoch=5)
    recorder = Recorder(
        folder, space="chain-layers", epoch_budget=6, engine=engine,
        early_termination=request.param,
    )  # fmt: skip
    networks = [
        train(recorder, "c", FLAT),
        train(recorder, "m", RISING, test_accuracy_percent=88.0),
        train(recorder, "k", RISING[:3]),
        train(recorder, "c c", RISING[:2], reason="the loss ran away"),
        train(recorder, "c m", [], val_accuracy_percent=70.0),
    ]
    return recorder, networks


def test_results_are_those_worked_by_hand(folder):
    recorder = Recorder(folder, space="chain-layers", epoch_budget=6)
    found = train(recorder, "m", RISING, test_accuracy_percent=88.0).results()
    assert found.network == 0
    assert (found.status, found.reason, found.failed) == ("ok", None, False)
    assert (found.epochs_trained, found.epochs_saved) == (6, 0)
    assert found.fitness_percent == 95
    wanted = {"mflops": 1.5, "val_accuracy_percent": 95, "val_loss": "nan"}
    told = found.values  # noqa: PD011 - no frame
    assert told.items() >= {**wanted, "test_accuracy_percent": 88}.items()


def test_where_the_engine_ended_it_the_fitness_is_the_prediction(run):
    recorder, networks = run
    found = networks[0].results()
    if recorder.description.early_termination:
        assert found.status == "early_stopped"
        assert found.epochs_trained + found.epochs_saved == 6
        assert found.epochs_saved > 0
        assert found.values["val_accuracy_percent"] == 80  # noqa: PD011 - no frame
        assert found.fitness_percent != 80
        assert found.fitness_percent == pytest.approx(80, abs=2)
    else:
        assert (found.status, found.fitness_percent, found.epochs_saved) == ("ok", 80, 0)


def test_a_failed_network_says_why(run):
    found = run[1][3].results()
    assert found.failed
    assert (found.reason, found.epochs_trained) == ("the loss ran away", 2)


def test_results_agree_with_the_commons_of_the_run(run, folder):
    found = [network.results() for network in run[1]]
    commons = vinarch.open(folder)
    told = commons.architectures.compute().sort_values("architecture")
    assert [one.status for one in found] == told["status"].tolist()
    assert [one.epochs_trained for one in found] == told["epochs_trained"].tolist()
    whole = with_fitness(told, commons.histories.compute(), commons.experiment_index)
    mine = pd.Series([one.fitness_percent for one in found])
    assert mine.tolist() == whole["fitness_percent"].tolist()


def test_the_whole_run_is_read_at_once_to_the_same_results(run, folder):
    recorder, networks = run
    recorder.start("m m")
    found = read_networks(folder)
    assert [one.results for one in found] == [*(one.results() for one in networks), None]
    assert [(one.sequence, one.repeat) for one in found[:2]] == [("c", 0), ("m", 0)]


def test_earlier_attempts_do_not_count(folder):
    recorder = Recorder(folder, space="chain-layers", epoch_budget=6)
    network = recorder.start("c")
    network.log(0, val_accuracy_percent=99)
    network.release()
    network = recorder.start("c", resume=False)
    for epoch in network.epochs():
        network.log(epoch, val_accuracy_percent=10)
    network.finish()
    assert network.results().fitness_percent == 10
    assert read_networks(folder)[0].results == network.results()


def test_an_unfinished_network_has_none(folder):
    network = Recorder(folder, space="chain-layers").start("c")
    with pytest.raises(RecordingError, match="network 0: expected a network whose training"):
        network.results()


def test_a_time_that_is_not_known_is_not_taken_by_the_clock(folder):
    network = Recorder(folder, space="chain-layers").start("c")
    network.log(0, val_accuracy=0.5, epoch_time_seconds=None)
    network.log(1, val_accuracy=0.5)
    (path,) = (folder / "events").iterdir()
    first, second = (json.loads(line)["values"] for line in path.read_text().splitlines())
    assert "epoch_time_seconds" not in first
    assert second["epoch_time_seconds"] >= 0
