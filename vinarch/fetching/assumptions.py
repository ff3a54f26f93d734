"""What data cards and the fetch layer take for granted of the world: each once, with what to do.

A table of sentences, no more: `vinarch.fetching.live_check` tries them.
"""

from __future__ import annotations

from dataclasses import dataclass

DEPOSIT, FILES, TARBALL, SHIPPED = "deposit", "files", "tarball", "shipped"
"""Of which place something is assumed; the last three are kinds of companions."""


@dataclass(frozen=True)
class Assumption:
    """One thing that is taken for granted."""

    name: str
    """Stays the same, so that scripts can know it."""
    of: str
    claim: str
    """A sentence that goes on from the name of the place; ``{version}`` is the card's."""
    next_step: str
    """What a maintainer can do where it does not hold."""


_ALL = (
    Assumption(
        "list-answers",
        DEPOSIT,
        "lists the files of version {version} to our client",
        "Try again later. If it stays so, the server's support can say why; companions and mirrors "
        "serve meanwhile.",
    ),
    Assumption(
        "list-usable",
        DEPOSIT,
        "tells each file's id, size and path, checksums of a known type, no path twice and none "
        "that leads out",
        "Nothing can be fetched from there until it is so: teach vinarch/fetching/listing.py a new "
        "form or checksum, or tell the deposit's authors of a bad path.",
    ),
    Assumption(
        "list-total",
        DEPOSIT,
        "tells a totalCount, which is the number of files that its pages have",
        "The end of the list is seen by it: mend DataverseSource in vinarch/fetching/dataverse.py.",
    ),
    Assumption(
        "list-pages",
        DEPOSIT,
        "honours limit and offset, so that two pages share no file",
        "Versions of more than 1,000 files would be listed wrongly: mend DataverseSource in "
        "vinarch/fetching/dataverse.py.",
    ),
    Assumption(
        "list-ids",
        DEPOSIT,
        "gives each file of the list an id of its own",
        "Files are asked for by id: tell the server's support which ids are there twice.",
    ),
    Assumption(
        "refusals-told",
        DEPOSIT,
        "answers a question for a version that is not there with 404 and a message in JSON",
        "A withdrawn version would be worded wrongly: see vinarch/fetching/refusals.py.",
    ),
    Assumption(
        "version-released",
        DEPOSIT,
        "calls version {version} released",
        "If it was withdrawn, raise `version` in the card, and its checksums with it.",
    ),
    Assumption(
        "version-latest",
        DEPOSIT,
        "published version {version} last",
        "Look whether version-files holds. If so, `version` in the card can be raised; else read "
        "the deposit's notes on the new version first.",
    ),
    Assumption(
        "version-files",
        DEPOSIT,
        "lists under :latest-published the tables of version {version}, with the same checksums",
        "The tables changed: compare results before `version` in the card is raised. What is "
        "fetched stays version {version}.",
    ),
    Assumption(
        "version-unchanged",
        DEPOSIT,
        "lists what it listed when version {version} was first asked for here",
        "A published version must not change: ask the deposit's authors why it did. `vinarch "
        "catalog refresh {archive}` names all such files.",
    ),
    Assumption(
        "card-title", DEPOSIT, "bears the title of the card", "Correct `title` in the card."
    ),
    Assumption(
        "card-authors",
        DEPOSIT,
        "names the authors of the card",
        "Correct `authors` in the card: citations are made of them.",
    ),
    Assumption(
        "card-year",
        DEPOSIT,
        "was published, or its version {version} released, in the year of the card",
        "Correct `year` in the card.",
    ),
    Assumption(
        "card-licence",
        DEPOSIT,
        "states a licence or terms with every word of the card's licence",
        "Read the terms on the deposit's page, and correct `licence` in the card.",
    ),
    Assumption(
        "card-globs",
        DEPOSIT,
        "has a file for each glob of the card",
        "Correct `globs` in the card; `vinarch catalog show {archive} --files` lists the paths.",
    ),
    Assumption(
        "card-sizes",
        DEPOSIT,
        "has the files that the card lists of companions in the same sizes, where paths are equal",
        "Deposit and companion differ: look which is right, and correct `files` in the card.",
    ),
    Assumption(
        "card-bytes",
        DEPOSIT,
        "gives the bytes whose SHA-256 the card knows of a companion (tried on one table)",
        "Deposit and companion differ: look which is right, and correct `files` in the card.",
    ),
    Assumption(
        "experiments-told",
        DEPOSIT,
        "has paths that each tell one experiment by the rules of the card",
        "Correct the rules in `[[attributes]]` of the card.",
    ),
    Assumption(
        "experiments-expected",
        DEPOSIT,
        "has a table for each rule of the card, and for each experiment that its companions have",
        "See whether the deposit lost tables or named them anew; correct `globs` or rules.",
    ),
    Assumption(
        "experiments-once",
        DEPOSIT,
        "has one file for each experiment where the card says so",
        "A fetch stops there: narrow `globs`, or leave `one_file_per_experiment` out.",
    ),
    Assumption(
        "tables-checksummed",
        DEPOSIT,
        "tells a checksum of every table",
        "Such tables come unverified: list their SHA-256 in the card, of a companion.",
    ),
    Assumption(
        "tables-public",
        DEPOSIT,
        "restricts no table",
        "Without a token the whole deposit is refused: ask its authors, or narrow `globs`.",
    ),
    Assumption(
        "originals-named",
        DEPOSIT,
        "tells the uploaded name of every ingested table, which it shows as .tab",
        "The name is guessed from the format then. See that `globs` still match it.",
    ),
    Assumption(
        "originals-sized",
        DEPOSIT,
        "tells the uploaded size of every ingested table beside that of its .tab",
        "Such tables are held against their checksum alone; nothing breaks.",
    ),
    Assumption(
        "download-open",
        DEPOSIT,
        "gives a table without a login, a guestbook or a challenge",
        "A fetch goes to the companions. Ask the deposit's authors to take the hurdle away, or "
        "describe it in docs/how-to/private-dataset.md.",
    ),
    Assumption(
        "download-redirect",
        DEPOSIT,
        "sends a download on to its storage, by a web address no less safe than its own",
        "See where it leads before anything else: data would come over an unsafe way, or not.",
    ),
    Assumption(
        "download-fresh",
        DEPOSIT,
        "makes a new address in the storage for each question",
        "An address that expired would come again at a retry, so that long downloads may fail.",
    ),
    Assumption(
        "download-whole",
        DEPOSIT,
        "gives its smallest table by GET, in the published size and with the published checksum",
        "If the size is right, the record may hold the checksum of the .tab (IQSS/dataverse#9501): "
        "tell the deposit's authors. A companion of the same table serves meanwhile.",
    ),
    Assumption(
        "download-original",
        DEPOSIT,
        "gives an ingested table as it was uploaded, for format=original",
        "The .tab has other bytes than the checksum tells of: tables of this server cannot be "
        "verified. See DataverseSource.deliver.",
    ),
    Assumption(
        "download-plain",
        DEPOSIT,
        "gives a file that is not ingested unchanged for format=original, too",
        "Send format=original for ingested files only: see DataverseSource.deliver.",
    ),
    Assumption(
        "download-range",
        DEPOSIT,
        "answers a Range, asked with gbrecs=true, with 206, the right Content-Range and the right "
        "bytes",
        "Downloads that drop begin anew: large files may never come. Ask the server's support.",
    ),
    Assumption(
        "download-past-end",
        DEPOSIT,
        "answers a Range behind the end with 416",
        "A part that is too long is not noticed at once: see vinarch/fetching/streaming.py.",
    ),
    Assumption(
        "rate",
        DEPOSIT,
        "answered all questions of this check at once, without 429, 5xx or Retry-After",
        "It limits how often it is asked: wait an hour, and try again. If so few questions are too "
        "many, lower FILES_AT_ONCE in vinarch/fetching/dataverse.py.",
    ),
    Assumption(
        "companion-files",
        FILES,
        "has every file that the card lists of it, in the listed size (the first byte is asked)",
        "Correct `url`, `commit` or `files` of this companion in the card.",
    ),
    Assumption(
        "companion-whole",
        FILES,
        "gives its smallest table in the listed size and with the listed SHA-256",
        "A commit must not change: see that the URL is pinned to it, then correct `files`.",
    ),
    Assumption(
        "companion-range",
        FILES,
        "answers a Range with 206, the right Content-Range and the right bytes",
        "Downloads that drop begin anew there; small tables come all the same.",
    ),
    Assumption(
        "tarball-files",
        TARBALL,
        "gives a tarball of the pinned commit, with the card's folder and every listed file in it",
        "Correct `url`, `commit`, `folder` or `files` of this companion in the card; if the "
        "repository is gone, remove the companion.",
    ),
    Assumption(
        "tarball-bytes",
        TARBALL,
        "has every listed file in the listed size and with the listed SHA-256",
        "A commit must not change: look at the file, then correct `files`.",
    ),
    Assumption(
        "shipped-files",
        SHIPPED,
        "has every listed file in the listed size and with the listed SHA-256",
        "Install vinarch anew. In a checkout, look whether the file or the card was changed.",
    ),
)

ASSUMPTIONS = {one.name: one for one in _ALL}
"""By name, in the order in which they are tried."""
