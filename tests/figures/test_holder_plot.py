import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import vinarch
from vinarch import figures
from vinarch.errors import ParameterError, SelectionError
from vinarch.figures.holder_plot import MOST_EXPERIMENTS
from vinarch.figures.theme import SERIES

BITS = "10110110101010"


@pytest.fixture
def rows():
    """Return an experiment with a match, one with a lone holder, one that nobody holds it in."""
    return pd.DataFrame(
        {
            "archive": "toy", "experiment": ["one", "two", "three"],
            "structure_count": [5, 1, 0], "network_count": [6, 1, 0],
            "mean": [90.0, 80.0, np.nan], "mean_low": [85.0, np.nan, np.nan],
            "mean_high": [101.5, np.nan, np.nan], "own_mean": [70.0, 75.0, 60.0],
            "own_mean_low": [60.0, 70.0, 50.0], "own_mean_high": [76.0, 78.0, 66.0],
            "matched": [True, False, False], "start": 2, "subsequence": "10110",
        }
    )  # fmt: skip


def marks_of(drawing):
    """Return place and face of each round or square mark."""
    lines = drawing.figure.axes[0].lines
    return {
        (line.get_marker(), float(line.get_xdata()[0]), round(float(line.get_ydata()[0]), 2)): (
            to_hex(line.get_markerfacecolor())
        )
        for line in lines
        if line.get_marker() in {"o", "D"}
    }


def test_means_stand_at_their_values_filled_where_it_is_a_match(rows):
    white = "#ffffff"
    assert marks_of(figures.subsequence_holders(rows)) == {
        ("o", 90.0, -0.16): SERIES[1],
        ("o", 80.0, 0.84): white,
        ("D", 70.0, 0.16): white,
        ("D", 75.0, 1.16): white,
        ("D", 60.0, 2.16): white,
    }


def test_intervals_end_where_accuracies_do(rows):
    axes = figures.subsequence_holders(rows).figure.axes[0]
    spans = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    known = [[float(a), float(b)] for a, b in spans if np.isfinite(a) and (a, b) != (0, 1)]
    assert sorted(known) == [[50, 66], [60, 76], [70, 78], [85, 100]]
    assert max(axes.get_xticks()) <= 100


def test_counts_and_names_stand_beside_the_rows(rows, texts_of):
    texts = texts_of(figures.subsequence_holders(rows).figure)
    assert {"one", "two", "three", "structures", "networks", "5", "6", "1", "0"} <= set(texts)
    assert "10110, start index 2, length 5" in texts


def test_the_caption_tells_the_numbers(rows):
    caption = figures.subsequence_holders(rows).caption
    assert caption.startswith(
        "The subsequence 10110 (start index 2, length 5) in 3 experiments of toy, of which 2 hold "
        "it; filled circles: where it is a matching subsequence; "
    )
    assert caption.endswith(
        "one: 5 structures, 6 networks, 90.00 % (all 70.00 %). two: 1 structure, 1 network, "
        "80.00 % (all 75.00 %)."
    )


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("length", [1, 40, 300])
@pytest.mark.parametrize("count", [1, 3, 50])
def test_any_number_of_experiments_of_any_name_can_be_read(
    rows, assert_readable, texts_of, width, length, count
):
    many = pd.concat([rows] * count, ignore_index=True).head(count)
    many["experiment"] = [f"{n}_" + "x" * length for n in range(count)]
    drawing = figures.subsequence_holders(many, width=width)
    assert_readable(drawing.figure)
    assert len(drawing.data) == min(count, MOST_EXPERIMENTS)
    cut = f"the first {MOST_EXPERIMENTS} of 50 experiments"
    assert (cut in " ".join(texts_of(drawing.figure))) == (count == 50)
    assert (f"the first {MOST_EXPERIMENTS} of them drawn" in drawing.caption) == (count == 50)


def test_without_any_accuracy_counts_are_drawn_and_it_is_said(rows, assert_readable):
    rows.loc[:, [name for name in rows.columns if "mean" in name]] = np.nan
    drawing = figures.subsequence_holders(rows)
    assert "No validation accuracy is recorded. one: 5 structures, 6 networks." in drawing.caption
    assert marks_of(drawing) == {}
    assert_readable(drawing.figure)


def test_own_axes_bear_names_and_counts(rows):
    axes = Figure(figsize=(6, 4)).add_subplot()
    figures.subsequence_holders(rows, ax=axes)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [
        "one\n5 structures, 6 networks", "two\n1 structure, 1 network", "three\nnobody holds it",
    ]  # fmt: skip


def test_what_cannot_be_drawn_is_refused(rows):
    bare = rows.drop(columns=["start", "subsequence"])
    with pytest.raises(ParameterError, match="argument start: expected start"):
        figures.subsequence_holders(bare)
    assert "1011" in figures.subsequence_holders(bare, 0, "[1,0,1,1]").caption
    with pytest.raises(ParameterError, match="no matched among"):
        figures.subsequence_holders(rows.drop(columns="matched"))
    with pytest.raises(
        ParameterError, match="each archive, experiment once, got 3 of 6 rows again"
    ):
        figures.subsequence_holders(pd.concat([rows, rows]))


@pytest.mark.parametrize(
    ("start", "length", "words"),
    [(0, 14, {}), (0, 8, {}), (7, 7, {"within_phase": True}), (0, 8, {"min_length": 9})],
)
def test_rows_of_a_commons_are_matches_where_match_says_so(real_commons, start, length, words):
    symbols = (BITS + BITS)[start : start + length]
    drawing = figures.subsequence_holders(real_commons, start, symbols, **words)
    found = vinarch.match(real_commons, **words).compute()
    there = found[(found["start"] == start) & (found["subsequence"] == symbols)]
    data = drawing.data.set_index("experiment")
    assert set(data.index[data["matched"]]) == set(there["experiment"])
    counts = there.set_index("experiment")["count"]
    assert data.loc[counts.index, "structure_count"].tolist() == counts.tolist()
    assert len(data) == 9
    assert figures.subsequence_holders(drawing.data).svg() == drawing.svg()


def test_experiments_without_networks_have_no_row(real_commons):
    with pytest.raises(SelectionError, match="without histories"):
        figures.subsequence_holders(real_commons.select(status="no_histories"), 0, BITS)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"subsequence": 5}, "argument subsequence: expected its symbols as text, got 5"),
        ({"subsequence": ["0", "0"]}, "expected its symbols as text"),
        (
            {"min_length": 99},
            r"subsequence_holders\(min_length=…\): expected a whole number from 1",
        ),
        ({"within_phase": "no"}, r"subsequence_holders\(within_phase=…\): expected True or False"),
    ],
)
def test_careless_arguments_are_refused(real_commons, settings, words):
    with pytest.raises(ParameterError, match=words):
        figures.subsequence_holders(real_commons, 0, **{"subsequence": BITS} | settings)
