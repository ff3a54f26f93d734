"""What all commands share: options, error messages, the way to a cluster, tables on a terminal.

The command line's plumbing, without any command.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from vinarch.errors import ParameterError, VinarchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

_INTERRUPTED = 130
_DEBUG = "vinarch.debug"


class MessageGroup(click.Group):
    """Commands whose errors are one readable message; ``--debug`` lets the traceback through."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; exit with 1 after an error, 130 after an interruption."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            # A pager or `head` that closes the pipe has seen enough: that is no error. Python
            # would complain once more when it flushes at exit, so the pipe is replaced.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except KeyboardInterrupt:
            click.echo("vinarch: interrupted; the commons is as it was before.", err=True)
            ctx.exit(_INTERRUPTED)
        except Exception as error:
            if ctx.meta.get(_DEBUG):
                raise
            if isinstance(error, VinarchError):
                click.echo(f"vinarch: {error}", err=True)
            elif isinstance(error, OSError) and error.filename is None and error.strerror:
                click.echo(
                    "vinarch: standard output: expected a place that can be written, "
                    f"got {error.strerror}. Print to another, or free some space.",
                    err=True,
                )
            else:
                told = str(error) or type(error).__name__
                click.echo(
                    f"vinarch: an error that vinarch does not know: {told} "
                    "(--debug shows where it comes from)",
                    err=True,
                )
            ctx.exit(1)


def debug_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--debug`` to a command; it is remembered, not passed on."""

    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it so
        if value:
            ctx.meta[_DEBUG] = True

    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the traceback of an error.",
    )(function)


def source_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command takes that needs an archive's data."""
    return click.argument("archive")(fetch_options(function))


def fetch_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command takes that may fetch."""
    for decorate in (
        debug_option,
        click.option(
            "--refresh",
            is_flag=True,
            help="Ask the sources again, and take even fewer tables than are here.",
        ),
        click.option("--strict", is_flag=True, help="Stop if any row cannot be read."),
        click.option(
            "--offline",
            is_flag=True,
            default=None,
            help="Ask nobody, and list what is missing. Default: VINARCH_OFFLINE.",
        ),
        click.option(
            "--mirror",
            multiple=True,
            metavar="FOLDER|URL",
            help="Ask this place first; it holds <archive>/<path>. May be repeated, in the order "
            "of asking. Default: VINARCH_MIRROR.",
        ),
    ):
        function = decorate(function)
    return function


def compute_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command takes that computes on a commons."""
    for decorate in (
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            help="Run on this Dask cluster, such as tcp://127.0.0.1:8786; its workers must see "
            "VINARCH_HOME.",
        ),
        click.option(
            "--where",
            "attributes",
            multiple=True,
            metavar="NAME=VALUE",
            help="Only experiments with this attribute, such as beam=1e14, gpus=1, "
            "early_termination=true; may be repeated, several values of one name are "
            "alternatives.",
        ),
    ):
        function = decorate(function)
    return function


def table_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what the commands take that print the head of a table."""
    for decorate in (
        click.option("--out", type=click.Path(), help="Write all rows: .csv or .parquet."),
        click.option(
            "--rows",
            type=click.IntRange(min=0),
            default=20,
            show_default=True,
            help="How many rows to print.",
        ),
        click.option(
            "--by",
            type=click.Choice(["experiment", "all"]),
            default="experiment",
            show_default=True,
            help="Within each experiment, or across all of them.",
        ),
    ):
        function = decorate(function)
    return function


def read_attributes(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Read several ``NAME=VALUE``; the values of one name are alternatives.

    Examples
    --------
    >>> read_attributes(["gpus=1", "beam=1e14", "beam=1e15"])
    {'gpus': [1], 'beam': ['1e14', '1e15']}
    """
    found: dict[str, list[Any]] = {}
    for name, value in map(read_attribute, texts):
        found.setdefault(name, []).append(value)
    return found


def read_attribute(text: str) -> tuple[str, Any]:
    """Read ``NAME=VALUE``; whole numbers, true and false are taken as such.

    Raises
    ------
    ParameterError
        If the text has another form.

    Examples
    --------
    >>> read_attribute("gpus=1"), read_attribute("beam=1e14"), read_attribute("x=True")
    (('gpus', 1), ('beam', '1e14'), ('x', True))
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise ParameterError("--where", "NAME=VALUE", repr(text), "For example beam=1e14.")
    words = {"true": True, "false": False}
    return name, words.get(value.lower(), int(value) if value.isdecimal() else value)


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Run what is inside on the cluster at an address; without one, as Dask is set up.

    Raises
    ------
    ParameterError
        If no scheduler answers there.
    """
    if address is None:
        yield
        return
    from distributed import Client  # noqa: PLC0415 - only where a cluster is asked for

    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"--scheduler {address}",
            "the address of a running Dask scheduler",
            str(error) or type(error).__name__,
            "`dask scheduler` starts one and prints its address.",
        ) from error
    with client:
        yield


def show(frame: pd.DataFrame, rows: int, what: str, of: int | None = None) -> None:
    """Print the first rows of a frame, and how many there are: `of`, or those of the frame."""
    count = len(frame) if of is None else of
    if rows and len(frame):
        click.echo(frame.head(rows).round(4).to_string(index=False))
        click.echo()
    click.echo(f"{min(rows, count):,} of {count:,} {what}")
