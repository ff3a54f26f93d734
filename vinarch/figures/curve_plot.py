"""Learning curves of an experiment: all of them faint, the middle of them, a few by number.

A tidy frame with one row a network and epoch enters, a drawing leaves; median and quartiles come
with the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.errors import ParameterError
from vinarch.figures.curve_axes import chosen_keys, curve_keys, draw_curves
from vinarch.figures.curve_labels import CHOSEN_LOOKS, SAMPLE_MM, end_labels, label_ends
from vinarch.figures.curve_panels import draw_curve_panels
from vinarch.figures.curve_parts import BAND_COLUMNS
from vinarch.figures.curve_words import curve_caption, panels_caption
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.key_row import draw_keys, draw_legend_on, key_height, label_on
from vinarch.figures.panel_figure import check_one_panel, shown_experiments
from vinarch.figures.sheet import EDGE_MM, Box, Heading, Sheet, line_mm, text_mm
from vinarch.figures.theme import SMALL_PT, Width, theme, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

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

_HEIGHT_MM = {"single": 60.0, "double": 84.0}
_BOTTOM_MM = 8.0


def draw_learning_curves(
    curves: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw the validation accuracy of all networks over the epochs, a panel an experiment.

    Parameters
    ----------
    curves : pandas.DataFrame
        One row a network and epoch: ``archive, experiment, architecture, epoch,
        val_accuracy_percent, status, chosen`` (the networks to draw heavily, twelve of an
        experiment at most), and of its epoch ``networks_training, quantile_25_percent,
        median_percent, quantile_75_percent``, NaN where the band has ended.
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
        If a column or every row is missing, if `ax` is given for several experiments, if too many
        networks are chosen, or if `width` is unknown.

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
    shown = shown_experiments(_drawing_order(curves, where))
    drawn = shown.rows
    if ax is not None:
        check_one_panel(shown, "learning_curves")
    if len(shown.names) > 1:
        figure = draw_curve_panels(shown, (page_mm, width))
        return Drawing(figure, drawn, panels_caption(shown))
    if ax is not None:
        draw_curves(ax, drawn, drawn)
        label_on(ax, "epoch", "validation accuracy (%)")
        draw_legend_on(ax, [*curve_keys(drawn), *chosen_keys(drawn)])
        return Drawing(figure_of(ax), drawn, curve_caption(drawn))
    with theme():
        experiment = str(drawn["experiment"].iloc[0])
        heading = Heading.fitted("Learning curves", experiment, page_mm)
        keys = curve_keys(drawn)
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
        draw_curves(axes, drawn, drawn)
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
    known = curves[curves["val_accuracy_percent"].notna()]
    if known.empty:
        raise ParameterError(
            where,
            "a row with a validation accuracy",
            f"{len(curves)} rows without one",
            "Choose an experiment whose histories are known.",
        )
    chosen = known[known["chosen"].astype(bool)]
    count = chosen.groupby(["archive", "experiment"])["architecture"].nunique().max()
    if count > len(CHOSEN_LOOKS):
        raise ParameterError(
            where,
            f"up to {len(CHOSEN_LOOKS)} chosen architectures",
            f"{count:g}",
            "Draw the others in a second figure.",
        )
    columns = list(COLUMNS)
    order = ["archive", "experiment", "architecture", "epoch"]
    return known[columns].sort_values(order, ignore_index=True)
