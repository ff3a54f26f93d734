"""When predictions converged: the networks by epoch of convergence, a panel a search.

A tidy frame with one row a network enters, a drawing leaves; nothing is computed but counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import seaborn as sns
from matplotlib.ticker import MaxNLocator

from vinarch.errors import ParameterError
from vinarch.figures.accuracy_scale import set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.given import check_unique
from vinarch.figures.ground import toned, toned_look
from vinarch.figures.key_row import Key
from vinarch.figures.measure_words import counted
from vinarch.figures.panels import MOST_PANELS
from vinarch.figures.paper_sheet import PaperPanel, PaperSheet, bare_sides
from vinarch.figures.paper_words import beam_words, named_experiments, search_words
from vinarch.figures.sheet import MM_PER_INCH
from vinarch.figures.theme import GRID, INK, POINT, Width, width_mm
from vinarch.schema.published import CONVERGENCE_EPOCHS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = CONVERGENCE_EPOCHS.names
_MEAN: dict[str, Any] = {"color": INK, "linewidth": 0.9, "linestyle": (0, (3, 1.5))}
_BAR: dict[str, Any] = {"facecolor": "#8ea3c4", "edgecolor": POINT, "linewidth": 0.3}
_HEIGHTS = {"single": 22.0, "double": 32.0}
_MOST_COLUMNS = 3
_TICK_MM = 7.0


def draw_convergence_epochs(
    networks: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw how many networks converged after which epoch, and the share that did, by search.

    Parameters
    ----------
    networks : pandas.DataFrame
        Of the schema `vinarch.schema.published.CONVERGENCE_EPOCHS`.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw one search on instead of a figure of its own.

    Returns
    -------
    Drawing

    Raises
    ------
    ParameterError
        If a column is missing, no network converged, there are more than 12 searches, a network
        stands there twice, `ax` is given for several searches, or `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_epoch_plot import draw_convergence_epochs
    >>> networks = pd.DataFrame({
    ...     "archive": "toy", "experiment": "one", "gpus": 1, "beam": "1e14",
    ...     "early_termination": True, "architecture": [0, 1, 2, 3],
    ...     "converged": [True, True, True, False],
    ...     "convergence_epoch": pd.array([5, 7, 7, None], dtype="Int64")})
    >>> drawn = draw_convergence_epochs(networks)
    >>> [int(bar.get_height()) for bar in drawn.figure.axes[0].patches]
    [1, 0, 2]
    """
    width_mm(width, "convergence_epochs")
    where = "convergence_epochs, argument data"
    check_columns(networks, COLUMNS, where)
    check_unique(networks, ("archive", "experiment", "architecture"), "convergence_epochs")
    searches = networks[["archive", "experiment"]].drop_duplicates()
    if not networks["converged"].any() or len(searches) > MOST_PANELS:
        raise ParameterError(
            where,
            f"up to {MOST_PANELS} searches, and a network whose prediction converged",
            f"{len(searches)} and {int(networks['converged'].sum())}",
            "Choose other experiments.",
        )
    # A row of panels for each number of GPUs, so that task data stand below each other.
    order = ["gpus", "beam", "archive", "experiment", "architecture"]
    drawn = networks[list(COLUMNS)].sort_values(order, ignore_index=True)
    known = drawn["convergence_epoch"].dropna().astype(int)
    first, last = int(known.min()), int(known.max())
    groups = [rows for _, rows in drawn.groupby(["archive", "experiment"], sort=False)]
    highest = int(drawn.groupby(["archive", "experiment", "convergence_epoch"]).size().max())

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
        set_x_range(axes, first - 1, last + 1, max(2, min(9, int(wide / _TICK_MM))), whole=True)
        top = 1.12 * highest
        axes.set_ylim(0, top)
        # Ticks beyond the limits would leave labels there.
        found = MaxNLocator(nbins=4, integer=True).tick_values(0, top)
        axes.set_yticks([tick for tick in found if 0 <= tick <= top])
        axes.grid(visible=True, axis="y", color=toned(axes, GRID))
        mine = rows[rows["converged"].astype(bool)].astype({"convergence_epoch": "int64"})
        if len(mine):
            bar = toned_look(axes, _BAR)
            sns.histplot(data=mine, x="convergence_epoch", discrete=True, ax=axes, alpha=1, **bar)
            mean = float(mine["convergence_epoch"].mean())
            axes.axvline(mean, zorder=3, **toned_look(axes, _MEAN))
        axes.set(xlabel="", ylabel="")
        bare_sides(axes)

    sheet = PaperSheet(
        "When predictions converged",
        f"{named_experiments(drawn)}; above each panel the share of networks that converged",
        "epoch of convergence, from 0",
        "networks",
        (Key("networks", surface=_BAR), Key("mean of those that converged", _MEAN)),
        tuple(
            PaperPanel(
                _told(rows),
                lambda axes, rows=rows: draw(axes, rows),  # type: ignore[misc]
            )
            for rows in groups
        ),
        min(_MOST_COLUMNS, len(groups)),
        _HEIGHTS[width] if len(groups) > 1 else 2 * _HEIGHTS[width],
        (str(highest),),
    )
    caption = _caption(drawn, groups)
    if ax is not None:
        sheet.draw_on(ax, "convergence_epochs")
        return Drawing(figure_of(ax), drawn, caption)
    return Drawing(sheet.figure(width), drawn, caption)


def _told(rows: pd.DataFrame) -> tuple[str, ...]:
    first = rows.iloc[0]
    epochs = rows["convergence_epoch"].dropna()
    mean = f", mean {float(epochs.mean()):.1f}" if len(epochs) else ""
    share = 100 * float(rows["converged"].mean())
    return (
        f"{beam_words(first['beam'])}, {counted(int(first['gpus']), 'GPU')}",
        f"{share:.3g} %{mean}",
    )


def _caption(drawn: pd.DataFrame, groups: list[pd.DataFrame]) -> str:
    told = []
    for rows in groups:
        first = rows.iloc[0]
        epochs = rows["convergence_epoch"].dropna()
        how = search_words(int(first["gpus"]), ended=bool(first["early_termination"]))
        mean = f" (mean epoch {float(epochs.mean()):.1f})" if len(epochs) else ""
        share = f"{int(rows['converged'].sum())} of {len(rows)}"
        told.append(f"{beam_words(first['beam'])}, {how}: {share}{mean}")
    return (
        f"Networks of {named_experiments(drawn)} by the epoch, from 0, after which the recorded "
        "prediction first converged, one bar an epoch and a dashed line at the mean. Networks "
        f"that never did are in no bar. Converged: {'; '.join(told)}."
    )
