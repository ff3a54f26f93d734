"""Whether a deposit's list has the tables and experiments that the data card names.

An archive and a list of files in; checks out. Asks nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from vinarch.errors import VinarchError
from vinarch.fetching.offers import SHOWN_NAMES, some_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.live_notes import LiveCheck, Notes
    from vinarch.fetching.manifest import Manifest, ManifestFile

_BY_PATH = frozenset({"histories", "lineage", "configuration"})
"""Roles of tables whose paths tell the experiment; others tell it in their rows."""


def tables_in(archive: Archive, manifest: Manifest) -> tuple[ManifestFile, ...]:
    """Return the files of a list that the card calls tables."""
    return tuple(file for file in manifest.files if archive.role_of(file.path) is not None)


def table_checks(archive: Archive, notes: Notes, manifest: Manifest) -> Iterator[LiveCheck]:
    """Hold the list against what the card says of tables and experiments."""
    paths = [file.path for file in manifest.files]
    globs = [(section, glob) for section in archive.tables for glob in section.globs]
    empty = [
        f"{glob} ({section.role})"
        for section, glob in globs
        if not any(replace(section, globs=(glob,)).holds(path) for path in paths)
    ]
    told = f"none for {some_of(empty)}" if empty else f"{len(globs)} globs"
    yield notes.write("card-globs", not empty, told)
    yield _size_check(archive, notes, manifest)
    tables = tables_in(archive, manifest)
    if not tables:
        return
    yield from _experiment_checks(archive, notes, [file.path for file in tables])
    yield from _record_checks(notes, tables)


def _size_check(archive: Archive, notes: Notes, manifest: Manifest) -> LiveCheck:
    sized = [file for file in manifest.files if file.download_bytes is not None]
    there = {file.path: file.download_bytes for file in sized}
    listed = [file for one in archive.companions for file in one.files if file.path in there]
    other = [
        f"{file.path} ({there[file.path]} bytes, the card {file.size_bytes})"
        for file in listed
        if file.size_bytes is not None and there[file.path] != file.size_bytes
    ]
    if not listed:
        return notes.write("card-sizes", None, "no path is in both")
    told = some_of(other) if other else f"{len(listed)} paths are in both"
    return notes.write("card-sizes", not other, told)


def _experiment_checks(archive: Archive, notes: Notes, paths: Sequence[str]) -> Iterator[LiveCheck]:
    found, faults = _experiments(archive, paths)
    told = "; ".join(faults[:SHOWN_NAMES]) if faults else f"{len(found)} experiments"
    yield notes.write("experiments-told", not faults, told)
    of_companions, _ = _experiments(
        archive, [file.path for one in archive.companions for file in one.files]
    )
    missing = sorted(of_companions.keys() - found.keys())
    missing += [
        f"{attribute.name} {rule.label}"
        for attribute in archive.attributes
        for rule in attribute.rules
        if not any(re.search(rule.pattern, path) for path in paths)
    ]
    yield notes.write(
        "experiments-expected",
        not missing,
        f"no table of {some_of(missing)}" if missing else some_of(sorted(found)),
    )
    twice = [
        f"{experiment}: {some_of(sorted(files))}"
        for experiment, sections in found.items()
        for files in sections.values()
        if len(files) > 1
    ]
    yield notes.write(
        "experiments-once", not twice, "; ".join(twice[:SHOWN_NAMES]) or "none has two"
    )


def _experiments(
    archive: Archive, paths: Sequence[str]
) -> tuple[dict[str, dict[int, list[str]]], list[str]]:
    """Return experiments with their files by section, where one file each is due, and faults."""
    found: dict[str, dict[int, list[str]]] = {}
    faults = []
    for number, section in enumerate(archive.tables):
        if section.role not in _BY_PATH:
            continue
        for path in filter(section.holds, paths):
            try:
                name = archive.experiment_id(archive.attributes_of(path, section), section)
            except VinarchError as error:
                faults.append(f"{path}: {error.got}")
                continue
            files = found.setdefault(name, defaultdict(list))
            if section.one_file_per_experiment:
                files[number].append(path)
    return found, faults


def _record_checks(notes: Notes, tables: Sequence[ManifestFile]) -> Iterator[LiveCheck]:
    kinds = sorted({file.checksum.algorithm for file in tables if file.checksum is not None})
    ingested = [file for file in tables if file.ingested]
    for name, faulty, fine in (
        (
            "tables-checksummed",
            [f.path for f in tables if f.checksum is None],
            f"{len(tables):,} tables, {' and '.join(kinds)}",
        ),
        ("tables-public", [f.path for f in tables if f.restricted], f"{len(tables):,} tables"),
        (
            "originals-named",
            [f.path for f in ingested if f.original_name is None],
            f"{len(ingested):,} ingested tables",
        ),
        (
            "originals-sized",
            [f.path for f in ingested if f.original_size_bytes is None],
            f"{len(ingested):,} ingested tables",
        ),
    ):
        if name.startswith("originals") and not ingested:
            yield notes.write(name, None, "no table is ingested")
        else:
            told = f"not so: {some_of(faulty)}" if faulty else fine
            yield notes.write(name, not faulty, told)
