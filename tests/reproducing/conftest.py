"""Experiments written by hand, and the tables of the real archive, compared once."""

from __future__ import annotations

import pandas as pd
import pytest

from vinarch.reproducing import reproducibility
from vinarch.reproducing.searches import BEST, LAST, MEAN, experiments_of
from vinarch.schema import ARCHITECTURES


def toy_experiment(name, structures, **options):
    """Return an experiment: one network a structure, in the order given.

    `last`, `best`, `status` and `architectures` take a value a network; a structure that is a
    number becomes a genome of six symbols.
    """
    count = len(structures)
    ids = [s if isinstance(s, str) else f"s:{s:06b}" for s in structures]
    last = options.get("last", [90.0] * count)
    rows = pd.DataFrame(
        {
            "archive": options.get("archive", "TOY"),
            "experiment": name,
            "architecture": options.get("architectures", range(count)),
            "structure_id": ids,
            "status": options.get("status", ["ok"] * count),
            "epochs_trained": options.get("epochs", [25] * count),
            LAST: last,
            BEST: options.get("best", last),
            MEAN: [50.0] * count,
        }
    )
    for column in ARCHITECTURES.columns:
        if column.name in rows:
            rows[column.name] = rows[column.name].astype(column.pandas_dtype)
    index = pd.DataFrame(
        {
            "archive": [options.get("archive", "TOY")],
            "experiment": [name],
            "gpus": pd.array([options.get("gpus", 1)], dtype="Int64"),
            "beam": pd.array([options.get("beam", "1e14")], dtype=pd.StringDtype("pyarrow")),
            "early_termination": pd.array([options.get("early", True)], dtype="boolean"),
            "task_data": pd.array([options.get("data")], dtype=pd.StringDtype("pyarrow")),
            "epoch_budget": pd.array([options.get("budget", 25)], dtype="Int64"),
        }
    )
    # Any order of rows must do.
    (experiment,) = experiments_of(rows.iloc[::-1], index)
    return experiment


@pytest.fixture(scope="session")
def experiment():
    """Make an experiment by hand."""
    return toy_experiment


@pytest.fixture(scope="session")
def real_tables(real_commons):
    """What is found on JS9FR6."""
    return reproducibility(real_commons)


@pytest.fixture(scope="session")
def real_networks(real_commons):
    """The rows of `architectures`, by plain pandas."""
    frame = real_commons.architectures.compute()
    return frame.sort_values(["experiment", "architecture"], ignore_index=True)
