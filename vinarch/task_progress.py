"""Progress of Dask's local schedulers: tasks done, told to a `vinarch.progress.Progress`.

A `distributed` cluster has a dashboard of its own and calls none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dask.callbacks import Callback

if TYPE_CHECKING:
    from vinarch.progress import Progress


class TaskProgress(Callback):  # type: ignore[misc]  # Dask ships no types
    """Tell of each task that a local scheduler finishes, while used as a context manager.

    Parameters
    ----------
    progress : Progress
        Who is told.
    label : str
        What the work is called.
    """

    def __init__(self, progress: Progress, label: str) -> None:
        super().__init__()
        self._progress = progress
        self._label = label

    def _start_state(self, _: Any, state: Any) -> None:
        tasks = sum(len(state[key]) for key in ("ready", "waiting"))
        self._progress.start(self._label, tasks, "tasks")

    def _posttask(self, *_: Any) -> None:
        self._progress.advance(1)

    def _finish(self, *_: Any) -> None:
        self._progress.finish()
