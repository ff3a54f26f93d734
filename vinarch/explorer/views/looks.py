"""How all plots of the explorer look: quiet axes, readable text, no logo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.core.properties import value

from vinarch.figures.theme import GRID, INK

if TYPE_CHECKING:
    from bokeh.plotting import figure

ACCURACY = "mean validation accuracy (%)"
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
GLYPH_FONT = value(FONT)
"""For glyphs, whose properties take a text for the name of a column."""


NOTE_STYLE = """
:host { font: 12.5px/1.45 system-ui, sans-serif; color: #444; }
i { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin: 0 5px 0 0; }
span { display: inline-block; margin-right: 14px; }
"""
FACTS_STYLE = """
:host { font: 13px/1.5 system-ui, sans-serif; color: #222; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 1px 14px; margin: 0; }
dt { color: #5c5c5c; }
dd { margin: 0; overflow-wrap: anywhere; }
"""
WORDS_STYLE = ":host { font: 13.5px/1.5 system-ui, sans-serif; color: #444; padding: 6px 0; }"
"""Styles reach into Bokeh's parts of the page only from within."""

SCROLLS = {"overflow-y": "auto", "max-height": "420px"}


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
