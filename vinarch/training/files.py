"""Write a file whole or not at all: a path and bytes in. Knows nothing of what they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vinarch.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file by one that reached the disk; its folder is made if it is not there.

    Raises
    ------
    StoreError
        If the disk refuses; what was there before stays.
    """
    # One process at a time writes a path, so a leftover of a killed one is simply written over.
    staged = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        raise StoreError(
            str(path),
            "a disk that takes a checkpoint",
            error.strerror or type(error).__name__,
            "Make room or name another folder; the network goes on when it is started again.",
        ) from error
