"""What one `vinarch.fetch` asks and tells: tables and other files together, at the emulator."""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from dataverse_server import Deposited, Reply, error_reply, json_reply
from tables import PATH_13, TOY_FILES

from vinarch.catalog import Companion
from vinarch.errors import ChecksumError, FetchError, ParameterError
from vinarch.fetching import Terms, Wish, asking, plan_archive, selection_of
from vinarch.fetching.dataverse import is_newer
from vinarch.requesting import fetch_one

FILES = {path: text.encode() for path, text in TOY_FILES.items()}
MODELS = {"models/1gpu/a.z01": b"first", "models/1gpu/a.zip": b"last", "models/4gpu/b.zip": b"x"}
LATEST = "/api/datasets/:persistentId/versions/:latest-published"
LIST = "/api/datasets/:persistentId/versions/9.0/files"


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(path, body) for path, body in MODELS.items()]
    dataverse.files += [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@pytest.fixture
def ask(archive, home, dataverse, told):
    """Fetch as `vinarch.fetch` does, and return how often each address was asked."""

    def ask(include=None, *, archive=archive, offline=False, plan=False, **options):
        before = len(dataverse.seen)
        terms = Terms(dataverse_url=dataverse.url, progress=told, **options)
        terms = replace(terms, wish=Wish(selection_of(include, None), offline))
        told.said.clear()
        if plan:
            plan_archive(archive, home, terms)
        else:
            fetch_one(archive, home, terms, strict=False)
        return Counter(seen.path for seen in dataverse.seen[before:])

    return ask


@pytest.fixture
def with_companion(archive, file_server):
    """Give the archive a companion that has the tables."""
    from hashlib import sha256

    from vinarch.catalog import ListedFile

    file_server.files = {f"/{path}": body for path, body in FILES.items()}
    listed = tuple(
        ListedFile(path, len(body), sha256(body).hexdigest()) for path, body in FILES.items()
    )
    return replace(archive, companions=(Companion("pinned", file_server.url, "", listed),))


def everything_in(home):
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


# A newer version


def test_a_newer_version_is_told_where_the_list_is_asked_for_anyway(ask, deposit, told):
    deposit.latest = (10, 0)
    asked = ask(["models/4gpu/*"])
    assert (asked[LIST], asked[LATEST]) == (1, 1)
    (said,) = (one for one in told.said if "was published" in one)
    assert said == (
        "JS9FR6 10.0 was published. vinarch stays with 9.0, which the data card pins; an own card "
        "can name the other, see docs/reference/data-cards.md."
    )
    # Never where nobody need be asked.
    assert ask() == ask(["models/4gpu/*"]) == Counter()
    assert ask(offline=True) == Counter()
    # And again, once, where the list is asked for anew.
    asked = ask(["models/4gpu/*"], refresh=True)
    assert (asked[LIST], asked[LATEST]) == (1, 1)
    assert [one for one in told.said if "was published" in one] == [said]


@pytest.mark.parametrize(
    "reply",
    [Reply(503), Reply(403), Reply(200, b"<html>"), json_reply({"status": "OK", "data": {}}),
     Reply(200, b"{}", cut_after=1)],
)  # fmt: skip
def test_that_nobody_tells_the_newest_version_is_no_fault_of_a_fetch(ask, deposit, told, reply):
    deposit.queue(":latest-published", reply)
    asked = ask()
    assert asked[LATEST] == 1  # asked once, without patience
    assert told.said == []
    assert deposit.downloads_counted == len(FILES)


def test_the_pinned_version_and_an_older_one_are_no_news(ask, deposit, told):
    ask()
    deposit.latest = (8, 3)
    ask(refresh=True)
    assert told.said == []
    assert not is_newer("draft", "9.0")


# Globs that match nothing


def test_mistyped_globs_fail_before_anything_comes(ask, deposit, home, told):
    with pytest.raises(ParameterError, match=r"Did you mean 'models/\*'\?"):
        ask(["modles/*"])
    assert deposit.downloads_counted == 0
    names = {path.name for path in home.rglob("*") if path.is_file()}
    assert names == {"9.0.manifest.json", "JS9FR6.lock"}
    ask()
    before, asked = everything_in(home), len(deposit.seen)
    with pytest.raises(ParameterError, match=r"Did you mean '\*4gpu\*'\?"):
        ask(["*4gup*"])
    with pytest.raises(ParameterError, match=r"got 'Models/1gpu/\*'\. Did you mean 'models/1gpu/"):
        ask(["Models/1gpu/*"], plan=True)
    assert {path: body for path, body in everything_in(home).items() if path in before} == before
    assert len(deposit.seen) == asked  # the list of the version is here


def test_globs_that_choose_tables_only_ask_for_no_list_again(ask, deposit):
    deposit.files = deposit.files[len(MODELS) :]
    ask()
    assert ask(["*1gpu*"]) == ask(["*1gpu*"]) == ask(["*4gpu*"]) == Counter()


def test_one_glob_of_several_that_matches_nothing_is_told(ask, deposit, told):
    ask(["models/1gpu/*", "models/4gup/*"])
    assert told.said == [
        "No file of JS9FR6 9.0 matches 'models/4gup/*'. Did you mean 'models/4gpu/*'? "
    ]
    assert deposit.downloads_counted == len(FILES) + 2


def test_globs_that_only_a_companion_matches_are_taken(ask, deposit, with_companion, file_server):
    deposit.queue("/versions/", *[error_reply(403, "no")] * 9)
    asked = ask([PATH_13], archive=with_companion)
    assert asked == {LIST: 1}
    assert Counter(file_server.paths()) == {f"/{PATH_13}": 1}
    with pytest.raises(ParameterError, match=r"status 403"):
        ask(["modles/*"], archive=with_companion, refresh=True)


NOTES = {"notes/read.txt": b"me"}


@pytest.fixture
def with_tarball(archive, file_server):
    """Give the archive one place only, a repository's tarball, with notes beside the tables."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, body in {**FILES, **NOTES}.items():
            member = tarfile.TarInfo(f"top/{path}")
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    commit = "c0ffee" + "0" * 34
    file_server.files = {f"/{commit}": packed.getvalue()}
    companion = Companion("all", f"{file_server.url}/{commit}", commit, (), "github-tarball")
    return replace(archive, doi="", url="https://example.org/x", companions=(companion,))


def test_what_a_tarball_holds_is_not_judged_before_it_came(ask, with_tarball):
    ask(["notes/*"], archive=with_tarball)
    with pytest.raises(ParameterError, match=r"globs that match a file"):
        ask(["ntoes/*"], archive=with_tarball)


@pytest.mark.parametrize("globs", [["notes/*"], ["*"]])
def test_a_tarball_is_downloaded_once_a_fetch_for_tables_and_other_files(
    ask, with_tarball, file_server, home, told, globs
):
    ask(globs, archive=with_tarball, plan=True)
    assert len(file_server.seen) == 1
    ask(globs, archive=with_tarball)
    assert len(file_server.seen) == 2
    folder = home / "downloads/JS9FR6"
    assert {path: (folder / "9.0" / path).read_bytes() for path in FILES} == FILES
    assert (folder / "9.0.others/notes/read.txt").read_bytes() == b"me"
    assert list((home / "downloads").rglob(".*")) == []
    assert sum(bar[0] == "JS9FR6 9.0: tarball" for bar in told.bars) == 2
    # Another fetch asks anew, if at all.
    ask(globs, archive=with_tarball)
    assert len(file_server.seen) == 2
    ask(globs, archive=with_tarball, refresh=True)
    assert len(file_server.seen) == 3


def test_a_tarball_that_is_refused_is_asked_for_once_a_fetch(
    ask, with_tarball, with_companion, file_server
):
    card = replace(with_tarball, companions=(*with_tarball.companions, *with_companion.companions))
    with pytest.raises(ParameterError, match=r"notes/\*.*status 404"):
        ask(["notes/*"], archive=card)
    assert Counter(file_server.paths()) == {
        urlsplit(with_tarball.companions[0].url).path: 1,
        **{f"/{path}": 1 for path in FILES},
    }


# Nobody is asked twice


def test_a_deposit_that_refuses_its_list_is_asked_once_a_fetch_and_not_again_for_an_hour(
    ask, deposit, with_companion, told, monkeypatch
):
    deposit.queue("/versions/", *[error_reply(403, "no")] * 9)
    assert ask(["*1gpu*"], archive=with_companion) == {LIST: 1}
    assert any("Nobody gave the list" in one for one in told.said)
    assert ask(["*1gpu*"], archive=with_companion) == Counter()
    (said,) = told.said
    assert said.startswith(f"Dataverse: {deposit.url} refused its list of files of JS9FR6 at ")
    assert said.endswith("not known. --refresh asks again.")
    # Other globs are another question, and so is the same one after an hour.
    assert ask(["*4gpu*"], archive=with_companion) == {LIST: 1}

    class Later(datetime):
        @classmethod
        def now(cls, tz):
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr(asking, "datetime", Later)
    assert ask(["*1gpu*"], archive=with_companion) == {LIST: 1}
    monkeypatch.undo()
    deposit.queued.clear()
    assert ask(["*1gpu*"], archive=with_companion, refresh=True)[LIST] == 1
    assert {path.name for path in _others(deposit, ask, with_companion)} == {"a.z01", "a.zip"}
    assert told.said == []


def _others(deposit, ask, card):
    assert ask(["*1gpu*"], archive=card) == Counter()
    folder = next(iter(deposit_home(ask).glob("downloads/JS9FR6/9.0.others")))
    return [path for path in folder.rglob("*") if path.is_file()]


def deposit_home(ask):
    return next(
        cell.cell_contents for cell in ask.__closure__ if hasattr(cell.cell_contents, "glob")
    )


def test_a_deposit_that_cannot_be_reached_is_asked_again_the_next_time(
    ask, deposit, with_companion, told
):
    deposit.queue("/versions/", *[Reply(503)] * 4)
    assert ask(["*1gpu*"], archive=with_companion) == {LIST: 4}
    asked = ask(["*1gpu*"], archive=with_companion)
    assert (asked[LIST], asked[LATEST]) == (1, 1)
    assert asked["/api/access/datafile/100"] == asked["/api/access/datafile/101"] == 1
    assert ask(["*1gpu*"], archive=with_companion) == Counter()


def test_a_web_mirrors_list_is_asked_for_once_a_fetch(ask, deposit, file_server):
    from hashlib import sha256

    entries = [
        {"path": path, "size_bytes": len(body), "sha256": sha256(body).hexdigest()}
        for path, body in {**FILES, **MODELS}.items()
    ]
    manifest = json_reply({"archive": "JS9FR6", "version": "9.0", "files": entries}).body
    file_server.files = {f"/JS9FR6/{path}": body for path, body in {**FILES, **MODELS}.items()}
    file_server.files["/JS9FR6/manifest.json"] = manifest
    ask(["models/*"], mirror=file_server.url)
    assert Counter(file_server.paths()) == dict.fromkeys(file_server.files, 1)
    assert ask(["models/*"], mirror=file_server.url) == Counter()


# The disk, the old files


def test_wrong_bytes_of_another_file_leave_the_tables_and_the_record(ask, deposit, home):
    ask(["models/1gpu/*"])
    before = everything_in(home)
    deposit.files[2].data_changes = {"checksum": {"type": "MD5", "value": "0" * 32}}
    with pytest.raises(ChecksumError):
        ask(["models/4gpu/*"], refresh=True)
    after = everything_in(home)
    # What says when it was asked says so anew.
    dated = {"provenance.json", "9.0.manifest.json", "9.0.stamps.jsonl"}
    kept = [path for path in before if path.name not in dated]
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert not [path for path in after if "b.zip" in path.name]


def test_of_several_other_files_those_that_came_are_kept(ask, deposit, home):
    deposit.queue("/access/datafile/102", Reply(403))
    with pytest.raises(FetchError, match=r"1 from nobody: models/4gpu/b\.zip; \[Data.*status 403"):
        ask(["models/*"])
    counted = deposit.downloads_counted
    assert counted == len(FILES) + 2
    assert ask() == Counter()  # the tables are whole
    assert ask(["models/1gpu/*"])["/api/access/datafile/100"] == 0
    ask(["models/*"])
    assert deposit.downloads_counted == counted + 1
