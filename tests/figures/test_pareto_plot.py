import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vinarch.errors import ParameterError
from vinarch.figures.pareto_plot import draw_pareto_front
from vinarch.summary.search_frames import mark_fronts


def make(names, count=40, seed=5, archive="toy"):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "archive": archive,
            "experiment": np.repeat(list(names), count),
            "architecture": np.tile(np.arange(count), len(names)),
            "mflops": random.uniform(0.01, 1200, count * len(names)),
            "measure": "last_val_accuracy_percent",
            "val_accuracy_percent": 100 - random.exponential(4, count * len(names)).clip(0, 99),
        }
    )
    return mark_fronts(frame)


def test_points_and_step_line_have_the_values_of_the_frame(assert_readable):
    networks = make(["one"])
    drawing = draw_pareto_front(networks)
    assert_readable(drawing.figure)
    (axes,) = drawing.figure.axes
    others, front = (c.get_offsets().tolist() for c in axes.collections)
    columns = ["mflops", "val_accuracy_percent"]
    marked = networks[networks["on_front"]].sort_values("mflops")
    assert front == marked[columns].to_numpy().tolist()
    left = networks[~networks["on_front"]].sort_values("mflops")
    assert others == left[columns].to_numpy().tolist()
    (line,) = axes.lines
    assert line.get_xydata().tolist() == front
    assert line.get_drawstyle() == "steps-post"


def test_a_front_by_hand_is_told_in_caption_and_panel(texts_of):
    networks = pd.DataFrame(
        {
            "archive": "toy",
            "experiment": "one",
            "architecture": [0, 1, 2, 3],
            "mflops": [700.0, 400.0, 800.0, 400.0],
            "measure": "best_val_accuracy_percent",
            "val_accuracy_percent": [98.5, 97.0, 96.0, 97.0],
        }
    )
    drawing = draw_pareto_front(mark_fronts(networks))
    # The two equal networks are both on the front.
    assert "front 3 of 4; highest 98.50 %, no. 0" in texts_of(drawing.figure)
    assert drawing.caption == (
        "Validation accuracy of the best epoch (maximised) against MFLOPs of one forward pass "
        "(minimised) of 4 networks of the experiment one; 3 are on the Pareto front (diamonds, "
        "step line), and the highest validation accuracy of the best epoch is 98.50 % "
        "(architecture 0, 700.0 MFLOPs)."
    )


def test_front_and_others_differ_by_marker_and_lightness():
    (axes,) = draw_pareto_front(make(["one"])).figure.axes
    others, front = axes.collections
    assert len(others.get_paths()[0].vertices) != len(front.get_paths()[0].vertices)
    light = [float(np.dot(c.get_facecolor()[0][:3], [0.3, 0.59, 0.11])) for c in (others, front)]
    assert light[0] - light[1] > 0.3


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [2, 4, 7, 12])
def test_each_experiment_has_a_panel_with_the_same_axes(count, width, assert_readable):
    names = [f"{gpus}gpu_1e14_no_early_termination" for gpus in range(10, 10 + count)]
    drawing = draw_pareto_front(make(names), width=width)
    assert_readable(drawing.figure)
    axes = drawing.figure.axes
    assert len(axes) == count
    assert len({(one.get_xlim(), one.get_ylim()) for one in axes}) == 1


def test_of_more_than_twelve_experiments_the_first_are_drawn_and_it_is_said(texts_of):
    names = [f"e{number:02}" for number in range(15)]
    drawing = draw_pareto_front(make(names, count=3))
    assert sorted(set(drawing.data["experiment"])) == names[:12]
    said = "the first 12 of 15 experiments of toy; above each panel its highest accuracy"
    assert said in texts_of(drawing.figure)
    assert "3 further experiments not drawn" in drawing.caption


@pytest.mark.parametrize("width", ["single", "double"])
def test_long_names_equal_values_and_lone_networks_are_readable(width, assert_readable):
    long = "an_experiment_whose_name_tells_everything_" * 3
    networks = pd.concat([make([long + "a"], count=1), make([long + "b", "$x^2$"], count=200)])
    assert_readable(draw_pareto_front(networks, width=width).figure)
    equal = make(["one", "two"]).assign(val_accuracy_percent=100.0, mflops=500.0)
    assert_readable(draw_pareto_front(equal.assign(on_front=True), width=width).figure)


def test_archives_are_told_where_there_are_several(texts_of):
    networks = pd.concat([make(["same"], archive="A"), make(["same"], archive="B", seed=6)])
    drawing = draw_pareto_front(networks, width="double")
    assert len(drawing.figure.axes) == 2
    assert {"A same", "B same"} <= set(texts_of(drawing.figure))


def test_networks_without_accuracy_or_cost_are_counted():
    networks = make(["one"])
    networks.loc[3, "mflops"] = np.nan
    networks.loc[4, "val_accuracy_percent"] = np.nan
    drawing = draw_pareto_front(networks)
    assert len(drawing.data) == 38
    assert "2 networks without accuracy or MFLOPs left out" in drawing.caption
    with pytest.raises(ParameterError, match="a row with val_accuracy_percent and mflops"):
        draw_pareto_front(networks.assign(mflops=np.nan))


def test_given_axes_take_one_experiment_only():
    axes = Figure().add_subplot()
    drawing = draw_pareto_front(make(["one"]), ax=axes)
    assert drawing.figure is axes.figure
    assert axes.get_xlabel() == "MFLOPs of one forward pass, minimised"
    assert axes.get_ylabel() == "validation accuracy of the last epoch (%), maximised"
    with pytest.raises(ParameterError, match=r"with ax: expected one experiment.*got 2"):
        draw_pareto_front(make(["one", "two"]), ax=axes)


def test_bytes_do_not_hang_on_the_order_of_rows():
    networks = make(["one", "two"])
    shuffled = networks.sample(frac=1, random_state=1)
    assert draw_pareto_front(shuffled).png() == draw_pareto_front(networks).png()


def test_mixed_measures_are_refused():
    networks = make(["one"])
    networks.loc[0, "measure"] = "best_val_accuracy_percent"
    with pytest.raises(ParameterError, match="one measure in all rows"):
        draw_pareto_front(networks)
    with pytest.raises(ParameterError, match=r"one measure.*mean_val_accuracy_percent"):
        draw_pareto_front(networks.assign(measure="mean_val_accuracy_percent"))


def test_a_front_of_another_cost_is_drawn_in_its_own_words(texts_of, assert_readable):
    networks = pd.DataFrame(
        {
            "archive": "toy",
            "experiment": "one",
            "architecture": [0, 1, 2, 3],
            "parameter_count": pd.array([21_000_000, 400_000, 22_000_000, None], dtype="Int64"),
            "measure": "last_val_accuracy_percent",
            "val_accuracy_percent": [88.5, 87.0, 86.0, 99.0],
        }
    )
    marked = mark_fronts(networks, "parameter_count")
    assert marked["on_front"].tolist() == [True, True, False, False]
    drawing = draw_pareto_front(marked, cost="parameter_count")
    assert_readable(drawing.figure)
    said = texts_of(drawing.figure)
    assert "Accuracy and parameters: Pareto fronts" in said
    assert "trainable parameters (millions), minimised" in said
    assert "against trainable parameters (minimised) of 3 networks" in drawing.caption
    assert "(architecture 0, 21,000,000 parameters)" in drawing.caption
    assert "1 network without accuracy or parameters left out" in drawing.caption
    (axes,) = drawing.figure.axes
    assert axes.lines[0].get_xdata().tolist() == [0.4, 21.0]
    assert drawing.data["parameter_count"].tolist() == [22_000_000, 400_000, 21_000_000]
