from __future__ import annotations

import gzip
import json
import re

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vinarch.dialects.columns import read_records
from vinarch.dialects.rows import Reading, SourceFile, concat_records
from vinarch.errors import CardError, DialectError
from vinarch.genome import search_space

CHAIN = search_space("chain-layers")


@pytest.fixture
def read(tmp_path):
    """Write texts or bytes to files and read them as one experiment of layer lists."""

    def read_files(mapping, space=CHAIN, **texts):
        files = []
        for name, content in texts.items():
            path = name.replace("_", ".")
            local = tmp_path / path
            local.write_bytes(content if isinstance(content, bytes) else content.encode())
            files.append(SourceFile(path, local))
        return read_records(files, Reading(space, mapping))

    return read_files


def told(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_trained_networks_by_hand(read):
    mapping = {
        "native_id": "id",
        "genome": "layers",
        "val_accuracy_percent": {"column": "acc", "unit": "fraction"},
        "parameter_count": {"column": "params", "unit": "M"},
        "mflops": {"column": "flops", "unit": "plain"},
    }
    text = "id,layers,acc,params,flops,energy,device\nn1,c m,0.5,1.25,2000000,7.5,gpu0\n"
    records = read(mapping, a_csv=text)
    names = ("native_id", "genome", "flat", "last_val_accuracy_percent", "parameter_count")
    assert told(records.rows, *names) == [("n1", "c m", "cm", 50.0, 1_250_000)]
    assert told(records.rows, "mflops", "epoch", "val_accuracy_percent") == [(2.0, None, None)]
    assert told(records.rows, "source_file", "source_row", "line") == [("a.csv", 0, 2)]
    assert told(records.rows, "expected", "got", "genome_refused") == [(None, None, False)]
    assert told(records.measurements, "native_id", "measure", "value", "text", "source_name") == [
        ("n1", "energy", 7.5, None, "energy"),
        ("n1", "device", None, "gpu0", "device"),
    ]


def test_histories_by_hand(read):
    mapping = {
        "architecture": "net",
        "genome": "layers",
        "epoch": "e",
        "epoch_time_seconds": {"column": "minutes", "unit": "min"},
    }
    text = (
        "net,layers,e,val_accuracy_percent,train_loss,minutes,converged,prediction_percent,watts\n"
        "7,c,0.5,50,-1.5,2,False,inf,3\n7,,1,60,0.5,3,true,61.5,4\n"
    )
    records = read(mapping, a_csv=text)
    names = ("architecture", "native_id", "epoch", "val_accuracy_percent", "train_loss", "flat")
    assert told(records.rows, *names) == [
        (7, "7", 0.5, 50.0, -1.5, "c"),
        (7, "7", 1.0, 60.0, 0.5, None),
    ]
    names = ("epoch_time_seconds", "converged", "prediction_percent", "prediction_is_inf")
    assert told(records.rows, *names) == [(120.0, False, None, True), (180.0, True, 61.5, False)]
    assert told(records.measurements, "measure", "epoch", "value") == [
        ("watts", 0.5, 3.0),
        ("watts", 1.0, 4.0),
    ]


def test_what_belongs_to_epochs_is_a_measurement_of_trained_networks(read):
    mapping = {"genome": "g", "train_loss": "loss", "training_time_seconds": {
        "column": "hours", "unit": "h"}}  # fmt: skip
    records = read(mapping, a_csv="g,loss,hours,converged\nc,0.25,2,True\n")
    names = ("measure", "split", "value", "text", "unit", "source_name")
    assert told(records.measurements, *names) == [
        ("train_loss", "train", 0.25, None, "", "loss"),
        ("training_time_seconds", None, 7200.0, None, "s", "hours"),
        ("converged", None, None, "True", "", "converged"),
    ]


def test_entries_of_measurements_by_hand(read):
    entry = {"measure": "test_accuracy_percent", "column": "t", "unit": "fraction", "n": 3}
    energy = {"measure": "energy_kwh", "column": "e", "unit": "kWh", "device": "V100"}
    mapping = {
        "genome": "g",
        "ignore": ["junk"],
        "null": [-1],
        "measurements": [entry | {"split": "test", "statistic": "mean"}, energy],
    }
    records = read(mapping, a_csv="g,t,e,junk\nc,0.5,-1,x\nk,0.25,2,y\n")
    names = ("measure", "split", "statistic", "n", "device", "value", "unit")
    assert told(records.measurements, *names) == [
        ("test_accuracy_percent", "test", "mean", 3, None, 50.0, "%"),
        ("test_accuracy_percent", "test", "mean", 3, None, 25.0, "%"),
        ("energy_kwh", None, None, None, "V100", 2.0, "kWh"),
    ]


def test_sentinels_and_words_give_a_status(read):
    mapping = {
        "genome": "g",
        "val_accuracy_percent": {"column": "fitness", "null": ["-1"], "null_means": "failed"},
        "status": {"column": "state", "words": {"done": "ok", "loan": "lent"}},
    }
    text = "g,fitness,state\nc,90,done\nk,-1.0,\nm,80,loan\ncc,70,odd\n"
    records = read(mapping, a_csv=text)
    assert told(records.rows, "last_val_accuracy_percent", "status", "expected", "got") == [
        (90.0, None, None, None),
        (None, "failed", None, None),
        (80.0, "lent", None, None),
        (70.0, None, "state: one of done, loan", "'odd'"),
    ]


def test_lineage_by_hand(read):
    mapping = {"native_id": "id", "genome": "g", "parent_1": "mother", "parent_2": "father",
               "operator": "how", "cut_1": "at"}  # fmt: skip
    text = "id,g,mother,father,how,at\na,c,,,,\nb,k,a,,mutation,\nd,m,a,b,crossover,1\n"
    lineage = read(mapping, a_csv=text).lineage
    names = ("child", "parent", "parent_number", "operator", "cut", "source_row", "line")
    assert told(lineage, *names) == [
        ("b", "a", 1, "mutation", None, 1, 3),
        ("d", "a", 1, "crossover", 1, 2, 4),
        ("d", "b", 2, "crossover", None, 2, 4),
    ]


def test_lineage_of_a_history_is_told_once(read):
    mapping = {"native_id": "id", "genome": "g", "epoch": "e", "parent_1": "p"}
    text = "id,g,e,p\na,c,0,\na,c,1,\nb,k,0,a\nb,k,1,a\n"
    assert told(read(mapping, a_csv=text).lineage, "child", "source_row") == [("b", 2)]


def test_a_genome_may_stand_in_several_columns(read):
    mapping = {"genome": {"columns": ["op1", "op2"], "join": "-"}}
    records = read(mapping, a_csv="op1,op2\nc,m\nk,\n")
    assert told(records.rows, "genome", "flat", "expected", "genome_refused") == [
        ("c-m", "cm", None, False),
        (None, None, "op1-op2: a genome", True),
    ]


def test_networks_without_names_are_called_by_their_place(read):
    records = read({"genome": "g"}, a_csv="g\nc\nc\n", b_csv="g\nc\n")
    assert records.rows["native_id"].to_pylist() == ["a.csv:0", "a.csv:1", "b.csv:0"]


def test_histories_without_names_go_by_genome(read):
    records = read({"genome": "g"}, a_csv="g,epoch\nc m,0\nc m,1\nk,0\n,1\n")
    assert records.rows["native_id"].to_pylist() == ["c m", "c m", "k", None]
    assert records.rows["expected"].to_pylist()[3] == "g: a genome"


BAD_ROWS = [
    ("acc", "101", "acc: a percentage from 0 to 100", "'101'"),
    ("acc", "-0.5", "acc: a percentage from 0 to 100", "'-0.5'"),
    ("acc", "nan", "acc: a percentage from 0 to 100", "'nan'"),
    ("acc", "inf", "acc: a percentage from 0 to 100", "'inf'"),
    ("acc", "9o", "acc: a percentage from 0 to 100", "'9o'"),
    ("acc", "1" * 400, "acc: a percentage from 0 to 100", "'111"),
    ("epoch", "", "epoch: an epoch from 0", "an empty cell"),
    ("epoch", "-1", "epoch: an epoch from 0", "'-1'"),
    ("epoch", "nan", "epoch: an epoch from 0", "'nan'"),
    ("id", " ", "id: a name of the network", "' '"),
    ("seed", "1.5", "seed: a whole number", "'1.5'"),
    ("seed", "9" * 30, "seed: a whole number", "'999"),
    ("seed", "True", "seed: a whole number", "'True'"),
    ("params", "-3", "params: parameters, 0 or more", "'-3'"),
    ("converged", "1", "converged: True or False", "'1'"),
    ("train_loss", "inf", "train_loss: a finite number", "'inf'"),
    (
        "status",
        "dead",
        "status: one of failed, not_trained, lent, aggregate, ok, early_stopped",
        "",
    ),
    ("g", "c x", "g: layer", "'x'"),
]
MAPPING = {
    "native_id": "id",
    "genome": "g",
    "val_accuracy_percent": "acc",
    "parameter_count": {"column": "params", "unit": "k"},
}


@pytest.mark.parametrize(("column", "cell", "expected", "got"), BAD_ROWS)
def test_a_row_that_cannot_be_read_is_refused_and_tells_of_nothing(
    read, column, cell, expected, got
):
    good = {
        "id": "n1", "g": "c", "epoch": "1", "acc": "90", "seed": "5", "params": "3",
        "converged": "True", "train_loss": "1", "status": "ok", "more": "7",
    }  # fmt: skip
    frame = pd.DataFrame([good, good | {"epoch": "2", column: cell}, good | {"epoch": "3"}])
    records = read(MAPPING, a_csv=frame.to_csv(index=False))
    rows = records.rows.to_pylist()
    assert [row["expected"] is None for row in rows] == [True, False, True]
    assert rows[1]["expected"].startswith(expected)
    assert got in rows[1]["got"]
    assert rows[1]["genome_refused"] == (column == "g")
    assert records.measurements["source_row"].to_pylist() == [0, 2]


def test_a_row_of_the_wrong_width_is_refused_in_its_place(read):
    records = read({"genome": "g"}, a_csv="g,acc\nc,90\nk\nm,80\n")
    assert told(records.rows, "source_row", "line", "expected", "got") == [
        (0, 2, None, None),
        (1, 3, "2 cells", "1 cells: 'k'"),
        (2, 4, None, None),
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("g,acc\nc,90\nk,51", "acc '51'"),
        ("acc,g\n90,c\n51,k m", "g 'k m'"),
        ("acc,g\n9,c\n5,", "g"),
    ],
)
def test_a_last_row_without_its_line_end_is_refused_and_its_last_cell_forgotten(read, text, last):
    records = read({"genome": "g"}, a_csv=text)
    rows = records.rows.to_pylist()
    assert rows[0]["expected"] is None
    assert rows[1]["expected"] == "a line end after the last row"
    assert last in rows[1]["got"]
    assert not rows[1]["genome_refused"]
    assert rows[1]["last_val_accuracy_percent"] is None
    assert set(records.measurements["source_row"].to_pylist()) == {0}


def test_a_name_that_is_cut_is_not_laid_to_another_network(read):
    rows = read({"native_id": "id"}, a_csv="genome,id\nc,51\nk,5").rows.to_pylist()
    assert [row["native_id"] for row in rows] == ["51", None]


@pytest.mark.parametrize("unit", [None, "percent"])
def test_fractions_that_are_said_to_be_percentages_are_refused(read, unit):
    entry = {"column": "acc"} | ({"unit": unit} if unit else {})
    mapping = {"genome": "g", "val_accuracy_percent": entry}
    text = "g,acc\nc,0.9\nk,\nm,1\n"
    with pytest.raises(DialectError) as caught:
        read(mapping, a_csv=text)
    assert str(caught.value) == (
        "a.csv, column acc: expected percentages, some of them above 1, got 2 numbers from 0.9 "
        'to 1. If they are fractions, map last_val_accuracy_percent to column = "acc" with '
        'unit = "fraction"; if all are percentages of at most 1, with at_most_one = true.'
    )
    entry["at_most_one"] = True
    rows = read(mapping, a_csv=text).rows
    assert rows["last_val_accuracy_percent"].to_pylist() == [0.9, None, 1.0]


def test_one_network_at_chance_among_others_is_no_fraction(read):
    mapping = {"genome": "g", "val_accuracy_percent": "acc"}
    records = read(mapping, a_csv="g,acc\nc,1\n", b_csv="g,acc\nk,60\n")
    assert records.rows["last_val_accuracy_percent"].to_pylist() == [1.0, 60.0]
    zeros = read(mapping, a_csv="g,acc\nc,0\n").rows
    assert zeros["last_val_accuracy_percent"].to_pylist() == [0.0]


def test_fractions_in_an_entry_of_measurements_are_refused(read):
    entry = {"measure": "test_accuracy_percent", "column": "t"}
    with pytest.raises(DialectError, match="column t: expected percentages"):
        read({"genome": "g", "measurements": [entry]}, a_csv="g,t\nc,0.5\n")


def test_a_column_that_the_table_lacks_is_named_with_the_nearest(read):
    with pytest.raises(DialectError) as caught:
        read({"genome": "layer"}, a_csv="layers,acc\nc,1\n")
    assert str(caught.value) == (
        "a.csv: expected a column 'layer', which [tables.columns] names, got the columns layers, "
        "acc. Did you mean 'layers'? Mend the mapping or the table."
    )


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_file_with_another_separator_is_told_so(read, sign):
    with pytest.raises(DialectError) as caught:
        read({"genome": "layers"}, a_csv=f"layers{sign}acc\nc{sign}1\n")
    assert str(caught.value).endswith(f"stands between cells, say separator = {sign!r}.")


def test_a_mapping_without_a_genome_is_refused(read):
    with pytest.raises(CardError, match=re.escape("[tables.columns] genome: expected the column")):
        read({}, a_csv="layers,acc\nc,90\n")


JSON_LINES = (
    b'{"g": "c m", "acc": 90.5, "cells": [[0, 1]], "ok": true}\n\n'
    b'{"acc": null, "g": "k", "big": 12345678901234567890123}\n'
)


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_by_hand(read, packed):
    mapping = {"genome": "g", "val_accuracy_percent": "acc"}
    name, data = ("a_jsonl_gz", gzip.compress(JSON_LINES)) if packed else ("a_jsonl", JSON_LINES)
    records = read(mapping, **{name: data})
    assert told(records.rows, "flat", "last_val_accuracy_percent", "source_row", "line") == [
        ("cm", 90.5, 0, 1),
        ("k", None, 1, 3),
    ]
    assert told(records.measurements, "measure", "value", "text") == [
        ("cells", None, "[[0, 1]]"),
        ("ok", None, "True"),
        ("big", None, "12345678901234567890123"),
    ]


@pytest.mark.parametrize(
    ("line", "expected", "got"),
    [
        ('{"g": "c", "acc": 9', "one JSON object in the line", '\'{"g": "c", "acc": 9\''),
        ("[1, 2]", "one JSON object in the line", "'[1, 2]'"),
        ('{"g": "c", "g": "k"}', "each key once", "g twice"),
        ('{"g": "\\ud800"}', "one JSON object in the line", ""),
        ("[" * 10_000, "one JSON object in the line", "'[["),
    ],
)
def test_a_line_that_is_no_object_is_refused(read, line, expected, got):
    rows = read({"genome": "g"}, a_jsonl=f'{{"g": "c"}}\n{line}\n').rows.to_pylist()
    assert (rows[1]["line"], rows[1]["expected"]) == (2, expected)
    assert got in rows[1]["got"]


def test_parquet_by_hand(read, tmp_path):
    local = tmp_path / "made.parquet"
    table = pa.table(
        {
            "g": pa.array(["c", "k"]).dictionary_encode(),
            "acc": pa.array([90.5, None], pa.float32()),
            "seed": pa.array([1.0, None]),
            "huge": pa.array([2**64 - 1, 1], pa.uint64()),
            "when": pa.array([0, 1], pa.timestamp("s")),
        }
    )
    pq.write_table(table, local)
    mapping = {"genome": "g", "val_accuracy_percent": "acc"}
    records = read(mapping, a_parquet=local.read_bytes())
    assert told(records.rows, "flat", "last_val_accuracy_percent", "seed", "line") == [
        ("c", 90.5, 1, 1),
        ("k", None, None, 2),
    ]
    assert told(records.measurements, "measure", "text")[0] == ("huge", "18446744073709551615")


FILES = {
    "a_csv": "g,acc,note\nc,90,1\nk,80,2\n",
    "b_csv": "g,acc,note\nm,70,word\nc m,60,3\n",
    "c_csv": "g,acc,note\nk k,50,007\n",
    "d_csv": "acc,g\n40,c\n",
    "e_csv": 'g,acc,note\n"c",30,"2\n3"\n',
    "f_csv": "g,acc,note\nm,20,4\nx,10,5\n",
}


@pytest.mark.parametrize("together", [["a_csv", "b_csv"], list(FILES), list(FILES)[::-1]])
def test_files_that_are_read_together_say_what_each_says_alone(read, together):
    mapping = {"genome": "g", "val_accuracy_percent": "acc"}
    found = read(mapping, **{name: FILES[name] for name in together})
    alone = concat_records([read(mapping, **{name: FILES[name]}) for name in together])
    assert found.rows.equals(alone.rows)
    by = ["source_file", "source_row"]
    pd.testing.assert_frame_equal(
        found.measurements.to_pandas().sort_values(by, ignore_index=True),
        alone.measurements.to_pandas().sort_values(by, ignore_index=True),
    )


def test_a_fault_in_one_of_many_files_is_told_of_that_file(read):
    files = {f"n{number}_csv": "g,acc\nc,90\n" for number in range(5)}
    rows = read({"genome": "g"}, **files | {"n3_csv": "g,acc\nk\nc,80\n"}).rows.to_pylist()
    bad = [row for row in rows if row["expected"]]
    assert [(row["source_file"], row["line"], row["expected"]) for row in bad] == [
        ("n3.csv", 2, "2 cells")
    ]
    with pytest.raises(DialectError, match=r"n2\.csv, line 2: expected text in UTF-8"):
        read({"genome": "g"}, **files | {"n2_csv": b"g,acc\n\xff,1\n"})


def test_other_separators(read):
    mapping = {"genome": "g"}
    text = "g;acc\nc;90\n"
    assert read(mapping | {"separator": ";"}, a_csv=text).rows["flat"].to_pylist() == ["c"]
    assert read(mapping, a_tsv="g\tacc\nc\t90\n").rows["flat"].to_pylist() == ["c"]


def test_the_index_that_pandas_writes_has_a_name(read):
    text = pd.DataFrame({"genome": ["c", "k"]}).to_csv()
    measured = read({}, a_csv=text).measurements
    assert told(measured, "measure", "value") == [("column 1", 0.0), ("column 1", 1.0)]
    assert len(read({"ignore": ["column 1"]}, a_csv=text).measurements) == 0


BAD_FILES = [
    ({"a_csv": ""}, "a.csv: expected a CSV table, got an empty file of 0 bytes"),
    ({"a_csv": "genome\n"}, "a.csv: expected rows below the header, got none"),
    ({"a_csv": b"genome\nc\xff\n"}, "a.csv, line 2: expected text in UTF-8, got byte 0xff"),
    ({"a_csv": "genome,x,x\nc,1,2\n"}, "a.csv, line 1: expected each column once"),
    ({"a_csv_gz": b"genome\nc\n"}, "a.csv.gz: expected a file packed by gzip"),
    ({"a_csv_gz": gzip.compress(b"genome\nc\n")[:-9]}, "a.csv.gz: expected a file packed by gzip"),
    ({"a_parquet": b"PAR1"}, "a.parquet: expected a Parquet file"),
    ({"a_jsonl": "\n \n"}, "a.jsonl: expected JSON lines, got an empty file"),
    ({"a_json": '[{"genome": "c"}]\n'}, "a.json, line 1: expected one JSON object in the line"),
    ({"a_xlsx": "genome\nc\n"}, "a.xlsx: expected a name that ends in .csv, .tsv"),
]


@pytest.mark.parametrize(("files", "message"), BAD_FILES)
def test_a_file_that_is_no_table_is_one_clear_error(read, files, message):
    with pytest.raises(DialectError) as caught:
        read({}, **files)
    assert str(caught.value).startswith(message)


def test_all_cells_of_mini_nasbench201_come_back(archives, tmp_path):
    """Written back, the commons' table is the source's, value by value."""
    import vinarch

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(tmp_path))
        commons = vinarch.fetch("mini-NASBench201", mirror=archives)
    source = pd.read_csv(archives / "mini-NASBench201" / "mini_nb201_12epochs.csv")
    kept = commons.architectures.compute()
    assert len(commons.rejects) == 0
    assert dict(kept["status"].value_counts()) == {"ok": 62_500}
    assert dict(kept["epochs_trained"].value_counts()) == {12.0: 62_500}
    for experiment, val, test in (
        ("cifar10-validation", "cifar10-val", None),
        ("cifar10-test", None, "cifar10-test"),
        ("cifar100", "cifar100-val", "cifar100-test"),
        ("imagenet16-120", "imagenet-val", "imagenet-test"),
    ):
        mine = kept[kept["experiment"] == experiment].reset_index(drop=True)
        assert mine["architecture"].tolist() == source["arch"].tolist()
        assert mine["native_id"].tolist() == source["arch"].astype(str).tolist()
        assert mine["genome"].tolist() == source["cellstr"].tolist()
        for name, column in (("val", val), ("test", test)):
            values = mine[f"last_{name}_accuracy_percent"]
            if column is None:
                assert values.isna().all()
            else:
                assert values.tolist() == source[column].tolist()


def test_json_and_csv_agree_on_a_table_with_gaps(read):
    rows = [{"g": "c", "acc": 90.5, "n": 1}, {"g": "k", "acc": None, "n": None}]
    mapping = {"genome": "g", "val_accuracy_percent": "acc", "generation": "n"}
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    as_json = read(mapping, a_jsonl=lines).rows.drop_columns(["source_file", "line", "native_id"])
    as_csv = read(mapping, a_csv=pd.DataFrame(rows).to_csv(index=False)).rows
    assert as_csv.drop_columns(["source_file", "line", "native_id"]).equals(as_json)
