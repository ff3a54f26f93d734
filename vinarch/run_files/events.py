"""The lines of a recorded run: events in, one line of JSON out, and back.

A value is a number or a text; a number that is not finite is written as the text that Python
prints, since JSON has no such numbers.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = float | int | str

_MOST_WHOLE = 2**63 - 1
_HUNDRED = 100
_PERCENTS = tuple(f"{split}_accuracy_percent" for split in ("train", "val", "test"))
_COUNTS = ("mflops", "parameter_count", "epoch_time_seconds", "training_time_seconds")


class EventError(ValueError):
    """A line is no event; says what was expected and what came."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(expected, got)
        self.expected = expected
        self.got = got


@dataclass(frozen=True, kw_only=True)
class NetworkStarted:
    """A network got its number, or starts over (then `attempt` is above 0).

    Attributes
    ----------
    network : int
        Its number, from 0 in the order of first starts.
    attempt : int
        Epochs and ends of earlier attempts do not count.
    genome, sequence : str
        As given, and flattened.
    repeat : int
        Which training of this genome.
    time : float
        Unix time in seconds.
    """

    kind: ClassVar[str] = "start"
    network: int
    attempt: int
    genome: str
    sequence: str
    repeat: int
    time: float
    generation: int | None = None
    seed: int | None = None
    operator: str | None = None
    parents: tuple[int, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EpochEnded:
    """What was logged of an epoch."""

    kind: ClassVar[str] = "epoch"
    network: int
    attempt: int
    epoch: float
    time: float
    values: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """What the prediction engine said after an epoch; infinite where it had no prediction."""

    kind: ClassVar[str] = "prediction"
    network: int
    attempt: int
    epoch: float
    value_percent: float
    parameters: tuple[float, ...]
    converged: bool
    engine_time_seconds: float


@dataclass(frozen=True, kw_only=True)
class NetworkEnded:
    """A network's training is over, for good or for bad."""

    kind: ClassVar[str] = "end"
    network: int
    attempt: int
    time: float
    failed: bool = False
    reason: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


Event = NetworkStarted | EpochEnded | Predicted | NetworkEnded
_KINDS: dict[str, type[Event]] = {
    one.kind: one for one in (NetworkStarted, EpochEnded, Predicted, NetworkEnded)
}


def event_line(event: Event) -> bytes:
    r"""Write an event as one line.

    Examples
    --------
    >>> ended = EpochEnded(network=0, attempt=0, epoch=3, time=7.5, values={"val_loss": 0.5})
    >>> event_line(ended)  # doctest: +NORMALIZE_WHITESPACE
    b'{"event": "epoch", "network": 0, "attempt": 0, "epoch": 3, "time": 7.5,
    "values": {"val_loss": 0.5}}\n'
    >>> event_of(json.loads(event_line(ended))) == ended
    True
    """
    told: dict[str, Any] = {"event": event.kind}
    for one in fields(event):
        value = getattr(event, one.name)
        if isinstance(value, tuple):
            value = [_plain(part) for part in value]
        elif one.name == "values":
            value = {name: _plain(part) for name, part in value.items()}
        if value is not None:
            told[one.name] = _plain(value)
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def event_of(raw: Any) -> Event:
    """Read an event from a parsed line.

    Raises
    ------
    EventError
        If it is none.
    """
    if not isinstance(raw, dict):
        raise EventError("an object", _quote(raw))
    told = raw.get("event")
    kind = _KINDS.get(told) if isinstance(told, str) else None
    if kind is None:
        raise EventError("an event: " + ", ".join(_KINDS), _quote(told))
    names = [one.name for one in fields(kind)]
    for name in raw:
        if name not in {*names, "event"}:
            raise EventError("the keys " + ", ".join(names), _quote(name))
    given: dict[str, Any] = {}
    for name, value in raw.items():
        if name == "event":
            continue
        words, read = _READERS[name]
        try:
            given[name] = read(value)
        except EventError:
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise EventError(f"{name}: {words}", _quote(value)) from error
    try:
        return kind(**given)
    except TypeError as error:
        missing = [name for name in names if name not in given]
        raise EventError("the keys " + ", ".join(names), "none of " + ", ".join(missing)) from error


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _quote(value: Any) -> str:
    return repr(value)[:80]


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_WHOLE:
        raise ValueError
    return value


def _any_whole(value: Any) -> int:
    if type(value) is not int or abs(value) > _MOST_WHOLE:
        raise ValueError
    return value


def _finite(value: Any) -> float:
    if type(value) not in {int, float} or not math.isfinite(value):
        raise ValueError
    return float(value)


def _number(value: Any) -> float:
    return float(value) if value in {"inf", "-inf", "nan"} else _finite(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    # Half of a surrogate pair is no text: this raises UnicodeEncodeError, a ValueError.
    value.encode()
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _wholes(value: Any) -> tuple[int, ...]:
    return tuple(map(_whole, _list(value)))


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(map(_number, _list(value)))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _values(value: Any) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise TypeError
    for name, one in value.items():
        _text(name)
        if isinstance(one, str):
            _text(one)
            continue
        number = _finite(one)
        if name in _PERCENTS and not 0 <= number <= _HUNDRED:
            raise EventError(f"{name}: a percentage from 0 to 100", _quote(one))
        if name in _COUNTS and not 0 <= number <= _MOST_WHOLE:
            raise EventError(f"{name}: a number, 0 or more", _quote(one))
    return value


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "network": ("a number from 0", _whole),
    "attempt": ("a number from 0", _whole),
    "genome": ("text", _text),
    "sequence": ("text", _text),
    "repeat": ("a number from 0", _whole),
    "time": ("a number", _finite),
    "generation": ("a number from 0", _whole),
    "seed": ("a whole number", _any_whole),
    "operator": ("text", _text),
    "parents": ("a list of numbers from 0", _wholes),
    "values": ("numbers and texts by name", _values),
    "epoch": ("a number", _finite),
    "value_percent": ("a number", _number),
    "parameters": ("a list of numbers", _numbers),
    "converged": ("true or false", _flag),
    "engine_time_seconds": ("a number", _finite),
    "failed": ("true or false", _flag),
    "reason": ("text", _text),
}
