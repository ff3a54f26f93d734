"""What a prediction engine would have saved: the numbers of `vinarch.replay` for any settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.errors import VinarchError
from vinarch.explorer.answers.engine_fits import Fits, engine_of, read_fits
from vinarch.replaying import replay_summary
from vinarch.replaying.network_table import told_networks

if TYPE_CHECKING:
    from vinarch.explorer.answers.desk import Ask
    from vinarch.explorer.state import EngineChoice


@dataclass(frozen=True)
class Replays:
    """The rows of `vinarch.replay` of an experiment."""

    archive: str
    experiment: str
    engine: EngineChoice

    @property
    def label(self) -> str:
        """What is done."""
        return f"Replaying the engine on {self.experiment}"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return rows of the schema `vinarch.schema.REPLAYED_NETWORKS`.

        Raises
        ------
        SelectionError
            As `Fits`.
        """
        histories, replayed = read_fits(
            ask(Fits(self.archive, self.experiment, self.engine.function))
        )
        engine = engine_of(ask.commons, self.archive, self.experiment, self.engine)
        return told_networks(engine, histories, replayed)


@dataclass(frozen=True)
class Saved:
    """The rows of `vinarch.replay_summary` of chosen experiments.

    Experiments that cannot be replayed have no row.
    """

    archive: str
    experiments: tuple[str, ...]
    engine: EngineChoice

    @property
    def label(self) -> str:
        """What is done."""
        return "Replaying the prediction engine"

    def answer(self, ask: Ask) -> pd.DataFrame:
        """Return rows of the schema `vinarch.schema.REPLAY_SUMMARY`.

        Raises
        ------
        VinarchError
            If no experiment can be replayed: why the first cannot.
        """
        networks, faults = [], []
        for place, name in enumerate(self.experiments):
            ask.say(f"{self.label}: {self.engine.function}", place, len(self.experiments))
            try:
                networks.append(ask(Replays(self.archive, name, self.engine)))
            except VinarchError as error:
                faults.append(error)
        if not networks:
            raise faults[0]
        return replay_summary(pd.concat(networks, ignore_index=True))
