"""How all plots of the explorer look: quiet axes, readable text, no logo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.core.properties import value

from vinarch.figures.theme import GRID, INK

if TYPE_CHECKING:
    from bokeh.plotting import figure

ACCURACY = "mean validation accuracy (%)"
FONT = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
GLYPH_FONT = value(FONT)
"""For glyphs, whose properties take a text for the name of a column."""


NOTE_STYLE = f"""
:host {{ font: 13px/1.45 {FONT}; color: #444; overflow-wrap: anywhere; }}
span {{ display: inline-block; margin-right: 14px; }}
"""
FACTS_STYLE = f"""
:host {{ font: 13px/1.5 {FONT}; color: #222; }}
dl {{ display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 1px 14px; margin: 0; }}
dt {{ color: #5c5c5c; }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
"""
WORDS_STYLE = f":host {{ font: 14px/1.5 {FONT}; color: #444; overflow-wrap: anywhere; }}"
CHOICES_STYLE = """
label { display: flex; align-items: baseline; gap: 5px; margin: 2px 0; white-space: normal; }
label > span { overflow-wrap: anywhere; min-width: 0; }
input { flex: none; margin: 0; position: relative; top: 1px; }
"""
"""Styles reach into Bokeh's parts of the page only from within."""

SCROLLS = {"overflow-y": "auto", "max-height": "420px"}


def heard(words: str) -> dict[str, str]:
    """Return the attributes by which a part is announced, where Bokeh's own leave it nameless.

    Examples
    --------
    >>> heard("Minimum length")
    {'role': 'group', 'aria-label': 'Minimum length'}
    """
    return {"role": "group", "aria-label": words}


def plain_figure(plot: figure) -> figure:
    """Give a figure the look of the page."""
    plot.sizing_mode = "stretch_width"
    plot.toolbar.logo = None
    plot.toolbar_location = "above"
    plot.background_fill_color = None
    plot.border_fill_color = None
    plot.outline_line_color = None
    plot.grid.grid_line_color = GRID
    plot.axis.axis_line_color = INK
    plot.axis.minor_tick_line_color = None
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.axis_label_text_font = FONT
    plot.axis.major_label_text_font = FONT
    plot.axis.axis_label_text_font_size = "13px"
    plot.axis.major_label_text_font_size = "12px"
    plot.axis.axis_label_text_color = INK
    plot.axis.major_label_text_color = INK
    return plot
