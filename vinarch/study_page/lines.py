"""The Python lines that a page shows: values in, lines of source text out.

Names of an archive come from outside, so every one is written as a literal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.study_page.findings import Findings

_WIDEST = 88
"""Columns that a line may take before it is broken, as the common formatters have it."""


def literal(value: Any) -> str:
    r"""Write a value as Python reads it back, texts in double quotes.

    Examples
    --------
    >>> print(literal('a "b"\n'), literal(None), literal(["a", 5]))
    "a \"b\"\n" None ["a", 5]
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def call_lines(function: str, subject: str, *values: Any, **words: Any) -> tuple[str, ...]:
    """Write a call, on one line where it fits.

    Parameters
    ----------
    function : str
        Its name, such as ``vinarch.figures.network``.
    subject : str
        The first argument, a name.
    *values, **words
        The others, by place and by name.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> call_lines("vinarch.figures.pareto_front", "commons", measure="best")
    ('vinarch.figures.pareto_front(commons, measure="best")',)
    """
    given = [subject, *map(literal, values), *(f"{k}={literal(v)}" for k, v in words.items())]
    line = f"{function}({', '.join(given)})"
    if len(line) <= _WIDEST:
        return (line,)
    return (f"{function}(", *(f"    {argument}," for argument in given), ")")


def preamble(commons: Commons, found: Findings) -> tuple[str, ...]:
    """Return the lines that those of every figure and table build on."""
    shortest = f"min_length={found.min_length}"
    confidence = f"confidence={found.confidence}"
    return (
        "import vinarch",
        "",
        *_commons_lines(commons),
        f"matches = vinarch.match(commons, {shortest}).compute()",
        f"across = vinarch.match(commons, by=None, {shortest}).compute()",
        f"statistics = commons.statistics({confidence})",
        f"reproduced = vinarch.reproducibility(commons, {shortest}, {confidence})",
    )


def study_lines(commons: Commons, found: Findings, paper: str | None = None) -> tuple[str, ...]:
    """Return the lines that write the whole study again, with the paper that it checked."""
    chosen = found.chosen
    return (
        "import vinarch",
        "",
        *_commons_lines(commons),
        "vinarch.study(",
        "    commons,",
        '    "study",',
        *(
            (f"    select={literal(f'{chosen.experiment}:{chosen.start}:{chosen.subsequence}')},",)
            if chosen
            else ()
        ),
        f"    min_length={found.min_length},",
        f"    metric={literal(found.metric)},",
        f"    confidence={found.confidence},",
        *(("    notebook=True,",) if found.notebook else ()),
        *((f"    paper={literal(paper)},",) if paper else ()),
        ")",
    )


def _commons_lines(commons: Commons) -> tuple[str, ...]:
    (provenance,) = commons.provenance
    all_of_archive = commons.snapshot.experiment_index()["archive"] == provenance.archive
    names = commons.experiment_index["experiment"].tolist()
    fetched = f"commons = vinarch.fetch({literal(provenance.archive)})"
    if len(names) == int(all_of_archive.sum()):
        return (fetched,)
    selected = f"commons = commons.select(experiment={literal(names)})"
    if len(selected) <= _WIDEST:
        return (fetched, selected)
    listed = (f"        {literal(name)}," for name in names)
    return (fetched, "commons = commons.select(", "    experiment=[", *listed, "    ]", ")")
