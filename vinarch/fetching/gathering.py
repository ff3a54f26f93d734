"""Bring offered files to this disk by way of Pooch: a source and its offers in, whole files out.

Several files come at a time; each is hashed as it comes, and gets its name only when its size and
checksum are right. What is here already is not asked for, and a part of a file is gone on with.
This module alone knows Pooch; which source is asked, and what a receipt is, it does not know.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pooch

from vinarch.errors import ChecksumError, StoreError
from vinarch.fetching.intake import Intake
from vinarch.fetching.offers import RECORDED, hold_against
from vinarch.fetching.staging import open_new, prune, sync
from vinarch.fetching.telling import Telling
from vinarch.fetching.turns import Turns, each
from vinarch.fetching.web import WebSession
from vinarch.provenance import came_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.catalog import Archive
    from vinarch.fetching.neighbours import Seat
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.parts import Parts
    from vinarch.fetching.sources import Source
    from vinarch.fetching.stamps import Stamps
    from vinarch.progress import Progress

FEW_FILES = 64
"""Up to so many new files are each brought to the disk for sure; of more, the whole disk is."""


@dataclass(frozen=True)
class Room:
    """Where files gather."""

    folder: Path
    """The archive's folder, left as it is: a file there that is known to be right is shared."""
    staging: Path
    """Where the files go; right files of an earlier, interrupted run count."""
    parts: Parts
    stamps: Stamps
    seat: Seat | None = None
    """Where other processes bring files here at the same time: then each file goes on to the
    archive's folder as soon as it is whole, and parts of other files are left alone."""


def gather(source: Source, files: Sequence[OfferedFile], room: Room, progress: Progress) -> None:
    """Bring every offered file into the staging folder, whole and verified, and nothing else.

    With a seat beside others, they go on to the archive's folder.

    Parameters
    ----------
    source : Source
        Delivers the bytes.
    files : sequence of OfferedFile
        What it offers.
    room : Room
        Where they go.
    progress : Progress
        Told the number of bytes, those that are here already at once.

    Raises
    ------
    ChecksumError, RefusedError, MirrorError
        From the source; what came whole stays, and what came half, where it can be gone on with.
    StoreError
        If the files need more room than the disk has; nothing is asked for then.
    OSError
        From this disk.
    """
    paths = {file.path for file in files}
    prune(room.staging, paths)
    if room.seat is None:
        room.parts.prune(paths)
    session = getattr(source, "session", None)
    abandon = session.abandon if isinstance(session, WebSession) else None
    telling = Telling(progress, abandon)
    wanted = [file for file in files if not _is_here(file, room)]
    begun = {file.path: room.parts.begun(file) for file in wanted}
    absent = sum(file.size_bytes or 0 for file in wanted)
    telling.advance(sum(file.size_bytes or 0 for file in files) - absent + sum(begun.values()))
    _check_space(room.staging, absent - sum(begun.values()), len(wanted))
    try:
        _take_all(source, wanted, room, telling, begun)
        _bring_to_disk([path for file in wanted if (path := gathered_in(room, file.path)).exists()])
    finally:
        # Parts of files that came another way are in the way of nobody else.
        if room.seat is None:
            room.parts.prune([path for path in begun if not (room.staging / path).exists()])


def gather_told(
    source: Source,
    files: Sequence[OfferedFile],
    room: Room,
    archive: Archive,
    progress: Progress,
) -> None:
    """Gather an archive's tables as one piece of work of a progress."""
    total = sum(file.size_bytes or 0 for file in files)
    label = f"{archive.name} {archive.version} {came_from(source.name)}"
    progress.start(label, total, "B")
    try:
        gather(source, files, room, progress)
    finally:
        progress.finish()


def gathered_in(room: Room, path: str) -> Path:
    """Return where a gathered file is: in the staging folder, or where it went on to."""
    staged = room.staging / path
    return staged if room.seat is None or staged.exists() else room.folder / path


def _take_all(
    source: Source,
    wanted: Sequence[OfferedFile],
    room: Room,
    telling: Telling,
    begun: dict[str, int],
) -> None:
    kennel = pooch.create(
        path=room.staging,
        base_url="",
        # Hashes here would make Pooch read every file again at each call.
        registry=dict.fromkeys(file.path for file in wanted),
        urls={file.path: file.location for file in wanted},
        retry_if_failed=0,
    )
    # Made here, because Pooch fails where two threads make the same folder.
    for folder in {(room.staging / file.path).parent for file in wanted}:
        folder.mkdir(parents=True, exist_ok=True)

    def take(file: OfferedFile) -> None:
        if telling.stopped:
            return
        with telling.file(file, begun[file.path]) as advance:
            downloader = _Downloader(source, file, room, advance)
            kennel.fetch(file.path, downloader=downloader)
        staged = room.staging / file.path
        room.stamps.add(file.path, staged.stat(), downloader.digests)

    with _quiet_pooch():
        if room.seat is None:
            each(source.at_once, wanted, take, telling)
            return
        turns = Turns(room.seat, room, telling, begun, take, is_on_its_place)
        each(source.at_once, wanted, turns.take_if_free, telling)
        if turns.busy:
            each(source.at_once, turns.busy, turns.take_when_free, telling)
        if turns.refused:
            raise turns.refused[0]


def _is_here(file: OfferedFile, room: Room) -> bool:
    """Tell whether a file is staged and right, after a look at the archive's folder for it."""
    staged = room.staging / file.path
    if is_held(staged, file, room.stamps):
        return True
    staged.unlink(missing_ok=True)
    if is_held(room.folder / file.path, file, room.stamps):
        if room.seat is not None:
            return True
        _share(room.folder / file.path, staged)
        return True
    return False


def is_held(path: Path, offer: OfferedFile, stamps: Stamps) -> bool:
    """Tell whether a path is a file that is known to hold the offered bytes.

    False where the source gave no checksum: then nothing is known. It is read only if it changed
    since it was last verified.
    """
    if offer.checksum is None or path.is_symlink() or not path.is_file():
        return False
    if offer.size_bytes is not None and path.stat().st_size != offer.size_bytes:
        return False
    got = stamps.hash_of(offer.path, path, offer.checksum.algorithm)
    return got == offer.checksum.value


def is_on_its_place(file: OfferedFile, room: Room) -> bool:
    """Tell whether the archive's folder has a file, as offered or as another process brought it."""
    known = file if room.seat is None else room.seat.as_it_came(file)
    return is_held(room.folder / file.path, known, room.stamps)


class _Downloader:
    """What Pooch calls for one file, with the path of its temporary file."""

    def __init__(self, source: Source, file: OfferedFile, room: Room, advance: Any) -> None:
        self._source = source
        self._file = file
        self._parts = room.parts
        self._advance = advance
        self.digests: dict[str, str] = {}

    def __call__(
        self,
        url: str,  # noqa: ARG002  the offer has it
        output_file: str,
        pooch: Any,  # noqa: ARG002
        *,
        check_only: bool = False,
    ) -> bool | None:
        if check_only:
            return True
        if not self._parts.is_kept(self._file):
            with open_new(Path(output_file)) as target:
                self._fill(target)
            return None
        begun = self._parts.begun(self._file)
        try:
            self._fill_part()
        except ChecksumError:
            if not begun:
                raise
            # What an earlier run left may be what is wrong: once more, from the start.
            self._fill_part()
        self._parts.take(self._file, Path(output_file))
        return None

    def _fill_part(self) -> None:
        try:
            with self._parts.filling(self._file) as target:
                self._fill(target)
        except ChecksumError:
            self._parts.discard(self._file.path)
            raise

    def _fill(self, target: Any) -> None:
        file = self._file
        algorithms = [RECORDED] if file.checksum is None else [file.checksum.algorithm, RECORDED]
        with Intake(target, algorithms) as intake:
            if intake.tell() != file.size_bytes or not intake.tell():
                self._source.deliver(file, intake, self._advance)
            self.digests = intake.digests()
            hold_against(file, self._source.name, intake.tell(), self.digests)


def _check_space(staging: Path, needed: int, files: int) -> None:
    place = next(path for path in (staging, *staging.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if needed > free:
        raise StoreError(
            str(place),
            f"room for {needed:,} bytes in {files:,} files",
            f"{free:,} bytes free",
            "Set VINARCH_HOME to a folder on a disk with room that you may write.",
        )


def _bring_to_disk(paths: Sequence[Path]) -> None:
    """Sync files at the end, and many at once: one by one, thousands take seconds to minutes."""
    if len(paths) > FEW_FILES:
        os.sync()
        return
    for path in paths:
        sync(path)


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Keep Pooch from announcing every download, and leave its logger as it was."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _share(held: Path, staged: Path) -> None:
    """Give a held file a second name; copy it where the disk knows no hard links."""
    staged.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.hardlink_to(held)
    except OSError:
        shutil.copy2(held, staged)
