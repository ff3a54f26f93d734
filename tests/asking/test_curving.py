from __future__ import annotations

import pandas as pd
import pytest
from tables import TOY_FILES, ingest_files

from vinarch.asking.curving import long_curves
from vinarch.commons import open_commons
from vinarch.errors import ParameterError, SelectionError
from vinarch.schema import CURVES

E14, E15 = "1gpu_1e14_early_termination", "1gpu_1e15_no_early_termination"


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return open_commons(folder / "commons")


def test_curves_by_hand(toys):
    found = toys.select(beam="1e14").curves([51, 7], values="val_accuracy_percent")
    assert found.drop(columns=["archive", "experiment"]).to_numpy().tolist() == [
        [7, "val_accuracy_percent", 0.0, 1.0, 50.0, "%"],
        [7, "val_accuracy_percent", 1.0, 2.0, 55.0, "%"],
        [51, "val_accuracy_percent", 0.0, 1.0, 70.25, "%"],
        [51, "val_accuracy_percent", 1.0, 2.0, 75.5, "%"],
    ]
    assert found.dtypes.to_dict() == CURVES.empty().dtypes.to_dict()
    assert set(found["experiment"]) == {E14}


def test_every_value_that_exists_is_a_curve(toys):
    found = toys.curves(toys.best(1))
    # The best network's file tells no times.
    assert found["measure"].unique().tolist() == [
        "train_accuracy_percent",
        "val_accuracy_percent",
        "prediction_percent",
    ]
    prediction = found[found["measure"] == "prediction_percent"]
    assert prediction[["epoch", "value"]].to_numpy().tolist() == [[1.0, 83.5]]
    assert toys.curves(1).equals(found)
    units = toys.curves(7).set_index("measure")["unit"]
    assert units["epoch_time_seconds"].unique().tolist() == ["s"]


def test_measures_stay_in_the_order_asked_for(toys):
    found = toys.curves(1, values=["val_accuracy_percent", "train_accuracy_percent"])
    assert (
        found["measure"].tolist() == ["val_accuracy_percent"] * 2 + ["train_accuracy_percent"] * 2
    )


def test_the_best_by_another_measure(toys):
    found = toys.curves(1, by="mflops", values="val_accuracy_percent")
    assert set(zip(found["experiment"], found["architecture"], strict=True)) == {(E14, 51)}


def test_curves_of_a_front_over_several_experiments(toys):
    front = toys.pareto()
    found = toys.curves(front, values="val_accuracy_percent")
    told = found[["experiment", "architecture"]].drop_duplicates()
    assert set(told.itertuples(index=False, name=None)) == set(
        front[["experiment", "architecture"]].itertuples(index=False, name=None)
    )


def test_epochs_are_counted_alike_whatever_the_source_calls_them():
    histories = pd.DataFrame(
        {
            "archive": ["a"] * 2 + ["b"] * 3,
            "experiment": ["e"] * 5,
            "architecture": [0] * 5,
            # One counts from 0, the other in half epochs from 0.5.
            "epoch": [0.0, 1.0, 0.5, 1.0, 1.5],
            "val_loss": [3.0, 2.0, 5.0, None, 4.0],
        }
    )
    experiments = pd.DataFrame(
        {"archive": ["a", "b"], "experiment": ["e", "e"], "first_epoch": [0.0, 1.0]}
    )
    found = long_curves(histories, experiments, ["val_loss"])
    assert found[["archive", "epochs_done", "value"]].to_numpy().tolist() == [
        ["a", 1.0, 3.0],
        ["a", 2.0, 2.0],
        ["b", 0.5, 5.0],
        ["b", 1.5, 4.0],
    ]
    assert set(found["unit"]) == {""}


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (
            lambda c: c.curves(values="val_accuracy"),
            ParameterError,
            "curves(values=…): expected 'train_accuracy_percent', ",
        ),
        (lambda c: c.curves(values=[]), ParameterError, "at least one column of `histories`"),
        (lambda c: c.curves(0), ParameterError, "best(n=…): expected a whole number from 1"),
        (
            lambda c: c.curves([51]),
            ParameterError,
            "a frame of networks where there are several experiments, got 1 numbers and 3 exp",
        ),
        (lambda c: c.curves("51"), ParameterError, "numbers of architectures such as [3, 71]"),
        (lambda c: c.curves(3.5), ParameterError, "got 3.5"),
        (
            lambda c: c.curves(pd.DataFrame({"architecture": [1]})),
            ParameterError,
            (
                "a frame with the columns archive, experiment, architecture, got one without "
                "archive, experiment. Pass what commons.best(…) or commons.pareto(…) returns."
            ),
        ),
        (
            lambda c: c.select(beam="1e14").curves([51, 3]),
            SelectionError,
            f"got architecture 3 of {E14} (TOY), which is none of them",
        ),
        (
            lambda c: c.select("architecture < 50", beam="1e14").curves(c.best(7)),
            SelectionError,
            "which is none of them",
        ),
        (
            lambda c: c.curves(2, values="test_loss"),
            SelectionError,
            (
                "curves: expected training histories with test_loss, got 4 rows of 2 networks "
                "without such values. They have train_accuracy_percent, val_accuracy_percent, "
            ),
        ),
    ],
)
def test_wrong_questions_are_told(toys, ask, kind, message):
    with pytest.raises(kind) as caught:
        ask(toys)
    assert message in str(caught.value)
