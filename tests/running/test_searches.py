"""A search in this process: what is asked, trained, recorded and told."""

from __future__ import annotations

import json
import logging

import pandas as pd
import pytest
from toy_search import Grow, Listed, Toy, accuracy

import vinarch
from vinarch.errors import ParameterError, RecordingError, SearchError
from vinarch.genome import search_space
from vinarch.recording import Recorder
from vinarch.running import SearchProgress, run
from vinarch.running.seeds import training_seed
from vinarch.searching import Candidate

SPACE = search_space("chain-layers")


def candidates(*texts, **told):
    return [
        Candidate(number, SPACE.from_flat(text), 0, **told) for number, text in enumerate(texts)
    ]


def test_a_search_of_two_generations_is_that_worked_by_hand(settings):
    settings["strategy"] = {"name": "toy_search:Grow", "generations": 2}
    settings["objectives"] = ["max val_accuracy_percent"]
    commons = run(settings)
    found = commons.architectures.compute().sort_values("architecture")
    seeds = [training_seed(7, number) for number in range(6)]
    first = [accuracy(flat, 4, seed) for flat, seed in zip("cmk", seeds, strict=False)]
    best = "cmk"[first.index(max(first))]
    flats = ["c", "k", "m", best + "c", best + "k", best + "m"]
    assert sorted(found["sequence"][:3]) == sorted(flats[:3])
    assert sorted(found["sequence"][3:]) == sorted(flats[3:])
    assert found["seed"].tolist() == seeds
    assert found["generation"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["search_order"].tolist() == list(range(6))
    assert found["mflops"].tolist() == [0.5] * 3 + [1.0] * 3
    assert found["parameter_count"].tolist() == [10] * 3 + [20] * 3
    assert set(found["status"]) == {"ok"}
    wanted = [
        100 * accuracy(flat, 4, seed) for flat, seed in zip(found["sequence"], seeds, strict=True)
    ]
    assert found["last_val_accuracy_percent"].tolist() == pytest.approx(wanted)
    lineage = commons.lineage.compute()
    parent = found["sequence"].tolist().index(best)
    assert set(lineage["parent"].astype(int)) == {parent}
    assert sorted(lineage["child"].astype(int)) == [3, 4, 5]
    assert set(lineage["operator"]) == {"add-layer"}


def test_the_run_says_how_it_was_made(settings, folder):
    commons = run(settings | {"attributes": {"site": "here"}, "hardware": "one core"})
    kept = json.loads((folder / "run.json").read_text())
    assert kept["configuration"]["strategy"] == {"name": "toy_search:Grow"}
    assert kept["configuration"]["seed"] == 7
    (row,) = commons.experiment_index.to_dict("records")
    assert row["strategy"] == "toy_search:Grow"
    assert row["hardware"] == "one core"
    assert row["objectives"] == "max val_accuracy_percent; min mflops"
    assert commons.select(seed=7, site="here").experiment_index.shape[0] == 1


def test_the_strategy_is_told_the_record_in_the_order_that_it_asked(settings):
    strategy = Grow(SPACE, generations=1)
    found = run(settings, strategy=strategy).architectures.compute()
    accuracies = found["last_val_accuracy_percent"].tolist()
    assert strategy.told == [[(number, (accuracies[number], 0.5)) for number in range(3)]]


def test_run_again_it_trains_nothing_and_finds_the_same(settings, folder, same):
    first = run(settings)
    before = sorted(path.name for path in (folder / "events").iterdir())
    second = run(settings)
    same(second, first)
    assert sorted(path.name for path in (folder / "events").iterdir()) == before


def test_a_shorter_strategy_goes_on_where_it_was(settings, folder, same, whole):
    class Stops(Toy):
        def train(self, network, candidate, seed):
            if network.number == 5:
                network.log(0, val_accuracy=0.1)
                raise KeyboardInterrupt
            super().train(network, candidate, seed)

    with pytest.raises(KeyboardInterrupt):
        run(settings | {"evaluator": "toy_search:Toy"}, evaluator=Stops())
    # The two evaluators have different names, and the record knows.
    with pytest.raises(ParameterError, match=r"evaluator.name: expected '.*Stops', as the run in"):
        run(settings)
    again = run(settings, evaluator=type("Stops", (Toy,), {
        "__module__": Stops.__module__, "__qualname__": Stops.__qualname__})())  # fmt: skip
    same(again, whole())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 8}, "a mapping, seed: expected 7, as the run in .* was started with, got 8"),
        ({"epoch_budget": 6}, "epoch_budget: expected 5.0, as the run in .*, got 6.0"),
        ({"strategy": {"name": "toy_search:Grow", "generations": 9}},
         "a mapping, strategy.generations: expected none, as the run in .*, got 9"),
        ({"engine": "a4nn_2023"}, "engine: expected none, as the run in .*, got {'name'"),
        ({"space": "nas-bench-201", "strategy": {"name": "random", "networks": 1}},
         "space: expected 'chain-layers'"),
    ],
)  # fmt: skip
def test_changed_settings_are_refused_by_what_differs(settings, folder, changes, message):
    run(settings)
    before = (folder / "networks.jsonl").read_bytes()
    with pytest.raises(ParameterError, match=message):
        run(settings | changes)
    assert (folder / "networks.jsonl").read_bytes() == before


def test_how_it_runs_may_change(settings, folder, same):
    first = run(settings)
    same(run(settings | {"on_error": "fail", "workers": 1}, workers=1), first)


def test_a_run_of_somebody_else_is_refused(settings, folder):
    Recorder(folder, space="chain-layers")
    with pytest.raises(ParameterError, match="expected a new folder, or the run of a search"):
        run(settings)


def test_one_search_is_run_once_at_a_time(settings):
    class Twice(Toy):
        def train(self, network, candidate, seed):
            with pytest.raises(RecordingError, match="expected a search that nobody runs"):
                run(settings, evaluator=Twice(), strategy=Listed(candidates("c")))
            super().train(network, candidate, seed)

    run(settings, evaluator=Twice(), strategy=Listed(candidates("c")))


def test_a_training_that_raises_leaves_the_others_and_says_how_to_go_on(settings, folder):
    evaluator = Toy(raises=("m",))
    strategy = Listed(candidates("c", "m", "k"))
    with pytest.raises(SearchError) as caught:
        run(settings, evaluator=evaluator, strategy=strategy)
    assert "network 1, genome maxpool3x3" in str(caught.value)
    assert "got ValueError: no luck with m" in str(caught.value)
    assert "run the search again" in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)
    found = vinarch.open(folder).architectures.compute()
    assert found["status"].tolist() == ["ok", "incomplete", "ok"]
    evaluator.raises = ()
    # What the record keeps of the evaluator is what it was started with.
    kept = json.loads((folder / "run.json").read_text())["configuration"]["evaluator"]
    assert kept["raises"] == ["m"]


def test_several_errors_are_counted(settings):
    with pytest.raises(SearchError, match=r"network 0, .*no luck with c .and errors in 2 others"):
        run(settings, evaluator=Toy(raises=("c", "m", "k")),
            strategy=Listed(candidates("c", "m", "k")))  # fmt: skip


def test_on_error_fail_records_it_and_goes_on(settings, folder):
    strategy = Listed(candidates("c", "m", "k"))
    commons = run(settings | {"on_error": "fail"}, evaluator=Toy(raises=("m",)), strategy=strategy)
    found = commons.architectures.compute()
    assert found["status"].tolist() == ["ok", "failed", "ok"]
    assert [len(values) for values in strategy.told] == [2, 0, 2]
    measured = commons.measurements.compute()
    (reason,) = measured[measured["measure"] == "failure"]["text"]
    assert reason == "ValueError: no luck with m"


def test_a_failed_training_is_told_without_values(settings):
    strategy = Listed(candidates("c", "m"))
    run(settings, evaluator=Toy(fails=("m",)), strategy=strategy)
    assert [len(values) for values in strategy.told] == [2, 0]


def test_a_value_that_is_not_finite_counts_as_failed(settings):
    class NoLoss(Toy):
        def train(self, network, candidate, seed):
            for epoch in network.epochs():
                network.log(epoch, val_accuracy=0.5, val_loss=float("nan"))

    strategy = Listed(candidates("c"))
    run(settings | {"objectives": ["min val_loss"]}, evaluator=NoLoss(), strategy=strategy)
    assert strategy.told[0] == ()


def test_an_objective_that_nobody_records_is_refused_by_name(settings):
    with pytest.raises(
        ParameterError, match=r"objective 'min energy_kwh', .* of it: epoch_time_seconds"
    ):
        run(settings | {"objectives": ["min energy_kwh"]})


def test_a_genome_that_is_asked_again_is_not_trained_again(settings):
    genomes = candidates("c", "m", "c", "c")
    strategy = Listed(genomes, batch=3)
    found = run(settings, strategy=strategy).architectures.compute()
    assert found["sequence"].tolist() == ["c", "m"]
    values = strategy.told
    assert values[0] == values[2] == values[3] != values[1]


def test_a_repeat_is_another_training_with_another_seed(settings):
    asked = [Candidate(number, SPACE.from_flat("c"), 0, repeat=number) for number in range(3)]
    found = run(settings, strategy=Listed(asked)).architectures.compute()
    assert found["repeat"].tolist() == [0, 1, 2]
    assert found["seed"].nunique() == 3
    assert found["last_val_accuracy_percent"].nunique() == 3


def test_a_parent_that_was_not_asked_for_is_refused(settings):
    with pytest.raises(ParameterError, match="candidate 0, parents: expected candidates that were"):
        run(settings, strategy=Listed(candidates("c", parents=(4,))))


def test_a_number_given_twice_is_refused(settings):
    asked = [Candidate(0, SPACE.from_flat(flat), 0) for flat in "cm"]
    with pytest.raises(ParameterError, match="candidate 0: expected a number of its own"):
        run(settings, strategy=Listed(asked))


def test_seeds_follow_from_the_search_and_the_number_alone():
    seeds = {(seed, number): training_seed(seed, number) for seed in range(30)
             for number in range(30)}  # fmt: skip
    assert len(set(seeds.values())) == 900
    assert all(0 <= one < 2**32 for one in seeds.values())


def test_the_engine_ends_trainings_and_the_search_works_with_its_predictions(settings):
    settings |= {"epoch_budget": 20, "engine": {"name": "a4nn_2023", "threshold": 2.0}}
    strategy = Listed(candidates("c", "m", "k", "cc"))
    commons = run(settings, strategy=strategy)
    found = commons.architectures.compute()
    assert set(found["status"]) == {"early_stopped"}
    told = [values[0] for values in strategy.told]
    assert told == found["last_prediction_percent"].tolist()
    assert told != found["last_val_accuracy_percent"].tolist()


def test_an_engine_that_ends_nothing_only_predicts(settings):
    settings |= {"epoch_budget": 20}
    settings["engine"] = {"name": "a4nn_2023", "threshold": 2.0, "early_termination": False}
    strategy = Listed(candidates("c", "m"))
    found = run(settings, strategy=strategy).architectures.compute()
    assert set(found["status"]) == {"ok"}
    assert found["last_prediction_percent"].notna().all()
    told = [values[0] for values in strategy.told]
    assert told == found["last_val_accuracy_percent"].tolist()


class Heard:
    """A progress that keeps what it hears."""

    def __init__(self):
        self.calls, self.states = [], []

    def say(self, message):
        self.calls.append(("say", message))

    def start(self, label, total, unit):
        self.calls.append(("start", label, total))

    def advance(self, amount):
        self.calls.append(("advance", amount))

    def finish(self):
        self.calls.append(("finish",))

    def tell(self, state):
        self.states.append(state)


def test_progress_hears_networks_generations_and_epochs_saved(settings):
    heard = Heard()
    assert isinstance(heard, SearchProgress)
    settings |= {"epoch_budget": 20, "engine": {"name": "a4nn_2023", "threshold": 2.0}}
    settings["strategy"] = {"name": "toy_search:Grow", "generations": 2}
    commons = run(settings, progress=heard)
    trained = commons.architectures.compute()["epochs_trained"].sum()
    last = heard.states[-1]
    assert (last.done, last.asked, last.networks, last.generation) == (6, 6, 6, 1)
    assert (last.epochs_trained, last.epochs_saved) == (trained, 6 * 20 - trained)
    assert last.epochs_saved > 0
    assert heard.calls[0] == ("start", "networks", 6)
    assert heard.calls.count(("advance", 1)) >= 6
    assert [state.done for state in heard.states] == sorted(state.done for state in heard.states)
    assert f"{last.epochs_saved:g} saved" in str(last)


def test_each_generation_is_logged(settings, caplog):
    with caplog.at_level(logging.INFO, logger="vinarch"):
        run(settings)
    lines = [one.getMessage() for one in caplog.records if "generation" in one.getMessage()]
    assert len(lines) == 4
    assert lines[1].startswith("my-search: generation 1: 6 of 6 networks, best ")


def test_a_run_that_grows_opens_meanwhile(settings, folder):
    seen = []

    class Looks(Toy):
        def train(self, network, candidate, seed):
            super().train(network, candidate, seed)
            seen.append(len(vinarch.open(folder).architectures.compute()))

    run(settings, evaluator=Looks(), strategy=Listed(candidates("c", "m", "k")))
    assert seen == [1, 2, 3]
    assert isinstance(vinarch.open(folder).architectures.compute(), pd.DataFrame)
