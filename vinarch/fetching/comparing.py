"""What a source gave, held against what the data card lists and what is here: words out.

An archive can be published in one form and packed in another, such as many files and one tarball;
forms are told apart by the globs that their files match, and numbers of files are compared within
one form only.
Asks no source and writes no file.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from vinarch.errors import ChecksumError, FetchError, MirrorError
from vinarch.fetching.mirrors import MIRRORS
from vinarch.fetching.offers import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress
    from vinarch.provenance import Asked, FetchedFile, Provenance


def is_smaller(archive: Archive, files: Sequence[OfferedFile], held: Provenance) -> bool:
    """Tell whether a source offers fewer files than are held, in no other form."""
    offered = _forms(archive, (file.path for file in files))
    here = _forms(archive, (file.path for file in held.files))
    return offered <= here and len(files) < len(held.files)


def narrowed(archive: Archive, left_out: Sequence[str]) -> Archive:
    """Return an archive whose card lists no file that the user chose not to take."""
    left = frozenset(left_out)
    if not left:
        return archive
    companions = tuple(
        replace(one, files=tuple(file for file in one.files if file.path not in left))
        for one in archive.companions
    )
    return replace(archive, companions=companions)


def tell_differences(provenance: Provenance, archive: Archive, progress: Progress) -> None:
    """Tell how the gathered files differ from what the data card lists."""
    count = len(provenance.files)
    given = {file.path for file in provenance.files}
    # A tarball's card need not list all of it.
    lists = [companion.files for companion in archive.companions if companion.kind == "files"]
    known = {file.path for files in lists for file in files}
    listed = max(map(len, lists), default=0)
    if _forms(archive, given) <= _forms(archive, known):
        if count < listed:
            progress.say(
                f"{provenance.source} gave {count} of the {listed} tables that the data card of "
                f"{archive.name} lists; the commons will know no more."
            )
        if given & known:
            # Another naming style than the card's has no path in common: no reason to talk.
            for word, paths in (("lacks", known - given), ("also gave, unlisted,", given - known)):
                if paths:
                    progress.say(f"{provenance.source} {word} {some_of(sorted(paths))}.")
    others = [
        file.path
        for file in provenance.files
        if archive.known_sha256(file.path) not in {None, file.sha256}
    ]
    if others:
        progress.say(
            f"{provenance.source} gave {len(others)} of {count} tables with another SHA-256 "
            f"than the data card of {archive.name} knows; they are taken as they are: "
            + some_of(others)
        )


def nobody_gave(
    archive: Archive,
    asked: Sequence[Asked],
    hints: Sequence[str] = (),
    kind: type[FetchError] = FetchError,
) -> FetchError:
    """Return the error that says what each source answered, and what helps.

    `hints` are the next steps that some of the answers call for.
    """
    answers = "; ".join(f"[{one.source}] {one.outcome}" for one in asked)
    where = f"archive {archive.name} {archive.version}"
    listed = [file.path for companion in archive.companions for file in companion.files]
    if archive.preparation and not _is_published_as_tables(archive):
        wanted = f"{archive.name}/{archive.tables[0].globs[0]}"
        return FetchError(
            where,
            f"{wanted}, its tables in a form that vinarch loads",
            answers,
            f"What is published ({archive.url or archive.doi}) has another form, such as a pickle, "
            "which vinarch never loads. How the tables are made from it: "
            f"{archive.preparation.strip()} Put them into a folder as FOLDER/{wanted} and name it "
            "by VINARCH_MIRROR=FOLDER or --mirror FOLDER; see docs/how-to/get-the-data.md.",
        )
    if archive.shipped and not archive.doi and len(archive.companions) == len(archive.shipped):
        return FetchError(
            where,
            "its tables, which lie beside its data card",
            answers,
            " ".join(dict.fromkeys(hints)) or "Mend the data card.",
        )
    example = (listed or [archive.tables[0].globs[0]])[0]
    return kind(
        where,
        f"its tables from one of {len(asked)} sources",
        answers,
        "".join(f"{hint} " for hint in dict.fromkeys(hints))
        + "Try again later, or download the tables from another place and set VINARCH_MIRROR to a "
        f"folder that holds {archive.name}/{example} and so on; see docs/how-to/get-the-data.md.",
    )


def fewer_than_held(source: Source, given: int, held: Provenance) -> FetchError:
    """Return the error for a source that gives fewer tables than are here."""
    kind = MirrorError if isinstance(source, MIRRORS) else FetchError
    return kind(
        source.name,
        f"at least the {len(held.files)} tables of {held.archive} {held.version} that are here "
        f"already, from {held.source}",
        f"{given} of {len(held.files)}",
        "Nothing is changed. Complete the source; or take it all the same, so that the tables "
        "that it lacks go away, with refresh=True (on the command line --refresh).",
    )


def hold_against_record(
    source: Source,
    offers: Sequence[OfferedFile],
    fetched: Sequence[FetchedFile],
    recorded: Mapping[str, str],
    folder: Path,
    progress: Progress,
) -> None:
    """Hold files without a published checksum against what the source gave the first time.

    `recorded` is what it gave then, by path; `folder` is where that stands.

    Raises
    ------
    ChecksumError
        If a file is another one now.
    """
    unknown = {offer.path for offer in offers if offer.checksum is None}
    for file in fetched:
        if file.path in unknown and recorded.get(file.path, file.sha256) != file.sha256:
            raise ChecksumError(
                f"{file.path} from {source.name}",
                f"sha256 {recorded[file.path]}, as it was when it was first fetched",
                f"{file.sha256} over {file.size_bytes} bytes",
                "Nothing is changed. If the new file is the right one, remove "
                f"{folder} and fetch again.",
            )
    new = sorted(unknown - recorded.keys())
    if new:
        progress.say(
            f"{source.name} publishes no SHA-256 of {len(new)} of {len(fetched)} tables "
            f"({some_of(new)}); what came is recorded, and what it gives later is held against it."
        )


def _is_published_as_tables(archive: Archive) -> bool:
    """Tell whether a place that the card names can have the tables."""
    return bool(archive.doi) or any(
        companion.kind != "files" or any(archive.role_of(file.path) for file in companion.files)
        for companion in archive.companions
    )


def _forms(archive: Archive, paths: Iterable[str]) -> frozenset[str]:
    """Return the globs of the card that some of the paths match."""
    globs = {glob for table in archive.tables for glob in table.globs}
    found: set[str] = set()
    for path in paths:
        left = globs - found
        if not left:
            break
        found.update(glob for glob in left if fnmatchcase(path, glob))
    return frozenset(found)
