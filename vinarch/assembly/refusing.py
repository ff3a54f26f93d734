"""Find the source rows that contradict others: rows in, reasons written beside the bad ones.

Changes the columns ``expected`` and ``got`` of the frame that it is given, and adds
``genome_rejected``; a row keeps its first reason.
"""

from __future__ import annotations

import pandas as pd

_AGREEING = (("flat", "genome"), ("mflops", "flops"), ("parameter_count", "parameters"))
"""Columns that all rows of an architecture must agree in, and what messages call them."""


def refuse_contradictions(rows: pd.DataFrame) -> None:
    """Mark every row that cannot stand beside the others of its architecture.

    Parameters
    ----------
    rows : pandas.DataFrame
        Source rows of one experiment with their architecture numbers.
    """
    _reject_unreadable_architectures(rows)
    for column, word in _AGREEING:
        _reject_contradictions(rows, column, word)
    _reject_repeated_epochs(rows)
    _spread_genomes(rows)


def place_by_neighbours(rows: pd.DataFrame) -> None:
    """Give a refused row the architecture of the rows before and after it, where they agree."""
    of_file = rows.groupby("source_file", sort=False)["architecture"]
    before, after = of_file.ffill(), of_file.bfill()
    lost = rows["architecture"].isna() & rows["expected"].notna() & (before == after)
    rows.loc[lost, "architecture"] = before[lost]


def _reject_unreadable_architectures(rows: pd.DataFrame) -> None:
    refused = rows[rows["genome_refused"].fillna(value=False).astype(bool)]
    rows["genome_rejected"] = False
    known = refused.dropna(subset=["architecture"]).drop_duplicates("architecture")
    for line, architecture in zip(known["line"], known["architecture"], strict=True):
        members = (rows["architecture"] == architecture).fillna(value=False)
        rows.loc[members, "genome_rejected"] = True
        unexplained = members & rows["expected"].isna()
        rows.loc[unexplained, "expected"] = (
            f"a readable genome in every row of architecture {architecture}"
        )
        rows.loc[unexplained, "got"] = f"one in line {line} that cannot be read"


def _reject_contradictions(rows: pd.DataFrame, column: str, word: str) -> None:
    """Reject the rows that disagree with most rows of their architecture, or with its first."""
    candidates = rows[rows["expected"].isna()]
    counts = candidates.groupby("architecture")[column].nunique()
    for architecture in counts.index[counts > 1]:
        mine = candidates[candidates["architecture"] == architecture]
        seen = mine[column].value_counts()
        often = seen.index[seen == seen.max()]
        usual = mine[column][mine[column].isin(often)].iloc[0]
        which = "most rows" if len(often) == 1 else "the first row"
        odd = mine.index[(mine[column] != usual) & mine[column].notna()]
        rows.loc[odd, "expected"] = f"{word}: {usual}, as in {which} of architecture {architecture}"
        rows.loc[odd, "got"] = rows.loc[odd, column].astype(str)


def _reject_repeated_epochs(rows: pd.DataFrame) -> None:
    candidates = rows[rows["expected"].isna() & rows["architecture"].notna()]
    key = ["architecture", "epoch"]
    repeated = candidates[candidates.duplicated(key)]
    if repeated.empty:
        return
    first = candidates.drop_duplicates(key)[[*key, "source_file", "line"]]
    pairs = repeated[key].reset_index().merge(first, on=key, how="left").set_index("index")
    for index, architecture, epoch, there, line in pairs.itertuples(name=None):
        place = (
            f"line {line}" if there == rows.loc[index, "source_file"] else f"{there}, line {line}"
        )
        which = "one row" if pd.isna(epoch) else f"one row for epoch {epoch:g}"
        rows.loc[index, "expected"] = f"{which} of architecture {architecture}"
        rows.loc[index, "got"] = f"another; the first is in {place}"


def _spread_genomes(rows: pd.DataFrame) -> None:
    """Give each good row its architecture's genome, which may stand in another row only."""
    good = rows["expected"].isna()
    known = rows[good & rows["flat"].notna() & rows["architecture"].notna()]
    first = known.drop_duplicates("architecture").set_index("architecture")["flat"]
    bare = good & rows["flat"].isna()
    rows.loc[bare, "flat"] = rows.loc[bare, "architecture"].map(first)
    for column, word in (("architecture", "a row that says whose it is"), ("flat", "a genome")):
        lost = rows["expected"].isna() & rows[column].isna()
        rows.loc[lost, "expected"] = word
        rows.loc[lost, "got"] = "none"
