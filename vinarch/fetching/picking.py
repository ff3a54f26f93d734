"""Which of a source's tables one fetch takes, settled before the first is downloaded.

A source's list in, the tables that come and the paths of those left out, out.
Downloads nothing and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from vinarch.fetching.closed import open_tables, tell_left_out
from vinarch.fetching.comparing import fewer_than_held, is_smaller
from vinarch.fetching.completing import completed
from vinarch.fetching.globs import check_globs
from vinarch.fetching.known import kept_manifest, known_files
from vinarch.fetching.planning import chosen_of, is_in, tell_coming
from vinarch.fetching.receipts import check_names, read_receipt
from vinarch.fetching.shipped import ShippedSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.fetching.choosing import Wish
    from vinarch.fetching.gathering import Room
    from vinarch.fetching.keeping import Places
    from vinarch.fetching.offers import OfferedFile
    from vinarch.fetching.sources import Source
    from vinarch.progress import Progress


@dataclass(frozen=True)
class Picking:
    """What one fetch wants of whichever source gives it."""

    places: Places
    room: Room
    wish: Wish
    sources: Sequence[Source]
    """All that are asked, for globs that no known file matches."""
    progress: Progress
    refresh: bool

    def tables_of(
        self, source: Source, *, partly: bool
    ) -> tuple[tuple[OfferedFile, ...], tuple[str, ...]]:
        """Return the tables that come from a source, and the paths of those left out.

        Parameters
        ----------
        source : Source
            Asked for its list.
        partly : bool
            Whether closed tables may be left out.

        Raises
        ------
        RefusedError
            If the next source should be asked.
        FetchError
            If it gives fewer tables than are here.
        ParameterError
            If the globs match nothing.
        """
        places, wish, room = self.places, self.wish, self.room
        archive = places.archive
        held = (
            None if self.refresh else read_receipt(archive, places.folder, None, say=lambda _: None)
        )
        files = source.list_files(archive)
        if not self.refresh:
            files = completed(source, files, places, room.stamps)
        pinned = isinstance(source, ShippedSource)
        if held is not None and not pinned and is_smaller(archive, files, held):
            raise fewer_than_held(source, len(files), held)
        known = (file.path for file in known_files(archive, kept_manifest(places)))
        paths = [*(one.path for one in files), *known]
        check_globs(archive, paths, self.sources, wish, self.progress)
        files, left_out = chosen_of(archive, files, wish.selection, held)
        here = partial(is_in, folders=(room.folder, room.staging), stamps=room.stamps)
        files, closed = open_tables(source, archive, files, wish.selection, here, partly=partly)
        if closed:
            left_out = tuple(sorted({*left_out, *(file.path for file in closed)}))
            self.progress.say(tell_left_out(source, archive, closed))
        check_names(source.name, files)
        tell_coming(wish, archive, source, files, ((room.folder, room.staging), room.stamps))
        return files, left_out
