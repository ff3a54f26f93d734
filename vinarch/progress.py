"""How long work tells that it goes on: one protocol, and what it does where nobody listens.

The layers below the command line know only the protocol; `vinarch.cli` draws the bars.
"""

from __future__ import annotations

import logging
from typing import Protocol, runtime_checkable

LOGGER = logging.getLogger("vinarch")


class Progress(Protocol):
    """Listens to long work; calls come in the order start, advance …, finish."""

    def say(self, message: str) -> None:
        """Tell the user something that he would want to know, such as a fallback."""

    def start(self, label: str, total: int, unit: str) -> None:
        """Begin a piece of work of `total` units (``"B"`` for bytes, ``"files"``, ``"tasks"``)."""

    def advance(self, amount: int) -> None:
        """Tell that `amount` more units are done."""

    def finish(self) -> None:
        """End the piece of work that was started last."""


@runtime_checkable
class FileProgress(Protocol):
    """What a `Progress` can have besides, to hear of each file of the work that was started last.

    Several files go on at the same time; calls never do.
    """

    def start_file(self, name: str, total: int | None, done: int) -> None:
        """Begin a file of `total` bytes, None where nobody knows; `done` of them were here."""

    def advance_file(self, name: str, amount: int) -> None:
        """Tell that `amount` more bytes of a file are here."""

    def finish_file(self, name: str) -> None:
        """End a file that was begun, whole or not."""


class LogProgress:
    """The default: messages go to the logger ``vinarch``, bars nowhere."""

    def say(self, message: str) -> None:
        """Log the message as a warning, so that it shows without any set-up."""
        LOGGER.warning(message)

    def start(self, label: str, total: int, unit: str) -> None:
        """Log that work begins."""
        LOGGER.info("%s (%d %s)", label, total, unit)

    def advance(self, amount: int) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""
