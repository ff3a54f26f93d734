"""What an evaluator is: whoever trains a network for a search.

A class needs no base: one that has these two methods will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.genome import Genome
    from vinarch.recording import Network
    from vinarch.searching import Candidate


@runtime_checkable
class Evaluator(Protocol):
    """Trains the networks of a search, each in whatever process it is called in.

    An evaluator is pickled once for each worker. It may have some attributes besides:

    ``resumes``
        Whether it goes on with a training that was interrupted, after the epochs recorded
        (`Network.epochs_done`); otherwise such a network starts over.
    ``epoch_budget``, ``first_epoch``, ``epoch_step``
        What the search's settings are where they do not say.
    ``search_space``
        Name of the one search space that it can evaluate.
    ``task_data``, ``protocol``
        What the networks are trained on, and how: text for the record.
    """

    def costs(self, genome: Genome) -> Mapping[str, float]:
        """Return what is known of a network before its training.

        ``mflops`` and ``parameter_count`` are its costs in the record, any other name is a
        measurement; ``{}`` if nothing is known.
        """

    def train(self, network: Network, candidate: Candidate, seed: int) -> None:
        """Train a network, and log each epoch.

        Parameters
        ----------
        network : vinarch.recording.Network
            ``for epoch in network.epochs(): … network.log(epoch, val_accuracy=…)``; it is finished
            afterwards unless it was by `finish` or `fail`.
        candidate : vinarch.searching.Candidate
            With its genome.
        seed : int
            Of this training, from 0 to 4,294,967,295.
        """
