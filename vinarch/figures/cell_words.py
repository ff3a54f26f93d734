"""What the plot of structures says in words: title and caption.

The frame that is drawn and its rows in, sentences out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.cell_rows import NO_ACCURACY
from vinarch.figures.measure_words import of_experiment, of_trained
from vinarch.figures.symbol_look import BITS

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.figures.cell_rows import Rows
    from vinarch.figures.symbol_look import SymbolLook


def cell_title(rows: Rows) -> str:
    """Say how many structures are drawn, and which where they are not all."""
    if rows.found > len(rows.structures):
        return f"{len(rows.structures)} of {rows.found} structures, of highest {_by(rows)}"
    return f"{rows.found} structures that share a subsequence"


def cell_caption(
    drawn: pd.DataFrame, rows: Rows, look: SymbolLook, experiment: str, run: tuple[int, int]
) -> str:
    """Say what the structures share, what the colours mean and how accurate they are."""
    start, length = run
    first = drawn[(drawn["structure"] == drawn["structure"].iloc[0]) & drawn["shared"].astype(bool)]
    printed = first["character"] if look.characters else first["symbol"].astype(int)
    shared = "".join(map(str, printed))
    accuracy = drawn["mean_val_accuracy_percent"].dropna()
    said = (
        f"{rows.found} structures {of_experiment(experiment)} share {shared} (start index "
        f"{start}, length {length}, dashed outline)"
    )
    if rows.found > len(rows.structures):
        said += f"; the {len(rows.structures)} of highest {_by(rows)} are drawn"
    said += ". Symbol 1 is yellow, 0 purple" if look is BITS else f". Symbols: {_told(look)}"
    if accuracy.empty:
        return f"{said}. Rows rise in number: no validation accuracy of theirs is recorded."
    said += (
        ". Rows rise in validation accuracy of the trained networks"
        if of_trained(drawn)
        else (". Rows rise in mean validation accuracy over all epochs")
    )
    said += f", {float(accuracy.min()):.2f} to {float(accuracy.max()):.2f} %"
    unknown = rows.accuracies.count(NO_ACCURACY)
    if unknown:
        said += f"; {unknown} without a recorded one stand first"
    return said + "."


def _by(rows: Rows) -> str:
    return "number" if set(rows.accuracies) == {NO_ACCURACY} else "mean accuracy"


def _told(look: SymbolLook) -> str:
    return ", ".join(look.words.values())
