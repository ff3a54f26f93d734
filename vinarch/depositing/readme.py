"""The README of a deposit: records in, Markdown out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vinarch.depositing.records import About, DepositedExperiment

_ABOUT_EXPERIMENTS = (
    ("search_space", "Search space"),
    ("strategy", "Strategy"),
    ("task_data", "Task data"),
    ("protocol", "Protocol"),
    ("hardware", "Hardware"),
    ("objectives", "Objectives"),
    ("epoch_budget", "Epoch budget"),
)


def readme_text(about: About, experiments: Sequence[DepositedExperiment], citation: str) -> str:
    """Return the README.

    Parameters
    ----------
    about : About
    experiments : sequence of DepositedExperiment
    citation : str
    """
    return "\n".join(_lines(about, experiments, citation)) + "\n"


def _lines(
    about: About, experiments: Sequence[DepositedExperiment], citation: str
) -> Iterator[str]:
    yield f"# {about.title}"
    yield ""
    yield about.description
    yield ""
    yield f"Licence: {about.licence}"
    yield ""
    yield f"Cite as: {citation}"
    if about.paper:
        yield ""
        yield f"Paper: {about.paper}"
    yield ""
    yield "## Experiments"
    for one in experiments:
        yield from _experiment(one)
    yield ""
    yield "## How the tables were made"
    yield ""
    yield (
        "The networks were recorded while they were trained, by `vinarch.Recorder`; the tables "
        "were written by `vinarch.deposit`."
    )
    yield (
        "`configuration.json` of each experiment is the record's own description: configuration, "
        "prediction engine, machine and versions of the libraries."
    )
    yield "Accuracies are percent. A missing value is an empty cell."
    yield ""
    yield "## Files"
    yield from _files(experiments)
    yield ""
    yield "## Columns"
    yield from _columns(experiments)
    yield ""
    yield "## How to read them"
    yield ""
    yield "As CSV by anything, such as pandas:"
    yield ""
    yield "```python"
    yield "import pandas as pd"
    yield ""
    yield f'histories = pd.read_csv("{experiments[0].name}/{_first_table(experiments[0])}")'
    yield "```"
    yield ""
    yield "As a commons by vinarch, in the folder that this folder stands in:"
    yield ""
    yield "```bash"
    yield f"export VINARCH_CATALOG={about.name} VINARCH_MIRROR=."
    yield f"vinarch fetch {about.name}"
    yield "```"
    yield ""
    yield (
        "Once it is published, write its DOI and publisher into `card.toml` in place of "
        "`unpublished`; then `VINARCH_MIRROR` is not needed."
        if not about.is_published
        else "From its DOI it is fetched without `VINARCH_MIRROR`."
    )
    yield ""
    yield "`sha256sum -c SHA256SUMS` checks the files."


def _experiment(one: DepositedExperiment) -> Iterator[str]:
    yield ""
    yield f"### {one.name}"
    yield ""
    unfinished = f", {one.unfinished_count:,} of them unfinished" if one.unfinished_count else ""
    yield f"- {one.architecture_count:,} networks{unfinished}"
    for key, words in _ABOUT_EXPERIMENTS:
        if key in one.setting:
            value = one.setting[key]
            shown = "; ".join(value) if isinstance(value, list) else _plain(value)
            yield f"- {words}: {shown}"
    for name, value in one.attributes.items():
        yield f"- `{name}`: {_plain(value)}"
    told = json.loads(one.configuration)
    yield f"- Started: {told['started_at']}"
    for key in ("machine", "libraries"):
        if told.get(key):
            yield f"- {key.capitalize()}: " + ", ".join(f"{n} {v}" for n, v in told[key].items())


def _files(experiments: Sequence[DepositedExperiment]) -> Iterator[str]:
    yield ""
    yield "| File | Rows | What a row is |"
    yield "|---|---|---|"
    for one in experiments:
        for table in one.tables:
            yield f"| `{table.path}` | {table.row_count:,} | {table.table.meaning} |"
        yield f"| `{one.configuration_path}` | | The run's description. |"
    yield "| `card.toml` | | vinarch's data card. |"
    yield "| `croissant.json` | | The description in Croissant, for machines. |"


def _columns(experiments: Sequence[DepositedExperiment]) -> Iterator[str]:
    written = [table for one in experiments for table in one.tables]
    for declared in dict.fromkeys(table.table for table in written):
        seen = {name for table in written if table.table is declared for name in table.columns}
        yield ""
        yield f"### {declared.name}.csv"
        yield ""
        yield "| Column | Unit | Meaning |"
        yield "|---|---|---|"
        for column in declared.columns:
            if column.name in seen:
                yield f"| `{column.name}` | {column.unit} | {column.meaning} |"


def _first_table(one: DepositedExperiment) -> str:
    names = [table.path.rsplit("/", 1)[-1] for table in one.tables]
    return "histories.csv" if "histories.csv" in names else names[0]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
