"""`fetch` with its choices, `cache` and `catalog` as typed, with the emulated Dataverse."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from dataverse_server import Dataverse, Deposited, Storage
from deposit_in_order import DepositInOrder

from vinarch.cli import commands

MODELS = {"models/1gpu/a.z01": b"first", "models/4gpu/b.zip": b"x"}


@pytest.fixture
def deposit(archives):
    """A Dataverse with the real tables and two models."""
    top = archives / "JS9FR6"
    with Storage() as storage, Dataverse(storage) as server:
        server.files = [Deposited(path, body) for path, body in MODELS.items()]
        server.files += [
            Deposited(path.relative_to(top).as_posix(), path.read_bytes(), ingested=True)
            for path in sorted(top.rglob("*.csv"))
        ]
        yield server


@pytest.fixture
def run(home, deposit):
    """Type a command; return exit status and both outputs."""

    def run(*words, status=0, **environment):
        places = {"VINARCH_HOME": str(home), "VINARCH_DATAVERSE_URL": deposit.url}
        clean = {name: None for name in os.environ if name.startswith("VINARCH_")}
        done = CliRunner().invoke(commands, words, env=clean | places | environment)
        assert done.exit_code == status, done.output
        return done

    return run


def test_a_dry_run_tells_file_by_file_what_may_not_be_had(run, deposit, own_card):
    for file in deposit.files:
        if "time_to_run" in file.path or file.path.startswith("models/"):
            file.entry_changes = {"restricted": True}
    places = {"VINARCH_CATALOG": str(own_card)}
    planned = run("fetch", "OWN", "--every-file", "--dry-run", **places).output
    assert "closed   603 bytes  icpp_training_results/time_to_run.csv: restricted\n" in planned
    assert "9 files would come, 4.3 MB; 0 files, 0 bytes, here already\n" in planned
    assert (
        "  3 files, 609 bytes, may not be had: restricted. Ask for access at "
        "https://doi.org/10.7910/DVN/JS9FR6, and set VINARCH_DATAVERSE_TOKEN to your API token"
    ) in planned
    assert "  With 1 of the tables closed a fetch of them stops before it downloads" in planned
    refused = run("fetch", "OWN", status=1, **places).stderr
    assert "1 of 10 tables restricted (icpp_training_results/time_to_run.csv)" in refused
    assert deposit.downloads_counted == 0


def test_the_life_of_a_cache(run, home, deposit):
    planned = run("fetch", "JS9FR6", "--dry-run").output
    assert "comes    603 bytes  icpp_training_results/time_to_run.csv\n" in planned
    assert "JS9FR6 9.0: 10 files would come, 4.3 MB; 0 files, 0 bytes, here already" in planned
    assert f"  10 files, 4.3 MB, from Dataverse: {deposit.url}" in planned
    assert deposit.downloads_counted == 0

    fetched = run("fetch", "JS9FR6", "--include", "models/1gpu/").output
    assert "JS9FR6: 10 files from Dataverse" in fetched
    assert f"JS9FR6: 1 file besides, 5 bytes, in {home}/downloads/JS9FR6/9.0.others" in fetched
    assert "900 architectures, 18,290 history rows" in fetched

    assert run("cache", "path").output == f"{home}\n"
    listed = run("cache", "list").output
    assert f"10 files, 4.3 MB, and 1 file besides, 5 bytes; from Dataverse: {deposit.url}" in listed
    assert run("cache", "verify").output == "JS9FR6 9.0: 11 files, whole\n"
    assert run("cache", "verify", "EvoVis").output == "nothing of EvoVis is kept here\n"

    folder = home / "downloads/JS9FR6"
    (folder / "9.0/icpp_training_results/time_to_run.csv").write_bytes(b"x" * 603)
    (folder / "9.0.others/models/1gpu/a.z01").unlink()
    verified = run("cache", "verify", status=1).output
    assert "JS9FR6 9.0: 11 files, 2 damaged" in verified
    assert "  icpp_training_results/time_to_run.csv: other bytes than those that came" in verified
    assert "  models/1gpu/a.z01: it is missing" in verified
    run("fetch", "JS9FR6", "--include", "models/1gpu/")
    assert "11 files, whole" in run("cache", "verify").output

    (folder / ".9.0.parts").mkdir()
    (folder / ".9.0.parts/x.part").write_bytes(b"x" * 2500)
    (folder / "8.0").mkdir()
    assert (
        "2.5 kB of half fetches; `vinarch cache prune` removes them" in run("cache", "list").output
    )
    assert "2.5 kB would go" in run("cache", "prune", "--dry-run").output
    refused = run("cache", "prune", status=1)
    assert "vinarch cache prune: expected --yes where nobody can be asked" in refused.stderr
    assert "2.5 kB removed" in run("cache", "prune", "--yes").output
    assert not (folder / ".9.0.parts").exists()
    assert (folder / "8.0").exists()
    old = run("cache", "prune", "--yes", "--old-versions").output
    assert "the data card names version 9.0" in old
    assert run("cache", "prune").output == "nothing to remove\n"
    assert not (folder / "8.0").exists()


def test_a_version_that_another_process_fetches_is_not_pruned(run, home):
    from filelock import FileLock

    folder = home / "downloads/JS9FR6/.9.0.parts"
    folder.mkdir(parents=True)
    with FileLock(home / "downloads/JS9FR6.lock"):
        told = run("cache", "prune", "--yes").output
    assert f"{folder} stays: another process is fetching JS9FR6." in told
    assert folder.is_dir()


def test_more_than_a_gigabyte_is_asked_for(run, deposit):
    deposit.files[0].data_changes["filesize"] = 2_000_000_000
    words = ("fetch", "JS9FR6", "--every-file")
    refused = run(*words, status=1).stderr
    assert (
        "--yes for a download of more than 1 GB, where nobody can be asked, got 2 files, 2.0 GB"
        in refused
    )
    assert "--dry-run lists the files." in refused
    # The tables had come by then; no model has.
    assert deposit.downloads_counted == 10
    assert "2 files would come, 2.0 GB" in run(*words, "--dry-run").output


def test_on_a_terminal_a_person_decides(home, deposit):
    deposit.files[0].data_changes["filesize"] = 2_000_000_000
    places = {"VINARCH_HOME": str(home), "VINARCH_DATAVERSE_URL": deposit.url}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VINARCH_")}
    parent, child = pty.openpty()
    code = "from vinarch.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "fetch", "JS9FR6", "--include", "models/*"],
        stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean | places,
    ) as asked:  # fmt: skip
        os.close(child)
        os.write(parent, b"n\n")
        _, told = asked.communicate(timeout=120)
        os.close(parent)
    assert b"JS9FR6: 2 files, 2.0 GB from Dataverse: " in told
    assert b"Go on? [y/N]" in told
    assert told.rstrip().endswith(b"Aborted!")
    assert asked.returncode == 1


# urllib3 binds one socket when it is imported, to see whether this machine knows IPv6; it is
# never connected. Everything that could reach anybody is refused.
NO_SOCKETS = """
import sys
def refuse(event, given):
    names = ("connect", "getaddrinfo", "gethostbyname", "gethostbyaddr", "sendto", "sendmsg")
    if event in {f"socket.{name}" for name in names}:
        raise SystemExit(f"a socket was used: {event} {given}")
sys.addaudithook(refuse)
from vinarch.cli import main
main()
"""


def run_without_sockets(*words, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VINARCH_")}
    return subprocess.run(
        [sys.executable, "-c", NO_SOCKETS, *words],
        env=clean | environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_offline_no_socket_is_opened_and_what_is_missing_is_listed(run, home, tmp_path, archives):
    home_there = {"VINARCH_HOME": str(tmp_path / "other")}
    trapped = run_without_sockets("fetch", "JS9FR6", **home_there)
    assert "a socket was used" in trapped.stderr  # the trap works
    done = run_without_sockets("fetch", "JS9FR6", "--offline", **home_there)
    assert done.returncode == 1
    assert done.stdout.count("missing: icpp_training_results/") == 10
    assert "expected its files on this machine, since offline nobody is asked" in done.stderr
    by_folder = run_without_sockets(
        "fetch", "JS9FR6", VINARCH_OFFLINE="1", VINARCH_MIRROR=str(archives), **home_there
    )
    assert by_folder.returncode == 0, by_folder.stderr
    words = ("fetch", "JS9FR6")
    assert run_without_sockets(*words, VINARCH_OFFLINE="1", **home_there).returncode == 0
    asked = run_without_sockets(*words, VINARCH_OFFLINE="maybe", **home_there)
    assert "VINARCH_OFFLINE: expected 1 or 0, got 'maybe'" in asked.stderr


def test_a_folder_from_a_browser_is_taken(run, deposit, archives, tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    for path in (archives / "JS9FR6").rglob("*.csv"):
        (folder / f"{path.stem}.tab").write_bytes(path.read_bytes())
    (folder / "letter.txt").write_text("hello")
    done = run("fetch", "JS9FR6", "--from", str(folder))
    assert f"JS9FR6: 10 files from mirror: {folder}" in done.output
    assert "900 architectures, 18,290 history rows" in done.output
    assert "letter.txt in " in done.stderr
    assert "is not taken: no file of JS9FR6 9.0 has its bytes or its name." in done.stderr
    assert deposit.downloads_counted == 0


def test_the_catalog_shows_refreshes_and_checks(run, deposit):
    assert run("catalog", "JS9FR6").output == run("catalog", "show", "js9fr6").output
    shown = run("catalog", "show", "JS9FR6", "--files").output
    assert "wall_times       603 bytes  icpp_training_results/time_to_run.csv  md5 " in shown
    assert "-                  5 bytes  models/1gpu/a.z01  md5 " in shown
    assert f"JS9FR6 9.0: 12 files, 4.3 MB; Dataverse: {deposit.url}, listed 20" in shown
    assert run("catalog", "refresh", "JS9FR6").output == "JS9FR6 9.0: 12 files, as before\n"
    deposit.files[0].original = b"other"
    del deposit.files[1]
    deposit.latest = (10, 0)
    told = run("catalog", "refresh", "JS9FR6").output.splitlines()
    assert told[:3] == [
        "JS9FR6 9.0: 11 files", "  gone: models/4gpu/b.zip", "  other bytes: models/1gpu/a.z01",
    ]  # fmt: skip
    assert told[3].startswith("Published last is version 10.0. vinarch stays with 9.0, which the")
    assert "JS9FR6" in run("catalog").output
    assert (
        "vinarch: archive 'JS9FR': expected a name or DOI"
        in run("catalog", "JS9FR", status=1).stderr
    )
    assert "expected a deposit with a DOI" in run("catalog", "refresh", "EvoVis", status=1).stderr


def test_the_files_of_a_deposit_that_refuses_are_those_of_the_card(run, deposit):
    from dataverse_server import error_reply

    deposit.queue("/versions/", error_reply(403, "no"))
    done = run("catalog", "show", "JS9FR6", "--files")
    assert "gave no list: status 403" in done.stderr
    assert "10 files, 4.3 MB; as its data card lists" in done.stdout


def test_the_check_tells_each_assumption_and_fails_with_one(run, own_card):
    with Storage() as storage, DepositInOrder(storage) as deposit:
        places = {"VINARCH_CATALOG": str(own_card), "VINARCH_DATAVERSE_URL": deposit.url}
        done = run("catalog", "check", "OWN", **places).output
        assert "ok            tables-public: restricts no table (4 tables)\n" in done
        assert "FAILED" not in done
        deposit.latest = (9, 1)
        done = run("catalog", "check", "OWN", status=1, **places).output
        assert "FAILED        version-latest: published version 9.0 last" in done
        assert "came: last is 9.1" in done
        assert done.splitlines()[-1].endswith("failed: version-latest")


@pytest.fixture
def own_card(tmp_path):
    """JS9FR6 under another name and without a companion that is really far away."""
    card = (Path(__file__).parents[2] / "catalog/JS9FR6.toml").read_text()
    own = card[: card.index("# Asked after Dataverse")].replace('name = "JS9FR6"', 'name = "OWN"')
    folder = tmp_path / "cards"
    folder.mkdir()
    # Two cards of one DOI would both be found by it, which nobody asks for here.
    (folder / "OWN.toml").write_text(own)
    return folder


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("fetch", "JS9FR6", "--every-file", "--include", "*"), 2, "--every-file or --include"),
        (("fetch", "JS9FR6", "--from", "nowhere"), 1, "got 'nowhere', which is not there"),
        (("fetch", "JS9FR6", "--exclude", "*"), 1, "leave at least one of the 10 tables"),
        (("fetch", "JS9FR6", "--include", "modles/*"), 1, "match a file of JS9FR6 9.0"),
        (("fetch", "JS9FR6", "--mirror", "ftp+x://a"), 1, "expected a folder, a file:// URL"),
    ],
)
def test_wrong_words_are_told(run, words, status, message):
    assert message in run(*words, status=status).stderr
