"""The tables that compare experiments, which vinarch computes: statistics and reproducibility."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHITECTURE, ARCHIVE, EXPERIMENT, PERCENT, STRUCTURE_ID

_POINTS = "percentage points"
_IN_UNIT = "that of the measure"
_MEASURE = Column("measure", pa.string(), "What is compared: a column of `architectures`.")
_TASK_DATA = Column(
    "task_data",
    pa.string(),
    "What the networks were trained on: archive and beam, or the recorded task data; null where "
    "the archive does not tell.",
    nullable=True,
)


def _number(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, pa.float64(), meaning, unit, nullable=True)


def _count(name: str, meaning: str) -> Column:
    return Column(name, pa.int64(), meaning, "count")


STATISTICS = Table(
    "statistics",
    "One row a group of networks and a measure. The columns of the group come first: those that "
    "were asked for with `by`.",
    ("archive", "experiment", "gpus", "beam", "early_termination", "measure"),
    (
        Column("archive", pa.string(), "Archive; null in rows of all networks.", nullable=True),
        Column(
            "experiment", pa.string(), "Experiment; null in rows of all networks.", nullable=True
        ),
        Column("gpus", pa.int64(), "GPUs that the search trained on.", "count", nullable=True),
        Column("beam", pa.string(), "Beam intensity.", "photons/µm²/pulse", nullable=True),
        Column(
            "early_termination",
            pa.bool_(),
            "Whether a prediction engine could end a training early.",
            nullable=True,
        ),
        Column(
            "measure",
            pa.string(),
            "What is described: a column of `architectures`, one value a network, or "
            "`wall_time_seconds`, one value an experiment.",
        ),
        Column("unit", pa.string(), "Unit of the measure."),
        _count("network_count", "Trained networks in the group."),
        _count("structure_count", "Distinct genomes among them."),
        _count("n", "Values that are known: of networks, or of experiments for the wall time."),
        _number("total", "Sum, where a sum means something: epochs and wall time.", _IN_UNIT),
        _number("mean", "Mean.", _IN_UNIT),
        _number("mean_low", "Lower end of the mean's bootstrap interval.", _IN_UNIT),
        _number("mean_high", "Upper end of the mean's bootstrap interval.", _IN_UNIT),
        _number("standard_deviation", "Sample standard deviation (n - 1).", _IN_UNIT),
        _number("minimum", "Lowest value.", _IN_UNIT),
        _number("quantile_05", "5 % of the values lie below it.", _IN_UNIT),
        _number("quantile_25", "Lower quartile.", _IN_UNIT),
        _number("median", "Median.", _IN_UNIT),
        _number("median_low", "Lower end of the median's bootstrap interval.", _IN_UNIT),
        _number("median_high", "Upper end of the median's bootstrap interval.", _IN_UNIT),
        _number("quantile_75", "Upper quartile.", _IN_UNIT),
        _number("quantile_95", "95 % of the values lie below it.", _IN_UNIT),
        _number("maximum", "Highest value.", _IN_UNIT),
    ),
)

SHARED_STARTS = Table(
    "shared_starts",
    "One row an architecture of a shared start: the run of first architectures whose genomes two "
    "or more experiments have in the same order, longer than chance explains.",
    ("start_group", "archive", "experiment", "architecture"),
    (
        _count("start_group", "Number of the group of experiments that share a start, from 0."),
        ARCHIVE,
        EXPERIMENT,
        Column("position", pa.int64(), "Place in the order of the architectures, from 0."),
        ARCHITECTURE,
        STRUCTURE_ID,
        _count("experiment_count", "Experiments that have this genome at this place of the start."),
    ),
)

REPLICATED_STRUCTURES = Table(
    "replicated_structures",
    "One row a structure and experiment, for the structures that were trained in more than one "
    "experiment. Accuracies are averaged over the networks of the structure in the experiment.",
    ("structure_id", "archive", "experiment"),
    (
        STRUCTURE_ID,
        ARCHIVE,
        EXPERIMENT,
        _TASK_DATA,
        Column(
            "in_shared_start",
            pa.bool_(),
            "Whether the structure belongs to a start that this experiment shares with another.",
        ),
        _count("experiment_count", "Experiments that trained the structure."),
        _count("same_data_count", "Those of them on this row's task data; 0 where it is unknown."),
        _count("network_count", "Networks of the structure in this experiment."),
        _count("full_budget_count", "Those of them that were trained for the whole budget."),
        _number("epochs_trained", "Epochs, averaged over the networks.", "epochs"),
        _number(
            "last_val_accuracy_percent",
            "Validation accuracy of the last epoch trained, averaged over the networks.",
            PERCENT,
        ),
        _number(
            "best_val_accuracy_percent",
            "Highest validation accuracy of any epoch, averaged over the networks.",
            PERCENT,
        ),
        _number(
            "mean_val_accuracy_percent",
            "Mean validation accuracy over all epochs, averaged over the networks. It follows the "
            "number of epochs: do not compare it between experiments.",
            PERCENT,
        ),
        _number(
            "last_spread_points",
            "Highest minus lowest `last_val_accuracy_percent` of the structure over the "
            "experiments on the same task data; null where there is one only.",
            _POINTS,
        ),
        _number(
            "best_spread_points",
            "The same of `best_val_accuracy_percent`.",
            _POINTS,
        ),
    ),
)

EXPERIMENT_PAIRS = Table(
    "experiment_pairs",
    "One row a pair of experiments, scope and measure: what the two share, and how well the "
    "accuracies of the structures that both trained agree.",
    ("archive_a", "experiment_a", "archive_b", "experiment_b", "scope", "measure"),
    (
        Column("archive_a", pa.string(), "Archive of the first experiment."),
        Column("experiment_a", pa.string(), "First experiment."),
        Column("archive_b", pa.string(), "Archive of the second experiment."),
        Column("experiment_b", pa.string(), "Second experiment."),
        Column(
            "relation",
            pa.string(),
            "`replication` on the same task data, `transfer` on others of the archive, `unknown` "
            "where it is not told, across archives, or of another epoch budget.",
        ),
        Column(
            "differing",
            pa.string(),
            "Attributes in which the two differ, as `gpus; beam`; empty where in none.",
        ),
        Column(
            "scope",
            pa.string(),
            "`all` structures, or `without_shared_start`: those of the pair's shared start left "
            "out wherever they were trained.",
        ),
        _MEASURE,
        _count("shared_start_length", "First architectures that the two share by their seed."),
        _count("structure_count_a", "Structures of the first experiment."),
        _count("structure_count_b", "Structures of the second experiment."),
        _count("shared_structure_count", "Structures that both trained."),
        _number("structure_jaccard", "Shared structures as a share of those of either."),
        _count("n", "Shared structures whose accuracy is known in both: what is compared."),
        _count(
            "full_budget_count",
            "Those of them all of whose networks were trained for the whole budget in both.",
        ),
        _number("mean_difference_points", "Mean of second minus first.", _POINTS),
        _number("mean_absolute_difference_points", "Mean of the absolute differences.", _POINTS),
        _number("mean_absolute_difference_low", "Lower end of its interval.", _POINTS),
        _number("mean_absolute_difference_high", "Upper end of its interval.", _POINTS),
        _number(
            "spearman",
            "Spearman's rank correlation of the accuracies; null below four structures.",
        ),
        _number("spearman_low", "Lower end of its interval."),
        _number("spearman_high", "Upper end of its interval."),
        _count("subsequence_count_a", "Matching subsequences of the first experiment."),
        _count("subsequence_count_b", "Matching subsequences of the second experiment."),
        _count("shared_subsequence_count", "Those with the same start and symbols in both."),
        _number("subsequence_jaccard", "They as a share of those of either."),
        _number(
            "chance_subsequence_jaccard",
            "The same share, on average, after the symbols at each position were dealt anew among "
            "the structures of each experiment.",
        ),
    ),
)

TRAINING_NOISE = Table(
    "training_noise",
    "One row an experiment, kind of training and measure, and one across all experiments: how far "
    "trainings of one genome within one experiment lie apart.",
    ("archive", "experiment", "training", "measure"),
    (
        Column("archive", pa.string(), "Archive; null across experiments.", nullable=True),
        Column("experiment", pa.string(), "Experiment; null across experiments.", nullable=True),
        Column(
            "training",
            pa.string(),
            "`all` networks, or `full_budget`: only those trained for the whole budget.",
        ),
        _MEASURE,
        _count(
            "structure_count",
            "Structures that were trained more than once; across experiments, once for each "
            "experiment that did so.",
        ),
        _count("network_count", "Their networks."),
        _count("degrees_of_freedom", "Networks less structures."),
        _number(
            "mean_absolute_difference_points",
            "Absolute difference of two trainings of one genome, averaged over the pairs of each "
            "structure and then over structures.",
            _POINTS,
        ),
        _number(
            "standard_deviation_points",
            "Deviation within structures, pooled by degrees of freedom.",
            _POINTS,
        ),
        _number(
            "standard_deviation_low",
            "Lower end of its interval, by the chi-squared distribution: exact for normal noise.",
            _POINTS,
        ),
        _number("standard_deviation_high", "Upper end of its interval.", _POINTS),
    ),
)
