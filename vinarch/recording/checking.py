"""Check what is said of a network against what is recorded of it: epochs, last values, fractions.

Events and a run's description in; an error or a warning out. Writes nothing.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.recording.values import LOSSES, OF_NETWORKS, PERCENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.run_files import EpochEnded, RunDescription, Value


def next_epoch(run: RunDescription, epochs: Sequence[EpochEnded]) -> float:
    """Return the epoch that is to be logged next."""
    if not epochs:
        return run.first_record
    return epochs[-1].epoch + (1 if run.epoch_step is None else run.epoch_step)


def check_epoch(run: RunDescription, epochs: Sequence[EpochEnded], epoch: Any) -> None:
    """Refuse an epoch that is not the next one.

    Raises
    ------
    ParameterError
        If it is another one, or no number.
    """
    place = f"network.log({epoch!r}, …)"
    if isinstance(epoch, bool) or not isinstance(epoch, (int, float, np.integer, np.floating)):
        raise ParameterError(place, "a number", type(epoch).__name__, "Pass the epoch first.")
    if not math.isfinite(epoch):
        raise ParameterError(place, "a finite number", f"{epoch}", "Pass the epoch first.")
    wanted = next_epoch(run, epochs)
    last = epochs[-1].epoch if epochs else None
    if last is not None and not epoch > last:
        got = "that epoch again" if epoch == last else "an earlier one"
        raise ParameterError(
            place,
            f"an epoch after {last:g}, which is recorded",
            got,
            f"Go on with epoch {wanted:g}; where there is no checkpoint to go on from, start "
            "the network by recorder.start(…, resume=False).",
        )
    exact = run.epoch_step is not None
    if (exact and not math.isclose(epoch, wanted)) or not epoch >= run.first_record:
        raise ParameterError(
            place,
            f"epoch {wanted:g}" + (", the next one" if epochs else ", the first one"),
            f"{epoch:g}",
            "Log every epoch, or pass Recorder(first_epoch=…, epoch_step=…) as your loop "
            "counts; epoch_step=None where only some epochs are logged.",
        )
    if run.last_record is not None and epoch > run.last_record:
        raise ParameterError(
            place,
            f"epochs to {run.last_record:g}, where the epoch budget is spent",
            f"{epoch:g}",
            "Finish the network, or record with a larger epoch_budget.",
        )


def check_last(
    where: str,
    read: Mapping[str, Value],
    at_start: Mapping[str, Value],
    epochs: Sequence[EpochEnded],
) -> None:
    """Refuse values of a trained network that contradict its start or its last epoch.

    Raises
    ------
    ParameterError
        If one does.
    """
    last = epochs[-1].values if epochs else {}
    for known, whose in ((last, "the last epoch"), (at_start, "its start")):
        for name, value in read.items():
            fixed = name in (*PERCENTS, *LOSSES) or (known is not last and name in OF_NETWORKS)
            if fixed and name in known and known[name] != value:
                raise ParameterError(
                    f"{where}({name}=…)",
                    f"{known[name]!r}, as recorded with {whose}",
                    repr(value),
                    "Leave it out, or name it otherwise if it is of another checkpoint.",
                )


def warn_of_fractions(network: int, epochs: Sequence[EpochEnded]) -> None:
    """Warn of percentages of which none is above 1, from two calls up."""
    for name in PERCENTS:
        known = [float(one.values[name]) for one in epochs if name in one.values]
        if known and 0 < max(known) <= 1:
            warnings.warn(
                f"network {network}: no {name} is above 1 %, which looks like fractions; "
                f"pass {name.removesuffix('_percent')}= for those.",
                stacklevel=3,
            )
