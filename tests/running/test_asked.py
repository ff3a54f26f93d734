from __future__ import annotations

import pytest

import vinarch
from vinarch.errors import ParameterError
from vinarch.genome import search_space
from vinarch.running.asked import asked_of, costs_of, refuse_mistyped
from vinarch.searching import Candidate

SPACE = search_space("chain-layers")
LIST = SPACE.from_flat("cm")


class Asks:
    """A strategy that answers what it was made with."""

    def __init__(self, answer):
        self.answer = answer

    def ask(self):
        return self.answer

    def tell(self, results):
        """Learn nothing."""


class Costs:
    def __init__(self, answer):
        self.answer = answer

    def costs(self, genome):
        return self.answer

    def train(self, network, candidate, seed):
        network.log(0, val_accuracy=0.5)


def run(tmp_path, strategy=None, evaluator=None, **settings):
    told = {"folder": str(tmp_path / "run"), "space": "chain-layers", "epoch_budget": 1}
    return vinarch.run(
        told | settings, strategy=strategy, evaluator=evaluator or Costs({"mflops": 1.0})
    )


def test_candidates_of_the_space_are_taken():
    found = asked_of(Asks([Candidate(0, LIST, 0)]), SPACE)
    assert found == (Candidate(0, LIST, 0),)
    assert asked_of(Asks(()), SPACE) == ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "a sequence of candidates"),
        (Candidate(0, LIST, 0), "a sequence of candidates"),
        ([LIST], "each a vinarch.searching.Candidate"),
        ([Candidate(0, "cm", 0)], "whose genome is a Genome"),
        ([Candidate(0, search_space("nas-bench-201").from_flat("ssssss"), 0)], "chain-layers"),
        ([Candidate(-1, LIST, 0)], "number of a candidate"),
        ([Candidate(0.5, LIST, 0)], "number of a candidate"),
        ([Candidate(0, LIST, None)], "generation of a candidate"),
        ([Candidate(1, LIST, 0, parents=0)], "parents are a tuple"),
    ],
)
def test_other_answers_of_a_strategy_are_refused_before_anything_is_written(
    tmp_path, answer, words
):
    with pytest.raises(ParameterError, match=words):
        run(tmp_path, Asks(answer))
    assert not (tmp_path / "run").exists()


def test_a_strategy_without_a_first_generation_leaves_no_folder(tmp_path):
    with pytest.raises(ParameterError, match="a first generation, got none"):
        run(tmp_path, Asks([]))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("answer", [None, [1.0], 5, {1: 2.0}])
def test_costs_must_be_a_mapping_by_names(tmp_path, answer):
    with pytest.raises(ParameterError, match=r"evaluator\.costs\(genome\): expected a mapping"):
        run(tmp_path, Asks([Candidate(0, LIST, 0)]), Costs(answer))
    assert not (tmp_path / "run").exists()
    assert costs_of(Costs({"mflops": 1}), LIST) == {"mflops": 1}


def test_a_mistyped_objective_is_refused_before_anything_is_trained(tmp_path):
    with pytest.raises(ParameterError, match="Did you mean 'val_accuracy_percent'"):
        vinarch.run(
            {
                "folder": str(tmp_path / "run"),
                "space": "chain-layers",
                "strategy": "random",
                "objectives": ["max val_accuracy_percnt"],
            },
            evaluator=Costs({"mflops": 1.0}),
        )
    assert not (tmp_path / "run").exists()


def test_measures_of_ones_own_are_no_mistakes():
    refuse_mistyped(["min energy_kwh", "max val_accuracy_percent"], {}, "objectives")
    refuse_mistyped(["min mflop"], {"mflop": 1.0}, "objectives")


def test_the_recorded_seed_is_the_one_that_was_searched_with(tmp_path):
    with pytest.raises(ParameterError, match="seed"):
        run(tmp_path, seed=3, attributes={"seed": 5})
