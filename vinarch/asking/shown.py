"""What a commons says of itself: in text and, in a notebook, as HTML.

Tables of archives and experiments in, text out; everything that comes from an archive is escaped.
No files, no commons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_EXPERIMENTS = 30
_COUNTS = (
    ("architecture_count", "architecture"),
    ("history_row_count", "history row"),
    ("measurement_count", "measurement"),
    ("lineage_count", "lineage row"),
    ("rejected_row_count", "rejected row"),
)
_ALWAYS = 2
"""The first counts are told even where they are 0."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHORT_COMMIT = 8
_STYLE = (
    ".vinarch-commons{font-size:90%;line-height:1.4}"
    ".vinarch-commons table{border-collapse:collapse;margin:.5em 0;font-size:inherit}"
    ".vinarch-commons .n{white-space:nowrap}"
    ".vinarch-commons th,.vinarch-commons td{padding:.2em .8em .2em 0;text-align:left;"
    "vertical-align:top;border-bottom:1px solid rgba(128,128,128,.3);background:none}"
    ".vinarch-commons .n{text-align:right;font-variant-numeric:tabular-nums}"
    ".vinarch-commons p{margin:.3em 0;max-width:60em}"
)


@dataclass(frozen=True)
class Held:
    """An archive of a commons, and what it is called."""

    archive: str
    version: str

    @property
    def name(self) -> str:
        """Return name and version, a commit shortened."""
        commit = _COMMIT.fullmatch(self.version)
        return f"{self.archive} {self.version[:_SHORT_COMMIT] if commit else self.version}".rstrip()


def text_of(index: pd.DataFrame, held: Sequence[Held]) -> str:
    """Return what the commons holds: one line for one archive, one more each for several.

    Parameters
    ----------
    index : DataFrame
        Of the schema `vinarch.schema.EXPERIMENTS`.
    held : sequence of Held

    Examples
    --------
    >>> from vinarch.schema import EXPERIMENTS
    >>> text_of(EXPERIMENTS.empty(), [])
    'Commons of 0 archives (none): 0 experiments, 0 architectures, 0 history rows'
    """
    number = _count(len(held), "archive")
    if len(held) <= 1:
        name = held[0].name if held else "none"
        return f"Commons of {number} ({name}): {_counts(index)}"
    lines = [f"Commons of {number}: {_counts(index)}"]
    for archive in held:
        mine = index[index["archive"] == archive.archive]
        lines.append(f"  {archive.name}: {_counts(mine)}")
    return "\n".join(lines)


def html_of(index: pd.DataFrame, held: Sequence[Held], archives: pd.DataFrame) -> str:
    """Return what the commons holds as HTML: archives with citations, experiments with counts.

    Parameters
    ----------
    index : DataFrame
        Of the schema `vinarch.schema.EXPERIMENTS`.
    held : sequence of Held
    archives : DataFrame
        Of the schema `vinarch.schema.ARCHIVES`, the checksums left out.
    """
    number = _count(len(held), "archive")
    parts = [
        f'<div class="vinarch-commons"><style>{_STYLE}</style>',
        f"<p><strong>Commons of {number}</strong>: {escape(_counts(index))}</p>",
        _archives_table(index, held, archives),
        _experiments_table(index),
        *(
            f"<p>Cite {escape(str(row['archive']))} as: {escape(str(row['citation']))}</p>"
            for _, row in archives.iterrows()
        ),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def _archives_table(index: pd.DataFrame, held: Sequence[Held], archives: pd.DataFrame) -> str:
    told = {str(row["archive"]): row for _, row in archives.iterrows()}
    rows = []
    for archive in held:
        mine = index[index["archive"] == archive.archive]
        row = told[archive.archive]
        rows.append(
            _row(
                [
                    _linked(archive.name, row),
                    escape(str(row["title"])),
                    escape(str(row["licence"])),
                ],
                [
                    len(mine),
                    *(mine[name].sum() for name, _ in _COUNTS[:_ALWAYS]),
                ],
            )
        )
    words = ["Archive", "Title", "Licence"]
    return _table(words, ["Experiments", "Architectures", "History rows"], rows) if rows else ""


def _experiments_table(index: pd.DataFrame) -> str:
    if index.empty:
        return ""
    rows = []
    for _, row in index.head(_SHOWN_EXPERIMENTS).iterrows():
        texts = [row["archive"], row["experiment"], row["status"], row["search_space"]]
        rows.append(
            _row(
                [escape(str(text)) for text in texts], [row[name] for name, _ in _COUNTS[:_ALWAYS]]
            )
        )
    more = len(index) - len(rows)
    if more:
        rows.append(f'<tr><td colspan="6">and {_count(more, "experiment")} more</td></tr>')
    words = ["Archive", "Experiment", "Status", "Search space"]
    table = _table(words, ["Architectures", "History rows"], rows)
    return f"<details><summary>{_count(len(index), 'experiment')}</summary>{table}</details>"


def _table(words: Sequence[str], numbers: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{word}</th>" for word in words)
    head += "".join(f'<th class="n">{word}</th>' for word in numbers)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(texts: Sequence[str], numbers: Sequence[float]) -> str:
    cells = "".join(f"<td>{text}</td>" for text in texts)
    cells += "".join(f'<td class="n">{int(number):,}</td>' for number in numbers)
    return f"<tr>{cells}</tr>"


def _linked(name: str, archive: pd.Series) -> str:
    doi, url = archive["doi"], archive["url"]
    address = f"https://doi.org/{doi}" if pd.notna(doi) else url
    # A card can name any address; a notebook must not run one.
    if pd.isna(address) or not str(address).startswith(("https://", "http://")):
        return escape(name)
    return f'<a href="{escape(str(address))}">{escape(name)}</a>'


def _counts(index: pd.DataFrame) -> str:
    silent = int((index["status"] == "no_histories").sum())
    parts = [
        _count(len(index), "experiment") + (f" ({silent} without histories)" if silent else "")
    ]
    for place, (name, word) in enumerate(_COUNTS):
        number = int(index[name].sum())
        if number or place < _ALWAYS:
            parts.append(_count(number, word))
    return ", ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + "s" * (number != 1)
