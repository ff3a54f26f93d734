"""Read a mapping as a data card or a call gives it.

Plain TOML or Python values in; the mapping, or an error that names the nearest right word, out.
Opens no table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vinarch.dialects.columns_mapping import (
    WHERE,
    ColumnMapping,
    ColumnSource,
    MeasurementSource,
    nearest,
)
from vinarch.dialects.columns_targets import (
    DERIVED_STATUSES,
    SHARES,
    SOURCE_STATUSES,
    TARGETS,
    TIMES,
)
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NEXT_STEP = "See docs/reference/data-cards.md."
SOURCE_KEYS = ("column", "columns", "join", "unit", "null", "null_means", "words", "at_most_one")
MEASUREMENT_KEYS = ("measure", "column", "unit", "split", "statistic", "n", "device", "null")
SECTION_KEYS = ("null", "ignore", "measurements", "separator")


def read_mapping(raw: Mapping[str, Any], where: str = WHERE) -> ColumnMapping:
    """Read a mapping as a data card or a call gives it.

    Parameters
    ----------
    raw : mapping
        vinarch's columns as keys; a source column, or a mapping of further keys, as values.
    where : str
        What messages call the place where it stands.

    Returns
    -------
    ColumnMapping

    Raises
    ------
    CardError
        If a key is unknown, a value is of the wrong kind, or a unit is none of the column's.

    Examples
    --------
    >>> mapping = read_mapping({"genome": "arch", "mflops": {"column": "flops", "unit": "plain"}})
    >>> [(source.target, source.columns, source.unit) for source in mapping.sources]
    [('genome', ('arch',), ''), ('mflops', ('flops',), 'plain')]
    """
    _check_keys(raw, (*TARGETS, *SECTION_KEYS), where)
    sources = [
        _read_source(target, raw[target], f"{where} {target}")
        for target in TARGETS
        if target in raw
    ]
    separator = raw.get("separator")
    if separator is not None and not (isinstance(separator, str) and len(separator) == 1):
        raise CardError(f"{where} separator", "one character", repr(separator), _NEXT_STEP)
    entries = raw.get("measurements", ())
    if not isinstance(entries, (list, tuple)):
        raise CardError(f"{where} measurements", "a list of tables", repr(entries), _NEXT_STEP)
    return ColumnMapping(
        tuple(sources),
        tuple(
            _read_measurement(entry, f"{where} measurements, entry {number}")
            for number, entry in enumerate(entries, start=1)
        ),
        _texts(raw.get("ignore", ()), f"{where} ignore"),
        _texts(raw.get("null", ()), f"{where} null"),
        separator,
        where,
    )


def _read_source(target: str, given: Any, where: str) -> ColumnSource:
    if isinstance(given, str):
        return ColumnSource(target, (given,))
    entry = _table(given, where, "a source column, or a table with the key `column`")
    _check_keys(entry, SOURCE_KEYS, where)
    if ("column" in entry) == ("columns" in entry):
        raise CardError(where, "either `column` or `columns`", _listed(entry), _NEXT_STEP)
    if "columns" in entry and TARGETS[target].kind != "text":
        raise CardError(where, "one column", repr(entry["columns"]), "Only text can be joined.")
    columns = _texts(entry.get("columns", [entry.get("column")]), where)
    if not columns:
        raise CardError(where, "at least one column", "none", _NEXT_STEP)
    if not isinstance(entry.get("at_most_one", False), bool):
        given_word = repr(entry["at_most_one"])
        raise CardError(f"{where} at_most_one", "true or false", given_word, _NEXT_STEP)
    units = TARGETS[target].units
    unit = str(entry.get("unit", ""))
    if unit and unit not in units:
        raise CardError(
            f"{where} unit",
            "one of " + ", ".join(units) if units else "none",
            repr(unit),
            nearest(unit, units) + _NEXT_STEP,
        )
    null_means = entry.get("null_means")
    if null_means is not None and null_means not in SOURCE_STATUSES:
        raise CardError(
            f"{where} null_means", "one of " + ", ".join(SOURCE_STATUSES), repr(null_means),
            _NEXT_STEP,
        )  # fmt: skip
    return ColumnSource(
        target,
        columns,
        str(entry.get("join", "")),
        unit,
        _texts(entry.get("null", ()), f"{where} null"),
        null_means,
        _read_words(target, entry.get("words", {}), f"{where} words"),
        entry.get("at_most_one") is True,
    )


def _read_words(target: str, given: Any, where: str) -> tuple[tuple[str, str], ...]:
    words = _table(given, where, "a table of words")
    if words and target != "status":
        raise CardError(where, "words for a status only", target, _NEXT_STEP)
    known = (*SOURCE_STATUSES, *DERIVED_STATUSES)
    for word, status in words.items():
        if status not in known:
            raise CardError(
                f"{where} {word!r}",
                "one of " + ", ".join(known),
                repr(status),
                nearest(str(status), known) + _NEXT_STEP,
            )
    return tuple((str(word), str(status)) for word, status in words.items())


def _read_measurement(given: Any, where: str) -> MeasurementSource:
    entry = _table(given, where, "a table with the keys `measure` and `column`")
    _check_keys(entry, MEASUREMENT_KEYS, where)
    for key in ("measure", "column"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise CardError(where, f"the key `{key}`", _listed(entry), _NEXT_STEP)
    if "n" in entry and (type(entry["n"]) is not int or entry["n"] < 1):
        raise CardError(f"{where} n", "a whole number from 1", repr(entry["n"]), _NEXT_STEP)
    if entry.get("split") not in (None, "train", "val", "test"):
        raise CardError(f"{where} split", "train, val or test", repr(entry["split"]), _NEXT_STEP)
    for key in ("statistic", "device"):
        if not isinstance(entry.get(key, ""), str):
            raise CardError(f"{where} {key}", "text", repr(entry[key]), _NEXT_STEP)
    found = MeasurementSource(
        entry["measure"],
        entry["column"],
        str(entry.get("unit", "")),
        entry.get("split"),
        entry.get("statistic"),
        entry.get("n"),
        entry.get("device"),
        _texts(entry.get("null", ()), f"{where} null"),
    )
    try:
        _ = found.conversion
    except KeyError as error:
        units = SHARES if found.measure.endswith("_percent") else TIMES
        raise CardError(
            f"{where} unit", "one of " + ", ".join(units), repr(found.unit), _NEXT_STEP
        ) from error
    return found


def _check_keys(raw: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in raw:
        if key not in known:
            raise CardError(
                where,
                "the keys " + ", ".join(known),
                repr(key),
                nearest(str(key), known) + _NEXT_STEP,
            )


def _table(given: Any, where: str, expected: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise CardError(where, expected, repr(given), _NEXT_STEP)
    return given


def _texts(given: Any, where: str) -> tuple[str, ...]:
    values = given if isinstance(given, (list, tuple)) else [given]
    if not all(isinstance(value, (str, int, float)) and value is not True and value is not False
               for value in values):  # fmt: skip
        raise CardError(where, "text, or a list of texts", repr(given), _NEXT_STEP)
    return tuple(map(str, values))


def _listed(entry: Mapping[str, Any]) -> str:
    return ", ".join(map(str, entry)) or "none"
