import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vinarch.errors import ParameterError
from vinarch.figures.order_plot import draw_search_order


def make(names, count=30, start=5, seed=5):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "archive": "toy",
            "experiment": np.repeat(list(names), count),
            "architecture": np.tile(np.arange(count), len(names)),
            "measure": "last_val_accuracy_percent",
            "val_accuracy_percent": 100 - random.exponential(3, count * len(names)).clip(0, 99),
        }
    )
    frame["best_so_far_percent"] = frame.groupby("experiment")["val_accuracy_percent"].cummax()
    return frame.assign(in_shared_start=frame["architecture"] < start)


def test_points_and_best_so_far_have_the_values_of_the_frame(assert_readable):
    networks = make(["one"])
    drawing = draw_search_order(networks)
    assert_readable(drawing.figure)
    (axes,) = drawing.figure.axes
    points = axes.collections[-1].get_offsets()
    assert points[:, 0].tolist() == list(range(30))
    assert points[:, 1].tolist() == networks["val_accuracy_percent"].tolist()
    (line,) = axes.lines
    assert line.get_ydata().tolist() == networks["best_so_far_percent"].tolist()
    assert line.get_drawstyle() == "steps-post"


def stretches(axes):
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches]


def test_the_shared_start_is_one_stretch():
    (axes,) = draw_search_order(make(["one"])).figure.axes
    assert stretches(axes) == [(-0.5, 4.5)]
    (axes,) = draw_search_order(make(["one"], start=0)).figure.axes
    assert stretches(axes) == []


def test_gaps_in_the_numbers_stay_gaps():
    networks = make(["one"])
    kept = networks[~networks["architecture"].isin([2, 3, 10])]
    (axes,) = draw_search_order(kept).figure.axes
    assert axes.collections[-1].get_offsets()[:, 0].tolist() == kept["architecture"].tolist()
    assert stretches(axes) == [(-0.5, 4.5)]


def test_the_key_tells_of_a_start_only_where_there_is_one(texts_of):
    words = "shared start"
    assert words in texts_of(draw_search_order(make(["one"])).figure)
    without = draw_search_order(make(["one"], start=0))
    assert words not in texts_of(without.figure)
    assert "start" not in without.caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize(("experiments", "count"), [(1, 1), (1, 600), (5, 3)])
def test_few_and_many_networks_are_readable(experiments, count, width, assert_readable):
    names = [f"4gpu_1e16_no_early_termination_{number}" for number in range(experiments)]
    drawing = draw_search_order(make(names, count=count), width=width)
    assert_readable(drawing.figure)
    assert len(drawing.figure.axes) == experiments


def test_the_caption_tells_the_numbers():
    networks = make(["one"])
    networks.loc[7, "val_accuracy_percent"] = 100.0
    networks.loc[9, "val_accuracy_percent"] = np.nan
    caption = draw_search_order(networks).caption
    assert "of the 29 networks of the experiment one, in the order of their numbers" in caption
    assert "It reaches 100 % at architecture 7." in caption
    assert "the 5 networks of a start" in caption
    assert "1 network without accuracy left out" in caption


def test_given_axes_take_one_experiment_only():
    axes = Figure().add_subplot()
    assert draw_search_order(make(["one"]), ax=axes).figure is axes.figure
    assert axes.get_xlabel() == "architecture number"
    with pytest.raises(ParameterError, match=r"with ax: expected one experiment.*got 3"):
        draw_search_order(make(["one", "two", "three"]), ax=axes)


def test_bytes_do_not_hang_on_the_order_of_rows():
    networks = make(["one", "two"])
    shuffled = networks.sample(frac=1, random_state=1)
    assert draw_search_order(shuffled).png() == draw_search_order(networks).png()


def test_a_frame_without_the_best_so_far_is_refused():
    with pytest.raises(ParameterError, match="no best_so_far_percent among"):
        draw_search_order(make(["one"]).drop(columns="best_so_far_percent"))
