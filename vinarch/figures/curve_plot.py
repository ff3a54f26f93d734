"""The learning curves of one experiment: all of them faint, the middle of them, a few by name.

A tidy frame with one row a network and epoch enters, a drawing leaves; median and quartiles come
with the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import AccuracyScale, set_x_range
from vinarch.figures.curve_labels import (
    CHOSEN_LOOKS,
    SAMPLE_MM,
    chosen_looks,
    end_labels,
    label_ends,
)
from vinarch.figures.curve_parts import (
    BAND_COLUMNS,
    band_rows,
    early_ends,
    epoch_words,
    sparse_epochs,
    unbroken,
)
from vinarch.figures.curve_words import curve_caption
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key, draw_keys, draw_legend_on, key_height, label_on
from vinarch.figures.sheet import EDGE_MM, MM_PER_INCH, Box, Heading, Sheet, line_mm, text_mm
from vinarch.figures.theme import GRID, SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

COLUMNS = (
    "archive",
    "experiment",
    "architecture",
    "epoch",
    "val_accuracy_percent",
    "status",
    "chosen",
    "networks_training",
    *BAND_COLUMNS,
)

ALL = "#8a8a8a"
"""Grey of the curves of all networks."""

MIDDLE = "#4f7fc4"
"""Mid blue of median and quartiles: of another lightness than the chosen curves."""

END_MARK = "x"
_HEIGHT_MM = {"single": 60.0, "double": 84.0}
_BOTTOM_MM = 8.0
_FAINT_FROM = 100
"""With more networks than these their curves fade."""


def draw_learning_curves(
    curves: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the validation accuracy of all networks of one experiment over the epochs.

    Parameters
    ----------
    curves : pandas.DataFrame
        One row a network and epoch: ``archive, experiment, architecture, epoch,
        val_accuracy_percent, status, chosen`` (the networks to draw heavily, six at most), and of
        the epoch ``networks_training, quantile_25_percent, median_percent,
        quantile_75_percent``, NaN where the band has ended.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on instead of a figure of its own.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, by network and epoch.

    Raises
    ------
    ParameterError
        If a column or every row is missing, if the rows belong to several experiments, if too
        many networks are chosen, or if `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.curve_plot import draw_learning_curves
    >>> from vinarch.summary.curve_frames import band_of
    >>> points = pd.DataFrame(
    ...     {
    ...         "archive": "toy",
    ...         "experiment": "one",
    ...         "architecture": [0, 0, 1],
    ...         "epoch": [0, 1, 0],
    ...         "val_accuracy_percent": [60.0, 75.5, 55.0],
    ...         "status": ["ok", "ok", "early_stopped"],
    ...         "chosen": [True, True, False],
    ...     }
    ... )
    >>> drawing = draw_learning_curves(points.merge(band_of(points), on="epoch"))
    >>> drawing.caption.split(";")[0]
    'Validation accuracy over epochs of the 2 networks of the experiment one'
    """
    page_mm = width_mm(width)
    where = "draw_learning_curves, argument curves"
    check_columns(curves, COLUMNS, where)
    drawn = _drawing_order(curves, where)
    if ax is not None:
        _draw(ax, drawn)
        label_on(ax, "epoch", "validation accuracy (%)")
        draw_legend_on(ax, [*_keys(drawn), *_chosen_keys(drawn)])
        return Drawing(figure_of(ax), drawn, curve_caption(drawn))
    with theme():
        experiment = str(drawn["experiment"].iloc[0])
        heading = Heading.fitted("Learning curves", experiment, page_mm)
        keys = _keys(drawn)
        room = page_mm - 2 * EDGE_MM
        top = heading.height + 0.5 + key_height(keys, room)
        labels = end_labels(drawn)
        right = EDGE_MM + max((text_mm(label, SMALL_PT) for label in labels.values()), default=1)
        right += SAMPLE_MM + 2.0 if labels else 0.0
        left = EDGE_MM + line_mm(SMALL_PT) + text_mm("99.95", SMALL_PT) + 2.0
        height = _HEIGHT_MM[width]
        sheet = Sheet.new(page_mm, top + height + _BOTTOM_MM)
        heading.write(sheet)
        draw_keys(sheet, (EDGE_MM, heading.height + 0.5), keys, room)
        box = Box(left, top, page_mm - left - right, height)
        axes = sheet.axes(box)
        _draw(axes, drawn)
        axes.tick_params(pad=1.5)
        axes.set_xlabel("epoch", fontsize=SMALL_PT, labelpad=1.5)
        sheet.text(
            EDGE_MM,
            top + height / 2,
            "validation accuracy (%)",
            va="center",
            rotation=90,
            fontsize=SMALL_PT,
        )
        label_ends(sheet, box, axes, drawn, labels)
    return Drawing(sheet.figure, drawn, curve_caption(drawn))


def _drawing_order(curves: pd.DataFrame, where: str) -> pd.DataFrame:
    if len(curves[["archive", "experiment"]].drop_duplicates()) > 1:
        names = ", ".join(sorted(set(curves["experiment"].astype(str)))[:3])
        raise ParameterError(
            where, "the rows of one experiment", f"those of several: {names}", "Choose one."
        )
    known = curves[curves["val_accuracy_percent"].notna()]
    if known.empty:
        raise ParameterError(
            where,
            "a row with a validation accuracy",
            f"{len(curves)} rows without one",
            "Choose an experiment whose histories are known.",
        )
    count = known.loc[known["chosen"].astype(bool), "architecture"].nunique()
    if count > len(CHOSEN_LOOKS):
        raise ParameterError(
            where,
            f"up to {len(CHOSEN_LOOKS)} chosen architectures",
            str(count),
            "Draw the others in a second figure.",
        )
    columns = list(COLUMNS)
    return known[columns].sort_values(["architecture", "epoch"], ignore_index=True)


def _draw(axes: Axes, drawn: pd.DataFrame) -> None:
    AccuracyScale.fitted(drawn["val_accuracy_percent"]).set_on(axes, "y")
    epochs = np.sort(drawn["epoch"].unique().astype(float))
    _set_epochs(axes, drawn, epochs)
    axes.grid(visible=True, axis="y", color=toned(axes, GRID))
    count = drawn["architecture"].nunique()
    alpha = min(0.55, max(0.12, 0.55 * (_FAINT_FROM / count) ** 0.5))
    pieces = [
        piece
        for _, rows in drawn.groupby("architecture", sort=True)
        for piece in unbroken(rows, epochs)
    ]
    lines = LineCollection(
        [piece for piece in pieces if len(piece) > 1],
        colors=toned(axes, ALL),
        linewidths=0.35,
        alpha=alpha,
        zorder=1.5,
        label="networks",
    )
    axes.add_collection(lines, autolim=False)
    sparse = sparse_epochs(drawn)
    lone = np.array(
        [point for piece in pieces if sparse or len(piece) == 1 for point in piece]
    ).reshape(-1, 2)
    if len(lone):
        axes.scatter(lone[:, 0], lone[:, 1], s=3, color=toned(axes, ALL), linewidth=0, zorder=1.5)
    _draw_band(axes, drawn)
    _draw_ends(axes, drawn)
    for number, look in chosen_looks(drawn).items():
        rows = drawn[drawn["architecture"] == number]
        for piece in unbroken(rows, epochs):
            mark: dict[str, Any] = {"marker": "o", "markersize": 2.5} if len(piece) == 1 else {}
            line = {**toned_look(axes, look), **mark}
            axes.plot(piece[:, 0], piece[:, 1], linewidth=1.2, zorder=4, **line)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _set_epochs(axes: Axes, drawn: pd.DataFrame, epochs: NDArray[np.float64]) -> None:
    """Set the range of the epochs, with a tick at each where there are a few only."""
    sparse = sparse_epochs(drawn)
    if not sparse:
        set_x_range(axes, epochs[0] - 0.4, epochs[-1] + 0.4, 8, whole=True)
        return
    margin = 0.04 * (sparse[-1] - sparse[0])
    axes.set_xlim(sparse[0] - margin, sparse[-1] + margin)
    axes.set_xticks(_apart(axes, sparse), labels=map(epoch_words, _apart(axes, sparse)))


def _apart(axes: Axes, epochs: tuple[float, ...]) -> list[float]:
    """Return the epochs whose labels have room, the last ones first."""
    wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
    low, high = axes.get_xlim()
    room = (text_mm(epoch_words(max(epochs)), SMALL_PT) + 1.5) * (high - low) / wide
    kept: list[float] = []
    for epoch in reversed(epochs):
        if not kept or kept[-1] - epoch >= room:
            kept.append(epoch)
    return kept[::-1]


def _draw_band(axes: Axes, drawn: pd.DataFrame) -> None:
    band = band_rows(drawn)
    if band.empty:
        return
    x = band["epoch"].to_numpy(dtype=float)
    low = band["quantile_25_percent"].to_numpy(dtype=float)
    high = band["quantile_75_percent"].to_numpy(dtype=float)
    middle = toned(axes, MIDDLE)
    axes.fill_between(x, low, high, color=middle, alpha=0.28, linewidth=0, zorder=2)
    axes.plot(x, band["median_percent"], color=toned(axes, "white"), linewidth=3.0, zorder=2.8)
    axes.plot(x, band["median_percent"], color=middle, linewidth=1.8, zorder=3, label="median")


def _draw_ends(axes: Axes, drawn: pd.DataFrame) -> None:
    ends = early_ends(drawn)
    if len(ends):
        axes.scatter(
            ends["epoch"].astype(float),
            ends["val_accuracy_percent"],
            marker=END_MARK,
            s=5,
            color=toned(axes, "#555555"),
            linewidth=0.45,
            zorder=2.5,
            label="ended early",
            clip_on=False,
        )


def _keys(drawn: pd.DataFrame) -> list[Key]:
    keys = [Key("a network", {"color": ALL, "linewidth": 0.5})]
    if len(band_rows(drawn)):
        keys += [
            Key("median", {"color": MIDDLE, "linewidth": 1.8}),
            Key("quartiles", surface={"color": MIDDLE, "alpha": 0.28, "linewidth": 0}),
        ]
    if len(early_ends(drawn)):
        look = {"linestyle": "none", "marker": END_MARK, "markersize": 2.6, "color": "#555555"}
        keys.append(Key("training ended early", {**look, "markeredgewidth": 0.6}))
    return keys


def _chosen_keys(drawn: pd.DataFrame) -> list[Key]:
    return [
        Key(f"no. {number}", {**look, "linewidth": 1.2})
        for number, look in chosen_looks(drawn).items()
    ]
