"""Hold a snapshot that is read for long, so that newer ones do not push it out.

Who holds one has a locked file of its own; a lock ends with its process, so that a reader that
was killed keeps nothing.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vinarch.store.snapshots import Snapshot

HOLDS = ".held"


@contextlib.contextmanager
def held(snapshot: Snapshot) -> Iterator[None]:
    """Keep a snapshot until the end, however many newer ones are published.

    Where nothing can be written nothing is held: nobody publishes there either.
    """
    path = snapshot.root / HOLDS / f"{snapshot.name}-{uuid.uuid4().hex}"
    # Whoever ends it may be in another thread.
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(exist_ok=True)
        lock.acquire(timeout=0)
    except (OSError, Timeout):
        yield
        return
    try:
        yield
    finally:
        lock.release()
        with contextlib.suppress(OSError):
            path.unlink()


def held_names(root: Path) -> frozenset[str]:
    """Return the names of the snapshots that living readers hold; forget those of dead ones."""
    names = set()
    for path in (root / HOLDS).glob("*-*"):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            names.add(path.name.partition("-")[0])
        except OSError:
            continue
        else:
            lock.release()
            with contextlib.suppress(OSError):
                path.unlink()
    return frozenset(names)
