"""The files of the explorer's pages, which travel with the package: a name in, a text out."""

from __future__ import annotations

from importlib.resources import files


def page_text(name: str) -> str:
    """Return a file of the page."""
    return files("vinarch.explorer").joinpath("page", name).read_text(encoding="utf-8")
