"""The sizes that a network is built for: arguments in, checked sizes or an error out.

No PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.errors import ParameterError
from vinarch.parameters import check_whole

if TYPE_CHECKING:
    from typing import Self

_MOST = 1 << 16
"""Of channels, pixels a side, or classes: far above any network that a machine can hold, and low
enough that a number typed wrong is refused before any memory is asked for."""

_FEWEST_CLASSES = 2


@dataclass(frozen=True)
class Sizes:
    """What a genome leaves open.

    Parameters
    ----------
    input_shape : tuple of int
        Channels, height and width of an image.
    classes : int
    channels : tuple of int
        Of each phase; of a chain the single one.
    """

    input_shape: tuple[int, int, int]
    classes: int
    channels: tuple[int, ...]

    @classmethod
    def checked(cls, input_shape: Any, classes: Any, channels: Any, phases: int) -> Self:
        """Return the sizes of arguments as users give them, for a network of some phases.

        Raises
        ------
        ParameterError
            If one of them is no such size.

        Examples
        --------
        >>> Sizes.checked((1, 8, 8), 10, 16, phases=3).channels
        (16, 32, 64)
        >>> Sizes.checked((1, 8, 8), 10, (16, 32), phases=3)
        Traceback (most recent call last):
        vinarch.errors.ParameterError: build_network(channels=…): expected 3 numbers, one a phase,
        or a single one for the first phase, got 2: (16, 32). Pass as many as the network has.
        """
        return cls(
            _checked_shape(input_shape),
            check_whole("build_network(classes=…)", classes, _FEWEST_CLASSES, _MOST, "classes"),
            _checked_channels(channels, phases),
        )


def _checked_shape(shape: Any) -> tuple[int, int, int]:
    where = "build_network(input_shape=…)"
    names = ("channels", "height", "width")
    if not _is_list(shape) or len(shape) != len(names):
        raise ParameterError(
            where,
            "channels, height and width of an image",
            repr(shape),
            "Pass three numbers, such as (1, 8, 8).",
        )
    channels, height, width = (
        check_whole(where, size, 1, _MOST, name) for size, name in zip(shape, names, strict=True)
    )
    return channels, height, width


def _checked_channels(channels: Any, phases: int) -> tuple[int, ...]:
    where = "build_network(channels=…)"
    if not _is_list(channels):
        # Doubled from phase to phase, as NSGA-Net does.
        first = check_whole(where, channels, 1, _MOST, "channels")
        channels = tuple(first << phase for phase in range(phases))
    elif len(channels) != phases:
        raise ParameterError(
            where,
            f"{phases} numbers, one a phase, or a single one for the first phase"
            if phases > 1
            else "a single number",
            f"{len(channels)}: {tuple(channels)!r}",
            "Pass as many as the network has.",
        )
    return tuple(check_whole(where, one, 1, _MOST, "channels") for one in channels)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
