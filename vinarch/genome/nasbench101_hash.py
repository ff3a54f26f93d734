"""The module hash of NAS-Bench-101: labels and edges of a cell in, its key out.

Knows no genome and no text.

References
----------
Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019, after
Ying, Enumerating Unique Computational Graphs via an Iterative Graph Invariant, 2019.
"""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def module_hash(labels: Sequence[int], edges: Collection[tuple[int, int]]) -> str:
    """Return the hash under which the benchmark publishes a cell.

    Each vertex starts with a hash of its out-degree, in-degree and label; as many times as there
    are vertices, it is hashed anew with the sorted hashes of the vertices before it and of those
    after it; the hash of all hashes, sorted, is the cell's.

    Parameters
    ----------
    labels : sequence of int
        The label of each vertex: -1 the input, -2 the output, 0 to 2 the operations.
    edges : collection of (int, int)
        Source and target; vertices without an edge do not count.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> module_hash([-1, -2], [(0, 1)])
    '043721b9c7fe8c5fad811d47d83132ec'
    """
    vertices = sorted({vertex for edge in edges for vertex in edge})
    before = {v: [source for source, target in edges if target == v] for v in vertices}
    after = {v: [target for source, target in edges if source == v] for v in vertices}
    marks = {v: _digest(str((len(after[v]), len(before[v]), labels[v]))) for v in vertices}
    for _ in vertices:
        marks = {
            v: _digest(f"{_sorted(marks, before[v])}|{_sorted(marks, after[v])}|{marks[v]}")
            for v in vertices
        }
    return _digest(str(sorted(marks.values())))


def _sorted(marks: dict[int, str], vertices: list[int]) -> str:
    return "".join(sorted(marks[vertex] for vertex in vertices))


def _digest(text: str) -> str:
    # A fingerprint that the benchmark chose; nothing is kept secret by it.
    return md5(text.encode("ascii"), usedforsecurity=False).hexdigest()
