"""What is said beside the learning curves: answers and state in, sentences and lists out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.explorer.views.curves_layout import (
    MOST_FAINT,
    MOST_HEAVY,
    last_of,
    of_networks,
    slim,
)

if TYPE_CHECKING:
    from vinarch.explorer.state import EngineChoice, State

SEVERAL = "several"


def engine_words(engine: EngineChoice) -> str:
    """Return the parameters of an engine in a line.

    Examples
    --------
    >>> from vinarch.explorer.state import EngineChoice
    >>> engine_words(EngineChoice())
    'penguin, N 3, threshold 0.5 points, C_min 3'
    """
    return (
        f"{engine.function}, N {engine.predictions_needed}, threshold {_points(engine.threshold)}, "
        f"C_min {engine.minimum_epochs}"
    )


def options_of(recorded: pd.DataFrame, state: State, most: int) -> list[tuple[str, str]]:
    """Return what the list of networks offers: value and words, the first for all of them."""
    offered = recorded[recorded["held"].to_numpy(dtype=bool)] if state.run else recorded
    chosen = of_networks(recorded, state.networks)
    lasts = last_of(pd.concat([chosen, offered]))
    lasts = lasts.sort_values(["experiment", "architecture"]).head(most)
    many = len(lasts["experiment"].unique()) > 1
    everyone = "all that hold the subsequence" if state.run else "all networks"
    options = [("", everyone)]
    if len(state.networks) > 1:
        options.append((SEVERAL, f"{len(state.networks)} networks"))
    options += [
        (
            f"{row.architecture}@{row.experiment}",
            f"no. {row.architecture}, {row.accuracy_percent:.2f} %"
            + (f", {row.experiment}" if many else ""),
        )
        for row in lasts.itertuples()
    ]
    return options


def note_of(answer: pd.DataFrame, heavy: pd.DataFrame, state: State) -> str:
    """Return what is seen, and what to do next."""
    recorded = slim(answer)
    if len(state.networks) == 1:
        words = _one(answer, heavy, state)
    elif state.networks:
        words = (
            f"{_networks(len(last_of(heavy)))} chosen. Tap a curve for its prediction; a tap with "
            "Shift adds or takes away one."
        )
    elif state.run is not None:
        held = len(last_of(recorded[recorded["held"].to_numpy(dtype=bool)]))
        cut = f"; the best {MOST_HEAVY} are heavy" if held > MOST_HEAVY else ""
        words = (
            f"{_networks(held)} hold{'s' * (held == 1)} the chosen subsequence{cut}. Tap a curve "
            "for its prediction; a tap with Shift adds one."
        )
    else:
        found = len(last_of(recorded))
        cut = f"; {MOST_FAINT} of them are drawn" if found > MOST_FAINT else ""
        words = (
            f"{_networks(found)}{cut}. Tap a curve for its prediction, or a point of the scatter "
            "for the networks that hold a subsequence."
        )
    return f"{words}{_steps(recorded)}{_missing(recorded, state)}"


def _points(threshold: float) -> str:
    return f"{threshold:g} point{'s' * (threshold != 1)}"


def _networks(count: int) -> str:
    return f"{count:,} network{'s' * (count != 1)}"


def _one(answer: pd.DataFrame, heavy: pd.DataFrame, state: State) -> str:
    key, engine = state.networks[0], state.engine
    remarks = answer["remark"]
    if heavy.empty:
        return (
            f"{key.experiment} has no learning curve of a network {key.architecture}. Choose one "
            "of the list."
        )
    if (remarks != "").any():
        return f"Network {key.architecture}: {remarks[remarks != ''].iloc[0]}"
    last = heavy.iloc[-1]
    whose = f"Network {key.architecture} of {key.experiment}, structure {int(last['structure'])}: "
    rule = f"{engine.predictions_needed} predictions, within {_points(engine.threshold)}"
    reached = f"{last['accuracy_percent']:.2f} % at epoch {last['epoch']:g}"
    end = answer["convergence_epoch"].max()
    if pd.isna(end):
        return f"{whose}there are never {rule} of their median, so it trains on: {reached}."
    foretold = answer[answer["series"] == "prediction"].iloc[0]
    after = int((heavy["epoch"] > end).sum())
    return (
        f"{whose}after epoch {end:g} the last {rule} of their median, foretell "
        f"{foretold['accuracy_percent']:.2f} % at epoch {foretold['epoch']:g}. Recorded: "
        f"{reached}; {after} record{'s' * (after != 1)} after it (shaded) could have been avoided."
    )


def _steps(recorded: pd.DataFrame) -> str:
    epochs = np.unique(recorded["epoch"].to_numpy(dtype=float))
    steps = np.unique(np.diff(epochs).round(6))
    if len(steps) == 1 and steps[0] != 1:
        return f" A record every {steps[0]:g} epochs."
    if len(steps) > 1:
        return f" Records of {len(epochs)} epochs only." if len(epochs) <= _FEW else ""
    return ""


_FEW = 6


def _missing(recorded: pd.DataFrame, state: State) -> str:
    without = [name for name in state.experiments if not (recorded["experiment"] == name).any()]
    return f" Without learning curves: {', '.join(without)}." if without else ""
