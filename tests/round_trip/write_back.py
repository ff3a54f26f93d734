"""Write sources back from the tables of a commons: pandas frames in, values as published out.

Plain Python that shares nothing with the dialects.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

PENGUIN_COLUMNS = (
    *("epochs", "trainLoss", "valLoss", "valAcc", "ID", "random_seed", "train_GPU"),
    *("torch_set_deterministic", "dataset", "batch_size", "loss_fn", "optimizer"),
    *("learning_rate", "momentum", "dampening", "weight_decay", "layer_types", "dropout_rate"),
    *("convKernels", "convStrides", "convPaddings", "poolKernels", "poolStrides", "poolPaddings"),
    *("convFilters", "FC_dropout_rate", "FC_dropout_layers", "FCFilters"),
)


@dataclass(frozen=True)
class Stored:
    """The tables of one experiment."""

    experiment: pd.Series
    architectures: pd.DataFrame
    histories: pd.DataFrame
    measurements: pd.DataFrame
    lineage: pd.DataFrame

    @classmethod
    def of(cls, commons, archive, experiment):
        frames = []
        for name in ("experiments", "architectures", "histories", "measurements", "lineage"):
            table = getattr(commons, name)
            frame = table.compute() if hasattr(table, "compute") else table
            mine = (frame["archive"] == archive) & (frame["experiment"] == experiment)
            frames.append(frame[mine].reset_index(drop=True))
        return cls(frames[0].iloc[0], *frames[1:])

    def trainings(self):
        """Give each architecture with its history and its measurements."""
        columns = ["architecture", "source_name", "value", "text", "device"]
        histories = by_architecture(self.histories)
        measurements = by_architecture(self.measurements[columns])
        for row in self.architectures.to_dict("records"):
            number = row["architecture"]
            yield row, histories[number], measurements[number]


def by_architecture(frame):
    """Rows of each architecture as dicts, in order."""
    rows = defaultdict(list)
    for row in frame.to_dict("records"):
        rows[row["architecture"]].append(row)
    return rows


def number_text(value):
    """A number as Python writes it; a whole one without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def told(measurement):
    """The value of a measurement, be it a number or a text."""
    return measurement["value"] if pd.isna(measurement["text"]) else measurement["text"]


def penguin_tables(stored):
    """Text of each network's table by native id."""
    for row, history, measurements in stored.trainings():
        cells = json.loads(row["genome"])
        cells |= {"ID": row["native_id"], "random_seed": str(row["seed"])}
        for one in measurements:
            value = told(one)
            cells[one["source_name"]] = value if isinstance(value, str) else number_text(value)
        lines = [" ".join(PENGUIN_COLUMNS)]
        for place, epoch in enumerate(history):
            names = ("epoch", "train_loss", "val_loss", "val_accuracy_percent")
            rest = [cells[name] if place == 0 else "" for name in PENGUIN_COLUMNS[4:]]
            lines.append(" ".join([*(repr(epoch[name]) for name in names), *rest]))
        yield row["native_id"], "\n".join([*lines, ""])


def put_leaf(target, path, value):
    """Put a value into nested dicts and lists where a path such as ``a.b[0][1]`` says."""
    steps = [int(i) if i else n for i, n in re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        fresh = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            target += [None] * (step + 1 - len(target))
            if target[step] is None:
                target[step] = fresh
        else:
            target.setdefault(step, fresh)
        target = target[step]


def ec_nas_results(stored):
    """Module hash, repeat and ``results.json`` of each training."""
    for row, history, measurements in stored.trainings():
        results = {"trainable_params": row["parameter_count"]}
        for place, epoch in enumerate(history):
            at = f"evaluation_results[{place}]"
            put_leaf(results, f"{at}.epochs", epoch["epoch"])
            put_leaf(results, f"{at}.training_time", epoch["training_time_seconds"])
            for split, name in (("train", "train"), ("val", "validation"), ("test", "test")):
                percent = epoch[f"{split}_accuracy_percent"]
                put_leaf(results, f"{at}.{name}_accuracy", percent / 100)
        for one in measurements:
            path = one["source_name"]
            put_leaf(results, path, told(one))
            if not pd.isna(one["device"]):
                kind, place = re.fullmatch(r"avg_power_usages:\.(\w+)\..*\[(\d+)\]", path).groups()
                put_leaf(results, f"avg_power_usages:.{kind}.devices[{place}]", one["device"])
        yield row["native_id"], row["repeat"], results


def nasbench101_records(stored):
    """The records by module hash."""
    records = {}
    for row, history, _ in stored.trainings():
        fresh = {
            **json.loads(row["genome"]),
            "trainable_parameters": row["parameter_count"],
            "computed_metrics": {},
        }
        metrics = records.setdefault(row["native_id"], fresh)["computed_metrics"]
        trainings = metrics.setdefault(number_text(row["epoch_budget"]), [])
        training = {}
        for epoch in history:
            part = "final" if epoch["epoch"] == row["epoch_budget"] else "halfway"
            training[f"{part}_training_time"] = epoch["training_time_seconds"]
            for split, name in (("train", "train"), ("val", "validation"), ("test", "test")):
                percent = epoch[f"{split}_accuracy_percent"]
                training[f"{part}_{name}_accuracy"] = percent / 100
        assert row["repeat"] == len(trainings) + 1
        trainings.append(training)
    return records


def evovis_files(stored):
    """Text of ``chromosome.json`` and value of ``results.json`` by folder."""
    for row, history, measurements in stored.trainings():
        assert not history
        results = {"error": row["status"] == "failed"}
        if not pd.isna(row["last_val_accuracy_percent"]):
            results["val_acc"] = row["last_val_accuracy_percent"] / 100
        for one in measurements:
            value = told(one)
            results[one["source_name"]] = json.loads(value) if isinstance(value, str) else value
        yield f"Generation_{row['generation']}/{row['native_id']}", row["genome"], results


def evovis_parents(stored):
    """The lines of ``crossover_parents.csv``."""
    networks = stored.architectures.set_index("architecture")
    for _, pair in stored.lineage.sort_values("parent_number").groupby("source_row"):
        first, second = pair.to_dict("records")
        child = networks.loc[first["child"]]
        names = [networks.loc[one["parent"], "native_id"] for one in (first, second)]
        assert first["operator"] == second["operator"] == "crossover"
        yield (
            f'Generation: {child["generation"] - 1},"Parent_1: ({names[0]}, {first["cut"]})",'
            f'"Parent_2: ({names[1]}, {second["cut"]})",New_Individual: {child["native_id"]}'
        )
