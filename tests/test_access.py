from __future__ import annotations

import io
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from dataverse_server import FileServer
from tables import PATH_8, TOY_FILES, state_of

import vinarch
from vinarch import requesting
from vinarch.catalog import find_archive
from vinarch.cli import commands
from vinarch.errors import (
    DialectError,
    FetchError,
    MirrorError,
    ParameterError,
    RejectedRowsError,
    StoreError,
    UnknownArchiveError,
    VinarchError,
)

NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _offline(home, monkeypatch):
    """Nobody is there to ask but the mirrors that a test makes."""
    monkeypatch.setenv("VINARCH_DATAVERSE_URL", NOBODY)


@pytest.fixture
def make_mirror(tmp_path):
    """Write a folder mirror of JS9FR6: the toy files with some changed; None leaves one out."""

    def make(name="mirror", **changes):
        top = tmp_path / name
        for path, text in TOY_FILES.items():
            content = changes.get("first", text) if path == PATH_8 else text
            if content is None:
                continue
            (top / "JS9FR6" / path).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                (top / "JS9FR6" / path).write_bytes(content)
            else:
                (top / "JS9FR6" / path).write_text(content)
        return top

    return make


RANDOM = bytes(range(256))
NO_GENOME = TOY_FILES[PATH_8].replace("1", "x")


def downloads(home):
    folder = home / "downloads"
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_broken_mirror_leaves_the_good_downloads_and_the_commons(home, make_mirror):
    commons = vinarch.fetch("JS9FR6", mirror=make_mirror())
    before = downloads(home), state_of(home / "commons")
    with pytest.raises(DialectError, match="UTF-8"):
        vinarch.fetch("JS9FR6", mirror=make_mirror("broken", first=RANDOM))
    assert (downloads(home), state_of(home / "commons")) == before
    assert vinarch.fetch("JS9FR6").provenance == commons.provenance
    with pytest.raises(DialectError):
        vinarch.fetch("JS9FR6", mirror=make_mirror("broken", first=RANDOM), refresh=True)
    # A refresh believes no stamp: what was verified before is read once more.
    stamps = home / "downloads/JS9FR6/9.0.stamps.jsonl"
    assert before[0].pop(stamps)
    assert (downloads(home), state_of(home / "commons")) == before
    assert vinarch.fetch("JS9FR6").provenance == commons.provenance
    assert stamps.exists()


def test_a_broken_first_mirror_leaves_no_receipt(home, make_mirror):
    broken = make_mirror("broken", first=RANDOM)
    with pytest.raises(DialectError):
        vinarch.fetch("JS9FR6", mirror=broken)
    assert list(downloads(home)) == [home / "downloads/JS9FR6.lock"]
    good = make_mirror()
    shutil.copytree(good, broken, dirs_exist_ok=True)
    assert len(vinarch.fetch("JS9FR6", mirror=broken).histories) == 12


def test_real_files_are_back_after_a_mirror_with_random_bytes(home, archives, tmp_path):
    full = vinarch.fetch("JS9FR6", mirror=archives)
    before = downloads(home)
    shutil.copytree(archives / "JS9FR6", tmp_path / "broken/JS9FR6")
    victim = next((tmp_path / "broken").rglob("*1e15*training_data.csv"))
    victim.chmod(0o644)
    victim.write_bytes(RANDOM)
    with pytest.raises(DialectError):
        vinarch.fetch("JS9FR6", mirror=tmp_path / "broken")
    assert downloads(home) == before
    assert repr(vinarch.fetch("JS9FR6")) == repr(full)


def test_a_real_mirror_of_one_table_does_not_replace_ten(home, archives, tmp_path):
    full = vinarch.fetch("JS9FR6", mirror=archives)
    table = next((archives / "JS9FR6").rglob("*1e15*training_data.csv"))
    target = tmp_path / "part" / table.relative_to(archives)
    target.parent.mkdir(parents=True)
    shutil.copy(table, target)
    with pytest.raises(MirrorError, match=r"got 1 of 10\. .*refresh=True .*--refresh"):
        vinarch.fetch("JS9FR6", mirror=tmp_path / "part")
    assert repr(vinarch.fetch("JS9FR6")) == repr(full)
    part = vinarch.fetch("JS9FR6", mirror=tmp_path / "part", refresh=True)
    assert len(part.experiment_index) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, StoreError("", "", "", "")])
@pytest.mark.parametrize("held", [True, False])
def test_whatever_ends_the_ingestion_undoes_the_fetch(home, make_mirror, monkeypatch, error, held):
    if held:
        vinarch.fetch("JS9FR6", mirror=make_mirror())
    before = downloads(home)

    def interrupted(*_, **__):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(requesting, "ingest", interrupted)
        with pytest.raises(type(error) if isinstance(error, VinarchError) else error):
            vinarch.fetch("JS9FR6", mirror=make_mirror("new"))
    if held:
        assert downloads(home) == before
        assert len(vinarch.fetch("JS9FR6").histories) == 12
    else:
        assert list(downloads(home)) == [home / "downloads/JS9FR6.lock"]
        with pytest.raises(FetchError):
            vinarch.fetch("JS9FR6")
    # The lock is free: the next fetch does not wait.
    assert len(vinarch.fetch("JS9FR6", mirror=make_mirror("new")).histories) == 12


def test_rows_that_only_strictness_refuses_are_kept(home, make_mirror):
    vinarch.fetch("JS9FR6", mirror=make_mirror())
    before = state_of(home / "commons")
    odd = make_mirror("odd", first=TOY_FILES[PATH_8].replace("[", "[9, ", 1))
    with pytest.raises(RejectedRowsError):
        vinarch.fetch("JS9FR6", mirror=odd, strict=True)
    assert state_of(home / "commons") == before
    commons = vinarch.fetch("JS9FR6")
    assert commons.provenance[0].source == f"mirror: {odd}"
    assert commons.rejected_row_count > 0


CHILD = """
import os, signal, sys
import vinarch
from vinarch import requesting
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before":
    requesting.ingest = killed
else:
    ingest = requesting.ingest
    requesting.ingest = lambda *args, **options: (ingest(*args, **options), killed())
vinarch.fetch("JS9FR6", mirror=sys.argv[1])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_at_the_ingestion_leaves_the_previous_files(home, make_mirror, moment):
    provenance = vinarch.fetch("JS9FR6", mirror=make_mirror()).provenance
    lines = TOY_FILES[PATH_8].splitlines(keepends=True)
    new = make_mirror("new", first="".join(lines[:-1]))
    command = [sys.executable, "-c", CHILD, str(new), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    again = vinarch.fetch("JS9FR6")
    assert again.provenance == provenance
    assert len(again.histories) == 12
    # What the killed process left is used up or removed by the next one that fetches.
    assert vinarch.fetch("JS9FR6", mirror=new).provenance[0].source == f"mirror: {new}"
    names = sorted(path.name for path in (home / "downloads/JS9FR6").iterdir())
    assert names == ["9.0", "9.0.stamps.jsonl"]


@pytest.mark.parametrize("kind", [str, Path])
def test_a_mirror_is_a_text_or_a_path(make_mirror, kind):
    assert len(vinarch.fetch("JS9FR6", mirror=kind(make_mirror())).histories) == 12


@pytest.mark.parametrize("mirror", [5, 0, b"/data", b"", [], False])
def test_another_mirror_is_refused(mirror):
    with pytest.raises(ParameterError, match="mirror: expected a folder or a URL, as text"):
        vinarch.fetch("JS9FR6", mirror=mirror)


def test_an_empty_mirror_counts_as_unset(make_mirror, monkeypatch):
    monkeypatch.setenv("VINARCH_MIRROR", str(make_mirror()))
    assert len(vinarch.fetch("JS9FR6", mirror="").histories) == 12


@pytest.mark.parametrize(
    "mirror",
    ["https://SOMEBODY:PASSWORD@host.invalid/x?token=PASSWORD", "ftp://SOMEBODY:PASSWORD@host/x"],
)
def test_a_refused_mirror_keeps_its_secrets(mirror, monkeypatch, caplog):
    for variable, option in ((mirror, None), ("", mirror)):
        monkeypatch.setenv("VINARCH_MIRROR", variable)
        with caplog.at_level("DEBUG"), pytest.raises(MirrorError) as caught:
            vinarch.fetch("JS9FR6", mirror=option)
        told = str(caught.value) + repr(caught.value) + caplog.text
        assert "SOMEBODY" not in told
        assert "PASSWORD" not in told
        assert "//host" in told


def test_a_relative_home_and_commons_survive_another_working_folder(
    make_mirror, monkeypatch, tmp_path
):
    mirror = make_mirror()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VINARCH_HOME", "data")
    fetched = vinarch.fetch("JS9FR6", mirror=mirror)
    opened = [vinarch.open("data/commons"), vinarch.open(Path("data/commons"))]
    monkeypatch.chdir(tmp_path / "elsewhere")
    for commons in (fetched, *opened):
        assert len(commons.histories.compute()) == 12


def test_the_users_own_folder_is_expanded(make_mirror, monkeypatch, home):
    vinarch.fetch("JS9FR6", mirror=make_mirror())
    monkeypatch.setenv("HOME", str(home))
    assert len(vinarch.open("~/commons").histories) == 12


@pytest.mark.parametrize("path", ["~no-such-user/x", "", " ", "a\0b", 5, b"/data", ["x"]])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ParameterError, match="path: expected a commons folder") as caught:
        vinarch.open(path)
    assert caught.value.got == repr(path)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_file_is_no_commons(make_mirror, home):
    vinarch.fetch("JS9FR6", mirror=make_mirror())
    pointer = home / "commons/commons.json"
    with pytest.raises(StoreError) as caught:
        vinarch.open(pointer)
    assert str(caught.value) == (
        f"{pointer}: expected a commons (a folder with commons.json), got a file. "
        f"Open its folder if the file is a commons' own: vinarch.open('{home}/commons')."
    )


def test_the_home_itself_is_no_commons_and_says_where_it_is(make_mirror, home):
    with pytest.raises(StoreError, match=r"Fill one with vinarch\.fetch"):
        vinarch.open(home)
    vinarch.fetch("JS9FR6", mirror=make_mirror())
    with pytest.raises(StoreError) as caught:
        vinarch.open(home)
    assert str(caught.value) == (
        f"{home}: expected a commons (a folder with commons.json), got a folder that holds one in "
        f"commons. Open that one: vinarch.open('{home}/commons')."
    )
    assert len(vinarch.open(home / "commons").histories) == 12


def test_two_processes_that_fetch_at_once_agree(make_mirror, home):
    code = "import sys, vinarch; print(len(vinarch.fetch('JS9FR6', mirror=sys.argv[1]).histories))"
    command = [sys.executable, "-c", code, str(make_mirror())]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
        for _ in range(3)
    ]
    assert [child.communicate()[0].strip() for child in children] == ["12"] * 3
    assert [child.returncode for child in children] == [0] * 3
    names = sorted(path.name for path in (home / "downloads/JS9FR6").iterdir())
    assert names == ["9.0", "9.0.stamps.jsonl"]


CARD = """
name = "{name}"
title = "Mine"
authors = ["Doe, Jane"]
year = 2020
publisher = "GitHub"
licence = "MIT"
description = "Toy histories."
version = "1"
url = "https://example.org/mine"
search_space = "nsga-net-macro-3x4"
dialect = "a4nn-csv"
experiment = "mine"

[[tables]]
role = "histories"
globs = ["*training_data*.csv"]
"""


@pytest.fixture
def make_own(tmp_path, monkeypatch):
    """Write an own card, and its table into the mirror if there is to be one."""
    folder = tmp_path / "cards"
    folder.mkdir()
    monkeypatch.setenv("VINARCH_CATALOG", str(folder))

    def make(name, mirror, text=TOY_FILES[PATH_8]):
        (folder / f"{name}.toml").write_text(CARD.format(name=name))
        if text is not None:
            (mirror / name).mkdir()
            (mirror / name / "training_data.csv").write_text(text)

    return make


def test_several_archives_become_one_commons(make_mirror, make_own):
    mirror = make_mirror()
    make_own("Mine", mirror)
    make_own("Yours", mirror)
    both = vinarch.fetch(["mine", "JS9FR6", "Mine"], mirror=mirror)
    assert sorted({p.archive for p in both.provenance}) == ["JS9FR6", "Mine"]
    assert sorted(both.experiment_index["archive"].unique()) == ["JS9FR6", "Mine"]
    assert len(both.histories) == 12 + 4
    assert len(vinarch.fetch(("Mine",), mirror=mirror).histories) == 4
    assert [p.archive for p in vinarch.open().provenance] == ["JS9FR6", "Mine"]
    # A name that is not known stops all of it before anything is fetched.
    with pytest.raises(UnknownArchiveError, match="Did you mean Yours"):
        vinarch.fetch(["Yours", "Yuors"], mirror=mirror)
    assert [p.archive for p in vinarch.open().provenance] == ["JS9FR6", "Mine"]


def test_all_means_every_archive_of_the_catalog(make_mirror, make_own, monkeypatch):
    mirror = make_mirror()
    make_own("Mine", mirror)
    wanted = [find_archive("JS9FR6"), find_archive("Mine")]
    monkeypatch.setattr(requesting, "load_catalog", lambda: tuple(wanted))
    commons = vinarch.fetch("all", mirror=mirror)
    assert [p.archive for p in commons.provenance] == ["JS9FR6", "Mine"]


def test_of_several_those_that_can_be_had_are_kept_and_the_others_named(
    make_mirror, make_own, caplog
):
    mirror = make_mirror()
    make_own("Gone", mirror, text=None)
    make_own("Mine", mirror)
    make_own("Torn", mirror, text="no,table\n")
    with pytest.raises(FetchError) as caught:
        vinarch.fetch(["Gone", "Torn", "Mine", "JS9FR6"], mirror=mirror)
    told = str(caught.value)
    assert told.startswith(
        "2 of 4 archives: expected each to be fetched and ingested, got [Gone] archive Gone 1: "
    )
    assert "[Torn] training_data.csv" in told
    assert told.endswith(" The others can be used: vinarch.open().")
    assert str(pickle.loads(pickle.dumps(caught.value))) == told
    assert [p.archive for p in vinarch.open().provenance] == ["JS9FR6", "Mine"]
    assert "Gone could not be fetched; going on without it." in caplog.messages


def test_a_long_next_step_is_not_repeated_among_several_archives():
    failed = {
        "Long": FetchError("archive Long", "tables", "a pickle", "Do this. " * 40),
        "Short": FetchError("archive Short", "tables", "none", "Try again later."),
    }
    with pytest.raises(FetchError) as caught:
        requesting.raise_failed(failed, 3)
    assert str(caught.value) == (
        "2 of 3 archives: expected each to be fetched and ingested, "
        "got [Long] archive Long: expected tables, got a pickle. "
        "`vinarch fetch Long` tells how it can be had. "
        "[Short] archive Short: expected tables, got none. Try again later. "
        "The other can be used: vinarch.open()."
    )


def test_what_stops_every_archive_alike_is_told_once(make_mirror, make_own, tmp_path):
    make_own("Mine", make_mirror())
    with pytest.raises(MirrorError, match="no such folder") as caught:
        vinarch.fetch(["Mine", "JS9FR6"], mirror=tmp_path / "nowhere")
    assert str(caught.value).count("no such folder") == 1


def test_a_disk_that_fails_stops_at_once(make_mirror, make_own, home):
    mirror = make_mirror()
    make_own("Mine", mirror)
    home.write_text("a file, where the folder should be")
    with pytest.raises(StoreError):
        vinarch.fetch(["Mine", "JS9FR6"], mirror=mirror)


@pytest.mark.parametrize("named", [[], (), [5], [None], [["JS9FR6"]]])
def test_no_name_and_what_is_none_are_refused(named):
    with pytest.raises(ParameterError, match="archive: expected "):
        vinarch.fetch(named)


def test_the_command_line_takes_several_or_all(make_mirror, make_own, monkeypatch, home):
    mirror = make_mirror()
    make_own("Mine", mirror)
    monkeypatch.setenv("VINARCH_MIRROR", str(mirror))
    done = CliRunner().invoke(commands, ["fetch", "JS9FR6", "Mine"])
    assert done.exit_code == 0, done.stderr
    assert f"JS9FR6: 4 files from mirror: {mirror}" in done.stdout
    assert f"Mine: 1 file from mirror: {mirror}" in done.stdout
    monkeypatch.setattr(requesting, "load_catalog", lambda: (find_archive("Mine"),))
    assert CliRunner().invoke(commands, ["fetch", "--all"]).stdout.startswith("Mine: 1 file")
    for words in (["fetch"], ["fetch", "--all", "Mine"]):
        wrong = CliRunner().invoke(commands, words)
        assert wrong.exit_code == 2
        assert "Name at least one ARCHIVE, or say --all." in wrong.stderr


def test_a_published_repository_gives_what_its_packed_form_gives(
    archives, home, monkeypatch, tmp_path
):
    """EvoVis by one tarball as GitHub packs it, and by the one file of the mirror."""
    card = find_archive("EvoVis")
    (lab,) = card.companions
    raw = io.BytesIO()
    with (
        tarfile.open(archives / "EvoVis/enas_example_run_results.tar.gz") as folder,
        tarfile.open(
            fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": lab.commit}
        ) as repository,
    ):
        for member in folder:
            member.name = f"EvoVis-{lab.commit}/{member.name}"
            repository.addfile(member, folder.extractfile(member))
    with FileServer() as server:
        server.files["/tarball"] = raw.getvalue()
        served = replace(card, companions=(replace(lab, url=f"{server.url}/tarball"),))
        monkeypatch.setattr(requesting, "find_archive", lambda _: served)
        published = vinarch.fetch("EvoVis")
        assert server.paths() == ["/tarball"]
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "other"))
    packed = vinarch.fetch("EvoVis", mirror=archives)
    assert (len(published.provenance[0].files), len(packed.provenance[0].files)) == (803, 1)
    columns = ["native_id", "sequence", "generation", "status", "last_val_accuracy_percent"]
    frames = [
        commons.architectures[columns].compute().sort_values("native_id").reset_index(drop=True)
        for commons in (published, packed)
    ]
    assert len(frames[0]) == 400
    pd.testing.assert_frame_equal(*frames)
