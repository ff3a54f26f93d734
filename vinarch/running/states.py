"""How far a search is: results of networks in, counts and a line of text out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from vinarch.recording import NetworkResults


@dataclass(frozen=True, kw_only=True)
class SearchState:
    """How far a search is.

    Attributes
    ----------
    generation : int
        That is being trained.
    asked, done, failed : int
        Networks asked for so far, those of them whose training is over, and those that failed.
    networks : int or None
        How many the strategy asks for at most, None where it does not say.
    best_percent : float or None
        Highest validation accuracy so far: the prediction where the engine ended the training.
    epochs_trained, epochs_saved : float
        Of the networks that are done: epochs trained, and those that the engine saved.
    """

    generation: int = 0
    asked: int = 0
    done: int = 0
    failed: int = 0
    networks: int | None = None
    best_percent: float | None = None
    epochs_trained: float = 0.0
    epochs_saved: float = 0.0

    @property
    def saved_percent(self) -> float:
        """Return the epochs saved as a share of those that would have been trained, in percent."""
        whole = self.epochs_trained + self.epochs_saved
        return 100 * self.epochs_saved / whole if whole else 0.0

    def asking(self, generation: int) -> SearchState:
        """Return the state once another candidate was asked for."""
        return replace(self, generation=generation, asked=self.asked + 1)

    def with_results(self, found: NetworkResults, *, new: bool) -> SearchState:
        """Return the state once a candidate's network is done; a network counts its epochs once."""
        known = [self.best_percent, None if found.failed else found.fitness_percent]
        percents = [one for one in known if one is not None]
        return replace(
            self,
            done=self.done + 1,
            failed=self.failed + found.failed,
            best_percent=max(percents, default=None),
            epochs_trained=self.epochs_trained + found.epochs_trained * new,
            epochs_saved=self.epochs_saved + found.epochs_saved * new,
        )

    def __str__(self) -> str:
        """Say it in one line.

        Examples
        --------
        >>> state = SearchState(generation=3, asked=40, done=34, best_percent=97.214,
        ...     epochs_trained=714, epochs_saved=136)
        >>> print(state)
        generation 3: 34 of 40 networks, best 97.21 %, 714 epochs, 136 saved (16 %)
        """
        parts = [f"{self.done:,} of {self.asked:,} networks"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        return f"generation {self.generation}: {', '.join([*parts, *self.in_short()])}"

    def in_short(self) -> list[str]:
        """Return what it has found and spent, in words."""
        best = [] if self.best_percent is None else [f"best {self.best_percent:.2f} %"]
        saved = f"{self.epochs_saved:,g} saved ({self.saved_percent:.0f} %)"
        epochs = [f"{self.epochs_trained:,g} epochs", *([saved] if self.epochs_saved else [])]
        return [*best, *epochs]


@runtime_checkable
class SearchProgress(Protocol):
    """What a `vinarch.progress.Progress` can have besides, to hear how far a search is."""

    def tell(self, state: SearchState) -> None:
        """Hear of another network that is done, or of another generation."""
