"""The parts of what is chosen: frozen values, equal when they choose the same.

What a commons knows is not asked here; `settling` holds a state to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vinarch.subsequence import MIN_LENGTH

PAGES = ("archaeology",)
"""Pages of the explorer; the first is shown where none is named."""

ORDERS = ("tree", "accuracy")
"""In which order the map of distances has structures: as leaves of their tree, or by accuracy."""


@dataclass(frozen=True)
class Matching:
    """Which subsequences are matched."""

    min_length: int = MIN_LENGTH
    """Shortest run, in symbols."""
    within_phase: bool = False
    """Whether runs end where a phase does, or may cross phases."""
    across: bool = False
    """Whether the structures of all chosen experiments are matched together, or of each alone."""


@dataclass(frozen=True)
class Run:
    """A chosen subsequence."""

    experiment: str | None
    """Where it was matched; None where experiments are matched together."""
    start: int
    """Start index in the flattened genome, from 0."""
    symbols: str
    """Its symbols, characters of the search space's alphabet."""

    @property
    def stop(self) -> int:
        """Return the position after its last, in the flattened genome."""
        return self.start + len(self.symbols)

    def within(self, genome: str) -> bool:
        """Tell whether a flattened genome holds it at its start index."""
        return genome[self.start : self.stop] == self.symbols


@dataclass(frozen=True)
class Box:
    """A box drawn over the scatter, its sides included."""

    length_low: float
    length_high: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, order=True)
class NetworkKey:
    """A trained network of the chosen archive."""

    experiment: str
    architecture: int


@dataclass(frozen=True)
class EngineChoice:
    """The parameters of the prediction engine that sliders change; the others are A4NN's."""

    function: str = "penguin"
    predictions_needed: int = 3
    """N: how many of the last predictions must agree."""
    threshold: float = 0.5
    """How far each may lie from their median, in percentage points."""
    minimum_epochs: int = 3
    """C_min: records that must be known before the one after which the first fit is made."""


@dataclass(frozen=True)
class State:
    """All that is chosen: equal states show the same."""

    page: str = PAGES[0]
    archive: str | None = None
    experiments: tuple[str, ...] = ()
    matching: Matching = Matching()
    run: Run | None = None
    box: Box | None = None
    networks: tuple[NetworkKey, ...] = ()
    engine: EngineChoice = EngineChoice()
    metric: str = "cityblock"
    linkage: str = "average"
    order: str = ORDERS[0]
    structure: str | None = None
    """Flattened genome of the structure whose network is shown; None leaves that to the view."""
