"""How the best network and the hypervolume of searches grow with what the searches spend.

Commons in, one tidy frame out: `vinarch.schema.SEARCH_PROGRESS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.comparing.curves import (
    AGAINST,
    Against,
    Told,
    group_rows,
    in_order,
    search_rows,
)
from vinarch.comparing.grouping import attribute_names, by_columns, members_of
from vinarch.comparing.objectives import (
    read_objectives,
    read_reference,
    shared_objectives,
    worst_values,
)
from vinarch.comparing.searches import (
    Accuracy,
    check_several,
    index_of,
    read_networks,
)
from vinarch.comparing.statistic import STATISTICS, StatisticName
from vinarch.errors import ParameterError, SelectionError
from vinarch.intervals import CONFIDENCE, check_confidence
from vinarch.parameters import check_choice, check_whole
from vinarch.schema import SEARCH_PROGRESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.commons import Commons

POINTS = 100
"""Enough for a smooth line at the width of a page."""


def compare_searches(  # noqa: PLR0913 - all but two are passed by name
    commons: Commons | Sequence[Commons],
    by: str | Sequence[str] | None = "experiment",
    *,
    against: Against | Sequence[Against] = "networks",
    objectives: Mapping[str, str] | Sequence[str] | None = None,
    reference: Sequence[float] | Mapping[str, float] | None = None,
    accuracy: Accuracy = "last",
    paired_by: str | Sequence[str] | None = None,
    statistic: StatisticName = "mean",
    points: int = POINTS,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Tell how the best network and the hypervolume of searches grow with what they spend.

    Each experiment is one search; those that share the attributes `by` are repetitions of one
    another, over which statistic and interval are taken.

    Parameters
    ----------
    commons : Commons or sequence of Commons
        The searches; several recorded runs are several commons.
    by : str, sequence of str or None, default "experiment"
        What the searches of a group share: attributes as `Commons.select` takes them, such as
        ``"strategy"`` or ``["beam", "early_termination"]``. By default each search is a group of
        its own, with None all are one group.
    against : {"networks", "epochs", "seconds"} or sequence of these
        What is spent. Seconds are those of the recorded epochs and of the prediction engine,
        summed over networks, also where several were trained at once; null where they are not
        on record.
    objectives : mapping of str to {"max", "min"} or sequence of str, optional
        Of the hypervolume; by default those on record. ``val_accuracy_percent`` is the accuracy
        by the rule `accuracy`; others are columns of `architectures`, or measures of
        `measurements` that have one value a network. A network that lacks one adds no volume.
    reference : sequence of float or mapping of str to float, optional
        Where the volume ends. By default the worst value of each objective among all networks
        compared; it then changes with the selection, and a network at it adds nothing.
    accuracy : {"last", "fitness"}
        A network's accuracy: of its last epoch, which was measured (the default), or what the
        search worked with: the engine's prediction where it converged and could end trainings.
    paired_by : str or sequence of str, optional
        Attributes that a search shares with its partner in another group, such as a seed.
    statistic : {"mean", "median"}
        Of the searches of a group.
    points : int, default 100
        Budgets at which groups are told, at most, besides their first and last.
    confidence : float, default 0.95
        Level of the bootstrap intervals over the searches of a group. A mean has one from four
        searches on, a median from two.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.SEARCH_PROGRESS`, after the columns `by`.

    Raises
    ------
    ParameterError
        If an argument cannot be.
    SelectionError
        If no search has networks, nothing of `against` is on record, or the searches share no
        objectives.

    Notes
    -----
    Values between two networks are those of the earlier one. Rows of a group begin where all its
    searches have a value, and end where the shortest ends: nothing is carried on past the end of
    a search. A search of which part of a budget is unknown is left out of its group there.
    The order is ``search_order`` where all networks of a search have one, else the number of the
    architecture; ``ordered_by`` tells. Failed networks take what they took and bring nothing.

    Examples
    --------
    Three beams, each with and without early termination: what is reached on the same epochs?

    >>> import vinarch
    >>> commons = vinarch.fetch("JS9FR6").select(gpus=1)
    >>> found = vinarch.compare_searches(commons, "early_termination", against="epochs")
    >>> groups = found[found["experiment"].isna() & (found["measure"] == "hypervolume")]
    >>> groups.groupby("group", as_index=False)[["budget", "value", "n"]].last().round(0)
                      group  budget    value  n
    0     early termination  1647.0  27552.0  3
    1  no early termination  2500.0  28349.0  3
    """
    several = check_several(commons)
    budgets = _check_against(against)
    check_choice("compare_searches(accuracy=…)", accuracy, ["last", "fitness"])
    check_choice("compare_searches(statistic=…)", statistic, list(STATISTICS))
    check_whole("compare_searches(points=…)", points, 2, None, "budgets")
    check_confidence("compare_searches(confidence=…)", confidence)
    index = index_of(several)
    names = attribute_names(by, index, "compare_searches(by=…)")
    pairs = attribute_names(paired_by, index, "compare_searches(paired_by=…)")
    members = members_of(index, names, pairs)
    wanted = (
        shared_objectives([None if pd.isna(text) else str(text) for text in index["objectives"]])
        if objectives is None
        else read_objectives(objectives)
    )
    end = None if reference is None else read_reference(reference, wanted)
    networks = read_networks(several, wanted, accuracy, timed="seconds" in budgets)
    _refuse_unknown(networks.rows, budgets)
    told = Told(
        wanted,
        worst_values(networks.rows, wanted) if end is None else end,
        end is not None,
        accuracy,
    )
    single = search_rows(networks, members, budgets, told)
    every = list(dict.fromkeys(members.values()))
    grouped = group_rows(single, budgets, points, (statistic, confidence))
    frame = pd.concat([grouped, single], ignore_index=True)
    place = {group: number for number, group in enumerate(dict.fromkeys(m.group for m in every))}
    frame = in_order(frame, place, budgets)
    first = {member.group: member for member in every}
    extra = by_columns(names, [first[group] for group in frame["group"]])
    dtypes = SEARCH_PROGRESS.empty().dtypes.to_dict()
    declared = frame[list(SEARCH_PROGRESS.names)].astype(dtypes)
    return pd.concat([pd.DataFrame(extra), declared], axis=1)


def _check_against(against: Any) -> tuple[Against, ...]:
    listed = list(against) if isinstance(against, Iterable) else []
    asked = [against] if isinstance(against, str) else listed
    checked = [check_choice("compare_searches(against=…)", one, list(AGAINST)) for one in asked]
    if not checked or len(set(checked)) < len(checked):
        raise ParameterError(
            "compare_searches(against=…)",
            "some of " + ", ".join(AGAINST) + ", each once",
            repr(against),
            "For example against='epochs'.",
        )
    return tuple(checked)


def _refuse_unknown(rows: pd.DataFrame, budgets: Sequence[Against]) -> None:
    known = [
        name
        for name in AGAINST
        if name == "networks"
        or rows[name].notna().groupby([rows["archive"], rows["experiment"]]).all().any()
    ]
    if not set(known) & set(budgets):
        raise SelectionError(
            "compare_searches(against=…)",
            f"a search whose {' or '.join(budgets)} are on record",
            f"none of {len(rows[['archive', 'experiment']].drop_duplicates()):,}",
            f"Known are {' and '.join(known)}."
            + ("" if "seconds" in budgets else " Seconds may be, too."),
        )
