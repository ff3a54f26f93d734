"""Flattened genomes as text and as numbers: sequences in, a matrix of symbols out.

Sequences may differ in length: each end counts as a symbol of its own, which nothing else matches.
Knows no search space: a character is a symbol.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vinarch.errors import GenomeError

if TYPE_CHECKING:
    from collections.abc import Sequence

Symbols = npt.NDArray[np.integer[Any]]
"""Symbols as small whole numbers: 0 or more within a sequence, below 0 past its end."""

_FIRST = ord("0")
_ASCII = 128


def flatten_nested(text: str) -> str:
    """Return the symbols of a printed genome or subsequence: brackets, commas, blanks dropped.

    Examples
    --------
    >>> flatten_nested("[1,0,1]"), flatten_nested("101")
    ('101', '101')
    """
    return re.sub(r"[\[\],\s]", "", text)


def flat_of(structure_id: str) -> str:
    """Return the flattened genome in the key of a structure.

    Examples
    --------
    >>> flat_of("macro-4-4-4:101")
    '101'
    """
    return structure_id.partition(":")[2]


def symbol_matrix(flats: Sequence[str]) -> Symbols:
    """Return flattened genomes as a matrix of symbols.

    Parameters
    ----------
    flats : sequence of str
        n sequences of ASCII characters, the longest of L.

    Returns
    -------
    ndarray of integers, shape (n, L)
        Entry (i, j) is the symbol of genome i at position j, the same number for the same
        character in every matrix, 0 and 1 for ``"0"`` and ``"1"``; past the end of genome i it
        is ``-1 - i``. ``uint8`` where all are of one length, else the smallest signed type that
        holds the ends.

    Raises
    ------
    GenomeError
        If a character is not ASCII.

    Examples
    --------
    >>> symbol_matrix(["101", "001"])
    array([[1, 0, 1],
           [0, 0, 1]], dtype=uint8)

    The ends of two genomes are different symbols:

    >>> symbol_matrix(["10", "0", "101"])
    array([[ 1,  0, -1],
           [ 0, -2, -2],
           [ 1,  0,  1]], dtype=int8)
    """
    lengths = np.array([len(flat) for flat in flats], dtype=np.int64)
    codes = _codes(flats)
    longest = int(lengths.max(initial=0))
    if codes.size == len(flats) * longest:
        return codes.reshape(len(flats), longest)
    ends = -1 - np.arange(len(flats))
    matrix = np.empty((len(flats), longest), dtype=np.min_scalar_type(int(ends[-1])))
    matrix[:] = ends[:, None]
    matrix[np.arange(longest) < lengths[:, None]] = codes
    return matrix


def sequence_lengths(symbols: Symbols) -> npt.NDArray[np.int64]:
    """Return how long the sequence in each row of a matrix of symbols is.

    Examples
    --------
    >>> sequence_lengths(symbol_matrix(["10", "", "101"])).tolist()
    [2, 0, 3]
    """
    lengths: npt.NDArray[np.int64] = (symbols >= 0).sum(axis=1)
    return lengths


def characters_of(symbols: Symbols) -> npt.NDArray[np.uint8]:
    """Return the ASCII code of each symbol of a matrix; past an end it is that of a blank.

    A blank is no symbol of any genome: `flatten_nested` drops it.

    Examples
    --------
    >>> characters_of(symbol_matrix(["ab", "0"])).view("S2").ravel().tolist()
    [b'ab', b'0 ']
    """
    codes = (symbols.astype(np.int64) + _FIRST) % _ASCII
    return np.where(symbols >= 0, codes, ord(" ")).astype(np.uint8)


def _codes(flats: Sequence[str]) -> npt.NDArray[np.uint8]:
    strange = next((flat for flat in flats if not flat.isascii()), None)
    if strange is not None:
        raise GenomeError(
            "flattened genome",
            "ASCII characters, one a symbol",
            repr(strange),
            "Give the symbols of the search space other characters.",
        )
    text = np.frombuffer("".join(flats).encode("ascii"), dtype=np.uint8)
    # All 128 characters keep numbers of their own, and "0" and "1" are what they say.
    codes: npt.NDArray[np.uint8] = (text - np.uint8(_FIRST)) % np.uint8(_ASCII)
    return codes
