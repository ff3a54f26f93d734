"""Where a view stands on the page, and what of it can be saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vinarch.explorer.state.parts import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.explorer.views.view import Send, View


@dataclass(frozen=True)
class Slot:
    """A place on a page."""

    name: str
    """Letters and underscores: the name of the root, of the section and of saved files."""
    title: str
    """Heading above the view."""
    view: Callable[[Send], View]
    saves: tuple[str, ...] = ()
    """What can be saved: ``svg`` and ``png`` need `View.drawing`, ``csv`` needs `View.table`."""
    place: Literal["left", "right", "wide"] = "left"
    """In which column; wide ones stand below both."""
    page: str = PAGES[0]
    told: str = ""
    """What is seen there, for those who hear the page."""
