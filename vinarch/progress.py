"""How long work tells that it goes on: one protocol, and what it does where nobody listens.

The layers below the command line know only the protocol; `vinarch.cli` draws the bars.
"""

from __future__ import annotations

import logging
from typing import Protocol

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
