"""The explorer: archaeology in the browser, a Bokeh application on a commons.

Four parts, each knowing only those before it: `state` (what is chosen, plain values), `answers`
(questions in, frames out, by the functions of the study), `views` (frames in, moves out), and the
session, page and server that join them; `saving` makes of the first three a page without a server.
"""

from __future__ import annotations

from vinarch.explorer.opening import Explorer, explore
from vinarch.explorer.saving import save_explorer

__all__ = ["Explorer", "explore", "save_explorer"]
