"""The figures of papers: what they draw of tables written by hand, and of the real searches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import vinarch
from vinarch.errors import ParameterError, SelectionError
from vinarch.figures import papers
from vinarch.schema import published

MEDIUM = "1gpu_1e15_no_early_termination"
WIDTHS = ("single", "double")


def searches(beams=("1e14", "1e16"), gpus=(1, 4), ended=(False, True)):
    rows = [("toy", f"{g}_{b}_{e}", g, b, e) for b in beams for g in gpus for e in ended]
    return pd.DataFrame(
        rows, columns=["archive", "experiment", "gpus", "beam", "early_termination"]
    )


@pytest.fixture
def epochs():
    rows = searches()
    trained = np.where(rows["early_termination"], 75, 100)
    return rows.assign(
        network_count=4, epochs_budgeted=100, epochs_trained=trained, saved_percent=100.0 - trained
    )


@pytest.fixture
def hours():
    return searches().assign(wall_time_hours=np.arange(8) * 10.0 + 5)


@pytest.fixture
def fitness():
    rows = searches(gpus=(1,))
    networks = rows.loc[rows.index.repeat(4)].reset_index(drop=True)
    return networks.assign(
        architecture=[0, 1, 2, 3] * 4,
        mflops=[300.0, 200.0, 400.0, 250.0] * 4,
        fitness_percent=[99.0, 95.0, 98.0, 50.0] * 4,
        predicted=networks["early_termination"],
        on_front=False,
    )


@pytest.fixture
def convergences():
    rows = searches(ended=(True,))
    networks = rows.loc[rows.index.repeat(4)].reset_index(drop=True)
    return networks.assign(
        architecture=[0, 1, 2, 3] * 4,
        converged=[True, True, True, False] * 4,
        convergence_epoch=pd.array([5, 7, 7, None] * 4, dtype="Int64"),
    )


@pytest.fixture
def curve():
    recorded = [(float(e), 90.0 + e, e > 3) for e in range(6)]
    fitted = [(float(e), 91.0 + e / 4, e > 3) for e in range(26)]
    rows = [("recorded", *row) for row in recorded] + [("fitted", *row) for row in fitted]
    rows += [("prediction", 25.0, 97.25, True)]
    frame = pd.DataFrame(rows, columns=["series", "epoch", "accuracy_percent", "avoidable"])
    return frame.assign(
        archive="toy", experiment="one", architecture=3, convergence_epoch=3, engine="a4nn_2023"
    )


@pytest.fixture
def claimed():
    return pd.DataFrame(
        {
            "paper": "toy", "number": [1, 2, 3], "place": "Table 1",
            "claim": ["Hours of one: low beam", "Hours of other", "Accuracy of one"],
            "unit": ["h", "h", "%"], "published": [15.5, 12.1, 92.0], "decimals": [1, 1, 0],
            "recomputed": [15.8, 12.06, None], "verdict": ["differs", "agrees", "not derivable"],
            "why": [None, None, "Its runs are nowhere."],
        }
    )  # fmt: skip


FRAMES = {
    "epochs_trained": ("epochs", published.EPOCHS_TRAINED),
    "wall_times": ("hours", published.WALL_TIMES),
    "fitness_fronts": ("fitness", published.NETWORK_FITNESS),
    "convergence_epochs": ("convergences", published.CONVERGENCE_EPOCHS),
    "fitted_curve": ("curve", published.FITTED_CURVES),
    "claimed_values": ("claimed", published.CLAIMED_VALUES),
}


@pytest.fixture(params=sorted(FRAMES))
def case(request):
    """A function, the frame that it draws, and the table that it declares."""
    fixture, table = FRAMES[request.param]
    return getattr(papers, request.param), request.getfixturevalue(fixture), table


def test_every_figure_of_papers_is_tried():
    assert {*FRAMES} == {*papers.__all__}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_figure_is_readable(case, width, assert_readable):
    function, frame, _ = case
    assert_readable(function(frame, width=width).figure)


def test_its_data_draw_it_again_whatever_their_order(case):
    function, frame, table = case
    drawing = function(frame)
    assert {*drawing.data.columns} == {*table.names}
    shuffled = drawing.data
    if function is not papers.claimed_values:  # whose rows come in the order of the paper
        shuffled = shuffled.sample(frac=1, random_state=1)
    assert function(shuffled).png() == drawing.png()


def test_a_column_that_is_missing_is_named(case):
    function, frame, table = case
    with pytest.raises(ParameterError, match=f"no {table.names[3]} among"):
        function(frame.drop(columns=table.names[3]))


def test_what_is_no_data_no_width_or_no_axes_is_refused(case):
    function, frame, _ = case
    with pytest.raises(ParameterError, match=f"{function.__name__}, argument data"):
        function(5)
    with pytest.raises(ParameterError, match="argument width"):
        function(frame, width="triple")
    with pytest.raises(ParameterError, match="argument ax"):
        function(frame, ax=5)


def test_rows_that_stand_twice_are_refused(case):
    function, frame, _ = case
    if function is papers.fitted_curve:
        return
    with pytest.raises(ParameterError, match="rows again"):
        function(pd.concat([frame, frame]))


ONE_PANEL = {
    "fitness_fronts": "early_termination",
    "convergence_epochs": "experiment",
    "claimed_values": "unit",
}


def test_axes_of_the_callers_keep_their_place_and_take_one_panel(case):
    function, frame, _ = case
    axes = Figure(figsize=(4, 3)).add_subplot()
    place = axes.get_position().bounds
    column = ONE_PANEL.get(function.__name__)
    if column is not None:
        with pytest.raises(ParameterError, match="with ax"):
            function(frame, ax=axes)
        frame = frame[frame[column] == frame[column].iloc[0]]
    drawing = function(frame, ax=axes)
    assert drawing.figure is axes.figure
    assert axes.get_position().bounds == place
    assert axes.get_xlabel()
    assert axes.get_legend() is not None


def test_bars_are_as_long_as_the_epochs_and_say_what_was_saved(epochs):
    (axes,) = papers.epochs_trained(epochs).figure.axes
    lengths = sorted(bar.get_width() for bar in axes.patches)
    assert lengths == [75.0] * 4 + [100.0] * 4 + [100.0] * 8  # with the outlines of the budget
    texts = [text.get_text() for text in axes.texts]
    assert sorted(texts) == ["100"] * 4 + ["75: 25.0 % saved"] * 4


def test_bars_of_one_setting_stand_apart():
    two = searches(("1e14",), (1,), (True,)).assign(wall_time_hours=3.0)
    both = pd.concat([two, two.assign(experiment="other", wall_time_hours=4.0)])
    (axes,) = papers.wall_times(both).figure.axes
    assert sorted(bar.get_width() for bar in axes.patches) == [3.0, 4.0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1_1e14_True", "other"]


def test_a_label_stands_at_the_end_of_its_own_bar(hours):
    (axes,) = papers.wall_times(hours).figure.axes
    ends = {round(bar.get_width(), 2): bar.get_y() + bar.get_height() / 2 for bar in axes.patches}
    for text in axes.texts:
        x, y = text.xy
        assert text.get_text() == f"{x:.2f}"
        assert ends[x] == pytest.approx(y)


def test_a_part_of_the_networks_has_a_front_of_its_own(fitness):
    drawing = papers.fitness_fronts(fitness)
    front = drawing.data[drawing.data["on_front"]]
    assert front.groupby("experiment")["architecture"].apply(set).tolist() == [{0, 1}] * 4
    left = papers.fitness_fronts(fitness[fitness["architecture"] != 0]).data
    assert set(left.loc[left["on_front"], "architecture"]) == {1, 2}


def test_networks_without_fitness_are_told(fitness):
    fitness.loc[3, "fitness_percent"] = np.nan
    drawing = papers.fitness_fronts(fitness)
    assert len(drawing.data) == 15
    assert "1 network without fitness or MFLOPs left out." in drawing.caption


def test_each_epoch_of_convergence_has_its_bar(convergences):
    figure = papers.convergence_epochs(convergences).figure
    assert len(figure.axes) == 4
    for axes in figure.axes:
        found = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in axes.patches}
        assert found == {5.0: 1, 6.0: 0, 7.0: 2}
        assert axes.lines[0].get_xdata()[0] == pytest.approx(19 / 3)


def test_searches_that_never_converged_have_an_empty_panel_or_none(convergences, assert_readable):
    first = convergences["experiment"].iloc[0]
    mine = convergences["experiment"] == first
    convergences.loc[mine, "converged"] = False
    convergences.loc[mine, "convergence_epoch"] = pd.NA
    drawing = papers.convergence_epochs(convergences)
    assert_readable(drawing.figure)
    assert "0 of 4;" in drawing.caption
    with pytest.raises(ParameterError, match="prediction converged, got 1 and 0"):
        papers.convergence_epochs(convergences[mine])


def test_a_curve_of_two_networks_or_without_prediction_is_refused(curve):
    with pytest.raises(ParameterError, match="got 1 network with fitted, recorded"):
        papers.fitted_curve(curve[curve["series"] != "prediction"])
    with pytest.raises(ParameterError, match="got 2 networks"):
        papers.fitted_curve(pd.concat([curve, curve.assign(architecture=4)]))


def test_what_cannot_be_derived_is_drawn_as_published_and_said_so(claimed):
    drawing = papers.claimed_values(claimed)
    assert drawing.caption.endswith("1 stands as published only: Its runs are nowhere.")
    hours_axes, percent_axes = drawing.figure.axes
    rings, marks = hours_axes.collections
    assert rings.get_offsets()[:, 0].tolist() == [15.5, 12.1]
    assert marks.get_offsets()[:, 0].tolist() == [15.8, 12.06]
    assert [len(points.get_offsets()) for points in percent_axes.collections] == [1]


def test_a_place_without_published_values_is_refused(real_commons):
    claims = vinarch.claims(real_commons)
    with pytest.raises(SelectionError, match=r"Fig\. 2, Fig\. 7, .*, got 'Fig\. 8'"):
        papers.claimed_values(claims, "Fig. 8")
    with pytest.raises(
        ParameterError, match="of one place of one paper, got 24 values of 7 places"
    ):
        papers.claimed_values(claims)


def test_a_commons_needs_the_network_by_name(real_commons):
    with pytest.raises(ParameterError, match="argument experiment"):
        papers.fitted_curve(real_commons)
    with pytest.raises(ParameterError, match="argument architecture"):
        papers.fitted_curve(real_commons, MEDIUM)


DRAWN = {
    "fitted_curve": lambda commons, **words: papers.fitted_curve(commons, MEDIUM, 38, **words),
    "fitness_fronts": papers.fitness_fronts,
    "epochs_trained": papers.epochs_trained,
    "convergence_epochs": papers.convergence_epochs,
    "wall_times": papers.wall_times,
}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_figure_of_the_real_searches_hides_nothing(name, real_commons, assert_readable):
    drawing = DRAWN[name](real_commons)
    assert_readable(drawing.figure)
    for axes in drawing.figure.axes:
        low, high = axes.get_xlim()
        bottom, top = sorted(axes.get_ylim())
        for points in axes.collections:
            x, y = np.asarray(points.get_offsets()).T
            assert ((low <= x) & (x <= high)).all()
            assert ((bottom <= y) & (y <= top)).all()
        for bar in axes.patches:
            assert bar.get_x() + bar.get_width() <= high or name == "fitted_curve"
            assert bar.get_height() <= top or name == "fitted_curve"


def test_the_table_of_xpsi_is_readable(real_commons, assert_readable):
    claims = vinarch.claims(real_commons)
    drawing = papers.claimed_values(claims, "Table: XPSI and A4NN")
    assert_readable(drawing.figure)
    assert drawing.data["verdict"].value_counts().to_dict() == {"not derivable": 6, "agrees": 6}
