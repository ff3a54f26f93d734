from __future__ import annotations

import json
import pickle
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import vinarch
from vinarch.errors import GenomeError
from vinarch.genome import search_space
from vinarch.recording import Recorder


def rows(frame, *names):
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in frame[list(names)].itertuples(index=False)
    ]


def train(network, *accuracies, **values):
    for epoch, accuracy in enumerate(accuracies):
        network.log(epoch, val_accuracy_percent=accuracy, **values)


def test_a_run_by_hand(recorder, folder):
    first = recorder.start("c m c", generation=0, seed=7, mflops=1.5)
    train(first, 50, 60.5, 70)
    first.finish(test_accuracy=0.625, parameter_count=12)
    second = recorder.start("c c k", parents=[first], operator="mutation", generation=1)
    second.log(0, val_accuracy=0.25, val_loss=2.0, energy_kwh=0.5, device="cpu")
    second.fail("the loss ran away", last_lr=0.1)
    third = recorder.start("k", parents=[0, second], operator="crossover")
    third.log(0, val_accuracy=0.5, val_loss=float("inf"))
    commons = vinarch.open(folder)
    names = ("architecture", "sequence", "generation", "seed", "search_order", "mflops",
             "parameter_count", "epochs_trained", "last_val_accuracy_percent",
             "last_test_accuracy_percent", "status")  # fmt: skip
    assert rows(commons.architectures.compute(), *names) == [
        (0, "cmc", 0, 7, 0, 1.5, 12, 3.0, 70.0, 62.5, "ok"),
        (1, "cck", 1, None, 1, None, None, 1.0, 25.0, None, "failed"),
        (2, "k", None, None, 2, None, None, 1.0, 50.0, None, "incomplete"),
    ]
    histories = commons.histories.compute()
    names = ("architecture", "epoch", "val_accuracy_percent", "test_accuracy_percent", "val_loss")
    assert rows(histories, *names) == [
        (0, 0.0, 50.0, None, None),
        (0, 1.0, 60.5, None, None),
        (0, 2.0, 70.0, 62.5, None),
        (1, 0.0, 25.0, None, 2.0),
        (2, 0.0, 50.0, None, None),
    ]
    assert (histories["epoch_time_seconds"] >= 0).all()
    measurements = commons.measurements.compute()
    told = measurements[~measurements["measure"].str.endswith("_after_seconds")]
    names = ("architecture", "measure", "split", "epoch", "value", "text", "unit")
    assert sorted(rows(told, *names)) == [
        (1, "device", None, 0.0, None, "cpu", ""),
        (1, "energy_kwh", None, 0.0, 0.5, None, "kWh"),
        (1, "failure", None, None, None, "the loss ran away", ""),
        (1, "last_lr", None, None, 0.1, None, ""),
        (2, "val_loss", "val", 0.0, None, "inf", ""),
    ]
    names = ("child", "parent", "parent_number", "operator")
    assert rows(commons.lineage.compute(), *names) == [
        (1, 0, 1, "mutation"),
        (2, 0, 1, "crossover"),
        (2, 1, 2, "crossover"),
    ]
    after = measurements[measurements["measure"] == "finished_after_seconds"]["value"]
    assert len(after) == 2
    assert after.between(0, 60).all()
    assert commons.rejected_row_count == 0


def test_what_a_run_has_in_common_is_its_experiment(folder):
    recorder = Recorder(
        folder,
        space="chain-layers",
        name="night",
        engine="a4nn_2023",
        epoch_budget=25,
        task_data="digits",
        strategy="random search",
        objectives=["max val_accuracy_percent"],
        attributes={"gpus": 2, "seed": 3},
        configuration={"lr": [0.1, 0.01]},
    )
    recorder.start("c")
    (row,) = vinarch.open(folder).experiments.compute().to_dict("records")
    assert (row["archive"], row["experiment"], row["search_space"]) == ("night",) * 2 + (
        "chain-layers",
    )
    assert (row["epoch_budget"], row["early_termination"], row["gpus"]) == (25, True, 2)
    assert (row["task_data"], row["strategy"]) == ("digits", "random search")
    assert json.loads(row["setting"]) == {"seed": 3}
    told = json.loads(row["configuration"])
    assert told["configuration"] == {"lr": [0.1, 0.01]}
    assert set(told["machine"]) == {"system", "release", "processor", "cores", "python"}
    assert told["libraries"]["numpy"] == np.__version__


def test_a_trained_network_without_epochs_has_its_values(recorder, folder):
    recorder.start("c").finish(val_accuracy=0.75, test_accuracy_percent=70, val_loss=0.5)
    commons = vinarch.open(folder)
    names = ("last_val_accuracy_percent", "last_test_accuracy_percent", "status", "epochs_trained")
    assert rows(commons.architectures.compute(), *names) == [(75.0, 70.0, "ok", 3.0)]
    found = commons.measurements.compute().set_index("measure")
    assert found.loc["val_loss", "value"] == 0.5


def test_genomes_come_as_text_as_lists_and_as_genomes(folder):
    recorder = Recorder(folder, space="nsga-net-macro-1x2")
    printed = recorder.start("[[1, 0]]")
    listed = recorder.start([[0, 1]])
    arrays = recorder.start(np.array([[1, 1]]))
    read = recorder.start(search_space("nsga-net-macro-1x2").from_flat("00"))
    assert [one.number for one in (printed, listed, arrays, read)] == [0, 1, 2, 3]
    found = vinarch.open(folder).architectures.compute()
    assert found["sequence"].tolist() == ["10", "01", "11", "00"]


def test_the_loop_gives_the_epochs_that_are_left(folder):
    recorder = Recorder(folder, space="chain-layers", epoch_budget=4, first_epoch=1)
    with recorder.start("c") as network:
        for epoch in network.epochs():
            network.log(epoch, val_accuracy=0.5)
    assert network.finished
    seen = []
    network = recorder.start("m")
    for epoch in network.epochs():
        seen.append(epoch)
        network.log(epoch, val_accuracy=0.5)
        if epoch == 2:
            break
    seen += list(_logged(recorder.start("m")))
    assert seen == [1, 2, 3, 4]


def _logged(network):
    for epoch in network.epochs():
        network.log(epoch, val_accuracy=0.5)
        yield epoch


def test_a_finished_genome_is_given_back_finished_and_trained_once_more_when_asked(recorder):
    with recorder.start("c") as first:
        train(first, 50)
    again = recorder.start("c")
    assert (again.number, again.finished, again.epochs_done) == (0, True, 1)
    assert list(again.epochs()) == []
    more = recorder.start("c", repeat=1)
    assert (more.number, more.finished, more.epochs_done) == (1, False, 0)


def test_an_error_in_the_block_leaves_the_network_to_be_gone_on_with(recorder):
    network = recorder.start("c")
    train(network, 50)
    with pytest.raises(GenomeError), network:
        recorder.start("a mistake in the middle of a training")
    again = recorder.start("c")
    assert (again.number, again.finished, again.epochs_done) == (0, False, 1)


def test_what_starts_over_counts_anew(recorder, folder):
    train(recorder.start("c"), 50, 60)
    again = recorder.start("c", resume=False)
    assert (again.number, again.epochs_done) == (0, 0)
    train(again, 55)
    again.finish()
    commons = vinarch.open(folder)
    names = ("epoch", "val_accuracy_percent")
    assert rows(commons.histories.compute(), *names) == [(0.0, 55.0)]
    assert commons.rejected_row_count == 0


def test_a_run_is_gone_on_with_by_its_folder_alone(recorder, folder):
    train(recorder.start("c"), 50)
    again = Recorder(str(folder))
    assert again.description == recorder.description
    assert again.start("c").epochs_done == 1
    pickled = pickle.loads(pickle.dumps(recorder))
    assert pickled.start("c").epochs_done == 1
    assert repr(pickled) == f"<Recorder of my-search (chain-layers) in {folder}>"


def test_a_run_opens_again_without_being_read_again(recorder, folder):
    train(recorder.start("c"), 50)
    first = vinarch.open(folder)
    assert vinarch.open(folder).snapshot.name == first.snapshot.name == "000001"
    train(recorder.start("m"), 50)
    assert vinarch.open(folder).snapshot.name == "000002"
    assert len(first.histories.compute()) == 1


def test_lines_whose_writer_was_killed_are_left_out(recorder, folder):
    network = recorder.start("c")
    train(network, 50)
    (events,) = (folder / "events").iterdir()
    whole = events.read_bytes()
    events.write_bytes(whole + whole[:40])
    networks = folder / "networks.jsonl"
    networks.write_bytes(networks.read_bytes() + b'{"event": "sta')
    assert len(vinarch.open(folder).histories.compute()) == 1
    again = Recorder(folder)
    assert again.start("c").epochs_done == 1
    assert again.start("m").number == 1
    commons = vinarch.open(folder)
    assert commons.architectures.compute()["sequence"].tolist() == ["c", "m"]
    assert commons.rejected_row_count == 0


def test_two_recorders_of_one_process_count_together(recorder, folder):
    other = Recorder(folder)
    numbers = [one.start(genome).number for one, genome in
               ((recorder, "c"), (other, "m"), (recorder, "k"), (other, "c"))]  # fmt: skip
    assert numbers == [0, 1, 2, 0]


def test_tensors_and_numpys_numbers_are_numbers(recorder, folder):
    class Tensor:
        def __float__(self):
            return 0.5

    network = recorder.start("c")
    network.log(np.int64(0), val_accuracy=np.float32(0.5), train_accuracy=Tensor(), lr=np.array(1))
    (row,) = vinarch.open(folder).histories.compute().to_dict("records")
    assert (row["val_accuracy_percent"], row["train_accuracy_percent"]) == (50.0, 50.0)


def test_time_of_an_epoch_is_taken_without_that_of_the_engine(folder, monkeypatch):
    from vinarch.recording import network as module

    recorder = Recorder(folder, space="chain-layers", engine="a4nn_2023", epoch_budget=5)
    network = recorder.start("c")
    clock = iter(range(0, 1000, 10))
    ticking = SimpleNamespace(perf_counter=lambda: float(next(clock)), time=time.time)
    monkeypatch.setattr(module, "time", ticking)
    network._since = -5.0
    network.log(0, val_accuracy=0.5)  # asked at 0, done at 10
    network.should_stop()  # 20 to 30
    network.log(1, val_accuracy=0.5)  # asked at 40: 30 after the last, 10 of them the engine's
    network.log(2, val_accuracy=0.5, epoch_time_seconds=1)
    found = vinarch.open(folder).histories.compute()["epoch_time_seconds"]
    assert found.tolist() == [5.0, 20.0, 1.0]


def test_percentages_that_look_like_fractions_are_told(recorder):
    network = recorder.start("c")
    train(network, 0.5, 0.75)
    with pytest.warns(UserWarning, match=r"no val_accuracy_percent is above 1 %.*val_accuracy="):
        network.finish()
