"""Read a NAS-Bench-101 cell as archives print it: text in, operations and adjacency rows out.

Knows no symbols, and does not ask whether the cell computes anything.
"""

from __future__ import annotations

from typing import Any

from vinarch.errors import GenomeError
from vinarch.genome.printed import is_whole, quote_json, read_json
from vinarch.genome.spaces import NEXT_STEP, shorten

MOST_VERTICES = 7

INPUT, OUTPUT = "input", "output"
OPERATIONS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
"""In the benchmark's order, which its labels and its module hash count by."""

LABELS = {INPUT: -1, OUTPUT: -2, **{name: at for at, name in enumerate(OPERATIONS)}}
_NAMES = {label: name for name, label in LABELS.items()}


def read_cell(text: str) -> tuple[list[str], list[list[int]]]:
    """Return the operation of each vertex, by name, and the rows of the adjacency matrix.

    Raises
    ------
    GenomeError
        If the text is no cell of 2 to 7 vertices.

    Examples
    --------
    >>> read_cell("[[[0, 1], [0, 0]], [-1, -2]]")
    (['input', 'output'], [[0, 1], [0, 0]])
    """
    adjacency, operations = _parts(text)
    names = _operation_names(operations)
    return names, _checked_rows(adjacency, len(names))


def _parts(text: str) -> tuple[Any, Any]:
    value = read_json(text)
    if isinstance(value, dict) and {"module_adjacency", "module_operations"} <= value.keys():
        return value["module_adjacency"], value["module_operations"]
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - a pair
        return value[0], value[1]
    raise GenomeError(
        "cell",
        'JSON, [adjacency, operations] or {"module_adjacency": …, "module_operations": …}',
        shorten(text),
        NEXT_STEP,
    )


def _operation_names(operations: Any) -> list[str]:
    listed = operations if isinstance(operations, list) else []
    names = [_NAMES.get(one, "") if is_whole(one) else one for one in listed]
    inner = names[1:-1]
    if (
        len(names) > 1
        and names[0] == INPUT
        and names[-1] == OUTPUT
        and all(isinstance(one, str) and one in OPERATIONS for one in inner)
    ):
        if len(names) <= MOST_VERTICES:
            return names
        raise GenomeError(
            "operations", f"2 to {MOST_VERTICES} vertices", f"{len(names)}", NEXT_STEP
        )
    raise GenomeError(
        "operations",
        f"input (-1), any of {', '.join(OPERATIONS)} (0, 1, 2), output (-2)",
        quote_json(operations),
        NEXT_STEP,
    )


def _checked_rows(adjacency: Any, vertices: int) -> list[list[int]]:
    rows = adjacency if isinstance(adjacency, list) else []
    if len(rows) != vertices or not all(
        isinstance(row, list) and len(row) == vertices for row in rows
    ):
        raise GenomeError(
            "adjacency",
            f"{vertices} rows of {vertices} bits, one a vertex",
            quote_json(adjacency),
            NEXT_STEP,
        )
    for number, row in enumerate(rows):
        bits = [is_whole(bit) and bit in (0, 1) for bit in row]
        if not all(bits) or any(row[: number + 1]):
            raise GenomeError(
                f"adjacency, row {number + 1}",
                "bits 0 or 1, with none set up to the diagonal",
                quote_json(row),
                NEXT_STEP,
            )
    return rows
