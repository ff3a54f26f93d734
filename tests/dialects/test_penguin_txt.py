from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from dialects.mutations import mutations, possible
from hypothesis import given, settings
from hypothesis import strategies as st

from vinarch.dialects import penguin_careful, penguin_txt
from vinarch.dialects.penguin_columns import COLUMNS
from vinarch.dialects.rows import Reading, SourceFile
from vinarch.errors import DialectError
from vinarch.genome import search_space

SPACE = search_space("penguin-layers")
HEADER = " ".join(COLUMNS)
BLANKS = " " * 24
SETTINGS = (
    "2021_a 7 True False CIFAR100 25 CrossEntropyLoss SGD 0.1 4e-05 0 0.5 3-1 0 24-2 12-2 4-2 1 1 "
    "0 301-297 0.5  100"
)
TOY = f"""\
{HEADER}
0.5 4.25 3.9 9.68 {SETTINGS}
1.0 3.74 3.58 14.91{BLANKS}
1.5 3.5 3.4 20.0{BLANKS}
"""
OTHER = TOY.replace("2021_a", "2021_b").replace("14.91", "15.5")


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("penguin")

    def read_texts(*texts):
        files = []
        for number, text in enumerate(texts):
            local = folder / f"{number}.txt"
            local.write_bytes(text if isinstance(text, bytes) else text.encode())
            files.append(SourceFile(f"data/{number}.txt", local))
        return penguin_txt.read_records(files, Reading(SPACE))

    return read_texts


@pytest.fixture
def never_careful(monkeypatch):
    def refuse(file, space):
        pytest.fail(f"{file.path} took the careful way")

    monkeypatch.setattr(penguin_txt, "read_carefully", refuse)


def values(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def refusals(records):
    rows = values(records.rows, "source_file", "line", "expected", "got", "genome_refused")
    return [row for row in rows if row[2] is not None]


def test_two_tables_at_once(read, never_careful):
    records = read(TOY, OTHER)
    names = ("source_file", "source_row", "line", "native_id", "epoch", "val_accuracy_percent")
    assert values(records.rows, *names) == [
        ("data/0.txt", 0, 2, "2021_a", 0.5, 9.68),
        ("data/0.txt", 1, 3, "2021_a", 1.0, 14.91),
        ("data/0.txt", 2, 4, "2021_a", 1.5, 20.0),
        ("data/1.txt", 0, 2, "2021_b", 0.5, 9.68),
        ("data/1.txt", 1, 3, "2021_b", 1.0, 15.5),
        ("data/1.txt", 2, 4, "2021_b", 1.5, 20.0),
    ]
    assert values(records.rows, "train_loss", "val_loss")[:2] == [(4.25, 3.9), (3.74, 3.58)]
    assert records.rows["flat"].to_pylist() == ["31"] * 6
    assert records.rows["seed"].to_pylist() == [7, None, None, 7, None, None]
    assert records.rows["genome"][0].as_py() == (
        '{"layer_types": "3-1", "dropout_rate": "0", "convKernels": "24-2", '
        '"convStrides": "12-2", "convPaddings": "4-2", "poolKernels": "1", "poolStrides": "1", '
        '"poolPaddings": "0", "convFilters": "301-297", "FC_dropout_rate": "0.5", '
        '"FC_dropout_layers": "", "FCFilters": "100"}'
    )
    assert not refusals(records)
    told = values(records.measurements, "native_id", "measure", "value", "text")
    assert len(told) == 20
    assert {one[1:] for one in told if one[0] == "2021_b"} == {
        ("batch_size", 25.0, None),
        ("learning_rate", 0.1, None),
        ("momentum", 4e-05, None),
        ("dampening", 0.0, None),
        ("weight_decay", 0.5, None),
        ("train_GPU", None, "True"),
        ("torch_set_deterministic", None, "False"),
        ("dataset", None, "CIFAR100"),
        ("loss_fn", None, "CrossEntropyLoss"),
        ("optimizer", None, "SGD"),
    }


def test_a_table_of_one_row(read, never_careful):
    records = read("\n".join(TOY.split("\n")[:2]) + "\n", TOY)
    assert records.rows["source_row"].to_pylist() == [0, 0, 1, 2]


def test_windows_line_ends_byte_order_marks_and_other_orders_change_nothing(read):
    plain = read(TOY)
    header, first, *later = TOY.splitlines()
    order = [*range(4, 28), *range(4)]
    turned = "\n".join(
        " ".join(line.split(" ")[at] for at in order) for line in (header, first, *later)
    )
    for text in (TOY.replace("\n", "\r\n"), "\ufeff" + TOY, turned + "\n"):
        records = read(text)
        assert not refusals(records)
        for name in ("epoch", "train_loss", "val_loss", "val_accuracy_percent", "flat", "line"):
            assert records.rows[name].equals(plain.rows[name])
        assert records.measurements.equals(plain.measurements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", [(1, "a table", "an empty file of 0 bytes", True)]),
        (TOY.encode("utf-16-le"), [(1, "text", "a NUL byte", True)]),
        (
            TOY.replace("14.91", "140.91"),
            [(3, "valAcc: a percentage from 0 to 100", "'140.91'", False)],
        ),
        (TOY.replace("3.58", "nan"), [(3, "valLoss: a number", "'nan'", False)]),
        (TOY.replace("3.58", ""), [(3, "valLoss: a number", "''", False)]),
        (TOY.replace("1.0 3.74", "-1 3.74"), [(3, "epochs: an epoch from 0", "'-1'", False)]),
        (
            TOY.replace("14.91" + BLANKS, "14.91" + BLANKS[1:]),
            [(3, "28 cells", f"27 cells: '1.0 3.74 3.58 14.91{BLANKS[1:]}'", False)],
        ),
        (
            TOY.replace("14.91 ", "14.91 x"),
            [(3, "ID: nothing after the first row", "'x'", False)],
        ),
        (
            TOY.removesuffix("\n"),
            [(4, "a line end after the last row", "the end of the file after ''", False)],
        ),
        (
            TOY.replace(" 7 True", " seven True"),
            [(2, "random_seed: a whole number", "'seven'", True)],
        ),
        (TOY.replace("4e-05", "NaN"), [(2, "momentum: a number", "'NaN'", True)]),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(read, text, expected):
    records = read(OTHER, text)
    found = refusals(records)
    assert [row[1:] for row in found if not (row[4] and len(found) > 1)] == [
        row for row in expected if not (row[3] and len(found) > 1)
    ]
    assert found[0][0] == "data/1.txt"
    # The other table is read all the same.
    assert len([one for one in records.rows["source_file"].to_pylist() if "0" in one]) == 3


def test_layers_that_the_space_does_not_have_refuse_the_network(read):
    records = read(TOY.replace(" 3-1 ", " 3-z "))
    assert records.rows["genome_refused"].to_pylist() == [True, True, True]
    (refusal,) = refusals(records)
    assert refusal[:2] == ("data/0.txt", 2)
    assert "3-z" in refusal[3]
    assert len(records.measurements) == 0


def test_a_file_that_is_not_there_stops_the_run(tmp_path):
    with pytest.raises(DialectError, match=r"data/x\.txt: expected a readable file, got No such"):
        penguin_txt.read_records([SourceFile("data/x.txt", tmp_path / "x.txt")], Reading(SPACE))


def random_table(draw):
    number = st.floats(0, 100).map(repr)
    rows = draw(st.lists(st.tuples(number, number, number), min_size=1, max_size=5))
    cells = SETTINGS.replace(
        "3-1", "-".join(draw(st.lists(st.sampled_from("1234567"), min_size=1)))
    )
    name = draw(st.text("abc0_", min_size=1, max_size=8))
    lines = [HEADER]
    for place, row in enumerate(rows):
        rest = f" {cells}".replace("2021_a", name) if place == 0 else BLANKS
        lines.append(" ".join([repr((place + 1) / 2), *row]) + rest)
    return "\n".join([*lines, ""])


@settings(max_examples=40)
@given(st.lists(st.composite(random_table)(), min_size=1, max_size=4))
def test_the_quick_way_reads_what_the_careful_one_reads(tables):
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(tables):
            local = Path(folder, f"{number}.txt")
            local.write_text(text)
            files.append(SourceFile(f"{number}.txt", local))
        tables = [file.local.read_bytes() for file in files]
        quick = penguin_txt._read_together(files, tables, SPACE)
        careful = [penguin_careful.read_carefully(file, SPACE) for file in files]
    assert quick is not None
    rows = pa.concat_tables([one.rows for one in careful])
    for name in rows.column_names:
        # The careful way repeats these in every row.
        if name not in {"seed", "genome"}:
            assert quick.rows[name].to_pylist() == rows[name].to_pylist(), name
    told = [row for one in careful for row in one.measurements.to_pylist()]
    assert sorted(map(str, quick.measurements.to_pylist())) == sorted(map(str, told))


@pytest.mark.archives
@settings(max_examples=80)
@given(mutation=mutations(b" "), place=st.integers(0, 2))
def test_mutated_tables_give_rows_or_refusals(archives, mutation, place, read):
    name, change = mutation
    published = [path.read_bytes() for path in sorted((archives / "ZXTCGF").rglob("*.txt"))]
    genuine = read(*published)
    changed = [change(data) if at == place else data for at, data in enumerate(published)]
    records = read(*changed)
    assert possible(records)
    others = [path != f"data/{place}.txt" for path in records.rows["source_file"].to_pylist()]
    kept = [path != f"data/{place}.txt" for path in genuine.rows["source_file"].to_pylist()]
    for column in ("epoch", "val_loss", "native_id"):
        assert records.rows[column].filter(others).equals(genuine.rows[column].filter(kept))
    if name in {"CRLF", "BOM"}:
        assert not refusals(records)
        assert records.rows["train_loss"].equals(genuine.rows["train_loss"])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1.0 3.74", "1.0\t3.74"),
        lambda text: text.replace("1.0 3.74", "1.0  3.74"),
        lambda text: text.replace("1.0 3.74", " 1.0 3.74"),
        lambda text: text.replace("1.0 3.74", "1.0 3.74 1"),
        lambda text: text.replace("14.91 ", "14.91x"),
        lambda text: text.replace("14.91" + BLANKS, "14.91" + BLANKS[:20] + "abc" + BLANKS[23:]),
        lambda text: text.replace("14.91" + BLANKS, "14.91" + BLANKS + " "),
        lambda text: text.replace("14.91" + BLANKS, "14.91" + BLANKS[:-1]),
        lambda text: text.replace("14.91" + BLANKS, "14.91" + BLANKS[:-1] + "\n"),
        lambda text: text.replace("1.0 3.74", "1.0 3.7é"),
        lambda text: text.replace("1.0 3.74", "\n1.0 3.74"),
        lambda text: text + "\n",
        lambda text: text.replace("True", "Tr\tue"),
        lambda text: text.replace("3-1 ", "3-1  "),
    ],
)
def test_whatever_is_not_of_the_usual_form_takes_the_careful_way(change, tmp_path):
    texts = [TOY, change(TOY), OTHER]
    files = []
    for number, text in enumerate(texts):
        local = tmp_path / f"{number}.txt"
        local.write_text(text, encoding="utf-8")
        files.append(SourceFile(local.name, local))
    tables = [text.encode() for text in texts]
    assert penguin_txt._read_together(files, tables, SPACE) is None
    assert penguin_txt._read_together(files[::2], tables[::2], SPACE) is not None
    assert possible(penguin_txt.read_records(files, Reading(SPACE)))
