"""Whether a Dataverse lists a deposit's files and versions as the fetch layer takes for granted.

An archive and its Dataverse in, checks out as they are made, and the list of files behind them.
Downloads no file of the deposit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vinarch.errors import RefusedError, VinarchError
from vinarch.fetching.listing import ListingError
from vinarch.fetching.live_description import description_checks
from vinarch.fetching.live_notes import UNREACHABLE
from vinarch.fetching.live_tables import tables_in
from vinarch.fetching.manifest import compare_manifests
from vinarch.fetching.offers import some_of
from vinarch.fetching.refusals import (
    ChallengeError,
    ForbiddenError,
    LoginError,
    NotFoundError,
    Question,
)
from vinarch.fetching.web import TOKEN_HEADER, get_json

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from vinarch.catalog import Archive
    from vinarch.fetching.dataverse import DataverseSource
    from vinarch.fetching.live_notes import Finding, LiveCheck, Notes
    from vinarch.fetching.manifest import Manifest
    from vinarch.fetching.probing import Counted

_FEW = 3
"""Files of a page that is asked for only to see how pages are made."""

_NO_VERSION = "987654321.0"

_REFUSED: Mapping[type[RefusedError], str] = {
    NotFoundError: "Correct `doi` or `version` in the card; if the version was withdrawn, "
    "`doi.org` leads to what is left of it.",
    ForbiddenError: "It may refuse our client name: ask the server's support to let `vinarch/…` "
    "in. Companions and mirrors serve meanwhile.",
    ChallengeError: "Ask the server's support to leave the API out of the challenge, or ask from "
    "another network. Companions and mirrors serve meanwhile.",
    LoginError: "Check VINARCH_DATAVERSE_TOKEN, or unset it.",
}


@dataclass(frozen=True)
class Deposit:
    """A deposit that is asked about itself."""

    archive: Archive
    dataverse: DataverseSource
    counted: Counted
    """How it answered so far."""

    def ask(self, version: str, wanted: str, end: str = "", **parameters: str) -> Any:
        """Return the JSON that a version's address gives."""
        base = self.dataverse.url.rstrip("/")
        return get_json(
            self.dataverse.session,
            self.question(
                f"{base}/api/datasets/:persistentId/versions/{version}{end}",
                wanted,
                {"persistentId": f"doi:{self.dataverse.doi}"} | parameters,
            ),
        )

    def question(self, url: str, wanted: str, parameters: Mapping[str, str]) -> Question:
        """Return a question to the installation, with the token if there is one."""
        token = self.dataverse.token
        secrets = {} if token is None else {TOKEN_HEADER: token}
        source, step = self.dataverse.name, self.dataverse.next_step
        return Question(url, source, wanted, step, parameters, secrets=secrets)


def list_checks(
    deposit: Deposit, notes: Notes, kept: Manifest | None
) -> Generator[LiveCheck, None, Manifest | None]:
    """Try how the server lists files and versions.

    Returns
    -------
    Manifest or None
        The list, if it came and can be used.
    """
    try:
        manifest = deposit.dataverse.fetch_manifest(deposit.archive)
    except RefusedError as error:
        came = isinstance(error.__cause__, ListingError)
        if came:
            yield notes.write("list-answers", True, "a list came")  # noqa: FBT003
            yield notes.write("list-usable", False, error.got)  # noqa: FBT003
        else:
            steps = (step for kind, step in _REFUSED.items() if isinstance(error, kind))
            step = next(steps, "") if deposit.counted.answers else UNREACHABLE
            yield notes.write("list-answers", False, error.got, step)  # noqa: FBT003
        if came or isinstance(error, NotFoundError):
            yield notes.attempt("version-latest", lambda: _latest(deposit))
        return None
    count = len(manifest.files)
    yield notes.write("list-answers", True, f"{count:,} files")  # noqa: FBT003
    yield notes.write("list-usable", True, f"all {count:,} can be used")  # noqa: FBT003
    yield from _page_checks(deposit, notes, manifest)
    ids = [file.id for file in manifest.files]
    yield notes.write("list-ids", len(ids) == len(set(ids)), f"{len(set(ids)):,} ids")
    yield notes.attempt("refusals-told", lambda: _refusal(deposit))
    yield from _version_checks(deposit, notes, manifest, kept)
    return manifest


def _page_checks(deposit: Deposit, notes: Notes, manifest: Manifest) -> Iterator[LiveCheck]:
    count = len(manifest.files)
    few = min(_FEW, count // 2)
    try:
        pages = [_page(deposit, offset, max(few, 1)) for offset in (0, few)]
    except VinarchError as error:
        for name in ("list-total", "list-pages"):
            yield notes.write(name, False, error.got)  # noqa: FBT003
        return
    totals = {total for total, _ in pages}
    told = " and ".join(str(total) for total in totals)
    yield notes.write("list-total", totals == {count}, f"totalCount {told}, {count} files")
    if few < 1:
        yield notes.write("list-pages", None, f"a list of {count} has no two pages")
        return
    (_, first), (_, second) = pages
    sizes = f"pages of {len(first)} and {len(second)} files where {few} were asked for"
    shared = set(first) & set(second)
    right = len(first) == len(second) == few and not shared
    yield notes.write("list-pages", right, f"{sizes}, {len(shared)} of them on both")


def _page(deposit: Deposit, offset: int, limit: int) -> tuple[int | None, list[int]]:
    envelope = deposit.ask(
        deposit.archive.version,
        "a page of its list of files",
        "/files",
        limit=str(limit),
        offset=str(offset),
    )
    try:
        total = envelope.get("totalCount")
        ids = [int(one["dataFile"]["id"]) for one in envelope["data"]]
        return None if total is None else int(total), ids
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RefusedError(
            deposit.dataverse.name, "a page of its list", f"JSON without it ({error!r})", ""
        ) from error


def _refusal(deposit: Deposit) -> Finding:
    try:
        deposit.ask(_NO_VERSION, "a version that is not there", "/files", limit="1", offset="0")
    except NotFoundError as error:
        return "saying" in error.got, error.got
    except RefusedError as error:
        return False, error.got
    return False, "an answer as if it were there"


def _version_checks(
    deposit: Deposit, notes: Notes, manifest: Manifest, kept: Manifest | None
) -> Iterator[LiveCheck]:
    archive = deposit.archive
    record: Mapping[str, Any] = {}
    try:
        record = _record(deposit)
    except VinarchError as error:
        yield notes.write("version-released", False, error.got)  # noqa: FBT003
    else:
        state = str(record.get("versionState", "no state told"))
        yield notes.write("version-released", state == "RELEASED", state)
    yield notes.attempt("version-latest", lambda: _latest(deposit))
    yield notes.attempt("version-files", lambda: _same_tables(deposit, manifest))
    if kept is None:
        yield notes.write("version-unchanged", None, "no list of it is kept here")
    else:
        changes = compare_manifests(kept, manifest)
        paths = [*changes.added, *changes.removed, *changes.changed]
        told = some_of(paths) if paths else f"as on {kept.fetched_at}"
        yield notes.write("version-unchanged", not changes, told)
    if record:
        yield from description_checks(archive, notes, record)


def _latest(deposit: Deposit) -> Finding:
    latest, version = deposit.dataverse.latest_version(), deposit.archive.version
    return latest in {version, f"{version}.0"}, f"last is {latest}"


def _same_tables(deposit: Deposit, manifest: Manifest) -> Finding:
    archive = deposit.archive
    newest = replace(archive, version=":latest-published")
    listed = replace(deposit.dataverse, kept=None).fetch_manifest(newest)
    pinned, live = tables_in(archive, manifest), tables_in(archive, listed)
    changes = compare_manifests(replace(manifest, files=pinned), replace(listed, files=live))
    if not changes:
        return True, f"{len(live):,} tables, all the same"
    words = (("new", changes.added), ("gone", changes.removed), ("other bytes", changes.changed))
    return False, "; ".join(f"{word}: {some_of(paths)}" for word, paths in words if paths)


def _record(deposit: Deposit) -> Mapping[str, Any]:
    version = deposit.archive.version
    envelope = deposit.ask(version, f"what version {version} is", excludeFiles="true")
    record = envelope.get("data") if isinstance(envelope, dict) else None
    if not isinstance(record, dict):
        raise RefusedError(deposit.dataverse.name, "a version's record", "JSON without one", "")
    return record
