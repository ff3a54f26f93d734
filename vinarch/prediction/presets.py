"""The engines of two publications, by name: plain parameters, nothing computed.

References
----------
Channing et al., ICPP 2023, and the histories of its deposit (doi:10.7910/DVN/JS9FR6).
Keller Rorabaugh et al., IEEE TPDS 2022, and its code and deposit (doi:10.7910/DVN/ZXTCGF).
"""

from __future__ import annotations

from typing import Any

from vinarch.errors import ParameterError
from vinarch.prediction.engine import PredictionEngine

a4nn_2023 = PredictionEngine()
"""A4NN as published in 2023: epochs from 0, first fit after epoch 3, evaluated at 25; the last
three predictions within half a point of their median, an epoch without a fit breaking the run."""

penguin_2022 = PredictionEngine(
    minimum_epochs=1,
    initial_guess=(10.0, 1.001, 100.0),
    first_epoch=0.5,
    last_epoch=20.0,
    epoch_step=0.5,
    first_x=1.0,
    lowest_counts=False,
    all_in_range=False,
    skip_failed=True,
    clear_from_percent=199.99,
    refuse_fractions=False,  # with CIFAR-100's classes chance alone is 1 %
    solver="reference",
)
"""PENGUIN as published in 2022: half epochs whose first is x = 1, first fit on two points,
evaluated at epoch 20; failed fits left out, fits at the upper bound of a forgotten with all before
them, the latest prediction above 0 and at most 100."""

PRESETS = {"a4nn_2023": a4nn_2023, "penguin_2022": penguin_2022}


def find_engine(engine: Any) -> PredictionEngine:
    """Return an engine given as such or by the name of a preset.

    Raises
    ------
    ParameterError
        If it is neither.
    """
    if isinstance(engine, PredictionEngine):
        return engine
    if isinstance(engine, str) and engine in PRESETS:
        return PRESETS[engine]
    raise ParameterError(
        "engine",
        f"a PredictionEngine or one of {', '.join(PRESETS)}",
        repr(engine),
        "Make one with vinarch.prediction.PredictionEngine(…).",
    )
