"""What a careless user does, and what he is told."""

from __future__ import annotations

import json
import pickle

import pytest

import vinarch
from vinarch.errors import (
    GenomeError,
    NewerFormatError,
    ParameterError,
    RecordingError,
    StoreError,
)
from vinarch.recording import Recorder


@pytest.fixture
def network(recorder):
    """A network with one epoch."""
    made = recorder.start("c m c", mflops=2.5)
    made.log(0, val_accuracy=0.5, test_accuracy=0.5)
    return made


@pytest.mark.parametrize(
    ("epoch", "values", "message"),
    [
        (1, {"val_accuracy": 93.1}, r"val_accuracy=…\): expected a fraction from 0 to 1, got 93"),
        (1, {"val_accuracy": 93.1}, r"For percentages pass val_accuracy_percent="),
        (1, {"val_accuracy": -0.1}, r"expected a fraction from 0 to 1, got -0\.1"),
        (1, {"val_accuracy": float("nan")}, r"got nan\. A network whose training went wrong ends"),
        (1, {"val_accuracy_percent": 100.5}, "expected a percentage from 0 to 100, got 100.5"),
        (1, {"val_accuracy": "0.5"}, r"expected a number, got '0\.5' \(str\)"),
        (1, {"val_accuracy": [0.5]}, r"expected a number, got '\[0\.5\]' \(list\)"),
        (1, {"val_accuracy": 0.5, "val_accuracy_percent": 50}, "expected either val_accuracy or"),
        (1, {"val_acuracy": 0.5}, "Did you mean 'val_accuracy'?"),
        (1, {"val_acc": 0.5}, "Did you mean 'val_accuracy'?"),
        (1, {"Energy": 0.5}, "expected names of lower-case letters"),
        (1, {"prediction_percent": 0.5}, r"call network\.should_stop\(\)"),
        (1, {"mflops": 3}, r"expected values of the epoch, got one of the network"),
        (1, {"epoch_time_seconds": -1}, "expected a number, 0 or more, got -1"),
        (1, {"note": "\ud800"}, r"expected text, got '\\ud800'"),
        (0, {}, "expected an epoch after 0, which is recorded, got that epoch again"),
        (0, {}, "Go on with epoch 1; .* resume=False"),
        (-1, {}, r"got an earlier one\. Go on with epoch 1"),
        (2, {}, r"log\(2, …\): expected epoch 1, the next one, got 2\. Log every epoch"),
        (float("nan"), {}, "expected a finite number, got nan"),
        (float("inf"), {}, "expected a finite number, got inf"),
        ("1", {}, r"expected a number, got str\. Pass the epoch first"),
    ],
)  # fmt: skip
def test_what_log_refuses(network, folder, epoch, values, message):
    with pytest.raises(ParameterError, match=message) as caught:
        network.log(epoch, **values)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    network.log(1, val_accuracy=0.75)
    found = vinarch.open(folder).histories.compute()
    assert found["val_accuracy_percent"].tolist() == [50.0, 75.0]


def test_what_else_log_refuses(recorder):
    network = recorder.start("c")
    with pytest.raises(ParameterError, match="expected epoch 0, the first one, got 1"):
        network.log(1)
    for epoch in range(3):
        network.log(epoch)
    with pytest.raises(ParameterError, match="epochs to 2, where the epoch budget is spent, got 3"):
        network.log(3)


def test_a_loop_that_forgets_to_log_is_told(recorder):
    with pytest.raises(ParameterError, match=r"expected network\.log\(0, …\) before the next"):
        list(recorder.start("c").epochs())


def test_what_finish_refuses(network):
    with pytest.raises(ParameterError, match=r"test_accuracy_percent=…\): expected 50\.0, as "
                       "recorded with the last epoch, got 60"):  # fmt: skip
        network.finish(test_accuracy=0.6)
    with pytest.raises(ParameterError, match=r"expected 2\.5, as recorded with its start, got 3"):
        network.finish(mflops=3)
    with pytest.raises(ParameterError, match=r"expected a whole number, got 1\.5"):
        network.finish(parameter_count=1.5)
    with pytest.raises(ParameterError, match=r"fail\(reason\): expected text, got ''"):
        network.fail("")
    network.finish(test_accuracy=0.5, best_test_accuracy_percent=60)
    for call in (network.finish, lambda: network.fail("late"), lambda: network.log(1)):
        with pytest.raises(RecordingError, match=r"got one that is finished\. Ask network\.fini"):
            call()


def test_what_start_refuses(recorder, network):
    with pytest.raises(GenomeError, match="z"):
        recorder.start("c z c")
    for parents in ([1], [network, 7]):
        with pytest.raises(ParameterError, match="networks of this run, from 0 to 0, got"):
            recorder.start("m", parents=parents)
    with pytest.raises(ParameterError, match="got the network itself"):
        recorder.start("c m c", parents=[0])
    with pytest.raises(ParameterError, match=r"parents=…\): expected a whole number from 0"):
        recorder.start("m", parents=["c m c"])
    with pytest.raises(ParameterError, match=r"generation=…\): expected a whole number from 0"):
        recorder.start("m", generation=-1)
    with pytest.raises(ParameterError, match="expected a genome as text, as nested lists or as a"):
        recorder.start(7)
    with pytest.raises(ParameterError, match=r"seed=…\): expected None, as recorded of network 0 "
                       r"of this genome, got 3\. .* repeat=1"):  # fmt: skip
        recorder.start("c m c", seed=3)
    with pytest.raises(ParameterError, match=r"mflops=…\): expected 2\.5, as recorded"):
        recorder.start("c m c", mflops=3)
    assert recorder.start("m").number == 1


def test_a_start_takes_the_network_from_an_earlier_one_in_the_process(recorder, network):
    recorder.start("c m c").log(1)
    with pytest.raises(RecordingError, match="held by another start of it in this process"):
        network.log(1)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({}, "expected a search space, since the run is new, got none"),
        ({"space": 7}, "expected a search space or its name, got 7"),
        ({"space": "chain-layers", "budget": 7}, "expected arguments among name, engine"),
        ({"space": "chain-layers", "epoch_budget": 0}, "expected a number above zero, got 0"),
        ({"space": "chain-layers", "epoch_budget": float("nan")}, "a number above zero, got nan"),
        ({"space": "chain-layers", "name": "a b"}, "expected letters, digits, dots"),
        ({"space": "chain-layers", "task_data": ""}, "expected text, got ''"),
        ({"space": "chain-layers", "objectives": "max val"}, "expected a list such as"),
        ({"space": "chain-layers", "attributes": {"task_data": 1}}, "names that no other argument"),
        ({"space": "chain-layers", "configuration": {"x": object()}}, "expected what JSON can"),
    ],
)
def test_what_a_recorder_refuses(folder, about, message):
    with pytest.raises(ParameterError, match=message):
        Recorder(folder, **about)
    assert not folder.exists()


def test_a_run_that_is_there_keeps_what_it_was_started_with(recorder, folder):
    with pytest.raises(ParameterError, match=r"Recorder\(space=…\): expected 'chain-layers', as "
                       "the run my-search was started with, got 'nas-bench-201'"):  # fmt: skip
        Recorder(folder, space="nas-bench-201")
    with pytest.raises(ParameterError, match=r"epoch_budget=…\): expected 3\.0, .* got 4"):
        Recorder(folder, epoch_budget=4)
    with pytest.raises(ParameterError, match=r"engine=…\): expected None, as the run"):
        Recorder(folder, engine="a4nn_2023")
    assert Recorder(folder, space="chain-layers", epoch_budget=3).description.name == "my-search"


def test_folders_that_are_no_runs(recorder, folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(StoreError, match=r"that of a recorded run, got one with thesis\.tex"):
        Recorder(tmp_path / "other", space="chain-layers")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file.*expected a folder that can be written"):
        Recorder(tmp_path / "file", space="chain-layers")
    with pytest.raises(ParameterError, match="expected a folder, as text or as a path, got 7"):
        Recorder(7)
    with pytest.raises(StoreError, match="expected a recorded run with networks, got one without"):
        vinarch.open(folder)


def test_damaged_runs_are_told(recorder, folder, network):
    run = folder / "run.json"
    whole = run.read_text(encoding="utf-8")
    newer = json.loads(whole) | {"format_version": 2}
    run.write_text(json.dumps(newer), encoding="utf-8")
    for call in (Recorder, vinarch.open):
        with pytest.raises(NewerFormatError, match="expected format version 1, got version 2"):
            call(folder)
    run.write_text(whole[:50], encoding="utf-8")
    with pytest.raises(StoreError, match=r"run\.json: expected the description of a recorded run"):
        vinarch.open(folder)
    run.write_text(whole, encoding="utf-8")
    (events,) = (folder / "events").iterdir()
    good = events.read_bytes()
    other = good.replace(b'"network": 0', b'"network": 9')
    events.write_bytes(good + b'{"event": "epoch"}\nnoise\n' + other)
    commons = vinarch.open(folder)
    rejects = commons.rejects.compute().sort_values("line")
    assert rejects["line"].tolist() == [2, 3, 4]
    assert rejects["got"].tolist() == [
        "none of network, attempt, epoch, time, values", "'noise'", "network 9",
    ]  # fmt: skip
    assert len(commons.histories.compute()) == 1
