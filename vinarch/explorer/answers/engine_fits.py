"""The fits behind the prediction engine: every function fitted once to the curves of an experiment.

N, threshold and C_min are rules applied to the same predictions, so a question of fits hangs on
the function alone; `engine` asks it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.errors import SelectionError
from vinarch.explorer.state.settling import MINIMUM_EPOCHS
from vinarch.prediction.prefixes import Curves, Replayed, replay_curves
from vinarch.recording.engines import choose_engine
from vinarch.replaying.network_table import RECORD_COLUMNS, Histories, histories_of
from vinarch.replaying.sweeping import with_function
from vinarch.replaying.whole_networks import NETWORK

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import EngineChoice
    from vinarch.prediction import PredictionEngine

PUBLISHED = "a4nn_2023"
"""The engine that the explorer replays, moved to the epochs of an experiment."""

_KEYS = [*NETWORK, "structure_id"]
_TOLD = ["history", "record_count", "recorded_epoch", "recorded_prediction"]
_MADE = ["prediction", "clears", "tried"]
_PARAMETER = "parameter_"


@dataclass(frozen=True)
class Records:
    """The training histories of an experiment, with the status of each network."""

    archive: str
    experiment: str

    @property
    def label(self) -> str:
        """What is done."""
        return f"Reading the learning curves of {self.experiment}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return `RECORD_COLUMNS`, ``structure`` and ``status``, in order of network and epoch.

        Raises
        ------
        SelectionError
            If no validation accuracy of an epoch is known.
        """
        mine = ask.commons.select(archive=self.archive, experiment=self.experiment)
        lazy = mine.histories[[*RECORD_COLUMNS, "structure"]]
        records: pd.DataFrame = ask.compute(lazy, self.label)
        if not records["val_accuracy_percent"].notna().any():
            raise SelectionError(
                f"{self.archive}, {self.experiment}",
                "validation accuracies epoch by epoch",
                "none: only the trained networks are on record",
                "Choose an archive with training histories, such as JS9FR6.",
            )
        statuses = ask.compute(mine.architectures[[*NETWORK, "status"]], self.label)
        joined = records.merge(statuses, on=NETWORK, how="left", validate="m:1")
        return joined.sort_values([*NETWORK, "epoch"], ignore_index=True)


@dataclass(frozen=True)
class Fits:
    """What the engine would have said after each record of each network, for one function.

    One row a network and place in its history, networks by key, all with as many places; from the
    first place on at which any C_min lets the engine fit.
    """

    archive: str
    experiment: str
    function: str

    @property
    def label(self) -> str:
        """What is done."""
        return f"Fitting {self.function} to the learning curves of {self.experiment}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return what `read_fits` reads.

        Raises
        ------
        SelectionError
            If the experiment has no learning curves, or the engine cannot count its epochs.
        """
        records = ask(Records(self.archive, self.experiment))
        published = engine_of(ask.commons, self.archive, self.experiment)
        engine = replace(with_function(published, self.function), minimum_epochs=MINIMUM_EPOCHS[0])
        statuses = records[[*NETWORK, "status"]].drop_duplicates(NETWORK)
        histories = histories_of(records, statuses, engine)
        ask.say(self.label)
        return _frame_of(histories, replay_curves(engine, histories.curves))


def engine_of(
    commons: Commons, archive: str, experiment: str, choice: EngineChoice | None = None
) -> PredictionEngine:
    """Return A4NN's engine, moved to the epochs of an experiment, with the parameters of a choice.

    Raises
    ------
    SelectionError
        If the experiment does not tell its epochs, or records few of many.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.prediction import a4nn_2023
    >>> engine_of(vinarch.fetch("JS9FR6"), "JS9FR6", "1gpu_1e14_early_termination") == a4nn_2023
    True
    """
    index = commons.experiment_index
    row = index[(index["archive"] == archive) & (index["experiment"] == experiment)].iloc[0]
    budget, first, step = row["epoch_budget"], row["first_epoch"], row["epoch_step"]
    if pd.isna(budget) or pd.isna(first) or pd.isna(step):
        got = "no budget of epochs" if pd.isna(budget) else "a few records of many epochs"
        raise SelectionError(
            f"{archive}, {experiment}",
            "learning curves with a record every epoch, or at another even step, and their end",
            got,
            "The prediction engine cannot be replayed on it; choose another experiment.",
        )
    engine = choose_engine(
        PUBLISHED,
        # Epoch 1 is after one epoch; records begin one step after the beginning.
        first_record=float(first) - 1 + float(step),
        epoch_step=float(step),
        epoch_budget=float(budget),
    )
    if choice is None:
        return engine
    return replace(
        with_function(engine, choice.function),
        predictions_needed=choice.predictions_needed,
        threshold=choice.threshold,
        minimum_epochs=choice.minimum_epochs,
    )


def _frame_of(histories: Histories, replayed: Replayed) -> pd.DataFrame:
    networks, places = histories.curves.epochs.shape
    row = np.repeat(np.arange(networks), places)
    frame = histories.keys.take(row).reset_index(drop=True)
    of_network = {
        "history": histories.history,
        "record_count": histories.curves.count,
        "recorded_epoch": histories.recorded_epoch,
        "recorded_prediction": histories.recorded_prediction,
    }
    of_record = {
        "epoch": histories.curves.epochs,
        "fitness": histories.curves.fitness,
        "prediction": replayed.predictions,
        "clears": replayed.clears,
        "tried": replayed.tried,
    }
    parameters = replayed.parameters.reshape(networks * places, -1)
    return frame.assign(
        **{name: values[row] for name, values in of_network.items()},
        **{name: values.ravel() for name, values in of_record.items()},
        **{f"{_PARAMETER}{number}": column for number, column in enumerate(parameters.T)},
    )


def read_fits(fits: pd.DataFrame) -> tuple[Histories, Replayed]:
    """Return the histories and the predictions of a frame of `Fits`, as arrays."""
    starts = np.flatnonzero(~fits.duplicated(NETWORK).to_numpy())
    shape = (len(starts), len(fits) // max(len(starts), 1))
    ones = fits.iloc[starts]
    known = {name: ones[name].to_numpy() for name in _TOLD}
    made = {name: fits[name].to_numpy().reshape(shape) for name in ("epoch", "fitness", *_MADE)}
    names = [name for name in fits.columns if name.startswith(_PARAMETER)]
    return (
        Histories(
            ones[_KEYS].reset_index(drop=True),
            Curves(made["epoch"], made["fitness"], known["record_count"]),
            known["history"].astype(object),
            known["recorded_epoch"],
            known["recorded_prediction"],
        ),
        Replayed(
            made["prediction"],
            fits[names].to_numpy().reshape(*shape, len(names)),
            made["clears"],
            made["tried"],
        ),
    )
