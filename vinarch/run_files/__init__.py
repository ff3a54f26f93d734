"""The files of a recorded run: what they are called, what stands in them, how they are read.

A run is a folder::

    my-search/
      run.json                 what the whole run has in common
      networks.jsonl           one line where a network starts, starts over or ends
      events/<writer>.jsonl    one line an epoch or prediction; one file a writing process
      .locks                   which process holds which network
      .commons/                the commons made of the above

Lines are only ever appended; a last line without its end is one whose writer was killed.
Knows no process, no training and no table.
"""

from vinarch.run_files.description import RUN_FORMAT, RunDescription, is_run, read_description
from vinarch.run_files.events import (
    EpochEnded,
    Event,
    EventError,
    NetworkEnded,
    NetworkStarted,
    Predicted,
    Value,
    event_line,
    event_of,
)
from vinarch.run_files.lines import whole_lines

COMMONS = ".commons"
EVENTS = "events"
LOCKS = ".locks"
NETWORKS = "networks.jsonl"
RUN = "run.json"

__all__ = [
    "COMMONS",
    "EVENTS",
    "LOCKS",
    "NETWORKS",
    "RUN",
    "RUN_FORMAT",
    "EpochEnded",
    "Event",
    "EventError",
    "NetworkEnded",
    "NetworkStarted",
    "Predicted",
    "RunDescription",
    "Value",
    "event_line",
    "event_of",
    "is_run",
    "read_description",
    "whole_lines",
]
