"""Compare the matching subsequences of experiments, and what of that comes by chance.

The structures of an experiment in, sets of its matching subsequences out: the ones it has, and
those it would have were the symbols at each position dealt anew among its structures.
Dealing keeps how common each symbol is at each position and breaks what links positions.
Knows no accuracies and no other experiment until two sets are compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinarch.genome.sequences import characters_of, flat_of, sequence_lengths, symbol_matrix
from vinarch.subsequence import MIN_LENGTH, shared_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vinarch.genome.sequences import Symbols

DRAWS = 10
"""On JS9FR6 the mean over so many has a standard error of about 2 % of its value."""

_BEFORE = ord(" ")
"""Stands at the positions before a subsequence; no search space has a blank for a symbol."""


@dataclass(frozen=True)
class Subsequences:
    """The matching subsequences of an experiment, and those of its draws.

    Each is its symbols after as many blanks as there are positions before them: start, length and
    symbols in one, whatever the length of the genomes.
    """

    found: frozenset[bytes]
    by_chance: tuple[frozenset[bytes], ...]


def subsequences_of(
    structure_ids: Iterable[str], name: str, min_length: int = MIN_LENGTH, draws: int = DRAWS
) -> Subsequences:
    """Return the matching subsequences of some structures, and those of seeded draws.

    Parameters
    ----------
    structure_ids : iterable of str
        Distinct, of one search space; their order does not show.
    name : str
        Whose structures they are. It seeds the draws, so that each experiment has its own.
    min_length : int, default 5
        Shortest to keep, in symbols.
    draws : int, default 10

    Returns
    -------
    Subsequences

    Examples
    --------
    >>> found = subsequences_of(["s:1010", "s:1011", "s:0011"], "toy", min_length=2)
    >>> sorted(key.decode() for key in found.found)
    [' 01', ' 011', '101']
    """
    flats = sorted(map(flat_of, structure_ids))
    symbols = symbol_matrix(flats)
    generator = np.random.default_rng(_seed(name))
    return Subsequences(
        window_keys(symbols, min_length),
        tuple(window_keys(distinct(dealt(symbols, generator)), min_length) for _ in range(draws)),
    )


def dealt(symbols: Symbols, generator: np.random.Generator) -> Symbols:
    """Deal the symbols at each position anew among the rows that have one, each by itself.

    Every row keeps its length.

    Parameters
    ----------
    symbols : ndarray of integers, shape (n, L)
        As `vinarch.genome.symbol_matrix` gives them.
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of integers, shape (n, L)
    """
    if (symbols >= 0).all():
        return generator.permuted(symbols, axis=0)
    anew = symbols.copy()
    for position in range(symbols.shape[1]):
        held = symbols[:, position] >= 0
        anew[held, position] = generator.permutation(symbols[held, position])
    return anew


def window_keys(symbols: Symbols, min_length: int) -> frozenset[bytes]:
    """Return the matching subsequences of distinct genomes.

    Parameters
    ----------
    symbols : ndarray of integers, shape (n, L)
        As `vinarch.genome.symbol_matrix` gives them.
    min_length : int

    Returns
    -------
    frozenset of bytes
        Their characters, after as many blanks as there are positions before them.
    """
    total = symbols.shape[1]
    characters = characters_of(symbols)
    parts = []
    for window in shared_windows(symbols, min_length):
        start, stop = window.start_in_genome, window.start_in_genome + window.length
        holders = window.members[window.offsets[:-1]]
        # NumPy leaves out the zeros after a text.
        keys = np.zeros((len(holders), total), dtype=np.uint8)
        keys[:, :start] = _BEFORE
        keys[:, start:stop] = characters[holders, start:stop]
        parts.append(keys)
    if not parts:
        return frozenset()
    return frozenset(np.concatenate(parts).view(f"S{total}").ravel().tolist())


def distinct(symbols: Symbols) -> Symbols:
    """Leave out rows that are like another: dealing may make two alike, the kernel wants none."""
    lengths = sequence_lengths(symbols)
    if (lengths == symbols.shape[1]).all():
        return np.unique(symbols, axis=0)
    # The ends of two rows are different symbols, though the rows may be alike.
    _, kept = np.unique(np.where(symbols >= 0, symbols, -1), axis=0, return_index=True)
    return symbols[np.sort(kept)]


def jaccard(first: frozenset[bytes], second: frozenset[bytes]) -> float:
    """Return what two sets share as a share of what either has; NaN where both are empty."""
    shared = len(first & second)
    either = len(first) + len(second) - shared
    return shared / either if either else float("nan")


def chance_jaccard(first: Sequence[frozenset[bytes]], second: Sequence[frozenset[bytes]]) -> float:
    """Return the mean of `jaccard` over the draws of two experiments, draw by draw."""
    known = [
        value
        for value in (jaccard(one, other) for one, other in zip(first, second, strict=True))
        if not np.isnan(value)
    ]
    return float(np.mean(known)) if known else float("nan")


def _seed(name: str) -> int:
    # Python's own hash differs from process to process.
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:16])
