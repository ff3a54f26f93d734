"""Lock single bytes of a file between processes: an open file and a place in, held or not out.

The kernel lets go of what a process held when it dies, however it dies; nothing has to be judged
by age or process number.
On POSIX such a lock belongs to the process: a forked child has none of them, and two threads of
one process do not exclude each other.
Closing any descriptor of the file would let go of all of them, so a process opens it once.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt
    import os
    import time

    _PAUSE_SECONDS = 0.005

    def try_lock(descriptor: int, place: int) -> bool:
        """Take the byte at a place if no other process holds it."""
        os.lseek(descriptor, place, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def lock(descriptor: int, place: int) -> None:
        """Take the byte at a place, waiting for others."""
        while not try_lock(descriptor, place):
            time.sleep(_PAUSE_SECONDS)

    def unlock(descriptor: int, place: int) -> None:
        """Let go of the byte at a place."""
        os.lseek(descriptor, place, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import errno
    import fcntl

    _HELD = {errno.EACCES, errno.EAGAIN}

    def try_lock(descriptor: int, place: int) -> bool:
        """Take the byte at a place if no other process holds it."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True

    def lock(descriptor: int, place: int) -> None:
        """Take the byte at a place, waiting for others."""
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, place)

    def unlock(descriptor: int, place: int) -> None:
        """Let go of the byte at a place."""
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)
