"""The columns of PENGUIN's tables, and what becomes of those that only the first row fills.

First rows in, one a network; verbatim genomes, flattened genomes and measurements out.
Knows no files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vinarch.dialects.rows import MEASUREMENT_ROWS, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vinarch.genome import SearchSpace

CURVE = ("epochs", "trainLoss", "valLoss", "valAcc")
"""Columns that every row fills."""

NUMBERS = ("batch_size", "learning_rate", "momentum", "dampening", "weight_decay")
TEXTS = ("train_GPU", "torch_set_deterministic", "dataset", "loss_fn", "optimizer")
SETTINGS = (*NUMBERS, *TEXTS)
"""How the network was trained."""

STRUCTURE = (
    "layer_types", "dropout_rate", "convKernels", "convStrides", "convPaddings", "poolKernels",
    "poolStrides", "poolPaddings", "convFilters", "FC_dropout_rate", "FC_dropout_layers",
    "FCFilters",
)  # fmt: skip
"""What the network is; the verbatim genome is a JSON object of these cells."""

COLUMNS = (
    *CURVE, "ID", "random_seed", "train_GPU", "torch_set_deterministic", "dataset", "batch_size",
    "loss_fn", "optimizer", "learning_rate", "momentum", "dampening", "weight_decay", *STRUCTURE,
)  # fmt: skip
"""All columns as the deposit orders them."""

_PLAIN = rf"^[0-9.eE+-]*(\|[0-9.eE+-]*){{{len(STRUCTURE) - 1}}}$"


def print_structures(firsts: Mapping[str, pa.Array]) -> pa.Array:
    """Return the verbatim genome of each network: its cells of `STRUCTURE` as a JSON object.

    Parameters
    ----------
    firsts : mapping of str to pyarrow.Array of string
        The cells of n first rows by column.

    Returns
    -------
    pyarrow.Array of string, length n
        Null where a cell holds more than numbers and hyphens.

    Examples
    --------
    >>> import pyarrow as pa
    >>> print_structures({name: pa.array(["1-3"]) for name in STRUCTURE})[0].as_py()[:42]
    '{"layer_types": "1-3", "dropout_rate": "1-'
    """
    cells = [firsts[name] for name in STRUCTURE]
    plain = pc.match_substring_regex(pc.binary_join_element_wise(*cells, "|"), _PLAIN)
    parts: list[Any] = []
    for name, cell in zip(STRUCTURE, cells, strict=True):
        parts += [f'", "{name}": "', cell]
    parts[0] = parts[0].replace('", ', "{", 1)
    printed = pc.binary_join_element_wise(*parts, '"}', "")
    return pc.if_else(plain, printed, pa.scalar(None, pa.string()))


def flatten_structures(layer_types: pa.Array, space: SearchSpace) -> pa.Array:
    """Return each network's flattened genome.

    Raises
    ------
    GenomeError
        If a cell is no list of layers of the space.
    """
    if space.meanings == tuple(space.characters):
        # Layers are called by their characters, so that the flattened list stands there already.
        code = f"[{re.escape(space.characters)}]"
        if pc.all(pc.match_substring_regex(layer_types, f"^{code}(-{code})*$")).as_py():
            return pc.replace_substring(layer_types, "-", "")
    coded = layer_types.dictionary_encode()
    flats = [space.parse(text).flat for text in coded.dictionary.to_pylist()]
    return pa.array(flats, pa.string()).take(coded.indices)


def setting_measurements(
    firsts: Mapping[str, pa.Array],
    numbers: Mapping[str, pa.Array],
    paths: pa.Array,
    names: pa.Array,
) -> pa.Table:
    """Return how the networks were trained, as measurements.

    Parameters
    ----------
    firsts : mapping of str to pyarrow.Array of string
        The cells of n first rows by column.
    numbers : mapping of str to pyarrow.Array of double
        Those of `NUMBERS`, read.
    paths, names : pyarrow.Array of string, length n
        Source files and native ids.

    Returns
    -------
    pyarrow.Table
        Of the schema `vinarch.dialects.rows.MEASUREMENT_ROWS`, setting by setting; an empty cell
        is none.
    """
    count = len(paths)
    values = pa.concat_arrays([numbers[name] for name in NUMBERS])
    texts = pa.concat_arrays([firsts[name] for name in TEXTS])
    measured = {
        "value": pa.concat_arrays([values, pa.nulls(len(texts), values.type)]),
        "text": pa.concat_arrays([pa.nulls(len(values), texts.type), texts]),
    }
    names_of = pa.array(SETTINGS).take(_repeat(len(SETTINGS), count))
    network = pa.array(np.tile(np.arange(count), len(SETTINGS)))
    total = count * len(SETTINGS)
    table = table_of(
        MEASUREMENT_ROWS,
        {
            **measured,
            "source_file": paths.take(network),
            "source_row": np.zeros(total, np.int64),
            "native_id": names.take(network),
            "measure": names_of,
            "unit": pa.array([""]).take(_repeat(1, total)),
            "source_name": names_of,
        },
        total,
    )
    filled = pc.or_kleene(pc.is_valid(measured["value"]), pc.not_equal(measured["text"], ""))
    if pc.all(filled, skip_nulls=False).as_py():
        return table
    return table.filter(pc.fill_null(filled, fill_value=False))


def _repeat(distinct: int, times: int) -> pa.Array:
    return pa.array(np.repeat(np.arange(distinct), times))
