"""What tests and doctests share: the real archives, a home of their own, the commons of JS9FR6."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine can make any example slow: that is no fault of the code.
settings.register_profile("vinarch", deadline=None)
settings.load_profile("vinarch")

if importlib.util.find_spec("torch") is None:
    # Their modules import PyTorch; their tests skip by themselves, saying so.
    collect_ignore = ["vinarch/building", "vinarch/training"]


def pytest_collection_modifyitems(items):
    """Mark the doctests of the packages that need PyTorch, as their tests are."""
    for item in items:
        if item.path.parent.name in {"building", "training"}:
            item.add_marker(pytest.mark.search)


ARCHIVES_VARIABLE = "VINARCH_TEST_ARCHIVES"
PUBLISHED = (
    "EC-NAS-Bench",
    "EvoVis",
    "JS9FR6",
    "NASBench101-records",
    "ZXTCGF",
    "mini-NASBench201",
)
"""The archives that others published; those that ship with vinarch need no folder."""
ROOT = Path(__file__).resolve().parent


def find_archives() -> Path | None:
    """Return the folder of real archives, None if none is named; a named one must exist."""
    named = os.environ.get(ARCHIVES_VARIABLE, "").strip()
    if not named:
        return None
    folder = (ROOT / Path(named).expanduser()).resolve()
    if not (folder / "JS9FR6").is_dir():
        pytest.fail(f"{ARCHIVES_VARIABLE}={named}: {folder} holds no JS9FR6", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def archives() -> Path:
    """The folder of the real archives; the test skips where none is named."""
    folder = find_archives()
    if folder is None:
        pytest.skip(f"{ARCHIVES_VARIABLE} is not set: it names the folder of the real archives")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home of the test's own, with nothing else in the environment."""
    for name in ("VINARCH_CATALOG", "VINARCH_MIRROR", "VINARCH_DATAVERSE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    monkeypatch.setenv("VINARCH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def fetched_home(archives, tmp_path_factory) -> Path:
    """A home with JS9FR6 in it, fetched once from the real archives; not to be written to."""
    import vinarch

    folder = tmp_path_factory.mktemp("fetched") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(folder))
        patch.setenv("VINARCH_MIRROR", str(archives))
        vinarch.fetch("JS9FR6")
    return folder


@pytest.fixture(scope="session")
def real_commons(fetched_home):
    """The commons of JS9FR6."""
    import vinarch

    return vinarch.open(fetched_home / "commons")


@pytest.fixture(scope="session")
def six_home(archives, tmp_path_factory) -> Path:
    """A home with the six published archives, fetched by one command; not to be written to."""
    folder = tmp_path_factory.mktemp("six") / "home"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VINARCH_")}
    places = {"VINARCH_HOME": str(folder), "VINARCH_MIRROR": str(archives)}
    done = subprocess.run(  # noqa: S603 - this Python, and names from above
        [sys.executable, "-c", "from vinarch.cli import main; main()", "fetch", *PUBLISHED],
        env=clean | places,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"vinarch fetch {' '.join(PUBLISHED)}: {done.stderr}", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def six_commons(six_home):
    """The commons of all six archives."""
    import vinarch

    return vinarch.open(six_home / "commons")


@pytest.fixture(scope="session")
def worker_processes():
    """A real cluster on this machine: two worker processes, one thread each."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        host="127.0.0.1",
    ) as workers:
        yield workers


@pytest.fixture
def cluster(worker_processes):
    """A client of the two worker processes, active in the test."""
    from distributed import Client

    with Client(worker_processes) as client:
        yield client


@pytest.fixture(autouse=True)
def _archives_for_doctests(request, monkeypatch) -> None:
    if not isinstance(request.node, pytest.DoctestItem):
        return
    source = "".join(example.source for example in request.node.dtest.examples)
    if "vinarch.fetch(" in source or "vinarch.open(" in source:
        home = request.getfixturevalue("fetched_home")
        monkeypatch.setenv("VINARCH_HOME", str(home))
        monkeypatch.setenv("VINARCH_MIRROR", str(request.getfixturevalue("archives")))
