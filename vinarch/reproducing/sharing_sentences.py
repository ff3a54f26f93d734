"""Say in plain sentences what experiments share: starts, structures and subsequences.

Experiments and the tables in, sentences with their numbers out.
Knows no accuracies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.reproducing.pairs import EVERYTHING, WITHOUT_START
from vinarch.reproducing.searches import LAST
from vinarch.reproducing.starts import CHANCE
from vinarch.reproducing.wording import counted, listed, share, span, were, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.reproducing.searches import Experiment

_MOST_NAMED = 3
"""More names of experiments, or more groups, than a reader takes in."""


def start_sentences(
    experiments: Sequence[Experiment], starts: pd.DataFrame, pairs: pd.DataFrame
) -> list[str]:
    """Say which first architectures experiments share.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of them.
    starts, pairs : DataFrame
        Of the schemas `vinarch.schema.SHARED_STARTS` and `vinarch.schema.EXPERIMENT_PAIRS`.

    Returns
    -------
    list of str
    """
    if pairs.empty:
        return ["There is one experiment only, so nothing can be compared between experiments."]
    if starts.empty:
        return [
            (
                "No two experiments begin with the same structures in the same order for longer "
                "than chance explains."
            )
        ]
    groups = [group for _, group in starts.groupby("start_group", sort=True)]
    said = [_start(group, len(experiments)) for group in groups[:_MOST_NAMED]]
    if len(groups) > _MOST_NAMED:
        further = counted(len(groups) - _MOST_NAMED, "further group")
        said.append(f"There are shared starts in {further} of experiments.")
    said.append(
        f"Random order would give so long a run with a probability below 1 in {1 / CHANCE:,.0f}: "
        + (
            "these experiments trained one list of networks, so that what they share tells "
            "nothing of a search."
            if _are_lists(experiments, starts)
            else "these repeats come from a common start of the searches (one seed), not from "
            "what they found."
        )
    )
    return said + _throughout(experiments, pairs)


def structure_sentences(experiments: Sequence[Experiment], structures: pd.DataFrame) -> list[str]:
    """Say how many structures were trained in more than one experiment.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of them.
    structures : DataFrame
        Of the schema `vinarch.schema.REPLICATED_STRUCTURES`.

    Returns
    -------
    list of str
    """
    total = len(set().union(*(experiment.structures.index for experiment in experiments)))
    if structures.empty:
        return [f"Of {counted(total, 'structure')} none was trained in more than one experiment."]
    by_structure = structures.groupby("structure_id")
    started = by_structure["in_shared_start"].any()
    again = by_structure["same_data_count"].max() > 1
    trained = f"{len(started):,} {were(len(started))} trained in more than one experiment"
    said = f"Of {counted(total, 'structure')} {trained}"
    if not started.any():
        return [f"{said}, {_none(int(again.sum()))} of them on the same task data."]
    inside, outside = int(started.sum()), int((~started).sum())
    rest = int((again & ~started).sum())
    belong = "belongs" if inside == 1 else "belong"
    if not outside:
        return [f"{said}; all of them belong to a shared start."]
    return [
        f"{said}; {inside:,} of them {belong} to a shared start and {outside:,} to none.",
        (
            f"Of the latter {_none(rest)} {'was' if rest < 2 else 'were'} "  # noqa: PLR2004
            "trained in more than one experiment on the same task data."
        ),
    ]


def subsequence_sentences(pairs: pd.DataFrame, min_length: int) -> list[str]:
    """Say how many matching subsequences experiments share, and how many chance gives.

    Parameters
    ----------
    pairs : DataFrame
        Of the schema `vinarch.schema.EXPERIMENT_PAIRS`.
    min_length : int
        Shortest matching subsequence that was compared, in symbols.

    Returns
    -------
    list of str
    """
    # Overlaps are the same for every measure.
    rows = pairs[(pairs["measure"] == LAST) & pairs["subsequence_jaccard"].notna()]
    judged = rows[rows["scope"] == EVERYTHING]
    if judged.empty:
        return []
    said = [
        (
            f"Of the matching subsequences ({min_length:,} symbols or more) that either of two "
            f"experiments has, both have {_middle(judged['subsequence_jaccard'])}, with the same "
            "start index and symbols."
        )
    ]
    rest = rows[rows["scope"] == WITHOUT_START]
    scope = ""
    if (judged["shared_start_length"] > 0).any() and len(rest):
        judged, scope = rest, " without the shared start"
        said.append(f"Without the shared start it is {_middle(rest['subsequence_jaccard'])}.")
    judged = judged[judged["chance_subsequence_jaccard"].notna()]
    if judged.empty:
        return said
    above = int((judged["subsequence_jaccard"] > judged["chance_subsequence_jaccard"]).sum())
    said += [
        (
            "Were the symbols at each position dealt anew among the structures of each experiment, "
            f"it would be {_middle(judged['chance_subsequence_jaccard'])}{scope}."
        ),
        f"The share is above that by chance in {above:,} of {counted(len(judged), 'pair')}{scope}.",
    ]
    if above < len(judged):
        said.append(
            "An overlap no greater than by chance is no evidence that searches find the same "
            "subsequences again."
        )
    return said


def _start(group: pd.DataFrame, experiment_count: int) -> str:
    by_experiment = group.groupby(["archive", "experiment"], sort=True)
    lengths = by_experiment.size()
    structures = counted(group["structure_id"].nunique(), "structure")
    who = _who([str(name) for _, name in lengths.index], experiment_count)
    if lengths.min() != lengths.max():
        return (
            f"The first {span(lengths, whole)} architectures of {who} are those of at least one "
            f"other of them, in the same order ({structures})."
        )
    length = int(lengths.iloc[0])
    numbers = by_experiment["architecture"].agg(["min", "max"]).drop_duplicates()
    first, last = int(numbers["min"].iloc[0]), int(numbers["max"].iloc[0])
    if len(numbers) == 1 and last - first == length - 1:
        which = f"Architectures {first:,} to {last:,}"
    else:
        which = f"The first {length:,} architectures"
    return f"{which} of {who} have the same genomes in the same order ({structures})."


def _are_lists(experiments: Sequence[Experiment], starts: pd.DataFrame) -> bool:
    """Return whether every shared start is the whole of each experiment that has it."""
    size = {(e.archive, e.name): len(e.networks) for e in experiments}
    shared = starts.groupby(["archive", "experiment"], as_index=False).size()
    keys = zip(shared["archive"], shared["experiment"], strict=True)
    return all(size[key] == length for key, length in zip(keys, shared["size"], strict=True))


def _who(names: list[str], experiment_count: int) -> str:
    if len(names) == experiment_count:
        return "both experiments" if len(names) == 2 else f"all {len(names):,} experiments"  # noqa: PLR2004
    if len(names) <= _MOST_NAMED:
        return f"the experiments {listed(names)}"
    return f"{len(names):,} of the {experiment_count:,} experiments"


def _throughout(experiments: Sequence[Experiment], pairs: pd.DataFrame) -> list[str]:
    size = {(e.archive, e.name): len(e.networks) for e in experiments}
    rows = pairs[(pairs["scope"] == EVERYTHING) & (pairs["measure"] == LAST)]
    names = zip(
        rows["archive_a"],
        rows["experiment_a"],
        rows["archive_b"],
        rows["experiment_b"],
        strict=True,
    )
    whole_pairs = [
        (name_a, name_b)
        for (archive_a, name_a, archive_b, name_b), length in zip(
            names, rows["shared_start_length"], strict=True
        )
        if length == min(size[archive_a, name_a], size[archive_b, name_b])
    ]
    if not whole_pairs:
        return []
    such = "" if len(whole_pairs) == 1 else "such as "
    return [
        (
            f"In {counted(len(whole_pairs), 'pair')} ({such}{listed(whole_pairs[0])}) "
            "the start is the whole of one experiment: without it nothing "
            "is left to compare."
        )
    ]


def _none(number: int) -> str:
    return f"{number:,}" if number else "none"


def _middle(values: pd.Series) -> str:
    """Say the median of some shares, with their span where there are several."""
    if len(values) == 1:
        return share(values.iloc[0])
    return f"{share(values.median())} (median of {len(values):,} pairs, {span(values, share)})"
