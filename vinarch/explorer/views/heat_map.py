"""V8: the distances between the structures that hold the chosen subsequence, and their tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from bokeh.models import (
    Column,
    ColumnDataSource,
    Div,
    Row,
    Select,
)

from vinarch import figures
from vinarch.distance import NAMES
from vinarch.explorer.answers import with_run
from vinarch.explorer.answers.pairwise import FOUND, Distances
from vinarch.explorer.state import Arrange, Join, Measure
from vinarch.explorer.views.asking import held_of, no_run
from vinarch.explorer.views.heat_map_figure import (
    DistanceFigure,
    image_columns,
    join_columns,
    number_columns,
)
from vinarch.explorer.views.looks import NOTE_STYLE
from vinarch.explorer.views.view import Send, View
from vinarch.figures.heat_rows import Square
from vinarch.figures.heat_words import Words
from vinarch.figures.measure_words import of_trained
from vinarch.linkage import LINKAGES
from vinarch.summary import tree_of

if TYPE_CHECKING:
    from vinarch.distance import Metric
    from vinarch.explorer.state import Known, Move, State
    from vinarch.figures import Drawing
    from vinarch.linkage import Linkage, Tree

METRIC_WORDS = {name: words.removesuffix(" distance") for name, words in NAMES.items()}
ORDER_WORDS = {"tree": "their tree", "accuracy": "accuracy"}
_ROW_STYLE = ":host { gap: 10px; margin-bottom: 4px; }"


class DistancesView(View):
    """A square of distances, in the order of their tree or of accuracy."""

    def __init__(self, send: Send) -> None:
        super().__init__(send)
        self._pairs = pd.DataFrame()
        self._drawn: tuple[str, str] | None = None
        self._following = False
        self.source = ColumnDataSource(self.columns())
        self.numbers = ColumnDataSource(number_columns())
        self.joins = ColumnDataSource(join_columns())
        self.map = DistanceFigure(self.source, self.numbers, self.joins)
        self.metric = Select(title="Distance", options=[*METRIC_WORDS.items()])
        self.order = Select(title="Order", options=[*ORDER_WORDS.items()])
        self.linkage = Select(title="Linkage", options=[*LINKAGES])
        for widget, move in (
            (self.metric, Measure),
            (self.order, Arrange),
            (self.linkage, Join),
        ):
            widget.sizing_mode = "stretch_width"
            widget.on_change("value", self._sends(move))
        self.note = Div(text="", render_as_text=True, stylesheets=[NOTE_STYLE])
        choices = Row(
            children=[self.metric, self.order, self.linkage],
            sizing_mode="stretch_width",
            stylesheets=[_ROW_STYLE],
        )
        body = [choices, self.map.figure, self.note]
        self.hold(Column(children=body, sizing_mode="stretch_width"))

    @staticmethod
    def columns(square: Square | None = None, pairs: pd.DataFrame | None = None) -> dict[str, Any]:
        """Return the columns of the source: one image of all cells; without a map none."""
        return image_columns(square, pairs)

    def question(self, state: State, known: Known) -> Distances | None:  # noqa: ARG002
        """Return the distances between the structures that hold the chosen subsequence."""
        held = held_of(state)
        return None if held is None else Distances(held, cast("Metric", state.metric))

    def invitation(self, state: State, known: Known) -> str:
        """Return what to do next."""
        return no_run(state, known, "how far apart the structures are that hold it")

    def show(self, answer: pd.DataFrame, state: State) -> None:  # noqa: ARG002 - follow shows it
        """Keep the pairs."""
        self._pairs = answer
        self._drawn = None

    def follow(self, state: State) -> None:
        """Show the pairs in the order that is asked for, and the choices."""
        self._following = True
        self.metric.value, self.order.value = state.metric, state.order
        self.linkage.update(value=state.linkage, disabled=state.order != "tree")
        self._following = False
        if self._drawn != (state.order, state.linkage) and len(self._pairs):
            self._drawn = (state.order, state.linkage)
            self._draw(state)

    def table(self, answer: pd.DataFrame, state: State) -> pd.DataFrame:
        """Return the pairs, and of which subsequence they are."""
        return with_run(answer, state.run)

    def drawing(self, answer: pd.DataFrame, state: State) -> Drawing:
        """Draw the map for print: of many structures those of highest accuracy, as it says."""
        name = None
        if FOUND in answer.columns:
            one = answer["experiment"].iloc[0]
            count = answer["structure_a"].nunique()
            name = f"{one}, {count} of {answer[FOUND].iloc[0]:,} structures"
            answer = answer.drop(columns=["experiment", FOUND])
        tree = state.order == "tree"
        return figures.distance_map(
            answer,
            name,
            metric=cast("Metric", state.metric),
            dendrogram=tree,
            linkage=cast("Linkage", state.linkage),
            order="tree" if tree else "accuracy",
            width="double",
        )

    def _draw(self, state: State) -> None:
        pairs = self._pairs
        tree = tree_of(pairs, cast("Linkage", state.linkage)) if state.order == "tree" else None
        square = square_of(pairs, tree)
        words = Words.of(cast("Metric", state.metric), float(square.matrix.max()) or 1.0)
        accuracies = pairs["mean_val_accuracy_percent_a"]
        self.map.fit(square, words, tree, known=bool(accuracies.notna().all()))
        self.source.data = self.columns(square, pairs)
        self.numbers.data = number_columns(square, words, tree)
        self.joins.data = join_columns(tree)
        self.note.text = _note(pairs, len(square.structures), state)

    def _sends(self, move: Any) -> Any:
        def changed(attr: str, old: str, new: str) -> None:  # noqa: ARG001 - as Bokeh calls it
            if not self._following:
                made: Move = move(new)
                self.send(made)

        return changed


def square_of(pairs: pd.DataFrame, tree: Tree | None) -> Square:
    """Return the matrix of all pairs, in the order of a tree or by ascending accuracy."""
    firsts = pairs.drop_duplicates("structure_a")
    structures = list(firsts["structure_a"]) if tree is None else list(tree.leaves)
    wide = pairs.pivot(index="structure_a", columns="structure_b", values="distance")  # noqa: PD010
    matrix = wide.loc[structures, structures].to_numpy(dtype=np.float64)
    return Square(structures, matrix, len(structures), "")


def _note(pairs: pd.DataFrame, count: int, state: State) -> str:
    found = int(pairs[FOUND].iloc[0]) if FOUND in pairs.columns else count
    said = f"{found:,} structure{'s' * (found != 1)}"
    known = pairs["mean_val_accuracy_percent_a"].notna().any()
    if found > count:
        said += f"; the {count} of highest {'accuracy' if known else 'number'} are mapped"
    if state.order == "tree":
        at = LINKAGES[cast("Linkage", state.linkage)]
        return f"{said}. The tree joins the nearest groups first, at {at}."
    if not known:
        return f"{said}, by number: no validation accuracy of theirs is recorded."
    measure = "validation accuracy" if of_trained(pairs) else "mean validation accuracy"
    return f"{said}, ascending {measure} as above. In the order of their tree it is drawn too."
