"""Which marks on a saved page belong together: shown views in, the JSON for the page's script out.

A structure is told by its flattened genome, as in the state; numbers differ between experiments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.errors import VinarchError
from vinarch.explorer.answers.holders import Networks
from vinarch.explorer.answers.networks import Network
from vinarch.explorer.saving.marks import (
    mark_beside,
    mark_cells,
    mark_curves,
    mark_engine,
    mark_map,
    mark_points,
)
from vinarch.explorer.views.asking import held_of
from vinarch.explorer.views.beside import BesideView
from vinarch.explorer.views.cells import CellsView
from vinarch.explorer.views.curves import CurvesView
from vinarch.explorer.views.engine import EngineView
from vinarch.explorer.views.heat_map import DistancesView
from vinarch.explorer.views.network import NetworkView
from vinarch.explorer.views.rows import RowsView
from vinarch.explorer.views.scatter import ScatterView

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.explorer.answers import Desk
    from vinarch.explorer.saving.shown import Shown
    from vinarch.explorer.state import Known, State

Json = dict[str, Any]


def links_of(shown: Shown, desk: Desk, known: Known) -> Json:
    """Return what the script of a page needs to mark things together; adds marks to the views."""
    views = {type(each.view): each.view for each in shown.views if each.answer is not None}
    held = _held(desk, shown.state)
    made: Json = {}
    scatter, rows = views.get(ScatterView), views.get(RowsView)
    if isinstance(scatter, ScatterView) and isinstance(rows, RowsView):
        made["points"] = mark_points(scatter, rows)
    if held is not None:
        numbers = dict(zip(held["structure"].astype(int), held["flat"].astype(str), strict=True))
        if isinstance(cells := views.get(CellsView), CellsView):
            made["cells"] = mark_cells(cells)
        if isinstance(distances := views.get(DistancesView), DistancesView):
            made["map"] = mark_map(distances, numbers)
        if isinstance(network := views.get(NetworkView), NetworkView):
            made["network"] = _networks(desk, known, shown.state, network)
    if isinstance(curves := views.get(CurvesView), CurvesView):
        made["curves"] = mark_curves(curves, _genomes(desk, shown.state))
    if isinstance(engine := views.get(EngineView), EngineView):
        made["engine"] = mark_engine(engine)
    if isinstance(beside := views.get(BesideView), BesideView):
        made["beside"] = mark_beside(beside)
    genomes = {
        *made.get("cells", {}).get("genomes", ()),
        *made.get("map", {}).get("genomes", ()),
        *(one["genome"] for one in made.get("curves", {}).get("networks", ())),
    }
    made["structures"] = [] if held is None else _told(held[held["flat"].isin(genomes)])
    made["holders"] = _holders(desk, known, shown.state, genomes)
    return made


def working(shown: Shown) -> tuple[list[Any], list[Any]]:
    """Return the widgets that work without a server, and those that only offer something."""
    kept: list[Any] = []
    silent: list[Any] = []
    for each in shown.views:
        if isinstance(each.view, NetworkView):
            kept.append(each.view.structure)
        elif isinstance(each.view, BesideView):
            silent.append(each.view.go)
    return kept, silent


def _held(desk: Desk, state: State) -> pd.DataFrame | None:
    question = held_of(state)
    try:
        return None if question is None else desk.answer_now(question)
    except VinarchError:
        # The views of structures say it in their places.
        return None


def _told(held: pd.DataFrame) -> list[Json]:
    means = held["mean_val_accuracy_percent"]
    return [
        {"genome": str(flat), "number": int(number), "mean": None if missing else float(mean)}
        for flat, number, mean, missing in zip(
            held["flat"], held["structure"], means, means.isna(), strict=True
        )
    ]


def _genomes(desk: Desk, state: State) -> dict[tuple[str, int], str]:
    """Return the genome of each network of the chosen experiments."""
    found: dict[tuple[str, int], str] = {}
    for name in state.experiments:
        networks = desk.answer_now(Networks(str(state.archive), name))
        keys = zip(networks["architecture"].astype(int), networks["flat"], strict=True)
        found |= {(name, number): str(flat) for number, flat in keys}
    return found


def _holders(desk: Desk, known: Known, state: State, genomes: set[str]) -> dict[str, list[str]]:
    """Return which experiments have networks of a structure, in the order offered."""
    space = known.space_of(state.archive, state.experiments)
    names = [one.name for one in known.of(state.archive) if one.space == space]
    found: dict[str, list[str]] = {genome: [] for genome in sorted(genomes)}
    # Without a subsequence no view shows experiments that are not chosen: they stay unread.
    for name in names if state.run is not None else state.experiments:
        there = desk.answer_now(Networks(str(state.archive), name))["flat"]
        for genome in sorted(genomes.intersection(there)):
            found[genome].append(name)
    return found


def _networks(desk: Desk, known: Known, state: State, view: NetworkView) -> Json:
    """Return what the view of a network shows of each structure that it offers."""
    held, space = held_of(state), known.space_of(state.archive, state.experiments)
    genome = str(view.structure.value)
    drawn = {}
    if held is not None and space is not None:
        for offered, _ in view.structure.options:
            view.show(desk.answer_now(Network(held, space.name, offered)), state)
            drawn[offered] = _look(view)
        view.show(desk.answer_now(Network(held, space.name, genome)), state)
    return {"choice": view.structure.id, "shown": genome, "drawn": drawn}


def _look(view: NetworkView) -> list[tuple[str, Json]]:
    sources = [*view.sources.values(), view.outline]
    ranges = [side for plot in (view.graph, view.cells) for side in (plot.x_range, plot.y_range)]
    return [
        *((source.id, {"data": dict(source.data)}) for source in sources),
        *((side.id, {"start": side.start, "end": side.end}) for side in ranges),
        (view.graph.id, {"height": view.graph.height}),
        (view.cells.id, {"width": view.cells.width}),
        (view.note.id, {"text": view.note.text}),
    ]
