"""The command that runs a search."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vinarch.console import debug_option

if TYPE_CHECKING:
    from vinarch.commons import Commons
    from vinarch.running import Plan, SearchConfig, SearchState

_INTERRUPTED = 130
_BEST = 5
_COLUMNS = (
    "architecture",
    "structure_id",
    "last_val_accuracy_percent",
    "mflops",
    "parameter_count",
    "epochs_trained",
    "status",
)


@click.command()
@click.argument("config", type=click.Path())
@click.option("--folder", type=click.Path(), help="Folder of the run, instead of the file's.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that train, instead of the file's; 1 trains in this one.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Seed, instead of the file's.")
@click.option(
    "--networks",
    type=click.IntRange(min=1),
    help="Networks that the strategy may ask for, instead of the file's.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Train on this Dask cluster, such as tcp://127.0.0.1:8786; its workers must see the "
    "run's folder.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done; write nothing.")
@debug_option
def run(
    config: str,
    folder: str | None,
    workers: int | None,
    seed: int | None,
    networks: int | None,
    scheduler: str | None,
    dry_run: bool,
) -> None:
    """Run the search that the TOML file CONFIG describes, or go on with it.

    Every network is recorded in the run's folder, which opens as a commons also while the search
    goes on. After an interruption the same command goes on where the search was.
    """
    from vinarch.run_commons import open_run
    from vinarch.running import SearchConfig, plan
    from vinarch.running.searches import Search

    # A strategy or evaluator of the user's own is looked for where the command was started.
    sys.path.insert(0, str(Path.cwd()))
    changed = _changed(SearchConfig.read(Path(config)), folder, workers, seed, networks)
    made = plan(changed)
    _say_plan(made, scheduler)
    if dry_run:
        click.echo("dry run: nothing was written")
        return
    bar = SearchBar(made.networks)
    search = Search(made, bar)
    try:
        search.go(scheduler)
    except KeyboardInterrupt:
        state = search.state
        click.echo(
            f"vinarch: interrupted; {state.done:,} finished network{'s' * (state.done != 1)} and "
            "the epochs of the others are recorded. Go on with:\n"
            f"  {_this_command(config, folder, workers, seed, networks, scheduler)}",
            err=True,
        )
        click.get_current_context().exit(_INTERRUPTED)
    commons = open_run(made.folder, bar)
    _say_end(commons, search.state, made.config.folder)


class SearchBar:
    """Shows how far a search is: a bar on a terminal, nothing off it.

    Parameters
    ----------
    networks : int or None
        How many there will be at most, None where nobody knows.
    """

    def __init__(self, networks: int | None) -> None:
        from vinarch.terminal import TerminalProgress

        self._networks = networks
        self._terminal = TerminalProgress()

    def say(self, message: str) -> None:
        """Print a message above the bar."""
        self._terminal.say(message)

    def start(self, label: str, total: int, unit: str) -> None:
        """Show the bar."""
        self._terminal.start(label, total, unit)

    def advance(self, amount: int) -> None:
        """Move the bar on."""
        self._terminal.advance(amount)

    def finish(self) -> None:
        """Take the bar away."""
        self._terminal.finish()

    def tell(self, state: SearchState) -> None:
        """Say what the search has found and spent."""
        words = ", ".join([f"generation {state.generation}", *state.in_short()])
        self._terminal.describe(words, self._networks or state.asked)


def _changed(
    config: SearchConfig,
    folder: str | None,
    workers: int | None,
    seed: int | None,
    networks: int | None,
) -> SearchConfig:
    from dataclasses import replace

    given: dict[str, Any] = {"folder": folder, "workers": workers, "seed": seed}
    told = {name: value for name, value in given.items() if value is not None}
    if networks is not None:
        told["strategy"] = {**config.strategy, "networks": networks}
    return replace(config, **told)


def _say_plan(plan: Plan, scheduler: str | None) -> None:
    config = plan.config
    count = "" if plan.networks is None else f", at most {plan.networks:,} networks"
    budget = "no budget" if config.epoch_budget is None else f"{config.epoch_budget:g} a network"
    if config.engine is not None:
        ends = "ends trainings" if plan.about["early_termination"] else "predicts, ends none"
        budget += f"; {config.engine['name']} {ends}"
    lines = {
        "search space": plan.space.name,
        "objectives": ", ".join(config.objectives),
        "strategy": f"{_part(config.strategy)}, seed {config.seed}{count}",
        "evaluator": _part(config.evaluator),
        "epochs": budget,
        "workers": scheduler or f"{config.workers:,}",
        "folder": f"{config.folder}: {_recorded(plan)}",
    }
    width = max(map(len, lines))
    for name, text in lines.items():
        click.echo(f"{name:<{width}}  {text}")


def _part(settings: dict[str, Any]) -> str:
    given = [f"{name} {value}" for name, value in settings.items() if name != "name"]
    return str(settings["name"]) + (f" ({', '.join(given)})" if given else "")


def _recorded(plan: Plan) -> str:
    if not plan.resumes:
        return "new"
    done = sum(one.results is not None for one in plan.recorded)
    left = len(plan.recorded) - done
    return f"goes on; {done:,} network{'s' * (done != 1)} finished, {left:,} unfinished"


def _say_end(commons: Commons, state: SearchState, folder: str) -> None:
    from dataclasses import replace

    if commons.architectures["last_val_accuracy_percent"].compute().notna().any():
        best = commons.best(_BEST)
        shown = [name for name in _COLUMNS if name in best and best[name].notna().any()]
        click.echo(f"\nbest networks by last validation accuracy, of {state.done:,}:")
        click.echo(best[shown].round(4).to_string(index=False))
    failed = f", {state.failed:,} failed" if state.failed else ""
    spent = ", ".join(replace(state, best_percent=None).in_short())
    click.echo(f"\n{state.done:,} networks{failed}; {spent}; recorded in {folder}")
    place = shlex.quote(folder)
    click.echo(f"compare it:   vinarch compare {place} OTHER_RUN")
    click.echo(
        f"publish it:   vinarch deposit {place} --out DEPOSIT --title TITLE --author 'FAMILY, "
        "GIVEN' --licence CC0-1.0"
    )
    click.echo(f"in Python:    vinarch.open({folder!r})")


def _this_command(
    config: str,
    folder: str | None,
    workers: int | None,
    seed: int | None,
    networks: int | None,
    scheduler: str | None,
) -> str:
    given = {
        "--folder": folder,
        "--workers": workers,
        "--seed": seed,
        "--networks": networks,
        "--scheduler": scheduler,
    }
    options = [
        word for name, value in given.items() if value is not None for word in (name, str(value))
    ]
    return shlex.join(["vinarch", "run", config, *options])
