from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import vinarch
from vinarch.errors import ParameterError, SelectionError
from vinarch.figures import search_progress
from vinarch.figures.progress_plot import draw_search_progress
from vinarch.figures.progress_rows import COLUMNS

BEST, VOLUME = "best_so_far_percent", "hypervolume"
MEASURES = {BEST: "%", VOLUME: "% · MFLOPs"}


def make(groups, searches=1, networks=30, budgets=("networks", "epochs"), seed=3):
    """Return rows as `compare_searches` gives them, of groups of some searches each."""
    random = np.random.default_rng(seed)
    frames = []
    for group in groups:
        for against, step in (("networks", 1), ("epochs", 17), ("seconds", 431.5)):
            if against not in budgets:
                continue
            budget = step * np.arange(1.0, networks + 1)
            for measure, unit in MEASURES.items():
                rise = random.exponential(5, (searches, networks)).cumsum(axis=1)
                scale = 100 * (1 - np.exp(-rise / 20)) if measure == BEST else 100 * rise
                told = dict.fromkeys(COLUMNS) | {
                    "group": group,
                    "against": against,
                    "measure": measure,
                    "unit": unit,
                    "accuracy": "last",
                    "objectives": "max val_accuracy_percent; min mflops",
                    "reference": "val_accuracy_percent 12.3456; mflops 1020.5",
                    "reference_from": "worst of all",
                    "ordered_by": "search_order",
                    "counted": against,
                }
                enough = searches > 3
                spread = 2.0 if enough else np.nan
                middle = scale.mean(axis=0)
                group_rows = {
                    "budget": budget,
                    "value": middle,
                    "low": middle - spread,
                    "high": middle + spread,
                    "lowest": scale.min(axis=0),
                    "highest": scale.max(axis=0),
                    "n": searches,
                    "statistic": "mean",
                    "interval": "95 % bootstrap of 4 searches" if enough else "none: few",
                }
                frames.append(pd.DataFrame(told | group_rows))
                for number, values in enumerate(scale):
                    own = {"archive": "toy", "experiment": f"{group} {number}", "n": 1}
                    own |= {"budget": budget, "value": values, "statistic": "search"}
                    own |= {"low": np.nan, "high": np.nan, "interval": "none: 1 search"}
                    frames.append(pd.DataFrame(told | own))
    return pd.concat(frames, ignore_index=True)


def heavy(axes):
    return [line for line in axes.lines if line.get_linestyle() != "None"
            and line.get_linewidth() > 0.5]  # fmt: skip


def test_lines_and_bands_have_the_values_of_the_frame(assert_readable):
    frame = make(["random", "nsga2"], searches=4, budgets=("epochs",))
    drawing = draw_search_progress(frame)
    assert_readable(drawing.figure)
    top, below = drawing.figure.axes
    assert len(drawing.data) == 2 * 2 * 30
    for axes, measure, scale in ((top, BEST, 1), (below, VOLUME, 1000)):
        rows = drawing.data[drawing.data["measure"] == measure]
        lines = heavy(axes)
        assert len(lines) == len(axes.collections) == 2
        for line, group in zip(lines, ("nsga2", "random"), strict=True):
            mine = rows[rows["group"] == group]
            assert line.get_drawstyle() == "steps-post"
            assert line.get_xdata().tolist() == mine["budget"].tolist()
            assert line.get_ydata().tolist() == pytest.approx((mine["value"] / scale).tolist())
        band = axes.collections[0].get_paths()[0].vertices[:, 1]
        mine = rows[rows["group"] == "nsga2"]
        assert band.max() == pytest.approx(mine["high"].clip(upper=100 * scale).max() / scale)
        assert band.min() == pytest.approx(mine["low"].min() / scale)


def test_one_search_is_drawn_step_by_step_and_few_are_all_drawn():
    one = draw_search_progress(make(["a"], searches=1))
    assert set(one.data["experiment"]) == {"a 0"}
    assert all(len(heavy(axes)) == 1 for axes in one.figure.axes)
    few = draw_search_progress(make(["a", "b"], searches=3))
    assert few.data["experiment"].notna().sum() == 2 * 3 * 2 * 2 * 30
    thin = [line for line in few.figure.axes[0].lines if line.get_linewidth() < 0.5]
    assert len(thin) == 6
    assert not few.figure.axes[0].collections


def test_the_end_of_each_line_is_marked():
    axes = draw_search_progress(make(["a", "b"], budgets=("networks",))).figure.axes[0]
    ends = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [line.get_xdata().tolist() for line in ends] == [[30], [30]]
    assert len({line.get_marker() for line in ends}) == 2


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize(
    ("count", "searches", "networks", "budgets"),
    [
        (1, 1, 1, ("networks", "epochs", "seconds")),
        (2, 3, 5, ("seconds",)),
        (6, 5, 100, ("networks", "epochs")),
        (10, 2, 30, ("networks", "epochs", "seconds")),
    ],
)
def test_few_and_many_groups_are_readable(
    count, searches, networks, budgets, width, assert_readable
):
    names = [f"4gpu_1e16_no_early_termination_{number}" for number in range(count)]
    frame = make(names, searches, networks, budgets)
    drawing = draw_search_progress(frame, width=width)
    assert_readable(drawing.figure)
    assert len(drawing.figure.axes) == 2 * len(budgets)


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_long_name_is_shortened_in_the_key_and_whole_in_the_caption(width, assert_readable):
    name = "an attribute of many words " * 8
    drawing = draw_search_progress(make([name, "other"]), width=width)
    assert_readable(drawing.figure)
    assert name.strip() in drawing.caption


def test_equal_values_and_a_single_point_have_room(assert_readable):
    frame = make(["a"], networks=1)
    frame["value"] = np.where(frame["measure"] == BEST, 100.0, 0.0)
    assert_readable(draw_search_progress(frame).figure)


def test_the_looks_of_ten_groups_differ():
    axes = draw_search_progress(make([str(one) for one in range(10)])).figure.axes[0]
    looks = {
        (line.get_color(), str(line.get_linestyle()), line.get_marker()) for line in heavy(axes)
    }
    assert len(looks) == 10
    colours = {(str(line.get_linestyle()), line.get_marker()) for line in heavy(axes)[:5]}
    assert len(colours) == 5


def test_the_bytes_are_the_same_in_any_order_of_rows():
    frame = make(["b", "a"], searches=2)
    again = frame.sample(frac=1, random_state=4)
    assert draw_search_progress(again).png() == draw_search_progress(frame).png()


@pytest.mark.parametrize("searches", [1, 3])
def test_its_own_data_draw_it_again(searches):
    drawing = draw_search_progress(make(["b", "a"], searches))
    again = search_progress(drawing.data)
    assert again.png() == drawing.png()
    assert again.caption == drawing.caption
    pd.testing.assert_frame_equal(again.data, drawing.data)


def test_on_axes_of_ones_own_one_panel_is_drawn():
    axes = Figure().add_subplot()
    frame = make(["a", "b"], budgets=("networks", "seconds"))
    drawing = search_progress(frame, against="seconds", measure=VOLUME, ax=axes)
    assert drawing.figure is axes.figure
    assert axes.get_xlabel() == "summed training time (h)"
    assert axes.get_ylabel().replace("\n", " ") == "hypervolume (thousand % · MFLOPs)"
    (line, *_) = heavy(axes)
    assert line.get_xdata()[-1] == pytest.approx(30 * 431.5 / 3600)
    with pytest.raises(ParameterError, match=r"with ax: expected one measure.*best_so_far_percent"):
        search_progress(frame, ax=axes)


def test_the_caption_tells_the_numbers():
    drawing = draw_search_progress(make(["a", "b"], searches=4, budgets=("networks", "seconds")))
    assert "up to val_accuracy_percent 12.35 and mflops 1020" in drawing.caption
    assert "the worst of all networks compared" in drawing.caption
    assert "Heavy lines are the mean of the searches of a group" in drawing.caption
    assert "bootstrap interval (95 %)" in drawing.caption
    ends = drawing.data[drawing.data["against"] == "networks"].groupby(["measure", "group"]).tail(1)
    best = ends[ends["measure"] == BEST].sort_values("value")["value"]
    told = f"between {best.iloc[0]:.2f} % for"
    assert f"After 30 networks the best accuracy lies {told}" in drawing.caption
    assert f"{best.iloc[1]:.2f} % for" in drawing.caption


def test_a_budget_that_a_group_lacks_is_told():
    frame = make(["a", "b"], budgets=("networks", "seconds"))
    lacking = (frame["group"] == "b") & (frame["against"] == "seconds")
    frame.loc[lacking, "budget"] = np.nan
    drawing = draw_search_progress(frame)
    assert "No times are on record of b." in drawing.caption
    timed = drawing.figure.axes[1]
    assert len(heavy(timed)) == 1


def test_other_frames_are_refused():
    frame = make(["a"])
    with pytest.raises(ParameterError, match="no budget among"):
        search_progress(frame.drop(columns="budget"))
    with pytest.raises(ParameterError, match="got 11 groups"):
        search_progress(make([str(one) for one in range(11)]))
    other = frame.assign(reference="val_accuracy_percent 0.0; mflops 1.0", group="b")
    with pytest.raises(ParameterError, match="got several reference"):
        search_progress(pd.concat([frame, other]))
    with pytest.raises(ParameterError, match="no row with a budget and a value"):
        search_progress(frame.assign(budget=np.nan))
    with pytest.raises(ParameterError, match="got 'speed'"):
        search_progress(frame.assign(measure="speed"))
    with pytest.raises(ParameterError, match="Did you mean 'epochs'"):
        search_progress(frame, against="epoch")
    with pytest.raises(ParameterError, match="Did you mean 'hypervolume'"):
        search_progress(frame, measure="hypervolum")
    with pytest.raises(ParameterError, match="a Commons or a pandas frame"):
        search_progress("JS9FR6")
    with pytest.raises(ParameterError, match="argument width"):
        search_progress(frame, width="wide")


@pytest.mark.parametrize(
    ("by", "width"), [("experiment", "single"), (["beam", "early_termination"], "double")]
)
def test_the_real_searches_are_readable(real_commons, by, width, assert_readable):
    drawing = search_progress(real_commons, by, width=width)
    assert_readable(drawing.figure)
    assert len(drawing.figure.axes) == 4
    frame = vinarch.compare_searches(real_commons, by, against=["networks", "epochs"])
    again = search_progress(frame, width=width)
    pd.testing.assert_frame_equal(again.data, drawing.data)


def test_a_selection_without_networks_is_refused(real_commons):
    with pytest.raises(SelectionError, match="a search whose networks are known"):
        search_progress(real_commons.select(status="no_histories"))
