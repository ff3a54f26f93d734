"""Make what PyTorch draws at random repeatable, and leave the caller's own draws as they were.

Seeds in, context managers out; nothing is trained here.
PyTorch has one generator and one number of threads a process, so threads of a process that come
here at once wait for each other.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from vinarch.parameters import check_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SEED = 2**63 - 1

_ALONE = threading.RLock()


@contextmanager
def seeded(seed: int, epoch: int | None = None, *, device: Any = None) -> Iterator[None]:
    """Seed all that PyTorch draws inside the block; outside nothing of it is noticed.

    Parameters
    ----------
    seed : int
    epoch : int, optional
        Epochs of one seed draw differently, and each alike whatever was drawn before it: a
        training that goes on from a checkpoint needs no state of a generator.
    device : torch.device, optional
        A GPU (CUDA) whose draws are seeded too; others are left as they are.

    Raises
    ------
    ParameterError
        If the seed is no whole number from 0.

    Examples
    --------
    >>> import torch
    >>> from vinarch.training import seeded
    >>> with seeded(7):
    ...     first = torch.rand(2)
    >>> with seeded(7):
    ...     bool((torch.rand(2) == first).all())
    True
    """
    number = check_whole("seeded(seed)", seed, 0, MOST_SEED, "a seed")
    if epoch is not None:
        number = int(np.random.SeedSequence((number, epoch)).generate_state(1, np.uint64)[0])
    gpus = [device] if device is not None and device.type == "cuda" else []
    # torch.manual_seed would seed every GPU of the caller's.
    with _ALONE, torch.random.fork_rng(devices=gpus):
        torch.default_generator.manual_seed(number)
        for gpu in gpus:
            with torch.cuda.device(gpu):
                torch.cuda.manual_seed(number)
        yield


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads of the CPU inside the block, and as before outside."""
    with _ALONE:
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        try:
            yield
        finally:
            torch.set_num_threads(before)
