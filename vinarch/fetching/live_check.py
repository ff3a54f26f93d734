"""What a data card and this package assume of the world, tried on the live servers one by one.

An archive in, checks out as they are made: some fifteen small questions a deposit. Keeps nothing on
this disk. `vinarch.fetching.assumptions` lists what is tried.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch.errors import FetchError
from vinarch.fetching.assumptions import DEPOSIT
from vinarch.fetching.dataverse import DataverseSource
from vinarch.fetching.keeping import Places
from vinarch.fetching.known import kept_manifest
from vinarch.fetching.live_companions import companion_checks
from vinarch.fetching.live_deposit import Deposit, list_checks
from vinarch.fetching.live_notes import Notes
from vinarch.fetching.live_tables import table_checks
from vinarch.fetching.live_transfer import transfer_checks
from vinarch.fetching.mirrors import is_on_this_machine
from vinarch.fetching.probing import counting
from vinarch.fetching.sitting import Sitting
from vinarch.fetching.sources import Workshop, sources_of
from vinarch.fetching.web import web_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vinarch.catalog import Archive
    from vinarch.fetching.asking import Terms
    from vinarch.fetching.live_notes import LiveCheck
    from vinarch.fetching.manifest import Manifest


def check_live(archive: Archive, terms: Terms, home: Path | None = None) -> Iterator[LiveCheck]:
    """Try each assumption and yield what came of it.

    Parameters
    ----------
    archive : Archive
        From its data card.
    terms : Terms
        Which Dataverse is asked, and with which token; mirrors are left alone.
    home : Path, optional
        Where the list of files may be kept that the live one is held against. Only read.

    Raises
    ------
    FetchError
        If nobody may be asked.
    """
    kept = None if home is None else kept_manifest(Places(home.absolute(), archive))
    with (
        web_session(pace=terms.pace) as session,
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as rooms,
    ):
        sitting = rooms.enter_context(Sitting())
        workshop = Workshop(session, Path(folder), rooms, terms.progress, sitting)
        dataverse = DataverseSource(
            terms.dataverse_url,
            archive.doi,
            session,
            terms.dataverse_token,
            Path(folder, "manifest.json"),
        )
        sources = sources_of(archive, None, dataverse, workshop)
        if terms.wish.offline:
            _refuse_offline(archive, [one.name for one in sources if not is_on_this_machine(one)])
        for source in sources:
            notes = Notes(archive, source.name)
            if isinstance(source, DataverseSource):
                with counting(session, dataverse.url) as counted:
                    deposit = Deposit(archive, dataverse, counted)
                    yield from notes.complete(DEPOSIT, _deposit_checks(deposit, notes, kept))
            else:
                yield from companion_checks(archive, source, notes)


def _deposit_checks(deposit: Deposit, notes: Notes, kept: Manifest | None) -> Iterator[LiveCheck]:
    manifest = yield from list_checks(deposit, notes, kept)
    if manifest is not None:
        yield from table_checks(deposit.archive, notes, manifest)
        yield from transfer_checks(deposit, notes, manifest)
    counted = deposit.counted
    if not counted.answers:
        return
    told = f"{counted.answers} questions"
    if counted.impatient:
        told += f", {counted.impatient} of them turned away"
        told += f"; Retry-After: {counted.longest_wait or 'none'}"
    yield notes.write("rate", not counted.impatient, told)


def _refuse_offline(archive: Archive, names: list[str]) -> None:
    if names:
        raise FetchError(
            f"archive {archive.name}",
            f"to be allowed to ask {' and '.join(names)}",
            "the setting that nobody is asked (VINARCH_OFFLINE)",
            "Unset it, and check where there is a network.",
        )
