"""Questions held to the study's functions, and the desk that answers them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import shared

import vinarch
from vinarch.errors import SelectionError
from vinarch.explorer.answers import Cells, Desk, Genomes, Held, Points, known_of, row_of, run_of
from vinarch.explorer.state import Matching, Run
from vinarch.matching import match_table
from vinarch.summary import structure_cells, structures_of

EXPERIMENT = "1gpu_1e14_early_termination"
OTHER = "4gpu_1e16_early_termination"
RUN = Run(EXPERIMENT, 0, "10110110101010")
PHASES = ((0, 7), (7, 14), (14, 21))


@pytest.fixture
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


def test_what_can_be_chosen_is_what_was_trained(real_commons):
    known = known_of(real_commons)
    assert known.archives == ("JS9FR6",)
    assert next(one.name for one in known.of("JS9FR6")) == EXPERIMENT
    assert len(known.of("JS9FR6")) == 9
    assert len(known.untrained) == 3
    assert known.of("JS9FR6")[0].space.phases == PHASES
    assert known.of("JS9FR6")[0].structure_count == 97


@pytest.mark.parametrize("across", [False, True])
def test_points_are_the_rows_of_match(desk, real_commons, across):
    two = real_commons.select(experiment=[EXPERIMENT, OTHER])
    by = None if across else "experiment"
    expected = vinarch.match(two, by=by, min_length=6).compute().reset_index(drop=True)
    points = desk.answer_now(Points("JS9FR6", (EXPERIMENT, OTHER), Matching(6, across=across)))
    pd.testing.assert_frame_equal(points, expected)


def test_the_published_row_is_found_and_chosen_again(desk):
    points = desk.answer_now(Points("JS9FR6", (EXPERIMENT,), Matching()))
    (row,) = row_of(points, RUN).itertuples()
    assert list(row.structures) == [11, 29, 30, 43, 49]
    assert round(row.mean_val_accuracy_percent, 2) == 89.66
    assert run_of(points.loc[row.Index]) == RUN


def test_held_structures_and_cells_are_those_of_the_study(desk, real_commons):
    held = Held("JS9FR6", (EXPERIMENT,), RUN)
    chosen = (EXPERIMENT, RUN.start, RUN.symbols)
    pd.testing.assert_frame_equal(desk.answer_now(held), structures_of(real_commons, *chosen))
    cells = desk.answer_now(Cells(held, "nsga-net-macro-3x4"))
    pd.testing.assert_frame_equal(cells, structure_cells(real_commons, *chosen))


def test_together_a_structure_counts_once_with_all_its_epochs(desk, real_commons):
    run = Run(None, 0, "10110110101010")
    held = desk.answer_now(Held("JS9FR6", (EXPERIMENT, OTHER), run))
    two = real_commons.select(experiment=[EXPERIMENT, OTHER])
    networks = vinarch.members(two, 0, run.symbols).compute()
    assert sorted(held["flat"]) == sorted({text.split(":")[1] for text in networks["structure_id"]})
    assert held["structure"].tolist() == list(range(1, len(held) + 1))
    assert held["mean_val_accuracy_percent"].is_monotonic_increasing
    epochs = two.histories.compute()
    mean = epochs.groupby("structure_id")["val_accuracy_percent"].mean()
    for row in held.itertuples():
        expected = mean[f"nsga-net-macro-3x4:{row.flat}"]
        assert row.mean_val_accuracy_percent == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("across", [False, True])
def test_points_within_phases_are_the_rows_of_match_too(desk, real_commons, across):
    two = real_commons.select(experiment=[EXPERIMENT, OTHER])
    by = None if across else "experiment"
    expected = vinarch.match(two, by=by, min_length=4, within_phase=True).compute()
    matching = Matching(4, within_phase=True, across=across)
    points = desk.answer_now(Points("JS9FR6", (EXPERIMENT, OTHER), matching, PHASES))
    pd.testing.assert_frame_equal(points, expected.reset_index(drop=True))
    stops = points["start"] + points["length"]
    assert ((points["start"] // 7) == ((stops - 1) // 7)).all()
    assert len(points)


@given(st.sets(st.text("01", min_size=6, max_size=6), min_size=1, max_size=8))
def test_within_phases_each_phase_is_matched_alone(genomes):
    flats = sorted(genomes)
    state = pd.DataFrame(
        {
            "archive": "A",
            "experiment": "one",
            "structure_id": [f"s:{flat}" for flat in flats],
            "structure": range(len(flats)),
            "network_count": 1,
            "epoch_row_count": 0,
            "accuracy_high": 0,
            "accuracy_low": 0,
        }
    )
    spans = ((0, 2), (2, 6))
    found = match_table(state, ("A", "one"), 2, spans)
    expected = {
        (start + first, run): held
        for first, stop in spans
        for (start, run), held in shared([flat[first:stop] for flat in flats], 2).items()
    }
    rows = zip(found["start"], found["subsequence"], found["structures"], strict=True)
    assert {(start, run): list(held) for start, run, held in rows} == expected


@dataclass(frozen=True)
class Slow:
    """A question that waits until it may go on, and counts how often it is answered."""

    number: int
    of: object = None
    label: str = "Waiting"

    def answer(self, ask):
        if self.of is not None:
            return ask(self.of)
        asked.append(self.number)
        begun.set()
        assert go_on.wait(20)
        if self.number < 0:
            where = "toy"
            raise SelectionError(where, "a number from 0", str(self.number), "Ask another.")
        return pd.DataFrame({"number": [self.number]})


asked: list[int] = []
begun = threading.Event()
go_on = threading.Event()


@pytest.fixture
def slow():
    asked.clear()
    begun.clear()
    go_on.clear()
    made = Desk(None, kept_bytes=1_000)
    yield made
    go_on.set()
    made.close()


class Ear:
    """Keeps what it hears."""

    def __init__(self):
        self.heard = []
        self.told = []
        self.done = threading.Event()

    def progressed(self, question, label, done, total):
        self.told.append(label)

    def answered(self, question, answer):
        self.heard.append((question, answer))
        self.done.set()


def test_what_several_ask_for_is_answered_once(slow):
    ears = [Ear() for _ in range(3)]
    for ear in ears:
        slow.ask(Slow(1), ear)
    outer = Ear()
    slow.ask(Slow(9, of=Slow(1)), outer)
    assert begun.wait(20)
    go_on.set()
    for ear in (*ears, outer):
        assert ear.done.wait(20)
        assert ear.heard[0][1]["number"].tolist() == [1]
        assert "Waiting" in ear.told
    assert asked == [1]
    assert slow.known(Slow(1)) is not None


def test_who_withdrew_hears_nothing(slow):
    ear, other = Ear(), Ear()
    ticket = slow.ask(Slow(1), ear)
    slow.ask(Slow(1), other)
    assert begun.wait(20)
    ticket.withdraw()
    go_on.set()
    assert other.done.wait(20)
    assert ear.heard == []


def test_a_desk_that_closes_tells_nobody_and_leaves_no_work(slow):
    ears = [Ear() for _ in range(6)]
    for number, ear in enumerate(ears):
        slow.ask(Slow(number), ear)
    assert begun.wait(20)
    threading.Timer(0.2, go_on.set).start()
    slow.close()
    assert all(ear.heard == [] for ear in ears)
    assert len(asked) <= 4


def test_an_error_is_heard_and_not_kept(slow):
    go_on.set()
    for _ in range(2):
        ear = Ear()
        slow.ask(Slow(-1), ear)
        assert ear.done.wait(20)
        assert "expected a number from 0, got -1" in str(ear.heard[0][1])
    assert asked == [-1, -1]


def test_what_was_asked_last_is_kept_up_to_a_size(slow):
    go_on.set()
    for number in range(30):
        slow.answer_now(Slow(number))
    assert slow.known(Slow(29)) is not None
    assert slow.known(Slow(0)) is None


def test_a_graph_stops_where_nobody_waits_and_begins_anew_for_the_next(real_commons):
    desk = Desk(real_commons)
    question = Genomes("JS9FR6", EXPERIMENT)
    first, second = Ear(), Ear()
    with desk.dask_lock:
        desk.ask(question, first).withdraw()
        desk.ask(question, second)
    assert second.done.wait(60)
    assert len(second.heard[0][1]) == 97
    assert first.heard == []
    desk.close()
