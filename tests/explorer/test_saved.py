"""What is saved equals what is shown: the figures of views beside the marks on the page."""

from __future__ import annotations

import io
from collections import Counter

import pandas as pd
import pytest
from matplotlib.colors import to_hex

import vinarch
from vinarch import figures
from vinarch.explorer.answers import Desk, known_of
from vinarch.explorer.spreadsheets import csv_bytes
from vinarch.explorer.state import Matching, Run, State
from vinarch.explorer.views import SLOTS
from vinarch.explorer.views.beside import BesideView
from vinarch.explorer.views.chosen import ChosenView
from vinarch.explorer.views.heat_map import DistancesView
from vinarch.explorer.views.scatter import ScatterView
from vinarch.figures.theme import SERIES

FIRST, OTHER = "1gpu_1e14_early_termination", "4gpu_1e16_early_termination"
RUN = Run(FIRST, 0, "10110110101010")


@pytest.fixture(scope="module")
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


@pytest.fixture(scope="module")
def known(real_commons):
    return known_of(real_commons)


def saved(view, desk, known, state):
    """Return the answer that a view shows and its drawing; the view shows it too."""
    answer = desk.answer_now(view.question(state, known))
    view.show(answer, state)
    view.follow(state)
    return answer, view.drawing(answer, state)


@pytest.mark.parametrize("experiments", [(FIRST, OTHER), (OTHER, FIRST)])
def test_the_scatter_of_two_experiments_has_the_colours_of_the_page(desk, known, experiments):
    view = ScatterView([].append)
    state = State(archive="JS9FR6", experiments=experiments, run=RUN)
    answer, drawn = saved(view, desk, known, state)
    source = view.source.data
    shown = Counter(zip(source["experiment"], source["colour"], strict=True))
    faces = drawn.figure.axes[0].collections[0].get_facecolor()
    printed = Counter(zip(drawn.data["experiment"], map(to_hex, faces), strict=True))
    assert printed == shown
    assert {colour for _, colour in printed} == set(SERIES[:2])
    assert drawn.data.loc[drawn.data["chosen"], "experiment"].tolist() == [FIRST]
    by_hand = figures.subsequences(
        answer, list(experiments), hue="experiment", width="double"
    ).data["count"]
    assert by_hand.tolist() == drawn.data["count"].tolist()


def test_the_scatter_of_nine_experiments_is_of_one_colour_as_the_page_is(desk, known):
    view = ScatterView([].append)
    names = tuple(one.name for one in known.of("JS9FR6"))
    _, drawn = saved(view, desk, known, State(archive="JS9FR6", experiments=names))
    assert len(set(view.source.data["colour"])) == 1
    assert "of 9 experiments of JS9FR6: length 5" in drawn.caption
    assert "Colour and mark" not in drawn.caption


@pytest.mark.parametrize("within_phase", [False, True])
@pytest.mark.parametrize("across", [False, True])
def test_the_saved_table_of_points_is_what_match_says(
    desk, known, real_commons, within_phase, across
):
    view = ScatterView([].append)
    matching = Matching(6, within_phase=within_phase, across=across)
    state = State(archive="JS9FR6", experiments=(FIRST, OTHER), matching=matching)
    answer, drawn = saved(view, desk, known, state)
    two = real_commons.select(experiment=[FIRST, OTHER])
    found = vinarch.match(
        two, by=None if across else "experiment", min_length=6, within_phase=within_phase
    ).compute()
    written = pd.read_csv(io.BytesIO(csv_bytes(view.table(answer, state))))
    assert written["count"].tolist() == found["count"].tolist()
    assert written["mean_val_accuracy_percent"].tolist() == pytest.approx(
        found["mean_val_accuracy_percent"].tolist(), abs=1e-12
    )
    assert len(drawn.data) == len(found)
    assert ("of 2 experiments of JS9FR6, matched together: l" in drawn.caption) == across


def test_the_rows_of_experiments_are_saved_as_they_are_shown(desk, known, real_commons):
    view = BesideView([].append)
    state = State(archive="JS9FR6", experiments=(FIRST,), run=RUN)
    _, drawn = saved(view, desk, known, state)
    expected = figures.subsequence_holders(real_commons, RUN.start, RUN.symbols, width="double")
    assert drawn.svg() == expected.svg()
    assert drawn.data["experiment"].tolist() == view.source.data["experiment"]
    assert drawn.data["mean"].dropna().tolist() == pytest.approx(
        [mean for mean in view.source.data["mean"] if mean == mean]  # noqa: PLR0124 - no NaN
    )


@pytest.mark.parametrize("made", [BesideView, DistancesView])
def test_a_saved_table_says_of_which_subsequence_it_is(desk, known, made):
    view = made([].append)
    state = State(archive="JS9FR6", experiments=(FIRST,), run=RUN)
    answer, _ = saved(view, desk, known, state)
    written = pd.read_csv(io.BytesIO(csv_bytes(view.table(answer, state))))
    assert set(written["subsequence"]) == {f"[{','.join(RUN.symbols)}]"}
    assert set(written["start"]) == {RUN.start}
    assert len(written) == len(answer)


def test_the_saved_row_has_the_numbers_that_the_page_tells(desk, known):
    view = ChosenView([].append)
    state = State(archive="JS9FR6", experiments=(FIRST,), run=RUN)
    answer = desk.answer_now(view.question(state, known))
    view.show(answer, state)
    view.follow(state)
    (row,) = view.table(answer, state).itertuples()
    assert f"{row.count} structures, {row.network_count} networks" in view.facts.text
    assert f"over {row.epoch_row_count} epochs" in view.facts.text


def test_every_view_with_marks_saves_pictures():
    tables = {"rows", "row", "engine"}
    assert {slot.name for slot in SLOTS if "svg" not in slot.saves} == tables
    assert all({"svg", "png"} <= set(slot.saves) for slot in SLOTS if slot.name not in tables)
