from __future__ import annotations

import re

import pytest

from vinarch.reproducing.agreement_sentences import replication_sentences, transfer_sentences
from vinarch.reproducing.noise_sentences import budget_sentences, noise_sentences
from vinarch.reproducing.pairs import pair_table
from vinarch.reproducing.repeats import noise_table
from vinarch.reproducing.replicates import replicate_table
from vinarch.reproducing.sharing_sentences import (
    start_sentences,
    structure_sentences,
    subsequence_sentences,
)
from vinarch.reproducing.starts import shared_lengths, start_table
from vinarch.reproducing.wording import span, whole

MOST_WORDS = 40
START = list(range(20, 32))
NAN = float("nan")


def said(experiments, min_length=2):
    """Return the sentences of each part."""
    lengths = shared_lengths([one.order for one in experiments])
    starts = start_table(experiments, lengths)
    structures = replicate_table(experiments, lengths)
    pairs = pair_table(experiments, lengths, min_length)
    noise = noise_table(experiments)
    parts = {
        "starts": start_sentences(experiments, starts, pairs),
        "structures": structure_sentences(experiments, structures),
        "replication": replication_sentences(pairs, 0.95),
        "transfer": transfer_sentences(pairs, 0.95),
        "noise": noise_sentences(experiments, noise, 0.95),
        "budget": budget_sentences(experiments, structures, noise),
        "subsequences": subsequence_sentences(pairs, min_length),
    }
    for sentence in (sentence for part in parts.values() for sentence in part):
        well_made(sentence)
    return parts


def well_made(sentence):
    assert len(sentence.split()) <= MOST_WORDS
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert "nan" not in re.findall(r"\w+", sentence.lower())
    assert not re.search(
        r"\b1 (pairs|structures|trainings|networks|comparisons|degrees)\b", sentence
    )
    assert not re.search(r"\b(0|[2-9]|\d\d+) (pair|structure|training|comparison)\b", sentence)
    assert "significant" not in sentence
    assert "  " not in sentence


def test_a_shared_start_by_hand(experiment):
    pair = [experiment("a", [*START, 1, 2]), experiment("b", [*START, 2, 3], gpus=4)]
    parts = said(pair)
    assert parts["starts"] == [
        (
            "Architectures 0 to 11 of both experiments have the same genomes in the same order "
            "(12 structures)."
        ),
        (
            "Random order would give so long a run with a probability below 1 in 1,000,000: these "
            "repeats come from a common start of the searches (one seed), not from what they found."
        ),
    ]
    assert parts["structures"] == [
        (
            "Of 15 structures 13 were trained in more than one experiment; 12 of them belong to a "
            "shared start and 1 to none."
        ),
        "Of the latter 1 was trained in more than one experiment on the same task data.",
    ]
    assert parts["replication"] == [
        (
            "1 pair of experiments was trained on the same task data and shares 13 structures, "
            "1 without the shared start."
        ),
        "The two differ in gpus, so that more than noise may lie in their differences.",
        (
            "Between two experiments on the same task data the last validation accuracy of a "
            "structure differs by 0.00 percentage points on average, over 13 structures."
        ),
        "The best validation accuracy differs there by 0.00 points.",
        "Of these structures 13 were trained for the whole budget in both.",
        (
            "Of 13 such comparisons of a structure in two experiments 1 remains without the shared "
            "start: the others are of structures that the searches began with."
        ),
        "In it the last validation accuracy differs by 0.00 points on average.",
        (
            "A rank correlation takes 4 structures or more whose accuracies are not all equal: it "
            "cannot be told here."
        ),
    ]
    assert parts["transfer"] == []
    assert parts["noise"] == [
        (
            "No experiment trained a structure twice with known accuracies, so the noise of "
            "training cannot be estimated."
        )
    ]
    assert parts["budget"] == [
        (
            "Where two experiments on the same task data both trained a structure for the whole "
            "budget, its last accuracy differs by 0.00 points on average (13 comparisons of 13 "
            "structures)."
        ),
        (
            "The mean accuracy over epochs is not compared between experiments: it follows the "
            "number of epochs trained."
        ),
    ]


def test_nothing_shared_is_said(experiment):
    pair = [experiment("a", [1, 2]), experiment("b", [3, 4], beam="1e15")]
    parts = said(pair, min_length=6)
    assert parts["starts"] == [
        (
            "No two experiments begin with the same structures in the same order for longer than "
            "chance explains."
        )
    ]
    assert parts["structures"] == ["Of 4 structures none was trained in more than one experiment."]
    assert parts["replication"] == [
        (
            "No two experiments are known to have the same task data, so no difference between "
            "experiments is evidence about replication."
        )
    ]
    assert parts["transfer"] == [
        "1 pair of experiments was trained on different task data and shares 0 structures.",
        (
            "Differences between experiments on different task data are transfer: they say nothing "
            "about replication."
        ),
    ]
    assert parts["subsequences"] == []


def test_one_experiment_alone(experiment):
    parts = said([experiment("a", [1, 1], last=[90.0, 92.0])])
    assert parts["starts"] == [
        "There is one experiment only, so nothing can be compared between experiments."
    ]
    assert parts["replication"] == parts["transfer"] == parts["budget"] == []
    assert parts["noise"] == [
        "In one case a structure was trained more than once within one experiment (2 trainings).",
        (
            "Two such trainings of a structure in one experiment differ by 2.00 points in last "
            "accuracy on average."
        ),
        (
            "Their pooled standard deviation is 1.41 points (95 % interval 0.63 to 45.13, 1 degree "
            "of freedom)."
        ),
        "All these trainings went through the whole budget.",
        "The interval of a standard deviation is exact only for normal noise of one size.",
    ]


def test_unknown_task_data_are_said(experiment):
    parts = said([experiment("a", [1, 2]), experiment("b", [1, 2], beam=None)])
    assert parts["transfer"] == [
        (
            "For 1 pair it is unknown whether the task data are the same: their differences count "
            "neither as replication nor as transfer."
        )
    ]


def test_a_start_of_some_experiments_names_them(experiment):
    numbers = list(range(40))
    parts = said(
        [
            experiment("a", numbers, architectures=range(0, 80, 2)),
            experiment("b", numbers[:10] + numbers[:9:-1]),
            experiment("c", numbers[::-1]),
        ]
    )
    assert parts["starts"][0] == (
        "The first 10 architectures of the experiments a and b have the same genomes in the same "
        "order (10 structures)."
    )


def test_starts_of_several_lengths_are_said(experiment):
    numbers = list(range(40))
    parts = said(
        [
            experiment("a", numbers),
            experiment("b", numbers[:10] + numbers[:9:-1]),
            experiment("c", numbers[:6] + numbers[:5:-1]),
        ]
    )
    assert parts["starts"][0] == (
        "The first 6 to 10 architectures of all 3 experiments are those of at least one other of "
        "them, in the same order (10 structures)."
    )


def test_more_groups_than_a_reader_takes_in_are_counted(experiment):
    groups = [
        [experiment(f"{group}{n}", [f"s:{group}{i:05b}" for i in range(12)]) for n in range(2)]
        for group in "abcde"
    ]
    experiments = [one for pair in groups for one in pair]
    lengths = shared_lengths([one.order for one in experiments])
    starts = start_table(experiments, lengths)
    pairs = pair_table([experiment("a", [1]), experiment("b", [2])], lengths[:2, 2:4], 2)
    sentences = start_sentences(experiments, starts, pairs.iloc[:0].reindex([0]))
    assert sentences[3] == "There are shared starts in 2 further groups of experiments."


def test_one_list_of_networks_is_no_search(experiment):
    pair = [experiment("a", START), experiment("b", START, gpus=4)]
    assert any("trained one list of networks" in sentence for sentence in said(pair)["starts"])
    assert not any("one seed" in sentence for sentence in said(pair)["starts"])


def test_searches_that_are_the_same_throughout_are_said(experiment):
    parts = said([experiment("a", START), experiment("b", [*START, 1]), experiment("c", [5, 6])])
    assert parts["starts"][-1] == (
        "In 1 pair (a and b) the start is the whole of one experiment: without it nothing is left "
        "to compare."
    )
    assert parts["structures"] == [
        (
            "Of 15 structures 12 were trained in more than one experiment; all of them belong to a "
            "shared start."
        )
    ]


def test_cut_trainings_are_said(experiment):
    parts = said(
        [
            experiment(
                "a",
                [1, 2, 1, 1],
                last=[90.0, 80.0, 70.0, 90.5],
                status=["ok", "ok", "early_stopped", "ok"],
                epochs=[25, 25, 7, 25],
            ),
            experiment(
                "b",
                [2, 3],
                last=[76.0, 1.0],
                status=["early_stopped", "incomplete"],
                epochs=[9, 25],
                early=False,
                beam="1e14",
            ),
        ]
    )
    assert parts["noise"][3] == (
        "The greatest of these differences, 20.50 points, is between a training of 25 epochs and "
        "one of 7."
    )
    assert parts["noise"][4] == (
        "In one case a structure was trained more than once within one experiment (2 trainings) "
        "for the whole budget."
    )
    assert parts["budget"] == [
        (
            "Of 6 trainings 2 were ended early: the last accuracy is then that of an earlier "
            "epoch, and the best that of fewer epochs."
        ),
        "Of 6 trainings 1 has an incomplete history and cannot be compared at the whole budget.",
        (
            "Where only one of two experiments on the same task data trained a structure for the "
            "whole budget, the other's last accuracy is 4.00 points lower on average (1 comparison "
            "of 1 structure)."
        ),
        (
            "The mean accuracy over epochs is not compared between experiments: it follows the "
            "number of epochs trained."
        ),
    ]


def test_repeats_that_were_all_cut_cannot_tell_noise(experiment):
    parts = said([experiment("a", [1, 1], last=[1.0, 2.0], status=["early_stopped", "ok"])])
    assert (
        "No experiment trained a structure twice for the whole budget, so noise cannot be told "
        "apart from what ending a training early does."
    ) in parts["noise"]


def test_unknown_accuracies_are_no_numbers(experiment):
    parts = said([experiment(n, [1, 2], last=[NAN, NAN]) for n in "ab"])
    assert parts["replication"] == [
        "1 pair of experiments was trained on the same task data and shares 2 structures.",
        "The two have the same recorded setting.",
    ]


def test_ranks_and_settings_of_several_pairs(experiment):
    last = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    parts = said(
        [
            experiment("a", range(1, 7), last=last),
            experiment("b", range(6, 0, -1), last=last),
            experiment("c", range(1, 7), last=[2.0, 1.0, 4.0, 3.0, 6.0, 5.0], gpus=2),
        ]
    )
    assert parts["replication"][1:] == [
        (
            "2 of these pairs differ in gpus as well, so that more than noise may lie in their "
            "differences."
        ),
        (
            "Between two experiments on the same task data the last validation accuracy of a "
            "structure differs by 1.00 to 3.00 (median of the pairs 2.67) percentage points on "
            "average, over 6 structures a pair."
        ),
        (
            "The best validation accuracy differs there by 1.00 to 3.00 (median of the pairs 2.67) "
            "points."
        ),
        "Of these structures 6 a pair were trained for the whole budget in both.",
        (
            "Spearman's rank correlation of last accuracies is there -1.00 to 0.83, of best "
            "accuracies -1.00 to 0.83."
        ),
        "The 95 % interval of the former includes 0 in 2 of 2 pairs that have one.",
    ]


def test_the_sentences_of_the_real_archive_hold_their_numbers(real_tables):
    for sentence in real_tables.sentences:
        well_made(sentence)
    text = str(real_tables)
    pairs = real_tables.pairs
    replication = pairs[(pairs["relation"] == "replication") & (pairs["scope"] == "all")]
    for sentence in (
        (
            "Architectures 0 to 9 of all 9 experiments have the same genomes in the same order (10 "
            "structures)."
        ),
        (
            "Of 745 structures 47 were trained in more than one experiment; 10 of them belong to a "
            "shared start and 37 to none."
        ),
        (
            "9 pairs of experiments were trained on the same task data and share 10 to 13 "
            "structures each, 0 to 3 without the shared start."
        ),
        "27 pairs of experiments were trained on different task data",
        "17.28 points, is between a training of 25 epochs and one of 7.",
        "Differences between experiments on different task data are transfer",
        "Of 900 trainings 378 were ended early",
    ):
        assert sentence in text
    last = replication[replication["measure"] == "last_val_accuracy_percent"]
    apart = last["mean_absolute_difference_points"]
    assert f"differs by {apart.min():.2f} to {apart.max():.2f} (median" in text
    ranks = last["spearman"]
    assert f"last accuracies is there {ranks.min():.2f} to {ranks.max():.2f}" in text
    rest = real_tables.structures.groupby("structure_id").agg(
        started=("in_shared_start", "any"), again=("same_data_count", "max")
    )
    again = int((rest["again"][~rest["started"]] > 1).sum())
    assert f"Of the latter {again} were trained in more than one experiment on the same" in text


@pytest.mark.parametrize(
    ("values", "expected"), [([1, 1], "1"), ([2, 1, NAN], "1 to 2"), ([1200], "1,200")]
)
def test_a_span_is_one_number_where_all_are_equal(values, expected):
    assert span(values, whole) == expected
