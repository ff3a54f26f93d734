import re

import matplotlib as mpl
import pytest

from vinarch.errors import ParameterError
from vinarch.figures.theme import ONE, SMALL_PT, WIDTHS_MM, ZERO, theme, width_mm


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
