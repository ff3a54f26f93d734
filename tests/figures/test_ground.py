import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from seaborn.utils import relative_luminance

from vinarch import figures
from vinarch.figures.ground import toned, toned_look
from vinarch.genome import MacroSpace

EARLY = "1gpu_1e14_early_termination"
DRAWN = {
    "learning_curves": lambda commons, ax: figures.learning_curves(commons, EARLY, [3, 71], ax=ax),
    "pareto_front": lambda commons, ax: figures.pareto_front(commons, EARLY, ax=ax),
    "search_order": lambda commons, ax: figures.search_order(commons, EARLY, ax=ax),
    "paired_accuracies": lambda commons, ax: figures.paired_accuracies(
        commons, EARLY, "1gpu_1e14_no_early_termination", ax=ax
    ),
    "network": lambda _, ax: figures.network(
        MacroSpace((4, 4)).from_flat("1011010" + "0" * 7), start=0, subsequence="101", ax=ax
    ),
}


def contrast(one, other):
    light, dark = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_on_light_ground_colours_stay():
    for ground in ("white", "#eeeeee", "none"):
        axes = Figure().add_subplot(facecolor=ground)
        assert toned(axes, "#31446b") == "#31446b"


def test_on_dark_ground_white_becomes_the_ground_and_black_white():
    axes = Figure().add_subplot(facecolor="#202020")
    assert toned(axes, "white") == "#202020"
    assert toned(axes, "black") == "#ffffff"
    assert toned(axes, "none") == "none"


def test_clear_axes_take_the_ground_of_their_figure():
    axes = Figure(facecolor="black").add_subplot(facecolor="none")
    assert toned(axes, "black") == "#ffffff"


def test_only_colours_of_a_look_are_toned():
    axes = Figure().add_subplot(facecolor="black")
    look = {"color": "black", "linewidth": 2, "marker": "o", "markerfacecolor": "none"}
    assert toned_look(axes, look) == {**look, "color": "#ffffff"}


@pytest.mark.parametrize("name", list(DRAWN))
def test_lines_and_words_stand_out_from_a_dark_ground(real_commons, name):
    with mpl.style.context("dark_background"):
        figure = Figure(figsize=(6, 5))
        axes = figure.add_subplot()
        DRAWN[name](real_commons, axes)
        figure.draw_without_rendering()
    black = (0.0, 0.0, 0.0)
    grid = axes.get_xgridlines() + axes.get_ygridlines()
    casing = [line for line in axes.lines if line.get_linewidth() == 3.0]
    for line in axes.findobj(Line2D):
        seen = line.get_visible() and line.get_linestyle() != "None"
        if seen and line not in [*grid, *casing] and line.axes is axes:
            assert contrast(to_rgba(line.get_color())[:3], black) > 3, line
    for marks in axes.findobj(Collection):
        edges = marks.get_edgecolor()
        if len(edges) and len(marks.get_facecolor()) == 0:
            assert contrast(edges[0][:3], black) > 3, marks
    written = [text for text in axes.texts if text.get_text()]
    # The numbers on the faces of nodes stand on light or dark shapes of their own.
    for text in written if name != "network" else []:
        assert contrast(to_rgba(text.get_color())[:3], black) > 4.5, text
    assert isinstance(axes.title, Text)


@pytest.mark.parametrize("name", ["learning_curves", "pareto_front", "search_order"])
def test_a_title_stands_above_the_legend(real_commons, name):
    figure = Figure(figsize=(5, 4))
    axes = figure.add_subplot()
    DRAWN[name](real_commons, axes)
    title = axes.set_title("a", loc="left")
    figure.draw_without_rendering()
    legend = axes.get_legend().get_window_extent()
    assert title.get_window_extent().y0 >= legend.y1 - 3
    assert legend.y0 >= axes.bbox.y1


def test_the_shared_start_is_no_bright_block_on_a_dark_ground(real_commons):
    axes = Figure().add_subplot(facecolor="black")
    figures.search_order(real_commons, EARLY, ax=axes)
    assert np.mean([relative_luminance(patch.get_facecolor()) for patch in axes.patches]) < 0.1
