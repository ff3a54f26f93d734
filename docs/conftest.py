"""The pages' examples run on the real archives, each page in a folder and a home of its own."""

from __future__ import annotations

import shutil

import pytest

collect_ignore = [
    "conf.py",
    "data_at_hand.py",
    "executed_pages.py",
    "reference_pages.py",
    "screenshots.py",
    "_build",
    "reference/generated",
]


@pytest.fixture(autouse=True)
def page_environment(request, tmp_path, monkeypatch):
    """Give a page an empty working folder and, if it fetches an archive, a home that has it."""
    examples = [example.source for example in request.node.dtest.examples]
    if any("import sklearn" in source or "from sklearn" in source for source in examples):
        pytest.importorskip("sklearn", reason="the page trains with scikit-learn")
    if any("import torch" in source or "vinarch.building" in source for source in examples):
        pytest.importorskip("torch", reason="the page needs PyTorch: pip install 'vinarch[search]'")
    monkeypatch.delenv("VINARCH_DATAVERSE_URL", raising=False)
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "home"))
    # A page may name a folder of cards; setting it here unsets it after the page.
    monkeypatch.setenv("VINARCH_CATALOG", "")
    if any("vinarch.fetch(" in source and "mirror=" not in source for source in examples):
        shutil.copytree(request.getfixturevalue("fetched_home"), tmp_path / "home")
        monkeypatch.setenv("VINARCH_MIRROR", str(request.getfixturevalue("archives")))
    else:
        monkeypatch.delenv("VINARCH_MIRROR", raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
