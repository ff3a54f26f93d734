"""Replay an engine over the histories of one partition: a frame of records in, one of networks out.

pandas and the engine; no Dask, no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.prediction.prefixes import Curves, first_convergence, replay_curves
from vinarch.replaying.whole_networks import NETWORK, network_starts
from vinarch.schema import REPLAYED_NETWORKS

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from vinarch.prediction import PredictionEngine
    from vinarch.prediction.prefixes import Replayed

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

RECORD_COLUMNS = [
    *NETWORK,
    "structure_id",
    "epoch",
    "val_accuracy_percent",
    "prediction_percent",
    "converged",
]
"""Columns of `histories` that a replay needs."""

STATUS_COLUMNS = [*NETWORK, "status"]
"""Columns of `architectures` that a replay needs."""

_HISTORIES = {"ok": "full", "early_stopped": "cut"}


@dataclass(frozen=True)
class Histories:
    """The training histories of n networks, side by side and in order of their key."""

    keys: pd.DataFrame
    """Key and structure of each network."""
    curves: Curves
    history: npt.NDArray[np.object_]
    """`full`, `cut` or `incomplete`."""
    recorded_epoch: Floats
    recorded_prediction: Floats

    @property
    def last(self) -> Whole:
        """Return the place of each network's last record."""
        return self.curves.count - 1

    def at(self, values: Floats, place: Whole) -> Floats:
        """Return of each network the value at a place, NaN where the place is negative."""
        found = values[np.arange(len(place)), np.maximum(place, 0)]
        return np.where(place >= 0, found, np.nan)


def histories_of(
    records: pd.DataFrame, statuses: pd.DataFrame, engine: PredictionEngine
) -> Histories:
    """Lay the histories of a partition side by side, up to the engine's last epoch.

    Parameters
    ----------
    records : pandas.DataFrame
        `RECORD_COLUMNS`; no history is split.
    statuses : pandas.DataFrame
        `STATUS_COLUMNS` of these networks and maybe others.
    engine : PredictionEngine

    Returns
    -------
    Histories

    Raises
    ------
    ParameterError
        If a history begins before the engine's first epoch.
    """
    seen = records[records["epoch"] <= engine.last_epoch]
    seen = seen.sort_values([*NETWORK, "epoch"], ignore_index=True)
    starts = network_starts(seen)
    count = np.diff(np.append(starts, len(seen)))
    networks = len(starts)
    _check_first(seen.iloc[starts], engine)
    row = np.repeat(np.arange(networks), count)
    place = np.arange(len(seen)) - np.repeat(starts, count)
    shape = (networks, int(count.max(initial=1)))
    epochs = np.zeros(shape)
    fitness = np.zeros(shape)
    epochs[row, place] = seen["epoch"].to_numpy(dtype=np.float64)
    # Past its end a curve goes on in steps, so that curves of one spacing share their x.
    steps = np.arange(shape[1]) - (count[:, None] - 1)
    ends = epochs[np.arange(networks), count - 1][:, None] + steps * engine.epoch_step
    epochs = np.where(steps > 0, ends, epochs)
    fitness[row, place] = seen["val_accuracy_percent"].to_numpy(dtype=np.float64)
    keys = seen.iloc[starts][[*NETWORK, "structure_id"]].reset_index(drop=True)
    known = keys.merge(_near(statuses, keys), on=NETWORK, how="left", validate="1:1")["status"]
    history = known.map(_HISTORIES).fillna("incomplete").to_numpy(dtype=object)
    last = epochs[np.arange(networks), count - 1]
    short = last < engine.last_epoch - engine.epoch_step
    history[short & (history == "full")] = "cut"
    flags = seen["converged"].to_numpy(dtype=bool, na_value=False)
    said = np.zeros(shape, dtype=bool)
    said[row, place] = flags
    predicted = np.full(shape, np.nan)
    predicted[row, place] = seen["prediction_percent"].to_numpy(dtype=np.float64)
    at = np.arange(networks), said.argmax(axis=1)
    any_said = said.any(axis=1)
    return Histories(
        keys,
        Curves(epochs, fitness, count),
        history,
        np.where(any_said, epochs[at], np.nan),
        np.where(any_said, predicted[at], np.nan),
    )


def _check_first(firsts: pd.DataFrame, engine: PredictionEngine) -> None:
    early = firsts[firsts["epoch"] < engine.first_epoch]
    if len(early):
        network = early.iloc[0]
        whose = f"{network['archive']}, {network['experiment']}"
        raise ParameterError(
            f"{whose}, architecture {network['architecture']}",
            f"epochs from {engine.first_epoch:g} on, the engine's first_epoch",
            f"epoch {network['epoch']:g}",
            "Replay with another engine: dataclasses.replace(engine, first_epoch=…, epoch_step=…).",
        )


def _near(statuses: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Leave out most of the statuses that are not of these networks, which a merge would sort."""
    number = statuses["architecture"]
    close = number.between(keys["architecture"].min(), keys["architecture"].max())
    return statuses[close & statuses["experiment"].isin(keys["experiment"].unique())]


@dataclass(frozen=True)
class Outcome:
    """What an engine does with each of n networks."""

    place: Whole
    """Place of the record of convergence, -1 for none."""
    convergence_epoch: Floats
    prediction: Floats
    last_accuracy: Floats
    error: Floats
    saved: Floats


def outcome_of(histories: Histories, replayed: Replayed, place: Whole) -> Outcome:
    """Say what follows from converging at a place; error and savings of full histories only."""
    epoch = histories.at(histories.curves.epochs, place)
    prediction = histories.at(replayed.predictions, place)
    accuracy = histories.at(histories.curves.fitness, histories.last)
    end = histories.at(histories.curves.epochs, histories.last)
    full = histories.history == "full"
    saved = np.where(place >= 0, end - epoch, 0.0)
    return Outcome(
        place,
        epoch,
        prediction,
        accuracy,
        np.where(full, prediction - accuracy, np.nan),
        np.where(full, saved, np.nan),
    )


def replay_table(
    records: pd.DataFrame, statuses: pd.DataFrame, engine: PredictionEngine
) -> pd.DataFrame:
    """Replay an engine over the whole histories of one partition.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.REPLAYED_NETWORKS`.
    """
    if records.empty:
        return REPLAYED_NETWORKS.empty()
    histories = histories_of(records, statuses, engine)
    if histories.keys.empty:
        return REPLAYED_NETWORKS.empty()
    return told_networks(engine, histories, replay_curves(engine, histories.curves))


def told_networks(
    engine: PredictionEngine, histories: Histories, replayed: Replayed
) -> pd.DataFrame:
    """Say of networks what an engine does with them, from predictions that are made already.

    Fits depend on the function only: of the engine, N, threshold and C_min are applied here, so
    that one replay from an earlier first fit on serves all of them.

    Returns
    -------
    pandas.DataFrame
        Of the schema `vinarch.schema.REPLAYED_NETWORKS`.
    """
    place = first_convergence(engine.rule, replayed, engine.minimum_epochs)
    found = outcome_of(histories, replayed, place)
    tried = replayed.tried & (np.arange(replayed.tried.shape[1]) >= engine.minimum_epochs)
    converged = found.place >= 0
    end = histories.at(histories.curves.epochs, histories.last)
    columns: dict[str, Any] = {
        "history": histories.history,
        "record_count": histories.curves.count,
        "fit_count": tried.sum(axis=1),
        "failed_fit_count": (tried & np.isnan(replayed.predictions)).sum(axis=1),
        "converged": converged,
        "convergence_epoch": found.convergence_epoch,
        "prediction_percent": found.prediction,
        "last_epoch": end,
        "epochs_trained": end - engine.first_epoch + engine.epoch_step,
        "last_val_accuracy_percent": found.last_accuracy,
        "error_points": found.error,
        "epochs_saved": found.saved,
        "fitness_percent": np.where(converged, found.prediction, found.last_accuracy),
        "recorded_convergence_epoch": histories.recorded_epoch,
        "recorded_prediction_percent": histories.recorded_prediction,
    }
    return histories.keys.assign(**columns).astype(REPLAYED_NETWORKS.empty().dtypes.to_dict())[
        list(REPLAYED_NETWORKS.names)
    ]
