"""Views without a browser: frames in, columns and moves out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.events import SelectionGeometry
from bokeh.events import Tap as TapEvent
from hypothesis import given
from hypothesis import strategies as st

from vinarch.explorer.state import Box, DropRun, Frame, Matching, Run, State, Tap
from vinarch.explorer.views import SLOTS
from vinarch.explorer.views.cells import CellsView
from vinarch.explorer.views.chosen import ChosenView
from vinarch.explorer.views.rows import RowsView
from vinarch.explorer.views.scatter import ScatterView
from vinarch.explorer.views.thinning import MOST_MARKS, STEPS, nearest, thin
from vinarch.schema import MATCHES

STATE = State(archive="A", experiments=("<b>one</b>",))


def points(rows):
    """Rows of (start, symbols, count, accuracy)."""
    frame = pd.DataFrame(
        {
            "archive": "A",
            "experiment": "<b>one</b>",
            "subsequence": [symbols for _, symbols, _, _ in rows],
            "length": [len(symbols) for _, symbols, _, _ in rows],
            "start": [start for start, _, _, _ in rows],
            "structures": [list(range(count)) for _, _, count, _ in rows],
            "count": [count for _, _, count, _ in rows],
            "network_count": 2,
            "experiment_count": 1,
            "epoch_row_count": 3,
            "mean_val_accuracy_percent": [accuracy for _, _, _, accuracy in rows],
        }
    )
    return frame[list(MATCHES.names)]


THREE = points([(0, "10110", 4, 90.0), (3, "111111", 2, None), (2, "0101011", 9, 80.0)])


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_an_empty_view_has_the_columns_of_a_full_one(slot):
    view = slot.view([].append)
    Document().add_root(view.root)
    assert slot.name.replace("_", "").isalpha()
    if hasattr(view, "columns"):
        assert all(len(column) == 0 for column in view.columns().values())
        assert set(view.source.data) == set(view.columns())


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_two_tabs_share_no_model(slot):
    for _ in range(2):
        Document().add_root(slot.view([].append).root)


def test_the_scatter_shows_all_points_that_have_an_accuracy():
    view = ScatterView([].append)
    view.show(THREE, STATE)
    view.follow(STATE)
    data = view.source.data
    assert set(data) == set(ScatterView.columns())
    # Large ones first, so that small ones lie on top.
    assert data["subsequence"] == ["0101011", "10110"]
    assert data["length"].tolist() == [7, 5]
    assert data["accuracy"].tolist() == [80, 90]
    assert (data["size"][0] / data["size"][1]) ** 2 == pytest.approx(
        (25 + 651) / (25 + 651 * 4 / 9)
    )
    assert "1 without a recorded accuracy" in view.note.text
    assert "<b>" not in view.note.text


def test_a_tap_chooses_the_nearest_point_within_reach():
    sent = []
    view = ScatterView(sent.append)
    view.show(THREE, STATE)
    view._tapped(TapEvent(view.figure, x=5.05, y=89.9))
    view._tapped(TapEvent(view.figure, x=6.0, y=85.0))
    assert sent == [Tap(Run("<b>one</b>", 0, "10110"))]


def test_a_box_and_the_ring_follow_the_state():
    sent = []
    view = ScatterView(sent.append)
    view.show(THREE, STATE)
    view._boxed(
        SelectionGeometry(
            view.figure, geometry={"type": "rect", "x0": 4.5, "x1": 7, "y0": 85, "y1": 95}
        )
    )
    assert sent == [Frame(Box(4.5, 7.0, 85.0, 95.0))]
    chosen = State(
        archive="A", experiments=STATE.experiments, run=Run("<b>one</b>", 0, "10110"),
        box=sent[0].box,
    )  # fmt: skip
    view.follow(chosen)
    assert (view.box.left, view.box.top, view.box.visible) == (4.5, 95.0, True)
    assert view.ring.data["accuracy"].tolist() == [90.0]


def test_a_subsequence_that_is_no_point_is_given_up():
    sent = []
    view = ScatterView(sent.append)
    view.show(THREE, STATE)
    run = Run("<b>one</b>", 0, "11111")
    view.follow(State(archive="A", experiments=STATE.experiments, run=run))
    assert [type(move) for move in sent] == [DropRun]
    assert sent[0].run == run


def test_no_points_say_what_to_do():
    view = ScatterView([].append)
    view.show(THREE.iloc[:0], STATE)
    assert view.words.visible
    assert "Lower the minimum length" in view.words.text


def test_rows_are_those_in_the_box_and_a_chosen_one_is_a_tap():
    sent = []
    view = RowsView(sent.append)
    view.show(THREE, STATE)
    view.follow(STATE)
    assert view.source.data["subsequence"] == ["0101011", "10110", "111111"]
    assert np.isnan(view.source.data["mean_val_accuracy_percent"][2])
    view.source.selected.indices = [1]
    assert sent == [Tap(Run("<b>one</b>", 0, "10110"))]
    boxed = State(archive="A", experiments=STATE.experiments, box=Box(5, 6, 85, 95))
    view.follow(boxed)
    assert view.source.data["subsequence"] == ["10110"]
    assert view.table(THREE, boxed)["subsequence"].tolist() == ["[1,0,1,1,0]"]
    view._step(1)
    assert len(sent) == 2


def test_the_chosen_row_is_listed_however_many_come_before_it():
    sent = []
    view = RowsView(sent.append, most=1)
    view.show(THREE, STATE)
    view.follow(STATE)
    assert view.source.data["subsequence"] == ["0101011"]
    chosen = State(archive="A", experiments=STATE.experiments, run=Run("<b>one</b>", 0, "10110"))
    view.follow(chosen)
    assert view.source.data["subsequence"] == ["0101011", "10110"]
    assert view.source.selected.indices == [1]
    assert view.note.text.endswith("the first 1 are listed, and the chosen one.")
    beyond = view.source.data
    view.follow(chosen)
    assert view.source.data is beyond
    view.show(THREE, chosen)
    view.follow(chosen)
    assert view.source.data["subsequence"] == ["0101011", "10110"]
    assert sent == []


def test_texts_of_an_archive_are_escaped():
    view = ChosenView([].append)
    state = State(archive="A", experiments=STATE.experiments, run=Run("<b>one</b>", 0, "10110"))
    view.show(THREE, state)
    view.follow(state)
    assert "&lt;b&gt;one&lt;/b&gt;" in view.facts.text
    assert "<b>" not in view.facts.text


def test_cells_of_other_symbols_have_their_letters():
    cells = pd.DataFrame(
        {
            "experiment": "one",
            "structure": [7, 7, 3, 3, 3],
            "mean_val_accuracy_percent": [91.0, 91.0, 80.0, 80.0, 80.0],
            "position": [0, 1, 0, 1, 2],
            "symbol": [0, 2, 0, 2, 1],
            "phase": pd.array([None] * 5, dtype="Int64"),
            "shared": [True, True, True, True, False],
            "character": list("acacb"),
            "meaning": ["input", "conv", "input", "conv", "pool"],
        }
    )
    view = CellsView([].append)
    view.show(cells, State(run=Run("one", 0, "ac"), matching=Matching(2)))
    data = view.source.data
    assert data["character"] == ["a", "c", "b", "a", "c"]
    assert data["structure"] == ["3", "3", "3", "7", "7"]
    assert data["y"].tolist() == [0.5, 0.5, 0.5, 1.5, 1.5]
    assert data["flat"] == ["acb", "acb", "acb", "ac", "ac"]
    assert view.outline.data["right"][0] == pytest.approx(2.08)


def many(count, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "length": rng.integers(5, 22, count),
            "count": rng.integers(2, 60, count),
            "mean_val_accuracy_percent": rng.normal(92, 2, count),
            "group": 0,
        }
    )


def test_few_points_are_all_drawn():
    marks = thin(many(MOST_MARKS), 80, 100)
    assert len(marks) == MOST_MARKS
    assert marks["here"].tolist() == [1] * MOST_MARKS


@given(st.integers(0, 9), st.floats(85, 91), st.floats(0.01, 15))
def test_of_points_at_one_place_the_largest_stands_for_all(seed, low, high):
    cloud = many(8_000, seed)
    marks = thin(cloud, low, low + high)
    accuracy = cloud["mean_val_accuracy_percent"]
    inside = cloud[(accuracy >= low - high / 4) & (accuracy <= low + high + high / 4)]
    if len(inside) <= MOST_MARKS:
        assert len(marks) == len(inside)
        return
    place = np.floor((inside["mean_val_accuracy_percent"] - low) / (high / STEPS))
    cells = inside.groupby([inside["length"], place])["count"]
    assert sorted(cells.max()) == sorted(marks["count"])
    assert marks["here"].sum() == len(inside)
    assert sorted(cells.size()) == sorted(marks["here"])


@given(st.floats(4, 22), st.floats(85, 99))
def test_a_tap_finds_what_a_look_at_every_point_finds(x, y):
    cloud = many(200)
    found = nearest(cloud, (x, y), (30, 20), 12)
    away = [
        float(np.hypot((row.length - x) * 30, (row.mean_val_accuracy_percent - y) * 20))
        for row in cloud.itertuples()
    ]
    if min(away) > 12:
        assert found is None
    else:
        assert away[found] == pytest.approx(min(away))


def test_points_without_an_accuracy_are_told_not_drawn():
    view = ScatterView([].append)
    view.show(points([(0, "10110", 2, float("nan")), (1, "01101", 3, float("nan"))]), STATE)
    view.follow(STATE)
    assert view.words.visible
    assert view.words.text.startswith("No accuracy of the 2 shared subsequences is recorded")
    view.show(points([(0, "10110", 2, 80.0)]), STATE)
    assert not view.source.data["length"].size - 1


def test_experiments_differ_by_mark_and_colour():
    view = ScatterView([].append)
    frame = points([(0, "10110", 2, 80.0), (1, "01101", 3, 81.0)])
    frame["experiment"] = ["<b>one</b>", "two"]
    view.show(frame, State(archive="A", experiments=("<b>one</b>", "two")))
    found = dict(zip(view.source.data["experiment"], view.source.data["mark"], strict=True))
    assert found == {"<b>one</b>": "circle", "two": "triangle"}
    assert "&lt;b&gt;one&lt;/b&gt;" in view.note.text
    assert "\N{BLACK UP-POINTING TRIANGLE}" in view.note.text
