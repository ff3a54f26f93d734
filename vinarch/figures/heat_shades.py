"""The colours of the map of distances as a list, for pictures that Matplotlib does not draw."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.colors import to_hex

from vinarch.figures.theme import DISTANCE_COLOURS

SHADES = tuple(to_hex(colour) for colour in mpl.colormaps[DISTANCE_COLOURS](range(256)))
"""From near to far, as ``"#rrggbb"``."""
