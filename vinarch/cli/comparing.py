"""The command that compares searches: a table of what they reached, and the figure of the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vinarch.cli.commons import fetch_commons, tell_commons
from vinarch.console import compute_options, connected, fetch_options, read_attributes, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from vinarch.commons import Commons

_SHOWN = ("group", "quantity", "share", "value", "low", "high", "n", "known_count")


@click.command()
@click.argument("archive", nargs=-1, required=True, metavar="ARCHIVE|RUN...")
@fetch_options
@compute_options
@click.option(
    "--by",
    multiple=True,
    default=["experiment"],
    show_default=True,
    metavar="NAME",
    help="What the searches of a group share, such as strategy, early_termination or an attribute "
    "of the setting; may be repeated. `all`: one group.",
)
@click.option(
    "--against",
    multiple=True,
    type=click.Choice(["networks", "epochs", "seconds"]),
    default=["networks", "epochs"],
    show_default=True,
    help="What is spent; may be repeated.",
)
@click.option(
    "--objective",
    "objectives",
    multiple=True,
    metavar="'max|min NAME'",
    help="An objective of the hypervolume, such as 'min mflops'; may be repeated. Default: those "
    "on record.",
)
@click.option(
    "--reference",
    "reference",
    multiple=True,
    type=float,
    metavar="NUMBER",
    help="Where the hypervolume ends, one for each objective in order. Default: the worst values.",
)
@click.option(
    "--accuracy",
    type=click.Choice(["last", "fitness"]),
    default="last",
    show_default=True,
    help="Accuracy of the last epoch, or what the search worked with: the prediction where it "
    "converged and could end trainings.",
)
@click.option(
    "--paired-by",
    multiple=True,
    metavar="NAME",
    help="What a search shares with its partner in another group, such as seed; may be repeated.",
)
@click.option(
    "--statistic",
    type=click.Choice(["mean", "median"]),
    default="mean",
    show_default=True,
    help="Of the searches of a group.",
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals."
)
@click.option("--out", type=click.Path(), help="Folder for all tables as CSV, and the figure.")
def compare(
    archive: Sequence[str],
    attributes: Sequence[str],
    scheduler: str | None,
    by: Sequence[str],
    objectives: Sequence[str],
    reference: Sequence[float],
    paired_by: Sequence[str],
    out: str | None,
    confidence: float,
    **terms: Any,
) -> None:
    """Compare searches: how far they come on a budget.

    Each experiment of the archives, and each folder that `vinarch.Recorder` wrote, is a search.
    Prints what each group of searches reached and spent, and on which budget it reached a share
    of the highest hypervolume and accuracy.
    """
    from vinarch.comparing import compare_searches, search_differences, search_outcomes

    how = {name: terms.pop(name) for name in ("against", "accuracy", "statistic")}
    if "all" in by and len(by) > 1:
        message = "'all' is one group: leave the other --by out."
        raise click.BadParameter(message, param_hint="--by")
    with connected(scheduler):
        several = _searches(archive, attributes, terms)
        progress = compare_searches(
            several,
            None if "all" in by else list(by),
            objectives=list(objectives) or None,
            reference=list(reference) or None,
            paired_by=list(paired_by) or None,
            confidence=confidence,
            **how,
        )
    outcomes = search_outcomes(progress, confidence=confidence)
    groups = outcomes["group"].nunique()
    differences = search_differences(outcomes, confidence=confidence) if groups > 1 else None
    _print(progress, outcomes)
    for commons in several:
        tell_commons(commons)
    if out is not None:
        _write(Path(out), progress, outcomes, differences)


def _searches(
    names: Sequence[str], attributes: Sequence[str], source: dict[str, Any]
) -> list[Commons]:
    """Open the runs and fetch the archives that the command line names."""
    from vinarch.access import open as open_commons
    from vinarch.run_files import is_run

    chosen = read_attributes(attributes)
    runs = [name for name in dict.fromkeys(names) if is_run(Path(name))]
    archives = [name for name in dict.fromkeys(names) if name not in runs]
    several = [open_commons(Path(run)).select(**chosen) for run in runs]
    if archives:
        several.append(fetch_commons(archives, attributes, **source))
    return several


def _print(progress: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    first = progress.iloc[0]
    grouped = outcomes[outcomes["experiment"].isna()]
    for _, rows in grouped.groupby(["against", "measure"], sort=False):
        one, units = rows.iloc[0], dict.fromkeys(rows["unit"].astype(str))
        click.echo(f"{one['measure']} against {one['against']} ({', '.join(units)})")
        shown = rows[list(_SHOWN)].rename(columns={"known_count": "known"})
        show(shown, len(shown), "rows")
        click.echo(f"{one['statistic']} of a group; {_intervals(rows)}")
        click.echo()
    unknown = progress[progress["budget"].isna()]
    for against, rows in unknown.groupby("against", sort=False):
        searches = rows[["archive", "experiment"]].drop_duplicates()
        names = ", ".join(map(str, searches["experiment"]))
        click.echo(f"{against} are not on record of {names}")
    click.echo(f"objectives: {first['objectives']}")
    click.echo(f"reference point: {first['reference']} ({first['reference_from']})")
    words = {"last": "of the last epoch", "fitness": "what the search worked with"}
    click.echo(f"accuracy: {words[str(first['accuracy'])]}")
    orders = sorted(set("; ".join(progress["ordered_by"]).split("; ")))
    click.echo(f"order of networks: {' and '.join(orders)}")


def _intervals(rows: pd.DataFrame) -> str:
    """Say which intervals there are, and why there are no others."""
    known = [text for text in dict.fromkeys(rows["interval"]) if "not all" not in text]
    return "interval: " + "; ".join(known)


def _write(
    folder: Path,
    progress: pd.DataFrame,
    outcomes: pd.DataFrame,
    differences: pd.DataFrame | None,
) -> None:
    from vinarch.figures.progress_plot import draw_search_progress
    from vinarch.figures.progress_rows import MOST_GROUPS
    from vinarch.studies import write_frame

    tables = {"search_progress": progress, "search_outcomes": outcomes}
    if differences is not None:
        tables["search_differences"] = differences
    for name, frame in tables.items():
        write_frame(frame, folder / f"{name}.csv")
        click.echo(f"written to {folder / name}.csv")
    if progress["group"].nunique() > MOST_GROUPS:
        click.echo(f"no figure: more than {MOST_GROUPS} groups; --where chooses searches")
        return
    drawing = draw_search_progress(progress, width="double")
    for path in drawing.save(folder / "search_progress"):
        click.echo(f"written to {path}")
    click.echo(drawing.caption)
