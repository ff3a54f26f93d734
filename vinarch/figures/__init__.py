"""Publication figures of a commons: what its experiments show, as pictures that can be printed.

Each function takes a commons and says in its other arguments what of it to draw, or takes the
tidy frame of an earlier drawing.
It returns a `Drawing`: the Matplotlib figure, the tidy frame that it shows, and a caption.
A notebook shows a drawing as it is; ``drawing.save("stem")`` writes PNG, PDF and SVG.

``width="single"`` or ``"double"`` makes a figure as wide as one or two columns of a page, and
``ax=`` draws on axes of your own instead.
`set_theme` gives the figures that you draw yourself the same look.

Examples
--------
>>> import vinarch
>>> commons = vinarch.fetch("JS9FR6")
>>> row = ("1gpu_1e14_early_termination", 0, "10110110101010")
>>> drawing = vinarch.figures.structures(commons, *row)
>>> drawing.data.groupby("structure", sort=False)["mean_val_accuracy_percent"].first().round(2)
structure
11    88.11
30    89.34
29    89.61
49    90.55
43    90.98
Name: mean_val_accuracy_percent, dtype: float64

The frame of a drawing draws it again, or a part of it:

>>> best = drawing.data[drawing.data["mean_val_accuracy_percent"] > 90]
>>> vinarch.figures.structures(best).data["structure"].unique().tolist()
[49, 43]
"""

from __future__ import annotations

from vinarch.figures.archaeology import distance_map, structures, subsequences
from vinarch.figures.comparisons import search_progress, subsequence_holders
from vinarch.figures.drawing import Drawing
from vinarch.figures.genomes import network
from vinarch.figures.replication import overlap_matrix, paired_accuracies
from vinarch.figures.searches import learning_curves, pareto_front, search_order
from vinarch.figures.theme import set_theme, theme

__all__ = [
    "Drawing",
    "distance_map",
    "learning_curves",
    "network",
    "overlap_matrix",
    "paired_accuracies",
    "pareto_front",
    "search_order",
    "search_progress",
    "set_theme",
    "structures",
    "subsequence_holders",
    "subsequences",
    "theme",
]
