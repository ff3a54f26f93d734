"""The columns of source rows that a mapping can fill: what each may hold, and in which units.

Declarations only; what reads cells or data cards takes them from here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["float", "whole", "boolean", "text", "list"]


@dataclass(frozen=True)
class Unit:
    """How a source's number becomes one in vinarch's unit: times `factor`, over `divisor`.

    Two whole numbers, since a product and a quotient are each rounded once.
    """

    factor: float = 1
    divisor: float = 1


@dataclass(frozen=True)
class Target:
    """A column that a mapping can fill.

    Attributes
    ----------
    name : str
        As in `vinarch.dialects.rows`; ``parent_1``, ``parent_2``, ``operator``, ``cut_1`` and
        ``cut_2`` make rows of lineage.
    kind : str
    expected : str
        What a reader is told of a cell that cannot be read.
    low, high : float
        Bounds in vinarch's unit, both included.
    units : mapping of str to Unit
        The units that a source may use, vinarch's own first; empty where there is none.
    required : bool
        Whether an empty cell refuses its row.
    """

    name: str
    kind: Kind
    expected: str
    low: float = -math.inf
    high: float = math.inf
    units: Mapping[str, Unit] = field(default_factory=dict)
    required: bool = False


SHARES: Final[Mapping[str, Unit]] = MappingProxyType(
    {"percent": Unit(), "fraction": Unit(factor=100)}
)
TIMES: Final[Mapping[str, Unit]] = MappingProxyType(
    {"s": Unit(), "ms": Unit(divisor=1000), "min": Unit(factor=60), "h": Unit(factor=3600)}
)
_COUNTS = MappingProxyType({"plain": Unit(), "k": Unit(factor=1000), "M": Unit(factor=10**6)})
_MFLOPS = MappingProxyType(
    {
        "M": Unit(),
        "plain": Unit(divisor=10**6),
        "k": Unit(divisor=1000),
        "G": Unit(factor=1000),
    }
)
_MOST_SECONDS = 1e12
_MOST_MFLOPS = 1e15
_MOST_EPOCHS = 1e9


def _accuracy(name: str) -> Target:
    return Target(name, "float", "a percentage from 0 to 100", 0, 100, SHARES)


def _seconds(name: str) -> Target:
    return Target(name, "float", "a time, 0 or more", 0, _MOST_SECONDS, TIMES)


def _whole(name: str, expected: str, low: float = 0) -> Target:
    return Target(name, "whole", expected, low)


def _loss(name: str) -> Target:
    return Target(name, "float", "a finite number")


TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        target.name: target
        for target in (
            Target("architecture", "whole", "an architecture number from 0", 0, required=True),
            Target("native_id", "text", "a name of the network", required=True),
            _whole("repeat", "the number of a training, from 0"),
            _whole("seed", "a whole number", low=-math.inf),
            _whole("generation", "a generation from 0"),
            _whole("search_order", "a place from 0"),
            Target("epoch_budget", "float", "epochs, 0 or more", 0, _MOST_EPOCHS),
            Target("status", "text", "a status"),
            Target("genome", "text", "a genome", required=True),
            Target("mflops", "float", "operations, 0 or more", 0, _MOST_MFLOPS, _MFLOPS),
            Target("parameter_count", "whole", "parameters, 0 or more", 0, units=_COUNTS),
            _accuracy("last_val_accuracy_percent"),
            _accuracy("last_test_accuracy_percent"),
            Target("epoch", "float", "an epoch from 0", 0, _MOST_EPOCHS, required=True),
            _accuracy("train_accuracy_percent"),
            _accuracy("val_accuracy_percent"),
            _accuracy("test_accuracy_percent"),
            _loss("train_loss"),
            _loss("val_loss"),
            _loss("test_loss"),
            Target("prediction_percent", "float", "a number or inf", units=SHARES),
            Target("converged", "boolean", "True or False"),
            _seconds("epoch_time_seconds"),
            _seconds("training_time_seconds"),
            _seconds("engine_time_seconds"),
            Target("fit_parameters", "list", "an array of numbers"),
            Target("fitted_curve_percent", "list", "an array of numbers"),
            Target("parent_1", "text", "a name of a network"),
            Target("parent_2", "text", "a name of a network"),
            Target("operator", "text", "a word"),
            _whole("cut_1", "a place from 0"),
            _whole("cut_2", "a place from 0"),
        )
    }
)
"""By name; the order is that in which a row's first fault is looked for."""

LINEAGE_TARGETS: Final = ("parent_1", "parent_2", "operator", "cut_1", "cut_2")

SOURCE_STATUSES: Final = ("failed", "not_trained", "lent", "aggregate")
"""Statuses that only the source can tell."""

DERIVED_STATUSES: Final = ("ok", "early_stopped", "incomplete")
"""Statuses that vinarch finds out from the histories; a source's word for them says no more."""

OF_TRAINED_NETWORKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "val_accuracy_percent": "last_val_accuracy_percent",
        "test_accuracy_percent": "last_test_accuracy_percent",
    }
)
"""Columns of a history that have one of the trained network beside them."""

OF_EPOCHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "train_accuracy_percent": "train",
        "train_loss": "train",
        "val_loss": "val",
        "test_loss": "test",
        "prediction_percent": "",
        "converged": "",
        "epoch_time_seconds": "",
        "training_time_seconds": "",
        "engine_time_seconds": "",
        "fit_parameters": "",
        "fitted_curve_percent": "",
    }
)
"""The other columns of a history with their split; of trained networks they are measurements."""
