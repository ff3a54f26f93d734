"""Check what papers claim: a commons in, one row a claim out.

Published and recomputed values are compared by the digits that were printed.
Computes: see `vinarch.claiming.evidence`.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vinarch.claiming.evidence import gather
from vinarch.claiming.papers import check_about, load_paper
from vinarch.commons import check_commons
from vinarch.errors import SelectionError
from vinarch.schema import CLAIMS

if TYPE_CHECKING:
    import pandas as pd

    from vinarch.claiming.evidence import Evidence
    from vinarch.claiming.papers import Claim, Paper
    from vinarch.commons import Commons

AGREES, DIFFERS, NOT_DERIVABLE = "agrees", "differs", "not derivable"


def claims(commons: Commons, paper: str = "icpp2023") -> pd.DataFrame:
    """Recompute what a paper claims, and say whether it agrees with its published data.

    Reads the experiments that the claims are about, and computes; the result is small.

    Parameters
    ----------
    commons : Commons
        What to check against, with the paper's archive. Claims about experiments of it that were
        not selected are not derivable.
    paper : {"icpp2023", "cluster2023"}, default "icpp2023"
        Name of the paper: a file of ``catalog/papers``.

    Returns
    -------
    pandas.DataFrame
        One row a claim, in the order of the paper, of the schema `vinarch.schema.CLAIMS`.
        The verdict is ``agrees`` where both values are equal when rounded to the printed digits,
        or within a tolerance that the paper's file gives with its reason; else ``differs``, or
        ``not derivable``, with the reason in ``why``, where a value is missing.

    Raises
    ------
    ParameterError
        If `commons` is none, there is no such paper, or it is about an archive that `commons`
        does not hold.
    CardError
        If the file of its claims cannot be read.
    MixedSpacesError
        If a claim is about matches in experiments of several search spaces.

    Notes
    -----
    A half of the last printed digit may be rounded either way.

    References
    ----------
    Channing et al., Composable Workflow for Accelerating Neural Architecture Search Using In Situ
    Analytics for Protein Characterization, ICPP 2023.
    An et al., VINARCH, IEEE Cluster 2023.

    Examples
    --------
    >>> import vinarch
    >>> from vinarch.claiming import claims
    >>> found = claims(vinarch.fetch("JS9FR6"))
    >>> saved = found[found["place"] == "Fig. 7"].round(2)
    >>> saved[["experiments", "published", "recomputed", "verdict"]]
                        experiments  published  recomputed verdict
    9   1gpu_1e14_early_termination       13.3       13.32  agrees
    10  1gpu_1e15_early_termination       34.1       34.12  agrees
    11  1gpu_1e16_early_termination       30.5       30.52  agrees
    """
    check_commons(commons, "claims")
    asked = load_paper(paper)
    check_about(asked, commons.experiment_index["archive"], "claims(paper=…)")
    evidence = gather(commons, asked)
    rows = [
        _row(asked, number, claim, evidence) for number, claim in enumerate(asked.claims, start=1)
    ]
    given = {name: [row.get(name) for row in rows] for name in CLAIMS.names}
    return CLAIMS.frame(CLAIMS.arrow_table(given, len(rows)))


def _row(paper: Paper, number: int, claim: Claim, evidence: Evidence) -> dict[str, Any]:
    row = {
        "paper": paper.name,
        "number": number,
        "place": claim.place,
        "claim": claim.text,
        "archive": paper.archive,
        "experiments": "; ".join(claim.experiments) or None,
        "published": _float(claim.value),
        "decimals": claim.decimals,
        "unit": claim.unit,
        "computation": claim.computation,
        "tolerance": _float(claim.tolerance),
        "verdict": NOT_DERIVABLE,
    }
    try:
        recomputed = _recompute(paper.archive, claim, evidence)
    except SelectionError as missing:
        reason = f"{missing.where}: expected {missing.expected}, got {missing.got}."
        return row | {"why": " ".join(filter(None, [claim.why, reason]))}
    reasons = [claim.why, _remark(claim, evidence)]
    row |= {"recomputed": recomputed, "why": " ".join(filter(None, reasons)) or None}
    if recomputed is not None and claim.value is not None:
        row["difference"] = float(Decimal(repr(recomputed)) - claim.value)
        row["verdict"] = AGREES if agree(recomputed, claim) else DIFFERS
    return row


def agree(recomputed: float, claim: Claim) -> bool:
    """Tell whether a recomputed value agrees with a claim that has a value.

    Examples
    --------
    >>> from vinarch.claiming.papers import check_about, load_paper
    >>> saved = load_paper("icpp2023").claims[9]
    >>> saved.value, agree(13.32, saved), agree(13.36, saved)
    (Decimal('13.3'), True, False)
    """
    if claim.value is None or claim.decimals is None:
        return False
    # repr gives the shortest digits of the number: 13.35 is a half of a printed digit from 13.3.
    distance = abs(Decimal(repr(recomputed)) - claim.value)
    return distance <= (
        Decimal(5).scaleb(-claim.decimals - 1) if claim.tolerance is None else claim.tolerance
    )


def _recompute(archive: str, claim: Claim, evidence: Evidence) -> float | None:
    if claim.statistic is None:
        return None
    counts = evidence.experiments.set_index("experiment")["architecture_count"]
    for experiment in claim.experiments:
        _check_held(archive, experiment, counts, claim.statistic.tables)
    tables = [evidence.table(name, claim.experiments) for name in claim.statistic.tables]
    value = float(claim.statistic.function(*tables, **dict(claim.parameters)))
    if not math.isfinite(value):
        raise SelectionError(claim.statistic.name, "a finite number", str(value), "")
    return value


def _check_held(archive: str, experiment: str, counts: pd.Series, tables: tuple[str, ...]) -> None:
    if experiment not in counts.index:
        raise SelectionError(
            "commons", f"experiment {experiment} of {archive}", "none of that name", ""
        )
    if counts[experiment] == 0 and {*tables} - {"experiments"}:
        raise SelectionError(experiment, "training histories", "its wall time only", "")


def _remark(claim: Claim, evidence: Evidence) -> str | None:
    if claim.statistic is None:
        return None
    rows = evidence.table("experiments", claim.experiments)
    broken = rows[rows["rejected_row_count"] > 0]
    parts = [
        f"Source rows of {experiment} that could not be read: {count}."
        for experiment, count in zip(
            broken["experiment"], broken["rejected_row_count"], strict=True
        )
    ]
    return " ".join(parts) or None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
