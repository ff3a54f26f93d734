from __future__ import annotations

import multiprocessing
import os
import pickle
import signal

import pytest
import run_writers

import vinarch
from vinarch.errors import RecordingError


@pytest.fixture
def ask(processes):
    """Run a function in a process of its own, and return what it puts into its last argument."""

    def run(function, *arguments, context=processes):
        answers = context.Queue()
        process = context.Process(target=function, args=(*arguments, answers))
        process.start()
        answer = answers.get(timeout=30)
        process.join(30)
        assert process.exitcode == 0
        return answer

    return run


def test_a_network_is_held_by_one_process_until_it_dies(recorder, processes):
    answers = processes.Queue()
    other = processes.Process(target=run_writers.hold, args=(recorder, "c", answers))
    other.start()
    pid = answers.get(timeout=30)
    with pytest.raises(RecordingError, match=r"0: .* held by another process, which is alive"):
        recorder.start("c")
    assert recorder.start("m").number == 1
    os.kill(pid, signal.SIGKILL)
    other.join(30)
    network = recorder.start("c")
    assert (network.number, network.epochs_done) == (0, 1)
    network.log(1, val_accuracy=0.5)


def test_a_pickled_network_is_handed_over(recorder, folder, ask):
    network = recorder.start("c", generation=4)
    network.log(0, val_accuracy=0.25)
    assert ask(run_writers.log_what_is_handed_over, network) == (1, 3)
    with pytest.raises(RecordingError, match=r"network\.log, network 0: .* one that is finished"):
        network.log(1, val_accuracy=0.5)
    found = vinarch.open(folder).histories.compute()
    assert found["val_accuracy_percent"].tolist() == [25.0, 50.0, 50.0]


def test_a_network_that_came_back_knows_what_others_logged(recorder):
    network = recorder.start("c")
    network.log(0, val_accuracy=0.25)
    copy = pickle.loads(pickle.dumps(network))
    copy.log(1, val_accuracy=0.5)
    with pytest.raises(RecordingError, match="another start of it in this process"):
        _ = pickle.loads(pickle.dumps(recorder)).start("c"), copy.log(2, val_accuracy=0.5)


def test_a_forked_child_has_none_of_its_parents_networks(recorder, ask):
    network = recorder.start("c")
    network.log(0, val_accuracy=0.25)
    fork = multiprocessing.get_context("fork")
    told = ask(run_writers.use_after_fork, network, context=fork)
    assert "held by another process, which is alive" in told
    network.log(1, val_accuracy=0.5)
    assert network.epochs_done == 2


def test_a_full_disk_is_told_and_nothing_is_torn(folder, ask):
    vinarch.Recorder(folder, space="chain-layers")
    epoch, (first, second) = ask(run_writers.fill_a_small_disk, folder)
    assert "expected a folder that can be written, got " in first
    assert "Nothing of this call was kept, and all before it is safe" in second
    found = vinarch.open(folder)
    assert found.histories.compute()["epoch"].tolist() == [float(e) for e in range(epoch + 1)]
    assert found.rejected_row_count == 0


def test_a_folder_that_cannot_be_written_is_told(tmp_path, ask):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    told = ask(run_writers.start_without_rights, tmp_path / "allowed", closed / "run")
    assert "expected a folder that can be written, got Permission denied" in told
