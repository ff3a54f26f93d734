"""Files of an archive that are no tables, such as models: a wish and sources in, paths out.

They stand beside the tables and are only ever added to: nothing is made of them, so none takes
another's place. Each is held against the deposit's list where that is known, whoever gives it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from vinarch.errors import ParameterError, RefusedError
from vinarch.fetching.choosing import other_files
from vinarch.fetching.gathering import RECORDED, Room, gather
from vinarch.fetching.known import kept_manifest, known_files
from vinarch.fetching.offers import some_of
from vinarch.fetching.other_record import OtherFile, OtherRecord
from vinarch.fetching.parts import Parts
from vinarch.fetching.planning import other_folders, tell_coming
from vinarch.fetching.stamps import Stamps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Selection, Wish
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress


class OtherShelf:
    """The files of one archive that are no tables, and their record.

    Parameters
    ----------
    places : Places
        Where the archive is kept; the caller holds its lock while files are added.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self.folder, self.incoming = other_folders(places)
        self.stamps = Stamps.read(self.folder.with_name(f"{self.folder.name}.stamps.jsonl"))

    def record(self) -> OtherRecord:
        """Return what is recorded, nothing where no record can be read."""
        return OtherRecord.read(self.places.folder)

    def chosen(self, archive: Archive, selection: Selection) -> tuple[OtherFile, ...]:
        """Return the recorded files that a selection takes."""
        wanted = other_files(archive, selection)
        return tuple(file for file in self.record().files if wanted.role_of(file.path) is not None)

    def has_all(self, archive: Archive, selection: Selection) -> bool:
        """Tell whether a selection was fetched before, and is whole here still."""
        return selection in self.record().selections and all(
            self.is_whole(file) for file in self.chosen(archive, selection)
        )

    def is_whole(self, file: OtherFile) -> bool:
        """Tell whether a file has the recorded bytes; it is read only if it changed since."""
        local = self.folder / file.path
        try:
            if local.stat().st_size != file.size_bytes:
                return False
            return self.stamps.hash_of(file.path, local, RECORDED) == file.sha256
        except OSError:
            return False

    def take_in(self, offers: Sequence[OfferedFile], source: Source, progress: Progress) -> None:
        """Bring offered files here from one source, and record them."""
        parts = Parts(self.folder.with_name(f".{self.folder.name}.parts"))
        label = f"{self.places.archive.name} {self.places.archive.version} from {source.name}"
        progress.start(label, sum(file.size_bytes or 0 for file in offers), "B")
        try:
            gather(source, offers, Room(self.folder, self.incoming, parts, self.stamps), progress)
        finally:
            progress.finish()
        new = []
        for offer in offers:
            gathered, local = self.incoming / offer.path, self.folder / offer.path
            sha256 = self.stamps.hash_of(offer.path, gathered, RECORDED)
            size = gathered.stat().st_size
            local.parent.mkdir(parents=True, exist_ok=True)
            gathered.replace(local)
            # Renaming one name of a file to its other name leaves both.
            gathered.unlink(missing_ok=True)
            new.append(OtherFile(offer.path, size, sha256, source.name))
        _remove_empty(self.incoming)
        earlier = self.record()
        kept = {file.path: file for file in (*earlier.files, *new)}
        OtherRecord(tuple(sorted(kept.values())), earlier.selections).write(self.places.folder)

    def remember(self, selection: Selection) -> None:
        """Record that a selection is fulfilled."""
        record = self.record()
        if selection not in record.selections:
            replace(record, selections=(*record.selections, selection)).write(self.places.folder)


def fetch_others(
    shelf: OtherShelf, sources: Sequence[Source], wish: Wish, progress: Progress
) -> dict[str, str]:
    """Bring the files here that a wish wants besides tables.

    Returns
    -------
    dict of str to str
        Why each source that refused did.

    Raises
    ------
    ChecksumError
        If a source gives other bytes than the published ones.
    MirrorError
        If a mirror breaks its promise.
    """
    archive, selection = shelf.places.archive, wish.selection
    wanted = other_files(archive, selection)
    refused: dict[str, str] = {}
    done: set[str] = set()
    for source in sources:
        try:
            listed = source.list_files(wanted)
            # The list of files may have been fetched just now.
            known = known_files(archive, kept_manifest(shelf.places))
            checksums = {file.path: file.checksum for file in known}
            offers = [
                replace(file, checksum=file.checksum or checksums.get(file.path))
                for file in listed
                if file.path not in done
            ]
            tell_coming(
                wish, archive, source, offers, ((shelf.folder, shelf.incoming), shelf.stamps)
            )
            if offers:
                shelf.take_in(offers, source, progress)
        except RefusedError as error:
            refused[source.name] = error.got
            continue
        done.update(file.path for file in listed)
    missing = _missing(shelf, wish)
    if missing:
        progress.say(
            f"{len(missing)} files of {archive.name} that were asked for came from nobody: "
            + some_of(missing)
        )
    elif not _unanswered(archive, shelf, refused):
        shelf.remember(selection)
    elif not done:
        progress.say(
            f"Nobody gave the list of the deposit's files, so that files of {archive.name} that "
            "are no tables were not looked for: "
            + "; ".join(f"[{source}] {reason}" for source, reason in refused.items())
        )
    return refused


def refuse_nothing(archive: Archive, wish: Wish, refused: Mapping[str, str]) -> ParameterError:
    """Return the error for globs that no file matches, as far as anybody knows."""
    answers = "".join(f"; [{source}] {reason}" for source, reason in refused.items())
    return ParameterError(
        "include",
        f"globs that match a file of {archive.name} {archive.version}",
        ", ".join(map(repr, wish.selection.include)) + answers,
        f"`vinarch catalog show {archive.name} --files` lists the files.",
    )


def _missing(shelf: OtherShelf, wish: Wish) -> list[str]:
    """Return the paths of known files that are wanted and not here."""
    archive = shelf.places.archive
    wanted = other_files(archive, wish.selection)
    known = known_files(archive, kept_manifest(shelf.places))
    return [
        file.path
        for file in known
        if wanted.role_of(file.path) is not None and not (shelf.folder / file.path).is_file()
    ]


def _unanswered(archive: Archive, shelf: OtherShelf, refused: Mapping[str, str]) -> bool:
    """Tell whether nobody knows which files there are: a deposit that did not give its list."""
    return bool(archive.doi and refused and kept_manifest(shelf.places) is None)


def _remove_empty(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            os.rmdir(place)  # noqa: PTH106
