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

_FILES = ("svg", "png", "csv")

SLOTS: tuple[Slot, ...] = (
    Slot(
        "subsequences",
        "Matching subsequences",
        ScatterView,
        _FILES,
        told="A scatter plot. Each point is a matching subsequence, by its length and the mean "
        "validation accuracy of the networks that hold it. The table of rows lists the same.",
    ),
    Slot(
        "rows",
        "Rows",
        RowsView,
        ("csv",),
        told="A table of the matching subsequences. The arrow keys in it, or the buttons Previous "
        "row and Next row, choose one.",
    ),
    Slot(
        "row",
        "Chosen subsequence",
        ChosenView,
        ("csv",),
        "right",
        told="Symbols, place, structures and accuracy of the chosen subsequence.",
    ),
    Slot(
        "structures",
        "Structures that hold it",
        CellsView,
        _FILES,
        "right",
        told="A row of cells for each structure that holds the chosen subsequence, a cell a "
        "symbol, the highest accuracy last. The subsequence is outlined.",
    ),
    Slot(
        "distances",
        "Distances between them",
        DistancesView,
        _FILES,
        "right",
        told="A heat map of the distances between these structures, beside it the tree that joins "
        "the nearest. The lists choose the distance, the order and the linkage.",
    ),
    Slot(
        "network",
        "Network of a structure",
        NetworkView,
        _FILES,
        "wide",
        told="A graph from input to output, and the genome as a row of cells. The list chooses "
        "the structure; the text below says what is drawn.",
    ),
    Slot(
        "curves",
        "Learning curves",
        CurvesView,
        _FILES,
        "wide",
        told="A line plot of validation accuracy by epoch, a line a network. The list chooses the "
        "network whose prediction is drawn; the text beside it says what comes of it.",
    ),
    Slot(
        "engine",
        "Prediction engine",
        EngineView,
        ("csv",),
        "wide",
        told="Sliders of the prediction engine, and a table of what it would have saved.",
    ),
    Slot(
        "beside",
        "The same subsequence in every experiment",
        BesideView,
        _FILES,
        "wide",
        told="A plot with a row for each experiment: mean accuracy of the networks that hold the "
        "subsequence, and of all networks. The list goes to one of them.",
    ),
)
"""In the order in which each column is read."""
