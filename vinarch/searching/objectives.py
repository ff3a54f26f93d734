"""What a search is for: texts such as ``max val_accuracy_percent`` in, columns and costs out.

Knows no column of the schema: a strategy compares numbers and need not know what they measure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.fronts import crowding_distance, front_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vinarch.fronts import Direction
    from vinarch.searching.candidates import Result

_OBJECTIVE = re.compile(r"(max|min) ([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Objectives:
    """What a search makes high or low, in order.

    Attributes
    ----------
    texts : tuple of str
        As they were given.

    Examples
    --------
    >>> from vinarch.searching import Objectives
    >>> wanted = Objectives.read("search.toml, line 4", ["max val_accuracy_percent", "min mflops"])
    >>> wanted.columns
    ('val_accuracy_percent', 'mflops')
    """

    texts: tuple[str, ...]

    @classmethod
    def read(cls, where: str, texts: Any) -> Objectives:
        """Return the objectives that texts name, checked.

        Parameters
        ----------
        where : str
            Where they stand, for the message.
        texts : sequence of str
            ``max`` or ``min``, a space and a column; a column once.

        Raises
        ------
        ParameterError
            If there is none, a text has another form, or a column is there twice.
        """
        listed = list(texts) if isinstance(texts, (list, tuple)) else [texts]
        found = [_OBJECTIVE.fullmatch(one) if isinstance(one, str) else None for one in listed]
        columns = [match[2] for match in found if match is not None]
        if not listed or len(set(columns)) < len(listed):
            raise ParameterError(
                where,
                "a list such as ['max val_accuracy_percent', 'min mflops'], each column once",
                repr(texts)[:80],
                "Write max or min, a space and a column.",
            )
        return cls(tuple(listed))

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the column of each objective."""
        return tuple(text.partition(" ")[2] for text in self.texts)

    def costs_of(self, results: Sequence[Result]) -> npt.NDArray[np.float64]:
        """Return what is to be made low: values to be made high change their sign.

        Parameters
        ----------
        results : sequence of Result, length n
            Of trainings that did not fail.

        Returns
        -------
        array of float, shape (n, m)
        """
        signs = [-1.0 if text.startswith("max") else 1.0 for text in self.texts]
        values = [result.values for result in results]
        return np.array(values, dtype=np.float64).reshape(-1, len(signs)) * signs


def best_first(costs: npt.NDArray[np.float64]) -> list[int]:
    """Return the places of rows from best to worst: by front, then by crowding, then as they came.

    Examples
    --------
    The last row is dominated; of the front's three the middle one is the most crowded:

    >>> import numpy as np
    >>> best_first(np.array([[1.0, 4.0], [2.0, 2.0], [5.0, 1.0], [6.0, 3.0]]))
    [0, 2, 1, 3]
    """
    directions: list[Direction] = ["minimise"] * costs.shape[1]
    fronts = front_numbers(costs, directions)
    crowding = np.zeros(len(costs))
    for front in range(fronts.max(initial=-1) + 1):
        rows = np.flatnonzero(fronts == front)
        crowding[rows] = crowding_distance(costs[rows], directions)
    return sorted(range(len(costs)), key=lambda row: (fronts[row], -crowding[row], row))
