"""What searches looked for: objectives with directions, and the point that volumes end at.

Text, mappings and numbers in, frozen records out; reads no commons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError, SelectionError
from vinarch.parameters import check_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.fronts import Direction

ACCURACY = "val_accuracy_percent"
"""The objective whose value is a network's accuracy, by whichever rule was asked for."""

COLUMN_OF = {"test_accuracy_percent": "last_test_accuracy_percent"}
"""Columns of `architectures` that hold an objective under another name."""

_DIRECTIONS: dict[str, Direction] = {
    "max": "maximise",
    "min": "minimise",
    "maximise": "maximise",
    "minimise": "minimise",
}
_EXAMPLE = 'Pass objectives={"val_accuracy_percent": "max", "mflops": "min"}.'


@dataclass(frozen=True)
class Objective:
    """One objective of a search, as its record names it."""

    name: str
    direction: Direction

    @property
    def column(self) -> str:
        """Return where the values of networks are."""
        return COLUMN_OF.get(self.name, self.name)

    @property
    def text(self) -> str:
        """Return it as `experiments` has it."""
        return f"{self.direction[:3]} {self.name}"


def read_objectives(given: Any) -> tuple[Objective, ...]:
    """Read objectives: a mapping, text, or a sequence of texts.

    Raises
    ------
    ParameterError
        If there is none, one stands twice, or a direction is missing.

    Examples
    --------
    >>> [one.text for one in read_objectives("max val_accuracy_percent; min mflops")]
    ['max val_accuracy_percent', 'min mflops']
    >>> read_objectives({"mflops": "min"})
    (Objective(name='mflops', direction='minimise'),)
    """
    where = "compare_searches(objectives=…)"
    if isinstance(given, Mapping):
        pairs = [(str(direction), str(name)) for name, direction in given.items()]
    else:
        listed = list(given) if isinstance(given, Iterable) else []
        texts = given.split(";") if isinstance(given, str) else listed
        words = [str(text).split() for text in texts]
        strange = [text for text, split in zip(texts, words, strict=True) if len(split) != 2]  # noqa: PLR2004 - direction and name
        if strange:
            raise ParameterError(where, "a direction and a name", repr(strange[0]), _EXAMPLE)
        pairs = [(direction, name) for direction, name in words]
    names = [name for _, name in pairs]
    if not names or len(set(names)) < len(names):
        raise ParameterError(where, "objectives, each once", repr(given), _EXAMPLE)
    return tuple(
        Objective(name, _DIRECTIONS[check_choice(f"{where}, {name}", direction, [*_DIRECTIONS])])
        for direction, name in pairs
    )


def shared_objectives(recorded: Sequence[str | None]) -> tuple[Objective, ...]:
    """Return the objectives that all searches have on record.

    Raises
    ------
    SelectionError
        If none is on record, or several are.
    """
    known = sorted({text for text in recorded if text is not None})
    if len(known) != 1 or None in recorded:
        missing = recorded.count(None)
        raise SelectionError(
            "compare_searches",
            "searches with the same objectives on record",
            "; ".join(map(repr, known)) + (" and " if known and missing else "")
            + (f"{missing} of {len(recorded)} without any" if missing else ""),
            _EXAMPLE,
        )  # fmt: skip
    return read_objectives(known[0])


def read_reference(given: Any, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Read a reference point: numbers in the order of the objectives, or a mapping by name.

    Raises
    ------
    ParameterError
        If it is not one finite number an objective.
    """
    names = [objective.name for objective in objectives]
    if isinstance(given, Mapping):
        found = [given.get(name) for name in names] if set(given) == set(names) else []
    else:
        found = list(given) if np.iterable(given) else []
    numbers = [value for value in found if isinstance(value, Real) and isfinite(value)]
    if len(numbers) != len(names) or len(found) != len(names):
        raise ParameterError(
            "compare_searches(reference=…)",
            "a finite number for each of " + ", ".join(names),
            repr(given),
            "Leave it out for the worst value of each among all searches.",
        )
    return tuple(map(float, numbers))


def worst_values(networks: pd.DataFrame, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Return the worst value of each objective among networks that have all of them.

    Raises
    ------
    SelectionError
        If no network has.
    """
    columns = [objective.column for objective in objectives]
    known = networks[columns].dropna()
    if known.empty:
        missing = [name for name in columns if networks[name].isna().all()]
        raise SelectionError(
            "compare_searches",
            "networks with a value of " + " and ".join(columns),
            f"none of {len(networks):,}" + (f": {' and '.join(missing)} unknown" * bool(missing)),
            'Name other objectives: objectives={"val_accuracy_percent": "max"}.',
        )
    return tuple(
        float(known[one.column].min() if one.direction == "maximise" else known[one.column].max())
        for one in objectives
    )


def reference_words(objectives: Sequence[Objective], reference: Sequence[float]) -> str:
    """Return a reference point in words, to the last digit.

    Examples
    --------
    >>> reference_words(read_objectives("max val_accuracy_percent; min mflops"), [50.5, 900.0])
    'val_accuracy_percent 50.5; mflops 900.0'
    """
    pairs = zip(objectives, reference, strict=True)
    return "; ".join(f"{objective.name} {value!r}" for objective, value in pairs)
