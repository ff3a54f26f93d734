"""What a figure calls the cost of a network: name of a column in, words and a scale out.

Knows no frame and draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

_MANY = ((1e9, "billions"), (1e6, "millions"), (1e4, "thousands"))
"""From which value on numbers are drawn in such units, so that their ticks stay short."""


@dataclass(frozen=True)
class CostWords:
    """How the cost in one column of `architectures` is said and drawn."""

    cost: str
    phrase: str
    """As in a caption: against … (minimised)."""
    short: str
    """As in a heading, and behind a number."""
    scale: float
    """What a unit of the axis stands for."""
    many: str

    @property
    def axis(self) -> str:
        """Return what the axis says."""
        return f"{self.phrase}{f' ({self.many})' if self.many else ''}, minimised"

    def number(self, value: float) -> str:
        """Write one value with its word."""
        whole = self.cost != "mflops" and float(value).is_integer()
        return f"{value:,.0f} {self.short}" if whole else f"{value:.1f} {self.short}"


def cost_words(cost: str, highest: float) -> CostWords:
    """Return the words of a cost, and the scale that its highest value asks for.

    Examples
    --------
    >>> cost_words("mflops", 20_000).axis
    'MFLOPs of one forward pass, minimised'
    >>> words = cost_words("parameter_count", 31_389_066)
    >>> words.axis, words.number(301074)
    ('trainable parameters (millions), minimised', '301,074 parameters')
    """
    if cost == "mflops":
        return CostWords(cost, "MFLOPs of one forward pass", "MFLOPs", 1.0, "")
    plain = cost.replace("_", " ")
    known = {"parameter_count": ("trainable parameters", "parameters")}
    phrase, short = known.get(cost, (plain, plain))
    scale, many = next((one for one in _MANY if highest >= one[0]), (1.0, ""))
    return CostWords(cost, phrase, short, scale, many)
