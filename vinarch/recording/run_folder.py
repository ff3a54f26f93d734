"""The folder of a run: its path checked, and made where it is new.

Of several processes that make it at once, the first one's description counts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError, StoreError
from vinarch.recording.appending import disk_errors
from vinarch.run_files import COMMONS, EVENTS, LOCKS, NETWORKS, RUN, is_run, read_description

if TYPE_CHECKING:
    from vinarch.run_files import RunDescription

_OURS = {COMMONS, EVENTS, LOCKS, NETWORKS, RUN}
_NEW = ".new-"


def start_run(folder: Path, description: RunDescription) -> RunDescription:
    """Make the folder of a run, and return what it was started with.

    Raises
    ------
    StoreError
        If the disk refuses, or the folder holds something else.
    """
    with disk_errors(folder):
        if folder.is_dir():
            strange = sorted(
                one.name
                for one in folder.iterdir()
                if one.name not in _OURS and not one.name.startswith(_NEW)
            )
            if strange and not is_run(folder):
                raise StoreError(
                    str(folder),
                    "a new folder, or that of a recorded run",
                    "one with " + ", ".join(strange[:3]),
                    "Name a folder of the run's own.",
                )
        (folder / EVENTS).mkdir(parents=True, exist_ok=True)
        (folder / NETWORKS).touch()
        staged = folder / f"{_NEW}{secrets.token_hex(4)}"
        try:
            with staged.open("w", encoding="utf-8") as file:
                file.write(description.to_json())
                file.flush()
                os.fsync(file.fileno())
            # A link is made whole or not at all, and never over another's.
            with contextlib.suppress(FileExistsError):
                (folder / RUN).hardlink_to(staged)
        finally:
            staged.unlink(missing_ok=True)
    return read_description(folder)


def absolute_folder(folder: Any) -> Path:
    """Return the absolute path of a folder that a user named.

    Raises
    ------
    ParameterError
        If it is no path.
    """
    with contextlib.suppress(TypeError, RuntimeError):
        text = os.fspath(folder)
        if isinstance(text, str) and text.strip() and "\0" not in text:
            return Path(text).expanduser().absolute()
    raise ParameterError(
        "Recorder(folder)", "a folder, as text or as a path", repr(folder), "Name the run's folder."
    )
