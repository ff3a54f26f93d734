"""How a study writes: each file beside its place and then moved there, so that none is ever half.

Frames, text and lazy tables in, files out; knows nothing of what they mean.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from vinarch.errors import ParameterError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from vinarch.schema import Table

_WRITERS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False, lineterminator="\n"),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}

_LEFT_BY_A_KILL = re.compile(
    r"\.(index\.html|study\.ipynb|distances\.parquet"
    r"|(subsequences|rejects|statistics|reproducibility|replicated_structures|shared_starts"
    r"|training_noise|claims|(fig|table|sentence)_[a-z0-9_]+)\.csv)\.\d+\.tmp\.\w+"
    r"|\.[a-z0-9_]+_(single|double)\.(png|pdf|svg)\.\d+\.part"
)
_LOCK = ".study.lock"
_FOLDERS_LEFT = ".distances-*"


def check_ending(path: str | Path) -> None:
    """Refuse a path that ends in no format that `write_frame` can write.

    Raises
    ------
    ParameterError
        The message names the endings there are.

    Examples
    --------
    >>> from vinarch.studies import check_ending
    >>> check_ending("matches.csv")
    """
    if Path(path).suffix not in _WRITERS:
        raise ParameterError(
            "out",
            "a path that ends in " + " or ".join(_WRITERS),
            repr(str(path)),
            "The ending chooses the format: CSV for a spreadsheet, Parquet for large tables.",
        )


def write_frame(frame: pd.DataFrame, out: str | Path) -> None:
    """Write a frame as CSV or Parquet, by the ending of the path, all or nothing.

    Parameters
    ----------
    frame : pandas.DataFrame
    out : str or Path
        A leading ``~`` is the home folder.

    Raises
    ------
    ParameterError
        If the path ends otherwise.
    StoreError
        If it cannot be written.
    """
    check_ending(out)
    path = expanded(out)
    replace_file(path, lambda staged: _WRITERS[path.suffix](frame, staged))


def write_text(text: str, out: Path) -> None:
    """Write text as UTF-8 with newlines as they are, all or nothing."""
    replace_file(out, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def write_pieces(pieces: Iterable[pd.DataFrame], table: Table, out: str | Path) -> None:
    """Write a table that comes in pieces as one file, all or nothing; one piece is held at a time.

    Raises
    ------
    ParameterError
        If the path ends in no format that can be written.
    StoreError
        If it cannot be written.
    """
    check_ending(out)
    path = expanded(out)
    write = _write_csv if path.suffix == ".csv" else _write_parquet
    replace_file(path, lambda staged: write(pieces, table, staged))


def _write_csv(pieces: Iterable[pd.DataFrame], table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table.empty().to_csv(file, index=False, lineterminator="\n")
        for piece in pieces:
            piece.to_csv(file, index=False, header=False, lineterminator="\n")


def _write_parquet(pieces: Iterable[pd.DataFrame], table: Table, path: Path) -> None:
    schema = table.arrow()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for piece in pieces:
            writer.write_table(pa.Table.from_pandas(piece, schema, preserve_index=False))


def expanded(out: str | Path) -> Path:
    """Return a path with a leading ``~`` replaced by the home folder.

    Raises
    ------
    StoreError
        If it names a user that there is not, or is empty.
    """
    if not isinstance(out, (str, os.PathLike)) or not str(out).strip():
        raise StoreError(
            "out", "the path of a folder or file", repr(out), 'Name one, such as "study".'
        )
    try:
        return Path(out).expanduser()
    except RuntimeError as error:
        raise StoreError(
            str(out), "a user's home folder after ~", str(error), "Write the path in full."
        ) from error


def remove_files(*paths: Path) -> None:
    """Remove files that may not be there."""
    for path in paths:
        with writing(path):
            path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what killed studies left half-written in a folder; a study that runs loses its own."""
    with writing(folder):
        left = [path for path in folder.iterdir() if _LEFT_BY_A_KILL.fullmatch(path.name)]
        remove_files(*left)
        # Earlier versions gathered distances in such folders.
        for path in folder.glob(_FOLDERS_LEFT):
            shutil.rmtree(path)


def check_folder(path: Path) -> None:
    """Refuse a place that is to become a folder but is a file.

    Raises
    ------
    StoreError
        The message names it.
    """
    if path.exists() and not path.is_dir():
        raise StoreError(
            str(path),
            "a folder, or nothing yet",
            "a file",
            "Move it away, or choose another --out.",
        )


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder against other studies while the work inside runs.

    Raises
    ------
    StoreError
        If another study holds it.
    """
    lock = FileLock(folder / _LOCK)
    with writing(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreError(
                str(folder),
                "a folder that no other study is writing into",
                "one that another study holds now",
                "Wait for it to end, or choose another folder with --out.",
            ) from error
    try:
        yield
    finally:
        lock.release()
        with contextlib.suppress(OSError):
            (folder / _LOCK).unlink()


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[None]:
    """Make a folder for the work inside; where that fails before it wrote a file, none stays."""
    with writing(folder):
        made = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()
        raise


def replace_file(out: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` make a file beside its final place, then move it there.

    Raises
    ------
    StoreError
        If it cannot be written; nothing half-written stays.
    """
    staged = out.with_name(f".{out.name}.{os.getpid()}.tmp{out.suffix}")
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(staged)
            staged.replace(out)
        finally:
            staged.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Say which place failed where the system only says how."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            str(out),
            "a place that can be written",
            getattr(error, "strerror", None) or str(error),
            "Choose another with --out, or free some space.",
        ) from error
