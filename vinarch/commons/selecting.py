"""The commons itself: what it holds, what it answers, and how it is narrowed.

Selecting plans; rows are read when a table is computed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.commons.answers import Answers
from vinarch.conditions import parse_condition
from vinarch.errors import SelectionError
from vinarch.schema import EXPERIMENTS, LINEAGE, MEASUREMENTS
from vinarch.selection import condition_columns, known_values, matching_experiments
from vinarch.store import NETWORK, kept_row_counts, matching_networks

if TYPE_CHECKING:
    from vinarch.conditions import Condition

_PLACE = ["archive", "experiment"]
_COUNTS = {"measurement_count": MEASUREMENTS, "lineage_count": LINEAGE}


class Commons(Answers):
    """Published records of architecture searches, confined to some of them or whole.

    Get one from `vinarch.fetch` or `vinarch.open`, narrow it with `select`.

    Attributes
    ----------
    archives : dask.dataframe.DataFrame
        One row an archive: source, licence, citation, checksums.
    experiments : dask.dataframe.DataFrame
        One row an experiment: setting, wall time, counts.
    architectures : dask.dataframe.DataFrame
        One row an architecture: genome, structure, training in brief.
    histories : dask.dataframe.DataFrame
        One row an architecture and epoch.
    measurements : dask.dataframe.DataFrame
        One row a value that is no curve.
    lineage : dask.dataframe.DataFrame
        One row a child and parent.
    rejects : dask.dataframe.DataFrame
        One row a source row that could not be read.
    experiment_index : pandas.DataFrame
        The rows of `experiments` at hand, since planning needs them.

    Examples
    --------
    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6")
    >>> low = commons.select(beam="1e14", early_termination=True)
    >>> low.architectures[["experiment", "architecture", "mflops"]].head(2)
                        experiment  architecture    mflops
    0  1gpu_1e14_early_termination             0  740.0186
    1  1gpu_1e14_early_termination             1  893.3620
    """

    def select(self, where: str | None = None, /, **attributes: Any) -> Commons:
        """Confine the commons to experiments with some attributes, or networks of some kind.

        Parameters
        ----------
        where : str, optional
            A condition on networks, such as ``"mflops < 500 and status == 'ok'"``. It names
            columns of `architectures`, or else of `experiments` or keys of their ``setting``;
            compares them by ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in [...]``,
            ``is null``, ``is not null``; and joins that by ``and``, ``or``, ``not``. As in SQL,
            a network is kept where the condition is true, which a comparison with a missing
            value is not. The text is parsed, never run.
        **attributes
            Columns of `experiments`: ``archive``, ``experiment``, ``status``, ``search_space``,
            ``strategy``, ``task_data``, ``hardware``, ``protocol``, ``gpus``, ``beam``,
            ``early_termination``, ``epoch_budget``; or keys of their ``setting``. Each is a
            value, or a list of values any of which will do.

        Returns
        -------
        Commons
            Row groups that cannot hold such rows are not read.

        Raises
        ------
        SelectionError
            If there is no such attribute or column, no experiment of the commons has such a
            value, or nothing has all that is asked for.
        ParameterError
            If the condition cannot be read.

        Notes
        -----
        Attributes are looked up in the index of experiments, so nothing is read but footers.
        A condition reads the columns that it names, one row a network, of the row groups whose
        statistics leave it open; the other tables follow by the numbers of the networks kept
        and stay lazy. `experiments` keeps the experiments that have such networks, with
        architectures, structures, history rows, measurements and lineage counted anew; their
        wall time stays that of the whole search, and `rejects` those of the experiments.
        A row of `lineage` stays with its child.

        Examples
        --------
        >>> import vinarch
        >>> commons = vinarch.fetch("JS9FR6")
        >>> commons.select(gpus=1, beam=["1e15", "1e16"])
        Commons of 1 archive (JS9FR6 9.0): 4 experiments, 400 architectures, 8,384 history rows
        >>> commons.select("mflops < 500 and status == 'early_stopped'", gpus=1)
        Commons of 1 archive (JS9FR6 9.0): 2 experiments, 15 architectures, 228 history rows
        """
        index = self.experiment_index
        chosen = pd.Series(data=True, index=index.index)
        for name, wanted in attributes.items():
            chosen &= matching_experiments(index, name, wanted)
        if attributes and not chosen.any():
            raise SelectionError(
                "select",
                "an experiment with all of these attributes",
                ", ".join(f"{name}={wanted!r}" for name, wanted in attributes.items()),
                "`commons.experiment_index` lists the experiments.",
            )
        mine = _of_experiments(self, index[chosen].reset_index(drop=True))
        if where is None:
            return mine
        # What an attribute has excluded can still be named: it is known, and simply never true.
        return _of_condition(mine, parse_condition(where, condition_columns(index)))


def _of_experiments(commons: Commons, index: pd.DataFrame) -> Commons:
    networks = commons.networks
    if networks is not None:
        networks = networks.merge(index[_PLACE], on=_PLACE)
    return replace(commons, experiment_index=index, networks=networks)


def _of_condition(commons: Commons, condition: Condition) -> Commons:
    index = commons.experiment_index
    known = known_values(index, condition.columns)
    found = matching_networks(commons.snapshot, index, condition, known)
    if commons.networks is not None:
        found = found.merge(commons.networks[list(NETWORK)], on=list(NETWORK))
    if found.empty:
        raise SelectionError(
            "select",
            f"a network with {condition.text}",
            f"none of {int(index['architecture_count'].sum()):,} in "
            f"{len(index):,} experiment" + "s" * (len(index) != 1),
            "A missing value meets no comparison; `is null` asks for it.",
        )
    networks = found[list(NETWORK)]
    held = found.groupby(_PLACE)
    kept = index.merge(networks[_PLACE].drop_duplicates(), on=_PLACE)
    counts = {
        "architecture_count": held.size(),
        "structure_count": held["structure"].nunique(),
        "history_row_count": held["history_row_count"].sum(),
    }
    for name, table in _COUNTS.items():
        rows = kept[kept[name] > 0]
        if len(rows):
            counts[name] = kept_row_counts(commons.snapshot, table, rows, networks)
    place = pd.MultiIndex.from_frame(kept[_PLACE])
    kept = kept.assign(
        **{
            name: rows.reindex(place, fill_value=0).to_numpy(dtype="int64")
            for name, rows in counts.items()
        }
    )
    dtypes = {name: EXPERIMENTS.column(name).pandas_dtype for name in counts}
    return replace(commons, experiment_index=kept.astype(dtypes), networks=networks)
