"""The claims of papers: TOML files of the catalog in, frozen records out.

A file is read whole and checked whole, so that a mistake in it is found before anything is
computed.
Knows which statistics there are and what they take; runs none, and opens no commons.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, get_args, get_origin

from vinarch.catalog import cards_folder
from vinarch.claiming.statistics_of import STATISTICS_BY_NAME, Statistic
from vinarch.errors import CardError
from vinarch.parameters import check_choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

_NEXT_STEP = "See docs/how-to/check-a-papers-claims.md."
_PAPER_KEYS = ("citation", "archive", "claims")
_CLAIM_KEYS = (
    *("place", "claim", "experiments", "value", "unit", "statistic", "parameters"),
    *("tolerance", "tolerance_reason", "why"),
)
_TYPE_WORDS = {str: "text", int: "a whole number", Decimal: "a number", dict: "a table"}


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
    """A paper, the archive that its numbers come from, and what it claims."""

    name: str
    citation: str
    archive: str
    claims: tuple[Claim, ...]


def load_paper(name: str) -> Paper:
    """Read the claims of a paper.

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
    folder = cards_folder() / "papers"
    files = {
        entry.name.removesuffix(".toml"): entry
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    check_choice("claims(paper=…)", name, sorted(files))
    return read_paper(files[name])


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
        raise CardError(where, "TOML", f"{type(error).__name__}: {error}", _NEXT_STEP) from error
    _check_keys(where, raw, _PAPER_KEYS)
    listed = raw.get("claims")
    if not isinstance(listed, list) or not listed:
        _refuse(f"{where}, key claims", "at least one [[claims]] section", _shown(listed))
    return Paper(
        file.name.removesuffix(".toml"),
        _take(where, raw, "citation", str),
        _take(where, raw, "archive", str),
        tuple(_read_claim(f"{where}, claim {n}", claim) for n, claim in enumerate(listed, start=1)),
    )


def _read_claim(where: str, raw: Any) -> Claim:
    if not isinstance(raw, dict):
        _refuse(where, "a [[claims]] section", _shown(raw))
    _check_keys(where, raw, _CLAIM_KEYS)
    place, text = _take(where, raw, "place", str), _take(where, raw, "claim", str)
    unit = _take(where, raw, "unit", str)
    value = _take(where, raw, "value", Decimal, needed=False)
    tolerance = _take(where, raw, "tolerance", Decimal, needed=False)
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
    name = _take(where, raw, "statistic", str, needed=False)
    if name is None:
        return None
    if name not in STATISTICS_BY_NAME:
        expected = "one of " + ", ".join(sorted(STATISTICS_BY_NAME))
        hint = _nearest(name, sorted(STATISTICS_BY_NAME))
        _refuse(f"{where}, key statistic", expected, repr(name), hint)
    statistic = STATISTICS_BY_NAME[name]
    if unit != statistic.unit:
        _refuse(f"{where}, key unit", f"{statistic.unit!r}, the unit of {name}", repr(unit))
    return statistic


def _read_experiments(
    where: str, raw: Mapping[str, Any], statistic: Statistic | None
) -> tuple[str, ...]:
    names = raw.get("experiments", [])
    if not _is_of(names, list[str]):
        _refuse(f"{where}, key experiments", "a list of text", _shown(names))
    if statistic and len(names) != statistic.experiment_count:
        expected = f"as many as {statistic.name} takes: {statistic.experiment_count}"
        _refuse(f"{where}, key experiments", expected, str(len(names)))
    if len({*names}) < len(names):
        _refuse(f"{where}, key experiments", "each experiment once", _shown(names))
    return tuple(names)


def _read_parameters(
    where: str, raw: Mapping[str, Any], statistic: Statistic | None
) -> tuple[tuple[str, Any], ...]:
    given = _take(where, raw, "parameters", dict, needed=False) or {}
    taken = statistic.parameters if statistic else {}
    if {*given} != {*taken}:
        named = statistic.name if statistic else "a claim without a statistic"
        expected = f"those of {named}: {', '.join(taken) or 'none'}"
        _refuse(f"{where}, key parameters", expected, ", ".join(given) or "none")
    for name, kind in taken.items():
        if not _is_of(given[name], kind):
            expected = _words(kind)
            _refuse(f"{where}, key parameters.{name}", expected, _shown(given[name]))
    return tuple((name, given[name]) for name in taken)


def _read_reason(where: str, raw: Mapping[str, Any], *, is_complete: bool) -> str | None:
    why: str | None = _take(where, raw, "why", str, needed=not is_complete)
    if why is not None and is_complete:
        _refuse(f"{where}, key why", "none where a value and a statistic are given", repr(why))
    needed = "tolerance" in raw
    reason: str | None = _take(where, raw, "tolerance_reason", str, needed=needed)
    if needed and (raw["tolerance"] < 0 or not is_complete):
        expected = "a number from 0, of a claim with a value and a statistic"
        _refuse(f"{where}, key tolerance", expected, str(raw["tolerance"]))
    if reason is not None and not needed:
        _refuse(f"{where}, key tolerance", "a number, since a reason is given", "none")
    return reason if needed else why


def _check_keys(where: str, raw: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in raw:
        if key not in known:
            _refuse(f"{where}, key {key}", "one of " + ", ".join(known), key, _nearest(key, known))


def _take(where: str, raw: Mapping[str, Any], key: str, kind: type, *, needed: bool = True) -> Any:
    value: Any = raw.get(key)
    if key not in raw and not needed:
        return None
    if not _is_of(value, kind):
        _refuse(f"{where}, key {key}", _words(kind), _shown(value))
    return Decimal(value) if kind is Decimal else value


def _is_of(value: Any, kind: Any) -> bool:
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return isinstance(value, list) and all(_is_of(item, inner) for item in value)
    if kind is Decimal:
        # A whole number is printed without decimals.
        return _is_of(value, int) or (isinstance(value, Decimal) and value.is_finite())
    if kind is str:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, kind) and not isinstance(value, bool)


def _words(kind: Any) -> str:
    if get_origin(kind) is list:
        return f"a list, each {_words(get_args(kind)[0])}"
    return _TYPE_WORDS[kind]


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return str(value) if isinstance(value, Decimal) else repr(value)


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}? " if near else ""


def _refuse(where: str, expected: str, got: str, hint: str = "") -> NoReturn:
    raise CardError(where, expected, got, hint + _NEXT_STEP)
