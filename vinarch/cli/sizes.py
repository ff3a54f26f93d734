"""Numbers of bytes and files as people read them."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def bytes_shown(size: int) -> str:
    """Say a number of bytes with three digits or so.

    Examples
    --------
    >>> bytes_shown(603), bytes_shown(4_324_966), bytes_shown(53_900_000_000)
    ('603 bytes', '4.3 MB', '53.9 GB')
    """
    if size < 1000:  # noqa: PLR2004 - a kB
        return f"{size} byte{'s' * (size != 1)}"
    shown, unit = float(size), _UNITS[0]
    for unit in _UNITS[1:]:  # noqa: B007 - the last one is used
        shown /= 1000
        if shown < 999.95:  # noqa: PLR2004 - what rounds to 1000 is of the next unit
            break
    return f"{shown:.1f} {unit}"


def files_shown(count: int) -> str:
    """Say a number of files.

    Examples
    --------
    >>> files_shown(1), files_shown(72_900)
    ('1 file', '72,900 files')
    """
    return f"{count:,} file{'s' * (count != 1)}"
