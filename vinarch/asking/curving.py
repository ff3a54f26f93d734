"""Learning curves as a tidy frame: one row a network, epoch and measure.

Rows of `histories` in, long rows of the schema `vinarch.schema.CURVES` out.
No Dask, no files; which networks are meant is decided elsewhere.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.asking.ranking import KEY
from vinarch.errors import ParameterError, SelectionError
from vinarch.parameters import check_choice
from vinarch.schema import CURVES, HISTORIES

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = tuple(
    column.name
    for column in HISTORIES.columns
    if column.pandas_dtype == "float64" and column.name != "epoch"
)
"""Columns of `histories` that make a curve."""


def check_values(values: Any) -> list[str]:
    """Return the columns of `histories` that are asked for; all of `VALUES` if None.

    Raises
    ------
    ParameterError
        If one is no such column, or none is named.
    """
    where = "curves(values=…)"
    if values is None:
        return list(VALUES)
    names = [values] if isinstance(values, str) else list(values)
    if not names:
        raise ParameterError(where, "at least one column of `histories`", "none", "Leave it out.")
    return list(dict.fromkeys(str(check_choice(where, name, VALUES)) for name in names))


def network_keys(networks: Any, experiments: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return the keys of networks that are told by a frame, or by number in the one experiment.

    Parameters
    ----------
    networks : DataFrame with the columns `KEY`, or sequence of int
    experiments : sequence of (archive, experiment)
        Those that have networks.

    Returns
    -------
    DataFrame
        The columns `KEY`, each network once.

    Raises
    ------
    ParameterError
        If it is neither, or numbers are given and there are several experiments.
    """
    where = "curves(networks=…)"
    if isinstance(networks, pd.DataFrame):
        lacking = [name for name in KEY if name not in networks.columns]
        if lacking:
            raise ParameterError(
                where,
                "a frame with the columns " + ", ".join(KEY),
                "one without " + ", ".join(lacking),
                "Pass what commons.best(…) or commons.pareto(…) returns.",
            )
        return networks[list(KEY)].drop_duplicates(ignore_index=True)
    try:
        numbers = [operator.index(number) for number in networks]
    except TypeError:
        raise ParameterError(
            where,
            "how many, a frame of networks, or numbers of architectures such as [3, 71]",
            repr(networks)[:60],
            "`commons.architectures` lists them.",
        ) from None
    if len(experiments) != 1:
        raise ParameterError(
            where,
            "a frame of networks where there are several experiments",
            f"{len(numbers)} numbers and {len(experiments)} experiments",
            "Select one experiment first, or pass what commons.best(…) returns.",
        )
    ((archive, name),) = experiments
    frame = pd.DataFrame({"archive": archive, "experiment": name, "architecture": numbers})
    return frame.drop_duplicates(ignore_index=True)


def refuse_strangers(wanted: pd.DataFrame, known: pd.DataFrame) -> None:
    """Refuse networks that there are none of.

    Raises
    ------
    SelectionError
        If a key of `wanted` is not in `known`.
    """
    both = wanted.astype({"archive": str, "experiment": str, "architecture": "int64"}).merge(
        known[list(KEY)].astype({"archive": str, "experiment": str, "architecture": "int64"}),
        on=list(KEY),
        how="left",
        indicator=True,
    )
    strange = both[both["_merge"] == "left_only"]
    if len(strange):
        archive, name, number = (strange.iloc[0][column] for column in KEY)
        raise SelectionError(
            "curves(networks=…)",
            f"networks of this commons, which holds {len(known):,} of those experiments",
            f"architecture {number} of {name} ({archive}), which is none of them",
            "`commons.architectures` lists them.",
        )


def long_curves(
    histories: pd.DataFrame, experiments: pd.DataFrame, values: Sequence[str]
) -> pd.DataFrame:
    """Turn rows of training histories into one row a network, epoch and measure.

    Parameters
    ----------
    histories : DataFrame
        With `KEY`, ``epoch`` and the columns `values`.
    experiments : DataFrame
        With ``archive, experiment, first_epoch``.
    values : sequence of str

    Returns
    -------
    DataFrame
        Of the schema `vinarch.schema.CURVES`; missing values are left out.
    """
    wide = histories.merge(
        experiments[["archive", "experiment", "first_epoch"]],
        on=["archive", "experiment"],
        how="left",
        validate="many_to_one",
    )
    # Where the source counts from 0, the row of epoch 0 stands after one epoch of training.
    wide["epochs_done"] = wide["epoch"] - wide["first_epoch"] + 1.0
    long = wide.melt(
        id_vars=[*KEY, "epoch", "epochs_done"],
        value_vars=list(values),
        var_name="measure",
        value_name="value",
    ).dropna(subset=["value"])
    # The measures stay in the order asked for.
    order = pd.Categorical(long["measure"], categories=list(values), ordered=True)
    long = long.assign(unit=long["measure"].map(_units()), measure=order)
    told = long.sort_values([*KEY, "measure", "epoch"], kind="stable", ignore_index=True)
    told = told.astype({"measure": str})[list(CURVES.names)]
    return told.astype({name: CURVES.column(name).pandas_dtype for name in CURVES.names})


def _units() -> dict[str, str]:
    return {column.name: column.unit for column in HISTORIES.columns}


def refuse_no_curves(histories: pd.DataFrame, values: Sequence[str], networks: int) -> None:
    """Refuse an empty answer.

    Raises
    ------
    SelectionError
        Always; it says which columns have values for these networks.
    """
    there = [name for name in VALUES if name in histories and histories[name].notna().any()]
    raise SelectionError(
        "curves",
        "training histories with " + (" or ".join(values) if len(values) < len(VALUES) else "rows"),
        f"{len(histories):,} rows of {networks:,} networks without such values",
        f"They have {', '.join(there)}."
        if there
        else "Their archive tells no training histories "
        "of them: `commons.experiment_index` counts the rows of each experiment.",
    )
