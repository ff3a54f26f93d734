"""The best networks and the Pareto fronts of a frame of networks.

One row a network in, the same rows, fewer, out; ties go by archive, experiment and number, so
that the answer is the same however the rows came together.
No Dask, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from vinarch.errors import ParameterError, SelectionError
from vinarch.fronts import rank_fronts
from vinarch.parameters import check_choice
from vinarch.schema import ARCHITECTURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

DirectionName = Literal["max", "min"]
"""Whether high or low values are wanted."""

KEY = ("archive", "experiment", "architecture")

_NUMBERS_OF_NO_WORTH = {"architecture", "structure", "repeat", "seed", "source_row"}
MEASURES = tuple(
    column.name
    for column in ARCHITECTURES.columns
    if column.pandas_dtype in {"float64", "int64", "Int64"}
    and column.name not in _NUMBERS_OF_NO_WORTH
)
"""Columns of `architectures` by which networks can be ranked."""

_TOLD = (
    "native_id",
    "status",
    "epochs_trained",
    "last_val_accuracy_percent",
    "mflops",
    "parameter_count",
    "structure_id",
)
"""What an answer tells of each network besides what was asked for."""


def check_measures(where: str, names: Sequence[Any], held: Sequence[str] = ()) -> list[str]:
    """Return names of columns by which networks can be ranked, or of measures that are held.

    Raises
    ------
    ParameterError
        If there is no such column, or none is named.
    """
    if not names:
        raise ParameterError(
            where, "at least one column of `architectures`", "none", "For example mflops."
        )
    return [str(check_choice(where, name, [*MEASURES, *held])) for name in names]


def check_direction(where: str, direction: Any) -> DirectionName:
    """Return whether high or low values are wanted, `maximise` and `minimise` shortened."""
    choices = ["max", "min", "maximise", "minimise"]
    return "max" if str(check_choice(where, direction, choices)).startswith("max") else "min"


def told_columns(measures: Sequence[str]) -> list[str]:
    """Return the columns of an answer: the key, what was asked for, what else is told."""
    return [*KEY, *measures, *(name for name in _TOLD if name not in measures)]


def best_rows(
    networks: pd.DataFrame,
    n: int,
    by: str,
    direction: DirectionName,
    each: Sequence[str],
) -> pd.DataFrame:
    """Return the n best networks, best first.

    Parameters
    ----------
    networks : DataFrame
        One row a network, with `KEY` and `by`; one without a value of `by` is left out.
    n : int
        How many; of equal ones those come first that are first by `KEY`.
    by : str
    direction : {"max", "min"}
    each : sequence of str
        Columns whose groups have n networks each; all together if empty.

    Returns
    -------
    DataFrame
        Sorted by `each`, then from the best on. The best of parts together have the same best
        as all rows.

    Examples
    --------
    >>> import pandas as pd
    >>> networks = pd.DataFrame({"archive": "a", "experiment": "e", "architecture": [0, 1, 2],
    ...     "mflops": [300.0, 200.0, 200.0]})
    >>> best_rows(networks, 2, "mflops", "min", [])["architecture"].tolist()
    [1, 2]
    """
    known = networks[networks[by].notna()]
    ordered = known.sort_values(
        [*each, by, *KEY],
        ascending=[*[True] * len(each), direction == "min", *[True] * len(KEY)],
        kind="stable",
    )
    if each:
        return ordered.groupby(list(each), sort=False, dropna=False).head(n)
    return ordered.head(n)


def front_rows(
    networks: pd.DataFrame, objectives: Mapping[str, DirectionName], each: Sequence[str]
) -> pd.DataFrame:
    """Return the networks that no other of their group beats in every objective.

    Parameters
    ----------
    networks : DataFrame
        One row a network, with `KEY` and the objectives; one that lacks an objective is left out.
    objectives : mapping of str to {"max", "min"}
    each : sequence of str
        Columns whose groups have a front each; one front of all if empty.

    Returns
    -------
    DataFrame
        Sorted by `each`, then from the best on in the first objective. Networks that are equal in
        all objectives are all on the front.
    """
    ordered = networks.sort_values(list(KEY), kind="stable", ignore_index=True)
    ranked = rank_fronts(ordered, dict(objectives), by=list(each))
    front = ranked[(ranked["front"] == 0).fillna(value=False).astype(bool)]
    kept = front.drop(columns=["front", "crowding"])
    first, *others = objectives
    ascending = [objectives[name] == "min" for name in (first, *others)]
    return kept.sort_values(
        [*each, first, *others, *KEY],
        ascending=[*[True] * len(each), *ascending, *[True] * len(KEY)],
        kind="stable",
        ignore_index=True,
    )


def refuse_unknown(where: str, networks: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse an empty answer: say of which column there is nothing, and what there is instead.

    Parameters
    ----------
    where : str
    networks : DataFrame
        All networks asked, with `KEY` and the columns `MEASURES`.
    names : sequence of str
        What was asked for.

    Raises
    ------
    SelectionError
        Always.
    """
    missing = [name for name in names if not networks[name].notna().any()]
    there = [name for name in MEASURES if networks[name].notna().any()]
    searches = networks[["archive", "experiment"]].drop_duplicates()
    raise SelectionError(
        where,
        "networks with a value of " + " and ".join(missing or names),
        f"none of {len(networks):,} in {len(searches):,} experiment" + "s" * (len(searches) != 1),
        f"They have values of {', '.join(there)}." if there else "Select others.",
    )
