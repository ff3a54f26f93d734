"""A subsequence in every experiment: held to the study, without a browser and in one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bokeh.events import Tap as TapEvent

import vinarch
from vinarch.explorer.answers import Beside, Desk, Points, known_of, row_of
from vinarch.explorer.state import Matching, Run, ShowIn, State, Store, from_query
from vinarch.explorer.views.beside import BesideView
from vinarch.explorer.views.beside_layout import Ground
from vinarch.figures import subsequence_holders
from vinarch.figures.accuracy_scale import to_axis
from vinarch.intervals import mean_interval
from vinarch.summary import HOLDER_MEASURE, experiments_holding

EXPERIMENT = "1gpu_1e14_early_termination"
BITS = "10110110101010"


@pytest.fixture(scope="module")
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


@pytest.fixture(scope="module")
def known(real_commons):
    return known_of(real_commons)


def names_of(known):
    return tuple(one.name for one in known.experiments)


@pytest.mark.parametrize("symbols", [BITS, BITS[:8], "1" * 21])
def test_counts_and_means_are_those_of_the_study(desk, real_commons, known, symbols):
    names = names_of(known)
    rows = desk.answer_now(Beside("JS9FR6", names, Run(None, 0, symbols), Matching()))
    assert rows["experiment"].tolist() == list(names)
    own = real_commons.statistics().set_index(["experiment", "measure"])
    everywhere = vinarch.members(real_commons, 0, symbols).compute()
    for row in rows.itertuples():
        held = everywhere[everywhere["experiment"] == row.experiment]
        assert row.structure_count == held["structure_id"].nunique()
        assert row.network_count == len(held)
        values = held[HOLDER_MEASURE].to_numpy(dtype=float)
        interval = mean_interval(values)
        if len(held):
            assert row.mean == pytest.approx(values.mean(), abs=1e-12)
        np.testing.assert_array_equal([row.mean_low, row.mean_high], [interval.low, interval.high])
        expected = own.loc[(row.experiment, HOLDER_MEASURE)]
        found = [row.own_n, row.own_mean, row.own_mean_low, row.own_mean_high]
        assert found == expected[["n", "mean", "mean_low", "mean_high"]].tolist()


@pytest.mark.parametrize(
    ("start", "length", "matching"),
    [(0, 14, Matching()), (0, 8, Matching()), (7, 7, Matching(within_phase=True))],
)
def test_a_filled_row_is_a_row_of_match(desk, known, start, length, matching):
    names = names_of(known)
    phases = known.experiments[0].space.phases if matching.within_phase else ()
    run = Run(None, start, (BITS + BITS)[start : start + length])
    rows = desk.answer_now(Beside("JS9FR6", names, run, matching, phases))
    matched = [
        bool(len(row_of(desk.answer_now(Points("JS9FR6", (name,), matching, phases)),
                        Run(name, run.start, run.symbols))))
        for name in names
    ]  # fmt: skip
    assert rows["matched"].tolist() == matched
    assert any(matched)


def test_experiments_that_hold_it_are_counted_as_the_study_does(desk, real_commons, known):
    names = names_of(known)
    rows = desk.answer_now(Beside("JS9FR6", names, Run(None, 0, BITS), Matching()))
    across = pd.DataFrame({"start": [0], "length": [14], "subsequence": [BITS]})
    columns = ["archive", "experiment", "structure_id"]
    structures = real_commons.architectures[columns].compute()
    assert (rows["structure_count"] > 0).sum() == experiments_holding(across, structures)[0] == 2


ENDS = ("mean_low", "mean_high", "own_mean", "own_mean_low", "own_mean_high")
ROWS = pd.DataFrame(
    {
        "archive": "A", "experiment": ["<b>one</b>", "two", "three"],
        "structure_count": [5, 1, 0], "network_count": [6, 1, 0], "n": [6, 1, 0],
        "mean": [90.0, 80.0, np.nan], "mean_low": [85.0, np.nan, np.nan],
        "mean_high": [95.0, np.nan, np.nan], "own_n": 9, "own_mean": 70.0, "own_mean_low": 60.0,
        "own_mean_high": 75.0, "own_network_count": 9, "matched": [True, False, False],
    }
)  # fmt: skip


def shown(run=Run("<b>one</b>", 2, "10110")):  # noqa: B008 - a frozen value
    sent = []
    view = BesideView(sent.append)
    state = State(archive="A", experiments=("<b>one</b>",), run=run)
    view.show(ROWS, state)
    view.follow(state)
    return view, sent


def test_rows_stand_in_order_with_counts_and_means():
    view, sent = shown()
    assert list(view.figure.y_range.factors) == ["three", "two", "<b>one</b>"]
    assert view.source.data["told"] == [
        "5 structures, 6 networks", "1 structure, 1 network", "nobody holds it",
    ]  # fmt: skip
    assert view.source.data["mean"][:2].tolist() == [90, 80]
    assert view.source.data["own_mean"].tolist() == [70, 70, 70]
    assert [fill == "white" for fill in view.source.data["fill"]] == [False, True, True]
    assert view.note.text.startswith("Held in 2 of 3 experiments.")
    assert view.figure.x_range.start < to_axis(60)
    assert sent == []


def test_the_axis_is_that_of_the_figure_for_print():
    view, _ = shown()
    axes = subsequence_holders(ROWS, 2, "10110", width="double").figure.axes[0]
    place = axes.xaxis.get_transform().transform
    low, high = view.figure.xaxis.bounds
    assert (low, high) == pytest.approx(tuple(place(np.array(axes.get_xlim()))))
    assert view.source.data["mean_at"][:2] == pytest.approx(place(np.array([90.0, 80.0])))
    labels = view.figure.xaxis.major_label_overrides
    assert labels == {at: f"{100 - 0.1 * np.sinh(-at):g}" for at in view.ticker.ticks}
    assert {"60", "90", "95"} <= set(labels.values())
    assert "finer towards 100 %" in view.note.text


def test_an_interval_beyond_100_percent_ends_there_and_none_at_all_has_an_axis():
    high = Ground.of(ROWS.assign(mean_high=[101.0, np.nan, np.nan]))
    assert high.place([101.0]) == high.place([100.0])
    none = Ground.of(ROWS.assign(**dict.fromkeys(("mean", *ENDS), np.nan)))
    assert {"0", "90"} <= set(none.ticks.values())


def test_a_tap_on_a_filled_row_shows_it_there():
    view, sent = shown(Run(None, 2, "10110"))
    for y in (2.4, 1.5, 0.5, -1, 3.2, None):
        view._tapped(TapEvent(view.figure, x=1, y=y))
    assert sent == [ShowIn(Run("<b>one</b>", 2, "10110"))]
    assert view.go.options == [("", "choose an experiment"), ("<b>one</b>", "<b>one</b>")]
    view.go.value = "<b>one</b>"
    assert len(sent) == 2


def test_to_show_it_elsewhere_adds_the_experiment(known):
    store = Store(known, from_query(f"experiment={EXPERIMENT}&across=yes", known))
    other = known.experiments[3].name
    store.do(ShowIn(Run(other, 0, BITS)))
    assert store.state.experiments == (EXPERIMENT, other)
    assert store.state.run == Run(other, 0, BITS)
    assert not store.state.matching.across
    assert store.notices == ()
    store.back()
    assert store.state.experiments == (EXPERIMENT,)


def test_a_row_leads_to_another_experiment(tab, desk, known):
    names = names_of(known)
    run = Run(None, 0, BITS[:8])
    rows = desk.answer_now(Beside("JS9FR6", names, run, Matching())).set_index("experiment")
    other = next(name for name in names[1:] if rows.loc[name, "matched"])
    tab.open(
        f"archive=JS9FR6&experiment={EXPERIMENT}&of={EXPERIMENT}&start=0&subsequence={run.symbols}"
    )
    found = tab.columns("beside", "own_mean")
    assert found["structures"] == rows["structure_count"].tolist()
    assert found["own_mean"] == rows["own_mean"].tolist()
    tab.tap("beside", found["mean_at"][names.index(other)], len(names) - 0.5 - names.index(other))
    tab.page.wait_for_url(f"**of={other}**")
    tab.ready()
    tab.says("row", other)
    count = int(rows.loc[other, "structure_count"])
    tab.says("row", f"{count} structures")
