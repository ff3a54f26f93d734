from __future__ import annotations

import gc
import hashlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from dataverse_server import SECRET, Deposited, Reply, error_reply

from vinarch.errors import ChecksumError, FetchError, MirrorError, StoreError
from vinarch.fetching import fetch_archive
from vinarch.provenance import Asked

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TWO = "icpp_training_results/4gpu/1gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"
FILES = {ONE: b"architecture,epoch\n0,1\n", TWO: b"architecture,epoch\n7,1\n", TIMES: b"h\n1\n"}


@pytest.fixture
def deposit(dataverse):
    """Deposit the three files and another that is no table, and return the server."""
    dataverse.files = [Deposited("models/1gpu/a.z01", b"big")]
    dataverse.files += [Deposited(path, body, ingested=True) for path, body in FILES.items()]
    return dataverse


@pytest.fixture
def fetch(archive, home, dataverse, told):
    def fetch(mirror=None, *, archive=archive, home=home, **options):
        options = {"dataverse_url": dataverse.url} | options
        text = None if mirror is None else str(mirror)
        return fetch_archive(archive, home, mirror=text, progress=told, **options).confirm()

    return fetch


@pytest.fixture
def try_out(archive, home, dataverse, told):
    """Fetch, and leave it to the test whether the files can be read."""

    def try_out(mirror=None, **options):
        return fetch_archive(
            archive, home, mirror=mirror, dataverse_url=dataverse.url, progress=told, **options
        )

    return try_out


def contents(holding):
    return {file.path: holding.path_of(file).read_bytes() for file in holding.provenance.files}


RECORDS = {"downloads/JS9FR6/9.0.manifest.json", "downloads/JS9FR6/9.0.stamps.jsonl"}


def everything_below(home):
    """Return all files but the records that stand beside an archive's folder."""
    paths = {path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir()}
    return sorted(paths - RECORDS)


def everything_in(folder):
    """Return all files but the stamps, which grow as files are verified."""
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".jsonl"
    }


def holding_paths(files):
    return sorted(
        [
            "downloads/JS9FR6.lock",
            "downloads/JS9FR6/9.0/provenance.json",
            *(f"downloads/JS9FR6/9.0/{path}" for path in files),
        ]
    )


def test_dataverse_gives_the_tables_and_a_receipt(fetch, deposit, home, told):
    holding = fetch()
    assert contents(holding) == FILES
    assert holding.folder == home / "downloads/JS9FR6/9.0"
    assert everything_below(home) == holding_paths(FILES)
    provenance = holding.provenance
    assert provenance.source == f"Dataverse: {deposit.url}"
    assert provenance.asked == (Asked(provenance.source, "gave the files"),)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", provenance.fetched_at)
    assert [file.sha256 for file in provenance.files] == [
        hashlib.sha256(FILES[file.path]).hexdigest() for file in provenance.files
    ]
    assert (holding.folder / "provenance.json").read_text() == provenance.to_json()
    total = sum(map(len, FILES.values()))
    assert told.bars == [[f"JS9FR6 9.0 from {provenance.source}", total, "B", total]]
    assert told.finished == 1
    assert told.said == []
    assert deposit.downloads_counted == 3


def test_a_folder_mirror_is_copied_not_linked(fetch, make_mirror, dataverse):
    mirror = make_mirror(FILES | {"models/x.z01": b"big"})
    holding = fetch(mirror)
    assert contents(holding) == FILES
    (mirror / "JS9FR6" / ONE).write_bytes(b"changed")
    assert contents(holding) == FILES
    assert not any(holding.path_of(file).is_symlink() for file in holding.provenance.files)
    assert holding.provenance.source == f"mirror: {mirror}"
    assert dataverse.seen == []


def serve_mirror(file_server, files, promised=None):
    entries = [
        {"path": path, "size_bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for path, body in (promised or files).items()
    ]
    manifest = {"archive": "JS9FR6", "version": "9.0", "files": entries}
    file_server.files = {f"/JS9FR6/{path}": body for path, body in files.items()}
    file_server.files["/JS9FR6/manifest.json"] = json.dumps(manifest).encode()


def test_a_url_mirror_is_held_against_its_manifest(fetch, file_server):
    serve_mirror(file_server, FILES)
    assert contents(fetch(file_server.url)) == FILES


def test_wrong_bytes_of_a_mirror_stop_the_run(fetch, file_server, deposit, home):
    serve_mirror(file_server, FILES | {TWO: b"architecture,epoch\n8,1\n"}, promised=FILES)
    with pytest.raises(ChecksumError, match=f"{TWO} from mirror: .* over 23 bytes") as caught:
        fetch(file_server.url)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert deposit.seen == []
    assert not (home / "downloads/JS9FR6/9.0").exists()


@pytest.mark.parametrize("mirror", ["{tmp}/nowhere", "http://127.0.0.1:1", "http://m.invalid/"])
def test_a_mirror_that_does_not_exist_is_no_reason_to_go_on(fetch, deposit, tmp_path, mirror):
    with pytest.raises(MirrorError, match=r"Mend the mirror or VINARCH_MIRROR"):
        fetch(mirror.format(tmp=tmp_path))
    assert deposit.seen == []


def test_a_mirror_without_the_archive_is_told_and_dataverse_asked(fetch, deposit, tmp_path, told):
    (tmp_path / "empty").mkdir()
    holding = fetch(tmp_path / "empty")
    assert contents(holding) == FILES
    name = f"mirror: {tmp_path / 'empty'}"
    assert told.said == [
        f"{name} refused: no folder JS9FR6 in it. Trying Dataverse: {deposit.url}."
    ]
    assert holding.provenance.asked == (
        Asked(name, "no folder JS9FR6 in it"),
        Asked(f"Dataverse: {deposit.url}", "gave the files"),
    )


def test_fewer_tables_than_the_card_lists_are_taken_and_told(
    fetch, make_mirror, with_companion, told
):
    archive = with_companion("http://127.0.0.1:1/", FILES)
    mirror = make_mirror({ONE: FILES[ONE]})
    assert contents(fetch(mirror, archive=archive)) == {ONE: FILES[ONE]}
    assert told.said == [
        (
            f"mirror: {mirror} gave 1 of the 3 tables that the data card of JS9FR6 lists; "
            "the commons will know no more."
        ),
        f"mirror: {mirror} lacks {', '.join(sorted({*FILES} - {ONE}))}.",
    ]


def test_tables_that_the_card_does_not_list_are_told(fetch, make_mirror, with_companion, told):
    archive = with_companion("http://127.0.0.1:1/", {ONE: FILES[ONE]})
    mirror = make_mirror({ONE: FILES[ONE], TWO: FILES[TWO]})
    fetch(mirror, archive=archive)
    assert told.said == [f"mirror: {mirror} also gave, unlisted, {TWO}."]


def test_files_that_differ_from_the_card_are_taken_and_told(
    fetch, make_mirror, with_companion, told
):
    archive = with_companion("http://127.0.0.1:1/", FILES | {TWO: b"as published"})
    mirror = make_mirror(FILES)
    assert contents(fetch(mirror, archive=archive)) == FILES
    (message,) = told.said
    assert message == (
        f"mirror: {mirror} gave 1 of 3 tables with another SHA-256 than the data card of JS9FR6 "
        f"knows; they are taken as they are: {TWO}"
    )


def test_a_signed_download_that_drops_goes_on(fetch, dataverse, storage):
    body = b"architecture,epoch\n" + b"0,1\n" * 60_000
    dataverse.files = [Deposited(ONE, body, ingested=True)]
    storage.queue("/bucket/", Reply(200, body, cut_after=150_000))
    assert contents(fetch()) == {ONE: body}
    assert storage.seen[1].headers["Range"] == "bytes=150000-"
    assert dataverse.downloads_counted == 1


@pytest.mark.parametrize("status", [429, 503])
def test_passing_trouble_passes(fetch, deposit, status):
    deposit.queue("/files", Reply(status, b"", {"Retry-After": "0"}))
    deposit.queue("/access/", Reply(status))
    assert contents(fetch()) == FILES


def test_a_wrong_checksum_is_not_fallen_back_from(
    fetch, deposit, with_companion, file_server, home
):
    wrong = {"checksum": {"type": "MD5", "value": "0" * 32}}
    deposit.files[2].data_changes = wrong
    archive = with_companion(f"{file_server.url}/", FILES)
    with pytest.raises(ChecksumError, match=r"expected md5 0{32}, .*IQSS/dataverse#9501"):
        fetch(archive=archive)
    assert file_server.seen == []
    incoming = "downloads/JS9FR6/.9.0.incoming"
    assert f"{incoming}/{TWO}" not in everything_below(home)
    assert {*everything_below(home)} <= {
        "downloads/JS9FR6.lock",
        f"{incoming}/{ONE}",
        f"{incoming}/{TIMES}",
    }


REFUSALS = {
    "waf": ("/files", Reply(202, b"", {"x-amzn-waf-action": "challenge"}), "AWS WAF"),
    "guestbook": ("/access/", error_reply(400, "Guestbook first."), "Guestbook first"),
    "login": ("/files", error_reply(401, "Not you."), "status 401"),
    "forbidden": ("/access/", Reply(403), "status 403"),
    "unknown": ("/files", error_reply(404, "No such version."), "status 404"),
    "failure": ("/files", Reply(501), "status 501"),
    "error": ("/files", error_reply(200, "In maintenance."), "In maintenance"),
    "page": ("/files", Reply(200, b"<html>"), "no JSON"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_leads_to_the_companion_and_is_told(
    fetch, deposit, file_server, with_companion, told, refusal
):
    part, reply, reason = REFUSALS[refusal]
    deposit.queue(part, *[reply] * 4)
    file_server.files = {f"/pin/{path}": body for path, body in FILES.items()}
    holding = fetch(archive=with_companion(f"{file_server.url}/pin/", FILES))
    assert contents(holding) == FILES
    (message,) = told.said
    assert message.startswith(f"Dataverse: {deposit.url} refused: ")
    assert reason in message
    assert message.endswith(" Trying companion: pinned place.")
    assert holding.provenance.source == "companion: pinned place"
    assert [asked.source for asked in holding.provenance.asked] == [
        f"Dataverse: {deposit.url}",
        "companion: pinned place",
    ]
    assert told.finished == len(told.bars)


def test_a_companion_with_other_bytes_stops_the_run(fetch, dataverse, file_server, with_companion):
    file_server.files = {f"/{path}": body.upper() for path, body in FILES.items()}
    with pytest.raises(ChecksumError, match="from companion: pinned place: expected sha256"):
        fetch(archive=with_companion(f"{file_server.url}/", FILES))


def test_if_all_refuse_each_is_named_with_its_reason(
    fetch, dataverse, file_server, with_companion, tmp_path, home
):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FetchError) as caught:
        fetch(tmp_path / "empty", archive=with_companion(f"{file_server.url}/", FILES))
    assert type(caught.value) is FetchError
    assert str(caught.value) == (
        "archive JS9FR6 9.0: expected its tables from one of 3 sources, got "
        f"[mirror: {tmp_path / 'empty'}] no folder JS9FR6 in it; "
        f"[Dataverse: {dataverse.url}] 0 files, none of them a table that the data card names; "
        "[companion: pinned place] status 404: it does not have this. "
        "Try again later, or download the tables from another place and set VINARCH_MIRROR to a "
        "folder that holds "
        f"JS9FR6/{ONE} and so on; see docs/how-to/get-the-data.md."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert not (home / "downloads/JS9FR6/9.0").exists()


def test_no_dataverse_at_all_is_a_refusal(fetch):
    with pytest.raises(FetchError, match=r"no connection to 127.0.0.1:1: Connection refused"):
        fetch(dataverse_url="http://127.0.0.1:1")
    with pytest.raises(FetchError, match=r"got .* an address that is no http"):
        fetch(dataverse_url="dataverse.example")


def test_with_a_receipt_nobody_is_asked(fetch, deposit, told):
    first = fetch()
    asked = len(deposit.seen)
    second = fetch(dataverse_url="http://127.0.0.1:1")
    assert second == first
    assert len(deposit.seen) == asked
    assert told.finished == 1


def test_a_mirror_that_was_asked_need_not_be_there_again(fetch, make_mirror, tmp_path):
    mirror = make_mirror(FILES)
    first = fetch(mirror)
    mirror.rename(tmp_path / "away")
    assert fetch(f"{mirror}/") == first
    assert fetch() == first
    with pytest.raises(MirrorError):
        fetch(mirror, refresh=True)
    assert contents(fetch()) == FILES


def test_a_new_mirror_is_asked(fetch, make_mirror):
    fetch(make_mirror(FILES))
    new = make_mirror(FILES | {ONE: b"new"}, name="new")
    holding = fetch(new)
    assert contents(holding) == FILES | {ONE: b"new"}
    assert holding.provenance.source == f"mirror: {new}"


def test_a_refresh_asks_anew_and_removes_what_is_stale(fetch, make_mirror, home):
    mirror = make_mirror(FILES)
    fetch(mirror)
    (mirror / "JS9FR6" / TWO).unlink()
    (mirror / "JS9FR6" / ONE).write_bytes(FILES[ONE].upper())
    assert contents(fetch(mirror)) == FILES
    assert contents(fetch(mirror, refresh=True)) == {
        ONE: FILES[ONE].upper(),
        TIMES: FILES[TIMES],
    }
    assert everything_below(home) == holding_paths([ONE, TIMES])


def test_a_refresh_downloads_only_what_changed(fetch, deposit):
    fetch()
    deposit.files[1].original = b"architecture,epoch\n1,1\n"
    assert contents(fetch(refresh=True))[ONE] == b"architecture,epoch\n1,1\n"
    assert deposit.downloads_counted == 4


def test_a_refresh_that_is_refused_leaves_what_was_there(fetch, deposit, home):
    first = fetch()
    deposit.files[1].original = b"architecture,epoch\n1,1\n"
    deposit.files[3].original = b"h\n2\n"
    deposit.queue("/access/datafile/103", Reply(403))
    with pytest.raises(FetchError, match="status 403"):
        fetch(refresh=True)
    assert fetch() == first
    assert contents(first) == FILES


@pytest.mark.parametrize("damage", ["receipt", "file"])
def test_a_damaged_holding_is_told_and_mended(fetch, deposit, told, damage):
    holding = fetch()
    broken = holding.folder / ("provenance.json" if damage == "receipt" else ONE)
    broken.write_bytes(broken.read_bytes()[:9])
    assert contents(fetch()) == FILES
    assert len(told.said) == 1
    assert "does not count" in told.said[0]
    assert deposit.downloads_counted == (3 if damage == "receipt" else 4)


def test_a_read_only_home_serves_what_it_has(fetch, deposit, home):
    holding = fetch()
    (home / "downloads/JS9FR6.lock").unlink()
    (home / "downloads/JS9FR6.lock").mkdir()  # a lock that nobody can take
    assert fetch() == holding


def test_an_interrupted_run_is_finished_without_a_second_download(fetch, deposit, home):
    deposit.queue("/access/datafile/103", Reply(403))
    with pytest.raises(FetchError, match="status 403"):
        fetch()
    assert not (home / "downloads/JS9FR6/9.0/provenance.json").exists()
    assert contents(fetch()) == FILES
    asked = [path for path in deposit.paths() if "/access/" in path]
    assert sorted(int(path[-3:]) for path in asked) == [101, 102, 103, 103]
    assert everything_below(home) == holding_paths(FILES)


def test_files_that_are_there_without_a_receipt_are_kept(fetch, deposit, home):
    holding = fetch()
    (holding.folder / "provenance.json").unlink()
    assert contents(fetch()) == FILES
    assert deposit.downloads_counted == 3


@pytest.mark.parametrize("first", [True, False])
def test_an_exchange_that_fails_brings_the_previous_files_back(
    fetch, try_out, make_mirror, monkeypatch, home, first
):
    mirror = make_mirror(FILES)
    if not first:
        held = fetch(mirror)
    changed = make_mirror(FILES | {ONE: FILES[ONE].upper()}, name="changed")
    trial = try_out(changed)
    rename = Path.rename

    def interrupted(path, target):
        if path.name == ".9.0.incoming":
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trial.confirm()
    if first:
        assert not (home / "downloads/JS9FR6/9.0").exists()
    else:
        assert fetch() == held
        assert contents(held) == FILES
    assert contents(fetch(changed))[ONE] == FILES[ONE].upper()
    assert everything_below(home) == holding_paths(FILES)


def test_files_on_trial_leave_the_previous_ones_and_their_receipt(fetch, try_out, make_mirror):
    held = fetch(make_mirror(FILES))
    before = everything_in(held.folder)
    trial = try_out(make_mirror(FILES | {ONE: b"new"}, name="new"))
    assert contents(trial) == FILES | {ONE: b"new"}
    assert everything_in(held.folder) == before
    confirmed = trial.confirm()
    assert confirmed.folder == held.folder
    assert contents(confirmed) == FILES | {ONE: b"new"}


def test_undone_files_go_and_the_previous_ones_are_served(
    fetch, try_out, make_mirror, home, dataverse
):
    held = fetch(make_mirror(FILES))
    before = everything_in(home)
    try_out(make_mirror(FILES | {ONE: b"bad"}, name="bad")).undo()
    assert everything_in(home) == before
    assert fetch() == held
    assert dataverse.seen == []


def test_undone_files_without_previous_ones_are_asked_for_again(
    fetch, try_out, make_mirror, deposit, home
):
    try_out(make_mirror(FILES | {ONE: b"bad"}, name="bad")).undo()
    assert everything_below(home) == ["downloads/JS9FR6.lock"]
    assert contents(fetch()) == FILES
    assert deposit.downloads_counted == 3


def test_undone_files_with_a_published_checksum_are_not_downloaded_again(
    fetch, try_out, deposit, home
):
    try_out().undo()
    assert not (home / "downloads/JS9FR6/9.0").exists()
    assert contents(fetch()) == FILES
    assert deposit.downloads_counted == 3
    assert everything_below(home) == holding_paths(FILES)


def test_what_is_held_can_be_confirmed_or_undone_without_effect(fetch, try_out, deposit, home):
    held = fetch()
    before = everything_in(home)
    assert try_out().confirm() == held
    try_out().undo()
    assert everything_in(home) == before


def test_a_holding_that_is_forgotten_frees_the_lock(fetch, try_out, make_mirror, told):
    held = fetch(make_mirror(FILES))
    trial = try_out(make_mirror(FILES | {ONE: b"new"}, name="new"))
    del trial
    gc.collect()
    assert fetch() == held
    assert contents(fetch(make_mirror(FILES | {TWO: b"newer"}, name="newer")))[TWO] == b"newer"
    assert told.said == []


def test_a_holding_can_be_confirmed_in_another_thread(fetch, try_out, make_mirror):
    trials = []
    new = make_mirror(FILES | {ONE: b"new"}, name="new")
    thread = threading.Thread(target=lambda: trials.append(try_out(new)))
    thread.start()
    thread.join()
    assert contents(trials[0].confirm())[ONE] == b"new"
    assert contents(fetch(make_mirror(FILES))) == FILES


def test_threads_of_one_process_take_turns(fetch, make_mirror, home):
    mirrors = [make_mirror(FILES | {ONE: b"%d" % n}, name=f"{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert [contents(h).keys() for h in pool.map(fetch, mirrors)] == [FILES.keys()] * 4
    assert everything_below(home) == holding_paths(FILES)


def test_fewer_tables_than_are_here_are_refused(fetch, make_mirror, dataverse, home):
    full = make_mirror(FILES)
    held = fetch(full)
    before = everything_in(home)
    part = make_mirror({ONE: b"new"}, name="part")
    with pytest.raises(MirrorError) as caught:
        fetch(part)
    assert str(caught.value) == (
        f"mirror: {part}: expected at least the 3 tables of JS9FR6 9.0 that are here already, "
        f"from mirror: {full}, got 1 of 3. Nothing is changed. Complete the source; or take it all "
        "the same, so that the tables that it lacks go away, with refresh=True (on the command "
        "line --refresh)."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert everything_in(home) == before
    assert fetch() == held
    assert dataverse.seen == []
    assert contents(fetch(part, refresh=True)) == {ONE: b"new"}


def test_fewer_tables_of_dataverse_are_refused_too(fetch, make_mirror, deposit, tmp_path):
    held = fetch(make_mirror(FILES))
    (tmp_path / "empty").mkdir()
    del deposit.files[1]
    with pytest.raises(FetchError, match=r"Dataverse: .* at least the 3 tables .* got 2 of 3\."):
        fetch(tmp_path / "empty")
    assert fetch() == held
    assert len(contents(fetch(refresh=True))) == 2


CHILD = """
import os, shutil, signal, sys, time
from dataclasses import replace
from pathlib import Path
from vinarch.catalog import find_archive
from vinarch.fetching import fetch_archive
archive = replace(find_archive("JS9FR6"), companions=())
trial = fetch_archive(
    archive, Path(sys.argv[1]), dataverse_url=sys.argv[2], mirror=sys.argv[3] or None
)
if sys.argv[4] == "between the renames":
    rename = Path.rename
    def killed(path, target):
        if path.name == ".9.0.incoming":
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(path, target)
    Path.rename = killed
elif sys.argv[4] == "before confirming":
    os.kill(os.getpid(), signal.SIGKILL)
elif sys.argv[4] == "before tidying":
    shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
elif sys.argv[4]:
    Path(sys.argv[4]).touch()
    while Path(sys.argv[4]).exists():
        time.sleep(0.01)
trial.confirm()
"""


def start_child(home, url, mirror="", until=""):
    return subprocess.Popen([sys.executable, "-c", CHILD, str(home), url, str(mirror), str(until)])


def wait_until(condition, child):
    for _ in range(2000):
        if condition():
            return
        assert child.poll() is None, "the child ended too early"
        time.sleep(0.01)
    pytest.fail("waited 20 seconds in vain")


def test_a_killed_process_leaves_what_the_next_goes_on_with(fetch, dataverse, storage, home, told):
    body = os.urandom(3 * 2**20)
    dataverse.files = [Deposited(ONE, b"small"), Deposited(TWO, body)]
    dataverse.queue("/access/datafile/101", Reply(303, b"", {"Location": f"{dataverse.url}/slow"}))
    dataverse.queue("/slow", Reply(200, body, hold=threading.Event()))
    versions = home / "downloads/JS9FR6"
    with start_child(home, dataverse.url) as child:
        wait_until(
            lambda: (
                (versions / f".9.0.incoming/{ONE}").exists()
                and any(part.stat().st_size for part in versions.glob(".9.0.parts/*.part"))
            ),
            child,
        )
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    assert not (versions / "9.0").exists()
    (part,) = versions.glob(".9.0.parts/*.part")
    begun = part.stat().st_size
    assert begun >= 2**20
    storage.seen.clear()
    assert contents(fetch()) == {ONE: b"small", TWO: body}
    assert everything_below(home) == holding_paths([ONE, TWO])
    (asked,) = storage.seen
    assert asked.headers["Range"] == f"bytes={begun}-"
    # The long one's first question was answered by the test; ours goes on with it.
    assert dataverse.downloads_counted == 1
    assert [seen.query.get("gbrecs") for seen in dataverse.seen][-1] == "true"
    assert [seen.path.rpartition("/")[2] for seen in dataverse.seen].count("files") == 1
    # What was here is told at once, before any transfer.
    assert told.bars == [
        [f"JS9FR6 9.0 from Dataverse: {dataverse.url}", 5 + len(body), "B", 5 + len(body)]
    ]
    assert told.files == [[TWO, len(body), begun, len(body) - begun, True]]


@pytest.mark.parametrize("moment", ["before confirming", "between the renames"])
@pytest.mark.parametrize("held", [True, False])
def test_a_process_killed_before_it_confirmed_has_undone(
    fetch, make_mirror, dataverse, home, moment, held
):
    full = make_mirror(FILES)
    first = fetch(full) if held else None
    bad = make_mirror(FILES | {ONE: b"bad"}, name="bad")
    with start_child(home, dataverse.url, bad, moment) as child:
        assert child.wait() == -signal.SIGKILL
    holding = fetch(full)
    assert contents(holding) == FILES
    assert not held or holding == first
    assert contents(fetch(full, refresh=True)) == FILES
    assert everything_below(home) == holding_paths(FILES)


def test_a_process_killed_after_the_exchange_has_confirmed(fetch, make_mirror, dataverse, home):
    fetch(make_mirror(FILES))
    new = make_mirror(FILES | {ONE: b"new"}, name="new")
    with start_child(home, dataverse.url, new, "before tidying") as child:
        assert child.wait() == -signal.SIGKILL
    assert contents(fetch()) == FILES | {ONE: b"new"}
    assert (home / "downloads/JS9FR6/.9.0.previous").exists()
    assert contents(fetch(new, refresh=True)) == FILES | {ONE: b"new"}
    assert everything_below(home) == holding_paths(FILES)


def test_a_second_process_waits_until_the_first_has_confirmed(
    fetch, make_mirror, dataverse, home, told, tmp_path
):
    held = fetch(make_mirror(FILES))
    new = make_mirror(FILES | {ONE: b"new"}, name="new")
    flag = tmp_path / "on trial"
    with start_child(home, dataverse.url, new, flag) as child:
        wait_until(flag.exists, child)
        assert fetch() == held
        assert told.said == []
        timer = threading.Timer(0.3, flag.unlink)
        timer.start()
        holding = fetch(new)
        timer.join()
        assert child.wait() == 0
    assert told.said == ["Another process or thread is fetching JS9FR6; waiting for it."]
    assert contents(holding) == FILES | {ONE: b"new"}
    assert len(told.bars) == 1


def test_two_processes_share_one_download(fetch, deposit, home, told):
    hold = threading.Event()
    deposit.queue("/access/datafile/101", Reply(303, b"", {"Location": deposit.url + "/slow"}))
    deposit.queue("/slow", Reply(200, FILES[ONE], hold=hold))
    with start_child(home, deposit.url) as child:
        wait_until(lambda: "/slow" in deposit.paths(), child)
        timer = threading.Timer(0.3, hold.set)
        timer.start()
        holding = fetch()
        timer.join()
        assert child.wait() == 0
    assert contents(holding) == FILES
    assert told.said == ["Another process or thread is fetching JS9FR6; waiting for it."]
    assert deposit.downloads_counted == 2
    assert told.bars == []


def test_a_home_below_a_file_is_told(fetch, deposit, tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(
        StoreError, match=r"/file/home.*got Not a directory\. Set VINARCH_HOME"
    ) as caught:
        fetch(home=tmp_path / "file/home")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert deposit.seen == []


def test_a_home_that_is_a_file_is_told(fetch, deposit, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"Set VINARCH_HOME"):
        fetch(home=tmp_path / "file")


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("mirror", r"room for 160,003 bytes in 2 files, got [\d,]+ bytes free"),
        ("dataverse", r"room for 160,003 bytes in 2 files, got [\d,]+ bytes free"),
        ("unknown sizes", "got No space left on device"),
    ],
)
def test_a_full_disk_is_told_and_loses_nothing(
    fetch, dataverse, make_mirror, small_disk, way, words
):
    first = fetch(make_mirror({ONE: b"held"}), home=small_disk)
    before = everything_below(small_disk)
    big = {ONE: b"new", TWO: b"1234567\n" * 20_000}
    unknown = {"originalFileSize": None} if way == "unknown sizes" else {}
    dataverse.files = [
        Deposited(path, body, ingested=True, data_changes=unknown) for path, body in big.items()
    ]
    mirror = make_mirror(big, name="big") if way == "mirror" else None
    with pytest.raises(StoreError, match=words + r"\. Set VINARCH_HOME"):
        fetch(mirror, home=small_disk, refresh=True)
    assert everything_below(small_disk) == before
    assert fetch(home=small_disk) == first
    assert contents(first) == {ONE: b"held"}


def test_hostile_paths_write_nothing_outside(fetch, dataverse, home, tmp_path):
    folder = "icpp_training_results/../../../../../.."
    changes = {"label": "evil_training_data.csv", "directoryLabel": folder}
    dataverse.files = [Deposited("x", b"evil", entry_changes=changes)]
    with pytest.raises(FetchError, match="which has an empty part"):
        fetch()
    assert [path for path in tmp_path.rglob("*") if "evil" in path.name] == []


def test_signed_urls_are_nowhere_on_the_disk_or_in_messages(
    fetch, deposit, storage, home, told, caplog
):
    storage.queue("/bucket/", Reply(403, b"expired"))
    with caplog.at_level("INFO"), pytest.raises(FetchError) as caught:
        fetch()
    assert SECRET not in str(caught.value) + caplog.text + "".join(told.said)
    assert SECRET not in (fetch().folder / "provenance.json").read_text()


@pytest.mark.parametrize("refused", [True, False])
def test_secrets_of_a_url_mirror_are_nowhere(fetch, file_server, deposit, told, caplog, refused):
    if not refused:
        serve_mirror(file_server, FILES)
    plain = file_server.url
    url = plain.replace("http://", "http://SOMEBODY:PASSWORD@")
    with caplog.at_level("DEBUG"):
        holding = fetch(url)
    receipt = (holding.folder / "provenance.json").read_text()
    written = receipt + caplog.text + "".join(told.said) + repr(told.bars) + repr(holding)
    assert "SOMEBODY" not in written
    assert "PASSWORD" not in written
    assert file_server.seen[0].headers["Authorization"].startswith("Basic ")
    assert holding.provenance.asked[0].source == f"mirror: {plain}"
    asked = len(file_server.seen)
    assert fetch(url) == fetch(plain) == holding
    assert len(file_server.seen) == asked


def test_secrets_of_a_dataverse_url_are_nowhere(fetch, deposit, told):
    url = deposit.url.replace("http://", "http://SOMEBODY:PASSWORD@")
    holding = fetch(dataverse_url=url)
    assert holding.provenance.source == f"Dataverse: {deposit.url}"
    assert "PASSWORD" not in (holding.folder / "provenance.json").read_text()
    with pytest.raises(FetchError) as caught:
        fetch(dataverse_url=url + "/x?key=PASSWORD", refresh=True)
    assert "PASSWORD" not in str(caught.value) + repr(told)
    assert "SOMEBODY" not in str(caught.value) + repr(told)


def test_another_version_is_another_folder(fetch, deposit, archive, make_mirror):
    first = fetch()
    newer = fetch(make_mirror({ONE: b"new"}), archive=replace(archive, version="10.0"))
    assert newer.folder.name == "10.0"
    assert contents(first) == FILES
    assert contents(newer) == {ONE: b"new"}


def test_importing_makes_no_folder_and_asks_nobody(tmp_path):
    code = "import vinarch.fetching, os; assert not os.listdir(os.environ['HOME'])"
    environment = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_warm_fetch_reads_no_table(fetch, deposit, monkeypatch):
    held = fetch()
    opened = []
    plain = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *a, **k: opened.append(path.suffix) or plain(path, *a, **k)
    )
    assert fetch() == held
    assert ".json" in opened  # the receipt: the listening works
    assert ".csv" not in opened
    os.utime(held.path_of(held.provenance.files[0]))
    assert fetch() == held
    assert opened.count(".csv") == 1


def test_bytes_that_changed_at_the_same_size_are_found_and_mended(fetch, deposit, told):
    holding = fetch()
    broken = holding.folder / ONE
    broken.write_bytes(FILES[ONE].swapcase())
    assert contents(fetch()) == FILES
    assert f"does not count: {ONE} has other bytes than those that came" in told.said[0]
    assert deposit.downloads_counted == 4


def test_a_file_that_was_only_touched_is_read_once_and_counts(fetch, deposit, told):
    holding = fetch()
    os.utime(holding.folder / ONE)
    assert fetch() == holding
    assert told.said == []
    assert deposit.downloads_counted == 3


def test_a_holding_from_before_there_were_stamps_counts(fetch, deposit, home):
    holding = fetch()
    (home / "downloads/JS9FR6/9.0.stamps.jsonl").unlink()
    assert fetch() == holding
    assert (home / "downloads/JS9FR6/9.0.stamps.jsonl").exists()
    assert deposit.downloads_counted == 3


def test_a_failed_question_needs_no_new_list(fetch, deposit):
    deposit.queue("/access/datafile/103", Reply(403))
    with pytest.raises(FetchError):
        fetch()
    fetch()
    assert sum(path.endswith("/files") for path in deposit.paths()) == 1


def test_two_processes_fetch_many_files_once(fetch, dataverse, storage, home):
    dataverse.files = [
        Deposited(f"icpp_training_results/{n}_training_data.csv", b"%d" % n) for n in range(40)
    ]
    storage.latency_seconds = 0.01
    with start_child(home, dataverse.url) as one, start_child(home, dataverse.url) as two:
        assert (one.wait(), two.wait()) == (0, 0)
    assert len(fetch().provenance.files) == 40
    assert dataverse.downloads_counted == 40
    assert len(storage.seen) == 40
