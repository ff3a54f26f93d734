"""The same table in CSV, JSON lines, Parquet and memory gives the same records."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vinarch.dialects.columns import read_records
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.genome import search_space
from vinarch.own_records.frames import read_frame

CHAIN = search_space("chain-layers")
MAPPING = {
    "native_id": "id",
    "genome": "layers",
    "val_accuracy_percent": {"column": "acc", "unit": "fraction", "null": ["-1"]},
    "generation": "born",
    "parent_1": "from",
}

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=6
) | st.sampled_from(["007", "1e5", "nan", "inf", "True", " 1", "-", "1.50", "9" * 20, '"', "'"])
rows_of_networks = st.fixed_dictionaries(
    {
        "id": st.text("abc", min_size=1, max_size=3),
        "layers": st.text("ckm ", max_size=4) | st.sampled_from(["c", "m k", "x", None]),
        "acc": st.floats(0, 1) | st.sampled_from([None, -1.0, 1.5]),
        "born": st.integers(0, 2**53) | st.sampled_from([None, 1, -2]),
        "from": st.text("abc", min_size=1, max_size=2) | st.none(),
        "watts": st.floats(allow_nan=False) | st.none(),
        "steps": st.integers(-(2**53) + 1, 2**53 - 1),
        "big": st.integers(-(2**70), 2**70),
        "lucky": st.booleans(),
        "note": words | st.none(),
        "mixed": words | st.none() | st.booleans() | st.integers(-9, 9) | st.just(0.5),
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("forms")


def records_of(folder, path, data):
    local = folder / "table"
    local.write_bytes(data)
    return read_records([SourceFile(path, local)], Reading(CHAIN, MAPPING))


def comparable(records):
    rows = records.rows.drop_columns(["source_file", "line", "got"])
    measured = records.measurements.drop_columns(["source_file"])
    lineage = records.lineage.drop_columns(["source_file", "line"])
    return [table.to_pylist() for table in (rows, measured, lineage)]


@settings(max_examples=40)
@given(rows=st.lists(rows_of_networks, min_size=1, max_size=5), packed=st.booleans())
@example(
    rows=[dict.fromkeys(("acc", "born", "from", "watts", "note", "mixed"))
          | {"id": "a", "layers": "c", "steps": 1, "big": 2**64, "lucky": True}],
    packed=False,
)  # fmt: skip
def test_the_form_of_a_table_does_not_matter(folder, rows, packed):
    frame = pd.DataFrame(rows).astype(
        {"big": object, "note": object, "from": object, "mixed": object}
    )
    own = folder / "own.parquet"
    pq.write_table(read_frame(frame).table, own)
    expected = comparable(records_of(folder, "own.parquet", own.read_bytes()))
    pack = gzip.compress if packed else bytes
    ending = ".gz" if packed else ""
    as_csv = frame.to_csv(index=False).encode()
    assert comparable(records_of(folder, f"t.csv{ending}", pack(as_csv))) == expected
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert comparable(records_of(folder, f"t.jsonl{ending}", pack(lines))) == expected
    parquet = folder / "made.parquet"
    # Parquet has one type a column.
    mixed = [None if row["mixed"] is None else str(row["mixed"]) for row in rows]
    frame.astype({"big": str}).assign(mixed=mixed).to_parquet(parquet)
    assert comparable(records_of(folder, "t.parquet", parquet.read_bytes())) == expected
