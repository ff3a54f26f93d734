"""The network of a structure: held to the study, without a browser and in one."""

from __future__ import annotations

import pandas as pd
import pytest
from bokeh.events import Tap as TapEvent

from vinarch import figures
from vinarch.explorer.answers import Cells, Desk, Held, Network, edges_of
from vinarch.explorer.state import ChooseStructure, Run, State
from vinarch.explorer.views.cells import CellsView
from vinarch.explorer.views.network import ROOM, NetworkView
from vinarch.explorer.views.network_parts import HEAVY, Parts
from vinarch.figures.network_look import PHASE_COLOURS
from vinarch.genome import MacroSpace, search_space
from vinarch.summary import genome_of, layered_edges, network_edges

EXPERIMENT = "1gpu_1e14_early_termination"
BITS = "10110110101010"
RUN = Run(EXPERIMENT, 0, BITS)
HELD = Held("JS9FR6", (EXPERIMENT,), RUN)
SPACE = "nsga-net-macro-3x4"
STATE = State(archive="JS9FR6", experiments=(EXPERIMENT,), run=RUN)


def rows_of(parts, group):
    columns = parts.groups[group]
    return [
        dict(zip(columns, values, strict=True))
        for values in zip(*columns.values(), strict=True)
    ]  # fmt: skip


def test_a_phase_by_hand():
    # Two of three nodes joined, the skip set; a second phase without connections.
    genome = MacroSpace((3, 2)).from_flat("100100")
    parts = Parts.of(network_edges(genome, 0, "10"), ROOM)
    edges = {row["what"]: row for row in rows_of(parts, "lines") if row["what"] != "data flow"}
    told = {what: (row["symbol"], row["marked"]) for what, row in edges.items()}
    assert told == {
        "phase 1: connection that the decoder adds, input to node 1": (
            "none: the decoder adds it", "no",
        ),
        "phase 1: skip connection, input to output": ("1 at position 3", "no"),
        "phase 1: connection, node 1 to node 2": ("1 at position 0", "yes"),
        "phase 1: connection that the decoder adds, node 2 to output": (
            "none: the decoder adds it", "no",
        ),
    }  # fmt: skip
    heavy = [what for what, row in edges.items() if row["width"] == HEAVY]
    assert heavy == ["phase 1: connection, node 1 to node 2"]
    discs = rows_of(parts, "discs")
    assert [row["what"] for row in discs if row["colour"] == "white"] == [
        "phase 1: node 3, left out"
    ]
    assert [row["x"] for row in discs] == sorted(row["x"] for row in discs)
    words = [row["text"] for row in rows_of(parts, "texts")]
    assert {"phase 1", "phase 2", "skipped: no connections", "pool", "linear"} <= set(words)
    cells = rows_of(parts, "cells")
    assert [row["text"] for row in cells] == list("100100")
    assert [row["marked"] for row in cells] == ["yes"] * 2 + ["no"] * 4
    assert [row["what"] for row in cells] == [
        "connection 1→2 of phase 1", "connection 1→3 of phase 1", "connection 2→3 of phase 1",
        "skip of phase 1", "connection 1→2 of phase 2", "skip of phase 2",
    ]  # fmt: skip
    bands = rows_of(parts, "bands")
    assert [(row["text"], row["colour"]) for row in bands] == [
        ("phase 1", PHASE_COLOURS[0]), ("phase 2", PHASE_COLOURS[1]),
    ]  # fmt: skip
    left, right = parts.run
    assert [row["position"] for row in cells if left < row["x"] < right] == [0, 1]


@pytest.mark.parametrize(
    ("space", "flat", "start", "symbols"),
    [
        ("nas-bench-101", "c111", 0, "c1"),
        ("nas-bench-201", "0sskca", 1, "ss"),
        ("evovis-layers", "SCRCIgO", 0, "SCR"),
    ],
)
def test_operations_of_other_spaces_say_their_symbol_and_its_place(space, flat, start, symbols):
    edges = layered_edges(search_space(space).from_flat(flat), start, symbols)
    parts = Parts.of(edges, ROOM)
    positions = set(edges["position"].dropna()) | set(edges["target_position"].dropna())
    rows = [row for group in ("lines", "discs", "boxes") for row in rows_of(parts, group)]
    told = {(row["symbol"], row["marked"]) for row in rows if row["symbol"] != "none"}
    assert told == {
        (f"{flat[at]} at position {at}", "yes" if start <= at < start + len(symbols) else "no")
        for at in positions
    }
    assert [row["text"] for row in rows_of(parts, "cells")] == list(flat)
    colours = {row["text"]: row["colour"] for row in rows_of(parts, "cells")}
    letters = {flat[at]: colours[flat[at]] for at in positions}
    drawn = {row["colour"] for group in ("discs", "boxes") for row in rows_of(parts, group)}
    assert drawn - {"white"} <= set(letters.values())


def test_an_empty_view_has_the_columns_of_a_full_one():
    view = NetworkView([].append)
    parts = Parts.of(network_edges(MacroSpace((3,)).from_flat("1001")), ROOM)
    for group, columns in parts.groups.items():
        assert set(view.sources[group].data) == set(columns)
    assert set(view.sources) == set(parts.groups)
    assert parts.run is None


@pytest.fixture
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


def test_the_answer_is_the_study_s(desk, real_commons):
    for number, chosen in ((43, None), (11, genome_of(real_commons, EXPERIMENT, 11).flat)):
        answer = desk.answer_now(Network(HELD, SPACE, chosen))
        genome = genome_of(real_commons, EXPERIMENT, number)
        expected = network_edges(genome, 0, BITS, experiment=EXPERIMENT, structure=number)
        pd.testing.assert_frame_equal(edges_of(answer), expected)
        assert answer["structures"].iloc[0] == (11, 30, 29, 49, 43)
        drawn = figures.network(real_commons, EXPERIMENT, number, 0, BITS, width="double")
        view = NetworkView([].append)
        assert view.drawing(answer, STATE).svg() == drawn.svg()
        pd.testing.assert_frame_equal(view.table(answer, STATE), drawn.data)


def test_a_structure_of_another_experiment_gives_way_to_the_best(desk):
    answer = desk.answer_now(Network(HELD, SPACE, BITS + "1111111"))
    assert answer["structure"].unique().tolist() == [43]


def test_stepping_is_a_move_and_follows_without_an_echo(desk):
    sent = []
    view = NetworkView(sent.append)
    answer = desk.answer_now(Network(HELD, SPACE))
    view.show(answer, STATE)
    assert sent == []
    labels = [label for _, label in view.structure.options]
    assert labels == ["11: 88.11 %", "30: 89.34 %", "29: 89.61 %", "49: 90.55 %", "43: 90.98 %"]
    assert view.structure.value == answer["genome"].iloc[0]
    assert "structure 43" in view.note.text
    first = view.structure.options[0][0]
    view.structure.value = first
    assert sent == [ChooseStructure(first)]


def test_a_tapped_row_of_the_structures_chooses_its_network(desk):
    sent = []
    view = CellsView(sent.append)
    view.show(desk.answer_now(Cells(HELD, SPACE)), STATE)
    view.follow(STATE)
    assert view.mark.data["y"] == [4.5]
    for y in (-0.5, 0.5, 5.2):
        view._tapped(TapEvent(view.figure, x=3, y=y))
    (move,) = sent
    assert move.structure.startswith(BITS)
    view.follow(State(run=RUN, structure=move.structure))
    assert view.mark.data["y"] == [0.5]


def test_a_tapped_row_shows_its_network_in_the_browser(tab, real_commons):
    tab.open(f"archive=JS9FR6&experiment={EXPERIMENT}&of={EXPERIMENT}&start=0&subsequence={BITS}")
    tab.says("network", "The network of structure 43")
    tab.tap("structures", 3.5, 0.5)
    tab.says("network", "The network of structure 11")
    flat = genome_of(real_commons, EXPERIMENT, 11).flat
    assert tab.query().endswith(f"structure={flat}")
    edges = figures.network(real_commons, EXPERIMENT, 11, 0, BITS).data
    lines = tab.columns("network", "xs")
    made = edges["kind"].isin(["connection", "skip", "repair"])
    assert sum(what != "data flow" for what in lines["what"]) == made.sum()
    assert lines["marked"].count("yes") == edges["in_subsequence"].sum() == 8
    # In the middle of the first marked connection the hover tells what it is.
    at = lines["marked"].index("yes")
    path = [[*map(float, lines[name][at])] for name in ("xs", "ys")]
    middle = [sum((line[(len(line) - 1) // 2], line[len(line) // 2])) / 2 for line in path]
    tab.section("network").scroll_into_view_if_needed()
    x, y = tab.at("network", *middle)
    tab.page.mouse.move(x + 3, y)
    tab.page.mouse.move(x, y)
    tab.page.locator(".bk-tooltip-row-value").get_by_text(lines["what"][at]).wait_for()
    tab.page.get_by_label("Structure, ascending accuracy").select_option("29: 89.61 %")
    tab.says("network", "The network of structure 29")
