"""The command that measures distances: all at once, or piece by piece where they are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.console import compute_options, connected, show, source_options, table_options
from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from vinarch.commons import By, Commons

METRICS = click.Choice(["cityblock", "euclidean", "hamming"])


@click.command()
@source_options
@compute_options
@table_options
@click.option(
    "--metric",
    type=METRICS,
    default="cityblock",
    show_default=True,
    help="City block counts differing positions.",
)
def distances(
    archive: str,
    attributes: Sequence[str],
    scheduler: str | None,
    metric: Any,
    by: str,
    rows: int,
    out: str | None,
    **source: Any,
) -> None:
    """Measure how far the structures of ARCHIVE lie apart.

    Prints the nearest pairs; --out writes them all. Of more than ten million pairs --out is
    needed.
    """
    from vinarch.measuring import distances as measure
    from vinarch.measuring import pair_count
    from vinarch.studies import MOST_PAIRS, check_ending, write_frame
    from vinarch.task_progress import TaskProgress
    from vinarch.terminal import TerminalProgress

    if out is not None:
        check_ending(out)
    groups: By | None = "experiment" if by == "experiment" else None
    with connected(scheduler):
        commons = fetch_commons(archive, **source, attributes=attributes)
        count = pair_count(commons, groups)
        if count > MOST_PAIRS:
            nearest = _in_pieces(commons, metric, groups, (count, rows), out)
        else:
            lazy = measure(commons, metric=metric, by=groups)
            with TaskProgress(TerminalProgress(), "Measuring distances"):
                pairs = lazy.compute()
            nearest = _nearest(pairs, rows)
            if out is not None:
                write_frame(pairs, out)
    hidden = (
        ["archive", "structure_id_a", "structure_id_b"]
        if groups
        else ["archive", "experiment", "structure_a", "structure_b"]
    )
    show(nearest.drop(columns=hidden), rows, "pairs of structures", of=count)
    tell_commons(commons)
    if out is not None:
        click.echo(f"all of them in {out}")


def _in_pieces(
    commons: Commons, metric: Any, by: By | None, counts: tuple[int, int], out: str | None
) -> pd.DataFrame:
    """Write all pairs, some at a time, and return the nearest; `counts` are all and those shown."""
    import pandas as pd

    from vinarch.measuring import distance_pieces
    from vinarch.schema import DISTANCES
    from vinarch.studies import MOST_PAIRS, write_pieces
    from vinarch.terminal import TerminalProgress

    count, rows = counts
    if out is None:
        raise ParameterError(
            "distances",
            f"at most {MOST_PAIRS:,} pairs of structures, or --out",
            f"{count:,} pairs",
            "Choose experiments or networks with --where, or write all pairs with --out, for "
            "example --out distances.parquet.",
        )
    progress = TerminalProgress()
    number, pieces = distance_pieces(commons, metric, by)
    nearest = DISTANCES.empty()

    def written() -> Iterator[pd.DataFrame]:
        nonlocal nearest
        for piece in pieces:
            yield piece
            # What came before stands first, so that of equal distances the first pairs are kept.
            best = [frame for frame in (nearest, _nearest(piece, rows)) if len(frame)]
            nearest = _nearest(pd.concat(best), rows) if best else nearest
            progress.advance(1)

    progress.start(f"Measuring {count:,} distances", number, "pieces")
    try:
        write_pieces(written(), DISTANCES, out)
    finally:
        progress.finish()
    return nearest


def _nearest(pairs: pd.DataFrame, rows: int) -> pd.DataFrame:
    return pairs.sort_values("distance", kind="stable").head(rows)
