from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import split_rows

from vinarch.dialects.csv_text import read_text_table
from vinarch.errors import DialectError

NEXT = " See docs/how-to/mend-a-file.md; if the archive is right, fetch it again."


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Write bytes to a file and read them as a table of the columns a and b, and perhaps c."""
    local = tmp_path_factory.mktemp("csv") / "table.csv"

    def read_bytes(data):
        local.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_text_table(local, "dir/table.csv", ("a", "b"), ("c",))

    return read_bytes


def rows_of(table):
    cells = zip(*(column.to_pylist() for column in table.columns.values()), strict=True)
    return list(zip(table.source_rows.tolist(), table.lines.tolist(), cells, strict=True))


def test_rows_and_lines_by_hand(read):
    table = read('a,b\n1,x\n2,"y\ny"\n3,z\n')
    assert rows_of(table) == [(0, 2, ("1", "x")), (1, 3, ("2", "y\ny")), (2, 5, ("3", "z"))]
    assert (table.cut_off, table.refused, len(table)) == (False, (), 3)


def test_columns_come_in_the_order_of_the_file(read):
    table = read("b,a\nx,1\n")
    assert list(table.columns) == ["b", "a"]
    assert table.columns["a"].to_pylist() == ["1"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_a_byte_order_mark(read, end):
    text = f'a,b{end}1,"x{end}y{end}z"{end}2,w{end}'
    table = read(b"\xef\xbb\xbf" + text.encode())
    assert rows_of(table) == [(0, 2, ("1", f"x{end}y{end}z")), (1, 5, ("2", "w"))]
    assert not table.cut_off


def test_rows_with_too_few_or_too_many_cells_are_refused_where_they_stand(read):
    table = read('a,b\n1,x\n2\n"3\n3",y,z\n4,w\n')
    assert rows_of(table) == [(0, 2, ("1", "x")), (3, 6, ("4", "w"))]
    assert [(row, line, r.expected, r.got) for row, line, r in table.refused] == [
        (1, 3, "2 cells", "1 cells: '2'"),
        (2, 4, "2 cells", "3 cells: '\"3\\n3\",y,z'"),
    ]


def test_empty_lines_are_no_rows_but_count_as_lines(read):
    table = read("a,b\n\n1,x\n\n\n2,y\n\n")
    assert rows_of(table) == [(0, 3, ("1", "x")), (1, 6, ("2", "y"))]
    assert not table.cut_off


def test_a_row_of_empty_cells_is_a_row(read):
    assert rows_of(read('a,b\n1,x\n,\n"",""\n\n2,y\n')) == [
        (0, 2, ("1", "x")),
        (1, 3, ("", "")),
        (2, 4, ("", "")),
        (3, 6, ("2", "y")),
    ]


@pytest.mark.parametrize(
    ("text", "cut_off"),
    [
        ("a,b\n1,x\n", False),
        ("a,b\n1,x", True),
        ('a,b\n1,"x"', True),
        ('a,b\n1,"x\n', True),
        ('a,b\n1,"x\n\n', True),
        ('a,b\n1,"x\n"\n', False),
        ("a,b\n1,x\n2", False),
        ("a,b\n1,x\n\n", False),
        ("a,b\n1,x\n,", True),
    ],
)
def test_a_last_row_that_may_be_cut_is_known(read, text, cut_off):
    assert read(text).cut_off is cut_off


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "dir/table.csv: expected a CSV table, got an empty file of 0 bytes."),
        (b" \n\n", "dir/table.csv: expected a CSV table, got an empty file of 3 bytes."),
        (b"\xef\xbb\xbf", "dir/table.csv: expected a CSV table, got an empty file of 3 bytes."),
        (
            b"a,b\n1,\xff\n",
            "dir/table.csv, line 2: expected text in UTF-8, got byte 0xff at offset 6.",
        ),
        (b"a,b\n1,2\n3,\0\n", "dir/table.csv, line 3: expected text, got a NUL byte."),
        (b"a,b\n", "dir/table.csv: expected rows below the header, got none."),
        (b"a,b\n\n", "dir/table.csv: expected rows below the header, got none."),
        (
            b"a\n1\n",
            "dir/table.csv, line 1: expected the columns b, got a header without them: 'a'.",
        ),
        (
            b"a,b1\n1,2\n",
            (
                "dir/table.csv, line 1: expected the columns b, got a header without them: 'a,b1'. "
                "Was a column renamed, 'b1' in place of 'b'?"
            ),
        ),
        (
            b"a,b,d\n1,2,3\n",
            (
                "dir/table.csv, line 1: expected no columns but a, b, c, got 'd'. "
                "A column that is not known would be lost."
            ),
        ),
        (
            b"a,b,a\n1,2,3\n",
            "dir/table.csv, line 1: expected each column once, got 'a' twice.",
        ),
        (
            b'a,"b\n1,2\n3,4"\n5,6\n',
            (
                "dir/table.csv, line 1: expected a header of one line, "
                "got a quote that is not closed in it."
            ),
        ),
    ],
)
def test_what_is_no_table_is_an_error(read, data, message):
    with pytest.raises(DialectError) as caught:
        read(data)
    assert str(caught.value) == message + NEXT
    assert str(pickle.loads(pickle.dumps(caught.value))) == message + NEXT


def test_one_line_without_end_is_no_header(read):
    with pytest.raises(DialectError, match=r"line 1: expected the columns a, b, got .*'\"x{158}…'"):
        read('"' + "x" * 200_000)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DialectError) as caught:
        read_text_table(tmp_path / "none.csv", "dir/none.csv", ("a",))
    assert str(caught.value) == (
        "dir/none.csv: expected a readable file, got No such file or directory." + NEXT
    )


@given(st.binary(max_size=60) | st.text(alphabet='ab,"\n\r1é\x00', max_size=30).map(str.encode))
def test_random_bytes_are_an_error_or_a_table(read, data):
    try:
        table = read(data)
    except DialectError as error:
        message = str(error)
        assert re.match(r"dir/table\.csv(, line \d+)?: expected .+, got .+\. ", message, re.DOTALL)
        return
    assert set(table.columns) in ({"a", "b"}, {"a", "b", "c"})


@given(st.text(alphabet='1,,"\n\n\rx ', max_size=40), st.sampled_from(["\n", "\r\n"]))
def test_rows_cells_and_lines_against_one_character_at_a_time(read, body, end):
    text = f"a,b{end}{body}"
    expected = split_rows(text)[1:]
    try:
        table = read(text)
    except DialectError:
        assert not expected
        return
    good = [(line, tuple(cells)) for line, cells in expected if len(cells) == 2]
    got = rows_of(table)
    plain = [tuple(re.sub("\r\n|\r", "\n", cell) for cell in cells) for _, _, cells in got]
    assert [(line, cells) for (_, line, _), cells in zip(got, plain, strict=True)] == good
    assert [line for _, line, _ in table.refused] == [
        line for line, cells in expected if len(cells) != 2
    ]
    rows = sorted([row for row, _, _ in got] + [row for row, _, _ in table.refused])
    assert rows == list(range(len(expected)))
