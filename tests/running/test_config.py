from __future__ import annotations

import dataclasses
import pickle

import pytest

from vinarch.errors import ParameterError
from vinarch.running import SearchConfig, plan

TOML = """\
folder = "runs/one"
space = "nsga-net-macro-3x4"
objectives = ["max val_accuracy_percent", "min mflops"]
epoch_budget = 25
seed = 3

[strategy]
name = "random"
networks = 20

[evaluator]
name = "toy_search:Toy"
seconds = 0

[engine]
name = "a4nn_2023"
threshold = 0.25
"""


@pytest.fixture
def written(tmp_path):
    def written(old="", new=""):
        assert old in TOML
        path = tmp_path / "search.toml"
        path.write_text(TOML.replace(old, new), encoding="utf-8")
        return path

    return written


def test_a_file_a_mapping_and_keywords_say_the_same(written, tmp_path):
    from_file = SearchConfig.read(written())
    mapping = {
        "folder": "runs/one",
        "space": "nsga-net-macro-3x4",
        "objectives": ["max val_accuracy_percent", "min mflops"],
        "epoch_budget": 25,
        "seed": 3,
        "strategy": {"name": "random", "networks": 20},
        "evaluator": {"name": "toy_search:Toy", "seconds": 0},
        "engine": {"name": "a4nn_2023", "threshold": 0.25},
    }
    assert from_file == SearchConfig.read(mapping) == SearchConfig(**mapping)
    assert SearchConfig.read(from_file) is from_file
    assert from_file.folder == "runs/one"
    assert from_file.objectives == ("max val_accuracy_percent", "min mflops")
    assert SearchConfig.read(str(written())) == from_file


def test_the_record_keeps_all_but_where_and_how_it_runs(written):
    kept = SearchConfig.read(written()).configuration
    assert not {"folder", "workers", "on_error", "places"} & set(kept)
    assert kept["strategy"] == {"name": "random", "networks": 20}
    assert kept["objectives"] == ["max val_accuracy_percent", "min mflops"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 3", "sed = 3", "toml, line 5: expected keys among folder, .* Did you mean seed"),
        ("[strategy]", "[stratgy]", "toml, line 7: expected keys among .* Did you mean strategy"),
        ("seed = 3", "seed = -3", "line 5, seed: expected a whole number, zero or more, got -3"),
        ("seed = 3", "workers = 0", "line 5, workers: expected a whole number, 1 or more, got 0"),
        ("= 25", '= "25"', "line 4, epoch_budget: expected a number above zero, got '25'"),
        ("= 25", "= 0", "line 4, epoch_budget: expected a number above zero, got 0"),
        ('"min mflops"', '"less mflops"', "line 3.*expected a list such as .*less mflops"),
        ("seed = 3", 'on_error = "stop"', "line 5, on_error: expected 'raise' or 'fail', got"),
        ('folder = "runs/one"', "", "toml: expected the key folder .a folder., got none"),
        ('name = "random"\n', "", "line 7, strategy: expected its name, got None"),
        ("seed = 3", "seed == 3", "toml: expected TOML in UTF-8, got .*line 5"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_with_its_line(written, old, new, message):
    with pytest.raises(ParameterError, match=message):
        SearchConfig.read(written(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("macro-3x4", "macro-3y4", "toml, line 2: search space: expected"),
        ('"random"', '"randm"', "line 8: strategy: expected nsga2, random.* Did you mean 'random'"),
        ("networks = 20", "network = 20", "line 9: strategy random: .*Did you mean 'networks'"),
        ("networks = 20", "networks = 0", r"line 9: RandomSearch\(networks=…\): expected"),
        ("search:Toy", "search:Toi", "12: evaluator: expected a class or function .*'Toi'"),
        ("toy_search:Toy", "toysearch:Toy", "12: evaluator: expected a module .*'toysearch'"),
        ("toy_search:Toy", "tabel", "12: evaluator: expected training, .*Did you mean 'table'"),
        ("seconds = 0", "second = 0", "13: evaluator toy_search:Toy: .*Did you mean 'seconds'"),
        ('"a4nn_2023"', '"a4nn"', "line 16: engine: expected a4nn_2023, penguin_2022, got 'a4nn'"),
        ("threshold = 0.25", "treshold = 1", "line 17: engine: .*Did you mean 'threshold'"),
        ("threshold = 0.25", "threshold = -1", r"line 17: PredictionEngine\(threshold"),
        ("threshold = 0.25", "early_termination = 1", "17: engine, early_termination: expected"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_is_refused_with_its_line_before_anything_is_written(
    written, old, new, message, monkeypatch, tmp_path
):
    path = written(old, new)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match=message):
        plan(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_plan_writes_nothing(written, monkeypatch, tmp_path):
    path = written()
    monkeypatch.chdir(tmp_path)
    made = plan(path)
    assert list(tmp_path.iterdir()) == [path]
    assert (made.networks, made.resumes, made.recorded) == (20, False, ())
    assert made.folder == tmp_path / "runs" / "one"
    assert made.about["engine"].threshold == 0.25
    assert made.about["engine"].last_epoch == 25
    assert made.about["early_termination"]
    assert [one.number for one in made.first] == list(range(10))


def test_what_the_settings_leave_out_the_evaluator_says():
    class Short:
        epoch_budget = 4
        epoch_step = 0.5
        task_data = "few"

        def costs(self, genome):
            return {}

        def train(self, network, candidate, seed):
            """Train nothing."""

    raw = {"folder": "x", "space": "chain-layers", "strategy": {"name": "random", "networks": 2}}
    made = plan(raw, evaluator=Short())
    assert (made.config.epoch_budget, made.config.epoch_step) == (4, 0.5)
    assert (made.config.first_epoch, made.about["task_data"]) == (0, "few")
    assert plan({**raw, "epoch_budget": 2}, evaluator=Short()).config.epoch_budget == 2
    assert made.config.evaluator["name"].endswith(":test_what_the_settings_leave_out_the_evaluator"
                                                  "_says.<locals>.Short")  # fmt: skip


@pytest.mark.parametrize("given", [3, None, " "])
def test_no_settings_are_refused(given):
    with pytest.raises(ParameterError, match="expected a TOML file, a mapping or a SearchConfig"):
        SearchConfig.read(given)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"no.toml: expected a file of settings, got No such"):
        SearchConfig.read(tmp_path / "no.toml")


def test_settings_are_frozen_and_pickle(written):
    config = SearchConfig.read(written())
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 4
    assert pickle.loads(pickle.dumps(config)) == config
