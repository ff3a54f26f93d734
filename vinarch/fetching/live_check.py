"""What a data card and this package assume of the world, tried on the live servers one by one.

An archive in, checks out as they are made. Keeps nothing on this disk.
"""

from __future__ import annotations

import io
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch.errors import VinarchError
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.offers import hold_against, some_of
from vinarch.fetching.sources import Workshop, sources_of
from vinarch.fetching.web import web_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.asking import Terms
    from vinarch.fetching.manifest import Manifest, ManifestFile
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source


@dataclass(frozen=True)
class LiveCheck:
    """One assumption, and what came of trying it."""

    claim: str
    holds: bool | None
    """None where it could not be tried."""
    told: str = ""
    """What was seen, or why it could not be tried."""


class _Landing(io.BytesIO):
    """A file in memory that remembers whether a transfer began anew."""

    restarted = False

    def truncate(self, size: int | None = None, /) -> int:
        self.restarted = True
        return super().truncate(size)


def check_live(archive: Archive, terms: Terms) -> Iterator[LiveCheck]:
    """Try each assumption and yield what came of it.

    Parameters
    ----------
    archive : Archive
        From its data card.
    terms : Terms
        Which Dataverse is asked, and with which token; mirrors are left alone.
    """
    with web_session() as session, tempfile.TemporaryDirectory() as folder, ExitStack() as rooms:
        workshop = Workshop(session, Path(folder), rooms, terms.progress)
        dataverse = DataverseSource(
            terms.dataverse_url, archive.doi, session, terms.dataverse_token
        )
        if archive.doi:
            yield from _deposit_checks(archive, dataverse)
        else:
            yield LiveCheck("the archive has a deposit", None, "its card names no DOI")
        for source in sources_of(archive, None, dataverse, workshop):
            if not isinstance(source, DataverseSource):
                yield from _companion_checks(archive, source)


def _deposit_checks(archive: Archive, dataverse: DataverseSource) -> Iterator[LiveCheck]:
    claim = f"{dataverse.name} answers us and lists version {archive.version}"
    try:
        manifest = dataverse.fetch_manifest(archive)
    except VinarchError as error:
        yield LiveCheck(claim, False, error.got)  # noqa: FBT003
        yield LiveCheck("what its list says", None, "there is no list")
        return
    yield LiveCheck(claim, True, f"{len(manifest.files):,} files")  # noqa: FBT003
    yield _version_check(archive, dataverse)
    yield from _list_checks(archive, manifest)
    tables = [file for file in manifest.files if archive.role_of(file.path) is not None]
    yield from _table_checks(archive, tables)
    yield from _transfer_checks(archive, dataverse)


def _version_check(archive: Archive, dataverse: DataverseSource) -> LiveCheck:
    claim = f"version {archive.version} is the one that was published last"
    try:
        latest = dataverse.latest_version()
    except VinarchError as error:
        return LiveCheck(claim, None, error.got)
    return LiveCheck(claim, latest in {archive.version, f"{archive.version}.0"}, f"it is {latest}")


def _list_checks(archive: Archive, manifest: Manifest) -> Iterator[LiveCheck]:
    paths = [file.path for file in manifest.files]
    for number, section in enumerate(archive.tables, start=1):
        found = [path for path in paths if section.holds(path)]
        yield LiveCheck(
            f"section {number} of the card ({section.role}) names files of the deposit",
            bool(found),
            f"{len(found):,}: {some_of(found)}" if found else ", ".join(section.globs),
        )
    listed = {file.path: file for one in archive.companions for file in one.files}
    if listed:
        there = {file.path: file for file in manifest.files}
        sizes = [there[path].download_bytes for path in listed if path in there]
        same = [
            path
            for path, file in listed.items()
            if path in there and there[path].download_bytes == file.size_bytes
        ]
        yield LiveCheck(
            "files that the card lists of companions have the deposit's sizes",
            len(same) == len(sizes) if sizes else None,
            f"{len(same)} of {len(sizes)} of the same path; "
            f"{len(listed) - len(sizes)} have other paths there",
        )


def _table_checks(archive: Archive, tables: Sequence[ManifestFile]) -> Iterator[LiveCheck]:
    if not tables:
        yield LiveCheck("tables can be read, verified and downloaded", None, "there is no table")
        return
    for claim, faulty in (
        ("every table has a checksum", [f.path for f in tables if f.checksum is None]),
        ("every table has a size", [f.path for f in tables if f.download_bytes is None]),
        ("every table is public", [f.path for f in tables if f.restricted]),
        (
            "every ingested table tells its original name",
            [f.path for f in tables if f.ingested and f.original_name is None],
        ),
        (
            "every path tells its experiment",
            [f.path for f in tables if _has_no_experiment(archive, f.path)],
        ),
    ):
        yield LiveCheck(claim, not faulty, some_of(faulty))


def _has_no_experiment(archive: Archive, path: str) -> bool:
    section = archive.table_of(path)
    if section is None or not section.one_file_per_experiment:
        return False  # such a table tells its experiments in its rows
    try:
        archive.experiment_id(archive.attributes_of(path, section), section)
    except VinarchError:
        return True
    return False


def _transfer_checks(archive: Archive, source: Source) -> Iterator[LiveCheck]:
    """Download the smallest table whole, and its second half again."""
    whole, rest = "the smallest table comes with its size and checksum", "a download can be resumed"
    try:
        file = _smallest(source.list_files(archive))
    except VinarchError as error:
        yield LiveCheck(f"{whole} from {source.name}", False, error.got)  # noqa: FBT003
        return
    landing = _Landing()
    try:
        _deliver(source, file, landing)
    except VinarchError as error:
        yield LiveCheck(f"{whole} from {source.name}", False, f"{file.path}: {error.got}")  # noqa: FBT003
        return
    yield LiveCheck(f"{whole} from {source.name}", True, file.path)  # noqa: FBT003
    got = landing.getvalue()
    half = _Landing()
    half.write(got[: len(got) // 2])
    half.restarted = False
    try:
        _deliver(source, file, half)
    except VinarchError as error:
        yield LiveCheck(f"{rest} from {source.name}", False, error.got)  # noqa: FBT003
        return
    told = "it began anew" if half.restarted else f"{len(got) - len(got) // 2} bytes came again"
    yield LiveCheck(f"{rest} from {source.name}", not half.restarted, told)


def _companion_checks(archive: Archive, source: Source) -> Iterator[LiveCheck]:
    if source.at_once == 1:
        yield LiveCheck(
            f"{source.name} gives what the card lists", None, "it is one download of all"
        )
        return
    yield from _transfer_checks(archive, source)


def _smallest(files: Sequence[OfferedFile]) -> OfferedFile:
    return min(files, key=lambda file: (file.size_bytes is None, file.size_bytes or 0, file.path))


def _deliver(source: Source, file: OfferedFile, landing: _Landing) -> None:
    source.deliver(file, landing, lambda _: None)
    size = landing.tell()
    digests = {}
    if file.checksum is not None:
        landing.seek(0)
        digests[file.checksum.algorithm] = file_digest(landing, file.checksum.algorithm).hexdigest()
    hold_against(file, source.name, size, digests)
