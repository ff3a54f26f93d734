"""What a study hands to its page: the frames that it computed, and what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vinarch.intervals import CONFIDENCE
from vinarch.report import Link

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.distance import Metric
    from vinarch.reproducing import Reproducibility
    from vinarch.summary import ChosenRow


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study computed, what it was asked for, and which files it wrote."""

    chosen: ChosenRow | None
    """The matching subsequence that the figures show; None where nothing matches."""
    matches: pd.DataFrame
    """Rows of `vinarch.match` by experiment."""
    across: pd.DataFrame
    """Rows of `vinarch.match` across all experiments."""
    distances: pd.DataFrame
    """Rows of `summary.distance_overview`."""
    metric: Metric
    min_length: int
    files: tuple[str, ...]
    """Tables and other files beside the page, but for those that a figure links."""
    statistics: pd.DataFrame
    """What `Commons.statistics` gives."""
    overall: pd.DataFrame
    """What `Commons.statistics` gives with ``by=None``."""
    reproduced: Reproducibility
    without_start: pd.Series | None = None
    """For each row of `across`, in how many experiments a structure outside shared starts holds
    it; None where there is no shared start."""
    confidence: float = CONFIDENCE
    left_out: tuple[tuple[str, str], ...] = ()
    """What the page cannot show: the key of each figure or table, and a sentence that says why."""

    @property
    def notebook(self) -> bool:
        """Tell whether the study wrote the notebook too."""
        return any(name.endswith(".ipynb") for name in self.files)

    def link(self, name: str, label: str | None = None) -> Link | None:
        """Return the link to a file, None where the study did not write it."""
        return Link(label or name, name) if name in self.files else None
