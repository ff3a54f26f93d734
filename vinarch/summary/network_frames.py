"""The frame behind the network figure of the macro space: one row an edge of a decoded genome.

A genome, or a commons that knows it, enters; a small pandas frame leaves.
No drawing, no files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from vinarch.decoding import decode
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import Genome, MacroSpace, flat_of, flatten_nested, search_space
from vinarch.summary.figure_frames import check_trained

if TYPE_CHECKING:
    from vinarch.commons import Commons

_DTYPES = {
    "experiment": "str",
    "structure": "Int64",
    "search_space": "str",
    "genome": "str",
    "start": "Int64",
    "length": "Int64",
    "phase": "int64",
    "source": "str",
    "target_phase": "Int64",
    "target": "str",
    "kind": "str",
    "bit": "Int64",
    "in_subsequence": "bool",
}


def network_edges(
    genome: Genome,
    start: int | None = None,
    subsequence: str | None = None,
    *,
    experiment: str | None = None,
    structure: int | None = None,
) -> pd.DataFrame:
    """Return the network of a genome, one row an edge, those of a subsequence marked.

    Parameters
    ----------
    genome : Genome
        Of the NSGA-Net macro space; `vinarch.summary.layered_edges` takes the others.
    start, subsequence : int and str, optional
        The run to mark: start index in the flattened genome from 0, and symbols; both or none.
    experiment, structure : str and int, optional
        Where the genome comes from.

    Returns
    -------
    DataFrame
        Columns ``experiment, structure, search_space, genome`` (flattened), ``start, length`` (of
        the run), ``phase, source, target_phase, target`` (names of nodes as in
        `vinarch.decoding.decode`; the linear node is of phase 0), ``kind`` (``connection``,
        ``skip``, ``repair``, ``flow``; ``skipped`` for a phase without connections, which has no
        edge), ``bit`` (position of the bit that makes the edge, null where none does) and
        ``in_subsequence`` (whether that bit is in the run).

    Raises
    ------
    ParameterError
        If the genome is of another space, or `start` or `subsequence` comes alone or is no run of
        symbols within the genome.
    SelectionError
        If the genome has other symbols there.

    Examples
    --------
    >>> from vinarch.genome import MacroSpace
    >>> edges = network_edges(MacroSpace((3,)).parse("[[1, 0, 0, 1]]"), 0, "10")
    >>> edges[["source", "target", "kind", "bit", "in_subsequence"]]
      source  target        kind   bit  in_subsequence
    0      0       1      repair  <NA>           False
    1      0       4        skip     3           False
    2      1       2  connection     0            True
    3      2       4      repair  <NA>           False
    4      4    pool        flow  <NA>           False
    5   pool  linear        flow  <NA>           False
    """
    space = genome.space
    if not isinstance(space, MacroSpace):
        raise ParameterError(
            "network_edges",
            "a genome of the NSGA-Net macro space",
            f"one of {space.name}",
            "Pass it to vinarch.summary.layered_edges.",
        )
    run = marked_run(genome, start, subsequence)
    rows: list[dict[str, Any]] = [
        {
            "phase": phase,
            "source": str(source),
            "target_phase": target_phase,
            "target": str(target),
            **edge,
            "in_subsequence": edge["bit"] in run,
        }
        for (phase, source), (target_phase, target), edge in decode(genome).edges(data=True)
    ]
    reached = {row["phase"] for row in rows}
    rows += [
        {"phase": phase, "kind": "skipped", "in_subsequence": False}
        for phase in range(1, len(space.nodes) + 1)
        if phase not in reached
    ]
    frame = pd.DataFrame(rows).sort_values("phase", kind="stable", ignore_index=True)
    frame = frame.assign(
        experiment=experiment,
        structure=structure,
        search_space=space.name,
        genome=genome.flat,
        start=run.start if run else None,
        length=len(run) if run else None,
    )
    return frame.reindex(columns=list(_DTYPES)).astype(_DTYPES)


def genome_of(commons: Commons, experiment: str, structure: int) -> Genome:
    """Return the genome of a structure of an experiment.

    Raises
    ------
    SelectionError
        If there is no such experiment, its histories are unknown, or it has no such structure.
    MixedSpacesError
        If experiments of that name belong to several search spaces.
    """
    mine = commons.select(experiment=experiment)
    check_trained(mine)
    space = mine.search_space()
    known = mine.architectures[["structure", "structure_id"]].compute().drop_duplicates()
    found = known[known["structure"] == structure]
    if found.empty:
        numbers = known["structure"]
        raise SelectionError(
            f"experiment {experiment}, argument structure",
            f"the number of one of its {len(numbers)} structures, {numbers.min()} to "
            f"{numbers.max()}",
            repr(structure),
            "The column structure of `commons.architectures` has the numbers.",
        )
    return search_space(space).from_flat(flat_of(str(found["structure_id"].iloc[0])))


def marked_run(genome: Genome, start: int | None, subsequence: str | None) -> range:
    """Return the positions of a run that a genome holds; none where none is asked for.

    Raises
    ------
    ParameterError
        If `start` or `subsequence` comes alone, or is no run of symbols within the genome.
    SelectionError
        If the genome has other symbols there.
    """
    if start is None and subsequence is None:
        return range(0)
    if start is None or subsequence is None:
        raise ParameterError(
            "start and subsequence",
            "a start index with a subsequence, or neither",
            f"{'a start index' if subsequence is None else 'a subsequence'} alone",
            "Take both from one row of `vinarch.match`.",
        )
    symbols = flatten_nested(subsequence)
    stop = start + len(symbols)
    alphabet = genome.space.characters
    if not 0 <= start < stop <= len(genome.flat) or set(symbols) - set(alphabet):
        raise ParameterError(
            "start and subsequence",
            f"a run of {', '.join(alphabet[:-1])} and {alphabet[-1]} within the "
            f"{len(genome.flat)} symbols of the genome",
            f"{subsequence!r} at start {start}",
            "Take both from one row of `vinarch.match`.",
        )
    if genome.flat[start:stop] != symbols:
        raise SelectionError(
            f"genome {genome.flat}",
            f"{symbols} at start {start}",
            genome.flat[start:stop],
            "Choose a structure that holds the subsequence: `vinarch.figures.structures` draws "
            "them all.",
        )
    return range(start, stop)
