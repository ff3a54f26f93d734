"""The command that opens the explorer in a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from vinarch.cli.commons import fetch_commons
from vinarch.console import debug_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.commons import Commons


@click.command()
@debug_option
@click.argument("commons", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Where to listen. Default: 5006 or the next free one; 0: any free one.",
)
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    help="On which address of this machine; by default no other machine can reach it.",
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="HOST[:PORT]",
    help="By which host browsers reach it; needed with another --address. May be repeated.",
)
@click.option(
    "--token",
    envvar="VINARCH_EXPLORER_TOKEN",
    help="A secret that readers need. Another --address always has one: made where none is given.",
)
@click.option("--no-browser", is_flag=True, help="Print the link and open no browser.")
@click.option(
    "--link",
    default="",
    metavar="LINK",
    help="What to show first: a link copied from the page, or its query '?experiment=…'.",
)
@click.option(
    "--save",
    type=click.Path(),
    metavar="FILE",
    help="Write what is shown first as one HTML file that needs no server, and serve nothing.",
)
def explore(
    commons: str | None,
    port: int | None,
    address: str,
    allow_origin: Sequence[str],
    token: str | None,
    no_browser: bool,
    link: str,
    save: str | None,
) -> None:
    """Explore COMMONS in the browser.

    COMMONS is an archive's name or DOI, or the folder of a commons or of a recorded run; by
    default the small archive that ships with vinarch. Ctrl-C ends it.
    """
    if save is not None:
        _save(commons, save, link)
        return
    from vinarch.explorer import explore as open_explorer

    explorer = open_explorer(
        None if commons is None else _commons(commons),
        port=port,
        address=address,
        allow_origin=allow_origin,
        token=token,
        open_browser=not no_browser,
        link=link,
    )
    click.echo(f"The explorer is at {explorer.url}")
    click.echo("Ctrl-C ends it.")
    try:
        explorer.wait()
    except KeyboardInterrupt:
        click.echo("ended")
    finally:
        explorer.stop()


def _save(commons: str | None, path: str, link: str) -> None:
    from vinarch.explorer.opening import SAMPLE
    from vinarch.explorer.saving import query_of, saved_page, target_of, write_page

    target, query = target_of(path), query_of(link)
    page = saved_page(_commons(SAMPLE if commons is None else commons), query)
    for notice in page.notices:
        click.echo(notice, err=True)
    write_page(page, target)
    click.echo(f"open {path}")


def _commons(named: str) -> Commons:
    if os.path.isdir(named):  # noqa: PTH112 - Path.is_dir() raises where it may not look
        from vinarch.access import open as open_commons

        return open_commons(named)
    return fetch_commons(named)
