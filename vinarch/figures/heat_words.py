"""How a map of distances names its metric, writes its numbers and says what its order cuts off.

Names of metrics and orders in, words out; nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from vinarch.distance import NAMES, UNITS
from vinarch.errors import ParameterError
from vinarch.linkage import Tree

if TYPE_CHECKING:
    from vinarch.distance import Metric

Order = Literal["frame", "accuracy"]

LAST_OF_ORDER: dict[str, str] = {
    "frame": "last {}",
    "accuracy": "{} of highest mean accuracy",
    "trained": "{} of highest mean accuracy",
    "number": "{} of highest number",
}
"""What so many last structures are called, by what sorts them; a tree's were sorted before."""

UNKNOWN_FIRST = "those without a recorded one first"

SORTED_BY: dict[str, str] = {
    "frame": "",
    "accuracy": "mean validation accuracy over all epochs, rising",
    "trained": "validation accuracy of the trained networks, rising",
    "number": "number, since no validation accuracy of theirs is recorded",
}
"""What sorts the structures; nothing where the frame alone knows."""

_ORDINALS = {2: "second", 3: "third", 4: "fourth"}

_DECIMALS = {"cityblock": 0}
_OTHER_DECIMALS = 2
_TWO_DIGITS = 9.995  # two decimals would round it to 10.00


@dataclass(frozen=True)
class Words:
    """How a metric is written: its name, its unit, the decimals of a value."""

    name: str
    unit: str
    decimals: int

    @classmethod
    def of(cls, metric: Metric, highest: float) -> Words:
        """Return the words of a metric; a decimal less where two digits need its room."""
        decimals = _DECIMALS.get(metric, _OTHER_DECIMALS)
        if decimals and highest >= _TWO_DIGITS:
            decimals = 1
        return cls(NAMES[metric], UNITS[metric], decimals)

    @property
    def title(self) -> str:
        """Return name and unit."""
        return f"{self.name} ({self.unit})"

    @property
    def first(self) -> str:
        """Return the name as a sentence begins with it."""
        return self.name[0].upper() + self.name[1:]

    def write(self, distance: float) -> str:
        """Write a distance."""
        return f"{distance:.{self.decimals}f}"


def every(step: int) -> str:
    """Say that of so many structures the first is labelled.

    Examples
    --------
    >>> from vinarch.figures.heat_words import every
    >>> every(3)
    'every third'
    """
    return f"every {_ORDINALS.get(step, f'{step}th')}"


def check_order(order: str | Tree) -> None:
    """Refuse an order that is neither one of `LAST_OF_ORDER` nor a tree.

    Raises
    ------
    ParameterError
        The message names the orders there are.
    """
    if not isinstance(order, Tree) and order not in get_args(Order):
        raise ParameterError(
            "argument order",
            ", ".join(map(repr, get_args(Order))) + " or a tree",
            repr(order),
            "Leave it out where the frame is not sorted by accuracy.",
        )
