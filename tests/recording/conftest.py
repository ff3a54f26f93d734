from __future__ import annotations

import multiprocessing

import pytest

import vinarch


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my-search"


@pytest.fixture
def recorder(folder):
    """A run of three epochs a network over chains of layers."""
    return vinarch.Recorder(folder, space="chain-layers", epoch_budget=3)


@pytest.fixture(scope="session")
def processes():
    """Makes processes that start at once, since a server has loaded vinarch for them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vinarch.recording", "run_writers"])
    return context
