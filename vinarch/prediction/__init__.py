"""The prediction engine: parametric functions, fits, and when predictions have converged.

Learning curves in, predictions of their end out.
NumPy and SciPy; no Dask, no frames, no files.

Examples
--------
>>> from vinarch.prediction import a4nn_2023
>>> round(a4nn_2023.predict([0, 1, 2, 3], [60.0, 75.0, 82.5, 86.25]).value_percent, 3)
90.0
"""

from __future__ import annotations

from vinarch.prediction.answers import Prediction
from vinarch.prediction.engine import PredictionEngine
from vinarch.prediction.families import FAMILIES, FUNCTION_NAMES, find_function
from vinarch.prediction.functions import ParametricFunction, function_of
from vinarch.prediction.presets import PRESETS, a4nn_2023, find_engine, penguin_2022

__all__ = [
    "FAMILIES",
    "FUNCTION_NAMES",
    "PRESETS",
    "ParametricFunction",
    "Prediction",
    "PredictionEngine",
    "a4nn_2023",
    "find_engine",
    "find_function",
    "function_of",
    "penguin_2022",
]
