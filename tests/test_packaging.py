"""The data cards are found in a wheel and in an editable install alike."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from vinarch.catalog import ListedFile, load_catalog

ROOT = Path(__file__).resolve().parent.parent
CODE = (
    "import vinarch, vinarch.catalog; from vinarch.claiming.papers import load_paper; "
    "load_paper('icpp2023'); print(vinarch.__file__, vinarch.cite('JS9FR6').text)"
)


def shipped_files() -> dict[str, ListedFile]:
    """What lies beside the cards of the catalog, as they list it, by path below the catalog."""
    return {
        f"{companion.folder}/{file.path}": file
        for archive in load_catalog()
        for companion in archive.shipped
        if companion.with_vinarch
        for file in companion.files
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel of the checkout, built with the backend itself: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1]


def test_the_wheel_holds_the_cards_and_the_template(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    catalog = ROOT / "catalog"
    # Cards, papers and the searches that made the shipped tables.
    cards = {path.relative_to(catalog).as_posix() for path in catalog.rglob("*.toml")}
    held = {name for name in names if name.startswith("vinarch/_cards/")}
    assert held == {f"vinarch/_cards/{path}" for path in cards | shipped_files().keys()}
    assert any(name.startswith("vinarch/_templates/") for name in names)
    assert "vinarch/py.typed" in names
    tops = {name.split("/")[0].split("-")[0] for name in names}
    assert tops == {"vinarch"}


def test_the_wheel_brings_the_listed_bytes_of_each_shipped_table(wheel):
    unpacked = zipfile.ZipFile(wheel)
    for path, file in shipped_files().items():
        body = unpacked.read(f"vinarch/_cards/{path}")
        assert (len(body), hashlib.sha256(body).hexdigest()) == (file.size_bytes, file.sha256)


def test_shipped_archives_are_small_together():
    assert sum(file.size_bytes for file in shipped_files().values()) <= 3_000_000


def test_an_unpacked_wheel_finds_the_cards(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    # -S -E would hide the dependencies too, so the wheel's folder goes first on the path instead.
    first = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
    done = subprocess.run(
        [sys.executable, "-c", first + CODE],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert "10.7910/DVN/JS9FR6" in done.stdout


def test_the_checkout_finds_the_cards(tmp_path):
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {CODE}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.startswith(str(ROOT))
    assert "10.7910/DVN/JS9FR6" in done.stdout
