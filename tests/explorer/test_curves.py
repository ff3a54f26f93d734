"""Learning curves and what the engine makes of one: held to the study, and in a browser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bokeh.events import Tap as TapEvent

import vinarch
from vinarch import figures
from vinarch.explorer.answers import Curves, Desk, Members, Overlay, Shown
from vinarch.explorer.answers.holders import NETWORK_COLUMNS
from vinarch.explorer.state import ChooseNetworks, EngineChoice, NetworkKey, Run, State
from vinarch.explorer.views.curves import CurvesView
from vinarch.explorer.views.curves_layout import MOST_FAINT, MOST_HEAVY, chosen_of, faint_columns
from vinarch.figures import papers
from vinarch.prediction import a4nn_2023
from vinarch.replaying import replay
from vinarch.summary.paper_curves import fitted_points

EXPERIMENT = "1gpu_1e14_early_termination"
FULL = "1gpu_1e15_no_early_termination"
RUN = Run(EXPERIMENT, 0, "10110110101010")
KEY = NetworkKey(FULL, 38)


@pytest.fixture(scope="module")
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


def test_the_networks_of_a_subsequence_are_those_of_members(desk, real_commons):
    one = real_commons.select(experiment=EXPERIMENT)
    expected = vinarch.members(one, 0, RUN.symbols).compute().reset_index(drop=True)
    members = desk.answer_now(Members("JS9FR6", (EXPERIMENT,), RUN))
    pd.testing.assert_frame_equal(members.drop(columns="flat"), expected[[*NETWORK_COLUMNS]])
    assert members["flat"].str.startswith(RUN.symbols).all()
    curves = desk.answer_now(Curves("JS9FR6", (EXPERIMENT,), RUN))
    assert sorted(curves[curves["held"]]["architecture"].unique()) == [12, 17, 67, 79, 84, 94]


def test_curves_are_the_recorded_histories(desk, real_commons):
    names = [*("experiment", "architecture", "epoch", "val_accuracy_percent")]
    recorded = real_commons.select(experiment=[EXPERIMENT, FULL]).histories[names].compute()
    expected = recorded.sort_values(names[:3]).reset_index(drop=True)
    curves = desk.answer_now(Curves("JS9FR6", (EXPERIMENT, FULL), None))
    pd.testing.assert_frame_equal(curves[names], expected)
    assert not curves["held"].any()


@pytest.mark.parametrize("choice", [EngineChoice(), EngineChoice(predictions_needed=5)], ids=str)
def test_convergence_and_prediction_are_those_of_replay(desk, real_commons, choice):
    engine = replace(a4nn_2023, predictions_needed=choice.predictions_needed)
    networks = replay(real_commons.select(experiment=FULL), engine).compute()
    for row in networks.iloc[36:44].itertuples():
        key = NetworkKey(FULL, row.architecture)
        made = desk.answer_now(Overlay("JS9FR6", key, choice))
        found = made[made["series"] == "prediction"]
        assert len(found) == row.converged
        if row.converged:
            assert found["accuracy_percent"].tolist() == [row.prediction_percent]
            assert made["convergence_epoch"].unique().tolist() == [row.convergence_epoch]
        else:
            assert made["convergence_epoch"].isna().all()
            assert "fitted" not in set(made["series"])


def test_the_fitted_function_is_that_of_the_papers_figure(desk, real_commons):
    """A6: predicted 99.6145 at epoch 11; the study fits again, by the reference solver."""
    made = desk.answer_now(Overlay("JS9FR6", KEY, EngineChoice()))
    expected = fitted_points(real_commons, FULL, 38)
    assert made["convergence_epoch"].iloc[0] == 11
    for name in ("fitted", "prediction"):
        mine, other = (frame[frame["series"] == name] for frame in (made, expected))
        assert mine["epoch"].tolist() == other["epoch"].tolist()
        np.testing.assert_allclose(
            mine["accuracy_percent"], other["accuracy_percent"], atol=5e-3, rtol=0
        )
    foretold = made[made["series"] == "prediction"]["accuracy_percent"].iloc[0]
    assert foretold == pytest.approx(99.6145, abs=5e-3)


def answer_of(networks, held=(), series=(), experiment="<b>one</b>"):
    """Curves of networks, {number: accuracies}; series are rows of (name, epoch, value)."""
    rows = [
        ("A", experiment, number, number, "ok", float(epoch), value, number in held, "recorded")
        for number, values in networks.items()
        for epoch, value in enumerate(values)
    ]
    rows += [("A", experiment, 1, None, None, epoch, value, False, name)
             for name, epoch, value in series]  # fmt: skip
    names = ["archive", "experiment", "architecture", "structure", "status", "epoch"]
    frame = pd.DataFrame(rows, columns=[*names, "accuracy_percent", "held", "series"])
    return frame.assign(convergence_epoch=1.0 if series else float("nan"), remark="")


def shown(answer, **state):
    sent = []
    view = CurvesView(sent.append)
    asked = State(archive="A", experiments=("<b>one</b>",), **state)
    view.show(answer, asked)
    view.follow(asked)
    return view, sent


FOUR = {1: [50, 60, 70], 2: [40, 80, 90], 3: [10, 20, 30], 4: [55, 65]}
SYMBOLS = Run("<b>one</b>", 0, "10110")


def test_networks_of_the_subsequence_are_heavy_and_the_others_faint():
    view, _ = shown(answer_of(FOUR, held=(1, 2)), run=SYMBOLS)
    assert view.source.data["architecture"] == [2, 2, 2, 1, 1, 1]
    assert view.source.data["value"].tolist() == [40, 80, 90, 50, 60, 70]
    np.testing.assert_array_equal(view.faint.data["y"], [10, 20, 30, np.nan, 55, 65])
    assert view.heavy.data["xs"] == [[0, 1, 2], [0, 1, 2]]
    looks = set(zip(view.heavy.data["colour"], view.heavy.data["dash"], strict=True))
    assert len(looks) == 2
    assert view.labels.data["text"] == ["2", "1"]
    assert view.note.text.startswith("2 networks hold the chosen subsequence.")


def test_a_tap_chooses_the_nearest_curve_and_a_second_one_all_again():
    view, sent = shown(answer_of(FOUR, held=(1, 2)), run=SYMBOLS)
    view._tapped(TapEvent(view.figure, x=1.01, y=65.2))
    four = NetworkKey("<b>one</b>", 4)
    assert sent == [ChooseNetworks((four,))]
    view.show(answer_of(FOUR, held=(1, 2)), State(run=SYMBOLS, networks=(four,)))
    view._tapped(TapEvent(view.figure, x=1.01, y=65.2))
    view._tapped(TapEvent(view.figure, x=2, y=90, modifiers={"shift": True}))
    view._tapped(TapEvent(view.figure, x=1.5, y=300))
    two = NetworkKey("<b>one</b>", 2)
    assert sent[1:] == [ChooseNetworks(()), ChooseNetworks((four, two))]


def test_the_list_offers_what_a_tap_can_choose():
    view, sent = shown(answer_of(FOUR, held=(1, 2)), run=SYMBOLS)
    assert view.networks.options == [
        ("", "all that hold the subsequence"),
        ("1@<b>one</b>", "no. 1, 70.00 %"),
        ("2@<b>one</b>", "no. 2, 90.00 %"),
    ]
    assert sent == []
    view.networks.value = "2@<b>one</b>"
    view.networks.value = ""
    assert sent == [ChooseNetworks((NetworkKey("<b>one</b>", 2),)), ChooseNetworks(())]


OVERLAY = [("made", 1.0, 66.0), ("fitted", 0.0, 51.0), ("fitted", 3.0, 66.0),
           ("prediction", 3.0, 66.0)]  # fmt: skip


def test_one_network_shows_what_the_engine_makes_of_it():
    one = (NetworkKey("<b>one</b>", 1),)
    view, _ = shown(answer_of(FOUR, series=OVERLAY), networks=one)
    assert view.overlay["fitted"].data["value"].tolist() == [51, 66]
    assert view.overlay["prediction"].data["epoch"].tolist() == [3]
    assert view.avoidable.visible
    assert view.avoidable.left == 1
    assert [fill == "white" for fill in view.source.data["fill"]] == [False, False, True]
    assert "1 record after it (shaded) could have been avoided" in view.note.text
    assert "66.00 % at epoch 3" in view.note.text
    ends = (view.figure.y_range.start, view.figure.y_range.end)
    view.show(answer_of(FOUR), State(archive="A", experiments=("<b>one</b>",), networks=one))
    assert not view.avoidable.visible
    assert view.overlay["fitted"].data["value"].tolist() == []
    assert "there are never 3 predictions" in view.note.text
    assert ends == (view.figure.y_range.start, view.figure.y_range.end)


def test_a_remark_and_a_network_that_is_not_there_are_told():
    view, _ = shown(answer_of(FOUR).assign(remark="why <i>not</i>"),
                    networks=(NetworkKey("<b>one</b>", 1),))  # fmt: skip
    assert view.note.render_as_text
    assert "Network 1: why <i>not</i>" in view.note.text
    view, _ = shown(answer_of(FOUR), networks=(NetworkKey("<b>one</b>", 99),))
    assert "no learning curve of a network 99" in view.note.text
    assert np.isnan(view.faint.data["x"]).sum() == 3


def test_many_curves_are_thinned_and_the_best_are_heavy():
    many = answer_of({number: [50, 50 + number / 10] for number in range(1, 301)}, range(1, 301))
    heavy = chosen_of(many, State(run=SYMBOLS))
    assert heavy["architecture"].unique().tolist() == list(range(300, 300 - MOST_HEAVY, -1))
    lines, opacity = faint_columns(many, heavy)
    assert np.isnan(lines["x"]).sum() == MOST_FAINT - 1
    assert opacity < 1
    view, _ = shown(many, run=SYMBOLS)
    assert f"the best {MOST_HEAVY} are heavy" in view.note.text


def test_the_question_asks_for_the_engine_with_one_network_only():
    view = CurvesView([].append)
    state = State(archive="JS9FR6", experiments=(EXPERIMENT,), run=RUN)
    assert view.question(state, None) == Shown(Curves("JS9FR6", (EXPERIMENT,), RUN))
    one = replace(state, networks=(KEY,))
    assert view.question(one, None).overlay == Overlay("JS9FR6", KEY, EngineChoice())
    assert view.question(State(), None) is None


def test_saved_figures_are_those_of_the_study(desk, real_commons):
    view = CurvesView([].append)
    state = State(archive="JS9FR6", experiments=(EXPERIMENT,), run=RUN)
    drawn = view.drawing(desk.answer_now(view.question(state, None)), state)
    numbers = [12, 17, 67, 79, 84, 94]
    expected = figures.learning_curves(real_commons, EXPERIMENT, numbers, width="double")
    assert drawn.svg() == expected.svg()
    one = State(archive="JS9FR6", experiments=(FULL,), networks=(KEY,))
    drawn = view.drawing(desk.answer_now(view.question(one, None)), one)
    recorded = drawn.data[drawn.data["series"] == "recorded"]
    fig2 = papers.fitted_curve(real_commons, FULL, 38)
    assert recorded["avoidable"].tolist() == fig2.data["avoidable"][: len(recorded)].tolist()
    assert "the engine: penguin, N 3, threshold 0.5 points, C_min 3." in drawn.caption
    assert "reference solver" in fig2.caption
    assert "Small diamonds: the prediction after each epoch" in drawn.caption
    both = State(archive="JS9FR6", experiments=(EXPERIMENT, FULL))
    drawn = view.drawing(desk.answer_now(view.question(both, None)), both)
    expected = figures.learning_curves(real_commons, [EXPERIMENT, FULL], width="double")
    assert drawn.svg() == expected.svg()


def test_saved_curves_mark_the_networks_that_are_heavy_on_the_page(desk):
    view = CurvesView([].append)
    keys = (NetworkKey(FULL, 3), NetworkKey(EXPERIMENT, 3), NetworkKey(EXPERIMENT, 71))
    state = State(archive="JS9FR6", experiments=(EXPERIMENT, FULL), networks=keys)
    answer = desk.answer_now(view.question(state, None))
    view.show(answer, state)
    drawn = view.drawing(answer, state)
    heavy = drawn.data[drawn.data["chosen"]]
    shown = zip(view.source.data["experiment"], view.source.data["architecture"], strict=True)
    assert set(zip(heavy["experiment"], heavy["architecture"], strict=True)) == set(shown)
    assert len(drawn.figure.axes) == 2
    twelve = replace(state, networks=tuple(NetworkKey(FULL, n) for n in range(12)))
    drawn = view.drawing(desk.answer_now(view.question(twelve, None)), twelve)
    assert drawn.data.loc[drawn.data["chosen"], "architecture"].nunique() == 12
    assert set(drawn.data["experiment"]) == {FULL}


def test_a_prediction_that_never_converges_is_saved_too(desk):
    view = CurvesView([].append)
    strict = EngineChoice(threshold=0.01, predictions_needed=10)
    state = State(archive="JS9FR6", experiments=(FULL,), networks=(KEY,), engine=strict)
    answer = desk.answer_now(view.question(state, None))
    assert answer["convergence_epoch"].isna().all()
    drawn = view.drawing(answer, state)
    assert "never converged, so the network trains on" in drawn.caption
    assert set(drawn.data["series"]) == {"recorded", "made"}
    made = answer[answer["series"] == "made"]["accuracy_percent"]
    axes = drawn.figure.axes[0]
    assert axes.collections[0].get_offsets()[:, 1].tolist() == made[made.between(0, 100)].tolist()


def test_a_tap_on_a_curve_shows_its_prediction(tab, desk):
    tab.open(f"archive=JS9FR6&experiment={FULL}")
    curves = desk.answer_now(Curves("JS9FR6", (FULL,), None))
    mine = curves[(curves["architecture"] == 38)].set_index("epoch")["val_accuracy_percent"]
    tab.tap("curves", 0, mine[0])
    tab.page.wait_for_url("**network=**")
    tab.open(f"archive=JS9FR6&experiment={FULL}&network=38%40{FULL}")
    tab.says("curves", "99.61 % at epoch 25")
    shown = tab.columns("curves", "architecture")
    assert set(shown["architecture"]) == {38}
    assert shown["value"] == mine.tolist()
