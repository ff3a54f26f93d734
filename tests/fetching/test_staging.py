from __future__ import annotations

import pytest

from vinarch.fetching.staging import exchange, mend_exchange, prune


@pytest.fixture
def places(tmp_path):
    return tmp_path / "held", tmp_path / "staged"


@pytest.fixture
def previous(tmp_path):
    return tmp_path / "previous"


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def put(folder, files):
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)


def test_a_first_exchange_needs_no_folder(places, previous):
    folder, staging = places
    put(staging, {"a": b"1"})
    exchange(folder, staging, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


def test_an_exchange_without_new_files_changes_nothing(places, previous):
    folder, staging = places
    put(folder, {"a": b"1"})
    with pytest.raises(FileNotFoundError):
        exchange(folder, staging, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


def test_a_half_exchange_is_mended(places, previous):
    folder, _ = places
    mend_exchange(folder, previous)
    assert not folder.exists()
    put(previous, {"a": b"1"})
    mend_exchange(folder, previous)
    assert tree(folder) == {"a": b"1"}
    put(previous, {"a": b"0"})
    mend_exchange(folder, previous)
    assert tree(folder) == {"a": b"1"}
    assert not previous.exists()


def test_pruning_removes_links_and_not_what_they_lead_to(places, tmp_path):
    folder, _ = places
    put(tmp_path / "else", {"x.csv": b"mine"})
    put(folder, {"kept": b"1"})
    (folder / "link").symlink_to(tmp_path / "else")
    prune(folder, {"kept"})
    assert tree(folder) == {"kept": b"1"}
    prune(folder, ())
    assert not folder.exists()
    assert tree(tmp_path / "else") == {"x.csv": b"mine"}
