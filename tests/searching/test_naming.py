from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from vinarch.errors import ParameterError
from vinarch.genome import LayerSpace
from vinarch.searching import (
    NSGA2,
    Exhaustive,
    LayerEvolution,
    RandomSearch,
    Strategy,
    strategy_of,
)

OBJECTIVES = ["max val_accuracy_percent", "min mflops"]


def named(name, space="chain-layers", **settings):
    return strategy_of(name, space=space, objectives=OBJECTIVES, **settings)


@pytest.fixture
def module_of_mine(monkeypatch):
    module = ModuleType("strategies_of_mine")

    class Once:
        def __init__(self, space, *, colour="blue"):
            self.space, self.colour = space, colour

        def ask(self):
            return []

        def tell(self, results):
            pass

    class Needs(Once):
        def __init__(self, space, size):
            super().__init__(space)

    module.Once, module.Needs, module.nothing = Once, Needs, 3
    module.mute = lambda **settings: "no strategy"
    monkeypatch.setitem(sys.modules, "strategies_of_mine", module)


@pytest.mark.parametrize(
    ("name", "space", "kind"),
    [
        ("nsga2", "nas-bench-201", NSGA2),
        ("random", "chain-layers", RandomSearch),
        ("layer-evolution", "chain-layers", LayerEvolution),
        ("exhaustive", "chain-layers", Exhaustive),
    ],
)
def test_each_name_is_a_strategy_that_says_how_many_networks(name, space, kind):
    strategy = named(name, space)
    assert type(strategy) is kind
    assert isinstance(strategy, Strategy)
    assert strategy.networks in (100, 1092)


def test_settings_and_seed_are_passed_on():
    assert len(named("random", batch=3).ask()) == 3
    assert named("random", seed=1).ask() == named("random", seed=1).ask()
    assert named("random", seed=1).ask() != named("random", seed=2).ask()


def test_a_strategy_of_ones_own_gets_what_it_takes(module_of_mine):
    mine = named("strategies_of_mine:Once", colour="red")
    assert (mine.space, mine.colour) == (LayerSpace.from_name("chain-layers"), "red")


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("nsga3", {}, r"expected nsga2, random, .* got 'nsga3'\. Did you mean 'nsga2'\?"),
        (3, {}, "or one's own as module:Name, got 3"),
        ("random", {"population": 3}, "strategy random: expected settings of networks, batch, "),
        ("exhaustive", {"repeat": 3}, r"got 'repeat'\. Did you mean 'repeats'\?"),
        ("nowhere.at_all:Name", {}, "a module that can be imported, got 'nowhere.at_all'"),
        ("strategies_of_mine:Twice", {}, "strategies_of_mine: Once, Needs, got 'Twice'"),
        ("strategies_of_mine:nothing", {}, "got 'nothing'"),
        ("strategies_of_mine:mute", {}, "with the methods ask and tell, got str"),
        ("strategies_of_mine:Once", {"color": 1}, r"settings of colour, got 'color'"),
        ("strategies_of_mine:Needs", {}, "expected a value of size, got none"),
    ],
)
def test_what_cannot_be_is_refused(module_of_mine, name, settings, message):
    with pytest.raises(ParameterError, match=message):
        named(name, **settings)


def test_only_nsga2_needs_pymoo():
    code = """
import sys
sys.modules["pymoo"] = None
from vinarch.errors import MissingLibraryError
from vinarch.searching import RandomSearch, strategy_of
settings = {"space": "nas-bench-201", "objectives": ["min mflops"]}
assert strategy_of("random", **settings).ask()
try:
    strategy_of("nsga2", **settings)
except MissingLibraryError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "strategy nsga2: expected pymoo, got none installed. "
        "pip install 'vinarch[search]'; see docs/how-to/run-a-search.md.\n"
    )


@pytest.mark.parametrize("name", ["builtins:int", "builtins:max", "..mine:Name"])
def test_what_tells_no_settings_is_refused(name):
    with pytest.raises(ParameterError, match="strategy"):
        named(name)
