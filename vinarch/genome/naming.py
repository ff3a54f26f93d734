"""Search spaces by name: a name out of the commons in, the space out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import GenomeError
from vinarch.genome.known_layers import KNOWN_LAYERS
from vinarch.genome.layers import LayerSpace
from vinarch.genome.macro import MacroSpace
from vinarch.genome.micro import MicroSpace
from vinarch.genome.nasbench101 import NasBench101Space
from vinarch.genome.nasbench201 import NasBench201Space

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.genome.spaces import SearchSpace

_NAMED: tuple[tuple[str, str, Callable[[str], SearchSpace]], ...] = (
    ("nsga-net-macro-", "nsga-net-macro-<phases>x<nodes>", MacroSpace.from_name),
    ("nsga-net-micro-", "nsga-net-micro-<blocks>", MicroSpace.from_name),
    ("nas-bench-101", "nas-bench-101", NasBench101Space.from_name),
    ("nas-bench-201", "nas-bench-201", NasBench201Space.from_name),
    ("layers[", "layers[<character>=<layer>,…]", LayerSpace.from_name),
    *((name, name, LayerSpace.from_name) for name in KNOWN_LAYERS),
)
"""How the names of a space begin, their form, and who reads them."""


def search_space(name: str) -> SearchSpace:
    """Return the search space of a name such as ``nsga-net-macro-3x4``.

    Parameters
    ----------
    name : str
        As it stands in the column ``search_space`` of the commons.

    Returns
    -------
    SearchSpace

    Raises
    ------
    GenomeError
        If it names none.

    Examples
    --------
    >>> search_space("nsga-net-macro-3x4").symbol_count
    21
    >>> search_space("nas-bench-201").meanings
    ('none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3')
    """
    for beginning, _, from_name in _NAMED:
        if isinstance(name, str) and name.startswith(beginning):
            return from_name(name)
    forms = [form for _, form, _ in _NAMED]
    raise GenomeError(
        "search space",
        f"{', '.join(forms[:-1])} or {forms[-1]}",
        repr(name),
        "docs/reference/search-spaces.md lists them.",
    )
