"""Archives that lie beside their data card: written tables in, packed ones and the card out."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING

from vinarch.catalog import ListedFile
from vinarch.catalog.cards import read_card
from vinarch.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def pack(folder: Path) -> tuple[ListedFile, ...]:
    """Pack every CSV table of a folder, and list all its files as a data card does.

    The same table gives the same bytes at any time.
    """
    for table in sorted(folder.rglob("*.csv")):
        packed = gzip.compress(table.read_bytes(), compresslevel=9, mtime=0)
        table.with_name(f"{table.name}.gz").write_bytes(packed)
        table.unlink()
    return tuple(
        ListedFile(
            path.relative_to(folder).as_posix(),
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def refuse_card(card: Path | None) -> None:
    """Refuse to overwrite a data card; None is none.

    Raises
    ------
    StoreError
        If there is a file.
    """
    if card is not None and card.exists():
        raise StoreError(str(card), "no data card yet", "one", "Name another, or remove it.")


def write_card(path: Path, text: str) -> None:
    """Write a data card that can be read.

    Raises
    ------
    CardError
        If it cannot.
    OSError
        From this disk.
    """
    read_card(f"data card {path.name}", text)
    path.write_text(text, encoding="utf-8", newline="\n")
