"""Estimate the noise of training from genomes that one experiment trained more than once.

Experiments in, the table of training noise out.
Knows no other experiment's trainings of the same genome: those differ in more than noise.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vinarch.intervals import CONFIDENCE, deviation_interval
from vinarch.reproducing.searches import MEASURES
from vinarch.schema import TRAINING_NOISE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vinarch.reproducing.searches import Experiment

ALL, FULL_BUDGET = "all", "full_budget"


def noise_table(experiments: Sequence[Experiment], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Describe how far trainings of one genome within one experiment lie apart.

    Parameters
    ----------
    experiments : sequence of Experiment
        By archive and name.
    confidence : float, default 0.95

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.TRAINING_NOISE`: one row an experiment, kind of training and
        measure, then those across all experiments. Across, a structure that two experiments
        repeat is two groups of trainings.
    """
    rows = []
    for training in (ALL, FULL_BUDGET):
        for measure in MEASURES:
            groups = [_repeats(experiment, training, measure) for experiment in experiments]
            keys: list[tuple[str | None, str | None]] = [(e.archive, e.name) for e in experiments]
            together = [values for found in groups for values in found]
            for key, found in zip([*keys, (None, None)], [*groups, together], strict=True):
                told = zip(("archive", "experiment"), key, strict=True)
                rows.append(
                    {
                        **dict(told),
                        "training": training,
                        "measure": measure,
                        **_noise(found, confidence),
                    }
                )
    frame = pd.DataFrame(rows, columns=list(TRAINING_NOISE.names)).sort_values(
        list(TRAINING_NOISE.sort_key), na_position="last"
    )
    return TRAINING_NOISE.frame(
        TRAINING_NOISE.arrow_table(
            {str(name): values for name, values in frame.items()}, len(frame)
        )
    )


def _repeats(experiment: Experiment, training: str, measure: str) -> list[npt.NDArray[np.float64]]:
    """Return the accuracies of each network that was trained at least twice."""
    networks = experiment.networks
    if training == FULL_BUDGET:
        networks = networks[networks["full_budget"]]
    known = networks[networks[measure].notna()]
    repeated = known[known["network"].duplicated(keep=False)]
    groups = repeated.groupby("network", sort=True)[measure]
    return [values.to_numpy() for _, values in groups]


def _noise(groups: list[npt.NDArray[np.float64]], confidence: float) -> dict[str, Any]:
    networks = sum(len(values) for values in groups)
    freedom = networks - len(groups)
    squares = sum(float(((values - values.mean()) ** 2).sum()) for values in groups)
    deviation = sqrt(squares / freedom) if groups else float("nan")
    interval = deviation_interval(deviation, freedom, confidence)
    apart = [_mean_gap(values) for values in groups]
    return {
        "structure_count": len(groups),
        "network_count": networks,
        "degrees_of_freedom": freedom,
        "mean_absolute_difference_points": float(np.mean(apart)) if apart else float("nan"),
        "standard_deviation_points": deviation,
        "standard_deviation_low": interval.low,
        "standard_deviation_high": interval.high,
    }


def _mean_gap(values: npt.NDArray[np.float64]) -> float:
    """Return the mean absolute difference over all pairs of values."""
    n = len(values)
    # In rising order the value at place i is the larger of i pairs and the smaller of the rest.
    weights = 2 * np.arange(n) - (n - 1)
    return float(weights @ np.sort(values)) / (n * (n - 1) / 2)
