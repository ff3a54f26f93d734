"""Progress on a terminal: bars on standard error while work goes on, nothing off a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

if TYPE_CHECKING:
    from rich.progress import TaskID

LONGEST_NAME = 40
"""Characters of a file's name beside its bar; of a longer one the end tells more."""


class TerminalProgress:
    """A `vinarch.progress.Progress` that draws bars; messages are printed off a terminal too.

    One bar for the whole work, and one below it for each file that is on its way.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._files: dict[str, TaskID] = {}

    def say(self, message: str) -> None:
        """Print a message above any bar."""
        self._console.print(f"vinarch: {message}", markup=False, soft_wrap=True)

    def start(self, label: str, total: int, unit: str) -> None:
        """Show a bar; bytes are shown as such."""
        if not self._console.is_terminal:
            return
        count = DownloadColumn() if unit == "B" else MofNCompleteColumn()
        self._bars = Bars(
            TextColumn("{task.description}", markup=False), BarColumn(), count,
            console=self._console, transient=True,
        )  # fmt: skip
        self._bars.start()
        self._task = self._bars.add_task(label, total=total)

    def describe(self, label: str, total: int) -> None:
        """Say something else beside the bar, and how much there is in all."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, description=label, total=total)

    def advance(self, amount: int) -> None:
        """Move the bar on."""
        if self._bars is not None and self._task is not None:
            self._bars.advance(self._task, amount)

    def finish(self) -> None:
        """Take the bars away."""
        if self._bars is not None:
            self._bars.stop()
        self._bars = None
        self._task = None
        self._files = {}

    def start_file(self, name: str, total: int | None, done: int) -> None:
        """Show a file's bar, as far as it was."""
        if self._bars is not None:
            shown = name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"
            self._files[name] = self._bars.add_task(f"  {shown}", total=total, completed=done)

    def advance_file(self, name: str, amount: int) -> None:
        """Move a file's bar on."""
        if self._bars is not None and name in self._files:
            self._bars.advance(self._files[name], amount)

    def finish_file(self, name: str) -> None:
        """Take a file's bar away."""
        task = self._files.pop(name, None)
        if self._bars is not None and task is not None:
            self._bars.remove_task(task)
