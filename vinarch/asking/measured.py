"""One value a network of a measure in `measurements`, to judge networks by.

Rows of `measurements` in, one row a network and one column a measure out. What has several values
a network (of devices, of splits) is refused: which is meant is for the asker to say.
No Dask, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.asking.ranking import KEY
from vinarch.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

MEASURED_COLUMNS = (*KEY, "measure", "split", "epoch", "device", "statistic", "value")
"""Columns of `measurements` that are needed."""

_APART = ("split", "device", "statistic")


def one_value_each(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return one value a network and measure: of the trained network, or of its last epoch.

    Parameters
    ----------
    rows : DataFrame
        With `MEASURED_COLUMNS`; rows without a value are left out.
    where : str
        The place to name in errors.

    Returns
    -------
    DataFrame
        ``archive, experiment, architecture`` and a column a measure, of float.

    Raises
    ------
    ParameterError
        If a network has several such values.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"archive": "a", "experiment": "e", "architecture": [0, 0, 1],
    ...     "measure": "energy_kwh", "split": None, "epoch": [4.0, 12.0, 12.0], "device": None,
    ...     "statistic": None, "value": [0.5, 1.5, 2.5]})
    >>> one_value_each(rows, "best")["energy_kwh"].tolist()
    [1.5, 2.5]
    """
    known = rows[rows["value"].notna()]
    group = [*KEY, "measure"]
    # A missing epoch comes first: it says that the value is the trained network's.
    ordered = known.sort_values([*group, "epoch"], ascending=[True] * 4 + [False],
                                na_position="first", kind="stable")  # fmt: skip
    epochs = ordered.groupby(group, sort=False)["epoch"].transform("first")
    # `first` skips missing values; a group that has one keeps the rows without an epoch.
    trained = ordered["epoch"].isna().groupby([ordered[name] for name in group]).transform("any")
    last = ordered[(trained & ordered["epoch"].isna()) | (~trained & (ordered["epoch"] == epochs))]
    several = last[last.duplicated(group, keep=False)]
    if len(several):
        first = several.iloc[0]
        same = several[(several[group] == first[group]).all(axis=1)]
        told = [name for name in _APART if len(same[name].drop_duplicates()) > 1]
        raise ParameterError(
            where,
            "a measure with one value a network",
            f"{len(same)} values of {first['measure']} for architecture {first['architecture']} "
            f"of {first['experiment']}" + (f", by {' and '.join(told)}" if told else ""),
            "Ask commons.sql(…) for the ones you mean.",
        )
    wide = last.pivot_table(index=list(KEY), columns="measure", values="value", aggfunc="first")
    return wide.rename_axis(columns=None).reset_index()
