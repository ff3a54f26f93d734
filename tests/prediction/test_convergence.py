from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vinarch.prediction import PredictionEngine, a4nn_2023, penguin_2022
from vinarch.prediction.convergence import converged_after

VALUES = st.one_of(
    st.sampled_from([np.inf, np.nan, 0.0, -0.1, 100.0, 100.1]),
    st.floats(88, 91).map(lambda value: round(value, 1)),
)


def naive_a4nn(predictions, needed, threshold):
    last = predictions[-needed:]
    if len(last) < needed or not all(np.isfinite(last)):
        return False
    median = float(np.median(last))
    return all(0 <= p <= 100 and median - threshold <= p <= median + threshold for p in last)


def naive_penguin(predictions, clears, needed, threshold):
    """PENGUIN's own loop: a list that grows, is cleared, and is asked after each fit."""
    kept, verdict = [], False
    for prediction, clear in zip(predictions, clears, strict=True):
        verdict = False
        if not np.isfinite(prediction):
            continue
        if clear:
            kept = []
            continue
        kept.append(prediction)
        if len(kept) >= needed:
            median = float(np.median(kept))
            close = all(median - threshold <= p <= median + threshold for p in kept)
            verdict = close and 0 < prediction <= 100
            kept = kept[1:]
    return verdict


@given(st.lists(VALUES, min_size=1, max_size=12), st.integers(1, 5))
def test_the_rule_of_2023_is_its_plain_definition(values, needed):
    rule = PredictionEngine(predictions_needed=needed).rule
    predictions = np.array([values])
    found = converged_after(rule, predictions, np.zeros(predictions.shape, dtype=bool))
    expected = [naive_a4nn(values[: place + 1], needed, 0.5) for place in range(len(values))]
    assert found[0].tolist() == expected


@given(st.lists(st.tuples(VALUES, st.booleans()), min_size=1, max_size=12))
def test_the_rule_of_2022_is_its_authors_loop(drawn):
    values, clears = (list(column) for column in zip(*drawn, strict=True))
    found = converged_after(penguin_2022.rule, np.array([values]), np.array([clears]))
    expected = [
        naive_penguin(values[: place + 1], clears[: place + 1], 3, 0.5)
        for place in range(len(values))
    ]
    assert found[0].tolist() == expected


def test_the_rule_gives_every_recorded_verdict(real_commons):
    columns = ["experiment", "architecture", "epoch", "prediction_percent", "converged"]
    rows = real_commons.histories[columns].compute()
    predictions = rows.pivot(
        index=["experiment", "architecture"], columns="epoch", values="prediction_percent"
    ).to_numpy(dtype=float)
    recorded = rows.pivot(index=["experiment", "architecture"], columns="epoch", values="converged")
    there = recorded.notna().to_numpy()
    found = converged_after(a4nn_2023.rule, predictions, np.zeros(predictions.shape, dtype=bool))
    assert there.sum() == 18_290
    assert (found[there] == recorded.to_numpy()[there].astype(bool)).all()
