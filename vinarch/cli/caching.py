"""The commands that tell of what the fetch layer keeps on this disk."""

from __future__ import annotations

import sys

import click

from vinarch.cli.sizes import bytes_shown, files_shown
from vinarch.console import debug_option


@click.group()
def cache() -> None:
    """List, verify and tidy the files that were fetched; `vinarch cache path` says where they are.

    The commons made of them is another copy: nothing here touches it.
    """


@cache.command()
@debug_option
def path() -> None:
    """Print the folder that downloads and the commons are kept in."""
    from vinarch.fetching import default_home

    click.echo(str(default_home()))


@cache.command(name="list")
@debug_option
def list_kept() -> None:
    """List the archives that are kept, from whom they came, and what half fetches left."""
    from vinarch.catalog import read_catalog
    from vinarch.fetching import default_home, kept_versions, leftovers
    from vinarch.provenance import came_from

    home = default_home()
    kept = kept_versions(home)
    for one in kept:
        told = f"{files_shown(one.file_count)}, {bytes_shown(one.size_bytes)}"
        if one.other_count:
            told += f", and {files_shown(one.other_count)} besides, {bytes_shown(one.other_bytes)}"
        origin = f"{came_from(one.source)}, {one.fetched_at}" if one.source else "without a receipt"
        click.echo(f"{one.archive} {one.version}: {told}; {origin}")
    left = leftovers(home, read_catalog().archives)
    if left:
        size = bytes_shown(sum(one.size_bytes for one in left))
        click.echo(f"{size} of half fetches; `vinarch cache prune` removes them")
    total = sum(one.size_bytes + one.other_bytes for one in kept)
    count = len(kept)
    click.echo(f"{count} version{'s' * (count != 1)}, {bytes_shown(total)}, in {home}")


@cache.command()
@click.argument("archive", required=False)
@debug_option
@click.pass_context
def verify(ctx: click.Context, archive: str | None) -> None:
    """Read every kept file of ARCHIVE, or of all, and compare it with what came.

    Exits with 1 if a file is damaged.
    """
    from vinarch.catalog import find_archive
    from vinarch.fetching import damages, default_home, kept_versions

    name = None if archive is None else find_archive(archive).name
    kept = [one for one in kept_versions(default_home()) if name in {None, one.archive}]
    bad = 0
    for one in kept:
        found = list(damages(one))
        bad += len(found)
        told = f"{len(found)} damaged" if found else "whole"
        click.echo(f"{one.archive} {one.version}: {files_shown(one.file_count + one.other_count)}, "
                   f"{told}")  # fmt: skip
        for damage in found:
            click.echo(f"  {damage.path}: {damage.fault}")
    if not kept:
        click.echo("nothing is kept here" if name is None else f"nothing of {name} is kept here")
    if bad:
        click.echo("Fetch again: `vinarch fetch ARCHIVE` takes anew what is damaged.")
        ctx.exit(1)


@cache.command()
@click.option(
    "--old-versions", is_flag=True, help="Also versions that no data card names any more."
)
@click.option("--dry-run", is_flag=True, help="Say what would go; remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@debug_option
def prune(old_versions: bool, dry_run: bool, yes: bool) -> None:
    """Remove what half fetches left: files that came in part, and folders never confirmed."""
    from vinarch.catalog import read_catalog
    from vinarch.errors import ParameterError
    from vinarch.fetching import default_home, leftovers, remove_leftover

    home = default_home()
    left = leftovers(home, read_catalog().archives, old=old_versions)
    for one in left:
        click.echo(f"{bytes_shown(one.size_bytes):>12}  {one.folder}: {one.meaning}")
    size = bytes_shown(sum(one.size_bytes for one in left))
    if dry_run or not left:
        click.echo(f"{size} would go" if left else "nothing to remove")
        return
    if not yes and not sys.stdin.isatty():
        raise ParameterError(
            "vinarch cache prune",
            "--yes where nobody can be asked",
            f"{size} in {len(left)} folders",
            "Say --yes, or --dry-run to see them only.",
        )
    if not yes:
        click.confirm(f"Remove {size}?", abort=True, err=True)
    gone = [one for one in left if remove_leftover(home, one)]
    for one in left:
        if one not in gone:
            click.echo(f"{one.folder} stays: another process is fetching {one.archive}.")
    click.echo(f"{bytes_shown(sum(one.size_bytes for one in gone))} removed")
