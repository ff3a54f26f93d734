"""What an engine saves, as a table: rows of `vinarch.replay_summary` in, escaped HTML out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from vinarch.explorer.views.looks import FONT

if TYPE_CHECKING:
    from typing import Any

    from vinarch.explorer.state import State

TABLE_STYLE = f"""
:host {{ font: 13px/1.5 {FONT}; color: #222; max-height: 240px; overflow: auto; }}
:host(.old) {{ opacity: 0.45; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; color: #5c5c5c; padding-bottom: 4px; }}
th, td {{ text-align: right; padding: 2px 0 2px 18px; }}
th {{ font-weight: 400; color: #5c5c5c; vertical-align: bottom; }}
td {{ border-top: 1px solid #e4e4e4; white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; padding-left: 0; white-space: normal; }}
td:first-child {{ overflow-wrap: anywhere; min-width: 9em; }}
td.first {{ font-weight: 600; }}
small {{ font-size: 12px; color: #5c5c5c; font-weight: 400; }}
"""

USUAL = (
    "Errors in percentage points, with the 95 % interval of their mean. Saved and error are those "
    "of full histories, which ran to the end. The engine is A4NN's, moved to the epochs of each "
    "experiment."
)

_HEADS = ("experiment", "epochs saved", "share", "mean abs. error", "networks converged", "full")


def readout(saved: pd.DataFrame) -> str:
    """Return the table of an answer of `Saved`.

    Examples
    --------
    >>> readout(pd.DataFrame()).count("<td")
    0
    """
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in _HEADS)
    rows = "".join(f"<tr>{_cells(row)}</tr>" for row in saved.itertuples())
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(row: Any) -> str:
    known = row.full_count > 0
    saved = f"{row.epochs_saved:,.4g}" if row.epochs_saved % 1 else f"{row.epochs_saved:,.0f}"
    share = row.converged_share
    words = [
        escape(str(row.experiment)),
        saved if known else "—",
        f"{100 * row.epochs_saved_share:.1f} %" if known else "—",
        _error(row),
        f"{row.converged_count:,} of {row.network_count:,} <small>({100 * share:.0f} %)</small>",
        f"{row.full_count:,}",
    ]
    first = ' class="first"'
    return "".join(f"<td{first * (place == 1)}>{word}</td>" for place, word in enumerate(words))


def _error(row: Any) -> str:
    if pd.isna(row.mean_absolute_error_points):
        return "—"
    value = f"{row.mean_absolute_error_points:.2f}"
    if pd.isna(row.mean_absolute_error_low):
        return value
    # A mean's interval may reach beyond what an absolute error can be.
    low, high = max(row.mean_absolute_error_low, 0.0), row.mean_absolute_error_high
    return f"{value} <small>({low:.2f} to {high:.2f})</small>"


def remarks_of(saved: pd.DataFrame, state: State) -> str:
    """Return what a reader must know of the numbers."""
    words = [USUAL]
    if (saved["full_count"] < saved["network_count"]).any():
        words.append(
            "Where a search ended trainings early, the full ones are those that its engine could "
            "not end: no sample of the search."
        )
    without = [name for name in state.experiments if name not in set(saved["experiment"])]
    if without:
        words.append(f"Cannot be replayed: {', '.join(without)}.")
    return " ".join(words)
