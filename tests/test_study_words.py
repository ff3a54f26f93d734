import pandas as pd
import pytest

from vinarch import study_words
from vinarch.describing import NETWORK_COLUMNS, RARE_MEASURES, describe
from vinarch.schema import EXPERIMENTS, MATCHES
from vinarch.summary import PUBLISHED_ROW, ChosenRow

LAST, BEST = "last_val_accuracy_percent", "best_val_accuracy_percent"


def networks(*rows):
    """Return networks from (experiment, structure, epochs, last, best, MFLOPs)."""
    columns = ["experiment", "structure_id", "epochs_trained", LAST, BEST, "mflops"]
    frame = pd.DataFrame(rows, columns=columns).assign(archive="TOY")
    # Wrong on purpose: no sentence may take the mean over epochs for a comparison.
    rare = dict.fromkeys(RARE_MEASURES, float("nan"))
    return frame.assign(mean_val_accuracy_percent=11.11, last_prediction_percent=22.22, **rare)[
        list(NETWORK_COLUMNS)
    ]


def experiments(**hours):
    """Return an index of experiments with these wall times."""
    return pd.DataFrame(
        {
            "archive": "TOY",
            "experiment": list(hours),
            "wall_time_seconds": [None if h is None else 3600.0 * h for h in hours.values()],
        }
    ).reindex(columns=EXPERIMENTS.names)


def described(frame, index):
    """Return the statistics across experiments, and by experiment."""
    return (
        describe(frame, index, (), 0.95),
        describe(frame, index, ("archive", "experiment"), 0.95),
    )


TWO = networks(
    ("a", "s1", 4, 90.0, 95.0, 0.0161),
    ("a", "s2", 6, 80.0, 99.0, 10.0),
    ("a", "s2", 5, 85.0, 97.0, 10.0),
    ("b", "s1", 10, 97.0, 98.0, 1234.5),
)
HOURS = experiments(a=2.0, b=10.5, c=1000.0)


def test_how_much_was_trained_is_told_with_its_range():
    assert study_words.training_sentences(*described(TWO, HOURS)) == (
        "The 2 experiments trained 4 networks of 2 structures in 25 epochs.",
        "Of 1 further experiment the archive has no training histories.",
        (
            "A training lasted 6.2 epochs in the mean, from 4 to 10; the mean of an experiment "
            "lies between 5.0 (a) and 10.0 (b)."
        ),
    )


def test_one_experiment_of_one_network_is_singular():
    one = networks(("a", "s1", 1, 90.0, 90.0, 1.0))
    overall, by_experiment = described(one, experiments(a=1.5))
    assert study_words.training_sentences(overall, by_experiment) == (
        "The experiment a trained 1 network of 1 structure in 1 epoch.",
        "Every training lasted 1 epoch.",
    )
    assert study_words.cost_sentences(overall, by_experiment) == (
        "One forward pass takes 1.00 MFLOPs in the median of the networks, from 1.00 to 1.00.",
        "The search a took 1.5 hours of wall time.",
    )
    assert study_words.accuracy_sentences(by_experiment, 0.95) == (
        "The last validation accuracy (that of the last epoch trained) is 90.00 % in the mean.",
        "The best validation accuracy (the highest of any epoch) is 90.00 % in the mean.",
        "The highest validation accuracy of any epoch is 90.00 %, reached in a.",
    )


def test_costs_keep_small_and_large_numbers_readable():
    assert study_words.cost_sentences(*described(TWO, HOURS)) == (
        "One forward pass takes 10.0 MFLOPs in the median of the networks, from 0.0161 to 1,234.",
        (
            "The wall time of a search lies between 2.0 hours (a) and 1,000.0 hours (c); the 3 "
            "whose wall time is known took 1,012.5 hours together."
        ),
    )


def test_accuracies_name_their_measure_and_never_the_mean_over_epochs():
    _, by_experiment = described(TWO, HOURS)
    there = (by_experiment["experiment"] == "a") & (by_experiment["measure"] == LAST)
    by_experiment.loc[there, ["mean_low", "mean_high"]] = [81.0, 88.126]
    said = study_words.accuracy_sentences(by_experiment, 0.9)
    assert said[0] == (
        "The mean last validation accuracy (that of the last epoch trained) of an experiment lies "
        "between 85.00 % (a; 90 % interval 81.00 to 88.13 %) and 97.00 % (b)."
    )
    assert said[1].startswith("The mean best validation accuracy (the highest of any epoch)")
    assert said[2] == "The highest validation accuracy of any epoch is 99.00 %, reached in a."
    assert not any("11.11" in sentence or "22.22" in sentence for sentence in said)


def test_equal_values_name_the_number_of_experiments():
    three = networks(*((name, "s", 5, 90.0, 100.0, 1.0) for name in "abc"))
    four = pd.concat([three, networks(("d", "s", 5, 80.0, 99.0, 1.0))])
    index = experiments(a=1.0, b=1.0, c=1.0, d=2.0)
    assert study_words.highest_sentences(described(three, index)[1]) == (
        "The highest validation accuracy of any epoch is 100.00 %, reached in every experiment.",
    )
    said = study_words.accuracy_sentences(described(four, index)[1], 0.95)
    assert "between 80.00 % (d) and 90.00 % (3 of the 4 experiments)." in said[0]
    assert said[-1].endswith("reached in 3 of the 4 experiments.")


def test_missing_values_are_told_and_never_counted():
    rows = networks(("a", "s1", 4, None, None, None), ("b", "s2", 6, 80.0, 81.0, None))
    overall, by_experiment = described(rows, experiments(a=None, b=None))
    said = study_words.accuracy_sentences(by_experiment, 0.95)
    assert said[:2] == (
        "The last validation accuracy (that of the last epoch trained) is 80.00 % in the mean.",
        "It is not recorded of 1 network.",
    )
    assert study_words.cost_sentences(overall, by_experiment) == ()
    none = described(rows[:1], experiments(a=1.0))[1]
    assert study_words.accuracy_sentences(none, 0.95) == (
        "The last validation accuracy (that of the last epoch trained) is not recorded.",
        "The best validation accuracy (the highest of any epoch) is not recorded.",
    )


def test_other_data_are_told_where_beams_differ():
    index = pd.DataFrame({"beam": ["1e14", "1e15", None], "architecture_count": [100, 100, 100]})
    (said,) = study_words.data_sentences(index)
    assert "trained on different data" in said
    assert study_words.data_sentences(index.assign(architecture_count=[100, 0, 100])) == ()


def matches(*rows):
    """Return matches from (experiment, start, subsequence, structures, mean accuracy)."""
    frame = pd.DataFrame(
        rows,
        columns=[
            "experiment", "start", "subsequence", "structures", "mean_val_accuracy_percent",
        ],
    )  # fmt: skip
    frame["count"] = [len(held) for held in frame["structures"]]
    frame["experiment_count"] = 1
    return frame.reindex(columns=MATCHES.names)


def test_matches_are_counted():
    found = matches(("a", 0, "10110", [1, 2], 80.0), ("b", 0, "10110", [3, 4], 90.0))
    across = found.assign(experiment_count=[2, 1])
    first, second = study_words.match_sentences(found, across, 5)
    assert first.startswith(
        "There are 2 distinct matching subsequences of at least 5 symbols, counted within each "
        "experiment (1 different one): runs"
    )
    assert second == (
        "With all experiments taken together there are 2; 1 of them is held by structures of all "
        "2 experiments."
    )
    same = found.assign(subsequence=["10110", "01101"])
    assert "(1 different one)" in first
    assert "different" not in study_words.match_sentences(same, across, 5)[0]
    (alone,) = study_words.match_sentences(found[:1], across, 1)
    assert alone.startswith(
        "There is 1 distinct matching subsequence of at least 1 symbol, within the experiment:"
    )


@pytest.mark.parametrize(
    ("held_without", "expected"),
    [
        (
            [2, 1, 0],
            (
                "Without the structures of the start that experiments share it is 1: the others "
                "are in all experiments because of it."
            ),
        ),
        ([2, 2, 0], "That does not hang on the start that experiments share."),
        (None, None),
    ],
)
def test_what_is_everywhere_is_told_without_the_shared_start(held_without, expected):
    found = matches(
        *((name, 0, bits, [1, 2], 80.0) for name in "ab" for bits in ("10110", "01101"))
    )
    across = found[:3].assign(experiment_count=[2, 2, 1])
    without = None if held_without is None else pd.Series(held_without, index=across.index)
    said = study_words.match_sentences(found, across, 5, without)
    assert said[2:] == (() if expected is None else (expected,))


def test_the_chosen_subsequence_is_told_with_what_holds_it():
    found = matches(("a", 3, "10110", [1, 22, 9], 80.126))
    assert study_words.chosen_sentences(found, ChosenRow("a", 3, "10110")) == (
        (
            "The subsequence 10110 at start index 3 of the experiment a, selected here, is 5 "
            "symbols long."
        ),
        "The structures 1, 22 and 9 share it.",
        (
            "The mean validation accuracy over all epochs of their networks, the measure of "
            "VINARCH's table, is 80.13 %."
        ),
    )


def test_a_chosen_row_can_be_the_published_one_or_long_or_not_maximal_or_without_accuracy():
    published = matches(
        (PUBLISHED_ROW.experiment, 0, PUBLISHED_ROW.subsequence, list(range(9)), None)
    )
    said = study_words.chosen_sentences(published, PUBLISHED_ROW)
    assert "which the VINARCH paper shows, is 14 symbols long." in said[0]
    assert said[1:] == (
        "9 structures share it.",
        "No validation accuracy of their networks is recorded.",
    )
    elsewhere = study_words.chosen_sentences(published, ChosenRow("a", 1, "101"))
    assert elsewhere[1] == "Structures hold it, but it is maximal for no pair of them."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "No structure was trained in more than one experiment."),
        (
            [("s1", False), ("s1", False)],
            "1 of the 9 structures was trained in more than one experiment.",
        ),
        (
            [("s1", True), ("s1", True), ("s2", False), ("s2", False), ("s3", True), ("s3", False)],
            (
                "3 of the 9 structures were trained in more than one experiment, 1 of them outside "
                "a start that experiments share."
            ),
        ),
    ],
)
def test_structures_of_several_experiments_are_told_with_and_without_shared_starts(rows, expected):
    frame = pd.DataFrame(rows, columns=["structure_id", "in_shared_start"]).astype(
        {"in_shared_start": bool}
    )
    assert study_words.replicated_sentences(frame, 9) == (expected,)
