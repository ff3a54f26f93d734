"""A mirror on a storage that fsspec has a driver for: an address in, offered files out.

Holds ``<archive>/<path>`` like a folder. Of a file whose checksum is published, the same bytes
must come; of others what comes first is recorded.
Credentials are those that fsspec reads from its own settings; none are shown.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import fsspec

from vinarch.errors import MirrorError, RefusedError, VinarchError
from vinarch.fetching.addresses import shown_url
from vinarch.fetching.mirror import NEXT_STEP
from vinarch.fetching.offers import OfferedFile, fault_of_path
from vinarch.fetching.refusals import shorten
from vinarch.fetching.streaming import BLOCK_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vinarch.catalog import Archive
    from vinarch.fetching.offers import Checksum
    from vinarch.fetching.streaming import Advance, Target

_HERE = {"file", "local", "memory"}
"""Protocols that open no connection."""


@dataclass(frozen=True)
class FsspecMirror:
    """A folder on some storage as a source."""

    url: str
    known: Mapping[str, Checksum] = field(default_factory=dict, repr=False)
    """The published checksum of each file, by path, where one is known."""
    at_once: int = 1
    """Not every driver may be used by several threads."""

    @property
    def name(self) -> str:
        """Return what the provenance calls it; user, password and query are left out."""
        return f"mirror: {shown_url(self.url)}"

    @property
    def is_on_this_machine(self) -> bool:
        """Tell whether no connection is opened; of a chain of addresses, nobody knows."""
        return "::" not in self.url and self.url.partition("://")[0].lower() in _HERE

    def list_files(self, archive: Archive) -> tuple[OfferedFile, ...]:
        """Walk the archive's folder."""
        with self._reading(f"{archive.name}/<path> for its tables"):
            storage, root = self._opened
            top = f"{root.rstrip('/')}/{archive.name}"
            found = storage.find(top, detail=True) if storage.isdir(top) else {}
            sizes = {
                path.lstrip("/").removeprefix(top.lstrip("/")).lstrip("/"): (path, told.get("size"))
                for path, told in found.items()
            }
        chosen = sorted(
            path
            for path in sizes
            if not any(part.startswith(".") for part in path.split("/")) and archive.role_of(path)
        )
        if not chosen:
            raise RefusedError(
                self.name,
                f"{archive.name}/<path> for its tables",
                f"a folder {archive.name} without a table that the data card names"
                if sizes
                else f"no folder {archive.name} in it",
                NEXT_STEP,
            )
        for path in chosen:
            fault = fault_of_path(path)
            if fault:
                raise MirrorError(
                    self.name, "paths inside the archive", f"{path!r}, which has {fault}", NEXT_STEP
                )
        return tuple(
            OfferedFile(
                path,
                None if sizes[path][1] is None else int(sizes[path][1]),
                self.known.get(path),
                sizes[path][0],
            )
            for path in chosen
        )

    def deliver(self, file: OfferedFile, target: Target, advance: Advance) -> None:
        """Copy a file's bytes."""
        for block in self._blocks_of(file, target.tell()):
            target.write(block)
            advance(len(block))

    def _blocks_of(self, file: OfferedFile, start: int) -> Iterator[bytes]:
        with self._reading(file.path):
            stream = self._opened[0].open(file.location, "rb")
        with stream:
            if start:
                with self._reading(file.path):
                    stream.seek(start)
            while True:
                with self._reading(file.path):
                    block = stream.read(BLOCK_BYTES)
                if not block:
                    return
                yield block

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        storage, root = fsspec.core.url_to_fs(self.url)
        return storage, str(root)

    @contextmanager
    def _reading(self, wanted: str) -> Iterator[None]:
        try:
            yield
        except VinarchError:
            raise
        except ImportError as error:
            raise MirrorError(
                self.name,
                "the driver that fsspec needs for it to be installed",
                shorten(str(error)),
                "Install it, or name another mirror.",
            ) from error
        except Exception as error:  # noqa: BLE001 - see below
            # Each driver raises what its library does; what they say may quote a signed address.
            raise MirrorError(
                self.name,
                f"{wanted} to be readable",
                f"{type(error).__name__}"
                + (f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""),
                NEXT_STEP,
            ) from None
