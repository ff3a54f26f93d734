import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from vinarch.errors import ParameterError
from vinarch.figures.paired_plot import draw_paired_accuracies


def make(count=12, seed=2, relation="replication", **columns):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "experiment_a": "1gpu_1e14_no_early_termination",
            "experiment_b": "4gpu_1e14_early_termination",
            "structure_id": [f"s:{number:04}" for number in range(count)],
            "measure": "last_val_accuracy_percent",
            "accuracy_a_percent": 100 - random.exponential(3, count).clip(0, 99),
            "accuracy_b_percent": 100 - random.exponential(3, count).clip(0, 99),
            "in_shared_start": np.arange(count) % 2 == 0,
            "full_budget": np.arange(count) % 3 == 0,
            "relation": relation,
            "mean_absolute_difference_points": 1.234,
            "spearman": -0.5,
            "spearman_low": -0.9,
            "spearman_high": 0.25,
            "confidence": 0.95,
        }
    )
    return frame.assign(**columns)


def marks(axes):
    return {
        (len(c.get_facecolor()) == 0, len(c.get_paths()[0].vertices) > 10): c.get_offsets().tolist()
        for c in axes.collections
    }


def test_open_marks_are_of_the_start_and_circles_of_the_full_budget(assert_readable):
    structures = make()
    drawing = draw_paired_accuracies(structures)
    assert_readable(drawing.figure)
    found = marks(drawing.figure.axes[0])
    assert len(found) == 4
    for (shared, full), offsets in found.items():
        rows = structures[
            (structures["in_shared_start"] == shared) & (structures["full_budget"] == full)
        ]
        assert offsets == rows[["accuracy_a_percent", "accuracy_b_percent"]].to_numpy().tolist()


def test_both_axes_have_one_scale_and_the_line_is_equality():
    axes = draw_paired_accuracies(make()).figure.axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_xscale() == axes.get_yscale()
    box = axes.get_window_extent()
    assert box.width == pytest.approx(box.height)
    (line,) = axes.lines
    assert line.get_xdata().tolist() == line.get_ydata().tolist() == list(axes.get_xlim())


def test_the_caption_tells_numbers_and_what_they_mean():
    caption = draw_paired_accuracies(make()).caption
    assert caption.startswith(
        "Validation accuracy of the last epoch of the 12 structures that both "
        "1gpu_1e14_no_early_termination (across) and 4gpu_1e14_early_termination (up) trained"
    )
    assert "mean absolute difference 1.23 percentage points" in caption
    assert (
        "Spearman correlation \N{MINUS SIGN}0.50 (95 % interval \N{MINUS SIGN}0.90 to 0.25), n = 12"
        in caption
    )
    assert "the differences tell of replication" in caption
    assert "shared start of the two (6), filled ones do not (6)" in caption
    assert "in both (4), triangles were not (8)" in caption


@pytest.mark.parametrize(
    ("relation", "title", "sentence"),
    [
        ("replication", "Replication: same structures, same task data", "tell of replication"),
        ("transfer", "Transfer: same structures, other task data", "says nothing of reproducib"),
        ("unknown", "Same structures, task data not known to be the same", "cannot count as"),
    ],
)
def test_replication_and_transfer_are_told_apart(relation, title, sentence, texts_of):
    drawing = draw_paired_accuracies(make(relation=relation))
    assert title in texts_of(drawing.figure)
    assert sentence in drawing.caption


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [1, 2, 300])
def test_few_and_many_structures_are_readable(count, width, assert_readable):
    long = "an_experiment_whose_name_tells_everything_" * 3
    structures = make(count, experiment_b=long, experiment_a="$" + long)
    assert_readable(draw_paired_accuracies(structures, width=width).figure)


@pytest.mark.parametrize("width", ["single", "double"])
def test_structures_on_one_spot_are_counted(width, assert_readable, texts_of):
    structures = make(9, accuracy_a_percent=100.0, accuracy_b_percent=100.0)
    structures.loc[8, ["accuracy_a_percent", "accuracy_b_percent"]] = 60.0
    figure = draw_paired_accuracies(structures, width=width).figure
    assert_readable(figure)
    # Of the first eight the even ones belong to the start, each third has the full budget.
    assert (
        "2 \N{WHITE CIRCLE}  2 \N{WHITE UP-POINTING TRIANGLE}  1 \N{BLACK CIRCLE}  3 "
        in "".join(texts_of(figure))
    )


@pytest.mark.parametrize("width", ["single", "double"])
def test_counts_stand_clear_of_line_and_marks(width):
    structures = make(14)
    structures.loc[:4, ["accuracy_a_percent", "accuracy_b_percent"]] = 100.0
    structures.loc[5:7, ["accuracy_a_percent", "accuracy_b_percent"]] = 97.0
    figure = draw_paired_accuracies(structures, width=width).figure
    axes = figure.axes[0]
    assert len(axes.texts) == 2
    figure.draw_without_rendering()
    marks = [mark for c in axes.collections for mark in axes.transData.transform(c.get_offsets())]
    for text in axes.texts:
        box = Text.get_window_extent(text)  # without its leader
        x, y = box.corners().T - np.array([[axes.bbox.x0], [axes.bbox.y0]])
        assert len(set(y > x)) == 1
        assert not any(box.contains(*mark) for mark in marks)


def test_every_mark_is_drawn_alone_or_counted():
    structures = make(14)
    structures.loc[:4, ["accuracy_a_percent", "accuracy_b_percent"]] = 100.0
    structures.loc[5:13, "accuracy_a_percent"] = np.linspace(60, 99, 9)
    structures.loc[5:13, "accuracy_b_percent"] = np.linspace(99, 60, 9)
    (words,) = draw_paired_accuracies(structures).figure.axes[0].texts
    assert sum(int(word) for word in words.get_text().split() if word.isdigit()) == 5


def test_too_few_for_a_rank_correlation_is_said():
    nothing = float("nan")
    structures = make(3, spearman=nothing, spearman_low=nothing, spearman_high=nothing)
    assert (
        "too few or too equal for a rank correlation" in draw_paired_accuracies(structures).caption
    )


def test_structures_without_both_accuracies_are_counted():
    structures = make()
    structures.loc[2, "accuracy_b_percent"] = np.nan
    drawing = draw_paired_accuracies(structures)
    assert len(drawing.data) == 11
    assert "1 structure without both accuracies left out" in drawing.caption


def test_given_axes_are_drawn_on():
    axes = Figure().add_subplot()
    assert draw_paired_accuracies(make(), ax=axes).figure is axes.figure
    assert axes.get_xlabel().startswith("1gpu_1e14_no_early_termination\n")
    assert len(axes.get_legend().get_texts()) == 5


def test_bytes_do_not_hang_on_the_order_of_rows():
    structures = make(40)
    shuffled = structures.sample(frac=1, random_state=1)
    assert draw_paired_accuracies(shuffled).png() == draw_paired_accuracies(structures).png()


def test_rows_of_several_pairs_are_refused():
    both = pd.concat([make(), make(experiment_a="another")])
    with pytest.raises(ParameterError, match="rows of one pair of experiments, got 2"):
        draw_paired_accuracies(both)
    with pytest.raises(ParameterError, match="replication, transfer, unknown, got 'same'"):
        draw_paired_accuracies(make(relation="same"))
