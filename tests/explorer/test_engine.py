"""The engine's sliders: held to `vinarch.replay`, without a browser and in one."""

from __future__ import annotations

import threading
from dataclasses import replace

import pandas as pd
import pytest
from bokeh.document import Document

import vinarch
from vinarch.errors import SelectionError
from vinarch.explorer.answers import Desk, Replays, Saved
from vinarch.explorer.answers.engine_fits import Fits, Records, engine_of
from vinarch.explorer.state import EngineChoice, Slide, State
from vinarch.explorer.views.engine import EngineView
from vinarch.explorer.views.engine_table import USUAL, readout
from vinarch.prediction import a4nn_2023
from vinarch.replaying import replay, replay_summary
from vinarch.replaying.sweeping import with_function

FULL = "1gpu_1e15_no_early_termination"
CUT = "1gpu_1e14_early_termination"
SETTINGS = [
    EngineChoice(),
    EngineChoice(predictions_needed=2, threshold=1.25),
    EngineChoice(predictions_needed=5, minimum_epochs=8),
    EngineChoice(minimum_epochs=1, threshold=0.1),
    EngineChoice("log2_rising", threshold=2.0),
]


@pytest.fixture(scope="module")
def desk(real_commons):
    made = Desk(real_commons)
    yield made
    made.close()


@pytest.fixture(scope="module")
def others(archives, tmp_path_factory):
    """Archives with half epochs, with few epochs of many, and without learning curves."""
    folder = tmp_path_factory.mktemp("others") / "home"
    names = ("ZXTCGF", "EC-NAS-Bench", "EvoVis")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(folder))
        patch.setenv("VINARCH_MIRROR", str(archives))
        for name in names:
            vinarch.fetch(name)
    commons = vinarch.open(folder / "commons")
    return {name: commons.select(archive=name) for name in names}


def as_engine(choice):
    return replace(
        with_function(a4nn_2023, choice.function),
        predictions_needed=choice.predictions_needed,
        threshold=choice.threshold,
        minimum_epochs=choice.minimum_epochs,
    )


@pytest.mark.parametrize("choice", SETTINGS, ids=str)
def test_replays_and_their_summary_are_those_of_vinarch_replay(desk, real_commons, choice):
    two = real_commons.select(experiment=[CUT, FULL])
    networks = replay(two, as_engine(choice)).compute()
    saved = desk.answer_now(Saved("JS9FR6", (CUT, FULL), choice))
    pd.testing.assert_frame_equal(saved, replay_summary(networks))
    mine = networks[networks["experiment"] == FULL].reset_index(drop=True)
    pd.testing.assert_frame_equal(desk.answer_now(Replays("JS9FR6", FULL, choice)), mine)


def test_sliders_fit_nothing_anew(desk, monkeypatch):
    desk.answer_now(Fits("JS9FR6", FULL, "penguin"))
    monkeypatch.setattr(
        "vinarch.explorer.answers.engine_fits.replay_curves", lambda *_: pytest.fail("fitted")
    )
    for threshold in (0.3, 0.7, 4.0):
        desk.answer_now(Saved("JS9FR6", (FULL,), EngineChoice(threshold=threshold)))
    desk.answer_now(Saved("JS9FR6", (FULL,), EngineChoice(minimum_epochs=12)))


def test_half_epochs_are_replayed_as_they_are_counted(others):
    commons = others["ZXTCGF"]
    engine = engine_of(commons, "ZXTCGF", "cifar100", EngineChoice(threshold=2.0))
    assert (engine.first_epoch, engine.epoch_step, engine.last_epoch) == (0.5, 0.5, 40.5)
    saved = Desk(commons).answer_now(Saved("ZXTCGF", ("cifar100",), EngineChoice(threshold=2.0)))
    pd.testing.assert_frame_equal(saved, replay_summary(replay(commons, engine)))


def test_what_cannot_be_replayed_says_so(others):
    for name, experiment, words in (
        ("EC-NAS-Bench", "5V9E_4epochs", "a few records of many epochs"),
        ("EvoVis", "enas_example_run", "only the trained networks are on record"),
    ):
        with pytest.raises(SelectionError, match=words):
            Desk(others[name]).answer_now(Saved(name, (experiment,), EngineChoice()))


def test_progress_is_told_and_nobody_waits_in_vain(real_commons):
    desk, heard, done = Desk(real_commons), [], threading.Event()

    class Ear:
        def progressed(self, question, label, at, total):
            heard.append((label, at, total))

        def answered(self, question, answer):
            done.set()

    desk.ask(Saved("JS9FR6", (CUT, FULL), EngineChoice("lin2")), Ear())
    assert done.wait(60)
    assert (f"Fitting lin2 to the learning curves of {FULL}", 0, 0) in heard
    assert ("Replaying the prediction engine: lin2", 1, 2) in heard
    desk.close()


def test_records_bear_the_status_of_their_network(desk, real_commons):
    records = desk.answer_now(Records("JS9FR6", CUT))
    networks = real_commons.select(experiment=CUT).architectures.compute()
    found = records.groupby("architecture")["status"].unique().map(list)
    assert found.tolist() == [[status] for status in networks["status"]]
    assert len(records) == 2167


def shown(saved, **state):
    sent = []
    view = EngineView(sent.append)
    asked = State(archive="A", experiments=("<b>one</b>", "two"), **state)
    view.show(saved, asked)
    view.follow(asked)
    return view, sent


def rows(full=2):
    return pd.DataFrame(
        [
            {
                "archive": "A", "experiment": "<b>one</b>", "network_count": 4, "full_count": full,
                "converged_count": 3, "converged_share": 0.75, "epochs_saved": 1234.0,
                "epochs_saved_share": 0.3062, "mean_absolute_error_points": 1.234,
                "mean_absolute_error_low": 1.0, "mean_absolute_error_high": float("nan"),
            }
        ]
    ).assign(mean_absolute_error_high=2.0)  # fmt: skip


def test_the_table_tells_the_numbers_and_escapes_names():
    view, _ = shown(rows())
    text = view.table_model.text
    assert "&lt;b&gt;one&lt;/b&gt;" in text
    assert "<b>one" not in text
    for words in ("1,234", "30.6 %", "1.23 <small>(1.00 to 2.00)</small>", "3 of 4", "(75 %)"):
        assert words in text
    assert view.source.data["epochs_saved"] == [1234.0]
    assert view.note.text.startswith(USUAL)
    assert "no sample of the search" in view.note.text
    assert "Cannot be replayed: two." in view.note.text


def test_without_full_histories_nothing_is_said_to_be_saved():
    text = readout(rows(0).assign(epochs_saved=float("nan"), epochs_saved_share=float("nan")))
    assert text.count("<td>—</td>") + text.count('<td class="first">—</td>') == 2


def test_a_slider_sends_one_move_and_echoes_none():
    view, sent = shown(rows())
    Document().add_root(view.root)
    view.sliders["threshold"].value = 0.15000000000000002
    assert sent == [Slide(EngineChoice(threshold=0.15))]
    view.follow(State(engine=EngineChoice("pow3", 4, 7.5, 20)))
    assert len(sent) == 1
    sliders = {name: (slider.value, slider.end) for name, slider in view.sliders.items()}
    assert sliders == {
        "predictions_needed": (4, 10), "threshold": (7.5, 7.5), "minimum_epochs": (20, 20),
    }  # fmt: skip
    view.function.value = "exp3"
    assert sent[-1] == Slide(EngineChoice("exp3", 4, 7.5, 20))


def test_numbers_are_marked_as_old_until_the_new_ones_are_there():
    view, _ = shown(rows())
    view.wait()
    assert view.table_model.css_classes == ["old"]
    assert "1,234" in view.table_model.text
    assert view.note.text.startswith("Numbers of the settings before")
    view.show(rows(), State())
    assert view.table_model.css_classes == []


def test_a_slider_changes_epochs_saved_to_what_replay_says(tab, real_commons):
    tab.open(f"archive=JS9FR6&experiment={FULL}")
    usual = replay_summary(replay(real_commons.select(experiment=FULL)))
    assert tab.columns("engine", "epochs_saved")["epochs_saved"] == usual["epochs_saved"].tolist()
    handle = tab.section("engine").locator(".noUi-handle").nth(1)
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    tab.page.wait_for_url("**threshold=0.65**")
    tab.ready()
    engine = replace(a4nn_2023, threshold=0.65)
    expected = replay_summary(replay(real_commons.select(experiment=FULL), engine)).iloc[0]
    tab.says("engine", f"{expected['epochs_saved']:,.0f}")
    found = tab.columns("engine", "epochs_saved")
    assert found["epochs_saved"] == [expected["epochs_saved"]]
    assert found["epochs_saved_share"] == [expected["epochs_saved_share"]]
    assert found["converged_count"] == [expected["converged_count"]]
    assert expected["epochs_saved"] != usual["epochs_saved"].iloc[0]
