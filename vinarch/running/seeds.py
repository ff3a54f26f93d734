"""The seeds of a search's trainings: the search's seed and a candidate's number in, a seed out."""

from __future__ import annotations

import numpy as np


def training_seed(seed: int, number: int) -> int:
    """Return the seed of a candidate's training.

    The seeds of two candidates, and of one candidate in searches of two seeds, are independent;
    they follow from the two numbers alone, so that a search that goes on trains as it would have.

    Parameters
    ----------
    seed : int
        Of the search, 0 or more.
    number : int
        Of the candidate, from 0 in the order of asking.

    Returns
    -------
    int
        From 0 to 4,294,967,295, as every library takes it.

    Examples
    --------
    >>> from vinarch.running.seeds import training_seed
    >>> training_seed(0, 0), training_seed(0, 1), training_seed(1, 0)
    (3757552657, 673228719, 1641411168)
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(number,))
    return int(sequence.generate_state(1)[0])
