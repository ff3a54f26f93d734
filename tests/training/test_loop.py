from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from needs import torch_or_skip

torch = torch_or_skip()

from training_toys import history, recorder_of, statuses, two_pixels, zeros  # noqa: E402 - after the skip

import vinarch  # noqa: E402
from vinarch.building import build_network  # noqa: E402
from vinarch.errors import ParameterError  # noqa: E402
from vinarch.recording import Recorder  # noqa: E402
from vinarch.training import Recipe, load_data, seeded, train  # noqa: E402
from vinarch.training.loop import batches  # noqa: E402

pytestmark = pytest.mark.search

PLAIN = Recipe(learning_rate=0.5, momentum=0.0, weight_decay=0.0, gradient_clip=None, device="cpu")


def trained(folder, recipe, module=None, data=None, epochs=2, **settings):
    """Train one network and return its module and recorder."""
    module = zeros() if module is None else module
    recorder = recorder_of(folder, epochs)
    network = recorder.start("c", resume=False)
    train(network, module, two_pixels() if data is None else data, recipe, **settings)
    assert network.finished
    return module, recorder


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_two_steps_of_gradient_descent_by_hand(tmp_path):
    module, recorder = trained(tmp_path / "run", PLAIN)
    # Zeros score all alike: probability 1/2, loss ln 2, gradient ∓1/4 (mean of two images).
    first = 0.5 / 4
    # Then the right class leads by 2·first; the rate of epoch 1 of 2 is half of that of epoch 0.
    wrong = sigmoid(-2 * first)
    second = first + 0.25 * wrong / 2
    expected = [[second, -second], [-second, second]]
    assert module[1].weight.tolist() == [pytest.approx(row, rel=1e-6) for row in expected]
    told = [
        # train_loss and train_accuracy as they were before each step; ties go to class 0.
        [0, math.log(2), 50, -math.log(sigmoid(2 * first)), 100, 50],
        [1, -math.log(sigmoid(2 * first)), 100, -math.log(sigmoid(2 * second)), 100, 50],
    ]
    assert history(recorder) == [pytest.approx(row, rel=1e-6) for row in told]
    assert statuses(recorder) == ["ok"]


def test_momentum_and_weight_decay_by_hand(tmp_path):
    recipe = Recipe(learning_rate=0.5, momentum=0.5, weight_decay=0.1, schedule="constant")
    module, _ = trained(tmp_path / "run", recipe)
    first = 0.5 / 4
    gradient = sigmoid(-2 * first) / 2 - 0.1 * first
    second = first + 0.5 * (0.5 * 1 / 4 + gradient)
    assert module[1].weight[0].tolist() == pytest.approx([second, -second], rel=1e-6)


def test_a_long_gradient_is_shortened_to_the_clip(tmp_path):
    # The first gradient is four numbers ±1/4: its norm is 1/2.
    for clip, expected in ((0.125, 0.25), (0.5, 1.0), (2.0, 1.0), (None, 1.0)):
        recipe = Recipe(
            learning_rate=4.0, momentum=0.0, weight_decay=0.0, schedule="constant",
            gradient_clip=clip,
        )  # fmt: skip
        module, _ = trained(tmp_path / f"{clip}", recipe, epochs=1)
        assert module[1].weight[0, 0].item() == pytest.approx(expected, rel=1e-4)


def test_every_image_is_seen_once_an_epoch_in_a_new_order(tmp_path):
    class Watched(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = zeros()
            self.seen = []

        def forward(self, images):
            if self.training:
                self.seen.append([int(one) for one in images[:, 0, 0, 0]])
            return self.inner(images)

    data = two_pixels([(float(number), 0.0) for number in range(9)], [0, 1] * 4 + [0])
    recipe = Recipe(batch_size=4)
    module, _ = trained(tmp_path / "run", recipe, Watched(), data, epochs=2)
    # A last batch of a single image joins the one before.
    assert [len(batch) for batch in module.seen] == [4, 5, 4, 5]
    orders = [
        [*first, *second] for first, second in zip(module.seen[::2], module.seen[1::2], strict=True)
    ]
    assert all(sorted(order) == list(range(9)) for order in orders)
    assert orders[0] != orders[1]
    again, _ = trained(tmp_path / "again", recipe, Watched(), data, epochs=2)
    assert again.seen == module.seen
    other, _ = trained(tmp_path / "other", recipe, Watched(), data, epochs=2, seed=1)
    assert other.seen != module.seen


@pytest.mark.parametrize(
    ("images", "size", "expected"),
    [(5, 2, [2, 3]), (4, 2, [2, 2]), (3, 5, [3]), (1, 5, [1]), (2, 1, [1, 1]), (7, 3, [3, 4])],
)
def test_batches(images, size, expected):
    cut = batches(torch.arange(images), size)
    assert [len(one) for one in cut] == expected
    assert torch.cat(cut).tolist() == list(range(images))


SCRIPT = """
import json, pathlib, sys, tempfile, torch
from vinarch.building import build_network
from vinarch.recording import Recorder
from vinarch.training import load_data, seeded, train
torch.manual_seed(int(sys.argv[1]))
torch.rand(int(sys.argv[1]))
recorder = Recorder(tempfile.mkdtemp() + "/run", space="chain-layers", epoch_budget=2)
genome = recorder.space.parse("c k m")
with seeded(5):
    module = build_network(genome, channels=4)
train(recorder.start(genome, resume=False), module, load_data("digits"), seed=5)
events = next((recorder.folder / "events").glob("*.jsonl")).read_text().splitlines()
told = [json.loads(event)["values"] for event in events]
print([values[name].hex() for values in told for name in ("train_loss", "val_loss")])
print([value.hex() for weights in module.parameters() for value in weights.flatten().tolist()])
"""


def test_a_seed_gives_the_same_losses_to_the_last_bit_in_two_processes():
    # The second process begins with other threads and other draws of its own.
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, draws],
            env={**os.environ, "OMP_NUM_THREADS": threads},
            stdout=subprocess.PIPE,
            text=True,
        )
        for draws, threads in (("1", "1"), ("77", "2"))
    ]
    one, other = (process.communicate()[0] for process in processes)
    assert one == other
    assert one.count("0x") > 100


def test_the_callers_draws_and_threads_stay_as_they_were(tmp_path):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        torch.manual_seed(3)
        expected = torch.rand(3).tolist()
        module = zeros()
        torch.manual_seed(3)
        trained(tmp_path / "run", Recipe(threads=1), module)
        assert torch.rand(3).tolist() == expected
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_threads_of_one_process_do_not_mix_their_draws(tmp_path):
    def one(told):
        seed, module = told
        return trained(tmp_path / f"{seed}", PLAIN, module, epochs=30, seed=seed)[1]

    modules = [torch.nn.Sequential(torch.nn.Dropout(0.5), zeros()) for _ in range(4)]
    torch.manual_seed(3)
    with ThreadPoolExecutor(4) as pool:
        together = [history(recorder) for recorder in pool.map(one, enumerate(modules))]
    drawn = torch.rand(3).tolist()
    torch.manual_seed(3)
    assert drawn == torch.rand(3).tolist()
    for seed in (0, 3):
        module = torch.nn.Sequential(torch.nn.Dropout(0.5), zeros())
        _, alone = trained(tmp_path / f"alone {seed}", PLAIN, module, epochs=30, seed=seed)
        assert history(alone) == together[seed]


def test_what_a_module_draws_in_training_is_seeded(tmp_path):
    def noisy():
        return torch.nn.Sequential(torch.nn.Dropout(0.5), zeros())

    found = []
    for draws in (0, 5):
        torch.rand(draws)
        _, recorder = trained(tmp_path / str(draws), PLAIN, noisy(), epochs=6)
        found.append(history(recorder))
    assert found[0] == found[1]


class Exploding(torch.nn.Module):
    """Gives scores that are not finite from some epoch on, in training or when measured."""

    def __init__(self, passes, *, training):
        super().__init__()
        self.inner = zeros()
        self.passes, self.bad = passes, training

    def forward(self, images):
        self.passes -= self.training == self.bad
        return self.inner(images) * (
            math.nan if self.passes < 0 and self.training == self.bad else 1
        )


@pytest.mark.parametrize(("bad", "what"), [(True, "training"), (False, "validation")])
def test_a_loss_that_is_not_finite_fails_the_network(tmp_path, bad, what):
    passes = 2 if bad else 4  # measured twice an epoch: validation, then test
    _, recorder = trained(tmp_path / "run", PLAIN, Exploding(passes, training=bad), epochs=5)
    assert statuses(recorder) == ["failed"]
    assert len(history(recorder)) == 2
    told = vinarch.open(recorder.folder).measurements.compute()
    reasons = told.loc[told["measure"] == "failure", "text"]
    assert reasons.tolist() == [f"the {what} loss was nan in epoch 2"]


def test_an_error_of_the_module_leaves_the_network_unfinished(tmp_path):
    class Broken(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = zeros()

        def forward(self, images):
            message = "out of memory"
            raise RuntimeError(message)

    recorder = recorder_of(tmp_path / "run")
    with (
        pytest.raises(RuntimeError, match="out of memory"),
        recorder.start("c", resume=False) as network,
    ):
        train(network, Broken(), two_pixels(), PLAIN)
    assert not network.finished
    assert recorder.start("c", resume=False).epochs_done == 0


def test_the_test_accuracy_may_be_left_to_the_end(tmp_path):
    _, recorder = trained(tmp_path / "run", Recipe(test_each_epoch=False))
    assert [math.isnan(row[-1]) for row in history(recorder)] == [True, False]
    _, recorder = trained(tmp_path / "each", Recipe())
    assert [row[-1] for row in history(recorder)] == [50, 50]


def test_the_epochs_time_is_that_of_training_and_validation(tmp_path):
    class Slow(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = zeros()
            self.measured = 0

        def forward(self, images):
            self.measured += not self.training
            # Training, validation, then the test, whose time is not to count.
            time.sleep(0.05 if self.training else (0.02, 0.5)[(self.measured + 1) % 2])
            return self.inner(images)

    _, recorder = trained(tmp_path / "run", PLAIN, Slow())
    seconds = vinarch.open(recorder.folder).histories.compute()["epoch_time_seconds"]
    assert all(0.07 <= one < 0.5 for one in seconds)


def test_the_engine_ends_a_training(tmp_path):
    recorder = recorder_of(tmp_path / "run", epochs=10, engine="a4nn_2023")
    network = recorder.start("c", resume=False)
    # Three predictions from epoch 3 on agree at once where the accuracy stays as it is.
    train(network, zeros(), two_pixels(), PLAIN)
    assert network.finished
    assert len(history(recorder)) < 10
    assert statuses(recorder) == ["early_stopped"]


def test_a_finished_network_is_left_as_it_is(tmp_path):
    module, recorder = trained(tmp_path / "run", PLAIN)
    weights = module[1].weight.tolist()
    train(recorder.start("c", resume=False), module, two_pixels(), PLAIN)
    assert module[1].weight.tolist() == weights


def test_a_network_with_epochs_and_no_checkpoint_is_refused(tmp_path):
    recorder = recorder_of(tmp_path / "run")
    network = recorder.start("c")
    network.log(0, val_accuracy=0.5)
    with pytest.raises(
        ParameterError, match=r"network 0: expected a network without epochs, .* one"
    ):
        train(network, zeros(), two_pixels(), PLAIN)


@pytest.mark.parametrize(
    "about", [{}, {"epoch_budget": 2.5}, {"epoch_budget": 2, "epoch_step": 0.5}]
)
def test_a_run_that_counts_otherwise_is_refused(tmp_path, about):
    recorder = Recorder(tmp_path / "run", space="chain-layers", **about)
    with pytest.raises(ParameterError, match="epoch budget in whole epochs"):
        train(recorder.start("c"), zeros(), two_pixels(), PLAIN)


@pytest.mark.parametrize("seed", [-1, 0.5, True, 2**63])
def test_a_seed_that_is_none_is_refused(tmp_path, seed):
    with pytest.raises(ParameterError, match=r"seed=…\): expected a whole number from 0"):
        train(recorder_of(tmp_path / "run").start("c"), zeros(), two_pixels(), PLAIN, seed=seed)


def test_digits_are_learned(tmp_path):
    recorder = recorder_of(tmp_path / "run", epochs=4)
    genome = recorder.space.parse("c m c")
    with seeded(0):
        module = build_network(genome, channels=8)
    with recorder.start(genome, resume=False) as network:
        train(network, module, load_data("digits"), Recipe(batch_size=16), seed=0)
    rows = history(recorder)
    assert rows[-1][1] < rows[0][1] / 2
    assert rows[-1][4] > 60
    assert abs(rows[-1][4] - rows[-1][5]) < 15
