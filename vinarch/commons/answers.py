"""What a commons answers at once: small pandas frames, computed from its lazy tables.

These methods compute, because a lazy frame of a few rows would only be a nuisance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vinarch.asking.curving import (
    VALUES,
    check_values,
    long_curves,
    network_keys,
    refuse_no_curves,
    refuse_strangers,
)
from vinarch.asking.ranking import (
    KEY,
)
from vinarch.commons.rankings import ACCURACY, Rankings
from vinarch.describing import NETWORK_COLUMNS, check_groups, describe
from vinarch.intervals import CONFIDENCE, check_confidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.describing import GroupName


class Answers(Rankings):
    """The questions that a commons answers; `vinarch.Commons` says what it holds."""

    def statistics(
        self,
        by: GroupName | Sequence[GroupName] | None = "experiment",
        *,
        confidence: float = CONFIDENCE,
    ) -> pd.DataFrame:
        """Describe the networks of each experiment, of other groups, or of all together.

        Reads one row a network and computes; the result is small.

        Parameters
        ----------
        by : {"experiment", "archive", "gpus", "beam", "early_termination"}, list or None
            What a group shares: by default the experiment, None for all networks as one group.
        confidence : float, default 0.95
            Level of the bootstrap intervals of mean and median, which take the networks of a
            group as drawn independently.

        Returns
        -------
        pandas.DataFrame
            One row a group and measure, of the schema `vinarch.schema.STATISTICS`; of the
            columns of the group only those asked for. Measures are epochs trained, last, best
            and mean validation accuracy, last prediction, MFLOPs, last test accuracy, parameters,
            and the wall time of experiments, as far as they are known.

        Raises
        ------
        ParameterError
            If there is no such group, or `confidence` is not between 0 and 1.

        Notes
        -----
        The mean over epochs (``mean_val_accuracy_percent``) follows the number of epochs, which
        early termination shortens: compare experiments by the last or the best accuracy.

        Examples
        --------
        >>> import vinarch
        >>> commons = vinarch.fetch("JS9FR6").select(gpus=1, beam="1e14")
        >>> found = commons.statistics(by="early_termination").round(2)
        >>> last = found[found["measure"] == "last_val_accuracy_percent"]
        >>> last[["early_termination", "n", "mean", "mean_low", "mean_high", "maximum"]]
           early_termination    n   mean  mean_low  mean_high  maximum
        1              False  100  96.23     95.73      96.70    98.68
        8               True  100  94.89     93.94      95.61    98.58
        """
        groups = check_groups(by)
        check_confidence("statistics(confidence=…)", confidence)
        networks = self.architectures[list(NETWORK_COLUMNS)].compute()
        return describe(networks, self.experiment_index, groups, confidence)

    def curves(
        self,
        networks: int | Sequence[int] | pd.DataFrame = 10,
        *,
        values: str | Sequence[str] | None = None,
        by: str = ACCURACY,
    ) -> pd.DataFrame:
        """Return learning curves in long form.

        Parameters
        ----------
        networks : int, sequence of int or DataFrame, default 10
            How many of the best; or numbers of architectures, where there is one experiment; or
            a frame with ``archive, experiment, architecture``, such as `best` and `pareto` give.
        values : str or sequence of str, optional
            Columns of `histories`; by default all that have values.
        by : str, default "last_val_accuracy_percent"
            What the best are judged by, where `networks` says how many.

        Returns
        -------
        pandas.DataFrame
            Of the schema `vinarch.schema.CURVES`: one row a network, measure and epoch.
            ``epochs_done`` counts epochs of training alike in all archives.

        Raises
        ------
        ParameterError
            If there is no such column, or networks are told otherwise.
        SelectionError
            If there is no such network, or none has a training history with these values.

        Examples
        --------
        >>> import vinarch
        >>> low = vinarch.fetch("JS9FR6").select(beam="1e14", gpus=1, early_termination=False)
        >>> found = low.curves([3, 71], values="val_accuracy_percent")
        >>> found[["architecture", "measure", "epoch", "epochs_done", "value"]].head(2)
           architecture               measure  epoch  epochs_done      value
        0             3  val_accuracy_percent    0.0          1.0  71.441169
        1             3  val_accuracy_percent    1.0          2.0  52.910053
        """
        columns = check_values(values)
        trained = self.trained_experiments()
        if isinstance(networks, (int, np.integer)):
            keys = network_keys(self.best(int(networks), by), trained)
        else:
            keys = network_keys(networks, trained)
            mine = self._narrowed_to(keys)
            refuse_strangers(keys, mine.architectures[list(KEY)].compute())
        lazy = self._narrowed_to(keys).histories
        rows = lazy[[*KEY, "epoch", *columns]].compute()
        told = long_curves(rows, self.experiment_index, columns)
        if told.empty:
            refuse_no_curves(lazy[list(VALUES)].compute(), columns, len(keys))
        return told

    def _narrowed_to(self, keys: pd.DataFrame) -> Answers:
        """Return the rows of some networks; the counts of the index stay those of all."""
        dtypes = {name: self.architectures.dtypes[name] for name in KEY}
        mine = keys.astype(dtypes)
        if self.networks is not None:
            mine = mine.merge(self.networks.astype(dtypes), on=list(KEY))
        index = self.experiment_index.merge(
            mine[["archive", "experiment"]].drop_duplicates(), on=["archive", "experiment"]
        )
        return replace(self, experiment_index=index, networks=mine)
