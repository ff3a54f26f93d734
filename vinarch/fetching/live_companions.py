"""Whether companions hold what the data card lists of them.

A companion as a source in, checks out as they are made. Of files each, one byte is asked for and
the smallest table taken; of a tarball and of what vinarch ships, everything is looked at.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from vinarch.errors import VinarchError
from vinarch.fetching.assumptions import FILES, SHIPPED, TARBALL
from vinarch.fetching.companion import NEXT_STEP, CompanionSource
from vinarch.fetching.live_notes import UNREACHABLE
from vinarch.fetching.live_transfer import range_check, taken_from, whole_check
from vinarch.fetching.offers import some_of
from vinarch.fetching.probing import counting, piece_of
from vinarch.fetching.refusals import Question
from vinarch.fetching.tarball import TarballSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive, ListedFile
    from vinarch.fetching.live_notes import Finding, LiveCheck, Notes
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.probing import Counted
    from vinarch.fetching.sources import Source

MOST_ASKED = 100
"""Files of one companion that are asked for: a check must be no burden."""


def companion_checks(archive: Archive, source: Source, notes: Notes) -> Iterator[LiveCheck]:
    """Try what the card says of one companion."""
    if isinstance(source, CompanionSource):
        yield from notes.complete(FILES, _file_checks(archive, source, notes))
    elif isinstance(source, TarballSource):
        yield from notes.complete(TARBALL, _tarball_checks(archive, source, notes))
    else:
        yield from notes.complete(SHIPPED, _shipped_checks(archive, source, notes))


def _file_checks(archive: Archive, source: CompanionSource, notes: Notes) -> Iterator[LiveCheck]:
    with counting(source.session, source.companion.url) as counted:
        holds, told = _all_there(source, counted)
        step = "" if counted.answers else UNREACHABLE
        yield notes.write("companion-files", holds, told, step)
    if not counted.answers:
        return
    try:
        offers = source.list_files(archive)
    except VinarchError as error:
        yield notes.write("companion-whole", None, error.got)
        return
    offer = min(offers, key=lambda one: (one.size_bytes is None, one.size_bytes or 0, one.path))
    body = yield from whole_check(source, offer, notes, "companion-whole")
    if body is not None:
        question = Question(offer.location, source.name, offer.path, NEXT_STEP)
        yield range_check(source.session, question, body, notes, "companion-range")


def _all_there(source: CompanionSource, counted: Counted) -> Finding:
    listed = source.companion.files
    asked = tuple(islice(listed, MOST_ASKED))
    faults = []
    for file in asked:
        fault = _fault_of(source, file)
        if fault and not counted.answers:
            return False, fault
        if fault:
            faults.append(f"{file.path} ({fault})")
    if faults:
        return False, f"{len(faults)} of {len(asked)} not: {some_of(faults)}"
    more = f", the first of {len(listed)}" if len(asked) < len(listed) else ""
    return True, f"{len(asked)} files{more}"


def _fault_of(source: CompanionSource, file: ListedFile) -> str:
    address = f"{source.companion.url.rstrip('/')}/{quote(file.path)}"
    question = Question(address, source.name, file.path, NEXT_STEP)
    try:
        size = piece_of(source.session, question, 0, 1).size_bytes
    except VinarchError as error:
        return error.got
    if size is None:
        return "no size is told"
    if file.size_bytes not in {None, size}:
        return f"{size:,} bytes, the card {file.size_bytes:,}"
    return ""


def _tarball_checks(archive: Archive, source: TarballSource, notes: Notes) -> Iterator[LiveCheck]:
    with counting(source.session, source.companion.url) as counted:
        try:
            offers = source.list_files(archive)
        except VinarchError as error:
            step = "" if counted.answers else UNREACHABLE
            yield notes.write("tarball-files", False, error.got, step)  # noqa: FBT003
            return
    commit, folder = source.companion.commit, source.companion.folder or "the top"
    told = f"{len(offers)} tables below {folder}, commit {commit}"
    yield notes.write("tarball-files", True, told)  # noqa: FBT003
    yield notes.attempt("tarball-bytes", lambda: _all_right(source, offers))


def _shipped_checks(archive: Archive, source: Source, notes: Notes) -> Iterator[LiveCheck]:
    def probe() -> Finding:
        return _all_right(source, source.list_files(archive))

    yield notes.attempt("shipped-files", probe)


def _all_right(source: Source, offers: Sequence[OfferedFile]) -> Finding:
    held = [offer for offer in offers if offer.checksum is not None]
    if not held:
        return None, "the card has no SHA-256 of its files"
    faults = []
    for offer in held:
        try:
            taken_from(source, offer)
        except VinarchError as error:
            faults.append(f"{offer.path} ({error.got})")
    if faults:
        return False, f"{len(faults)} of {len(held)} not: {some_of(faults)}"
    return True, f"{len(held)} files"
