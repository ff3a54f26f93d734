"""Choosing files, saying what would come, and working without a network."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace

import pytest
from dataverse_server import Deposited, error_reply

from vinarch.errors import ChecksumError, FetchError, ParameterError
from vinarch.fetching import (
    OfflineError,
    Selection,
    Terms,
    Wish,
    fetch_archive,
    fetch_other_files,
    other_files_here,
    plan_archive,
)

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"
FILES = {ONE: b"architecture,epoch\n0,1\n", TIMES: b"h\n1\n"}
MODELS = {"models/1gpu/a.z01": b"first", "models/1gpu/a.zip": b"last", "models/4gpu/b.zip": b"x"}


@pytest.fixture
def deposit(dataverse):
    dataverse.files = [Deposited(path, body) for path, body in MODELS.items()]
    dataverse.files += [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@dataclass
class Asker:
    """Ask with the same settings and other globs."""

    archive: object
    home: object
    terms: Terms
    coming: list = field(default_factory=list)

    def _terms(self, include, exclude, offline, mirror):
        selection = Selection(tuple(include), tuple(exclude))
        wish = Wish(selection, offline, approve=self.coming.append)
        return replace(self.terms, wish=wish, mirror=mirror)

    def tables(self, include=(), exclude=(), *, offline=False, mirror=None, **options):
        terms = self._terms(include, exclude, offline, mirror)
        return fetch_archive(
            self.archive,
            self.home,
            mirror=mirror,
            dataverse_url=terms.dataverse_url,
            wish=terms.wish,
            progress=terms.progress,
            **options,
        ).confirm()

    def others(self, include, exclude=(), *, offline=False, mirror=None):
        terms = self._terms(include, exclude, offline, mirror)
        found = fetch_other_files(self.archive, self.home, terms)
        folder, _ = other_files_here(self.archive, self.home, terms.wish.selection)
        return {file.path: (folder / file.path).read_bytes() for file in found}

    def plan(self, include=(), exclude=(), *, offline=False, mirror=None):
        return plan_archive(self.archive, self.home, self._terms(include, exclude, offline, mirror))


@pytest.fixture
def ask(archive, home, dataverse, told):
    return Asker(archive, home, Terms(dataverse_url=dataverse.url, progress=told))


def paths_of(holding):
    return [file.path for file in holding.provenance.files]


def test_chosen_tables_come_the_rest_is_told_and_comes_when_it_is_wanted(ask, deposit):
    part = ask.tables(exclude=["*time*"])
    assert (paths_of(part), part.provenance.left_out) == ([ONE], (TIMES,))
    asked = len(deposit.seen)
    assert ask.tables(exclude=["*time*"]) == part
    assert ask.tables(include=["*1gpu*"]) == part
    assert len(deposit.seen) == asked
    whole = ask.tables()
    assert (paths_of(whole), whole.provenance.left_out) == ([ONE, TIMES], ())
    # What was here is not downloaded again, and a narrower wish takes nothing away.
    assert deposit.downloads_counted == 2
    assert ask.tables(exclude=["*time*"]) == whole


def test_other_files_are_added_beside_the_tables_and_verified(ask, deposit, home):
    ask.tables()
    assert ask.others(["models/1gpu/"]) == {k: v for k, v in MODELS.items() if "1gpu" in k}
    assert ask.others(["models/*"], ["*4gpu*"]) == {k: v for k, v in MODELS.items() if "1gpu" in k}
    asked = len(deposit.seen)
    ask.others(["models/1gpu/"])
    assert len(deposit.seen) == asked
    assert ask.others(["*"]) == MODELS
    assert deposit.downloads_counted == len(FILES) + len(MODELS)
    assert sorted(path.name for path in (home / "downloads/JS9FR6").iterdir()) == [
        "9.0", "9.0.manifest.json", "9.0.others", "9.0.others.json",
        "9.0.others.stamps.jsonl", "9.0.stamps.jsonl",
    ]  # fmt: skip


def test_a_damaged_other_file_is_found_and_mended(ask, deposit, home):
    ask.others(["models/4gpu/*"])
    (home / "downloads/JS9FR6/9.0.others/models/4gpu/b.zip").write_bytes(b"y")
    assert ask.others(["models/4gpu/*"]) == {"models/4gpu/b.zip": b"x"}


def test_a_mirror_gives_what_it_has_of_the_other_files_and_is_held_to_the_list(
    ask, deposit, make_mirror
):
    ask.tables()
    mirror = make_mirror({"models/1gpu/a.z01": MODELS["models/1gpu/a.z01"]})
    assert ask.others(["models/1gpu/*"], mirror=mirror) == {
        k: v for k, v in MODELS.items() if "1gpu" in k
    }
    assert deposit.downloads_counted == len(FILES) + 1
    wrong = make_mirror({"models/4gpu/b.zip": b"y"}, "wrong")
    with pytest.raises(ChecksumError, match=r"models/4gpu/b\.zip from mirror: "):
        ask.others(["models/4gpu/*"], mirror=wrong)


def test_globs_that_match_nothing_are_an_error(ask, deposit):
    ask.tables()
    with pytest.raises(ParameterError, match=r"match a file of JS9FR6 9\.0, got 'modles/\*'"):
        ask.others(["modles/*"])


def test_what_would_come_is_told_before_and_can_be_refused(ask, deposit):
    def refuse(coming):
        raise FetchError("a", "b", f"{coming.file_count} of {coming.size_bytes}", "")

    wish = Wish(approve=refuse)
    with pytest.raises(FetchError, match=f"got 2 of {sum(map(len, FILES.values()))}"):
        fetch_archive(ask.archive, ask.home, dataverse_url=deposit.url, wish=wish)
    assert deposit.downloads_counted == 0
    ask.tables()
    ask.others(["models/*"])
    assert [(one.file_count, one.size_bytes) for one in ask.coming] == [(2, 27), (3, 10)]
    # Nothing comes, nobody is asked.
    ask.tables()
    ask.others(["models/*"])
    assert len(ask.coming) == 2


def test_a_plan_says_what_comes_from_where_and_what_is_here(ask, deposit, told):
    plan = ask.plan()
    assert [(file.path, file.is_here) for file in plan.files] == [(ONE, False), (TIMES, False)]
    assert plan.coming_bytes == sum(map(len, FILES.values()))
    assert {file.source for file in plan.files} == {f"Dataverse: {deposit.url}"}
    assert deposit.downloads_counted == 0
    ask.tables(exclude=["*time*"])
    plan = ask.plan(include=["*"])
    assert [file.path for file in plan.coming] == [TIMES, *sorted(MODELS)]
    ask.tables()
    assert ask.plan().coming == ()
    assert told.finished == 2


def test_a_plan_that_nobody_can_answer_says_why(ask, dataverse):
    dataverse.queue("/versions/", error_reply(403, "no"))
    with pytest.raises(FetchError, match=r"a list of its files from one of 1 sources, got .*403"):
        ask.plan()


def test_offline_what_is_here_serves_and_what_is_missing_is_listed(ask, deposit):
    with pytest.raises(OfflineError, match="since offline nobody is asked, got none of them"):
        ask.tables(offline=True)
    ask.tables(exclude=["*time*"])
    ask.others(["models/1gpu/*"])
    asked = len(deposit.seen)
    assert paths_of(ask.tables(exclude=["*time*"], offline=True)) == [ONE]
    assert set(ask.others(["models/1gpu/*"], offline=True)) == {
        "models/1gpu/a.z01", "models/1gpu/a.zip",
    }  # fmt: skip
    with pytest.raises(OfflineError, match=f"1 missing: {TIMES}") as caught:
        ask.tables(offline=True)
    assert pickle.loads(pickle.dumps(caught.value)).missing == (TIMES,)
    with pytest.raises(OfflineError):
        ask.others(["models/*"], offline=True)
    assert len(deposit.seen) == asked


def test_offline_the_list_that_is_kept_says_what_is_missing(ask, deposit):
    folder = ask.tables().folder
    (folder / TIMES).unlink()
    with pytest.raises(OfflineError) as caught:
        ask.tables(offline=True)
    assert caught.value.missing == (TIMES,)


def test_offline_a_folder_on_this_machine_may_give(ask, deposit, make_mirror):
    mirror = make_mirror(FILES)
    assert paths_of(ask.tables(offline=True, mirror=["https://example.org/m", mirror])) == [
        ONE, TIMES,
    ]  # fmt: skip
    assert deposit.seen == []
