"""The tables of replayed prediction engines, which vinarch computes."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table
from vinarch.schema.keys import ARCHITECTURE, ARCHIVE, EXPERIMENT, PERCENT, STRUCTURE_ID

_POINTS = "percentage points"
_EPOCHS = "epochs"


def _number(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, pa.float64(), meaning, unit, nullable=True)


def _count(name: str, meaning: str) -> Column:
    return Column(name, pa.int64(), meaning, "count")


_FUNCTION = Column("function", pa.string(), "Parametric function that was fitted.")
_METHOD = Column(
    "method",
    pa.string(),
    "How it was fitted: `variable_projection`, `multi_start` or `curve_fit`.",
)

_FUNCTION_OR_BASELINE = Column(
    "function",
    pa.string(),
    "Parametric function, or a baseline: `last_value`, `best_so_far`.",
)
_HOW = Column(
    "method",
    pa.string(),
    "How it was fitted: `variable_projection`, `multi_start` or `curve_fit`; `baseline` where "
    "nothing was.",
)
_SEEN = _count("seen_count", "First records that it was fitted to.")
_HELD_OUT = _count("held_out_count", "Last records that it was compared with.")

REPLAYED_NETWORKS = Table(
    "replayed_networks",
    "One row a network: when a prediction engine would have ended its training, and at what error.",
    ("archive", "experiment", "architecture"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        STRUCTURE_ID,
        Column(
            "history",
            pa.string(),
            "`full`: the training ran to the end, so that what the engine saves and its error are "
            "known; `cut`: ended early, or before the engine's last epoch, so that they are not; "
            "`incomplete`: records are missing.",
        ),
        _count("record_count", "Records of the history up to the engine's last epoch."),
        _count("fit_count", "Fits that were tried."),
        _count("failed_fit_count", "Those of them that found nothing."),
        Column("converged", pa.bool_(), "Whether the predictions converge within the history."),
        _number("convergence_epoch", "Epoch after which they first do, as recorded.", "epochs"),
        _number("prediction_percent", "Prediction there.", PERCENT),
        _number("last_epoch", "Last epoch of the history, as recorded.", "epochs"),
        _number("epochs_trained", "Epochs that the history took.", _EPOCHS),
        _number("last_val_accuracy_percent", "Validation accuracy there.", PERCENT),
        _number(
            "error_points",
            "Prediction minus last accuracy; only of full histories that converge.",
            _POINTS,
        ),
        _number(
            "epochs_saved",
            "Epochs from the convergence to the end, 0 without; only of full histories.",
            _EPOCHS,
        ),
        _number(
            "fitness_percent",
            "What a search would have worked with: the prediction where it converged, else the "
            "last accuracy.",
            PERCENT,
        ),
        _number(
            "recorded_convergence_epoch",
            "Epoch after which the archive first says converged.",
            _EPOCHS,
        ),
        _number("recorded_prediction_percent", "The archive's prediction there.", PERCENT),
    ),
)

_SHARES = (
    _count("network_count", "Networks."),
    _count("full_count", "Those of them that were trained to the end."),
    _count("converged_count", "Networks whose predictions converge."),
    _number("converged_share", "They as a share of all networks."),
    _number("convergence_epoch", "Epoch of convergence, averaged.", _EPOCHS),
    _number("epochs_saved", "Epochs saved, summed over the full histories.", _EPOCHS),
    _number(
        "epochs_saved_share",
        "They as a share of the epochs that the full histories took; null without one.",
    ),
    _number(
        "mean_absolute_error_points",
        "Absolute error of the predictions, averaged over the full histories that converge.",
        _POINTS,
    ),
    _number("mean_absolute_error_low", "Lower end of its bootstrap interval.", _POINTS),
    _number("mean_absolute_error_high", "Upper end of its bootstrap interval.", _POINTS),
    _number("mean_error_points", "Error with its sign, averaged over the same.", _POINTS),
)

REPLAY_SUMMARY = Table(
    "replay_summary",
    "One row an experiment: what a prediction engine would have saved, and at what error.",
    ("archive", "experiment"),
    (
        ARCHIVE,
        EXPERIMENT,
        *_SHARES,
        _count("recorded_converged_count", "Networks that the archive says converged."),
        _count(
            "same_convergence_count",
            "Networks that converge after the same epoch in the archive, or in neither.",
        ),
    ),
)

REPLAY_SWEEP = Table(
    "replay_sweep",
    "One row an experiment and setting of the engine: function, N, threshold, C_min.",
    ("archive", "experiment", "function", "predictions_needed", "threshold", "minimum_epochs"),
    (
        ARCHIVE,
        EXPERIMENT,
        _FUNCTION,
        _METHOD,
        _count("predictions_needed", "N: predictions that must agree."),
        Column("threshold", pa.float64(), "How far each may lie from their median."),
        Column("threshold_kind", pa.string(), "What the threshold counts."),
        _count("minimum_epochs", "C_min: records before the one of the first fit."),
        *_SHARES,
    ),
)

REPLAY_RANKING = Table(
    "replay_ranking",
    "One row an experiment and k: whether the engine would have found the best networks. Only of "
    "experiments whose histories are full.",
    ("archive", "experiment", "top_k"),
    (
        ARCHIVE,
        EXPERIMENT,
        _count("n", "Networks that are ranked: full histories with a fitness."),
        _number("kendall", "Kendall's tau-b of fitness and last accuracy; null below four."),
        _number("kendall_low", "Lower end of its bootstrap interval."),
        _number("kendall_high", "Upper end of its bootstrap interval."),
        _count("top_k", "How many of the best by fitness are taken."),
        _number(
            "regret_points",
            "Best last accuracy of all, minus the best among the top k by fitness.",
            _POINTS,
        ),
        _number("regret_low", "Lower end of its bootstrap interval.", _POINTS),
        _number("regret_high", "Upper end of its bootstrap interval.", _POINTS),
        _number("top_overlap", "Share of the true top k that is among the top k by fitness."),
    ),
)

NETWORK_FUNCTIONS = Table(
    "network_functions",
    "One row a network and function: how well it, fitted to the first records, foretells the last "
    "ones, which it has not seen. Only of full histories; baselines among the functions.",
    ("archive", "experiment", "architecture", "function"),
    (
        ARCHIVE,
        EXPERIMENT,
        ARCHITECTURE,
        _FUNCTION_OR_BASELINE,
        _HOW,
        _SEEN,
        _HELD_OUT,
        _number(
            "mean_absolute_error_points",
            "Absolute error, averaged over the held-out records; null where no fit was found.",
            _POINTS,
        ),
        Column("best", pa.bool_(), "Whether no function of this network has a smaller error."),
    ),
)

FUNCTION_ERRORS = Table(
    "function_errors",
    "One row an experiment and function, and one across all experiments: how well the function, "
    "fitted to the first records, foretells the last ones.",
    ("archive", "experiment", "seen_count", "function"),
    (
        Column("archive", pa.string(), "Archive; null across experiments.", nullable=True),
        Column("experiment", pa.string(), "Experiment; null across experiments.", nullable=True),
        _FUNCTION_OR_BASELINE,
        _HOW,
        _SEEN,
        _HELD_OUT,
        _count("network_count", "Full histories with records enough."),
        _count("failed_count", "Those of them for which no fit was found."),
        _number(
            "mean_absolute_error_points",
            "Absolute error, averaged over the networks with a fit.",
            _POINTS,
        ),
        _number("mean_absolute_error_low", "Lower end of its bootstrap interval.", _POINTS),
        _number("mean_absolute_error_high", "Upper end of its bootstrap interval.", _POINTS),
        _number("median_absolute_error_points", "Median over the same.", _POINTS),
        _count("best_count", "Networks of which no function has a smaller error."),
    ),
)
