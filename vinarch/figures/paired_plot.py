"""The accuracies of structures that two experiments trained, one against the other.

A tidy frame with one row a structure enters, a drawing leaves; what the pair tells of replication
and the statistics of the caption come with the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import AccuracyScale
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key, draw_keys, draw_legend_on, label_on, legend_points
from vinarch.figures.measure_words import (
    axis_words,
    measure_of,
)
from vinarch.figures.paired_layout import PairedPlan
from vinarch.figures.paired_spots import count_spots
from vinarch.figures.paired_words import RELATIONS, paired_caption, statistics_lines
from vinarch.figures.panel_figure import known_rows
from vinarch.figures.sheet import Sheet, line_mm
from vinarch.figures.theme import GRID, INK, POINT, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = (
    "experiment_a",
    "experiment_b",
    "structure_id",
    "measure",
    "accuracy_a_percent",
    "accuracy_b_percent",
    "in_shared_start",
    "full_budget",
    "relation",
    "mean_absolute_difference_points",
    "spearman",
    "spearman_low",
    "spearman_high",
    "confidence",
)

MARKERS = {True: "o", False: "^"}
"""By whether all networks of a structure were trained for the whole budget in both."""

_EQUAL: dict[str, Any] = {"color": "#777777", "linewidth": 0.6, "linestyle": (0, (4, 2))}
_AREAS = {"single": 14.0, "double": 22.0}
_CROWD = 150


def draw_paired_accuracies(
    structures: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the accuracy of each structure in one experiment against that in another.

    Both axes have the same scale; the line is equality.
    Open marks belong to the pair's shared start; circles were trained for the whole budget in
    both experiments, triangles were not.

    Parameters
    ----------
    structures : pandas.DataFrame
        One row a structure: ``experiment_a, experiment_b, structure_id, measure,
        accuracy_a_percent, accuracy_b_percent, in_shared_start, full_budget``, and, equal in all
        rows, ``relation, mean_absolute_difference_points, spearman, spearman_low, spearman_high,
        confidence``.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, those of the shared start first.

    Raises
    ------
    ParameterError
        If a column or every row with both accuracies is missing, if the rows belong to several
        pairs or measures, if the relation is unknown to vinarch, or if `width` is.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paired_plot import draw_paired_accuracies
    >>> structures = pd.DataFrame(
    ...     {
    ...         "experiment_a": "one",
    ...         "experiment_b": "other",
    ...         "structure_id": ["s:01", "s:10"],
    ...         "measure": "last_val_accuracy_percent",
    ...         "accuracy_a_percent": [98.0, 90.0],
    ...         "accuracy_b_percent": [97.0, 93.0],
    ...         "in_shared_start": [True, False],
    ...         "full_budget": True,
    ...         "relation": "transfer",
    ...         "mean_absolute_difference_points": 2.0,
    ...         "spearman": float("nan"),
    ...         "spearman_low": float("nan"),
    ...         "spearman_high": float("nan"),
    ...         "confidence": 0.95,
    ...     }
    ... )
    >>> draw_paired_accuracies(structures).figure.axes[0].get_xlabel()
    'one'
    """
    page_mm = width_mm(width)
    where = "draw_paired_accuracies, argument structures"
    check_columns(structures, COLUMNS, where)
    measure = measure_of(structures, where)
    drawn = _drawing_order(structures, where)
    first = drawn.iloc[0]
    names = (str(first["experiment_a"]), str(first["experiment_b"]))
    keys = _keys(drawn)
    caption = paired_caption(drawn, measure, len(structures) - len(drawn))
    if ax is not None:
        ax.set_box_aspect(1)
        ax.apply_aspect()
        _draw(ax, drawn, _AREAS["double"])
        count_spots(ax, drawn, _AREAS["double"], legend_points())
        label_on(ax, *(f"{name}\n{axis_words(measure)}" for name in names))
        draw_legend_on(ax, keys, inside=True)
        return Drawing(figure_of(ax), drawn, caption)
    with theme():
        plan = PairedPlan.fitted(drawn, names, keys, width)
        sheet = Sheet.new(page_mm, plan.height)
        plan.heading.write(sheet)
        end = draw_keys(sheet, plan.keys_at, keys, plan.keys_room)
        axes = sheet.axes(plan.box)
        _draw(axes, drawn, _AREAS[width])
        count_spots(axes, drawn, _AREAS[width], SMALL_PT)
        axes.tick_params(pad=1.5)
        look: dict[str, Any] = {"fontsize": SMALL_PT, "labelpad": 2.0, "parse_math": False}
        axes.set_xlabel("\n".join(plan.x_lines), **look)
        axes.set_ylabel("\n".join(plan.y_lines), **look)
        if plan.keys_room < page_mm / 2:
            for number, line in enumerate(statistics_lines(drawn)):
                top = end + 1.0 + number * line_mm(SMALL_PT)
                sheet.text(plan.keys_at[0], top, line, fontsize=SMALL_PT)
    return Drawing(sheet.figure, drawn, caption)


def _drawing_order(structures: pd.DataFrame, where: str) -> pd.DataFrame:
    told = [name for name in COLUMNS if name not in {"structure_id", "accuracy_a_percent"}]
    told = [name for name in told if name not in {"accuracy_b_percent", *_MARKS}]
    if len(structures[told].drop_duplicates()) > 1:
        raise ParameterError(
            where,
            "the rows of one pair of experiments",
            f"{len(structures[told].drop_duplicates())} pairs or statistics",
            "Pass the data of an earlier drawing, or a commons.",
        )
    relation = str(structures["relation"].iloc[0])
    if relation not in RELATIONS:
        raise ParameterError(
            where, ", ".join(RELATIONS), repr(relation), "Name what a difference tells of."
        )
    accuracies = ["accuracy_a_percent", "accuracy_b_percent"]
    known = known_rows(structures[list(COLUMNS)], accuracies, where)
    # The shared start first, so that the fewer others lie on top.
    return known.sort_values(
        ["in_shared_start", "full_budget", "structure_id"],
        ascending=[False, True, True],
        ignore_index=True,
    )


_MARKS = ("in_shared_start", "full_budget")


def _draw(axes: Axes, drawn: pd.DataFrame, area: float) -> None:
    values = drawn[["accuracy_a_percent", "accuracy_b_percent"]].to_numpy(dtype=float)
    scale = AccuracyScale.fitted(values)
    scale.set_on(axes, "x")
    scale.set_on(axes, "y")
    axes.grid(visible=True, color=toned(axes, GRID))
    # Equality is straight on equal scales, whatever the scale.
    ends = np.array([scale.low, scale.high])
    axes.plot(ends, ends, zorder=1.5, **toned_look(axes, _EQUAL))
    alpha = min(1.0, max(0.35, (_CROWD / len(drawn)) ** 0.5))
    for shared, full in _kinds(drawn):
        rows = drawn[(drawn["in_shared_start"] == shared) & (drawn["full_budget"] == full)]
        axes.scatter(
            rows["accuracy_a_percent"],
            rows["accuracy_b_percent"],
            s=area,
            marker=MARKERS[full],
            facecolor="none" if shared else toned(axes, POINT),
            edgecolor=toned(axes, INK if shared else POINT),
            linewidth=0.7,
            alpha=alpha,
            zorder=3,
            clip_on=False,
        )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _kinds(drawn: pd.DataFrame) -> list[tuple[bool, bool]]:
    """Return the combinations of shared start and full budget that there are, in order."""
    pairs = drawn[list(_MARKS)].astype(bool).drop_duplicates()
    return [(bool(shared), bool(full)) for shared, full in pairs.to_numpy()]


def _keys(drawn: pd.DataFrame) -> list[Key]:
    marks = drawn[list(_MARKS)].astype(bool)
    counts = marks.value_counts().to_dict()
    both = len(set(marks["in_shared_start"])) > 1
    keys = []
    for shared, full in _kinds(drawn):
        look = {
            "linestyle": "none",
            "marker": MARKERS[full],
            "markersize": 3.6,
            "markeredgewidth": 0.7,
            "color": POINT,
            "markerfacecolor": "none" if shared else POINT,
            "markeredgecolor": INK if shared else POINT,
        }
        start = "shared start" if shared else "others" if both else "not of a shared start"
        budget = "full budget in both" if full else "not full budget in both"
        keys.append(Key(f"{start}, {budget} ({counts[shared, full]})", look))
    return [*keys, Key("equal", _EQUAL)]
