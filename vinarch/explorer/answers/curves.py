"""Learning curves, and what the prediction engine makes of one: every record, as it was logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vinarch.errors import SelectionError, VinarchError
from vinarch.explorer.answers.engine_fits import Fits, Records, engine_of, read_fits
from vinarch.explorer.answers.holders import Members
from vinarch.prediction.prefixes import first_convergence
from vinarch.replaying.whole_networks import NETWORK
from vinarch.schema.published import FITTED_CURVES
from vinarch.summary.paper_curves import function_points

if TYPE_CHECKING:
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import EngineChoice, NetworkKey, Run

CURVE_COLUMNS = (*NETWORK, "structure", "status", "epoch", "val_accuracy_percent")


@dataclass(frozen=True)
class Curves:
    """The learning curves of all networks; those that hold a subsequence are marked.

    Parameters
    ----------
    archive, experiments
        Whose.
    run : Run, optional
        Without it no network is marked.
    """

    archive: str
    experiments: tuple[str, ...]
    run: Run | None

    @property
    def label(self) -> str:
        """What is done."""
        return "Reading learning curves"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return `CURVE_COLUMNS` and ``held``, in order of experiment, network and epoch.

        Raises
        ------
        VinarchError
            If no experiment has learning curves: why the first has none.
        """
        curves, faults = [], []
        for name in self.experiments:
            try:
                curves.append(ask(Records(self.archive, name)))
            except VinarchError as error:
                faults.append(error)
        if not curves:
            raise faults[0]
        records = pd.concat(curves, ignore_index=True)[list(CURVE_COLUMNS)]
        records = records[records["val_accuracy_percent"].notna()].reset_index(drop=True)
        if self.run is None:
            return records.assign(held=False)
        one = self.run.experiment
        held = ask(Members(self.archive, self.experiments if one is None else (one,), self.run))
        there = pd.MultiIndex.from_frame(records[_KEY]).isin(pd.MultiIndex.from_frame(held[_KEY]))
        return records.assign(held=there)


_KEY = ["experiment", "architecture"]


@dataclass(frozen=True)
class Overlay:
    """What the engine makes of one network: fitted function, convergence, prediction.

    The convergence and the prediction are those of `vinarch.replay`.
    """

    archive: str
    network: NetworkKey
    engine: EngineChoice

    @property
    def label(self) -> str:
        """What is done."""
        return f"Replaying the engine on network {self.network.architecture}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return ``series`` (`fitted`, `prediction`, `made`), ``epoch, accuracy_percent``.

        The function is the one fitted after the epoch of convergence, ``convergence_epoch``;
        `made` are the predictions after each epoch, finite ones. Without convergence there are
        only these.

        Raises
        ------
        SelectionError
            As `Fits`, or if there is no such network.
        """
        name = self.network.experiment
        fits = ask(Fits(self.archive, name, self.engine.function))
        mine = fits[fits["architecture"] == self.network.architecture]
        if mine.empty:
            raise SelectionError(
                f"{self.archive}, {name}",
                "the number of a network with a training history",
                str(self.network.architecture),
                "Choose one of the list.",
            )
        engine = engine_of(ask.commons, self.archive, name, self.engine)
        histories, replayed = read_fits(mine)
        (place,) = first_convergence(engine.rule, replayed, engine.minimum_epochs)
        epochs, made = histories.curves.epochs[0], replayed.predictions[0]
        there = np.isfinite(made) & (np.arange(len(made)) >= engine.minimum_epochs)
        series = [("made", epochs[there], made[there])]
        if place >= 0:
            parameters = tuple(replayed.parameters[0, place].tolist())
            series += [
                ("fitted", *function_points(engine, parameters)),
                ("prediction", np.array([engine.last_epoch]), made[[place]]),
            ]
        return pd.concat(
            [
                pd.DataFrame({"series": one, "epoch": x, "accuracy_percent": y})
                for one, x, y in series
            ],
            ignore_index=True,
        ).assign(convergence_epoch=epochs[place] if place >= 0 else np.nan)


@dataclass(frozen=True)
class Shown:
    """Learning curves, and with one chosen network what the engine makes of it."""

    curves: Curves
    overlay: Overlay | None = None

    @property
    def label(self) -> str:
        """What is done."""
        return self.curves.label if self.overlay is None else self.overlay.label

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return records, ``series`` `recorded`, and those of `Overlay`; ``remark`` says why not.

        Raises
        ------
        VinarchError
            As `Curves`.
        """
        recorded = ask(self.curves).rename(columns={"val_accuracy_percent": "accuracy_percent"})
        recorded = recorded.assign(series="recorded", convergence_epoch=np.nan, remark="")
        if self.overlay is None:
            return recorded
        try:
            made = ask(self.overlay)
        except VinarchError as error:
            return recorded.assign(remark=str(error))
        key = self.overlay.network
        whose = {"archive": self.curves.archive, "experiment": key.experiment}
        told = made.assign(**whose, architecture=key.architecture, held=False, remark="")
        return pd.concat([recorded, told], ignore_index=True)


def fitted_curve(answer: pd.DataFrame, network: NetworkKey, words: str) -> pd.DataFrame:
    """Return the rows of one network in the columns of `vinarch.schema.published.FITTED_CURVES`.

    Epochs may be halves; the series ``made`` is among the rows, and without convergence it is all
    that the engine made.

    Parameters
    ----------
    answer : DataFrame
        Of `Shown`, with what the engine makes of the network.
    network : NetworkKey
    words : str
        What the engine is.
    """
    mine = answer[
        (answer["experiment"] == network.experiment)
        & (answer["architecture"] == network.architecture)
    ]
    end = float(mine["convergence_epoch"].max())
    told = mine.assign(avoidable=mine["epoch"] > end, convergence_epoch=end, engine=words)
    dtypes = FITTED_CURVES.empty().dtypes.to_dict() | {"convergence_epoch": "float64"}
    return told[list(FITTED_CURVES.names)].astype(dtypes)
