"""The study of one archive: a commons in, a folder with tables, figures and a page out.

Wires summary, figures and report, and writes; computes no number of its own.
Each file is written beside its place and then moved there, the page last, so that an interrupted
study never leaves half a file under a final name.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import pyarrow as pa
import pyarrow.parquet as pq

from vinarch import figures
from vinarch.errors import ParameterError, StoreError
from vinarch.matching import check_subsequence, match
from vinarch.measuring import distances
from vinarch.progress import LogProgress, Progress
from vinarch.report import Link, ReportFigure, render_report
from vinarch.schema import DISTANCES
from vinarch.study_page import study_report
from vinarch.subsequence import MIN_LENGTH
from vinarch.summary import ChosenRow, default_row, structures_of, subsequence_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.distance import Metric
    from vinarch.figures import Drawing

_WIDTHS = ("single", "double")
_FORMATS = ("png", "pdf", "svg")
_STEPS = 5


@dataclass(frozen=True)
class Study:
    """What a study wrote, and the frames in it that are small.

    Attributes
    ----------
    out : Path
        The folder.
    chosen : ChosenRow
        The matching subsequence that the figures show.
    subsequences : pandas.DataFrame
        What `subsequences.csv` holds.
    pair_count : int
        Rows of `distances.parquet`.
    """

    out: Path
    chosen: ChosenRow
    subsequences: pd.DataFrame
    pair_count: int

    @property
    def index(self) -> Path:
        """Return the page to open in a browser."""
        return self.out / "index.html"


def study(
    commons: Commons,
    out: str | Path,
    *,
    select: str | None = None,
    min_length: int = MIN_LENGTH,
    metric: Metric = "cityblock",
    progress: Progress | None = None,
) -> Study:
    """Write tables, figures and a page about an archive's matching subsequences.

    Writes ``subsequences.csv``, ``distances.parquet``, ``figures/`` and ``index.html``.

    Parameters
    ----------
    commons : Commons
        Of one archive.
    out : str or Path
        Folder to write into; made if it is missing, other files in it are left alone.
    select : str, optional
        ``EXPERIMENT:START:BITS``: the matching subsequence that the figures show. By default the
        row that the VINARCH paper shows where it is present, else the one of most structures.
    min_length : int, default 5
        Shortest run to keep, in symbols.
    metric : {"cityblock", "euclidean", "hamming"}, default "cityblock"
        Distance between structures.
    progress : Progress, optional
        Listens to the steps.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        If `commons` holds several archives, or `select` has another form.
    SelectionError
        If there is no such experiment, or no structure of it holds the subsequence.
    StoreError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile, vinarch
    >>> low = vinarch.fetch("JS9FR6").select(experiment="1gpu_1e14_early_termination")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = vinarch.study(low, folder)
    ...     sorted(path.name for path in made.out.iterdir())
    ['distances.parquet', 'figures', 'index.html', 'subsequences.csv']
    """
    progress = progress or LogProgress()
    folder = Path(out)
    if len(commons.provenance) != 1:
        names = [provenance.archive for provenance in commons.provenance]
        raise ParameterError(
            "study", "a commons of one archive", ", ".join(names) or "none", "Select one."
        )
    # What the user asked for is checked before anything long begins.
    chosen = None if select is None else _checked(commons, ChosenRow.parse(select))
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    progress.start("Study", _STEPS, "steps")
    try:
        matches, across = dask.compute(
            match(commons, min_length=min_length), match(commons, by=None, min_length=min_length)
        )
        chosen = chosen or default_row(matches)
        progress.advance(1)
        table = subsequence_table(matches)
        write_frame(table, folder / "subsequences.csv")
        progress.advance(1)
        pairs = _write_distances(commons, metric, folder / "distances.parquet")
        progress.advance(1)
        drawn = _draw(commons, chosen, metric, folder / "figures")
        progress.advance(1)
        lines = _python_lines(commons, chosen, metric, min_length)
        page = render_report(study_report(commons, chosen, matches, across, drawn, lines))
        _replace(folder / "index.html", lambda path: _write_text(path, page))
        progress.advance(1)
    finally:
        progress.finish()
    return Study(folder, chosen, table, pairs)


def write_frame(frame: pd.DataFrame, out: Path) -> None:
    """Write a frame as CSV or Parquet, by the ending of the path, all or nothing.

    Raises
    ------
    ParameterError
        If the path ends otherwise.
    StoreError
        If it cannot be written.
    """
    writers: dict[str, Callable[[Path], Any]] = {
        ".csv": lambda path: frame.to_csv(path, index=False, lineterminator="\n"),
        ".parquet": lambda path: frame.to_parquet(path, index=False),
    }
    if out.suffix not in writers:
        raise ParameterError(
            "out", "a path that ends in " + " or ".join(writers), repr(str(out)), ""
        )
    _replace(out, writers[out.suffix])


def _checked(commons: Commons, row: ChosenRow) -> ChosenRow:
    mine = commons.select(experiment=row.experiment)
    flat = check_subsequence(mine, row.start, row.subsequence)
    structures_of(commons, row.experiment, row.start, flat)
    return ChosenRow(row.experiment, row.start, flat)


def _write_distances(commons: Commons, metric: Metric, out: Path) -> int:
    """Write the long table as one file; partitions are computed in parallel and never all held."""
    lazy = distances(commons, metric=metric)
    count = 0

    def write(path: Path) -> None:
        nonlocal count
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".distances-") as parts:
            lazy.to_parquet(parts, schema=DISTANCES.arrow(), write_index=False)
            with pq.ParquetWriter(path, DISTANCES.arrow(), compression="zstd") as writer:
                for number in range(lazy.npartitions):
                    table = pq.read_table(Path(parts) / f"part.{number}.parquet")
                    count += len(table)
                    writer.write_table(table.cast(DISTANCES.arrow()))

    _replace(out, write)
    return count


def _draw(commons: Commons, chosen: ChosenRow, metric: Metric, folder: Path) -> list[ReportFigure]:
    """Draw the three figures in both widths; the page shows the single-column ones."""
    row = (commons, chosen.experiment, chosen.start, chosen.subsequence)
    kinds: dict[str, tuple[str, Callable[[Any], Drawing]]] = {
        "subsequences": (
            "Matching subsequences",
            lambda width: figures.subsequences(*row, width=width),
        ),
        "structures": (
            "Structures that share the selected subsequence",
            lambda width: figures.structures(*row, width=width),
        ),
        "distance_map": (
            "Distances between these structures",
            lambda width: figures.distance_map(*row, metric=metric, width=width),
        ),
    }
    drawn = []
    for name, (title, draw) in kinds.items():
        links = []
        drawings = {width: draw(width) for width in _WIDTHS}
        for width, drawing in drawings.items():
            for path in drawing.save(folder / f"{name}_{width}", _FORMATS):
                label = f"{width} column, {path.suffix[1:].upper()}"
                links.append(Link(label, f"{folder.name}/{path.name}"))
        shown = drawings["single"]
        drawn.append(ReportFigure(title, shown.caption, shown.png(), tuple(links)))
    return drawn


def _python_lines(
    commons: Commons, chosen: ChosenRow, metric: Metric, min_length: int
) -> list[str]:
    (provenance,) = commons.provenance
    all_of_archive = commons.snapshot.experiment_index()["archive"] == provenance.archive
    names = commons.experiment_index["experiment"].tolist()
    everything = len(names) == int(all_of_archive.sum())
    return [
        "import vinarch",
        "",
        f'commons = vinarch.fetch("{provenance.archive}")',
        *([] if everything else [f"commons = commons.select(experiment={names})"]),
        "vinarch.study(",
        "    commons,",
        '    "study",',
        f'    select="{chosen.experiment}:{chosen.start}:{chosen.subsequence}",',
        f"    min_length={min_length},",
        f'    metric="{metric}",',
        ")",
    ]


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _replace(out: Path, write: Callable[[Path], Any]) -> None:
    """Write beside the final place, then move there."""
    staged = out.with_name(f".{out.name}.{os.getpid()}.tmp{out.suffix}")
    with _writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(staged)
            staged.replace(out)
        finally:
            staged.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            str(out),
            "a place that can be written",
            getattr(error, "strerror", None) or str(error),
            "Choose another with --out, or free some space.",
        ) from error
