"""What the steps of one fetch share, so that nobody is asked or told anything twice.

Lives no longer than the fetch: what a server said a minute ago may be otherwise now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from vinarch.progress import Progress

Answers: TypeAlias = dict[tuple[str, ...], Any]
"""By address and parameters: the JSON that came, or the refusal."""


@dataclass
class Sitting:
    """The memory of one fetch."""

    answers: Answers = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def tell(self, progress: Progress, message: str) -> None:
        """Say something for the first time only."""
        if message not in self.told:
            self.told.add(message)
            progress.say(message)
