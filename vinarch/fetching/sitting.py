"""What the steps of one fetch share, so that nobody is asked or told anything twice.

Lives no longer than the fetch: what a server said a minute ago may be otherwise now, and what was
downloaded to be looked into goes away with it.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from vinarch.errors import RefusedError
    from vinarch.progress import Progress

Answers: TypeAlias = dict[tuple[str, ...], Any]
"""By address and parameters: the JSON that came, or the refusal."""


@dataclass
class Sitting:
    """The memory of one fetch, until its end; use it in ``with``."""

    answers: Answers = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    packed: dict[str, IO[bytes] | RefusedError] = field(default_factory=dict, repr=False)
    """By address: a repository's tarball that came, a nameless file, or the refusal."""
    rooms: ExitStack = field(default_factory=ExitStack, repr=False)
    """Closes these files."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of all that came."""
        self.answers.clear()
        self.packed.clear()
        self.rooms.close()

    def tell(self, progress: Progress, message: str) -> None:
        """Say something for the first time only."""
        if message not in self.told:
            self.told.add(message)
            progress.say(message)
