"""The views of the explorer, one small module each: frames in, moves out.

A view is source, root and update, as in Dask's dashboard. It reads no file and asks no commons: it
says which question it shows, and gets the answer. `SLOTS` says where each stands on the page.
"""

from __future__ import annotations

from vinarch.explorer.views.beside import BesideView
from vinarch.explorer.views.cells import CellsView
from vinarch.explorer.views.chosen import ChosenView
from vinarch.explorer.views.controls import Controls
from vinarch.explorer.views.curves import CurvesView
from vinarch.explorer.views.engine import EngineView
from vinarch.explorer.views.heat_map import DistancesView
from vinarch.explorer.views.network import NetworkView
from vinarch.explorer.views.rows import RowsView
from vinarch.explorer.views.scatter import ScatterView
from vinarch.explorer.views.slots import Slot
from vinarch.explorer.views.view import Send, View

__all__ = ["SLOTS", "Controls", "Send", "Slot", "View"]

SLOTS: tuple[Slot, ...] = (
    Slot("subsequences", "Matching subsequences", ScatterView, ("svg", "png", "csv")),
    Slot("rows", "Rows", RowsView, ("csv",)),
    Slot("row", "Chosen subsequence", ChosenView, ("csv",), "right"),
    Slot("structures", "Structures that hold it", CellsView, ("svg", "png", "csv"), "right"),
    Slot("distances", "Distances between them", DistancesView, ("svg", "png", "csv"), "right"),
    Slot("network", "Network of a structure", NetworkView, ("svg", "png", "csv"), "wide"),
    Slot("curves", "Learning curves", CurvesView, ("svg", "png", "csv"), "wide"),
    Slot("engine", "Prediction engine", EngineView, ("csv",), "wide"),
    Slot("beside", "The same subsequence in every experiment", BesideView, ("csv",), "wide"),
)
"""In the order in which each column is read."""
