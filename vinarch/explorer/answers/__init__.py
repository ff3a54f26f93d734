"""What views show: questions of the state in, tidy frames out, off the thread that shows the page.

A question is a frozen value with the part of the state that its answer depends on; the desk
answers each once. All numbers come from the functions that the study uses.
These functions compute.
"""

from __future__ import annotations

from vinarch.explorer.answers.beside import Beside
from vinarch.explorer.answers.cells import Cells, Held
from vinarch.explorer.answers.choices import known_of
from vinarch.explorer.answers.curves import Curves, Overlay, Shown
from vinarch.explorer.answers.desk import Ask, Desk
from vinarch.explorer.answers.engine import Replays, Saved
from vinarch.explorer.answers.genomes import Genomes
from vinarch.explorer.answers.holders import Members
from vinarch.explorer.answers.networks import Network, edges_of
from vinarch.explorer.answers.pairwise import Distances
from vinarch.explorer.answers.points import Points, published_table, row_of, run_of, with_run
from vinarch.explorer.answers.tickets import Listener, Question, Superseded, Ticket

__all__ = [
    "Ask",
    "Beside",
    "Cells",
    "Curves",
    "Desk",
    "Distances",
    "Genomes",
    "Held",
    "Listener",
    "Members",
    "Network",
    "Overlay",
    "Points",
    "Question",
    "Replays",
    "Saved",
    "Shown",
    "Superseded",
    "Ticket",
    "edges_of",
    "known_of",
    "published_table",
    "row_of",
    "run_of",
    "with_run",
]
