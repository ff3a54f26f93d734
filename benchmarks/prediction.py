"""The prediction engine against the record: both solvers over JS9FR6, and replays that grow.

Run by hand: VINARCH_TEST_ARCHIVES=… python benchmarks/prediction.py [step]
where step is `solvers` (half an hour of processor time: SciPy fits every recorded epoch;
`solvers 10` takes every tenth network), `replay` (the default), or `grow 20000` (synthetic
networks; give a million for the whole).
Times are processor times, so that a busy machine shows less.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

import vinarch
from vinarch.prediction import PRESETS, find_function
from vinarch.prediction.beginnings import Beginnings
from vinarch.prediction.convergence import converged_after
from vinarch.prediction.solving import solve
from vinarch.replaying import replay
from vinarch.replaying.network_table import RECORD_COLUMNS, STATUS_COLUMNS, replay_table
from vinarch.replaying.replays import over_networks
from vinarch.schema import ARCHITECTURES, HISTORIES, REPLAYED_NETWORKS

ENGINE = PRESETS["a4nn_2023"]
PENGUIN = find_function("penguin")
BOUNDS = (PENGUIN.lower_bounds, PENGUIN.upper_bounds)
EPOCHS = 25
REPEATS = 5


def square(rows: pd.DataFrame, column: str) -> np.ndarray:
    # pivot_table would leave out the first epochs, which nobody predicts from.
    wide = rows.pivot(  # noqa: PD010
        index=["experiment", "architecture"], columns="epoch", values=column
    )
    return wide.to_numpy(dtype=float, na_value=np.nan)


def squares(parameters: np.ndarray, wanted: Beginnings) -> np.ndarray:
    x, fitness = wanted.x[wanted.curve], wanted.fitness[wanted.curve]
    a, b, c = (column[:, None] for column in parameters.T)
    seen = np.arange(x.shape[1]) < wanted.count[:, None]
    with np.errstate(all="ignore"):
        return np.where(seen, (PENGUIN.call(x, a, b, c) - fitness) ** 2, 0).sum(axis=1)


def fits(fitness: np.ndarray, there: np.ndarray) -> Beginnings:
    """Every fit that the engine makes over some histories."""
    curve, last = np.nonzero(there & (np.arange(EPOCHS) >= ENGINE.minimum_epochs))
    x = np.tile(np.arange(float(EPOCHS)), (len(fitness), 1))
    return Beginnings(x, np.nan_to_num(fitness), curve, last + 1)


def solvers(commons, every: int) -> None:
    columns = [
        *("experiment", "architecture", "epoch", "val_accuracy_percent"),
        *("prediction_percent", "converged"),
    ]
    rows = commons.histories[columns].compute()
    recorded, verdicts = square(rows, "prediction_percent"), square(rows, "converged")
    there = ~np.isnan(verdicts)
    found = converged_after(ENGINE.rule, recorded, np.zeros(recorded.shape, dtype=bool))
    same = found[there] == verdicts[there].astype(bool)
    print(f"convergence rule: {same.sum():,} of {there.sum():,} recorded verdicts")

    fitness = square(rows, "val_accuracy_percent")
    everything = fits(fitness, there)
    spent = []
    for _ in range(REPEATS):
        begin = time.process_time()
        solve(PENGUIN, BOUNDS, None, "fast", everything, ENGINE.last_epoch)
        spent.append((time.process_time() - begin) / len(everything.curve))
    wanted = fits(fitness[::every], there[::every])
    stored = recorded[::every][wanted.curve, wanted.count - 1]
    begin = time.process_time()
    reference = solve(PENGUIN, BOUNDS, None, "reference", wanted, ENGINE.last_epoch)
    slow = (time.process_time() - begin) / len(wanted.curve)
    fast = solve(PENGUIN, BOUNDS, None, "fast", wanted, ENGINE.last_epoch)
    known, fitted = np.isfinite(stored), np.isfinite(reference.predictions)
    close = np.abs(reference.predictions - stored)[known & fitted] <= 0.01
    print(
        f"reference: within 0.01 of {close.sum():,} of {known.sum():,} finite recorded predictions "
        f"({close.sum() / known.sum():.3%}); finite or not as recorded in "
        f"{(known == fitted).sum():,} of {len(stored):,} fits ({(known == fitted).mean():.3%}); "
        f"fails in {(~fitted).mean():.1%}"
    )
    mine, theirs = squares(fast.parameters, wanted), squares(reference.parameters, wanted)
    more = (mine - theirs)[fitted]
    print(
        f"sum of squares, fast minus reference: at most {more.max():.1e}; fast lower by more than "
        f"1e-6 in {(more < -1e-6).mean():.1%}; fast without a fit: "
        f"{np.isnan(fast.predictions).sum()}"
    )
    apart = np.abs(fast.predictions - reference.predictions)
    for tolerance in (1e-6, 1e-8, 1e-10):
        reached = fitted & (theirs - mine <= tolerance * mine)
        print(
            f"  where the reference is within {tolerance:.0e} of the optimum's sum of squares "
            f"({reached.sum():,} fits): predictions within 0.01 in "
            f"{(apart[reached] <= 0.01).mean():.2%}, at most {apart[reached].max():.4f} apart"
        )
    quick = statistics.median(spent)
    print(
        f"per fit: reference {slow * 1e3:.1f} ms (over {len(wanted.curve):,}), fast "
        f"{quick * 1e6:.0f} µs (over {len(everything.curve):,}, median of {REPEATS}), "
        f"ratio {slow / quick:.0f}"
    )


def replays(commons) -> None:
    for _ in range(3):
        begin, wall = time.process_time(), time.perf_counter()
        found = replay(commons).compute()
        print(
            f"replay of {len(found)} networks: {time.perf_counter() - wall:.2f} s by the clock, "
            f"{time.process_time() - begin:.2f} s of processor time"
        )


NETWORKS_A_PART = 5_000
MADE_COLUMNS = [*RECORD_COLUMNS, "train_accuracy_percent"]


def synthetic(number: int, columns: list[str] | None = None) -> pd.DataFrame:
    """One partition of made-up histories."""
    random = np.random.default_rng(number)
    networks = np.arange(number * NETWORKS_A_PART, (number + 1) * NETWORKS_A_PART)
    epoch = np.tile(np.arange(EPOCHS), NETWORKS_A_PART)
    rate = random.uniform(0.05, 1, NETWORKS_A_PART).repeat(EPOCHS)
    accuracy = 95 - 60 * np.exp(-rate * epoch) + random.normal(0, 1, len(epoch))
    frame = pd.DataFrame(
        {
            "archive": "MADE",
            "experiment": "up",
            "architecture": networks.repeat(EPOCHS),
            "structure_id": "s",
            "epoch": epoch,
            "val_accuracy_percent": np.clip(accuracy, 0, 100),
            "prediction_percent": np.nan,
            "converged": False,
            "train_accuracy_percent": np.nan,
        }
    )
    return frame.astype(HISTORIES.empty()[MADE_COLUMNS].dtypes.to_dict())[columns or MADE_COLUMNS]


def made_statuses(number: int) -> pd.DataFrame:
    networks = np.arange(number * NETWORKS_A_PART, (number + 1) * NETWORKS_A_PART)
    frame = pd.DataFrame(
        {"archive": "MADE", "experiment": "up", "architecture": networks, "status": "ok"}
    )
    return frame.astype(ARCHITECTURES.empty()[STATUS_COLUMNS].dtypes.to_dict())


def grow(networks: int) -> None:
    parts = range(networks // NETWORKS_A_PART)
    made = SimpleNamespace(
        histories=dd.from_map(synthetic, parts, meta=HISTORIES.empty()[MADE_COLUMNS]),
        architectures=dd.from_map(made_statuses, parts, meta=ARCHITECTURES.empty()[STATUS_COLUMNS]),
    )
    begin, wall = time.process_time(), time.perf_counter()
    table = over_networks(made, replay_table, REPLAYED_NETWORKS.empty(), ENGINE)
    with tempfile.TemporaryDirectory() as folder:
        table.to_parquet(folder)
        rows = sum(pq.read_metadata(path).num_rows for path in Path(folder).glob("*.parquet"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:,} synthetic networks: {time.perf_counter() - wall:.1f} s by the clock, "
        f"{time.process_time() - begin:.1f} s of processor time, peak memory {peak:.0f} MB"
    )


def main() -> None:
    step, number = (sys.argv[1:2] or ["replay"])[0], int((sys.argv[2:3] or ["1"])[0])
    if step == "grow":
        with dask.config.set(scheduler="threads", num_workers=2):
            grow(number)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["VINARCH_HOME"] = home
        commons = vinarch.fetch("JS9FR6", mirror=os.environ["VINARCH_TEST_ARCHIVES"])
        if step == "solvers":
            solvers(commons, number)
        else:
            replays(commons)


if __name__ == "__main__":
    main()
