"""Where the data of a page come from, how they are read and cited: a provenance in, blocks out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vinarch import __version__
from vinarch.catalog import find_archive
from vinarch.report import Doi, Facts, Listing, Paragraph, ReportTable
from vinarch.report.shown import doi_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vinarch.provenance import Provenance
    from vinarch.report import Block


def shareable(provenance: Provenance) -> Provenance:
    """Return a provenance that names a mirror folder without the path that leads to it.

    A page travels, and the folders of the machine that made it are nobody's business.
    """
    sources = (provenance.source, *(asked.source for asked in provenance.asked))
    mirrors = {Path(s.removeprefix("mirror: ")) for s in sources if s.startswith("mirror: ")}
    folders = [folder for folder in mirrors if folder.is_absolute() and folder.name]

    def short(text: str) -> str:
        # The longest first: one folder may lie in another.
        for folder in sorted(folders, key=lambda path: -len(str(path))):
            text = text.replace(str(folder), folder.name)
        return text

    return replace(
        provenance,
        source=short(provenance.source),
        asked=tuple(
            replace(asked, source=short(asked.source), outcome=short(asked.outcome))
            for asked in provenance.asked
        ),
    )


def provenance_blocks(provenance: Provenance) -> Iterable[Block]:
    """Tell where each file came from, with its checksum."""
    yield Facts(
        (
            ("Archive", provenance.archive),
            ("DOI", provenance.doi) if provenance.doi else ("Address", _address(provenance)),
            ("Version", provenance.version),
            ("Source", provenance.source),
            ("Fetched at", provenance.fetched_at),
            ("Fingerprint", provenance.fingerprint),
            ("vinarch", __version__),
        )
    )
    asked = tuple((a.source, a.outcome) for a in provenance.asked)
    yield ReportTable("asked", "Sources asked, in order", ("source", "outcome"), asked, len(asked))
    files = tuple((file.path, file.size_bytes, file.sha256) for file in provenance.files)
    yield ReportTable(
        "files",
        "Files of the archive",
        ("path", "size_bytes", "sha256"),
        files,
        len(files),
        "The fingerprint above is a SHA-256 over all paths and checksums.",
    )


def citation_blocks(provenance: Provenance) -> Iterable[Block]:
    """Tell how to cite the archive, as text and as BibTeX."""
    yield Paragraph(tuple(cited(provenance)))
    bibtex = find_archive(provenance.archive).citation().bibtex
    yield Listing(tuple(bibtex.splitlines()), "bibtex")


def cited(provenance: Provenance) -> Iterable[str | Doi]:
    """Return the citation, a DOI at its end as a link."""
    archive = find_archive(provenance.archive)
    if not archive.doi:
        yield archive.citation().text
        return
    doi = Doi(archive.doi)
    yield archive.citation().text.removesuffix(doi_url(archive.doi))
    yield doi


def named(provenance: Provenance) -> str:
    """Return what identifies the archive: its DOI, else its pinned address."""
    return f"doi:{provenance.doi}" if provenance.doi else _address(provenance)


def _address(provenance: Provenance) -> str:
    return str(find_archive(provenance.archive).url or "unknown")


def reading_sentence(read: int, rejected: int) -> str:
    """Say how many rows of the training histories could be read.

    Examples
    --------
    >>> reading_sentence(18290, 0)
    'All 18,290 rows of training histories could be read.'
    >>> reading_sentence(18290, 3)
    'Of 18,290 rows of training histories 3 could not be read.'
    >>> reading_sentence(0, 0)
    'The archive has no training histories.'
    """
    if not read:
        return "The archive has no training histories."
    if not rejected:
        return f"All {read:,} rows of training histories could be read."
    return f"Of {read:,} rows of training histories {rejected:,} could not be read."


def moment_of(fetched_at: str) -> str:
    """Write an ISO time as a reader says it.

    Examples
    --------
    >>> moment_of("2024-05-06T07:08:09Z")
    'on 2024-05-06 at 07:08 UTC'
    """
    try:
        moment = datetime.fromisoformat(fetched_at)
    except ValueError:
        return f"at {fetched_at}"
    return f"on {moment:%Y-%m-%d} at {moment:%H:%M} UTC"
