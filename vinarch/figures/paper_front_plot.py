"""Fitness against MFLOPs with the Pareto front of each search: a panel with, one without engine.

A tidy frame with one row a network enters, a drawing leaves; who is on a front comes with the
frame. Fitness is maximised, MFLOPs are minimised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import seaborn as sns

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale, set_x_range
from vinarch.figures.drawing import Drawing, check_columns, figure_of
from vinarch.figures.ground import toned
from vinarch.figures.key_row import Key
from vinarch.figures.measure_words import counted
from vinarch.figures.panel_figure import known_rows
from vinarch.figures.paper_sheet import PaperPanel, PaperSheet, bare_sides
from vinarch.figures.paper_words import beam_words, looks_of, named_experiments, search_words
from vinarch.figures.sheet import MM_PER_INCH
from vinarch.figures.theme import GRID, Width, width_mm
from vinarch.schema.published import NETWORK_FITNESS

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = NETWORK_FITNESS.names
_SEARCH = ["gpus", "early_termination"]
_AREAS = {"single": (2.6, 15.0), "double": (5.0, 24.0)}
_HEIGHTS = {"single": 46.0, "double": 66.0}
_COLUMNS = {"single": 1, "double": 2}
_FAINT = 0.35
_TICK_MM = 12.0


def draw_fitness_fronts(
    networks: pd.DataFrame, *, width: Width = "single", ax: Axes | None = None
) -> Drawing:
    """Draw fitness and MFLOPs of the networks of several searches, and the front of each.

    Parameters
    ----------
    networks : pandas.DataFrame
        Of the schema `vinarch.schema.published.NETWORK_FITNESS`.
    width : {"single", "double"}
        One or two columns of a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on where all searches ran on as many GPUs, and all with or all without
        engine.

    Returns
    -------
    Drawing
        Its `data` are the rows drawn, those of a front last.

    Raises
    ------
    ParameterError
        If a column or every row with fitness and MFLOPs is missing, if `ax` is given for several
        panels, or if `width` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from vinarch.figures.paper_front_plot import draw_fitness_fronts
    >>> networks = pd.DataFrame({
    ...     "archive": "toy", "experiment": "one", "gpus": 1, "beam": "1e14",
    ...     "early_termination": True, "architecture": [0, 1, 2], "mflops": [700.0, 400.0, 800.0],
    ...     "fitness_percent": [98.5, 97.0, 96.0], "predicted": False,
    ...     "on_front": [True, True, False]})
    >>> draw_fitness_fronts(networks).data["architecture"].tolist()
    [2, 1, 0]
    """
    width_mm(width, "fitness_fronts")
    where = "fitness_fronts, argument data"
    check_columns(networks, COLUMNS, where)
    known = known_rows(networks[list(COLUMNS)], ["fitness_percent", "mflops"], where)
    # With the engine first, as the paper has it; the front is drawn last, so that nothing hides it.
    drawn = known.sort_values(
        ["gpus", "early_termination", "beam", "on_front", "mflops", "archive", "experiment",
         "architecture"],
        ascending=[True, False, *[True] * 6],
        ignore_index=True,
    )  # fmt: skip
    looks = looks_of(sorted(drawn["beam"].astype(str).unique()))
    scale = AccuracyScale.fitted(drawn["fitness_percent"])
    margin = 0.04 * float(drawn["mflops"].max() - drawn["mflops"].min()) or 1.0
    limits = float(drawn["mflops"].min()) - margin, float(drawn["mflops"].max()) + margin

    def draw(axes: Axes, rows: pd.DataFrame) -> None:
        scale.set_on(axes, "y")
        wide = axes.get_window_extent().width / axes.figure.dpi * MM_PER_INCH
        set_x_range(axes, *limits, max(2, min(8, int(wide / _TICK_MM))))
        axes.grid(visible=True, color=toned(axes, GRID))
        _draw_searches(axes, rows, looks, _AREAS[width])
        bare_sides(axes)

    panels = tuple(
        PaperPanel(
            (_named(rows), _fronts(rows)),
            lambda axes, rows=rows: draw(axes, rows),  # type: ignore[misc]
        )
        for _, rows in drawn.groupby(_SEARCH, sort=False)
    )
    sheet = PaperSheet(
        "Fitness and MFLOPs: Pareto fronts",
        named_experiments(drawn),
        "MFLOPs of one forward pass, minimised",
        "fitness: predicted or last validation accuracy (%), maximised",
        _keys(looks),
        panels,
        _COLUMNS[width],
        _HEIGHTS[width],
    )
    caption = _caption(drawn, len(networks) - len(drawn), finer=scale.finer)
    if ax is not None:
        sheet.draw_on(ax, "fitness_fronts")
        return Drawing(figure_of(ax), drawn, caption)
    return Drawing(sheet.figure(width), drawn, caption)


def _draw_searches(
    axes: Axes, rows: pd.DataFrame, looks: dict[str, dict[str, Any]], areas: tuple[float, float]
) -> None:
    palette = {beam: toned(axes, look["colour"]) for beam, look in looks.items()}
    markers = {beam: look["marker"] for beam, look in looks.items()}
    front = rows["on_front"].astype(bool)
    ground = axes.get_facecolor()
    for mine, area, alpha, edge, order in (
        (rows[~front], areas[0], _FAINT, 0.0, 2),
        (rows[front], areas[1], 1.0, 0.4, 3),
    ):
        sns.scatterplot(
            data=mine.astype({"beam": object}),
            x="mflops",
            y="fitness_percent",
            hue="beam",
            style="beam",
            palette=palette,
            markers=markers,
            s=area,
            alpha=alpha,
            linewidth=edge,
            edgecolor=ground,
            legend=False,
            ax=axes,
            zorder=order,
        )
    for (beam, _, _), mine in rows[front].groupby(["beam", "archive", "experiment"]):
        line = mine.sort_values(["mflops", "fitness_percent"])
        axes.step(
            line["mflops"], line["fitness_percent"], where="post", linewidth=0.7, zorder=2.5,
            color=palette[str(beam)],
        )  # fmt: skip


def _keys(looks: dict[str, dict[str, Any]]) -> tuple[Key, ...]:
    fronts = (
        Key(
            f"{beam_words(beam)}: on the front",
            {
                "color": look["colour"],
                "linewidth": 0.7,
                "marker": look["marker"],
                "markersize": 4.0,
                "markeredgecolor": "white",
                "markeredgewidth": 0.4,
            },
        )
        for beam, look in looks.items()
    )
    small = {"linestyle": "none", "marker": "o", "markersize": 1.8, "color": "#8a8a8a"}
    return (*fronts, Key("small and pale: other networks", {**small, "markeredgewidth": 0}))


def _named(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    return search_words(int(first["gpus"]), ended=bool(first["early_termination"]))


def _fronts(rows: pd.DataFrame) -> str:
    counts = rows.groupby("beam", observed=True)["on_front"].sum()
    sizes = ", ".join(f"{int(count)} ({beam})" for beam, count in counts.items())
    return f"on the front: {sizes}"


def _caption(drawn: pd.DataFrame, unknown: int, *, finer: bool) -> str:
    predicted = int(drawn["predicted"].sum())
    said = (
        f"Fitness (maximised) against MFLOPs of one forward pass (minimised) of "
        f"{counted(len(drawn), 'network')} of {named_experiments(drawn)}; "
        f"{counted(int(drawn['on_front'].sum()), 'network')} on the Pareto front of their own "
        "search (large marks, step lines). The fitness is what the search knew: the prediction "
        f"where the engine ended trainings and it converged ({counted(predicted, 'network')}), "
        "else the validation accuracy of the last epoch. No network lies outside the axes."
    )
    if unknown:
        said += f" {counted(unknown, 'network')} without fitness or MFLOPs left out."
    return f"{said} {SCALE_WORDS}" if finer else said
