"""The files of the dialect `vinarch-csv`: which there are, and what their columns may hold."""

from __future__ import annotations

from typing import Final

from vinarch.dialects.columns_targets import TARGETS, Target
from vinarch.schema import ARCHITECTURES, HISTORIES, LINEAGE, MEASUREMENTS

TABLES: Final = {f"{table.name}.csv": table for table in
                 (ARCHITECTURES, HISTORIES, MEASUREMENTS, LINEAGE)}  # fmt: skip
"""The files of an experiment."""

LEFT_OUT: Final = ("archive", "experiment", "source_file", "source_row", "rejected_rows")
"""Columns of the commons that no file has: they say where a row came from."""


def _text(name: str, *, required: bool = False) -> Target:
    return Target(name, "text", "text", required=required)


def _whole(name: str, *, required: bool = True) -> Target:
    return Target(name, "whole", "a whole number from 0", 0, required=required)


OF_NETWORKS = tuple(
    TARGETS[name]
    for name in (
        "architecture", "native_id", "repeat", "seed", "genome", "generation", "search_order",
        "epoch_budget", "mflops", "parameter_count", "last_val_accuracy_percent",
        "last_test_accuracy_percent", "status",
    )
)  # fmt: skip
OF_EPOCHS = (
    *(TARGETS[name] for name in ("architecture", *HISTORIES.names) if name in TARGETS),
    Target("prediction_is_inf", "boolean", "True or False"),
)
OF_MEASUREMENTS = (
    _whole("architecture"),
    _text("measure", required=True),
    _text("split"),
    Target("epoch", "float", "an epoch from 0", 0),
    _text("statistic"),
    _whole("n", required=False),
    _text("device"),
    Target("value", "float", "a number"),
    _text("text"),
    _text("unit"),
    _text("source_name", required=True),
)
OF_LINEAGE = (
    _whole("child"),
    _whole("parent"),
    _whole("parent_number"),
    _text("operator"),
    _whole("cut", required=False),
)
