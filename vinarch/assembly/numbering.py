"""Give architectures and structures their numbers: source rows in, numbers out."""

from __future__ import annotations

import pandas as pd


def number_architectures(rows: pd.DataFrame) -> None:
    """Give numbers to the architectures of a source that names its networks instead.

    A network is a native id and, where there are several trainings of it, a repeat.
    They are numbered from 0 in the order in which the search tried them where that is recorded,
    else by first appearance. A source that numbers them keeps its numbers, as native ids too.

    Parameters
    ----------
    rows : pandas.DataFrame
        Source rows of one experiment; its columns ``architecture`` and ``native_id`` are filled.
    """
    if rows["architecture"].notna().any() or rows["native_id"].isna().all():
        unnamed = rows["native_id"].isna() & rows["architecture"].notna()
        numbers = rows.loc[unnamed, "architecture"].astype("int64").astype(str)
        rows["native_id"] = rows["native_id"].astype(object)
        rows.loc[unnamed, "native_id"] = numbers
        return
    named = rows[rows["native_id"].notna()]
    identities = named.groupby(["native_id", "repeat"], dropna=False, sort=False)
    number = identities.ngroup()
    tried = identities["search_order"].min().to_numpy(dtype="float64", na_value=float("nan"))
    # Stable, and unknown places go last, so that ties keep the order of appearance.
    places = pd.Series(tried).sort_values(kind="stable").index
    rank = pd.Series(range(len(places)), index=places)
    rows.loc[named.index, "architecture"] = rank[number].to_numpy()


def number_structures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each architecture's genome, and each genome's number by first appearance.

    Parameters
    ----------
    rows : pandas.DataFrame
        Source rows whose architecture and genome could be read.

    Returns
    -------
    pandas.DataFrame
        Columns ``flat`` and ``structure``, one row an architecture, which is the index.
    """
    usual = rows[rows["expected"].isna()].drop_duplicates("architecture")
    # An architecture whose every row was refused for something else still shows its genome.
    first = pd.concat([usual, rows.drop_duplicates("architecture")]).drop_duplicates("architecture")
    flat_of = first.set_index("architecture")["flat"]
    appearance = rows.drop_duplicates("architecture")["architecture"]
    numbers = {flat: number for number, flat in enumerate(dict.fromkeys(flat_of[appearance]))}
    return pd.DataFrame({"flat": flat_of, "structure": flat_of.map(numbers)}, index=flat_of.index)
