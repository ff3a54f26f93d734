"""How a network is trained: plain settings, checked. Knows no network and no data.

References
----------
Lu et al., NSGA-Net, GECCO 2019; Channing et al., Composable Workflow for Accelerating Neural
Architecture Search Using In Situ Analytics for Protein Characterization, ICPP 2023.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch

from vinarch.errors import ParameterError
from vinarch.parameters import check_choice, check_truth, check_whole

_MOST = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained; the defaults are those of A4NN and NSGA-Net.

    Stochastic gradient descent on the cross-entropy of batches, each image once an epoch in a new
    random order. The last batch of an epoch may be smaller; one that would be a single image joins
    the batch before it, since batch normalisation cannot learn from one.

    Parameters
    ----------
    learning_rate : float, default 0.025
        At the first epoch.
    momentum : float, default 0.9
    weight_decay : float, default 3e-4
    schedule : {"cosine", "constant"}, default "cosine"
        How the learning rate falls from epoch to epoch; see `rate`.
    batch_size : int, default 128
        Images of a batch.
    gradient_clip : float or None, default 5
        Largest norm of a batch's gradient; longer ones are shortened to it. None clips nothing.
    test_each_epoch : bool, default True
        Whether the test accuracy is measured after each epoch, or only at the end. Nothing is
        decided by it, and its time is no part of an epoch's.
    device : str, default "auto"
        As PyTorch names it, ``"cpu"`` or ``"cuda:1"``; ``"auto"`` is the first GPU, else the CPU.
    threads : int, default 1
        Of the CPU for one training. Only one thread gives the same losses to the last bit.

    Raises
    ------
    ParameterError
        If a setting cannot be.

    Examples
    --------
    >>> Recipe(batch_size=0)
    Traceback (most recent call last):
    vinarch.errors.ParameterError: Recipe(batch_size=…): expected a whole number from 1 to 1048576
    (images), got 0. Pass one in this range.
    """

    learning_rate: float = 0.025
    momentum: float = 0.9
    weight_decay: float = 3e-4
    schedule: Literal["cosine", "constant"] = "cosine"
    batch_size: int = 128
    gradient_clip: float | None = 5.0
    test_each_epoch: bool = True
    device: str = "auto"
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be, before anything is trained."""
        _check_number("learning_rate", self.learning_rate, "a number above 0", low=0.0)
        _check_number("weight_decay", self.weight_decay, "a number, 0 or more")
        _check_number("momentum", self.momentum, "a number from 0 to below 1", high=1.0)
        if self.gradient_clip is not None:
            _check_number("gradient_clip", self.gradient_clip, "a number above 0, or None", low=0.0)
        check_choice("Recipe(schedule=…)", self.schedule, ("cosine", "constant"))
        check_whole("Recipe(batch_size=…)", self.batch_size, 1, _MOST, "images")
        check_whole("Recipe(threads=…)", self.threads, 1, 1024, "threads")
        check_truth("Recipe(test_each_epoch=…)", self.test_each_epoch)
        if self.device != "auto":
            _device(self.device)

    def rate(self, epoch: int, epochs: int) -> float:
        """Return the learning rate of an epoch.

        Parameters
        ----------
        epoch : int
            From 0.
        epochs : int
            Of the whole training; where it is ended early the rate has not fallen to its end.

        Returns
        -------
        float
            With the cosine schedule half of ``learning_rate * (1 + cos(pi * epoch / epochs))``.

        Examples
        --------
        >>> [round(Recipe().rate(epoch, 4), 5) for epoch in range(4)]
        [0.025, 0.02134, 0.0125, 0.00366]
        """
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * epoch / epochs)) / 2

    def place(self) -> Any:
        """Return the `torch.device` to train on.

        Raises
        ------
        ParameterError
            If this machine has no such device.
        """
        if self.device == "auto":
            return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
        device = _device(self.device)
        try:
            torch.empty(1, device=device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise ParameterError(
                "Recipe(device=…)",
                "a device of this machine",
                f"{self.device!r}: {str(error).splitlines()[0]}",
                "Pass device='auto', or install PyTorch for your GPU.",
            ) from error
        return device


def _device(name: Any) -> Any:
    if isinstance(name, str):
        try:
            return torch.device(name)
        except RuntimeError:
            pass
    raise ParameterError(
        "Recipe(device=…)",
        "'auto', 'cpu', 'cuda' or another of PyTorch's devices",
        repr(name),
        "Pass 'auto' for the GPU where there is one.",
    )


def _check_number(
    name: str, value: Any, expected: str, *, low: float | None = None, high: float = math.inf
) -> None:
    """Refuse what is no number from 0, or above `low`, to below `high`."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not (value >= 0 if low is None else value > low) or not value < high:
        raise ParameterError(f"Recipe({name}=…)", expected, repr(value), "Pass one.")
