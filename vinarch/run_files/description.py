"""What a whole run has in common: `run.json`, read and written.

Keys are the fields; a run of a newer format is refused before anything is read or written.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from vinarch.errors import NewerFormatError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RUN_FORMAT = 1
_FILE = "run.json"


@dataclass(frozen=True, kw_only=True)
class RunDescription:
    """What all networks of a run have in common.

    Attributes
    ----------
    run_id : str
        Random; tells a run from another one in the same place.
    name : str
        Of the archive and the experiment that the run is in a commons.
    engine : mapping or None
        Parameters of the prediction engine; its function by name.
    early_termination : bool
        Whether the engine may end trainings.
    first_epoch, epoch_step, epoch_budget
        As in the commons' table of experiments.
    attributes : mapping
        Further attributes of the experiment.
    configuration : any
        The search's own, as JSON holds it.
    machine, libraries : mapping
        What the run was started with.
    """

    run_id: str
    name: str
    search_space: str
    started_at: str
    started_time: float
    engine: Mapping[str, Any] | None = None
    early_termination: bool = False
    first_epoch: float = 0
    epoch_step: float | None = 1
    epoch_budget: float | None = None
    strategy: str | None = None
    task_data: str | None = None
    hardware: str | None = None
    protocol: str | None = None
    objectives: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    configuration: Any = None
    machine: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the description."""
        told = {"format_version": RUN_FORMAT, **asdict(self)}
        return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @property
    def first_record(self) -> float:
        """Return the epoch that is logged first."""
        return self.first_epoch - 1 + (1 if self.epoch_step is None else self.epoch_step)

    @property
    def last_record(self) -> float | None:
        """Return the epoch that is logged last where the whole budget is spent, if known."""
        return None if self.epoch_budget is None else self.first_epoch - 1 + self.epoch_budget


def is_run(folder: Path) -> bool:
    """Tell whether a folder holds a recorded run."""
    return os.path.isfile(folder / _FILE)  # noqa: PTH113 - Path.is_file() raises where it may not look


def read_description(folder: Path) -> RunDescription:
    """Read what a run has in common.

    Raises
    ------
    NewerFormatError
        If a newer vinarch wrote it.
    StoreError
        If there is none, or it is damaged.
    """
    path = folder / _FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        version = raw.pop("format_version")
        if isinstance(version, int) and version > RUN_FORMAT:
            raise NewerFormatError(
                str(path),
                f"format version {RUN_FORMAT}",
                f"version {version}",
                "Install a newer vinarch.",
            )
        known = {one.name for one in fields(RunDescription)}
        given: dict[str, Any] = {name: value for name, value in raw.items() if name in known}
        given["objectives"] = tuple(given.get("objectives", ()))
        return RunDescription(**given)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            str(path),
            "the description of a recorded run",
            getattr(error, "strerror", None) or f"something else ({type(error).__name__})",
            "Bring the file back as it was; the networks' own files are not touched.",
        ) from error
