"""The tables that compare searches: how far each came on a budget, and at what cost."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table

_IN_UNIT = "that of the row"


def _number(name: str, meaning: str, unit: str = _IN_UNIT) -> Column:
    return Column(name, pa.float64(), meaning, unit, nullable=True)


def _count(name: str, meaning: str) -> Column:
    return Column(name, pa.int64(), meaning, "count")


def _text(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, pa.string(), meaning, nullable=nullable)


_ARCHIVE = _text("archive", "Archive of the search; null in rows of a group.", nullable=True)
_EXPERIMENT = _text("experiment", "The search; null in rows of a group.", nullable=True)
_PAIR = _text(
    "pair",
    "What the search shares with its partner in another group (`paired_by`); null without.",
    nullable=True,
)
_AGAINST = _text("against", "What is spent: `networks`, `epochs` or `seconds`.")
_MEASURE = _text(
    "measure",
    "`best_so_far_percent`: the highest validation accuracy of any network so far; "
    "`hypervolume`: of the networks so far, up to the reference.",
)
_UNIT = _text("unit", "Unit of the value.")
_N = _count("n", "Searches that the row is of: 1, or those of the group.")
_STATISTIC = _text("statistic", "`mean` or `median` in rows of a group; `search` in others.")
_LOW = _number("low", "Lower end of the interval; null without one.")
_HIGH = _number("high", "Upper end of the interval; null without one.")
_LOWEST = _number("lowest", "Lowest value of a search of the group.")
_HIGHEST = _number("highest", "Highest value of a search of the group.")
_INTERVAL = _text("interval", "What `low` and `high` are, or why there is no interval.")

SEARCH_PROGRESS = Table(
    "search_progress",
    "One row a search, budget and measure, in the order in which the search trained its networks, "
    "and one row a group of searches, budget and measure. The columns that were asked for with "
    "`by` come first. A value holds until the next budget. Rows of a group end where its "
    "shortest search ends.",
    ("group", "archive", "experiment", "against", "measure", "budget"),
    (
        _text("group", "What the searches of the group share, in words."),
        _ARCHIVE,
        _EXPERIMENT,
        _PAIR,
        _AGAINST,
        _MEASURE,
        _number(
            "budget",
            "Spent so far, on all networks up to this one, failed ones included; null from the "
            "first network on of which it is not on record.",
            "networks, epochs or s",
        ),
        _number("value", "Value of the measure; of a group the statistic of its searches."),
        _LOW,
        _HIGH,
        _LOWEST,
        _HIGHEST,
        _N,
        _UNIT,
        _STATISTIC,
        _INTERVAL,
        _text(
            "accuracy",
            "`last`: a network's accuracy is that of its last epoch; `fitness`: the engine's "
            "prediction where it converged in a search that it could end trainings of, else that "
            "of the last epoch.",
        ),
        _text("objectives", "Objectives of the hypervolume, as in `experiments`."),
        _text("reference", "Reference point of the hypervolume, in the order of the objectives."),
        _text("reference_from", "`given`, or `worst of all`: of all searches compared."),
        _text(
            "ordered_by",
            "Which numbers tell the order of the networks: `search_order`, or `architecture` "
            "where no order is on record.",
        ),
        _text("counted", "What the budget counts, in words."),
    ),
)

SEARCH_OUTCOMES = Table(
    "search_outcomes",
    "One row a search and quantity, and one a group and quantity: what searches reached in the "
    "end, what they spent, and on which budget they reached a level.",
    ("group", "archive", "experiment", "against", "measure", "quantity", "share"),
    (
        _text("group", "What the searches of the group share, in words."),
        _ARCHIVE,
        _EXPERIMENT,
        _PAIR,
        _AGAINST,
        _MEASURE,
        _text(
            "quantity",
            "`final`: value in the end; `spent`: budget in the end; `at_shortest`: value at the "
            "budget of the shortest of all searches compared; `area`: mean height of the curve "
            "from where all searches have a value to there; `to_reach`: budget at which the value "
            "first reaches the level.",
        ),
        _number("share", "Of `to_reach`: level as a share of the highest final value.", ""),
        _number("level", "Of `to_reach`: the value to reach. Of `at_shortest`: the budget."),
        _number("value", "The quantity; of a group the statistic of its searches."),
        _LOW,
        _HIGH,
        _LOWEST,
        _HIGHEST,
        _N,
        _count("known_count", "Those of them whose quantity is known: that reached the level."),
        _UNIT,
        _STATISTIC,
        _INTERVAL,
    ),
)

SEARCH_DIFFERENCES = Table(
    "search_differences",
    "One row a pair of groups and quantity: the second group's mean less the first's.",
    ("group_a", "group_b", "against", "measure", "quantity", "share"),
    (
        _text("group_a", "First group."),
        _text("group_b", "Second group."),
        _AGAINST,
        _MEASURE,
        _text("quantity", "As in `search_outcomes`."),
        _number("share", "As in `search_outcomes`.", ""),
        Column(
            "paired",
            pa.bool_(),
            "Whether each search is compared with its partner; others are left out then.",
        ),
        _count("n_a", "Searches of the first group whose quantity is known; pairs if paired."),
        _count("n_b", "The same of the second group."),
        _number("difference", "Mean of the second less mean of the first."),
        _LOW,
        _HIGH,
        _number(
            "p_value",
            "Two-sided permutation test of no difference: of signs if paired, else of groups; "
            "null below three on either side. Not corrected for the number of rows.",
            "",
        ),
        _UNIT,
        _INTERVAL,
    ),
)
