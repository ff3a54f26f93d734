"""Files that a deposit lists and does not give to the public, beside others that it does."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace

import pytest
from dataverse_server import Deposited
from tables import TOY_FILES

from vinarch.catalog import Companion, ListedFile
from vinarch.errors import FetchError, ParameterError
from vinarch.fetching import (
    ClosedTablesError,
    OfflineError,
    Terms,
    Wish,
    other_files_here,
    plan_archive,
    selection_of,
)
from vinarch.requesting import fetch_one

FILES = {path: text.encode() for path, text in TOY_FILES.items()}
CLOSED = next(path for path in FILES if "4gpu" in path)
MODELS = {"models/1gpu/a.zip": b"open", "models/1gpu/b.zip": b"closed", "models/4gpu/c.zip": b"c"}
CLOSED_MODEL = "models/1gpu/b.zip"
NEXT_STEP = "Ask for access at https://doi.org/10.7910/DVN/JS9FR6, and set VINARCH_DATAVERSE_TOKEN"


@pytest.fixture
def deposit(dataverse):
    """Have one table and one model that are restricted."""
    dataverse.files = [Deposited(path, body) for path, body in MODELS.items()]
    dataverse.files += [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    for file in dataverse.files:
        if file.path in {CLOSED, CLOSED_MODEL}:
            file.entry_changes = {"restricted": True}
    return dataverse


@pytest.fixture
def ask(archive, home, deposit, told):
    """Fetch as `vinarch.fetch` does, or plan it."""

    def ask(include=None, exclude=None, *, offline=False, card=archive, plan=False, **options):
        terms = Terms(dataverse_url=deposit.url, progress=told, **options)
        terms = replace(terms, wish=Wish(selection_of(include, exclude), offline))
        if plan:
            return plan_archive(card, home, terms)
        return fetch_one(card, home, terms, strict=False)

    return ask


@pytest.fixture
def with_companion(archive, file_server):
    """Give the archive a companion that has all tables."""
    file_server.files = {f"/{path}": body for path, body in FILES.items()}
    listed = tuple(
        ListedFile(path, len(body), hashlib.sha256(body).hexdigest())
        for path, body in FILES.items()
    )
    return replace(archive, companions=(Companion("pinned", file_server.url, "", listed),))


def bodies_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "provenance.json"
    }


def tables(home):
    return bodies_in(home / "downloads/JS9FR6/9.0")


def others(home, archive):
    folder, _ = other_files_here(archive, home, selection_of("*", None))
    return bodies_in(folder)


def without(files, *paths):
    return {path: body for path, body in files.items() if path not in paths}


def test_a_closed_table_stops_a_fetch_of_the_tables_before_anything_comes(ask, deposit, home):
    with pytest.raises(
        ClosedTablesError, match=rf"1 of {len(FILES)} tables restricted \({CLOSED}\)"
    ) as caught:
        ask()
    assert NEXT_STEP in caught.value.next_step
    assert "--exclude" in caught.value.next_step
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert deposit.downloads_counted == 0
    assert tables(home) == {}


def test_without_it_the_other_tables_come_and_the_receipt_names_it(ask, deposit, home):
    ask(exclude="*4gpu*")
    assert tables(home) == without(FILES, CLOSED)
    asked = len(deposit.seen)
    ask(exclude="*4gpu*")
    assert len(deposit.seen) == asked
    # A fetch of all tables says again which may not be had, and leaves what is here.
    with pytest.raises(ClosedTablesError, match=CLOSED):
        ask()
    assert tables(home) == without(FILES, CLOSED)
    next(file for file in deposit.files if file.path == CLOSED).entry_changes = {}
    ask()
    assert tables(home) == FILES
    assert deposit.downloads_counted == len(FILES)


def test_with_a_token_it_comes(ask, deposit, home):
    deposit.token = "1234-abcd"
    ask(dataverse_token="1234-abcd")
    assert tables(home) == FILES


def test_a_companion_that_has_all_tables_gives_them(ask, deposit, home, with_companion):
    ask(card=with_companion)
    assert tables(home) == FILES
    ask("models/4gpu/*", card=with_companion)
    assert tables(home) == FILES
    assert deposit.downloads_counted == 1


def test_other_files_come_and_tables_besides_as_far_as_they_may_be_had(
    ask, deposit, home, archive, told
):
    ask("models/4gpu/*")
    assert others(home, archive) == {"models/4gpu/c.zip": b"c"}
    assert tables(home) == without(FILES, CLOSED)
    (said,) = (one for one in told.said if CLOSED in one and "left out" in one)
    assert NEXT_STEP in said
    # What may be had is here: nobody is asked again, and offline it serves.
    asked = len(deposit.seen)
    ask("models/4gpu/*")
    ask("models/4gpu/*", offline=True)
    assert len(deposit.seen) == asked
    # All tables are another question.
    with pytest.raises(ClosedTablesError):
        ask()
    with pytest.raises(OfflineError, match=f"1 missing: {CLOSED}"):
        ask(offline=True)


def test_before_tables_are_left_out_the_next_place_is_asked(ask, deposit, home, with_companion):
    ask("models/4gpu/*", card=with_companion)
    assert tables(home) == FILES


def test_a_place_that_cannot_give_all_is_come_back_to(ask, home, with_companion, file_server):
    file_server.files = {}
    ask("models/4gpu/*", card=with_companion)
    assert tables(home) == without(FILES, CLOSED)


def test_files_that_are_no_tables_come_though_a_wanted_table_is_closed(ask, deposit, home, archive):
    with pytest.raises(ClosedTablesError, match=CLOSED):
        ask(["*4gpu*"])
    assert others(home, archive) == {"models/4gpu/c.zip": b"c"}
    assert tables(home) == {}
    # Files of both kinds that may not be had are told together.
    with pytest.raises(FetchError, match=rf"{CLOSED}.*{CLOSED_MODEL}"):
        ask("*")
    assert others(home, archive) == without(MODELS, CLOSED_MODEL)
    ask("*", [CLOSED, CLOSED_MODEL])
    assert tables(home) == without(FILES, CLOSED)


def test_globs_that_only_closed_tables_match_are_no_mistake(ask, deposit):
    with pytest.raises(ClosedTablesError, match=CLOSED):
        ask(CLOSED)
    with pytest.raises(ParameterError, match="globs that match a file"):
        ask("*8gpu*")


def test_where_all_tables_are_closed_other_files_come(ask, deposit, home, archive):
    for file in deposit.files:
        if file.path in FILES:
            file.entry_changes = {"restricted": True}
    with pytest.raises(ClosedTablesError, match=f"{len(FILES)} of {len(FILES)} tables restricted"):
        ask("models/4gpu/*")
    assert others(home, archive) == {"models/4gpu/c.zip": b"c"}


def test_a_table_that_was_closed_since_it_came_stays(ask, deposit, home):
    deposit.token = "1234-abcd"
    ask(dataverse_token="1234-abcd")
    deposit.token = None
    ask(refresh=True)
    assert tables(home) == FILES
    assert deposit.downloads_counted == len(FILES)


def test_a_plan_tells_file_by_file_what_may_not_be_had(ask, deposit):
    plan = ask(plan=True)
    assert {file.path for file in plan.coming} == set(FILES) - {CLOSED}
    (closed,) = plan.closed
    assert (closed.path, closed.closed.reason, closed.is_table) == (CLOSED, "restricted", True)
    assert closed.closed.next_step.startswith(NEXT_STEP)
    assert plan.coming_bytes == sum(map(len, without(FILES, CLOSED).values()))
    assert plan.stops
    assert not ask(exclude="*4gpu*", plan=True).stops
    assert not ask(exclude="*4gpu*", plan=True).closed
    plan = ask(["models/1gpu/*"], plan=True)
    assert [file.path for file in plan.closed] == [CLOSED, CLOSED_MODEL]
    assert not plan.stops  # of the tables what may be had comes besides
    assert "models/1gpu/a.zip" in {file.path for file in plan.coming}
    plan = ask("*", plan=True)
    assert plan.stops
    assert [file.path for file in plan.closed] == [CLOSED, CLOSED_MODEL]
    assert deposit.downloads_counted == 0


def test_a_plan_takes_tables_from_the_place_that_has_all(ask, deposit, with_companion):
    plan = ask(plan=True, card=with_companion)
    assert {file.source for file in plan.files} == {"companion: pinned"}
    assert plan.closed == ()
    assert [asked.source for asked in plan.refused] == [f"Dataverse: {deposit.url}"]
    plan = ask("*", plan=True, card=with_companion)
    assert [file.path for file in plan.closed] == [CLOSED_MODEL]
