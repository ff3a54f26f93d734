"""Compare the experiments of a commons: a commons in, tables and sentences out.

Computes: one Dask computation of the columns of `architectures` that are compared; all else is
done on the small frames that come of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, Any

from vinarch.commons import check_commons
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import search_space
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.parameters import check_choice, check_whole
from vinarch.reproducing.agreement_sentences import replication_sentences, transfer_sentences
from vinarch.reproducing.noise_sentences import budget_sentences, noise_sentences
from vinarch.reproducing.pairs import pair_table
from vinarch.reproducing.repeats import noise_table
from vinarch.reproducing.replicates import replicate_table
from vinarch.reproducing.searches import COLUMNS, experiments_of
from vinarch.reproducing.sharing_sentences import (
    start_sentences,
    structure_sentences,
    subsequence_sentences,
)
from vinarch.reproducing.starts import shared_lengths, start_table
from vinarch.reproducing.wording import counted
from vinarch.subsequence import MIN_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.reproducing.searches import Experiment


@dataclass(frozen=True, eq=False, repr=False)
class Reproducibility:
    """What repeats across the experiments of a commons.

    Printed, it says so in sentences.

    Attributes
    ----------
    structures : pandas.DataFrame
        Structures trained in more than one experiment
        (`vinarch.schema.REPLICATED_STRUCTURES`).
    pairs : pandas.DataFrame
        Experiments two by two, with and without their shared start
        (`vinarch.schema.EXPERIMENT_PAIRS`).
    starts : pandas.DataFrame
        Architectures of shared starts (`vinarch.schema.SHARED_STARTS`).
    noise : pandas.DataFrame
        Trainings of one genome within one experiment (`vinarch.schema.TRAINING_NOISE`).
    paragraphs : tuple of tuple of str
        The findings in sentences, those that belong together in one paragraph: shared starts,
        structures, replication, transfer, noise of training, epochs trained, subsequences.
    topics : tuple of str
        What each of these paragraphs is about.
    confidence : float
        Level of the intervals.

    Examples
    --------
    >>> import vinarch
    >>> found = vinarch.reproducibility(vinarch.fetch("JS9FR6").select(gpus=1))
    >>> found.starts.groupby("experiment")["architecture"].agg(["min", "max"]).head(2)
                                    min  max
    experiment
    1gpu_1e14_early_termination       0    9
    1gpu_1e14_no_early_termination    0    9
    """

    structures: pd.DataFrame
    pairs: pd.DataFrame
    starts: pd.DataFrame
    noise: pd.DataFrame
    paragraphs: tuple[tuple[str, ...], ...]
    topics: tuple[str, ...]
    confidence: float

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the findings, one sentence each, in reading order."""
        return tuple(chain.from_iterable(self.paragraphs))

    def pair(self, experiment_a: str, experiment_b: str) -> pd.DataFrame:
        """Return the rows of one pair of experiments, whichever comes first in the table.

        Parameters
        ----------
        experiment_a, experiment_b : str
            Names of two experiments.

        Returns
        -------
        pandas.DataFrame
            Rows of `pairs`, one a scope and measure; differences are second minus first as the
            table has them. Of several archives with such experiments, all pairs.

        Raises
        ------
        ParameterError
            If there is no such experiment, or both are one.

        Examples
        --------
        >>> import vinarch
        >>> from vinarch.reproducing import reproducibility
        >>> found = reproducibility(vinarch.fetch("JS9FR6").select(beam="1e14", gpus=1))
        >>> two = found.pair("1gpu_1e14_no_early_termination", "1gpu_1e14_early_termination")
        >>> last = two[two["measure"] == "last_val_accuracy_percent"]
        >>> last[["scope", "n", "mean_absolute_difference_points"]].round(2)
                          scope   n  mean_absolute_difference_points
        1                   all  11                             1.23
        3  without_shared_start   1                             0.41
        """
        names = sorted({*self.noise["experiment"].dropna()})
        check_choice("pair(experiment_a)", experiment_a, names)
        check_choice("pair(experiment_b)", experiment_b, names)
        rows = self.pairs
        one, other = rows["experiment_a"], rows["experiment_b"]
        forth = (one == experiment_a) & (other == experiment_b)
        back = (one == experiment_b) & (other == experiment_a)
        chosen = rows[forth | back].reset_index(drop=True)
        if chosen.empty:
            raise ParameterError(
                "pair",
                "two experiments",
                f"{experiment_a!r} twice",
                "An experiment and itself are no pair.",
            )
        return chosen

    def __repr__(self) -> str:
        """Say how much was compared, in one line."""
        experiments = self.noise.dropna(subset=["experiment"])[["archive", "experiment"]]
        pairs = self.pairs.drop_duplicates(
            ["archive_a", "experiment_a", "archive_b", "experiment_b"]
        )
        return "Reproducibility of " + ", ".join(
            [
                counted(len(experiments.drop_duplicates()), "experiment")
                + f": {counted(len(pairs), 'pair')}",
                counted(self.structures["structure_id"].nunique(), "structure")
                + " in more than one",
                counted(len(self.starts), "architecture") + " of shared starts",
            ]
        )

    def __str__(self) -> str:
        """Say what was found, one sentence a line, an empty line between paragraphs."""
        return "\n\n".join("\n".join(sentences) for sentences in self.paragraphs)

    def _repr_html_(self) -> str:
        said = (" ".join(sentences) for sentences in self.paragraphs)
        return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in said)


def shared_starts(commons: Commons) -> pd.DataFrame:
    """Return the architectures with which experiments start by a common seed.

    Computes some columns of `architectures`.

    Parameters
    ----------
    commons : Commons
        Whose experiments are compared.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.SHARED_STARTS`.
    """
    experiments = _experiments(commons)
    return start_table(experiments, _lengths(experiments))


def reproducibility(
    commons: Commons, *, min_length: int = MIN_LENGTH, confidence: float = CONFIDENCE
) -> Reproducibility:
    """Tell what repeats across experiments: structures, accuracies and subsequences.

    Computes: one Dask computation of some columns of `architectures`.

    Shared starts, the first architectures that experiments have in the same order by their seed,
    are marked, and every overlap is given with and without them.
    A difference between two experiments counts as replication on the same task data only, on
    others of one archive as transfer.
    Trainings of one genome within one experiment estimate the noise of training.

    Parameters
    ----------
    commons : Commons
        What to compare; one search space. One experiment will do: then the noise is told.
    min_length : int, default 5
        Shortest matching subsequence to compare, in symbols.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    Reproducibility

    Raises
    ------
    MixedSpacesError, SelectionError
        If the experiments belong to several search spaces, or none has architectures.
    ParameterError
        If `commons`, `min_length` or `confidence` cannot be.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.reproducing import reproducibility
    >>> found = reproducibility(vinarch.fetch("JS9FR6").select(beam="1e14"))
    >>> found
    Reproducibility of 3 experiments: 3 pairs, 12 structures in more than one, 30 architectures
    of shared starts
    >>> print(found.sentences[0])
    Architectures 0 to 9 of all 3 experiments have the same genomes in the same order
    (10 structures).
    """
    check_commons(commons, "reproducibility")
    symbols = search_space(commons.search_space()).symbol_count
    min_length = check_whole("reproducibility(min_length=…)", min_length, 1, symbols, "symbols")
    confidence = check_confidence("reproducibility(confidence=…)", confidence)
    if not commons.trained_experiments():
        names = ", ".join(sorted(commons.experiment_index["experiment"]))
        raise SelectionError(
            "reproducibility",
            "an experiment that has architectures",
            f"{names}: without histories",
            "`commons.experiment_index` tells the architectures of each experiment.",
        )
    experiments = _experiments(commons)
    lengths = _lengths(experiments)
    tables: dict[str, Any] = {
        "structures": replicate_table(experiments, lengths),
        "pairs": pair_table(experiments, lengths, min_length, confidence),
        "starts": start_table(experiments, lengths),
        "noise": noise_table(experiments, confidence),
    }
    paragraphs = {
        "Shared starts" if len(experiments) > 1 else "One experiment": start_sentences(
            experiments, tables["starts"], tables["pairs"]
        ),
        "Structures trained again": structure_sentences(experiments, tables["structures"])
        if len(experiments) > 1
        else (),
        "Replication": replication_sentences(tables["pairs"], confidence),
        "Transfer": transfer_sentences(tables["pairs"], confidence),
        "Noise of training": noise_sentences(experiments, tables["noise"], confidence),
        "Epochs trained": budget_sentences(experiments, tables["structures"], tables["noise"]),
        "Subsequences": subsequence_sentences(tables["pairs"], min_length),
    }
    said = {topic: tuple(sentences) for topic, sentences in paragraphs.items() if sentences}
    return Reproducibility(
        **tables, paragraphs=tuple(said.values()), topics=tuple(said), confidence=confidence
    )


def _experiments(commons: Commons) -> list[Experiment]:
    architectures = commons.architectures[list(COLUMNS)].compute()
    return experiments_of(architectures, commons.experiment_index)


def _lengths(experiments: Sequence[Experiment]) -> npt.NDArray[np.int64]:
    return shared_lengths([experiment.order for experiment in experiments])
