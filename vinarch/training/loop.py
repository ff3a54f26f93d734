"""Train a module and record each epoch: a network of a run, a module and data in.

Stops when the run's budget is spent or its prediction engine says so. Knows no genome, no search
and no file; checkpoints are kept by whoever is passed in.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.nn.functional import cross_entropy

from vinarch.errors import ParameterError
from vinarch.parameters import check_whole
from vinarch.training.data import Part
from vinarch.training.recipe import Recipe
from vinarch.training.seeding import MOST_SEED, seeded, threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from vinarch.recording import Network
    from vinarch.training.data import Data


class Keeper(Protocol):
    """Keeps the states of a training, and gives them back to one that goes on."""

    def save(self, epochs: int, module: nn.Module, optimizer: Any) -> None:
        """Keep the state after so many epochs; it must outlive the process."""

    def recorded(self, epochs: int) -> None:
        """Take note that so many epochs are on record now."""

    def restore(self, epochs: int, module: nn.Module, optimizer: Any) -> None:
        """Bring both to the state after so many epochs."""


@dataclass(frozen=True)
class Measured:
    """Loss and accuracy of a module over a part of the data.

    Attributes
    ----------
    loss : float
        Mean cross-entropy of an image, in nats.
    accuracy : float
        Share of images whose class has the highest score.
    """

    loss: float
    accuracy: float


def train(
    network: Network,
    module: nn.Module,
    data: Data,
    recipe: Recipe | None = None,
    *,
    seed: int = 0,
    keeper: Keeper | None = None,
) -> None:
    """Train a module, record each epoch, and finish the network.

    Each epoch records ``train_loss`` and ``train_accuracy`` (means over the epoch's batches, as
    they were trained on), ``val_loss`` and ``val_accuracy``, ``test_accuracy`` unless the recipe
    leaves it to the end, and ``epoch_time_seconds``: of training and validation, not of testing,
    checkpoints and the prediction engine.
    A training whose loss is not finite any more is recorded as failed.
    With the same seed, one thread, and the same versions on the CPU the losses are the same to the
    last bit; GPUs promise no such thing. Random draws of the caller are left as they were.
    Threads of one process train by turns, an epoch each; processes train at once.

    Parameters
    ----------
    network : Network
        Of `Recorder.start`; a finished one is left as it is.
    module : torch.nn.Module
        Takes images of the data's shape, gives a score a class; trained in place.
    data : Data
    recipe : Recipe, optional
        The defaults of `Recipe` if left out.
    seed : int, default 0
        Of the order of batches and of what the module draws while it is trained. The weights that
        the module has are its own affair: make it in ``with seeded(seed):``.
    keeper : Keeper, optional
        Keeps checkpoints; `TrainingEvaluator` passes its own.

    Raises
    ------
    ParameterError
        If the run has no epoch budget in whole epochs, the network has epochs on record that
        nothing can go on from, or the device is not there.
    RecordingError
        If another process trains the network.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> from vinarch.building import build_network
    >>> from vinarch.training import load_data, seeded, train
    >>> recorder = vinarch.Recorder(tempfile.mkdtemp() + "/a", space="chain-layers", epoch_budget=2)
    >>> data = load_data("digits")
    >>> genome = recorder.space.parse("c m c")
    >>> with seeded(1):
    ...     module = build_network(genome, channels=4)
    >>> with recorder.start(genome, seed=1, resume=False) as network:
    ...     train(network, module, data, seed=1)
    >>> histories = vinarch.open(recorder.folder).histories.compute()
    >>> histories["epoch"].tolist(), histories["train_loss"].is_monotonic_decreasing
    ([0.0, 1.0], True)
    """
    recipe = Recipe() if recipe is None else recipe
    check_whole("train(seed=…)", seed, 0, MOST_SEED, "a seed")
    if network.finished:
        return
    epochs = _budget(network)
    device = recipe.place()
    training = _Training(module.to(device), recipe, epochs, seed, device)
    done = network.epochs_done
    if done and keeper is None:
        raise ParameterError(
            f"train, network {network.number}",
            "a network without epochs, since no checkpoints are kept",
            f"one with {done} on record",
            "Start it over by recorder.start(…, resume=False), or keep checkpoints.",
        )
    if done and keeper is not None:
        keeper.restore(done, training.module, training.optimizer)
    parts = [
        Part(part.x.to(device), part.y.to(device))
        for part in (data.train, data.validation, data.test)
    ]
    _train(network, training, parts, done, keeper)


def _train(
    network: Network,
    training: _Training,
    parts: list[Part],
    done: int,
    keeper: Keeper | None,
) -> None:
    trained, validated, tested = parts
    recipe = training.recipe
    test = None
    for epoch in network.epochs():
        with training.alone(done):
            started = time.perf_counter()
            learned = training.epoch(trained, done)
            found = measure(training.module, validated, recipe.batch_size)
            seconds = time.perf_counter() - started
            if recipe.test_each_epoch:
                test = measure(training.module, tested, recipe.batch_size).accuracy
        for what, loss in (("training", learned.loss), ("validation", found.loss)):
            if not math.isfinite(loss):
                network.fail(f"the {what} loss was {loss} in epoch {epoch:g}")
                return
        done += 1
        if keeper is not None:
            keeper.save(done, training.module, training.optimizer)
        network.log(
            epoch,
            train_loss=learned.loss,
            train_accuracy=learned.accuracy,
            val_loss=found.loss,
            val_accuracy=found.accuracy,
            test_accuracy=test,
            epoch_time_seconds=seconds,
        )
        if keeper is not None:
            keeper.recorded(done)
    if not recipe.test_each_epoch:
        with training.alone(done):
            test = measure(training.module, tested, recipe.batch_size).accuracy
    # Where each epoch tells it, the last one has told it.
    network.finish(test_accuracy=None if recipe.test_each_epoch else test)


class _Training:
    """A module, its optimizer, and the settings that they are trained by."""

    def __init__(
        self, module: nn.Module, recipe: Recipe, epochs: int, seed: int, device: Any
    ) -> None:
        self.module = module
        self.recipe = recipe
        self.epochs = epochs
        self.seed = seed
        self.device = device
        self.weights = [one for one in module.parameters() if one.requires_grad]
        self.optimizer = torch.optim.SGD(
            self.weights,
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
        )

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """Seed an epoch, its number from 0, and give it its threads of the CPU."""
        with (
            threads(self.recipe.threads),
            seeded(self.seed, number, device=self.device),
        ):
            yield

    def epoch(self, part: Part, number: int) -> Measured:
        """Train one epoch, and return what the batches gave on the way."""
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate(number, self.epochs)
        self.module.train()
        # Numbers stay on the device: asking for one would wait for the GPU at each batch.
        told = _Sums()
        order = torch.randperm(len(part.y)).to(self.device)
        for chosen in batches(order, recipe.batch_size):
            labels = part.y[chosen]
            self.optimizer.zero_grad()
            scores = self.module(part.x[chosen])
            loss = cross_entropy(scores, labels)
            loss.backward()
            if recipe.gradient_clip is not None:
                torch.nn.utils.clip_grad_norm_(self.weights, recipe.gradient_clip)
            self.optimizer.step()
            told.add(loss.detach(), scores.detach(), labels)
        return told.measured()


class _Sums:
    """Losses and hits of batches, which make those of an epoch."""

    def __init__(self) -> None:
        self._losses: list[Any] = []
        self._hits: list[Any] = []
        self._sizes: list[int] = []

    def add(self, loss: Any, scores: Any, labels: Any) -> None:
        """Add a batch: its mean loss, its scores and classes."""
        self._losses.append(loss)
        self._hits.append((scores.argmax(dim=1) == labels).sum())
        self._sizes.append(len(labels))

    def measured(self) -> Measured:
        """Return what all batches together gave."""
        images = sum(self._sizes)
        losses = torch.stack(self._losses).tolist()
        loss = sum(loss * size for loss, size in zip(losses, self._sizes, strict=True)) / images
        return Measured(loss, int(torch.stack(self._hits).sum()) / images)


def batches(order: Any, size: int) -> list[Any]:
    """Cut an order into batches; a last one of a single image joins the one before."""
    cut = list(torch.split(order, size))
    if len(cut) > 1 and len(cut[-1]) == 1 and size > 1:
        cut[-2:] = [torch.cat(cut[-2:])]
    return cut


def measure(module: nn.Module, part: Part, batch_size: int) -> Measured:
    """Return loss and accuracy of a module over a part of the data, as it is when not trained."""
    module.eval()
    told = _Sums()
    cut = zip(torch.split(part.x, batch_size), torch.split(part.y, batch_size), strict=True)
    with torch.inference_mode():
        for images, labels in cut:
            scores = module(images)
            told.add(cross_entropy(scores, labels), scores, labels)
        return told.measured()


def _budget(network: Network) -> int:
    run = network.run
    budget = run.epoch_budget
    if run.epoch_step != 1 or budget is None or budget != int(budget):
        raise ParameterError(
            "train(network)",
            "a run with an epoch budget in whole epochs, logged one by one",
            f"epoch_budget={budget}, epoch_step={run.epoch_step}",
            "Record with Recorder(…, epoch_budget=25).",
        )
    return int(budget)
