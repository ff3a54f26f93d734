"""That a snapshot which somebody reads is not pushed out, and that the dead keep nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tables import TOY_FILES, ingest_files, toy_archive

import vinarch
from vinarch.store import held, open_snapshot

CHILD = """
import sys
from pathlib import Path
from vinarch.store import held, open_snapshot
with held(open_snapshot(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path):
    ingest_files(tmp_path / "commons", tmp_path / "files", TOY_FILES)
    return tmp_path / "commons"


def publish(root, *names):
    for name in names:
        ingest_files(root, root.parent / "files", TOY_FILES, archive=toy_archive(name))


def names_of(root):
    return sorted(path.name for path in (root / "snapshots").iterdir())


def test_a_held_snapshot_stays_until_it_is_let_go(root):
    first = open_snapshot(root)
    with held(first), held(first):
        publish(root, "B", "C", "D")
        assert names_of(root) == ["000001", "000003", "000004"]
    publish(root, "E")
    assert names_of(root) == ["000004", "000005"]
    assert list((root / ".held").iterdir()) == []


def test_another_process_holds_one_and_a_killed_one_does_not(root):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout.readline() == b"held\n"
        publish(root, "B", "C")
        assert names_of(root) == ["000001", "000002", "000003"]
        child.kill()
    publish(root, "D")
    assert names_of(root) == ["000003", "000004"]
    assert list((root / ".held").iterdir()) == []


def test_where_nothing_can_be_written_nothing_is_held(root):
    (root / ".held").write_text("in the way")
    with held(open_snapshot(root)):
        publish(root, "B", "C")
    assert names_of(root) == ["000002", "000003"]


def test_an_open_explorer_sees_its_archives_whatever_is_fetched_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path))
    explorer = vinarch.explore(vinarch.fetch("digits"), port=0, open_browser=False)
    try:
        root = tmp_path / "commons"
        publish(root, "B", "C", "D")
        page = explorer.save(tmp_path / "page.html")
        assert "digits" in page.read_text("utf-8")
    finally:
        explorer.stop()
    publish(root, "E")
    assert len(names_of(root)) == 2
