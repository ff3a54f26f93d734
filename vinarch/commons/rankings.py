"""Rank the networks of a commons: the best ones, and those on a Pareto front.

These methods compute, and bring together no more rows than the answer needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vinarch.asking.measured import MEASURED_COLUMNS, one_value_each
from vinarch.asking.ranking import (
    KEY,
    MEASURES,
    best_rows,
    check_direction,
    check_measures,
    front_rows,
    refuse_unknown,
    told_columns,
)
from vinarch.commons.queries import Queries
from vinarch.errors import ParameterError
from vinarch.parameters import check_choice, check_whole
from vinarch.schema import ARCHITECTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.asking.ranking import DirectionName
    from vinarch.commons.tables import By

ACCURACY = "last_val_accuracy_percent"
OBJECTIVES: Mapping[str, DirectionName] = {ACCURACY: "max", "mflops": "min"}


class Rankings(Queries):
    """Which networks of a commons are best."""

    def best(
        self,
        n: int = 10,
        by: str = ACCURACY,
        *,
        direction: DirectionName = "max",
        each: By | None = None,
    ) -> pd.DataFrame:
        """Return the best networks, best first.

        Parameters
        ----------
        n : int, default 10
            How many.
        by : str, default "last_val_accuracy_percent"
            What they are judged by: a column of numbers of `architectures`, or a measure of
            `measurements` that has one value a network (its last, where it has one an epoch). A
            network without a value is left out.
        direction : {"max", "min"}
            Whether high or low values are good.
        each : {"experiment"}, optional
            The n best of each experiment; by default the n best of all.

        Returns
        -------
        pandas.DataFrame
            Archive, experiment and architecture, `by`, and what else tells networks apart. Of
            equal networks those with the lower number come first.

        Raises
        ------
        ParameterError
            If there is no such column or choice, a measure has several values a network, or `n`
            is no number from 1 on.
        SelectionError
            If no network has a value.

        Notes
        -----
        Networks of several experiments are ranked as their sources report them, whatever data,
        budget and protocol they were trained with; select what can be compared.

        Examples
        --------
        >>> import vinarch
        >>> low = vinarch.fetch("JS9FR6").select(beam="1e14")
        >>> low.best(3)[["experiment", "architecture", "last_val_accuracy_percent"]]
                               experiment  architecture  last_val_accuracy_percent
        0  1gpu_1e14_no_early_termination            45                  98.683547
        1  1gpu_1e14_no_early_termination            62                  98.664651
        2  1gpu_1e14_no_early_termination            23                  98.652053
        """
        number = check_whole("best(n=…)", n, 1, None, "networks")
        (measure,) = self._measures("best(by=…)", [by])
        wanted = check_direction("best(direction=…)", direction)
        groups = _groups("best(each=…)", each)
        # Of each partition no more than what can be among the best is brought together.
        found = (
            self._with_measures("best(by=…)", [measure])
            if measure not in MEASURES
            else self.architectures[told_columns([measure])]
            .map_partitions(
                best_rows,
                number,
                measure,
                wanted,
                groups,
                meta=ARCHITECTURES.empty()[told_columns([measure])],
            )
            .compute()
        )
        best = best_rows(found, number, measure, wanted, groups).reset_index(drop=True)
        if best.empty:
            self._refuse("best", [measure])
        return best

    def pareto(
        self,
        objectives: Mapping[str, DirectionName] = OBJECTIVES,
        *,
        by: By | None = "experiment",
    ) -> pd.DataFrame:
        """Return the networks that no other beats: as good in all objectives, better in one.

        Parameters
        ----------
        objectives : mapping of str to {"max", "min"}
            Columns of numbers of `architectures`, or measures of `measurements` that have one
            value a network, and which values are good; by default the last validation accuracy
            and MFLOPs. A network that lacks an objective is left out.
        by : {"experiment", None}
            A front of each experiment, or one of all.

        Returns
        -------
        pandas.DataFrame
            Archive, experiment and architecture, the objectives, and what else tells networks
            apart; of each experiment from the best on in the first objective.

        Raises
        ------
        ParameterError
            If there is no such column or choice, or a measure has several values a network.
        SelectionError
            If no network has values of all objectives.

        See Also
        --------
        vinarch.fronts.rank_fronts : all fronts and crowding, of any frame.

        Examples
        --------
        >>> import vinarch
        >>> high = vinarch.fetch("JS9FR6").select(beam="1e16", gpus=1, early_termination=True)
        >>> high.pareto()[["architecture", "last_val_accuracy_percent", "mflops"]]
           architecture  last_val_accuracy_percent    mflops
        0            86                 100.000000  530.7686
        1            78                  99.930713  470.6550
        """
        if not isinstance(objectives, Mapping):
            raise ParameterError(
                "pareto(objectives)",
                "a mapping of columns to 'max' or 'min'",
                repr(objectives),
                "For example {'last_val_accuracy_percent': 'max', 'mflops': 'min'}.",
            )
        names = self._measures("pareto(objectives)", list(objectives))
        wanted = {
            name: check_direction(f"pareto, objective {name}", objectives[name]) for name in names
        }
        groups = _groups("pareto(by=…)", by)
        front = front_rows(self._with_measures("pareto(objectives)", names), wanted, groups)
        if front.empty:
            self._refuse("pareto", names)
        return front

    def _measures(self, where: str, names: Sequence[Any]) -> list[str]:
        """Return what networks are judged by; `measurements` is looked at where that is needed."""
        held: list[str] = []
        if not set(map(str, names)) <= set(MEASURES) and len(names):
            numbers = self.measurements[["measure", "value"]].dropna(subset=["value"])
            held = sorted(numbers["measure"].unique().compute())
        return check_measures(where, names, held)

    def _with_measures(self, where: str, names: Sequence[str]) -> pd.DataFrame:
        """Return one row a network with what it is judged by."""
        told = told_columns(names)
        measured = [name for name in names if name not in MEASURES]
        columns = [name for name in told if name not in measured]
        networks: pd.DataFrame = self.architectures[columns].compute()
        if not measured:
            return networks
        rows = self.measurements[list(MEASURED_COLUMNS)]
        values = one_value_each(rows[rows["measure"].isin(measured)].compute(), where)
        return networks.merge(values, on=list(KEY), how="left")[told]

    def _refuse(self, where: str, names: Sequence[str]) -> None:
        networks = self._with_measures(where, [*MEASURES, *(n for n in names if n not in MEASURES)])
        refuse_unknown(where, networks, names)


def _groups(where: str, by: Any) -> list[str]:
    return (
        [] if check_choice(where, by, ["experiment", None]) is None else ["archive", "experiment"]
    )
