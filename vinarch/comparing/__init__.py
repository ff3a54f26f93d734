"""Which search is better: how far searches come on a budget of networks, epochs or seconds.

A commons in, tidy frames out: `compare_searches` reads the networks of each search in their order,
`search_outcomes` says what each search reached and spent, `search_differences` how far groups of
searches lie apart.
`compare_searches` computes, since its rows are few; the other two take its frame.
No drawing, no files.
"""

from __future__ import annotations

from vinarch.comparing.curves import AGAINST, Against
from vinarch.comparing.differences import search_differences
from vinarch.comparing.outcomes import search_outcomes
from vinarch.comparing.progress import compare_searches

__all__ = [
    "AGAINST",
    "Against",
    "compare_searches",
    "search_differences",
    "search_outcomes",
]
