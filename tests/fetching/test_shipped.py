"""Archives whose tables lie beside their data card: no network, and only the pinned bytes."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

import vinarch
from vinarch.catalog import find_archive, finding
from vinarch.cli import commands
from vinarch.errors import CardError, ChecksumError, FetchError
from vinarch.fetching import OfflineError
from vinarch.fetching.shipped import ShippedSource

NETWORKS = b"""architecture,native_id,genome,mflops,status
0,first,c m,1.5,ok
1,second,c,2.5,ok
"""
EPOCHS = b"""architecture,epoch,val_accuracy_percent
0,0,50.0
0,1,60.5
1,0,40.0
1,1,45.0
"""
TABLES = {
    "small/architectures.csv.gz": gzip.compress(NETWORKS, mtime=0),
    "small/histories.csv.gz": gzip.compress(EPOCHS, mtime=0),
}
CARD = """
name = "layers"
unpublished = true
version = "1.0"
title = "A small search"
authors = ["The vinarch developers"]
year = 2026
publisher = "The vinarch developers"
licence = "CC0-1.0"
description = "Two networks."
search_space = "chain-layers"
dialect = "vinarch-csv"
epoch_budget = 2
experiment = "small"

[[tables]]
role = "histories"
globs = ["small/*.csv.gz"]

[[companions]]
name = "beside this card"
kind = "shipped"
folder = "layers"
files = [
FILES]
"""


def card_of(tables, card=CARD):
    files = "".join(
        f'  {{ path = "{path}", size_bytes = {len(body)}, '
        f'sha256 = "{hashlib.sha256(body).hexdigest()}" }},\n'
        for path, body in tables.items()
    )
    return card.replace("FILES", files)


@pytest.fixture
def own(tmp_path, monkeypatch, home):
    """A folder of own cards with the small archive, and a home; a socket is an error."""
    folder = tmp_path / "cards"
    write(folder, TABLES)
    monkeypatch.setenv("VINARCH_CATALOG", str(folder))
    monkeypatch.setenv("VINARCH_HOME", str(home))

    def refused(*_, **__):
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    return folder


def write(folder, tables, card=CARD):
    for path, body in tables.items():
        target = folder / "layers" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    (folder / "layers.toml").write_text(card_of(tables, card))


NEW = {**TABLES, "small/histories.csv.gz": gzip.compress(EPOCHS.replace(b"60.5", b"61.5"))}


def damage(folder, path="small/histories.csv.gz"):
    """Change a byte; size and time stay."""
    target = folder / "layers" / path
    before = target.stat()
    target.write_bytes(TABLES[path][:-1] + b"x")
    os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("offline", [None, True])
def test_it_is_fetched_without_a_socket(own, home, offline):
    commons = vinarch.fetch("layers", offline=offline)
    (told,) = commons.provenance
    assert told.source == f"shipped with its data card: {own / 'layers'}"
    assert [(one.source, one.outcome) for one in told.asked] == [(told.source, "gave the files")]
    found = commons.histories.compute()
    assert found["val_accuracy_percent"].tolist() == [50.0, 60.5, 40.0, 45.0]
    assert commons.architectures.compute()["genome"].tolist() == ["c m", "c"]
    for path, body in TABLES.items():
        assert (home / "downloads/layers/1.0" / path).read_bytes() == body


def test_what_vinarch_brings_along_names_its_version(own, tmp_path, monkeypatch):
    monkeypatch.delenv("VINARCH_CATALOG")
    monkeypatch.setattr(finding, "cards_folder", lambda: own)
    (told,) = vinarch.fetch("layers").provenance
    assert told.source == f"shipped with vinarch {vinarch.__version__}"
    assert str(vinarch.cite("layers").text) == (
        "The vinarch developers (2026). A small search (Version 1.0) [Data set]. "
        "Distributed with the Python package vinarch."
    )
    damage(own)
    assert vinarch.fetch("layers", refresh=True).provenance[0].files == told.files  # not needed
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "new"))
    with pytest.raises(ChecksumError) as caught:
        vinarch.fetch("layers")
    size = len(TABLES["small/histories.csv.gz"])
    assert caught.value.where == (
        f"small/histories.csv.gz shipped with vinarch {vinarch.__version__}"
    )
    assert caught.value.got.endswith(f" over {size} bytes")
    assert "Install vinarch anew" in caught.value.next_step


def test_a_mirror_is_not_asked_for_what_is_here_already(own, tmp_path, monkeypatch):
    monkeypatch.setenv("VINARCH_MIRROR", str(tmp_path / "not there"))
    first = vinarch.fetch("layers")
    assert first.provenance[0].source.startswith("shipped with")
    # Not for the second time either: the receipt counts, and nobody is asked.
    monkeypatch.setattr(ShippedSource, "list_files", None)
    assert vinarch.fetch("layers").provenance == first.provenance


def everything_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("how", ["other bytes", "cut", "missing", "a folder"])
def test_a_damaged_file_is_an_error_and_leaves_what_was_there(own, home, how):
    vinarch.fetch("layers")
    before = everything_in(home / "downloads/layers/1.0")
    write(own, NEW)
    target = own / "layers/small/histories.csv.gz"
    if how == "other bytes":
        damage(own)
    elif how == "cut":
        target.write_bytes(target.read_bytes()[:-1])
    else:
        target.unlink()
        if how == "a folder":
            target.mkdir()
    kind = ChecksumError if how in {"other bytes", "cut"} else FetchError
    with pytest.raises(kind, match=r"small/histories.csv.gz.*Copy .*layers anew from the place"):
        vinarch.fetch("layers")
    assert everything_in(home / "downloads/layers/1.0") == before
    (own / "layers.toml").write_text(card_of(TABLES))
    assert len(vinarch.fetch("layers").histories) == 4  # the receipt counts again


def test_a_file_that_is_missing_comes_from_the_mirror(own, tmp_path):
    (own / "layers/small/histories.csv.gz").unlink()
    mirror = tmp_path / "mirror"
    write(mirror, TABLES)
    (told,) = vinarch.fetch("layers", mirror=mirror).provenance
    assert [one.outcome for one in told.asked] == [
        "not there to read: small/histories.csv.gz", "gave the files",
    ]  # fmt: skip
    with pytest.raises(OfflineError, match=r"not there to read: small/histories.csv.gz"):
        vinarch.fetch("layers", offline=True, refresh=True)


def test_other_files_of_the_same_version_come_anew(own):
    vinarch.fetch("layers")
    write(own, NEW)
    assert vinarch.fetch("layers").histories.compute()["val_accuracy_percent"].max() == 61.5
    write(own, {"small/architectures.csv.gz": TABLES["small/architectures.csv.gz"]})
    assert len(vinarch.fetch("layers").histories) == 0  # fewer files are what the card says


CHILD = """
import os, signal, sys
import vinarch
from vinarch.fetching import shipped
deliver = shipped.ShippedSource.deliver
def killed(self, file, target, advance):
    if file.path.endswith("histories.csv.gz"):
        target.write(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    deliver(self, file, target, advance)
shipped.ShippedSource.deliver = killed
vinarch.fetch("layers")
"""


def test_a_process_killed_in_the_middle_leaves_nothing_half(own, home):
    done = subprocess.run([sys.executable, "-c", CHILD], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not (home / "downloads/layers/1.0").exists()
    assert len(vinarch.fetch("layers").histories) == 4
    left = [path.name for path in (home / "downloads/layers").iterdir()]
    assert sorted(left) == ["1.0", "1.0.stamps.jsonl"]


def test_links_are_followed_to_the_pinned_bytes_and_to_no_others(own, tmp_path, monkeypatch):
    target = own / "layers/small/histories.csv.gz"
    elsewhere = tmp_path / "store"
    target.rename(elsewhere)
    target.symlink_to(elsewhere)
    assert len(vinarch.fetch("layers").histories) == 4
    elsewhere.write_bytes(b"secret of another folder")
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "new"))
    with pytest.raises(ChecksumError):
        vinarch.fetch("layers")
    assert "secret" not in str(everything_in(tmp_path / "new"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('folder = "layers"', 'folder = "../layers"', "the name of a folder beside"),
        ('folder = "layers"', 'folder = "/etc"', "the name of a folder beside"),
        ('folder = "layers"', "", "the name of a folder beside"),
        ('folder = "layers"', 'folder = "layers"\nurl = "https://x.org/"', "it with another kind"),
        ('folder = "layers"', 'folder = "layers"\ncommit = "c"', "it with another kind"),
        ('path = "small/hist', 'path = "../small/hist', "paths below the folder"),
        ('path = "small/hist', 'path = "/small/hist', "paths below the folder"),
        ("small/hist", r"small\\\\hist", "paths below the folder"),
        ("small/hist", "small//hist", "paths below the folder"),
        ("histories.csv", "architectures.csv", "each path once"),
        (f"size_bytes = {len(TABLES['small/histories.csv.gz'])}, ", "", "size_bytes and sha256 of"),
        (hashlib.sha256(TABLES["small/histories.csv.gz"]).hexdigest(), "0", "64 lower-case"),
    ],
)
def test_a_mistake_in_the_card_is_named(own, old, new, expected):
    text = (own / "layers.toml").read_text()
    assert old in text
    (own / "layers.toml").write_text(text.replace(old, new))
    with pytest.raises(CardError, match=expected):
        find_archive("layers")


def test_a_card_without_files_is_refused(own):
    (own / "layers.toml").write_text(card_of({}))
    with pytest.raises(CardError, match="the key files with at least one file"):
        find_archive("layers")


def test_a_path_that_cannot_be_used_writes_nothing(own, home):
    write(own, {**TABLES, "C:/histories.csv.gz": b"x"}, CARD.replace("small/*", "*"))
    with pytest.raises(CardError, match="a drive letter or a scheme"):
        vinarch.fetch("layers")
    assert not (home / "downloads/layers/1.0").exists()


def test_the_command_line_tells_where_it_is(own, monkeypatch):
    said = CliRunner().invoke(commands, ["catalog"]).output
    assert "layers              1.0      A small search\n  shipped with its data card;" in said
    said = CliRunner().invoke(commands, ["catalog", "layers"]).output
    assert "files:        shipped with its data card; no network needed" in said
    assert "Not published yet." in said
    planned = CliRunner().invoke(commands, ["fetch", "layers", "--dry-run", "--offline"]).output
    assert planned.endswith(f", shipped with its data card: {own / 'layers'}\n")
    done = CliRunner().invoke(commands, ["fetch", "layers", "--offline"])
    assert done.output.startswith("layers: 2 files shipped with its data card: ")
    said = CliRunner().invoke(commands, ["cache", "list"]).output
    assert "shipped with its data card" in said
    assert "from shipped" not in said + planned + done.output
    said = CliRunner().invoke(commands, ["catalog", "refresh", "layers"])
    assert "files beside its data card" in said.output


def test_a_deposit_can_be_written_as_a_catalog_has_it(tmp_path, monkeypatch, home):
    recorder = vinarch.Recorder(tmp_path / "run", space="chain-layers", epoch_budget=2)
    with recorder.start("c m") as network:
        network.log(0, val_accuracy=0.5)
        network.log(1, val_accuracy=0.75)
    out = tmp_path / "cards/layers"
    command = ["deposit", str(recorder.folder), "--out", str(out), "--title", "A search",
               "--author", "Doe, Jane", "--licence", "CC0-1.0", "--shipped"]  # fmt: skip
    done = CliRunner().invoke(commands, command)
    assert done.exit_code == 0, done.output
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert files == [
        "run/architectures.csv.gz", "run/configuration.json", "run/histories.csv.gz",
        "run/measurements.csv.gz",
    ]  # fmt: skip
    monkeypatch.setenv("VINARCH_CATALOG", str(out.parent))
    monkeypatch.setenv("VINARCH_HOME", str(home))
    commons = vinarch.fetch("layers", offline=True)
    histories = vinarch.open(recorder.folder).histories.compute()
    same = ["architecture", "epoch", "val_accuracy_percent"]
    assert commons.histories.compute()[same].equals(histories[same])
    before = everything_in(out.parent)
    again = CliRunner().invoke(commands, command)
    assert "expected no data card yet" in again.output
    (out.parent / "layers.toml").unlink()
    again = CliRunner().invoke(commands, command)
    assert "one with files in it" in again.output
    assert not (out.parent / "layers.toml").exists()
    for path in out.rglob("*.*"):
        path.unlink()
    for path in out.iterdir():
        path.rmdir()
    CliRunner().invoke(commands, command)
    assert everything_in(out.parent) == before  # the same bytes at any time
