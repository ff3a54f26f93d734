"""The dialect `recorded-run`: the files of a run that `vinarch.Recorder` wrote.

One line an event; what belongs together is put together by the network's number and attempt.
Events of earlier attempts do not count: their network was started over.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from vinarch.dialects.file_bytes import read_bytes
from vinarch.dialects.recorded_networks import Place, ToldNetwork
from vinarch.dialects.records import RecordLists
from vinarch.dialects.rows import shorten
from vinarch.errors import DialectError
from vinarch.run_files import (
    NETWORKS,
    EpochEnded,
    EventError,
    NetworkEnded,
    NetworkStarted,
    event_of,
    whole_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.dialects.rows import Reading, Records, SourceFile
    from vinarch.run_files import Event


def read_records(files: Sequence[SourceFile], reading: Reading) -> Records:
    """Read the files of a run.

    Parameters
    ----------
    files : sequence of SourceFile
        ``networks.jsonl`` and the files of events.
    reading : Reading

    Returns
    -------
    Records
        One row a network and one an epoch. A network that is not finished has the status
        ``incomplete``.

    Raises
    ------
    DialectError
        If the list of networks is not there, or a file cannot be read.
    """
    lists = RecordLists()
    networks = [file for file in files if PurePosixPath(file.path).name == NETWORKS]
    if not networks:
        raise DialectError(
            files[0].path, f"the run's {NETWORKS} beside it", "none", "Copy the run whole."
        )
    told: dict[int, ToldNetwork] = {}
    for place, event in _events(networks, lists):
        _take_network(told, place, event)
    for place, event in _events([file for file in files if file not in networks], lists):
        _take_epoch(told, place, event, lists)
    began = min((one.first_time for one in told.values()), default=0.0)
    for _, one in sorted(told.items()):
        lists.add(one.records(reading.space, began))
    return lists.records()


def _events(files: Sequence[SourceFile], lists: RecordLists) -> Iterator[tuple[Place, Event]]:
    for file in files:
        for number, line in whole_lines(read_bytes(file.local, file.path)):
            place = Place(file.path, number)
            try:
                yield place, event_of(json.loads(line))
            except EventError as error:
                _refuse(lists, place, error.expected, error.got)
            except (ValueError, RecursionError):
                got = shorten(line.decode("utf-8", "replace"))
                _refuse(lists, place, "one JSON object in the line", got)


def _take_network(told: dict[int, ToldNetwork], place: Place, event: Event) -> None:
    if isinstance(event, NetworkStarted):
        before = told.get(event.network)
        first = event.time if before is None else before.first_time
        told[event.network] = ToldNetwork(event, place, first)
    elif isinstance(event, NetworkEnded) and event.network in told:
        mine = told[event.network]
        if event.attempt == mine.started.attempt:
            mine.ended, mine.ended_place = event, place


def _take_epoch(
    told: dict[int, ToldNetwork], place: Place, event: Event, lists: RecordLists
) -> None:
    if isinstance(event, (NetworkStarted, NetworkEnded)):
        _refuse(lists, place, "an epoch or a prediction", event.kind)
        return
    mine = told.get(event.network)
    if mine is None:
        _refuse(lists, place, f"a network of {NETWORKS}", f"network {event.network}")
    elif event.attempt == mine.started.attempt:
        if isinstance(event, EpochEnded):
            mine.epochs.append((place, event))
        else:
            mine.predictions[event.epoch] = event


def _refuse(lists: RecordLists, place: Place, expected: str, got: str) -> None:
    lists.rows.append({**place.columns(), "expected": expected, "got": got})
