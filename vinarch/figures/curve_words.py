"""What a figure of learning curves says in words: its caption.

The frame that is drawn in, sentences out; nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinarch.figures.accuracy_scale import SCALE_WORDS, AccuracyScale
from vinarch.figures.curve_parts import band_rows, early_ends, epoch_words, sparse_epochs
from vinarch.figures.measure_words import counted, percent
from vinarch.summary.curve_frames import FEWEST_IN_BAND

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.figures.panel_figure import Shown


def curve_caption(drawn: pd.DataFrame) -> str:
    """Say what the curves show: the band, the early ends, the networks drawn heavily."""
    experiment = str(drawn["experiment"].iloc[0])
    count = drawn["architecture"].nunique()
    said = (
        f"Validation accuracy over epochs of the {counted(count, 'network')} of the experiment "
        f"{experiment}"
    )
    band = band_rows(drawn)
    if len(band):
        first, last_band = band.iloc[0], band.iloc[-1]
        said += (
            "; the broad line is the median and the band the quartiles over the networks "
            f"still training at each epoch, {int(first['networks_training'])} at epoch "
            f"{epoch_words(first['epoch'])} and {int(last_band['networks_training'])} at epoch "
            f"{epoch_words(last_band['epoch'])}"
        )
        if float(drawn["epoch"].max()) > float(last_band["epoch"]):
            said += ", beyond which too few of them train for quartiles"
        said += "."
    else:
        said += "; too few of them train at any epoch for a median and quartiles."
    sparse = [epoch_words(epoch) for epoch in sparse_epochs(drawn)]
    if sparse:
        said += f" Only the epochs {', '.join(sparse[:-1])} and {sparse[-1]} were recorded; "
        said += "lines join them."
    ends = len(early_ends(drawn))
    if ends:
        verb = "training was" if ends == 1 else "trainings were"
        said += f" {ends} {verb} ended early, at the crosses."
        if len(band):
            said += (
                " Ended networks leave median and quartiles, which can thus fall where accurate "
                "ones end."
            )
    told = _heavy(drawn)
    if told:
        noun = "architecture" if len(told) == 1 else "architectures"
        said += f" Drawn heavily: {noun} {', '.join(told)}."
    if AccuracyScale.fitted(drawn["val_accuracy_percent"]).finer:
        said += f" {SCALE_WORDS}"
    return said


def panels_caption(shown: Shown) -> str:
    """Say what the panels of several experiments show."""
    drawn, count = shown.rows, len(shown.names)
    archives = ", ".join(sorted({archive for archive, _ in shown.names}))
    said = f"Validation accuracy over epochs, a panel each of {counted(count, 'experiment')} of "
    said += archives
    if shown.left_out:
        said += f", the first of {count + shown.left_out}"
    said += "; all panels have the same axes."
    if len(band_rows(drawn)):
        said += (
            " The broad lines are medians and the bands quartiles over the networks still "
            f"training at each epoch, while {FEWEST_IN_BAND} of them do."
        )
    if len(early_ends(drawn)):
        said += " Crosses: trainings that were ended early."
    for name, rows in zip(shown.names.values(), shown.panels(), strict=True):
        said += f" {name}: {counted(rows['architecture'].nunique(), 'network')}"
        ends = len(early_ends(rows))
        said += f", {ends:,} of them ended early" if ends else ""
        told = _heavy(rows)
        said += f"; drawn heavily {', '.join(told)}." if told else "."
    if AccuracyScale.fitted(drawn["val_accuracy_percent"]).finer:
        said += f" {SCALE_WORDS}"
    return said


def _heavy(drawn: pd.DataFrame) -> list[str]:
    """Return the chosen networks of an experiment, each with its last accuracy."""
    last = drawn[drawn["chosen"].astype(bool)].groupby("architecture", sort=True).tail(1)
    return [
        f"{number} ({percent(accuracy)} % after epoch {epoch_words(epoch)})"
        for number, accuracy, epoch in zip(
            last["architecture"].tolist(),
            last["val_accuracy_percent"].astype(float).tolist(),
            last["epoch"].tolist(),
            strict=True,
        )
    ]
