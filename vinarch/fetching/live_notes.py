"""What came of trying an assumption, as a record that can be read aloud.

A name, what came and whether it is as assumed go in; a check comes out. Asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from vinarch.errors import VinarchError
from vinarch.fetching.assumptions import ASSUMPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vinarch.catalog import Archive

Finding: TypeAlias = tuple[bool | None, str]
"""Whether an assumption holds (None: it could not be tried), and what came."""


UNREACHABLE = (
    "That tells nothing of the place itself: try again later, and where there is a network; behind "
    "a proxy see docs/how-to/behind-a-proxy.md."
)
"""What to do where a host gave no answer at all."""


@dataclass(frozen=True)
class LiveCheck:
    """One assumption, and what came of trying it."""

    name: str
    """Of the `Assumption`."""
    source: str
    """The place that was asked, as the provenance names it."""
    claim: str
    holds: bool | None
    """None where it could not be tried."""
    told: str
    """What came, or why it could not be tried."""
    next_step: str = ""
    """What to do; empty unless it does not hold."""


@dataclass(frozen=True)
class Notes:
    """Makes the checks of one place."""

    archive: Archive
    source: str

    def write(self, name: str, holds: bool | None, told: str, next_step: str = "") -> LiveCheck:  # noqa: FBT001 - an answer
        """Return a check; a given next step counts before that of the assumption."""
        assumed = ASSUMPTIONS[name]
        words = {"archive": self.archive.name, "version": self.archive.version}
        claim = assumed.claim.format(**words)
        step = (next_step or assumed.next_step.format(**words)) if holds is False else ""
        return LiveCheck(name, self.source, claim, holds, told, step)

    def attempt(self, name: str, probe: Callable[[], Finding]) -> LiveCheck:
        """Return a check of what a probe finds; a refusal is a finding, too."""
        try:
            holds, told = probe()
        except VinarchError as error:
            return self.write(name, False, error.got)  # noqa: FBT003
        return self.write(name, holds, told)

    def complete(self, of: str, checks: Iterable[LiveCheck]) -> Iterator[LiveCheck]:
        """Yield checks, and behind them what of a place could not be tried for want of others."""
        told = set()
        for one in checks:
            told.add(one.name)
            yield one
        for name, assumed in ASSUMPTIONS.items():
            if assumed.of == of and name not in told:
                yield self.write(name, None, "something above that it needs does not hold")
