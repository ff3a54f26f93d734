"""The command line: parses words, calls the package, prints.

Dask and pandas are imported inside the commands, so that ``vinarch --help`` answers at once.
"""

from __future__ import annotations

import click

from vinarch import __version__
from vinarch.cli.answers import claims, match, reproducibility, statistics
from vinarch.cli.asking import sql
from vinarch.cli.caching import cache
from vinarch.cli.cataloguing import catalog, cite
from vinarch.cli.comparing import compare
from vinarch.cli.exploring import explore
from vinarch.cli.fetching import fetch
from vinarch.cli.measuring import distances
from vinarch.cli.recording import deposit
from vinarch.cli.running import run
from vinarch.cli.studying import study
from vinarch.console import MessageGroup, debug_option

__all__ = ["commands", "main"]


@click.group(cls=MessageGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vinarch")
@debug_option
def commands() -> None:
    """Neural-network archaeology: what published architecture searches share.

    An ARCHIVE is the published record of one or more searches, named as in `vinarch catalog`
    or by its DOI. The first command that needs it downloads its tables (a few MB) and keeps
    them, with the commons made of them, under VINARCH_HOME.

    \b
    Start here:
      vinarch catalog                       which archives there are
      vinarch study JS9FR6 --out study      tables, figures and a page to read
    """  # noqa: D301 - \b is click's own mark for a paragraph that must not be wrapped


for command in (
    cache,
    catalog,
    cite,
    fetch,
    match,
    distances,
    statistics,
    reproducibility,
    claims,
    compare,
    sql,
    study,
    explore,
    run,
    deposit,
):
    commands.add_command(command)


def main() -> None:
    """Run the command line; the exit status is 0, 1 for an error, 2 for wrong usage."""
    commands(prog_name="vinarch")
