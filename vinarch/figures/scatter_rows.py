"""Which rows the scatter of matching subsequences draws: of one experiment or of several.

A commons or a tidy frame in, the rows and what they are of out; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.commons import Commons
from vinarch.errors import ParameterError
from vinarch.figures.drawing import check_columns
from vinarch.figures.given import experiment_of, marked_points, one_experiment
from vinarch.figures.measure_words import counted
from vinarch.figures.scatter_plot import COLUMNS
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import check_trained, subsequence_points
from vinarch.summary.figure_frames import TRAINED

if TYPE_CHECKING:
    from collections.abc import Sequence

TOGETHER = "experiments matched together"


@dataclass(frozen=True)
class Chosen:
    """The row to mark, if any, and the shortest run to draw, if it is said."""

    start: int | None
    subsequence: str | None
    min_length: int | None


@dataclass(frozen=True)
class ScatterRows:
    """The rows, what they are of in words, and as `draw_subsequences` takes it the series."""

    points: pd.DataFrame
    words: str
    series: tuple[str, ...] | None

    @classmethod
    def of_one(
        cls,
        data: Commons | pd.DataFrame,
        experiment: str | Sequence[str] | None,
        chosen: Chosen,
        where: str,
    ) -> ScatterRows:
        """Return the rows of one experiment, or of several that were matched together.

        Raises
        ------
        SelectionError, ParameterError, MixedSpacesError
            As `vinarch.figures.subsequences`.
        """
        if experiment is not None and not isinstance(experiment, str):
            raise ParameterError(
                f"{where}, argument experiment",
                "the name of one experiment",
                repr(experiment),
                "hue='experiment' draws several.",
            )
        if isinstance(data, Commons):
            name = experiment_of(data, experiment, where)
            return cls(_points_of(data, name, chosen), name, None)
        check_columns(data, COLUMNS[:-1], f"{where}, argument data")
        together = "experiment" in data.columns and bool(data["experiment"].isna().all())
        if together:
            return cls(_of_frame(data, chosen), experiment or TOGETHER, ())
        points, name = one_experiment(data, experiment, where)
        return cls(_of_frame(points, chosen), name, None)

    @classmethod
    def of_several(
        cls,
        data: Commons | pd.DataFrame,
        experiments: str | Sequence[str] | None,
        chosen: Chosen,
        where: str,
    ) -> ScatterRows:
        """Return the rows of several experiments; of one only as `of_one` does.

        Raises
        ------
        SelectionError, ParameterError, MixedSpacesError
            As `vinarch.figures.subsequences`.
        """
        if isinstance(data, Commons):
            check_trained(data)
            offered = [name for _, name in data.trained_experiments()]
        else:
            check_columns(data, (*COLUMNS[:-1], "experiment"), f"{where}, argument data")
            offered = sorted(set(data["experiment"].dropna().astype(str)))
        names = _names(experiments, offered, where)
        if len(names) == 1:
            return cls.of_one(data, names[0], chosen, where)
        if isinstance(data, Commons):
            points = pd.concat(
                [_of_archives(data, name, _points_of(data, name, chosen)) for name in names],
                ignore_index=True,
            )
        else:
            rows = data[data["experiment"].isin(names)]
            check_columns(rows, COLUMNS[:-1], f"{where}, argument data")
            points = _of_frame(rows, chosen)
        archives = points["archive"].dropna().astype(str) if "archive" in points.columns else ()
        told = ", ".join(sorted(set(archives)))
        words = counted(len(names), "experiment") + (f" of {told}" if told else "")
        return cls(points, words, names)


def _names(
    experiments: str | Sequence[str] | None, offered: Sequence[str], where: str
) -> tuple[str, ...]:
    names = [experiments] if isinstance(experiments, str) else list(experiments or offered)
    known = set(offered)
    if not names or len(set(names)) < len(names) or not known & set(names):
        raise ParameterError(
            f"{where}, argument experiment",
            "one or more of " + (", ".join(offered) or "none: the frame has no rows"),
            repr(experiments),
            "Name each once, or leave it out.",
        )
    return tuple(names)


def _points_of(commons: Commons, name: str, chosen: Chosen) -> pd.DataFrame:
    shortest = MIN_LENGTH if chosen.min_length is None else chosen.min_length
    return subsequence_points(commons, name, chosen.start, chosen.subsequence, shortest)


def _of_archives(commons: Commons, name: str, points: pd.DataFrame) -> pd.DataFrame:
    index = commons.experiment_index
    archives = sorted(set(index.loc[index["experiment"] == name, "archive"].astype(str)))
    return points.assign(archive=", ".join(archives))


def _of_frame(frame: pd.DataFrame, chosen: Chosen) -> pd.DataFrame:
    points = marked_points(frame, chosen.start, chosen.subsequence)
    if "epoch_row_count" in points.columns and not points["epoch_row_count"].any():
        # Of no network a history: the means are over trained networks, as `with_measure` says.
        points = points.assign(measure=TRAINED)
    return points[points["length"] >= (chosen.min_length or 0)]
