"""Genomes and the search spaces that they belong to, one module a space.

Each space reads what archives print, flattens it to symbols of a small alphabet, knows which
genomes are the same network, and draws genomes at random.
No graph, no Dask, no files, no tables.
"""

from vinarch.genome.layers import LayerSpace
from vinarch.genome.macro import MacroSpace, canonical_phase
from vinarch.genome.micro import MicroSpace
from vinarch.genome.naming import search_space
from vinarch.genome.nasbench101 import NasBench101Space
from vinarch.genome.nasbench201 import NasBench201Space
from vinarch.genome.sequences import flat_of, flatten_nested, symbol_matrix
from vinarch.genome.spaces import Genome, SearchSpace

__all__ = [
    "Genome",
    "LayerSpace",
    "MacroSpace",
    "MicroSpace",
    "NasBench101Space",
    "NasBench201Space",
    "SearchSpace",
    "canonical_phase",
    "flat_of",
    "flatten_nested",
    "search_space",
    "symbol_matrix",
]
