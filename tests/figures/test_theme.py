import re
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from vinarch.errors import ParameterError
from vinarch.figures.scatter_plot import draw_subsequences
from vinarch.figures.theme import (
    ONE,
    SERIES,
    SERIES_DASHES,
    SMALL_PT,
    WIDTHS_MM,
    ZERO,
    set_theme,
    theme,
    width_mm,
)


def luminance(colour):
    red, green, blue = mpl.colors.to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_widths_are_those_of_a_page():
    assert dict(WIDTHS_MM) == {"single": 85, "double": 178}
    assert width_mm("single") == 85


def test_unknown_width_names_the_choices():
    with pytest.raises(ParameterError, match=re.escape("'single' (85 mm) or 'double' (178 mm)")):
        width_mm("triple")


def test_symbols_stay_apart_in_greyscale():
    assert luminance(ONE) - luminance(ZERO) > 0.6


def test_fonts_are_embedded_and_no_text_is_below_the_smallest():
    with theme():
        assert mpl.rcParams["pdf.fonttype"] == 42
        sizes = ("font.size", "axes.labelsize", "xtick.labelsize", "legend.fontsize")
        assert all(mpl.rcParams[name] >= SMALL_PT for name in sizes)


def test_settings_come_back_after_an_error():
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), theme():
        _ = 1 / 0
    assert dict(mpl.rcParams) == before


def test_personal_settings_do_not_reach_the_figure():
    with mpl.rc_context({"font.family": ["serif"], "lines.linestyle": "--"}), theme():
        assert mpl.rcParams["font.family"] == ["sans-serif"]
        assert mpl.rcParams["lines.linestyle"] == "-"


def test_set_theme_lasts_until_it_is_taken_back():
    with mpl.rc_context():
        mpl.rcdefaults()
        defaults = dict(mpl.rcParams)
        assert set_theme() is None
        assert mpl.rcParams["font.size"] == 7
        assert mpl.rcParams["pdf.fonttype"] == 42
        assert mpl.rcParams["figure.figsize"][0] * 25.4 == pytest.approx(85)
        mpl.rcdefaults()
        assert dict(mpl.rcParams) == defaults


def test_set_theme_looks_as_theme_does():
    with theme():
        inside = {
            name: mpl.rcParams[name] for name in ("font.size", "axes.linewidth", "grid.color")
        }
    with mpl.rc_context():
        set_theme()
        assert {name: mpl.rcParams[name] for name in inside} == inside


def test_set_theme_changes_no_figure_of_vinarch(points):
    before = draw_subsequences(points, experiment="toy").png()
    with mpl.rc_context():
        set_theme()
        assert draw_subsequences(points, experiment="toy").png() == before


def test_neighbouring_series_differ_in_lightness_and_all_in_dashes():
    light = [luminance(colour) for colour in SERIES]
    assert light == sorted(light)
    assert min(after - before for before, after in pairwise(light)) > 0.05
    assert len(set(SERIES_DASHES)) == len(SERIES)


def test_own_figures_keep_their_look_when_they_are_saved(points):
    figure = Figure(figsize=(5, 3), dpi=100)
    drawing = draw_subsequences(points, experiment="toy", ax=figure.add_subplot())
    png = drawing.png()
    assert int.from_bytes(png[16:20]) == 500
    assert drawing.png() == png
