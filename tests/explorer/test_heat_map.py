"""The map of distances: held to the study, without a browser and in one."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import PIL.Image
import pytest
from matplotlib.colors import to_hex

import vinarch
from vinarch import distance, figures, linkage
from vinarch.explorer.answers import Desk, Distances, Held, known_of, pairwise
from vinarch.explorer.state import Arrange, Join, Matching, Measure, Run, State
from vinarch.explorer.views.heat_map import METRIC_WORDS, DistancesView
from vinarch.figures.heat_shades import SHADES
from vinarch.figures.theme import DISTANCE_COLOURS
from vinarch.summary import distances_of, structure_distances, structures_of, tree_of

EXPERIMENT = "1gpu_1e14_early_termination"
OTHER = "4gpu_1e16_early_termination"
BITS = "10110110101010"
RUN = Run(EXPERIMENT, 0, BITS)
STATE = State(archive="JS9FR6", experiments=(EXPERIMENT,), run=RUN)


def held(genomes):
    """Structures 10, 20, … of rising accuracy."""
    return pd.DataFrame(
        {
            "experiment": "<b>one</b>",
            "structure": pd.array([10 * at for at in range(1, len(genomes) + 1)], dtype="Int64"),
            "flat": genomes,
            "mean_val_accuracy_percent": [80.0 + at for at in range(len(genomes))],
        }
    )


def shown(pairs, **state):
    view = DistancesView([].append)
    view.show(pairs, State(**state))
    view.follow(State(**state))
    return view


# Ten and thirty differ in one place, twenty in three and four.
THREE = distances_of(held(["1100", "0011", "1101"]), "cityblock")


def test_a_map_by_hand_in_the_order_of_accuracy():
    view = shown(THREE, order="accuracy")
    data = view.source.data
    assert set(data) == set(view.columns())
    assert data["image"][0].tolist() == [[0, 4, 1], [4, 0, 3], [1, 3, 0]]
    assert data["structure_a"][0].tolist() == [[10] * 3, [20] * 3, [30] * 3]
    assert data["structure_b"][0].tolist() == [[10, 20, 30]] * 3
    assert data["accuracy_b"][0][0].tolist() == [80, 81, 82]
    assert view.numbers.data["text"] == [*"041", *"403", *"130"]
    assert view.joins.data["xs"] == []
    assert view.linkage.disabled
    assert not view.map.tree_axis.visible


def test_a_map_by_hand_in_the_order_of_its_tree():
    view = shown(THREE)
    tree = tree_of(THREE)
    # The two near ones stand side by side, and the third joins at the mean of four and three.
    assert tree.leaves in {(20, 30, 10), (10, 30, 20)}
    first, last = tree.leaves[0], tree.leaves[-1]
    assert view.source.data["structure_a"][0][:, 0].tolist() == [first, 30, last]
    assert view.joins.data["distance"] == [1.0, 3.5]
    assert [max(line) for line in view.joins.data["xs"]] == [1.0, 3.5]
    assert view.map.across.major_label_overrides == {0.5: str(first), 1.5: "30", 2.5: str(last)}
    assert "the mean of all distances" in view.note.text
    view.follow(State(linkage="complete"))
    assert view.joins.data["distance"] == [1.0, 4.0]


def test_the_choices_are_moves_and_follow_without_an_echo():
    sent = []
    view = DistancesView(sent.append)
    view.show(THREE, State())
    view.follow(State(metric="euclidean", order="accuracy", linkage="single"))
    assert sent == []
    assert (view.metric.value, view.linkage.value) == ("euclidean", "single")
    view.metric.value, view.order.value, view.linkage.value = "hamming", "tree", "average"
    assert sent == [Measure("hamming"), Arrange("tree"), Join("average")]


def test_every_metric_and_linkage_of_the_study_can_be_chosen(real_commons):
    known = known_of(real_commons)
    assert set(known.metrics) == set(distance.UNITS) == set(METRIC_WORDS)
    assert set(known.linkages) == set(linkage.LINKAGES)


def test_the_colours_are_those_of_the_printed_map():
    printed = mpl.colormaps[DISTANCE_COLOURS]
    assert [to_hex(printed(shade)) for shade in range(256)] == list(SHADES)
    assert list(shown(THREE).map.colours.palette) == list(SHADES)


def test_one_structure_and_equal_ones_have_a_map():
    for pairs in (distances_of(held(["10"]), "hamming"), distances_of(held(["1", "1"]), "hamming")):
        view = shown(pairs, metric="hamming")
        assert set(view.numbers.data["text"]) == {"0.00"}
        assert view.map.colours.high == 1


def test_structures_without_an_accuracy_are_mapped_and_said():
    pairs = distances_of(held(["10", "11"]).assign(mean_val_accuracy_percent=np.nan), "cityblock")
    view = shown(pairs, order="accuracy")
    assert "no validation accuracy of theirs is recorded" in view.note.text
    assert np.isnan(view.source.data["accuracy_a"][0]).all()
    assert [name for name, _ in view.map.hover.tooltips] == ["structures", "distance"]


def test_many_structures_stay_readable():
    flats = [f"{number:09b}" for number in range(300)]
    view = shown(distances_of(held(flats), "cityblock"))
    assert view.source.data["image"][0].shape == (300, 300)
    assert view.numbers.data["text"] == []
    assert len(view.map.down.ticker.ticks) <= 20
    assert "every" in view.map.down.axis_label
    assert view.map.figure.height <= 500


@pytest.fixture
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


@pytest.mark.parametrize("metric", list(distance.UNITS))
def test_the_answer_is_the_study_s_and_so_is_the_matrix_on_the_screen(desk, real_commons, metric):
    answer = desk.answer_now(Distances(Held("JS9FR6", (EXPERIMENT,), RUN), metric))
    expected = structure_distances(real_commons, EXPERIMENT, 0, BITS, metric)
    pd.testing.assert_frame_equal(answer, expected)
    whole = vinarch.distance_matrix(real_commons.select(experiment=EXPERIMENT), metric)
    order = [11, 30, 29, 49, 43]
    view = shown(answer, metric=metric, order="accuracy")
    np.testing.assert_array_equal(view.source.data["image"][0], whole.loc[order, order])
    drawn = figures.distance_map(real_commons, EXPERIMENT, 0, BITS, metric=metric, width="double")
    by_accuracy = State(run=RUN, metric=metric, order="accuracy")
    assert view.drawing(answer, by_accuracy).svg() == drawn.svg()
    saved = view.table(answer, by_accuracy).drop(columns=["start", "subsequence"])
    pd.testing.assert_frame_equal(saved, drawn.data)


def test_the_print_has_the_tree_of_the_screen(desk, real_commons):
    answer = desk.answer_now(Distances(Held("JS9FR6", (EXPERIMENT,), RUN), "cityblock"))
    drawn = figures.distance_map(
        real_commons, EXPERIMENT, 0, BITS, dendrogram=True, linkage="single", width="double"
    )
    view = shown(answer, linkage="single")
    assert view.drawing(answer, State(run=RUN, linkage="single")).svg() == drawn.svg()
    first = view.source.data["structure_a"][0][:, 0].tolist()
    assert first == drawn.data["structure_a"].unique().tolist()


def test_experiments_together_are_mapped_too(desk, real_commons):
    run = Run(None, 0, BITS)
    answer = desk.answer_now(Distances(Held("JS9FR6", (EXPERIMENT, OTHER), run), "cityblock"))
    two = vinarch.distance_matrix(real_commons.select(experiment=[EXPERIMENT, OTHER]))
    together = desk.answer_now(Held("JS9FR6", (EXPERIMENT, OTHER), run))
    ids = [f"nsga-net-macro-3x4:{flat}" for flat in together["flat"]]
    state = State(run=run, matching=Matching(across=True), order="accuracy")
    view = DistancesView([].append)
    view.show(answer, state)
    view.follow(state)
    np.testing.assert_array_equal(view.source.data["image"][0], two.loc[ids, ids])
    assert "all chosen experiments" in view.drawing(answer, state).caption


def test_of_too_many_the_best_are_mapped_and_it_is_said(desk, real_commons, monkeypatch):
    monkeypatch.setattr(pairwise, "MOST_MAPPED", 3)
    answer = desk.answer_now(Distances(Held("JS9FR6", (EXPERIMENT,), RUN), "cityblock"))
    best = structures_of(real_commons, EXPERIMENT, 0, BITS)["structure"].tolist()[-3:]
    assert answer["structure_a"].unique().tolist() == best
    view = shown(answer, order="accuracy")
    assert "5 structures; the 3 of highest accuracy are mapped" in view.note.text
    assert "3 of 5 structures" in view.drawing(answer, STATE).caption


def test_the_city_block_matrix_in_the_browser_is_the_study_s(tab, real_commons):
    query = f"archive=JS9FR6&experiment={EXPERIMENT}&of={EXPERIMENT}&start=0&subsequence={BITS}"
    tab.open(query)
    tab.section("distances").scroll_into_view_if_needed()
    tab.section("distances").get_by_label("Order").select_option("accuracy")
    tab.says("distances", "ascending mean validation accuracy")
    tab.ready()
    assert set(tab.query().split("&")) == {*query.split("&"), "order=accuracy"}
    order = [11, 30, 29, 49, 43]
    whole = vinarch.distance_matrix(real_commons.select(experiment=EXPERIMENT)).loc[order, order]
    numbers = tab.columns("distances", "ink")
    written = {
        (int(y), int(x)): float(text)
        for x, y, text in zip(numbers["x"], numbers["y"], numbers["text"], strict=True)
    }
    assert written == dict(np.ndenumerate(whole.to_numpy()))
    # What is written on a cell is its colour: near ones light, far ones dark.
    shot = PIL.Image.open(io.BytesIO(tab.page.screenshot())).convert("RGB")
    for row, column in np.ndindex(5, 5):
        pixel = shot.getpixel(tuple(map(round, tab.at("distances", column + 0.1, row + 0.1))))
        shade = SHADES[round(whole.iloc[row, column] / 5 * 255)]
        assert to_hex([part / 255 for part in pixel]) == shade
    # The first row, lowest accuracy, is the upper one: the hover tells what lies there.
    for row, column in ((0, 4), (3, 1)):
        tab.page.mouse.move(*tab.at("distances", column + 0.5, row + 0.6))
        tab.page.mouse.move(*tab.at("distances", column + 0.5, row + 0.5))
        hover = tab.page.locator(".bk-tooltip-row-value")
        hover.get_by_text(f"{order[row]} and {order[column]}", exact=True).wait_for()
        assert hover.nth(1).inner_text() == f"{whole.iloc[row, column]:g}"
