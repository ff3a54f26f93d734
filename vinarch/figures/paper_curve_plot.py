"""One network's record, the function that the engine fitted to its beginning, and what it foretold.

A tidy frame enters, a drawing leaves; nothing is fitted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale, set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key
from vinarch.figures.measure_words import counted, percent
from vinarch.figures.paper_sheet import PaperPanel, PaperSheet, bare_sides
from vinarch.figures.theme import GRID, INK, SERIES, Width, width_mm
from vinarch.prediction import PRESETS, find_function
from vinarch.schema.published import FITTED_CURVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = FITTED_CURVES.names
_FITTED: dict[str, Any] = {"color": SERIES[1], "linewidth": 1.0, "linestyle": (0, (4, 1.5))}
_SEEN: dict[str, Any] = {"marker": "o", "facecolor": INK, "edgecolor": INK, "linewidth": 0.6}
_UNSEEN: dict[str, Any] = {**_SEEN, "facecolor": "white"}
_FORETOLD: dict[str, Any] = {"marker": "D", "facecolor": SERIES[1], "edgecolor": INK}
_MADE: dict[str, Any] = {"marker": "D", "facecolor": "none", "edgecolor": SERIES[1]}
_AVOIDABLE: dict[str, Any] = {"color": "#e2e2e2", "linewidth": 0}
_AREAS = {"single": 11.0, "double": 18.0}
_HEIGHTS = {"single": 56.0, "double": 70.0}


def draw_fitted_curve(
    points: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw one network's accuracies, the fitted function, the prediction, and what it avoids.

    Parameters
    ----------
    points : pandas.DataFrame
        Of the schema `vinarch.schema.published.FITTED_CURVES`, of one network; epochs may be
        halves. It may have the series ``made``, the prediction after each epoch. Where none
        converged there is no ``fitted`` and no ``prediction``, and the epoch of convergence is
        missing.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own.

    Returns
    -------
    Drawing

    Raises
    ------
    ParameterError
        If a column or a series is missing, there are several networks, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_curve_plot import draw_fitted_curve
    >>> points = pd.DataFrame({
    ...     "archive": "toy", "experiment": "one", "architecture": 4,
    ...     "series": ["recorded", "recorded", "fitted", "fitted", "prediction"],
    ...     "epoch": [0.0, 1.0, 0.0, 25.0, 25.0],
    ...     "accuracy_percent": [60.0, 75.0, 61.0, 90.0, 90.0],
    ...     "avoidable": [False, True, False, True, True],
    ...     "convergence_epoch": 0, "engine": "a4nn_2023"})
    >>> draw_fitted_curve(points).figure.axes[0].collections[-1].get_offsets().tolist()
    [[25.0, 90.0]]
    """
    width_mm(width, "fitted_curve")
    where = "fitted_curve, argument data"
    check_columns(points, COLUMNS, where)
    networks = points[["archive", "experiment", "architecture"]].drop_duplicates()
    series = set(points["series"])
    converged = bool(points["convergence_epoch"].notna().all())
    needed = {"recorded", "fitted", "prediction"} if converged else {"recorded", "made"}
    if len(networks) > 1 or series - {"made"} != needed - {"made"} or not needed <= series:
        raise ParameterError(
            where,
            "one network with the series recorded, fitted and prediction",
            f"{counted(len(networks), 'network')} with " + ", ".join(sorted(series)),
            "Pass the data of an earlier drawing, or a commons.",
        )
    drawn = points[list(COLUMNS)].reset_index(drop=True)
    first = drawn.iloc[0]
    sheet = PaperSheet(
        "A converged prediction, and what it would avoid"
        if converged
        else "Predictions that never converged",
        f"{first['experiment']}, architecture {first['architecture']}",
        "epoch, from 0" if drawn["epoch"].min() == 0 else "epoch",
        "validation accuracy (%)",
        _keys(series, converged=converged),
        (PaperPanel((), lambda axes: _draw(axes, drawn, _AREAS[width])),),
        1,
        _HEIGHTS[width],
    )
    caption = _caption(drawn)
    if ax is not None:
        sheet.draw_on(ax, "fitted_curve")
        return Drawing(figure_of(ax), drawn, caption)
    return Drawing(sheet.figure(width), drawn, caption)


def _draw(axes: Axes, drawn: pd.DataFrame, area: float) -> None:
    drawn = _within(drawn)
    AccuracyScale.fitted(drawn["accuracy_percent"]).set_on(axes, "y")
    low, high = float(drawn["epoch"].min()), float(drawn["epoch"].max())
    margin = 0.03 * (high - low)
    set_x_range(axes, low - margin, high + margin, 8)
    axes.grid(visible=True, axis="y", color=toned(axes, GRID))
    last = float(drawn["convergence_epoch"].iloc[0])
    if not np.isnan(last):
        axes.axvspan(last, high + margin, zorder=0.4, **toned_look(axes, _AVOIDABLE))
        fitted = drawn[drawn["series"] == "fitted"]
        look = toned_look(axes, _FITTED)
        sns.lineplot(
            data=fitted, x="epoch", y="accuracy_percent", ax=axes, zorder=2, estimator=None, **look
        )
    recorded = drawn[drawn["series"] == "recorded"]
    for rows, dot, share in (
        (drawn[drawn["series"] == "made"], _MADE, 0.6),
        (recorded[recorded["avoidable"].astype(bool)], _UNSEEN, 1.0),
        (recorded[~recorded["avoidable"].astype(bool)], _SEEN, 1.0),
        (drawn[drawn["series"] == "prediction"], _FORETOLD, 1.0),
    ):
        mark = toned_look(axes, dot)
        axes.scatter(rows["epoch"], rows["accuracy_percent"], s=share * area, zorder=3, **mark)
    bare_sides(axes)


def _within(drawn: pd.DataFrame) -> pd.DataFrame:
    """Leave out predictions that no accuracy can be, which would stretch the axis."""
    return drawn[(drawn["series"] != "made") | drawn["accuracy_percent"].between(0, 100)]


def _keys(series: set[str], *, converged: bool) -> tuple[Key, ...]:
    def mark(look: dict[str, Any]) -> dict[str, Any]:
        return {
            "linestyle": "none",
            "color": look["facecolor"],
            "marker": look["marker"],
            "markersize": 3.2,
            "markeredgecolor": look["edgecolor"],
            "markeredgewidth": 0.6,
        }

    made = (Key("prediction after each epoch", mark(_MADE)),) if "made" in series else ()
    if not converged:
        return (Key("accuracy", mark(_SEEN)), *made)
    return (
        Key("accuracy up to convergence", mark(_SEEN)),
        Key("accuracy after it", mark(_UNSEEN)),
        *made,
        Key("fitted function", _FITTED),
        Key("prediction", mark(_FORETOLD)),
        Key("avoidable epochs", surface=_AVOIDABLE),
    )


def _caption(drawn: pd.DataFrame) -> str:
    first = drawn.iloc[0]
    recorded = drawn[drawn["series"] == "recorded"]
    last = recorded.sort_values("epoch").iloc[-1]
    said = (
        f"Validation accuracy of architecture {first['architecture']} of the experiment "
        f"{first['experiment']} after each epoch."
    )
    end = f"epoch {last['epoch']:g}"
    reached = f"{percent(float(last['accuracy_percent']))} %"
    if pd.isna(first["convergence_epoch"]):
        said += (
            f" The engine's prediction never converged, so the network trains on: {reached} at "
            f"{end}. The engine: {first['engine']}."
        )
    else:
        foretold = drawn[drawn["series"] == "prediction"].iloc[0]
        avoided = int(recorded["avoidable"].sum())
        what = "epoch" if (recorded["epoch"] % 1 == 0).all() else "record"
        said += (
            f" After epoch {first['convergence_epoch']:g} the engine's prediction had converged: "
            f"{percent(float(foretold['accuracy_percent']))} % at epoch {foretold['epoch']:g}. The "
            f"network was trained on to {end} and ended at {reached}; {counted(avoided, what)} "
            f"could have been avoided. The dashed line is {_how(str(first['engine']))}"
        )
    made = int((drawn["series"] == "made").sum())
    if made:
        said += " Small diamonds: the prediction after each epoch"
        beyond = len(drawn) - len(_within(drawn))
        said += f"; {beyond} beyond 0 to 100 % are not drawn." if beyond else "."
    if AccuracyScale.fitted(_within(drawn)["accuracy_percent"]).finer:
        said += f" {SCALE_WORDS}"
    return said


def _how(preset: str) -> str:
    if preset not in PRESETS:
        return (
            f"the function that was fitted to the epochs up to convergence; the engine: {preset}."
        )
    return (
        f"{find_function(PRESETS[preset].function).formula}, fitted anew to the epochs up to "
        f"convergence by the engine {preset} with its reference solver."
    )
