"""Read NAS-Bench-101 cells that are published by module hash, and hold them to it.

A JSON value and its key in; the verbatim genome and its flattened form out.
Knows no files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.dialects.packed import NEXT_STEP
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    from vinarch.genome import SearchSpace


@dataclass(frozen=True)
class ModuleCell:
    """A cell: its genome as JSON in the source's own form, and flattened."""

    genome: str
    flat: str


def read_module(value: Any, module_hash: str, space: SearchSpace) -> ModuleCell:
    """Read the cell of a module hash.

    Parameters
    ----------
    value : JSON value
        Adjacency and operations, as the space's `parse` reads them.
    module_hash : str
    space : SearchSpace
        The space of NAS-Bench-101, whose canonical form is the module hash.

    Returns
    -------
    ModuleCell

    Raises
    ------
    DialectError
        If it is no cell, or one of another hash.
    """
    text = json.dumps(value)
    try:
        genome = space.parse(text)
    except GenomeError as error:
        raise DialectError(error.where, error.expected, error.got, NEXT_STEP) from error
    found = space.canonical_form(genome)
    if found != module_hash:
        raise DialectError("module hash", f"the cell's own, {found}", repr(module_hash), NEXT_STEP)
    return ModuleCell(text, genome.flat)
