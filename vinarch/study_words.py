"""What a study found, in sentences: frames of statistics and matches in, plain sentences out.

Every accuracy is told with its measure.
The mean over epochs follows the length of a history, so it compares no experiments here.
No markup, no files, no commons.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.reproducing.wording import counted, level, listed, were
from vinarch.summary import PUBLISHED_ROW

if TYPE_CHECKING:
    from vinarch.summary import ChosenRow

_SECONDS_PER_HOUR = 3600
_MOST_LISTED = 8
"""Numbers that a sentence lists; a table has them all."""

_MEASURES = {
    "last_val_accuracy_percent": "last validation accuracy (that of the last epoch trained)",
    "best_val_accuracy_percent": "best validation accuracy (the highest of any epoch)",
}


_MEASURES_TRAINED = {"last_val_accuracy_percent": "validation accuracy of the trained network"}
"""Of networks without histories, in which no epoch is the best."""


def has_histories(statistics: pd.DataFrame) -> bool:
    """Tell whether any network has a training history: only then it has a mean over epochs."""
    return len(_known(statistics, "mean_val_accuracy_percent")) > 0


def training_sentences(overall: pd.DataFrame, statistics: pd.DataFrame) -> tuple[str, ...]:
    """Say how much was trained.

    Parameters
    ----------
    overall : pandas.DataFrame
        What `Commons.statistics` gives with ``by=None``.
    statistics : pandas.DataFrame
        What it gives by experiment.

    Returns
    -------
    tuple of str
    """
    rows = _known(statistics, "epochs_trained")
    all_of_them = _known(overall, "epochs_trained")
    if rows.empty or all_of_them.empty:
        return ()
    total = all_of_them.iloc[0]
    who = (
        f"The experiment {rows.iloc[0]['experiment']}"
        if len(rows) == 1
        else f"The {counted(len(rows), 'experiment')}"
    )
    networks = counted(int(total["network_count"]), "network")
    structures = counted(int(total["structure_count"]), "structure")
    epochs = counted(int(total["total"]), "epoch")
    said = [f"{who} trained {networks} of {structures} in {epochs}."]
    silent = statistics.loc[statistics["network_count"] == 0, "experiment"].nunique()
    if silent:
        said.append(
            f"Of {counted(silent, 'further experiment')} the archive has no training histories."
        )
    return (*said, *_epoch_sentences(rows, total))


def _epoch_sentences(rows: pd.DataFrame, total: pd.Series) -> tuple[str, ...]:
    low, high = total["minimum"], total["maximum"]
    if low == high:
        return (f"Every training lasted {counted(int(low), 'epoch')}.",)
    said = (
        f"A training lasted {total['mean']:.1f} epochs in the mean, from {int(low)} to {int(high)}"
    )
    if len(rows) == 1:
        return (f"{said}.",)
    return (f"{said}; the mean of an experiment lies {_range(rows, 'mean', 1, '')}.",)


def accuracy_sentences(statistics: pd.DataFrame, confidence: float) -> tuple[str, ...]:
    """Say how accurate the networks of the experiments are, by named measures.

    Parameters
    ----------
    statistics : pandas.DataFrame
        What `Commons.statistics` gives by experiment.
    confidence : float
        Level of its intervals.

    Returns
    -------
    tuple of str
    """
    said = []
    for measure, name in (_MEASURES if has_histories(statistics) else _MEASURES_TRAINED).items():
        rows = _known(statistics, measure)
        if rows.empty:
            said.append(f"The {name} is not recorded.")
        elif len(rows) == 1:
            row = rows.iloc[0]
            said.append(
                f"The {name} is {row['mean']:.2f} % in the mean{_interval(row, confidence)}."
            )
        else:
            said.append(
                f"The mean {name} of an experiment lies "
                f"{_range(rows, 'mean', 2, ' %', confidence)}."
            )
        all_rows = statistics[statistics["measure"] == measure]
        unknown = int((all_rows["network_count"] - all_rows["n"]).sum())
        if len(rows) and unknown:
            said.append(f"It is not recorded of {counted(unknown, 'network')}.")
    return (*said, *highest_sentences(statistics))


def data_sentences(index: pd.DataFrame) -> tuple[str, ...]:
    """Say whether the experiments trained on the same data, from the index of experiments."""
    trained = index[index["architecture_count"] > 0]
    if trained["beam"].nunique() < 2:  # noqa: PLR2004 - two are the fewest that differ
        return ()
    said = "Experiments of different beam intensities trained on different data: their accuracies "
    return (f"{said}tell of the data as well as of the search.",)


def highest_sentences(statistics: pd.DataFrame) -> tuple[str, ...]:
    """Say which accuracy was the highest, and where it was reached."""
    rows = _known(statistics, "best_val_accuracy_percent")
    if rows.empty:
        return ()
    highest = rows["maximum"].max()
    where = _where(rows, "maximum", highest)
    return (
        f"The highest validation accuracy of any epoch is {highest:.2f} %, reached in {where}.",
    )


def cost_sentences(overall: pd.DataFrame, statistics: pd.DataFrame) -> tuple[str, ...]:
    """Say what the networks and the searches cost; arguments as of `training_sentences`."""
    said = [
        f"One forward pass takes {_figures(total['median'])} MFLOPs in the median of the networks, "
        f"from {_figures(total['minimum'])} to {_figures(total['maximum'])}."
        for total in _known(overall, "mflops").to_dict("records")
    ]
    rows = _known(statistics, "wall_time_seconds")
    hours = rows.assign(total=rows["total"] / _SECONDS_PER_HOUR)
    if len(hours) == 1:
        row = hours.iloc[0]
        said.append(f"The search {row['experiment']} took {row['total']:.1f} hours of wall time.")
    elif len(hours):
        said.append(
            f"The wall time of a search lies {_range(hours, 'total', 1, ' hours')}; the "
            f"{len(hours)} whose wall time is known took {hours['total'].sum():,.1f} hours "
            "together."
        )
    return tuple(said)


def match_sentences(
    matches: pd.DataFrame,
    across: pd.DataFrame,
    min_length: int,
    without_start: pd.Series | None = None,
) -> tuple[str, ...]:
    """Say how many matching subsequences there are.

    Parameters
    ----------
    matches, across : pandas.DataFrame
        Rows of `vinarch.match` by experiment and across experiments.
    min_length : int
        Shortest run that was kept, in symbols.
    without_start : pandas.Series, optional
        In how many experiments a structure outside shared starts holds each row of `across`;
        None where experiments share no start.

    Returns
    -------
    tuple of str
    """
    searches = matches["experiment"].nunique()
    found = counted(len(matches), "distinct matching subsequence")
    different = len(matches[["start", "subsequence"]].drop_duplicates())
    where = "within the experiment" if searches == 1 else "counted within each experiment"
    if different < len(matches):
        where += f" ({different:,} different {'one' if different == 1 else 'ones'})"
    there = f"There {'is' if len(matches) == 1 else 'are'} {found}"
    runs = "runs of symbols that two or more structures share at the same start index, and that "
    runs += "are maximal for a pair of them"
    said = [f"{there} of at least {counted(min_length, 'symbol')}, {where}: {runs}."]
    if searches > 1 and len(across):
        everywhere = int((across["experiment_count"] == searches).sum())
        said.append(
            f"With all experiments taken together there are {len(across):,}; {everywhere:,} of "
            f"them {'is' if everywhere == 1 else 'are'} held by structures of all {searches} "
            "experiments."
        )
        if without_start is not None:
            left = int((without_start == searches).sum())
            said.append(
                f"Without the structures of the start that experiments share it is {left:,}: the "
                "others are in all experiments because of it."
                if left < everywhere
                else "That does not hang on the start that experiments share."
            )
    return tuple(said)


def chosen_sentences(
    matches: pd.DataFrame, chosen: ChosenRow, *, recorded: bool = True
) -> tuple[str, ...]:
    """Say which matching subsequence the figures show, and what holds it."""
    what = "which the VINARCH paper shows" if chosen == PUBLISHED_ROW else "selected here"
    place = (
        f"The subsequence {chosen.subsequence} at start index {chosen.start} of the experiment "
        f"{chosen.experiment}, {what}, is {counted(len(chosen.subsequence), 'symbol')} long."
    )
    rows = matches[
        (matches["experiment"] == chosen.experiment)
        & (matches["start"] == chosen.start)
        & (matches["subsequence"] == chosen.subsequence)
    ]
    if rows.empty:
        return (place, "Structures hold it, but it is maximal for no pair of them.")
    row = rows.iloc[0]
    said = f"{counted(int(row['count']), 'structure')} share it"
    if row["count"] <= _MOST_LISTED:
        said = f"The structures {listed(list(map(str, row['structures'])))} share it"
    accuracy = row["mean_val_accuracy_percent"]
    if pd.isna(accuracy):
        return (place, f"{said}.", "No validation accuracy of their networks is recorded.")
    if not recorded:
        mean = f"The mean validation accuracy of their trained networks is {accuracy:.2f} %."
        return (place, f"{said}.", mean)
    mean = "The mean validation accuracy over all epochs of their networks, the measure of "
    mean += f"VINARCH's table, is {accuracy:.2f} %."
    return (place, f"{said}.", mean)


def replicated_sentences(structures: pd.DataFrame, known: int) -> tuple[str, ...]:
    """Say how many structures more than one experiment trained.

    Parameters
    ----------
    structures : pandas.DataFrame
        Of the schema `vinarch.schema.REPLICATED_STRUCTURES`.
    known : int
        Structures of all experiments.

    Returns
    -------
    tuple of str
    """
    again = structures["structure_id"].nunique()
    if not again:
        return ("No structure was trained in more than one experiment.",)
    seeded = structures.loc[structures["in_shared_start"], "structure_id"].nunique()
    said = (
        f"{again:,} of the {counted(known, 'structure')} {were(again)} trained in more than one "
        "experiment"
    )
    if not seeded:
        return (f"{said}.",)
    return (f"{said}, {again - seeded:,} of them outside a start that experiments share.",)


def _known(statistics: pd.DataFrame, measure: str) -> pd.DataFrame:
    return statistics[(statistics["measure"] == measure) & (statistics["n"] > 0)]


def _figures(value: float) -> str:
    """Write a number to three figures, none of a whole part cut."""
    if not value:
        return "0"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def _interval(row: pd.Series, confidence: float) -> str:
    if pd.isna(row["mean_low"]) or pd.isna(row["mean_high"]):
        return ""
    return f" ({level(confidence)} interval {row['mean_low']:.2f} to {row['mean_high']:.2f} %)"


def _range(
    rows: pd.DataFrame, column: str, decimals: int, unit: str, confidence: float | None = None
) -> str:
    """Say between which two values a column lies, and which experiments have them."""
    ends = []
    for value in (rows[column].min(), rows[column].max()):
        interval = ""
        holders = rows[rows[column] == value]
        if confidence is not None and len(holders) == 1:
            interval = _interval(holders.iloc[0], confidence).replace(" (", "; ").rstrip(")")
        ends.append(f"{value:,.{decimals}f}{unit} ({_where(rows, column, value)}{interval})")
    return f"between {ends[0]} and {ends[1]}"


def _where(rows: pd.DataFrame, column: str, value: float) -> str:
    names = rows.loc[rows[column] == value, "experiment"].tolist()
    if len(names) == 1:
        return str(names[0])
    if len(names) == len(rows):
        return "every experiment"
    return f"{len(names)} of the {len(rows)} experiments"
