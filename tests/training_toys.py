"""Data and runs small enough to be worked by hand, and records to compare."""

from __future__ import annotations

from needs import torch_or_skip

torch = torch_or_skip()

import vinarch  # noqa: E402 - after the skip
from vinarch.recording import Recorder  # noqa: E402
from vinarch.training import Data, Part  # noqa: E402

MEASURED = [
    "epoch",
    "train_loss",
    "train_accuracy_percent",
    "val_loss",
    "val_accuracy_percent",
    "test_accuracy_percent",
]


def two_pixels(train=((1.0, 0.0), (0.0, 1.0)), labels=(0, 1)):
    """Images of two pixels, whose classes are where the light is."""
    part = Part(torch.tensor(train).reshape(-1, 1, 1, 2), torch.tensor(labels))
    two = Part(torch.eye(2).reshape(2, 1, 1, 2), torch.tensor([0, 1]))
    other = Part(torch.eye(2).reshape(2, 1, 1, 2), torch.tensor([0, 0]))
    return Data("two pixels", part, two, other, 2, (0.0,), (1.0,))


def zeros():
    """A linear classifier of two pixels whose weights are zeros."""
    linear = torch.nn.Linear(2, 2, bias=False)
    torch.nn.init.zeros_(linear.weight)
    return torch.nn.Sequential(torch.nn.Flatten(), linear)


def recorder_of(folder, epochs=2, **about):
    return Recorder(folder, space="chain-layers", epoch_budget=epochs, **about)


def history(recorder, network=None):
    """What is recorded of each epoch, of one network or of all, as Python's own numbers."""
    rows = vinarch.open(recorder.folder).histories.compute()
    if network is not None:
        rows = rows[rows["architecture"] == network]
    return rows.sort_values(["architecture", "epoch"])[MEASURED].to_numpy(dtype=float).tolist()


def statuses(recorder):
    found = vinarch.open(recorder.folder).architectures.compute()
    return found.sort_values("architecture")["status"].tolist()
