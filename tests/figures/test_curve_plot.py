import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from seaborn.utils import relative_luminance

from vinarch.errors import ParameterError
from vinarch.figures.curve_labels import apart
from vinarch.figures.curve_plot import draw_learning_curves
from vinarch.summary.curve_frames import band_of


def make(networks, epochs, *, chosen=(0,), early=(), seed=3, experiment="toy"):
    """Return seeded curves: network i is cut by i epochs if it is among `early`."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(networks):
        last = epochs - (1 + number % (epochs - 1)) if number in early else epochs
        curve = 100 - 50 / (1 + np.arange(last)) * random.uniform(0.2, 1, last)
        rows += [
            ("archive", experiment, number, epoch, value, number in early, number in chosen)
            for epoch, value in enumerate(curve)
        ]
    columns = ["archive", "experiment", "architecture", "epoch", "val_accuracy_percent"]
    frame = pd.DataFrame(rows, columns=[*columns, "early", "chosen"])
    frame["status"] = np.where(frame.pop("early"), "early_stopped", "ok")
    return frame.merge(band_of(frame), on="epoch")


def test_every_curve_is_drawn_at_its_values(assert_readable):
    curves = make(12, 6, early=(3, 6))
    drawing = draw_learning_curves(curves)
    assert_readable(drawing.figure)
    (lines,) = (c for c in drawing.figure.axes[0].collections if isinstance(c, LineCollection))
    segments = lines.get_segments()
    assert len(segments) == 12
    for number, segment in enumerate(segments):
        rows = curves[curves["architecture"] == number].sort_values("epoch")
        assert segment[:, 0].tolist() == rows["epoch"].tolist()
        assert segment[:, 1].tolist() == rows["val_accuracy_percent"].tolist()


def test_half_epochs_are_drawn_and_told_as_halves(assert_readable):
    curves = make(12, 6, early=(0,)).assign(epoch=lambda frame: frame["epoch"] / 2 + 0.5)
    drawing = draw_learning_curves(curves)
    assert_readable(drawing.figure)
    (lines,) = (c for c in drawing.figure.axes[0].collections if isinstance(c, LineCollection))
    assert lines.get_segments()[1][:, 0].tolist() == [0.5, 1, 1.5, 2, 2.5, 3]
    assert "12 at epoch 0.5 and 11 at epoch 3" in drawing.caption
    assert "% after epoch 2.5)" in drawing.caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize(
    "few", [(12, 36, 108), (4.0, 108.0), (0, 1, 2, 3, 4, 200), (36, 37.5, 108)]
)
def test_a_few_epochs_far_apart_have_a_tick_and_a_dot_each(few, width, assert_readable):
    curves = make(9, len(few)).assign(epoch=lambda frame: frame["epoch"].map(dict(enumerate(few))))
    drawing = draw_learning_curves(curves, width=width)
    assert_readable(drawing.figure)
    axes = drawing.figure.axes[0]
    assert set(axes.get_xticks()) <= set(few)
    assert axes.get_xticks()[-1] == few[-1]
    (dots,) = (c for c in axes.collections if c.get_offsets().shape == (9 * len(few), 2))
    assert set(dots.get_offsets()[:, 0].tolist()) == set(few)
    assert "were recorded; lines join them." in drawing.caption


def test_epochs_one_after_the_other_are_no_few():
    assert "were recorded" not in draw_learning_curves(make(9, 4)).caption


def test_median_and_chosen_curve_are_lines_with_their_values():
    curves = make(12, 6)
    axes = draw_learning_curves(curves).figure.axes[0]
    by_label = {line.get_label(): line for line in axes.lines}
    band = band_of(curves)
    assert by_label["median"].get_ydata().tolist() == band["median_percent"].tolist()
    heavy = [line for line in axes.lines if line.get_zorder() == 4]
    own = curves.loc[curves["architecture"] == 0, "val_accuracy_percent"].tolist()
    assert [line.get_ydata().tolist() for line in heavy] == [own]


def test_crosses_stand_where_trainings_ended_early():
    curves = make(12, 8, early=(2, 5))
    axes = draw_learning_curves(curves).figure.axes[0]
    (ends,) = (c for c in axes.collections if c.get_label() == "ended early")
    assert ends.get_offsets()[:, 0].tolist() == [4.0, 1.0]


def test_a_curve_breaks_where_an_epoch_is_missing():
    curves = make(9, 7)
    gap = (curves["architecture"] == 4) & (curves["epoch"] == 3)
    axes = draw_learning_curves(curves[~gap]).figure.axes[0]
    (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
    assert sorted(len(segment) for segment in lines.get_segments()) == [3, 3, *[7] * 8]


def test_no_value_lies_beyond_the_axis():
    curves = make(20, 9)
    curves.loc[7, "val_accuracy_percent"] = 0.5
    curves.loc[8, "val_accuracy_percent"] = 100.0
    low, high = draw_learning_curves(curves).figure.axes[0].get_ylim()
    assert low < 0.5
    assert high > 100


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize(("networks", "epochs"), [(1, 1), (1, 2), (2, 30), (300, 25)])
def test_few_and_many_networks_are_readable(networks, epochs, width, assert_readable):
    assert_readable(draw_learning_curves(make(networks, epochs), width=width).figure)


@pytest.mark.parametrize("width", ["single", "double"])
def test_labels_of_curves_that_end_together_are_moved_apart(width, assert_readable, texts_of):
    curves = make(13, 5, chosen=range(12), experiment="a_very_long_name_" * 7)
    last = curves["epoch"] == 4
    curves.loc[last, "val_accuracy_percent"] = 99.0
    figure = draw_learning_curves(curves, width=width).figure
    assert_readable(figure)
    assert [f"no. {n}" for n in range(12)] == [t for t in texts_of(figure) if t[:3] == "no."]


def test_chosen_curves_differ_by_dash_and_marker_and_from_the_median_by_lightness():
    axes = draw_learning_curves(make(13, 5, chosen=range(12))).figure.axes[0]
    heavy = [line for line in axes.lines if line.get_zorder() == 4]
    assert len({(line.get_marker(), str(line._unscaled_dash_pattern)) for line in heavy}) == 12
    (median,) = [line for line in axes.lines if line.get_label() == "median"]
    light = relative_luminance(median.get_color())
    assert all(light - relative_luminance(line.get_color()) > 0.15 for line in heavy)


def test_places_are_moved_apart_within_bounds():
    assert apart([0.0, 0.0, 0.0], 2.0, 0.0, 10.0) == [0.0, 2.0, 4.0]
    assert apart([10.0, 9.5, 2.0], 2.0, 0.0, 10.0) == [10.0, 8.0, 2.0]
    assert apart([5.0], 2.0, 0.0, 10.0) == [5.0]


def test_the_caption_tells_the_numbers():
    caption = draw_learning_curves(make(12, 6, early=(3,))).caption
    assert "the 12 networks of the experiment toy" in caption
    assert "12 at epoch 0" in caption
    assert "1 training was ended early, at the crosses" in caption
    assert "median and quartiles, which can thus fall where accurate ones end" in caption
    assert "Drawn heavily: architecture 0 (" in caption
    assert "% after epoch 5)" in caption


def test_the_caption_says_where_the_band_ends():
    curves = make(12, 9, early=range(1, 8))
    assert "beyond which too few of them train" in draw_learning_curves(curves).caption
    few = draw_learning_curves(make(3, 4)).caption
    assert "too few of them train at any epoch for a median and quartiles" in few


def test_given_axes_are_drawn_on_with_the_settings_of_the_user():
    figure = Figure(figsize=(5, 4))
    axes = figure.add_subplot()
    place = axes.get_position().bounds
    with mpl.rc_context({"legend.fontsize": 13}):
        drawing = draw_learning_curves(make(12, 6, chosen=(0, 4)), ax=axes)
    assert drawing.figure is figure
    assert figure.get_size_inches().tolist() == [5, 4]
    assert axes.get_position().bounds == place
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "validation accuracy (%)")
    texts = axes.get_legend().get_texts()
    assert [text.get_text() for text in texts][-2:] == ["no. 0", "no. 4"]
    assert {text.get_fontsize() for text in texts} == {13}


def test_bytes_do_not_hang_on_the_order_of_rows():
    curves = make(12, 6, early=(2,))
    shuffled = curves.sample(frac=1, random_state=1)
    assert draw_learning_curves(shuffled).png() == draw_learning_curves(curves).png()


def test_rows_that_cannot_be_drawn_are_refused():
    curves = make(2, 3)
    several = pd.concat([curves, make(2, 3, experiment="other")])
    with pytest.raises(ParameterError, match="one experiment, which fits on one axes, got 2"):
        draw_learning_curves(several, ax=Figure().add_subplot())
    with pytest.raises(ParameterError, match="no chosen among"):
        draw_learning_curves(curves.drop(columns="chosen"))
    with pytest.raises(ParameterError, match="up to 12 chosen architectures, got 13"):
        draw_learning_curves(make(14, 3, chosen=range(13)))
    with pytest.raises(ParameterError, match="6 rows without one"):
        draw_learning_curves(curves.assign(val_accuracy_percent=np.nan))


def several(count, **told):
    """Return curves of several experiments, each with a seed of its own."""
    return pd.concat([make(9, 5, seed=n, experiment=f"e{n}", **told) for n in range(count)])


def test_each_of_several_experiments_has_a_panel_on_the_same_axes(texts_of):
    curves = several(3, early=(2,))
    drawing = draw_learning_curves(curves)
    panels = drawing.figure.axes
    assert len(panels) == 3
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in panels}) == 1
    for number, axes in enumerate(panels):
        mine = curves[curves["experiment"] == f"e{number}"]
        (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
        values = [segment[:, 1].tolist() for segment in lines.get_segments()]
        rows = mine.sort_values("epoch").groupby("architecture")["val_accuracy_percent"]
        assert values == rows.agg(list).tolist()
        (median,) = [line for line in axes.lines if line.get_label() == "median"]
        assert median.get_ydata().tolist() == band_of(mine)["median_percent"].dropna().tolist()
    texts = set(texts_of(drawing.figure))
    assert {"3 experiments of archive", "e0", "e1", "e2", "9 networks"} <= texts
    assert drawing.caption.startswith(
        "Validation accuracy over epochs, a panel each of 3 experiments of archive; all panels have"
    )
    assert "e1: 9 networks, 1 of them ended early; drawn heavily 0 (" in drawing.caption


def test_heavy_curves_of_panels_are_numbered_at_their_ends(texts_of):
    curves = several(2, chosen=())
    curves["chosen"] = curves["architecture"].eq(curves["experiment"].map({"e0": 3, "e1": 7}))
    drawing = draw_learning_curves(curves, width="double")
    assert [[text.get_text() for text in axes.texts] for axes in drawing.figure.axes] == [
        ["3"], ["7"],
    ]  # fmt: skip
    assert "a chosen network, by number" in texts_of(drawing.figure)
    unmarked = draw_learning_curves(curves.assign(chosen=False))
    assert not any(axes.texts for axes in unmarked.figure.axes)


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [2, 9, 13])
def test_panels_of_many_experiments_are_readable(count, width, assert_readable, texts_of):
    curves = several(count, chosen=range(9), early=(3,))
    curves["experiment"] += "_of_a_long_name_that_does_not_end"
    figure = draw_learning_curves(curves, width=width).figure
    assert_readable(figure)
    assert len(figure.axes) == min(count, 12)
    assert ("the first 12 of 13 experiments" in " ".join(texts_of(figure))) == (count == 13)
