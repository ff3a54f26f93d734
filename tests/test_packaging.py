"""The data cards are found in a wheel and in an editable install alike."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = (
    "import vinarch, vinarch.catalog; from vinarch.claiming.papers import load_paper; "
    "load_paper('icpp2023'); print(vinarch.__file__, vinarch.cite('JS9FR6').text)"
)


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
    cards = sorted(path.relative_to(catalog).as_posix() for path in catalog.rglob("*.toml"))
    held = sorted(name for name in names if name.startswith("vinarch/_cards/"))
    assert held == [f"vinarch/_cards/{card}" for card in cards]
    assert any(name.startswith("vinarch/_templates/") for name in names)
    assert "vinarch/py.typed" in names
    tops = {name.split("/")[0].split("-")[0] for name in names}
    assert tops == {"vinarch"}


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
