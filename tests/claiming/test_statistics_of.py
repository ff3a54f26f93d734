"""Each statistic, worked by hand on a search of four networks."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.claiming import statistics_of as of
from vinarch.claiming.evidence import Evidence
from vinarch.errors import SelectionError
from vinarch.schema import ARCHITECTURES, EXPERIMENTS, HISTORIES, MATCHES

SLOW, FAST = "slow", "fast"


def table(declared, columns, rows):
    """Rows written by hand, in the declared dtypes."""
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "archive", "TOY")
    return frame.astype({name: declared.column(name).pandas_dtype for name in frame})


EXPERIMENT_ROWS = table(
    EXPERIMENTS,
    ["experiment", "early_termination", "epoch_budget", "wall_time_seconds"],
    [(SLOW, True, 5, 9000.0), (FAST, True, 5, 3600.0), ("unknown", None, None, None)],
)
# Budget 4 networks * 5 epochs = 20, of which 3 + 5 + 4 + 2 = 14 were trained: 30 % saved.
NETWORKS = table(
    ARCHITECTURES,
    ["experiment", "architecture", "mflops", "epochs_trained", "last_val_accuracy_percent"],
    [
        (SLOW, 7, 100.0, 3, 90.0), (SLOW, 2, 300.0, 5, 95.0),
        (SLOW, 5, 200.0, 4, 80.0), (SLOW, 9, 50.0, 2, 60.0),
    ],
)  # fmt: skip
# 7 converges after epoch 2 at 97; 5 after 1 at 85, and later no more; 2 and 9 never do.
EPOCHS = table(
    HISTORIES,
    ["experiment", "architecture", "epoch", "prediction_percent", "converged"],
    [
        (SLOW, 7, 3, 99.0, True), (SLOW, 7, 2, 97.0, True), (SLOW, 7, 1, None, False),
        (SLOW, 5, 1, 85.0, True), (SLOW, 5, 2, 70.0, False),
        (SLOW, 2, 4, 99.5, False), (SLOW, 9, 1, None, None),
    ],
)  # fmt: skip
MATCH_ROWS = pd.DataFrame(
    {
        "experiment": SLOW,
        "start": [0, 4, 4],
        "length": [5, 5, 6],
        "subsequence": ["10110", "10110", "101101"],
        "structures": [[1, 2], [3, 5, 8], [3, 8]],
        "count": [2, 3, 2],
        "mean_val_accuracy_percent": [80.25, 90.5, math.nan],
    }
).astype({"subsequence": MATCHES.column("subsequence").pandas_dtype})
EVIDENCE = Evidence(EXPERIMENT_ROWS, NETWORKS, EPOCHS, MATCH_ROWS)

BY_HAND = {
    # (name, experiments): parameters, value
    ("share_of_epochs_saved", SLOW): ({}, 30.0),
    ("share_converged", SLOW): ({}, 50.0),
    ("median_epoch_of_convergence", SLOW): ({}, 1.5),
    ("network_epoch_of_convergence", SLOW): ({"architecture": 7}, 2.0),
    ("prediction_at_epoch", SLOW): ({"architecture": 7, "epoch": 3}, 99.0),
    ("last_accuracy", SLOW): ({"architecture": 5}, 80.0),
    # Fitness: 7 has 97 (its prediction), 2 has 95, 5 has 85, 9 has 60.
    ("last_accuracy_of_fittest", SLOW): ({}, 90.0),
    # 9 is lightest, 7 heavier and best of all: it dominates 5 and 2.
    ("pareto_front_size", SLOW): ({}, 2.0),
    ("wall_hours", SLOW): ({}, 2.5),
    ("ratio_of_wall_times", f"{SLOW} {FAST}"): ({}, 2.5),
    ("matched_start", SLOW): ({"subsequence": "101101"}, 4.0),
    ("matched_length", SLOW): ({"start": 4, "subsequence": "101101"}, 6.0),
    ("matched_structure_count", SLOW): ({"start": 4, "subsequence": "10110"}, 3.0),
    ("matched_mean_accuracy", SLOW): ({"start": 4, "subsequence": "10110"}, 90.5),
    ("listed_structures_matched", SLOW): (
        {"start": 4, "subsequence": "10110", "structures": [8, 5, 1, 8]},
        2.0,
    ),
}


def run(name, experiments, parameters, evidence=EVIDENCE):
    statistic = of.STATISTICS_BY_NAME[name]
    tables = [evidence.table(table, experiments.split()) for table in statistic.tables]
    return statistic.function(*tables, **parameters)


@pytest.mark.parametrize(("name", "experiments"), BY_HAND)
def test_a_statistic_is_as_worked_by_hand(name, experiments):
    parameters, value = BY_HAND[name, experiments]
    assert run(name, experiments, parameters) == pytest.approx(value, abs=1e-12)
    assert {*parameters} == {*of.STATISTICS_BY_NAME[name].parameters}
    assert len(experiments.split()) == of.STATISTICS_BY_NAME[name].experiment_count


def test_every_statistic_is_worked_by_hand():
    assert {name for name, _ in BY_HAND} == {*of.STATISTICS_BY_NAME}


def test_the_order_of_searches_is_that_of_the_claim():
    assert run("ratio_of_wall_times", f"{FAST} {SLOW}", {}) == 0.4


def test_of_equally_fit_networks_the_lowest_number_counts():
    # 2 gets the 97 that is predicted for 7, and comes first though it stands second.
    tied = NETWORKS.assign(last_val_accuracy_percent=[90.0, 97.0, 80.0, 60.0])
    assert of.last_accuracy_of_fittest(EXPERIMENT_ROWS, tied, EPOCHS) == 97.0


def test_a_network_whose_converged_prediction_is_lost_has_no_fitness():
    lost = EPOCHS.assign(
        prediction_percent=EPOCHS["prediction_percent"].where(EPOCHS["epoch"] != 2)
    )
    assert of.last_accuracy_of_fittest(EXPERIMENT_ROWS, NETWORKS, lost) == 95.0


@pytest.mark.parametrize("ended", [False, None])
def test_a_search_without_the_engine_goes_by_last_accuracies(ended):
    rows = EXPERIMENT_ROWS.assign(
        early_termination=pd.array([ended] * len(EXPERIMENT_ROWS), dtype="boolean")
    )
    # By accuracy and MFLOPs: 95 at 300, 90 at 100, 80 at 200, 60 at 50.
    assert of.last_accuracy_of_fittest(rows, NETWORKS, EPOCHS) == 95.0
    assert of.pareto_front_size(rows, NETWORKS, EPOCHS) == 3.0
    silent = EPOCHS.assign(converged=pd.array([None] * len(EPOCHS), dtype="boolean"))
    assert of.pareto_front_size(rows, NETWORKS, silent) == 3.0


@pytest.mark.parametrize(
    ("name", "experiments", "parameters", "where", "expected", "got"),
    [
        ("share_of_epochs_saved", "unknown", {}, "commons", "an epoch budget", "none on record"),
        ("wall_hours", "unknown", {}, "commons", "a wall time", "none on record"),
        ("ratio_of_wall_times", "slow unknown", {}, "commons", "a wall time", "none on record"),
        ("last_accuracy", SLOW, {"architecture": 8}, "network 8", "one row", "none"),
        ("network_epoch_of_convergence", SLOW, {"architecture": 2}, "network 2", "one row", "none"),
        (
            "prediction_at_epoch", SLOW, {"architecture": 7, "epoch": 1},
            "commons", "prediction_percent of network 7, epoch 1", "none on record",
        ),
        ("matched_start", SLOW, {"subsequence": "10110"}, "10110", "one row", "2"),
        (
            "matched_length", SLOW, {"start": 0, "subsequence": "101101"},
            "101101 at start index 0", "one row", "none",
        ),
        (
            "listed_structures_matched", SLOW, {"start": 1, "subsequence": "1", "structures": [1]},
            "1 at start index 1", "one row", "none",
        ),
        (
            "matched_mean_accuracy", SLOW, {"start": 4, "subsequence": "101101"}, "commons",
            "mean_val_accuracy_percent of 101101 at start index 4", "none on record",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_says_what_is_missing(
    name, experiments, parameters, where, expected, got
):
    with pytest.raises(SelectionError) as caught:
        run(name, experiments, parameters)
    assert (caught.value.where, caught.value.expected, caught.value.got) == (where, expected, got)


def test_a_search_where_nothing_converged_has_a_share_but_no_epoch():
    never = EPOCHS.assign(converged=False).astype({"converged": "boolean"})
    assert of.share_converged(NETWORKS, never) == 0.0
    with pytest.raises(SelectionError, match="expected one that converged, got none"):
        of.median_epoch_of_convergence(never)


def test_a_search_that_records_no_convergence_has_no_share():
    silent = EPOCHS.assign(converged=pd.array([None] * len(EPOCHS), dtype="boolean"))
    with pytest.raises(SelectionError, match="whether predictions converged, got none"):
        of.share_converged(NETWORKS, silent)


def test_a_search_without_any_accuracy_has_no_fittest():
    unknown = NETWORKS.assign(last_val_accuracy_percent=math.nan)
    never = EPOCHS.assign(converged=pd.array([False] * len(EPOCHS), dtype="boolean"))
    with pytest.raises(SelectionError, match="whose fitness is known, got none"):
        of.last_accuracy_of_fittest(EXPERIMENT_ROWS, unknown, never)


HISTORIES_DRAWN = st.lists(
    st.lists(st.tuples(st.booleans(), st.floats(0, 100)), min_size=1, max_size=6),
    min_size=1,
    max_size=8,
)


@given(HISTORIES_DRAWN, st.randoms())
def test_convergence_and_fitness_are_those_of_a_plain_loop(histories, random):
    rows = [
        (SLOW, network, epoch, prediction, converged)
        for network, history in enumerate(histories)
        for epoch, (converged, prediction) in enumerate(history)
    ]
    random.shuffle(rows)
    epochs = table(HISTORIES, EPOCHS.columns[1:], rows)
    networks = table(
        ARCHITECTURES,
        NETWORKS.columns[1:],
        [(SLOW, n, 1.0, len(h), 50.0 + n) for n, h in enumerate(histories)],
    )
    first = [next((e for e, (yes, _) in enumerate(h) if yes), None) for h in histories]
    fitness = [
        50.0 + n if e is None else h[e][1]
        for n, (h, e) in enumerate(zip(histories, first, strict=True))
    ]
    count = sum(e is not None for e in first)
    assert of.share_converged(networks, epochs) == pytest.approx(100 * count / len(histories))
    assert of.last_accuracy_of_fittest(EXPERIMENT_ROWS, networks, epochs) == 50.0 + fitness.index(
        max(fitness)
    )
    for n, e in enumerate(first):
        if e is not None:
            assert of.network_epoch_of_convergence(epochs, architecture=n) == e
