"""Train networks and record how they learn: a module and data in, a recorded history out.

PyTorch; no search strategy, no Dask and no table is known here.
"""

from __future__ import annotations

from vinarch.errors import MissingLibraryError

try:
    import torch  # noqa: F401 - asked for here, so that one sentence says what is missing
except ImportError as error:
    raise MissingLibraryError(
        "vinarch.training",
        "PyTorch",
        "none installed",
        "pip install 'vinarch[search]'; see docs/how-to/run-a-search.md.",
    ) from error

from vinarch.training.arrays import data_from_arrays
from vinarch.training.checkpoints import CheckpointAbout, load_checkpoint
from vinarch.training.data import Data, Part
from vinarch.training.evaluator import TrainingEvaluator
from vinarch.training.images import data_from_images
from vinarch.training.loop import train
from vinarch.training.recipe import Recipe
from vinarch.training.seeding import seeded
from vinarch.training.sources import load_data

__all__ = [
    "CheckpointAbout",
    "Data",
    "Part",
    "Recipe",
    "TrainingEvaluator",
    "data_from_arrays",
    "data_from_images",
    "load_checkpoint",
    "load_data",
    "seeded",
    "train",
]
