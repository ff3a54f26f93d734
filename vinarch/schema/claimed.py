"""The table of published claims beside what the commons gives, which vinarch computes."""

from __future__ import annotations

import pyarrow as pa

from vinarch.schema.declarations import Column, Table

_IN_UNIT = "that of the claim"

CLAIMS = Table(
    "claims",
    "One row a claim of a paper: the published value, the value recomputed from the commons, and "
    "whether they agree.",
    ("paper", "number"),
    (
        Column("paper", pa.string(), "Paper: its name in the catalog."),
        Column("number", pa.int64(), "Number of the claim in the paper's file, from 1."),
        Column("place", pa.string(), "Where the claim stands: figure, table or sentence."),
        Column("claim", pa.string(), "The claim in words."),
        Column("archive", pa.string(), "Archive that the paper's numbers come from."),
        Column(
            "experiments",
            pa.string(),
            "Experiments that the claim is about, joined by `; `, in the order that the "
            "computation takes them; null where the archive has none of it.",
            nullable=True,
        ),
        Column(
            "published",
            pa.float64(),
            "Published value; null where no number is known.",
            _IN_UNIT,
            nullable=True,
        ),
        Column(
            "decimals",
            pa.int64(),
            "Decimals that the published value is printed with; null where no number is known.",
            "count",
            nullable=True,
        ),
        Column("unit", pa.string(), "Unit of the published and the recomputed value."),
        Column(
            "computation",
            pa.string(),
            "How it is recomputed: the statistic, its parameters, and what that means; null where "
            "it is not.",
            nullable=True,
        ),
        Column(
            "recomputed",
            pa.float64(),
            "Value that the commons gives; null where it gives none.",
            _IN_UNIT,
            nullable=True,
        ),
        Column("difference", pa.float64(), "Recomputed minus published.", _IN_UNIT, nullable=True),
        Column(
            "tolerance",
            pa.float64(),
            "Largest difference that still agrees; null where both must round to the same "
            "printed digits.",
            _IN_UNIT,
            nullable=True,
        ),
        Column(
            "verdict",
            pa.string(),
            "`agrees`: equal when rounded to the printed digits, or within the tolerance; "
            "`differs`; `not derivable`: there are no two numbers to compare.",
        ),
        Column(
            "why",
            pa.string(),
            "Why there is nothing to compare, why there is a tolerance, or which source rows are "
            "missing; null where nothing is to be said.",
            nullable=True,
        ),
    ),
)
