from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest
from click.testing import CliRunner
from dataverse_server import SECRET, Deposited, FileServer, Reply, Storage, error_reply, json_reply
from deposit_in_order import FILES, ONE, README, TIMES, TOP, DepositInOrder
from test_tarball import COMMIT, listing, member, packed, repository

from vinarch.catalog import Companion
from vinarch.cli import commands
from vinarch.errors import FetchError
from vinarch.fetching import Terms, Wish, check_live, refresh_list
from vinarch.fetching.assumptions import ASSUMPTIONS, DEPOSIT
from vinarch.fetching.assumptions import FILES as OF_FILES

GUESTBOOK = "You may not download this file without the required Guestbook response."
TOKEN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def dataverse(storage):
    with DepositInOrder(storage) as server:
        yield server


@dataclass
class Scene:
    """All that a check meets; a fault changes it."""

    deposit: DepositInOrder
    storage: Storage
    companion: FileServer
    listed: dict = field(default_factory=lambda: dict(FILES))
    """What the companion has, by path, and the card says that it has."""


@pytest.fixture
def scene(dataverse, storage, file_server):
    return Scene(dataverse, storage, file_server)


@pytest.fixture
def run(scene, with_companion, told):
    def run(home=None, **terms):
        archive = with_companion(scene.companion.url, scene.listed)
        for path, body in scene.listed.items():
            scene.companion.files.setdefault(f"/{path}", body)
        asked = Terms(dataverse_url=scene.deposit.url, progress=told, **terms)
        return list(check_live(archive, asked, home))

    return run


def failed(checks):
    return [one.name for one in checks if one.holds is False]


def check_of(checks, name):
    (one,) = [one for one in checks if one.name == name]
    return one


def test_where_all_is_in_order_each_assumption_is_told_once_and_holds(
    run, scene, archive, home, told
):
    refresh_list(archive, home, Terms(dataverse_url=scene.deposit.url, progress=told))
    scene.deposit.seen.clear()
    checks = run(home)
    assert [(one.name, one.told) for one in checks if one.holds is not True] == []
    known = [name for name, one in ASSUMPTIONS.items() if one.of in {DEPOSIT, OF_FILES}]
    assert sorted(one.name for one in checks) == sorted(known)
    assert {one.next_step for one in checks} == {""}
    assert told.said == []


def test_the_questions_are_few_and_one_download_is_counted(run, scene):
    run()
    assert len(scene.deposit.seen) == 14
    assert scene.deposit.downloads_counted == 1
    assert sum(len(body) for body in FILES.values()) > scene.storage.body_bytes
    assert not [path for path in scene.storage.paths() if path.startswith("HEAD")]


def queued(part, *replies):
    return lambda scene: scene.deposit.queue(part, *replies)


def record(**changes):
    return lambda scene: scene.deposit.record.update(changes)


def data_of(number, **changes):
    return lambda scene: scene.deposit.files[number].data_changes.update(changes)


def added(path):
    file = Deposited(path, b"architecture\n", ingested=True)
    return lambda scene: scene.deposit.files.append(file)


def without_ranges(server):
    answer = server.answer
    server.answer = lambda seen: answer(replace(seen, headers={}))


def never_416(scene):
    answer = scene.storage.answer

    def whole(seen):
        reply = answer(seen)
        return Reply(200, b"all of it") if reply.status == 416 else reply

    scene.storage.answer = whole


def one_address(scene):
    address = {"Location": scene.storage.sign(b"")}
    scene.deposit.queue("/access/", Reply(303, b"", address), Reply(303, b"", address))


def restricted(scene):
    scene.deposit.files[0].entry_changes = {"restricted": True}


def renamed(scene):
    scene.deposit.files[3].path = "times.csv"


def others_in_the_newest(scene):
    scene.deposit.newest = [Deposited(ONE, b"other", ingested=True), *scene.deposit.files[1:]]


def changed(**attributes):
    def change(scene):
        for name, value in attributes.items():
            setattr(scene.deposit, name, value)

    return change


FTP = [Reply(303, b"", {"Location": f"ftp://storage/{n}?{SECRET}"}) for n in (1, 2)]
AGAIN = f"{TOP}/again/1gpu/early_termination/1gpu_1e14_stopping_training_data.csv"

BROKEN = {
    "list-answers": (queued("9.0/files", error_reply(403, "no")), []),
    "list-usable": (data_of(0, checksum={"type": "CRC32", "value": "0"}), []),
    "list-total": (changed(total=lambda entries: None), []),
    "list-pages": (changed(page=lambda files, start, limit: files), []),
    "list-ids": (changed(ids=lambda number: min(number, 103)), ["download-plain"]),
    "refusals-told": (queued("987654321", json_reply({"status": "OK", "data": []})), []),
    "version-released": (record(versionState="DEACCESSIONED"), []),
    "version-latest": (changed(latest=(10, 1)), []),
    "version-files": (others_in_the_newest, []),
    "card-title": (record(metadataBlocks={"citation": {"fields": []}}), ["card-authors"]),
    "card-authors": (record(metadataBlocks={}), ["card-title"]),
    "card-year": (record(publicationDate="2019-01-01"), []),
    "card-licence": (record(termsOfUse="CC0 1.0"), []),
    "card-globs": (renamed, []),
    "card-sizes": (lambda scene: scene.listed.update({ONE: b"longer than it was there"}), []),
    "card-bytes": (lambda scene: scene.listed.update({TIMES: b"hours,name\n2,x\n"}), []),
    "experiments-told": (added(f"{TOP}/9gpu_1e14_training_data.csv"), []),
    "experiments-expected": (lambda scene: scene.deposit.files.pop(2), []),
    "experiments-once": (added(AGAIN), []),
    "tables-checksummed": (data_of(3, checksum=None), []),
    "tables-public": (restricted, []),
    "originals-named": (data_of(0, originalFileName=None), []),
    "originals-sized": (data_of(0, originalFileSize=None), []),
    "download-open": (queued("/access/", error_reply(400, GUESTBOOK)), []),
    "download-redirect": (queued("/access/", *FTP), []),
    "download-fresh": (one_address, []),
    "download-whole": (data_of(3, checksum={"type": "MD5", "value": "0" * 32}), []),
    "download-original": (changed(originals=False), ["download-whole"]),
    "download-plain": (changed(plain_as_original=False), []),
    "download-range": (lambda scene: without_ranges(scene.storage), ["download-past-end"]),
    "download-past-end": (never_416, []),
    "rate": (queued(":latest-published", Reply(429)), []),
    "companion-files": (lambda scene: scene.companion.files.update({f"/{ONE}": b"short"}), []),
    "companion-whole": (
        lambda scene: scene.companion.files.update({f"/{TIMES}": b"hours,name\n9,x\n"}),
        [],
    ),
    "companion-range": (lambda scene: without_ranges(scene.companion), []),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_assumption_that_is_broken_fails_and_says_what_to_do(run, scene, name):
    fault, others = BROKEN[name]
    fault(scene)
    checks = run()
    assert sorted(failed(checks)) == sorted([name, *others])
    one = check_of(checks, name)
    assert one.told
    assert one.next_step
    assert {one.name for one in checks} == {
        name for name, one in ASSUMPTIONS.items() if one.of in {DEPOSIT, OF_FILES}
    }


def test_every_assumption_is_broken_by_some_test():
    apart = {"version-unchanged", "tarball-files", "tarball-bytes", "shipped-files"}
    assert set(BROKEN) | apart == set(ASSUMPTIONS)


def test_a_published_version_that_changed_is_seen_by_the_list_that_is_kept(
    run, scene, archive, home, told
):
    refresh_list(archive, home, Terms(dataverse_url=scene.deposit.url, progress=told))
    kept = (home / "downloads/JS9FR6/9.0.manifest.json").read_bytes()
    scene.deposit.files[4].original = b"read me anew"
    checks = run(home)
    assert failed(checks) == ["version-unchanged"]
    assert check_of(checks, "version-unchanged").told == README
    assert (home / "downloads/JS9FR6/9.0.manifest.json").read_bytes() == kept


@pytest.mark.parametrize(
    ("reply", "came", "step"),
    [
        (error_reply(404, "gone"), "it does not have this", "Correct `doi` or `version`"),
        (Reply(403), "our client name", "ask the server's support to let `vinarch/…` in"),
        (error_reply(401, "Bad key"), "asks for a login", "Check VINARCH_DATAVERSE_TOKEN"),
        (Reply(202, b"", {"x-amzn-waf-action": "challenge"}), "AWS WAF", "leave the API out"),
        (Reply(200, b"<html>"), "no JSON", "Try again later"),
    ],
)
def test_a_list_that_does_not_come_says_why_and_the_companion_is_tried_all_the_same(
    run, scene, reply, came, step
):
    scene.deposit.queue("9.0/files", reply)
    checks = run()
    first = checks[0]
    assert (first.name, first.holds) == ("list-answers", False)
    assert came in first.told
    assert step in first.next_step
    assert check_of(checks, "companion-whole").holds is True
    assert check_of(checks, "download-whole").holds is None


def test_a_version_that_is_gone_tells_which_is_the_last(run, scene):
    scene.deposit.queue("9.0/files", error_reply(404, "gone"))
    scene.deposit.latest = (10, 0)
    assert check_of(run(), "version-latest").told == "last is 10.0"


def test_a_guestbook_names_the_guestbook(run, scene):
    scene.deposit.queue("/access/", error_reply(400, GUESTBOOK))
    one = check_of(run(), "download-open")
    assert "required Guestbook response" in one.told
    assert one.next_step.startswith("The deposit has a guestbook")


def test_a_server_that_sends_files_itself_breaks_nothing(run, scene):
    def direct(seen, token):
        from dataverse_server import ranged

        file = scene.deposit.files[int(seen.path.rpartition("/")[2]) - 100]
        return ranged(seen, file.original)

    scene.deposit.answer_file = direct
    checks = run()
    assert failed(checks) == []
    for name in ("download-redirect", "download-fresh"):
        assert check_of(checks, name).holds is None


def test_an_impatient_server_says_how_long(run, scene):
    scene.deposit.queue("/files", Reply(429, b"", {"Retry-After": "3600"}))
    checks = run()
    assert failed(checks) == ["list-answers", "rate"]
    assert check_of(checks, "rate").told == "1 questions, 1 of them turned away; Retry-After: 3600"


def test_the_token_and_signed_addresses_are_in_no_check(run, scene):
    restricted(scene)
    scene.deposit.token = TOKEN
    checks = run(dataverse_token=TOKEN)
    assert failed(checks) == ["tables-public"]
    assert {seen.headers.get("X-Dataverse-key") for seen in scene.storage.seen} == {None}
    scene.deposit.queue("/access/", *FTP)
    text = repr(run(dataverse_token=TOKEN)) + repr(checks)
    assert TOKEN not in text
    assert SECRET not in text


def test_nobody_is_asked_offline(run, scene):
    with pytest.raises(FetchError, match=r"VINARCH_OFFLINE.*Unset it"):
        run(wish=Wish(offline=True))
    assert scene.deposit.seen == scene.companion.seen == []


def test_an_archive_without_a_deposit_has_its_companions_only(scene, with_companion, told):
    scene.companion.files = {f"/{path}": body for path, body in FILES.items()}
    archive = replace(with_companion(scene.companion.url, FILES), doi="")
    checks = list(check_live(archive, Terms(progress=told)))
    assert [one.name for one in checks] == ["companion-files", "companion-whole", "companion-range"]


@pytest.fixture
def of_tarball(archive, file_server, told):
    def of_tarball(body, listed):
        url = f"{file_server.url}/{COMMIT}"
        file_server.files[f"/{COMMIT}"] = body
        companion = Companion("the lab", url, COMMIT, listed, "github-tarball", "data")
        alone = replace(archive, doi="", companions=(companion,))
        return list(check_live(alone, Terms(progress=told)))

    return of_tarball


def test_a_tarball_of_the_pinned_commit_holds_what_is_listed(of_tarball, file_server):
    checks = of_tarball(repository(FILES), listing(FILES))
    assert [(one.name, one.holds) for one in checks] == [
        ("tarball-files", True),
        ("tarball-bytes", True),
    ]
    assert COMMIT in checks[0].told
    assert len(file_server.seen) == 1


def test_a_tarball_without_a_listed_file_or_with_other_bytes_fails(of_tarball):
    fewer = of_tarball(repository({ONE: FILES[ONE]}), listing(FILES))
    assert [one.holds for one in fewer] == [False, None]
    assert "one without 3 of 4 listed files" in fewer[0].told
    other = of_tarball(repository(FILES), listing(FILES | {TIMES: b"hours,name\n9,x\n"}))
    assert [one.holds for one in other] == [True, False]
    assert f"1 of 4 not: {TIMES} (" in other[1].told


def test_a_tarball_of_another_commit_or_without_the_folder_fails(of_tarball):
    moved = of_tarball(repository(FILES, folder="elsewhere"), listing(FILES))
    assert failed(moved) == ["tarball-files"]
    assert "none of the tables that the data card names" in moved[0].told
    other = of_tarball(packed([member("top/a")], commit="f" * 40), listing(FILES))
    assert failed(other) == ["tarball-files"]
    assert other[0].told == f"one of the commit {'f' * 40!r}"


@pytest.mark.parametrize("kind", ["files", "github-tarball"])
def test_who_cannot_be_reached_is_blamed_for_nothing_and_asked_no_more(archive, told, kind):
    with FileServer() as gone:
        url = gone.url
    listed = listing(FILES)
    companion = Companion("the lab", url, COMMIT, listed, kind, "" if kind == "files" else "data")
    terms = Terms(dataverse_url=url, progress=told)
    checks = list(check_live(replace(archive, companions=(companion,)), terms))
    first, second = [one for one in checks if one.holds is False]
    assert {first.name, second.name} < {"list-answers", "companion-files", "tarball-files"}
    for one in (first, second):
        assert "no connection to 127.0.0.1" in one.told
        assert one.next_step.startswith("That tells nothing of the place itself")


def test_files_that_lie_beside_the_card_are_all_looked_at(archive, tmp_path, told):
    for path, body in FILES.items():
        (tmp_path / "own" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / path).write_bytes(body)
    companion = Companion(
        "beside it", "", files=listing(FILES), kind="shipped", folder="own", place=tmp_path
    )
    alone = replace(archive, doi="", companions=(companion,))
    offline = Terms(progress=told, wish=Wish(offline=True))
    (one,) = check_live(alone, offline)
    assert (one.name, one.holds, one.told) == ("shipped-files", True, "4 files")
    (tmp_path / "own" / TIMES).write_bytes(b"hours,name\n9,x\n")
    (one,) = check_live(alone, offline)
    assert one.holds is False
    assert TIMES in one.told
    assert one.next_step.startswith("Install vinarch anew")


@pytest.fixture
def command(scene, home, tmp_path, monkeypatch):
    """Run `vinarch catalog check` on an own card of the deposit, without companions."""
    card = (tmp_path / "cards" / "Mine.toml").absolute()
    card.parent.mkdir()
    text = CARD.replace("JS9FR6-title", "Analytics for Neural Networks Workflow (A4NN) on Protein "
                        "Diffraction Data")  # fmt: skip
    card.write_text(text)
    monkeypatch.setenv("VINARCH_CATALOG", str(card.parent))
    monkeypatch.setenv("VINARCH_HOME", str(home))
    monkeypatch.setenv("VINARCH_DATAVERSE_URL", scene.deposit.url)
    return lambda *options: CliRunner().invoke(commands, ["catalog", "check", "Mine", *options])


CARD = """
name = "Mine"
doi = "10.7910/DVN/JS9FR6"
version = "9.0"
title = "JS9FR6-title"
authors = ["Channing, Georgia", "Patel, Ria", "Taufer, Michela"]
year = 2023
publisher = "Harvard Dataverse"
licence = "Apache-2.0 with LLVM exceptions"
description = "A test."
search_space = "nsga-net-macro-3x4"
dialect = "a4nn-csv"
experiment = "all"
[[tables]]
role = "histories"
globs = ["icpp_training_results/*training_data*.csv"]
[[tables]]
role = "wall_times"
globs = ["icpp_training_results/time_to_run.csv"]
"""


def test_the_report_is_one_line_where_it_holds_and_says_what_to_do_where_not(command, scene, home):
    good = command()
    assert good.exit_code == 0
    lines = good.output.splitlines()
    assert lines[0] == f"Dataverse: {scene.deposit.url}"
    assert lines[1] == (
        "  ok            list-answers: lists the files of version 9.0 to our client (5 files)"
    )
    assert lines[-1] == "30 of 30 assumptions hold; 3 could not be tested"
    assert not home.exists()
    scene.deposit.latest = (10, 1)
    bad = command()
    assert bad.exit_code == 1
    assert (
        "  FAILED        version-latest: published version 9.0 last\n"
        "                came: last is 10.1\n"
        "                do: Look whether version-files holds."
    ) in bad.output
    assert bad.output.splitlines()[-1].endswith("failed: version-latest")


def test_scripts_get_json(command, scene):
    scene.deposit.latest = (10, 1)
    run = command("--json")
    assert run.exit_code == 1
    told = json.loads(run.output)
    assert (told["archive"], told["version"]) == ("Mine", "9.0")
    outcomes = {one["name"]: one["outcome"] for one in told["checks"]}
    assert outcomes["version-latest"] == "failed"
    assert outcomes["card-bytes"] == "not testable"
    assert outcomes["rate"] == "ok"


def test_a_card_without_a_deposit_and_companions_has_nothing_to_test(home, monkeypatch):
    monkeypatch.setenv("VINARCH_HOME", str(home))
    run = CliRunner().invoke(commands, ["catalog", "check", "mini-NASBench201"])
    assert run.exit_code == 0
    assert "nothing to test" in run.output
