"""Ingest a frame: check what the call says, keep the frame, and make the commons of it.

Computes nothing itself; the frame goes the way of every archive's tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Unpack

from vinarch import ingestion
from vinarch.assembly import ExperimentKey, assemble
from vinarch.commons import Commons, open_commons
from vinarch.dialects.columns import read_records
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import CardError, DialectError, ParameterError, RejectedRowsError
from vinarch.experiment_table import describe_experiment
from vinarch.genome import SearchSpace, search_space
from vinarch.own_records.arguments import (
    About,
    as_parameter,
    check_mapping,
    check_name,
    commons_root,
    describe_records,
    refuse_published,
)
from vinarch.own_records.frames import OwnFrame, read_frame
from vinarch.own_records.keeping import (
    KeptExperiment,
    OwnArchive,
    archive_folder,
    describe_archive,
    kept_experiments,
    staged_experiment,
)
from vinarch.progress import LogProgress

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def ingest(
    frame: Any,
    *,
    space: str | SearchSpace,
    archive: str = "own",
    experiment: str = "own",
    columns: Mapping[str, Any] | None = None,
    strict: bool = True,
    into: str | os.PathLike[str] | None = None,
    **about: Unpack[About],
) -> Commons:
    """Take a frame of your own records into the commons, beside the published archives.

    The same frame again changes nothing.
    Another frame under the same names takes the place of the first once it could be read; other
    experiments of the archive stay.
    The frame is kept as a Parquet file in the folder of the commons, in ``own/<archive>/``.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a trained network; or, with a column `epoch`, one row a network and epoch.
    space : str or SearchSpace
        The search space of the genomes, ``"nas-bench-201"``.
    archive, experiment : str, default "own"
        What the records are called in the commons; no archive of the catalog may be called so.
    columns : mapping, optional
        What the columns mean, as in the section ``[tables.columns]`` of a data card: vinarch's
        column as key; a column of the frame, or ``{"column": …, "unit": …}``, as value.
        A column that bears vinarch's name needs none; one that is not named becomes a
        measurement.
    strict : bool, default True
        Refuse the frame when a row cannot be read; else such rows are listed in
        `Commons.rejects`.
    into : path-like, optional
        Folder of the commons; by default the one in ``VINARCH_HOME``.
    **about
        ``strategy``, ``task_data``, ``hardware``, ``protocol`` and ``objectives`` say how the
        networks were found and trained, ``epoch_budget``, ``first_epoch`` (default 0) and
        ``epoch_step`` (default 1, None where the epochs recorded are few) what the epochs mean,
        ``licence`` and ``citation`` how the archive may be used and is cited.

    Returns
    -------
    Commons
        Confined to this archive.

    Raises
    ------
    ParameterError
        If an argument cannot be what it is, a column is not there, or fractions stand where
        percentages should.
    GenomeError
        If there is no such search space.
    RejectedRowsError
        If `strict` and rows cannot be read: the message has the label of the first.
    StoreError
        If the disk refuses.

    Examples
    --------
    >>> import pandas as pd, tempfile, vinarch
    >>> found = pd.DataFrame(
    ...     {"layers": ["c m c", "c c k"], "accuracy": [0.81, 0.79], "parameters": [1.2, 1.9]}
    ... )
    >>> commons = vinarch.ingest(
    ...     found,
    ...     space="chain-layers",
    ...     columns={
    ...         "genome": "layers",
    ...         "val_accuracy_percent": {"column": "accuracy", "unit": "fraction"},
    ...         "parameter_count": {"column": "parameters", "unit": "M"},
    ...     },
    ...     into=tempfile.mkdtemp(),
    ... )
    >>> names = ["sequence", "last_val_accuracy_percent", "parameter_count"]
    >>> commons.architectures[names].compute()
      sequence  last_val_accuracy_percent  parameter_count
    0      cmc                       81.0          1200000
    1      cck                       79.0          1900000
    """
    if not isinstance(space, SearchSpace):
        space = search_space(space)
    check_name("archive", archive)
    check_name("experiment", experiment)
    refuse_published(archive)
    own = read_frame(frame)
    mapping = dict(columns or {})
    check_mapping(mapping, own)
    description = describe_records(space, mapping, about)
    root = commons_root(into)
    with archive_folder(root, archive) as folder:
        others = kept_experiments(folder, but=experiment)
        _refuse_alike(experiment, others)
        with staged_experiment(folder, experiment, own.table, description) as mine:
            described = describe_archive(archive, [mine, *others])
            try:
                _store(mine, described, own, root, strict=strict)
            except (CardError, DialectError) as error:
                raise as_parameter(error, mine.path) from error
    return open_commons(root).select(archive=archive)


def _store(
    mine: KeptExperiment,
    described: tuple[OwnArchive, list[SourceFile], Any],
    own: OwnFrame,
    root: Path,
    *,
    strict: bool,
) -> None:
    archive, files, provenance = described
    progress = LogProgress()
    try:
        ingestion.ingest(archive, files, provenance, root, strict=strict, progress=progress)
    except RejectedRowsError:
        _refuse_rows(mine, archive, own)
        # The rows that cannot be read are other experiments', taken in without `strict`.
        ingestion.ingest(archive, files, provenance, root, strict=False, progress=progress)


def _refuse_rows(mine: KeptExperiment, archive: OwnArchive, own: OwnFrame) -> None:
    """Say which rows of the frame cannot be read, by their labels."""
    file = SourceFile(mine.path, mine.local)
    found = describe_experiment(archive, archive.table_of(mine.path), mine.path)
    space = search_space(found.setting.search_space)
    records = read_records([file], Reading(space, mine.description.columns))
    key = ExperimentKey(archive.name, mine.name, found.terms)
    rejects = assemble(key, [records], space).rejects
    if not len(rejects):
        return
    first = rejects.slice(0, 1).to_pylist()[0]
    more = f"; {len(rejects):,} of {len(own.labels):,} rows cannot be read"
    raise RejectedRowsError(
        f"ingest(frame), row {own.labels[first['line'] - 1]!r}",
        first["expected"],
        first["got"] + (more if len(rejects) > 1 else ""),
        "Nothing was stored: mend the frame, or pass strict=False to store the other rows.",
    )


def _refuse_alike(experiment: str, others: Sequence[KeptExperiment]) -> None:
    for one in others:
        # Some disks do not tell such names apart.
        if one.name.lower() == experiment.lower():
            _raise_alike(experiment, one.name)


def _raise_alike(experiment: str, other: str) -> NoReturn:
    raise ParameterError(
        "ingest(experiment=…)",
        "a name that differs from others by more than upper and lower case",
        f"{experiment!r} beside {other!r}",
        f"Choose another, or ingest into {other!r}.",
    )
