"""A page that needs no server: what a link shows, as one HTML file with all that it needs.

Three steps: the views of a state with their answers, the models with what they need to be marked
together, and the text of the page. Knows no server, no session and no request.
"""

from __future__ import annotations

from vinarch.explorer.saving.pages import SavedPage, page_of
from vinarch.explorer.saving.writing import (
    query_of,
    save_explorer,
    saved_page,
    target_of,
    write_page,
)

__all__ = [
    "SavedPage",
    "page_of",
    "query_of",
    "save_explorer",
    "saved_page",
    "target_of",
    "write_page",
]
