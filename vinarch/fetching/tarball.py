"""A repository's tarball as a companion: one download in, the files that are tables out.

Of a tarball nothing is believed: only plain files below the card's folder that its globs name are
read, by streaming, into a nameless file; nothing is unpacked by the names inside, and sizes have
limits.
The tarball's own bytes are no fixed promise of GitHub, so files are held against the card's
checksums, and its commit against the card's.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from vinarch.errors import RefusedError
from vinarch.fetching.companion import NEXT_STEP, checksum_of
from vinarch.fetching.offers import OfferedFile, fault_of_path, some_of
from vinarch.fetching.refusals import Question
from vinarch.fetching.streaming import BLOCK_BYTES, stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack
    from pathlib import Path

    import requests

    from vinarch.catalog import Archive, Companion
    from vinarch.fetching.sitting import Sitting
    from vinarch.fetching.streaming import Advance, Target
    from vinarch.progress import Progress

MOST_PACKED_BYTES = 2 * 2**30
"""Of a download; repositories of tables have some hundred MB at most."""

MOST_UNPACKED_BYTES = 16 * 2**30
"""Of all members together: what we are willing to run through."""

MOST_MEMBERS = 200_000
"""Twice the files of the largest repositories; each that is run through takes memory."""

_LARGEST_READ = 2**20
"""Data are read in blocks; a longer name or header than this is no honest one."""


@dataclass
class TarballSource:
    """A card's companion of the kind ``github-tarball`` as a source."""

    companion: Companion
    session: requests.Session
    folder: Path
    """Where the nameless files are, on the disk that the tables will be on."""
    rooms: ExitStack
    """Closes those with members when a step of the fetch is over."""
    progress: Progress
    sitting: Sitting
    """Has the tarball if it came in an earlier step, and keeps it."""
    at_once: int = 1
    """Its bytes stand in one file with one position."""
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)
    _bodies: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """Return what the provenance calls it."""
        return f"companion: {self.companion.name}"

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Download the tarball, once a fetch, and read the archive's tables out of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        packed = self._packed(archive)
        packed.seek(0)
        self._bodies = self.rooms.enter_context(TemporaryFile(dir=self.folder))  # noqa: SIM115
        self._places = {}
        try:
            # GzipFile checks the sum of what it unpacks; tarfile alone would accept a cut.
            with gzip.open(packed) as unpacked:
                self._read(archive, _Bounded(unpacked, self))
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self.refusal(f"no whole tarball ({type(error).__name__}: {error})") from error
        return self._offers(archive)

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Copy a file that was read out of the tarball."""
        offset, size = self._places[file.path]
        assert self._bodies is not None  # noqa: S101 - only listed files are asked for
        self._bodies.seek(offset + target.tell())
        left = size - target.tell()
        while left:
            block = self._bodies.read(min(left, BLOCK_BYTES))
            target.write(block)
            advance(len(block))
            left -= len(block)

    def refusal(self, reason: str) -> RefusedError:
        """Return the error that says why the tarball is not taken."""
        return RefusedError(self.name, f"a tarball of {self.companion.url}", reason, NEXT_STEP)

    def _packed(self, archive: Archive) -> IO[bytes]:
        """Return the tarball as it came, now or in an earlier step."""
        known = self.sitting.packed.get(self.companion.url)
        if isinstance(known, RefusedError):
            raise known
        if known is None:
            known = self.sitting.rooms.enter_context(TemporaryFile(dir=self.folder))  # noqa: SIM115
            try:
                self._download(archive, known)
            except RefusedError as error:
                self.sitting.packed[self.companion.url] = error
                raise
            self.sitting.packed[self.companion.url] = known
        return known

    def _download(self, archive: Archive, packed: IO[bytes]) -> None:
        offer = OfferedFile("tarball", None, None, self.companion.url)
        question = Question(self.companion.url, self.name, "its tarball", NEXT_STEP)
        received = 0

        def count(amount: int) -> None:
            nonlocal received
            received += amount
            if received > MOST_PACKED_BYTES:
                raise self.refusal(f"more than {MOST_PACKED_BYTES} bytes")
            self.progress.advance(amount)

        # GitHub packs a tarball while it sends it, and tells no size.
        self.progress.start(f"{archive.name} {archive.version}: tarball", 0, "B")
        try:
            stream(self.session, question, offer, packed, count)
        finally:
            self.progress.finish()

    def _read(self, archive: Archive, unpacked: _Bounded) -> None:
        with tarfile.open(fileobj=unpacked, mode="r:") as tar:  # type: ignore[call-overload]
            commit = tar.pax_headers.get("comment", self.companion.commit)
            if commit != self.companion.commit:
                raise self.refusal(f"one of the commit {commit!r}")
            for member in self._members(tar):
                path = self._path_in(member)
                if path is None or archive.role_of(path) is None or member.isdir():
                    continue
                fault = fault_of_path(path)
                if fault:
                    raise self.refusal(f"a member {member.name!r}, which has {fault}")
                self._take(tar, member, path)
        # To the end, so that a cut or a wrong sum behind the last member is seen as well.
        while unpacked.read(_LARGEST_READ):
            pass

    def _members(self, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        for number, member in enumerate(tar, start=1):
            if number > MOST_MEMBERS:
                raise self.refusal(f"more than {MOST_MEMBERS} members")
            if member.size < 0:
                raise self.refusal(f"a member of {member.size} bytes, {member.name!r}")
            yield member

    def _path_in(self, member: tarfile.TarInfo) -> str | None:
        """Return a member's path inside the archive, None if it is not below the folder."""
        # GitHub puts all into one folder, named by repository and commit.
        top, _, path = member.name.partition("/")
        if not top or ".." in member.name.split("/"):
            raise self.refusal(f"a member {member.name!r}, whose path leads out")
        if not self.companion.folder:
            return path or None
        inside = f"{self.companion.folder}/"
        return path.removeprefix(inside) if path.startswith(inside) else None

    def _take(self, tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        if not member.isreg() or member.issparse():
            raise self.refusal(f"a member {member.name!r} that is no plain file")
        if path in self._places:
            raise self.refusal(f"a member {member.name!r} twice")
        body, bodies = tar.extractfile(member), self._bodies
        assert body is not None  # noqa: S101 - it is a plain file
        assert bodies is not None  # noqa: S101 - list_files opened it
        self._places[path] = (bodies.tell(), member.size)
        while block := body.read(BLOCK_BYTES):
            bodies.write(block)

    def _offers(self, archive: Archive) -> tuple[OfferedFile, ...]:
        if not self._places:
            raise self.refusal("none of the tables that the data card names in it")
        listed = {file.path: file for file in self.companion.files if archive.role_of(file.path)}
        missing = sorted(listed.keys() - self._places.keys())
        if missing:
            raise self.refusal(
                f"one without {len(missing)} of {len(listed)} listed files: {some_of(missing)}"
            )
        offers = []
        for path, (_, size) in sorted(self._places.items()):
            file = listed.get(path)
            known = None if file is None else file.size_bytes
            offers.append(
                OfferedFile(
                    path,
                    size if known is None else known,
                    None if file is None else checksum_of(file),
                    self.companion.url,
                )
            )
        return tuple(offers)


@dataclass
class _Bounded:
    """What tarfile needs of a file, and no read or place beyond the limits."""

    file: gzip.GzipFile
    source: TarballSource

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _LARGEST_READ:
            raise self.source.refusal(f"a header of {size} bytes")
        self._check(self.file.tell() + size)
        return self.file.read(size)

    def seek(self, place: int) -> int:
        self._check(place)
        return self.file.seek(place)

    def tell(self) -> int:
        return self.file.tell()

    def _check(self, place: int) -> None:
        if place > MOST_UNPACKED_BYTES + _LARGEST_READ:
            raise self.source.refusal(f"more than {MOST_UNPACKED_BYTES} bytes unpacked")
