"""Files of an archive that are no tables, such as models: a wish and sources in, paths out.

They stand beside the tables and are only ever added to: nothing is made of them, so none takes
another's place. Each is held against the deposit's list where that is known, whoever gives it.
"""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vinarch.errors import FetchError, RefusedError
from vinarch.fetching.choosing import other_files
from vinarch.fetching.closed import refuse_closed, split_closed
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.gathering import Room, gather, gathered_in, is_on_its_place
from vinarch.fetching.known import kept_manifest, known_files, with_known_checksums
from vinarch.fetching.neighbours import other_parts
from vinarch.fetching.offers import RECORDED, some_of
from vinarch.fetching.order import offline_error
from vinarch.fetching.other_record import OtherFile, OtherRecord, Silence
from vinarch.fetching.planning import other_folders, other_stamps, tell_coming
from vinarch.fetching.refusals import AnsweredError, hint_of
from vinarch.fetching.stamps import Stamps
from vinarch.provenance import came_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from vinarch.catalog import Archive
    from vinarch.fetching.choosing import Selection, Wish
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.neighbours import Seat
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress


class OtherShelf:
    """The files of one archive that are no tables, and their record.

    Parameters
    ----------
    places : Places
        Where the archive is kept.
    seat : Seat, optional
        Beside other processes; whoever adds files or to the record has one.
    """

    def __init__(self, places: Places, seat: Seat | None = None) -> None:
        self.places = places
        self.seat = seat
        self.folder, self.incoming = other_folders(places, 0 if seat is None else seat.number)
        self.stamps = Stamps.read(other_stamps(places))
        self.doubting = False
        """Whether what was fetched before counts for nothing."""

    def doubt(self) -> None:
        """Believe no stamp and no checksum of an earlier fetch."""
        self.stamps = Stamps(self.stamps.path)
        self.doubting = True

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
        parts = other_parts(self.places)
        label = f"{self.places.archive.name} {self.places.archive.version} {came_from(source.name)}"
        progress.start(label, sum(file.size_bytes or 0 for file in offers), "B")
        try:
            room = Room(self.folder, self.incoming, parts, self.stamps, self.seat)
            gather(source, offers, room, progress)
        except BaseException:
            self._record([one for one in offers if is_on_its_place(one, room)], source, room)
            raise
        finally:
            progress.finish()
        self._record(offers, source, room)
        _remove_empty(self.incoming)

    def _record(self, offers: Sequence[OfferedFile], source: Source, room: Room) -> None:
        """Record gathered files, and bring to their place those that are not there yet."""
        new = []
        for offer in offers:
            local, gathered = self.folder / offer.path, gathered_in(room, offer.path)
            sha256 = self.stamps.hash_of(offer.path, gathered, RECORDED)
            size = gathered.stat().st_size
            if gathered != local:
                local.parent.mkdir(parents=True, exist_ok=True)
                gathered.replace(local)
            new.append(OtherFile(offer.path, size, sha256, source.name))
        with self._recording():
            earlier = self.record()
            kept = {file.path: file for file in (*new, *earlier.files)}
            kept |= {file.path: file for file in new if kept[file.path].sha256 != file.sha256}
            replace(earlier, files=tuple(sorted(kept.values()))).write(self.places.folder)

    def remember(self, selection: Selection) -> None:
        """Record that a selection is fulfilled, by a list of all there is."""
        self._remember(selection, None)

    def silence(self) -> Silence | None:
        """Return why nobody knows what else there is; None where the deposit's list is known."""
        return None if kept_manifest(self.places) is not None else self.record().silence

    def remember_silence(self, selection: Selection, refused: Mapping[str, RefusedError]) -> None:
        """Record that a selection is fulfilled as far as is known, if the deposit refused its list.

        A deposit that could not be reached is asked again the next time.
        """
        if not _unanswered(self.places.archive, self, refused):
            return
        for name, error in refused.items():
            if name.startswith(DataverseSource.kind) and isinstance(error, AnsweredError):
                now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                self._remember(selection, Silence(name, error.got, now))

    def _remember(self, selection: Selection, silence: Silence | None) -> None:
        with self._recording():
            self._write_selection(selection, silence)

    def _recording(self) -> AbstractContextManager[None]:
        return nullcontext() if self.seat is None else self.seat.recording()

    def _write_selection(self, selection: Selection, silence: Silence | None) -> None:
        record = self.record()
        selections = tuple(dict.fromkeys((*record.selections, selection)))
        if (selections, silence) != (record.selections, record.silence):
            replace(record, selections=selections, silence=silence).write(self.places.folder)


def fetch_others(
    shelf: OtherShelf, sources: Sequence[Source], wish: Wish, progress: Progress
) -> dict[str, RefusedError]:
    """Bring the files here that a wish wants besides tables.

    Returns
    -------
    dict of str to RefusedError
        Why each source that refused did.

    Raises
    ------
    ChecksumError
        If a source gives other bytes than the published ones.
    MirrorError
        If a mirror breaks its promise.
    OfflineError
        If known files are not here, and nobody may be asked.
    FetchError
        If known files came from nobody; those that came are kept.
    """
    archive, selection = shelf.places.archive, wish.selection
    wanted = other_files(archive, selection)
    refused: dict[str, RefusedError] = {}
    done: set[str] = set()
    for source in sources:
        try:
            listed, closed = split_closed(source.list_files(wanted))
            if closed:  # that some files are not public hides no others
                refused[source.name] = refuse_closed(
                    source, wanted, (*listed, *closed), closed, "files"
                )
            new = [file for file in listed if file.path not in done]
            offers = with_known_checksums(new, source, shelf.places, doubting=shelf.doubting)
            tell_coming(
                wish, archive, source, offers, ((shelf.folder, shelf.incoming), shelf.stamps)
            )
            if offers:
                shelf.take_in(offers, source, progress)
        except RefusedError as error:
            refused[source.name] = error
            continue
        done.update(file.path for file in listed)
    missing = _missing(shelf, wish)
    if missing and wish.offline:
        raise offline_error(archive, missing, ())
    if missing:
        raise _came_from_nobody(archive, missing, refused)
    if not _unanswered(archive, shelf, refused):
        shelf.remember(selection)
    elif not done:
        progress.say(
            f"Nobody gave the list of the deposit's files, so that files of {archive.name} that "
            "are no tables were not looked for: "
            + "; ".join(f"[{source}] {error.got}" for source, error in refused.items())
        )
    return refused


def _came_from_nobody(
    archive: Archive, missing: Sequence[str], refused: Mapping[str, RefusedError]
) -> FetchError:
    answers = "".join(f"; [{source}] {error.got}" for source, error in refused.items())
    hints = map(hint_of, refused.values())
    return FetchError(
        f"files of {archive.name} {archive.version} besides its tables",
        "each to come from one of the sources",
        f"{len(missing)} from nobody: {some_of(missing)}{answers}",
        "".join(f"{hint} " for hint in dict.fromkeys(hints) if hint)
        + "What came is kept, and the next fetch asks for the rest only.",
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


def _unanswered(archive: Archive, shelf: OtherShelf, refused: Mapping[str, RefusedError]) -> bool:
    """Tell whether nobody knows which files there are: a deposit that did not give its list."""
    return bool(archive.doi and refused and kept_manifest(shelf.places) is None)


def _remove_empty(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            os.rmdir(place)  # noqa: PTH106
