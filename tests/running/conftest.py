from __future__ import annotations

import multiprocessing

import pytest

import vinarch.running


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my-search"


@pytest.fixture
def settings(folder):
    """A search over chains of layers, five epochs a network."""
    return {
        "folder": str(folder),
        "space": "chain-layers",
        "objectives": ["max val_accuracy_percent", "min mflops"],
        "strategy": "toy_search:Grow",
        "evaluator": "toy_search:Toy",
        "epoch_budget": 5,
        "seed": 7,
    }


@pytest.fixture(scope="session")
def processes():
    """Makes processes that start at once, since a server has loaded vinarch for them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vinarch.running", "vinarch.access", "toy_search"])
    return context


@pytest.fixture
def told():
    """What a run says of its networks, without times and what hangs on the folder."""

    def told(commons):
        networks = commons.architectures.compute().sort_values("architecture")
        histories = commons.histories.compute().sort_values(["architecture", "epoch"])
        lineage = commons.lineage.compute()[["child", "parent", "parent_number", "operator"]]
        return (
            networks.drop(columns=["archive", "experiment", "source_file", "source_row"]),
            histories[["architecture", "epoch", "val_accuracy_percent", "val_loss"]],
            lineage.sort_values(["child", "parent_number"]),
        )

    return told


@pytest.fixture
def same(told):
    """Holds two runs against each other: networks, genomes, seeds, parents, epochs."""
    from pandas.testing import assert_frame_equal

    def same(one, other):
        for found, wanted in zip(told(one), told(other), strict=True):
            assert_frame_equal(found.reset_index(drop=True), wanted.reset_index(drop=True))

    return same


@pytest.fixture
def whole(settings, tmp_path):
    """The same search, run without an interruption in this process."""
    return lambda **changes: vinarch.running.run(
        settings | {"folder": str(tmp_path / "whole" / "my-search")} | changes
    )
