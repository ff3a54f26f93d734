from __future__ import annotations

import math
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from needs import torch_or_skip

torch = torch_or_skip()

from training_toys import history, statuses  # noqa: E402 - after the skip

import vinarch  # noqa: E402
from vinarch.errors import GenomeError, ParameterError  # noqa: E402
from vinarch.genome import search_space  # noqa: E402
from vinarch.prediction.prefixes import Curves, replay_curves  # noqa: E402
from vinarch.recording import Recorder  # noqa: E402
from vinarch.searching import Candidate  # noqa: E402
from vinarch.training import Part, TrainingEvaluator, load_data  # noqa: E402

pytestmark = pytest.mark.search

MACRO = search_space("nsga-net-macro-3x4")
EPOCHS = 12


def genomes(count):
    rng = np.random.default_rng(4)
    return [MACRO.sample(rng) for _ in range(count)]


def run(folder, evaluator, chosen, **about):
    """Train some networks one after the other, as a search does."""
    recorder = Recorder(folder, space=MACRO, epoch_budget=EPOCHS, engine="a4nn_2023", **about)
    for number, genome in enumerate(chosen):
        network = recorder.start(genome, resume=evaluator.resumes, **evaluator.costs(genome))
        evaluator.train(network, Candidate(number, genome, 0), seed=number)
        assert network.finished
    return recorder


@pytest.fixture(scope="module")
def trainings(tmp_path_factory):
    """The same six networks, trained with the engine ending trainings and without."""
    folder = tmp_path_factory.mktemp("trainings")
    digits = load_data("digits")
    some = replace(
        digits,
        train=Part(digits.train.x[:400], digits.train.y[:400]),
        test=Part(digits.test.x[:50], digits.test.y[:50]),
    )
    # Some converge early, some late and some not at all.
    evaluator = TrainingEvaluator(data=some, channels=[4, 4, 4], learning_rate=0.2)
    chosen = [MACRO.from_flat("0" * 21), *genomes(5)]
    live = run(folder / "live", evaluator, chosen)
    full = run(folder / "full", evaluator, chosen, early_termination=False)
    return live, full


def test_early_termination_in_a_live_run_is_the_replay_network_by_network(trainings):
    live, full = (vinarch.open(one.folder) for one in trainings)
    # The engine of the run looks at its 12 epochs, the published one at 25.
    replayed = vinarch.replay(full, trainings[1].engine).compute().sort_values("architecture")
    stops = replayed["convergence_epoch"].fillna(EPOCHS - 1)
    last = live.histories.compute().groupby("architecture")["epoch"].max()
    assert last.tolist() == stops.tolist()
    assert (stops < EPOCHS - 1).sum() > 1
    assert (stops == EPOCHS - 1).any()
    assert stops.nunique() > 2
    found = ["early_stopped" if stop < EPOCHS - 1 else "ok" for stop in stops]
    assert statuses(trainings[0]) == found
    assert statuses(trainings[1]) == ["ok"] * len(found)


def test_every_prediction_of_a_live_run_is_that_of_the_replay(trainings):
    recorder = trainings[1]
    rows = vinarch.open(recorder.folder).histories.compute()
    curves = rows.pivot_table(index="architecture", columns="epoch", values="val_accuracy_percent")
    told = rows.pivot(index="architecture", columns="epoch", values="prediction_percent")
    replayed = replay(recorder.engine, curves)
    live = told.to_numpy(dtype=float)
    assert live.shape == (6, EPOCHS)
    assert (np.isfinite(live) == np.isfinite(replayed)).all()
    known = np.isfinite(live)
    assert known.sum() > 30
    # The replay fits all curves at once, and a search for a minimum ends where none moves on.
    assert live[known] == pytest.approx(replayed[known], rel=1e-7)


def replay(engine, curves):
    values = curves.to_numpy(dtype=float)
    epochs = np.broadcast_to(curves.columns.to_numpy(dtype=float), values.shape)
    count = np.full(len(values), values.shape[1])
    return replay_curves(engine, Curves(epochs, values, count)).predictions


def test_a_training_that_ends_early_is_the_beginning_of_one_that_does_not(trainings):
    live, full = trainings
    for network in range(6):
        short, long = history(live, network), history(full, network)
        assert short == long[: len(short)]


def test_costs_are_those_of_the_network_for_the_data():
    evaluator = TrainingEvaluator(channels=(4, 8, 16))
    (genome,) = genomes(1)
    wanted = vinarch.building.network_costs(genome, channels=(4, 8, 16))
    assert evaluator.costs(genome) == {
        "mflops": wanted.mflops,
        "parameter_count": wanted.parameter_count,
    }
    with pytest.raises(GenomeError, match="build_network"):
        evaluator.costs(search_space("nas-bench-201").from_flat("000000"))


def test_it_is_small_when_it_is_pickled_and_trains_alike_afterwards(tmp_path):
    evaluator = TrainingEvaluator(channels=4, checkpoints=tmp_path / "kept", keep="every")
    _ = evaluator.data
    there = pickle.dumps(evaluator)
    assert len(there) < 1000
    back = pickle.loads(there)
    assert (back.recipe, back.channels, back.checkpoints, back.keep, back.resumes) == (
        evaluator.recipe, 4, tmp_path / "kept", "every", True,
    )  # fmt: skip


def test_each_process_reads_the_data_once():
    one, same = TrainingEvaluator(), TrainingEvaluator(channels=3)
    assert one.data is same.data
    assert TrainingEvaluator(data_seed=1).data is not one.data
    given = load_data("digits")
    assert TrainingEvaluator(data=given).data is given


def test_what_is_said_of_it_for_the_record():
    evaluator = TrainingEvaluator(channels=[4, 8], batch_size=64)
    assert evaluator.task_data == "digits"
    assert evaluator.protocol.startswith("channels (4, 8), learning_rate 0.025, momentum 0.9")
    assert TrainingEvaluator(data=load_data("digits")).task_data == "digits"


def test_a_relative_folder_is_that_of_where_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert TrainingEvaluator(checkpoints="kept").checkpoints == Path(tmp_path / "kept")


def test_runs_differ_by_their_seed_only(tmp_path):
    evaluator = TrainingEvaluator(channels=4, data_seed=2)
    (genome,) = genomes(1)
    told = []
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        recorder = Recorder(tmp_path / folder, space=MACRO, epoch_budget=1)
        evaluator.train(recorder.start(genome, resume=False), Candidate(0, genome, 0), seed)
        told.append(history(recorder))
    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": "digit"}, None),
        ({"data": 3}, r"data=…\): expected a name, or Data, got int"),
        ({"data_seed": -1}, r"data_seed=…\): expected a whole number"),
        ({"channels": 0}, r"channels=…\): expected a whole number from 1"),
        ({"channels": [8, "16"]}, r"channels=…\): .* got '16'"),
        ({"image_size": [8]}, r"image_size=…\): expected height and width"),
        ({"keep": "all"}, r"keep=…\): expected 'last' or 'every', got 'all'"),
        ({"checkpoints": 3}, r"checkpoints=…\): expected a folder, or None"),
        ({"batch_size": 0}, r"Recipe\(batch_size=…\)"),
        ({"batchsize": 3}, r"batchsize=…\): .* Did you mean 'batch_size'"),
        ({"zzz": 3}, r"got 'zzz'\. Leave it out"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings, message):
    if message is None:
        with pytest.raises(ParameterError, match="Did you mean 'digits'"):
            _ = TrainingEvaluator(**settings).data
        return
    with pytest.raises(ParameterError, match=message):
        TrainingEvaluator(**settings)


def test_without_pytorch_one_sentence_says_what_is_missing():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "try:\n    import vinarch.training\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("MissingLibraryError vinarch.training: expected PyTorch, got none")
    assert "pip install 'vinarch[search]'" in told


def test_a_worker_trains_what_it_is_sent(tmp_path, cluster):
    evaluator = TrainingEvaluator(channels=4, batch_size=256)
    recorder = Recorder(tmp_path / "run", space=MACRO, epoch_budget=1)
    chosen = genomes(3)
    networks = [recorder.start(genome, resume=False) for genome in chosen]
    futures = [
        cluster.submit(evaluator.train, network, Candidate(number, genome, 0), 5, pure=False)
        for number, (network, genome) in enumerate(zip(networks, chosen, strict=True))
    ]
    cluster.gather(futures)
    rows = history(recorder)
    assert len(rows) == 3
    assert statuses(recorder) == ["ok"] * 3
    assert not any(math.isnan(value) for row in rows for value in row)
    alone = Recorder(tmp_path / "alone", space=MACRO, epoch_budget=1)
    evaluator.train(alone.start(chosen[2], resume=False), Candidate(2, chosen[2], 0), 5)
    assert history(alone)[0] == rows[2]
