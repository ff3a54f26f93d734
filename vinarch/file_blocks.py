"""Plan the reading of an archive: its files in, blocks that one task reads each out.

Opens no file.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from vinarch.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive, TableFiles
    from vinarch.dialects.rows import SourceFile

BLOCK_BYTES = 32 * 2**20
"""Files of an experiment are parsed together up to this size …"""
BLOCK_FILES = 4096
"""… and up to this number: what one task opens. Small tables are read many at once."""
NETWORK_FILES = 16
"""Files of one folder that stay in one block, since they may tell of one network; arbitrary."""


@dataclass(frozen=True)
class FileBlock:
    """Files of one experiment that one task parses, and what the card says of them."""

    experiment: str
    files: tuple[SourceFile, ...]
    table: TableFiles


def plan_blocks(archive: Archive, files: Sequence[SourceFile]) -> list[FileBlock]:
    """Group the history tables by experiment and cut each group into blocks.

    The files of one folder stay together, since one network may have several; an experiment with
    files of the role ``lineage`` is one block.

    Returns
    -------
    list of FileBlock
        In ascending order of experiment, then path; independent of the order of `files`.
    """
    members: defaultdict[tuple[str, int], list[SourceFile]] = defaultdict(list)
    lineage: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in sorted(files, key=lambda file: file.path):
        for number, table in enumerate(archive.tables):
            if table.role not in {"histories", "lineage"} or not table.holds(file.path):
                continue
            name = archive.experiment_id(archive.attributes_of(file.path, table), table)
            if table.role == "lineage":
                lineage[name].append(file)
                continue
            _refuse_second_file(table, name, file, members[name, number])
            members[name, number].append(file)
    if not members:
        raise DialectError(
            f"archive {archive.name}",
            "at least one table of training histories",
            f"{len(files)} files, none of them one",
            "Look at the globs of its data card.",
        )
    blocks = []
    for (name, number), of_experiment in sorted(members.items()):
        family = lineage.pop(name, [])
        # Who is whose child may only show beside all networks.
        cut = [(*of_experiment, *family)] if family else _cut(of_experiment)
        blocks += [FileBlock(name, block, archive.tables[number]) for block in cut]
    return blocks


def _cut(files: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    block: list[SourceFile] = []
    size = 0
    for _, folder in groupby(files, key=lambda file: file.path.rpartition("/")[0]):
        for number, file in enumerate(folder):
            full = size >= BLOCK_BYTES or len(block) >= BLOCK_FILES
            # A folder of few files is one network; one of many is a folder of tables.
            if block and full and (number == 0 or number >= NETWORK_FILES):
                yield tuple(block)
                block, size = [], 0
            block.append(file)
            # The parser says what is wrong with a file that is not there.
            with contextlib.suppress(OSError):
                size += file.local.stat().st_size
    if block:
        yield tuple(block)


def _refuse_second_file(
    table: TableFiles, experiment: str, file: SourceFile, known: Sequence[SourceFile]
) -> None:
    if known and table.one_file_per_experiment:
        raise DialectError(
            file.path,
            f"one file of the experiment {experiment}",
            f"another, {known[0].path}",
            "Remove the one that is not the archive's.",
        )
