"""The folder of an EvoVis run: two JSON files a network, and who its parents are; also packed.

Published as ``Generation_<n>/<network>/chromosome.json`` and ``results.json``, with
``crossover_parents.csv`` and ``config.json`` beside the generations; packed as one ``.tar.gz``.
What EvoVis itself computed from these (sequences, alignments, similarities) is left out.
Files in, source rows, measurements and lineage out; no experiment, no Parquet, no Dask.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vinarch.dialects.json_values import JsonObject, read_json
from vinarch.dialects.packed import NEXT_STEP, read_members, read_text
from vinarch.dialects.records import RecordLists, measurement
from vinarch.dialects.rows import shorten
from vinarch.errors import DialectError, GenomeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.dialects.packed import Member
    from vinarch.dialects.rows import Reading, Records, SourceFile
    from vinarch.genome import SearchSpace

_NETWORK = re.compile(r"(.*/|)Generation_(\d{1,9})/([^/]+)/(chromosome|results)\.json")
_PARENTS = "crossover_parents.csv"
_CONFIGURATIONS = ("config.json", "search_space.json")
_LEFT_OUT = (
    "sequences.fasta",
    "alignment.json",
    "similarity.csv",
    ".DS_Store",
)
_CROSSING = re.compile(
    r'Generation: (\d{1,9}),"Parent_1: \(([^(),]+), (\d{1,9})\)",'
    r'"Parent_2: \(([^(),]+), (\d{1,9})\)",New_Individual: ([^\s,"]+)'
)
_UNITS = {"memory_footprint_h5": "B", "inference_time": "ms"}
_FITNESS = "fitness"


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read a run.

    Parameters
    ----------
    files : sequence of SourceFile
        The files of a run's folder, or the one that packs them.
    reading : Reading

    Returns
    -------
    Records
        One source row a network, without an epoch, since none is recorded; the configuration and
        the search space to the letter where they are among the files.

    Raises
    ------
    DialectError
        If a file cannot be read or unpacked, or is none of a run. A network, or a line of the
        parents, that cannot be read is a refused row.
    """
    run = _sort_members(files)
    found = RecordLists()
    for (_, generation, name), parts in sorted(run.networks.items()):
        at = next(iter(parts[kind] for kind in ("results", "chromosome") if kind in parts))
        known = {"source_file": at.path, "source_row": 0, "line": 1, "native_id": name}
        try:
            found.add(_read_network(parts, reading.space, known | {"generation": generation}))
        except DialectError as error:
            found.refuse(error, known)
    born = {name: generation for _, generation, name in run.networks}
    for member in run.parents:
        _read_parents(member, born, found)
    return found.records(
        {
            member.path.rpartition("/")[2]: read_text(member.data, member.path)
            for member in run.configurations
        }
    )


@dataclass
class _Run:
    networks: dict[tuple[str, int, str], dict[str, Member]] = field(default_factory=dict)
    parents: list[Member] = field(default_factory=list)
    configurations: list[Member] = field(default_factory=list)


def _sort_members(files: Sequence[SourceFile]) -> _Run:
    run = _Run()
    for member in read_members(files):
        network = _NETWORK.fullmatch(member.path)
        name = member.path.rpartition("/")[2]
        if network:
            folder, generation, network_name, kind = network.groups()
            key = (folder, int(generation), network_name)
            run.networks.setdefault(key, {})[kind] = member
        elif name == _PARENTS:
            run.parents.append(member)
        elif name in _CONFIGURATIONS:
            run.configurations.append(member)
        elif name not in _LEFT_OUT:
            raise DialectError(
                member.path,
                "Generation_<n>/<network>/chromosome.json or results.json, "
                f"{_PARENTS}, {' or '.join(_CONFIGURATIONS)}",
                "another file",
                "What it tells would be lost.",
            )
    return run


def _read_network(
    parts: dict[str, Member], space: SearchSpace, known: dict[str, Any]
) -> RecordLists:
    for kind in ("chromosome", "results"):
        if kind not in parts:
            raise DialectError(f"{kind}.json", "one beside the other file", "none", NEXT_STEP)
    genome = read_text(parts["chromosome"].data, "chromosome.json")
    read_json(genome, "chromosome.json")
    try:
        flat = space.parse(genome).flat
    except GenomeError as error:
        where = f"chromosome.json: {error.where}"
        raise DialectError(where, error.expected, error.got, NEXT_STEP) from error
    text = read_text(parts["results"].data, "results.json")
    results = JsonObject.of(read_json(text, "results.json"), "")
    failed = results.flag("error")
    row = known | {"genome": genome, "flat": flat, "status": "failed" if failed else None}
    if not failed or "val_acc" in results.members:
        row["last_val_accuracy_percent"] = results.percent("val_acc")
    told = [
        measurement(*leaf, _UNITS)
        for leaf in results.leaves(without=("val_acc", "error", _FITNESS))
    ]
    fitness = results.number(_FITNESS)
    # The fitness of a failed network is a sentinel: kept as a text, so that no mean takes it in.
    kept = json.dumps(results.value(_FITNESS)) if failed else fitness
    told.append(measurement(_FITNESS, _FITNESS, kept, _UNITS))
    mine = {name: known[name] for name in ("source_file", "source_row", "native_id")}
    return RecordLists([row], [mine | one for one in told])


def _read_parents(member: Member, born: dict[str, int], found: RecordLists) -> None:
    for place, line in enumerate(read_text(member.data, member.path).splitlines()):
        known = {"source_file": member.path, "source_row": place, "line": place + 1}
        crossing = _CROSSING.fullmatch(line)
        if crossing is None:
            expected = (
                'Generation: <n>,"Parent_1: (<network>, <cut>)","Parent_2: (<network>, <cut>)",'
                "New_Individual: <network>"
            )
            error = DialectError("the line", expected, shorten(line), NEXT_STEP)
            found.refuse(error, known)
            continue
        generation, first, first_cut, second, second_cut, child = crossing.groups()
        # The line tells the parents' generation; the child's is the next.
        if born.get(child, int(generation) + 1) != int(generation) + 1:
            expected = f"a child born in generation {int(generation) + 1}"
            error = DialectError("the line", expected, f"{child} of {born[child]}", NEXT_STEP)
            found.refuse(error, known)
            continue
        for number, (parent, cut) in enumerate(((first, first_cut), (second, second_cut)), start=1):
            found.lineage.append(
                known
                | {
                    "child": child,
                    "parent": parent,
                    "parent_number": number,
                    "operator": "crossover",
                    "cut": int(cut),
                }
            )
