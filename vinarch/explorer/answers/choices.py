"""What of a commons can be chosen: its index in, plain values out; no table is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.explorer.state import Known, KnownExperiment, KnownSpace
from vinarch.genome import MacroSpace, search_space
from vinarch.prediction import FUNCTION_NAMES

if TYPE_CHECKING:
    from vinarch.commons import Commons


def known_of(commons: Commons) -> Known:
    """Return what a reader can choose of a commons.

    Examples
    --------
    >>> import vinarch
    >>> known = known_of(vinarch.fetch("JS9FR6"))
    >>> known.archives, len(known.experiments), len(known.untrained)
    (('JS9FR6',), 9, 3)
    """
    index = commons.experiment_index.sort_values(["archive", "experiment"])
    trained = index["architecture_count"] > 0
    spaces = {name: _space(str(name)) for name in index.loc[trained, "search_space"].unique()}
    return Known(
        tuple(
            KnownExperiment(archive, name, spaces[space], structures, rows)
            for archive, name, space, structures, rows in index.loc[trained, _TOLD].to_numpy()
        ),
        tuple((archive, name) for archive, name in index.loc[~trained, _TOLD[:2]].to_numpy()),
        functions=tuple(FUNCTION_NAMES),
    )


_TOLD = ["archive", "experiment", "search_space", "structure_count", "history_row_count"]


def _space(name: str) -> KnownSpace:
    space = search_space(name)
    phases = space.phase_starts if isinstance(space, MacroSpace) else ()
    return KnownSpace(name, space.characters, space.symbol_count, phases)
