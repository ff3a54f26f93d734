"""The experiments of an archive, and the archive: what the card tells and what was counted in.

An experiment that is known by its wall time only gets a row too.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from vinarch import __version__
from vinarch.assembly.trainings import TrainingTerms
from vinarch.errors import DialectError
from vinarch.schema import ARCHIVES, ATTRIBUTES, EXPERIMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vinarch.catalog import Archive, AttributeValue, Setting, TableFiles
    from vinarch.dialects.rows import SourceFile, WallTime
    from vinarch.provenance import Provenance


_NO_EPOCHS = {"first_epoch": None, "epoch_step": None}
"""Where no history is known, no source numbers its epochs."""


@dataclass(frozen=True)
class Described:
    """What the data card says of one experiment."""

    experiment: str
    attributes: Mapping[str, AttributeValue]
    setting: Setting

    @property
    def terms(self) -> TrainingTerms:
        """Return how its networks are trained."""
        early = self.attributes.get("early_termination")
        return TrainingTerms(
            None if early is None else bool(early),
            self.setting.epoch_budget,
            self.setting.first_epoch,
            self.setting.epoch_step,
        )


@dataclass(frozen=True)
class ExperimentCounts:
    """How much one experiment brought."""

    experiment: str
    architectures: int
    structures: int
    history_rows: int
    measurements: int
    lineage_rows: int
    rejected_rows: int
    first_reject: str
    configurations: Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """What is known of an archive's experiments besides their networks."""

    described: Mapping[str, Described]
    wall_times: tuple[WallTime, ...]
    configurations: Mapping[str, Mapping[str, str]]
    """Texts by experiment and file name, from files of that role."""


def describe_experiment(archive: Archive, table: TableFiles | None, path: str) -> Described:
    """Return what the card says of the experiment that a file of a section belongs to.

    Raises
    ------
    CardError
        If the path does not give exactly one value of each attribute.
    """
    return _described(archive, archive.attributes_of(path, table), table)


def _described(
    archive: Archive, values: Mapping[str, AttributeValue], table: TableFiles | None
) -> Described:
    name = archive.experiment_id(values, table)
    return Described(name, values, archive.setting_of(values, table))


def read_configuration(file: SourceFile) -> str:
    """Return the text of a file of the role ``configuration``, to the letter.

    Raises
    ------
    DialectError
        If it is no text.
    """
    try:
        return file.local.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DialectError(file.path, "a text file", str(error), "Fetch the file again.") from error


def experiment_table(archive: Archive, counts: Sequence[ExperimentCounts], told: Told) -> pa.Table:
    """Put together the rows of an archive's experiments.

    Parameters
    ----------
    archive : Archive
    counts : sequence of ExperimentCounts
        One for each experiment that has architectures.
    told : Told
        What the card, the wall times and configurations say.

    Returns
    -------
    pyarrow.Table
        Of the schema `vinarch.schema.EXPERIMENTS`, sorted by experiment.
    """
    rows = {
        count.experiment: _row(told.described[count.experiment])
        | {
            "status": "ok",
            "configuration": _joined(
                {**count.configurations, **told.configurations.get(count.experiment, {})}
            ),
            "architecture_count": count.architectures,
            "structure_count": count.structures,
            "history_row_count": count.history_rows,
            "measurement_count": count.measurements,
            "lineage_count": count.lineage_rows,
            "rejected_row_count": count.rejected_rows,
        }
        | ({} if count.history_rows else _NO_EPOCHS)
        for count in counts
    }
    for time in told.wall_times:
        values: Mapping[str, AttributeValue] = {
            "gpus": time.gpus,
            "beam": time.beam,
            "early_termination": time.early_termination,
        }
        described = _described(archive, values, None)
        silent = _row(described) | _NO_EPOCHS | {"status": "no_histories"}
        row = rows.setdefault(described.experiment, silent)
        row["wall_time_seconds"] = time.wall_time_seconds
    names = sorted(rows)
    columns: dict[str, Any] = {
        column.name: pa.array([rows[name].get(column.name) for name in names], column.type)
        for column in EXPERIMENTS.columns
    }
    columns |= {
        "archive": [archive.name] * len(names),
        "experiment": names,
    }
    return EXPERIMENTS.arrow_table(columns, len(names))


def _joined(texts: Mapping[str, str]) -> str | None:
    """Return one text to the letter; of several, a JSON object of them by file name."""
    if len(texts) > 1:
        return json.dumps(dict(sorted(texts.items())), ensure_ascii=False)
    return next(iter(texts.values()), None)


def _row(described: Described) -> dict[str, Any]:
    counts = [name for name in EXPERIMENTS.names if name.endswith("_count")]
    values, setting = described.attributes, described.setting
    further = {key: value for key, value in values.items() if key not in ATTRIBUTES}
    return {
        **dict.fromkeys(counts, 0),
        **{name: values.get(name) for name in ATTRIBUTES},
        **asdict(setting),
        "objectives": "; ".join(setting.objectives) or None,
        "setting": json.dumps(further, ensure_ascii=False, sort_keys=True) if further else None,
    }


def archive_table(archive: Archive, provenance: Provenance) -> pa.Table:
    """Return the one row of `vinarch.schema.ARCHIVES` that says what was read."""
    columns: dict[str, Any] = {
        "archive": [archive.name],
        "title": [archive.title],
        "doi": [archive.doi or None],
        "url": [archive.url or None],
        "version": [archive.version],
        "licence": [archive.licence],
        "citation": [archive.citation().text],
        "source": [provenance.source],
        "fetched_at": [provenance.fetched_at],
        "vinarch_version": [__version__],
        "checksums": [
            [
                {"path": file.path, "size_bytes": file.size_bytes, "sha256": file.sha256}
                for file in provenance.files
            ]
        ],
    }
    return ARCHIVES.arrow_table(columns, 1)
