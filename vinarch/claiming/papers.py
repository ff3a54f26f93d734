"""The claims of papers: TOML files of the catalog in, frozen records out.

A file is read whole and checked whole, so that a mistake in it is found before anything is
computed.
Knows which statistics there are and what they take; runs none, and opens no commons.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vinarch.catalog import cards_folder
from vinarch.claiming.card_reading import (
    NEXT_STEP,
    check_keys,
    is_of,
    nearest,
    refuse,
    shown,
    take,
    type_words,
)
from vinarch.claiming.redrawn import RedrawnFigure, read_figures
from vinarch.claiming.statistics_of import STATISTICS_BY_NAME, Statistic
from vinarch.errors import CardError, ParameterError
from vinarch.parameters import check_choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

_PAPER_KEYS = ("citation", "archive", "figures", "claims")
_CLAIM_KEYS = (
    *("place", "claim", "experiments", "value", "unit", "statistic", "parameters"),
    *("tolerance", "tolerance_reason", "why"),
)


@dataclass(frozen=True)
class Claim:
    """What a paper says in one place, and how to recompute it.

    Attributes
    ----------
    place, text : str
        Where it stands, and what it says.
    experiments : tuple of str
        What it is about, in the order that the statistic takes.
    value : Decimal or None
        As printed; None where no number is known.
    unit : str
        Unit of the value.
    statistic : Statistic or None
        What recomputes it; None where the archive cannot.
    parameters : tuple of (str, value)
        What the statistic takes besides tables.
    tolerance : Decimal or None
        Largest difference that still agrees; None for the printed digits.
    why : str or None
        Why there is no value, no statistic, or a tolerance.
    """

    place: str
    text: str
    experiments: tuple[str, ...]
    value: Decimal | None
    unit: str
    statistic: Statistic | None
    parameters: tuple[tuple[str, Any], ...]
    tolerance: Decimal | None
    why: str | None

    @property
    def decimals(self) -> int | None:
        """Return how many decimals the value is printed with."""
        if self.value is None:
            return None
        exponent = self.value.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else None

    @property
    def computation(self) -> str | None:
        """Return in words how the claim is recomputed."""
        if self.statistic is None:
            return None
        given = ", ".join(f"{name}={value!r}" for name, value in self.parameters)
        return f"{self.statistic.name}({given}): {self.statistic.meaning}"


@dataclass(frozen=True)
class Paper:
    """A paper, the archive that its numbers come from, what it claims, and what is redrawn."""

    name: str
    citation: str
    archive: str
    claims: tuple[Claim, ...]
    figures: tuple[RedrawnFigure, ...] = ()


def load_paper(name: str, where: str = "claims(paper=…)") -> Paper:
    """Read the claims of a paper; `where` is the argument that names it, for the message.

    Raises
    ------
    ParameterError
        If the catalog has no such paper; the message names the nearest.
    CardError
        If its file is no valid TOML, lacks a key, or names what there is not.

    Examples
    --------
    >>> from vinarch.claiming.papers import load_paper
    >>> load_paper("cluster2023").claims[-1].value
    Decimal('89.66')
    """
    files = _files()
    check_choice(where, name, sorted(files))
    return read_paper(files[name])


def paper_names() -> tuple[str, ...]:
    """Return the names of the papers in the catalog.

    Examples
    --------
    >>> from vinarch.claiming.papers import paper_names
    >>> paper_names()
    ('cluster2023', 'icpp2023')
    """
    return tuple(sorted(_files()))


def papers_about(archives: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the papers whose numbers come from some archives.

    Examples
    --------
    >>> from vinarch.claiming.papers import papers_about
    >>> papers_about(["JS9FR6"]), papers_about(["EvoVis"])
    (('cluster2023', 'icpp2023'), ())
    """
    wanted = set(archives)
    return tuple(name for name in paper_names() if load_paper(name).archive in wanted)


def check_about(paper: Paper, archives: Iterable[str], where: str) -> None:
    """Refuse a paper whose numbers come from none of some archives.

    Raises
    ------
    ParameterError
        The message names the papers that there are about them.
    """
    names = sorted(set(archives))
    if paper.archive in names:
        return
    known = papers_about(names)
    held = " or ".join(names) or "no archive"
    raise ParameterError(
        where,
        f"a paper about {held}: {', '.join(known) or 'the catalog has none'}",
        f"{paper.name!r}, which is about {paper.archive}",
        f"Name one of these, or take {paper.archive}." if known else f"Take {paper.archive}.",
    )


def _files() -> dict[str, Traversable]:
    folder = cards_folder() / "papers"
    return {
        entry.name.removesuffix(".toml"): entry
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }


def read_paper(file: Traversable) -> Paper:
    """Read the claims of a paper from its file.

    Raises
    ------
    CardError
        As `load_paper`.
    """
    where = f"papers/{file.name}"
    try:
        # As Decimal, so that the printed digits stay.
        raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardError(where, "TOML", f"{type(error).__name__}: {error}", NEXT_STEP) from error
    check_keys(where, raw, _PAPER_KEYS)
    listed = raw.get("claims")
    if not isinstance(listed, list) or not listed:
        refuse(f"{where}, key claims", "at least one [[claims]] section", shown(listed))
    return Paper(
        file.name.removesuffix(".toml"),
        take(where, raw, "citation", str),
        take(where, raw, "archive", str),
        tuple(_read_claim(f"{where}, claim {n}", claim) for n, claim in enumerate(listed, start=1)),
        read_figures(where, raw.get("figures", [])),
    )


def _read_claim(where: str, raw: Any) -> Claim:
    if not isinstance(raw, dict):
        refuse(where, "a [[claims]] section", shown(raw))
    check_keys(where, raw, _CLAIM_KEYS)
    place, text = take(where, raw, "place", str), take(where, raw, "claim", str)
    unit = take(where, raw, "unit", str)
    value = take(where, raw, "value", Decimal, needed=False)
    tolerance = take(where, raw, "tolerance", Decimal, needed=False)
    statistic = _read_statistic(where, raw, unit)
    return Claim(
        place,
        text,
        _read_experiments(where, raw, statistic),
        value,
        unit,
        statistic,
        _read_parameters(where, raw, statistic),
        tolerance,
        _read_reason(where, raw, is_complete=value is not None and statistic is not None),
    )


def _read_statistic(where: str, raw: Mapping[str, Any], unit: str) -> Statistic | None:
    name = take(where, raw, "statistic", str, needed=False)
    if name is None:
        return None
    if name not in STATISTICS_BY_NAME:
        expected = "one of " + ", ".join(sorted(STATISTICS_BY_NAME))
        hint = nearest(name, sorted(STATISTICS_BY_NAME))
        refuse(f"{where}, key statistic", expected, repr(name), hint)
    statistic = STATISTICS_BY_NAME[name]
    if unit != statistic.unit:
        refuse(f"{where}, key unit", f"{statistic.unit!r}, the unit of {name}", repr(unit))
    return statistic


def _read_experiments(
    where: str, raw: Mapping[str, Any], statistic: Statistic | None
) -> tuple[str, ...]:
    names = raw.get("experiments", [])
    if not is_of(names, list[str]):
        refuse(f"{where}, key experiments", "a list of text", shown(names))
    if statistic and len(names) != statistic.experiment_count:
        expected = f"as many as {statistic.name} takes: {statistic.experiment_count}"
        refuse(f"{where}, key experiments", expected, str(len(names)))
    if len({*names}) < len(names):
        refuse(f"{where}, key experiments", "each experiment once", shown(names))
    return tuple(names)


def _read_parameters(
    where: str, raw: Mapping[str, Any], statistic: Statistic | None
) -> tuple[tuple[str, Any], ...]:
    given = take(where, raw, "parameters", dict, needed=False) or {}
    taken = statistic.parameters if statistic else {}
    if {*given} != {*taken}:
        named = statistic.name if statistic else "a claim without a statistic"
        expected = f"those of {named}: {', '.join(taken) or 'none'}"
        refuse(f"{where}, key parameters", expected, ", ".join(given) or "none")
    for name, kind in taken.items():
        if not is_of(given[name], kind):
            expected = type_words(kind)
            refuse(f"{where}, key parameters.{name}", expected, shown(given[name]))
    return tuple((name, given[name]) for name in taken)


def _read_reason(where: str, raw: Mapping[str, Any], *, is_complete: bool) -> str | None:
    why: str | None = take(where, raw, "why", str, needed=not is_complete)
    if why is not None and is_complete:
        refuse(f"{where}, key why", "none where a value and a statistic are given", repr(why))
    needed = "tolerance" in raw
    reason: str | None = take(where, raw, "tolerance_reason", str, needed=needed)
    if needed and (raw["tolerance"] < 0 or not is_complete):
        expected = "a number from 0, of a claim with a value and a statistic"
        refuse(f"{where}, key tolerance", expected, str(raw["tolerance"]))
    if reason is not None and not needed:
        refuse(f"{where}, key tolerance", "a number, since a reason is given", "none")
    return reason if needed else why
