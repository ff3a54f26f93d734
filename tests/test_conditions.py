from __future__ import annotations

import pickle

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from dask.base import tokenize
from hypothesis import given
from hypothesis import strategies as st

from vinarch.conditions import kind_of_type, kind_of_values, parse_condition
from vinarch.errors import ParameterError, SelectionError
from vinarch.schema import ARCHITECTURES

COLUMNS = {
    "mflops": "number",
    "epochs": "number",
    "status": "text",
    "converged": "truth",
    "optimiser": "mixed",
}
ROWS = [
    {"mflops": 300.0, "epochs": 25, "status": "ok", "converged": True},
    {"mflops": 500.0, "epochs": 25, "status": "ok", "converged": False},
    {"mflops": 700.5, "epochs": 7, "status": "early_stopped", "converged": True},
    {"mflops": None, "epochs": 0, "status": "failed", "converged": None},
]
SCHEMA = pa.schema(
    [
        ("mflops", pa.float64()),
        ("epochs", pa.int64()),
        ("status", pa.string()),
        ("converged", pa.bool_()),
        ("place", pa.int64()),
    ]
)


def places(text, rows=ROWS, **known):
    """Return which rows a condition keeps."""
    numbered = [row | {"place": place} for place, row in enumerate(rows)]
    table = pa.Table.from_pylist(numbered, schema=SCHEMA)
    expression = parse_condition(text, COLUMNS).expression(known)
    return ds.dataset(table).to_table(filter=expression)["place"].to_pylist()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mflops < 500", [0]),
        ("mflops <= 500", [0, 1]),
        ("500 < mflops", [2]),
        ("300 < mflops <= 700.5", [1, 2]),
        ("mflops != 300", [1, 2]),
        ("not mflops < 500", [1, 2]),
        ("not (mflops < 500 or status == 'failed')", [1, 2]),
        ("mflops is null", [3]),
        ("mflops is None", [3]),
        ("mflops is not null and epochs == 25", [0, 1]),
        ("status in ['ok', 'failed']", [0, 1, 3]),
        ("status not in ('ok', 'failed')", [2]),
        ("mflops in {300, 700.5}", [0, 2]),
        ("mflops not in [300]", [1, 2]),
        ("converged", [0, 2]),
        ("not converged", [1]),
        ("converged == true", [0, 2]),
        ("converged != True", [1]),
        ("(mflops < 500) & ~(epochs < 25)", [0]),
        ("(mflops < 500) | (epochs == 0)", [0, 3]),
        ("epochs < mflops", [0, 1, 2]),
        ("epochs == +7", [2]),
        ("epochs > -1", [0, 1, 2, 3]),
        ("status == 'it''s'", []),
        ("  mflops < 500\n", [0]),
    ],
)
def test_conditions_by_hand(text, kept):
    assert places(text) == kept


def test_what_an_experiment_knows_is_put_in():
    assert places("optimiser == 'sgd' and mflops < 500", optimiser="sgd") == [0]
    assert places("optimiser == 'sgd' and mflops < 500", optimiser="adam") == []
    assert places("optimiser == 'sgd' or mflops < 500", optimiser=None) == [0]
    assert places("optimiser is null", optimiser=None) == [0, 1, 2, 3]
    # A number is not comparable with a text: unknown, and so is its opposite.
    assert places("optimiser == 'sgd'", optimiser=3) == []
    assert places("optimiser != 'sgd'", optimiser=3) == []
    assert places("not optimiser == 'sgd'", optimiser=3) == []
    assert places("optimiser == 3", optimiser=3) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("epochs > 1e6", [0]),
        ("epochs > 1000000.5", [0]),
        ("epochs == 21220234.0", [0]),
        ("epochs in [7.0, 21220234.0]", [0, 1]),
        ("epochs > mflops", [0]),
        ("1e6 < optimiser", [0, 1]),
        ("optimiser > mflops", [0, 1]),
        ("epochs == 21220234", [0]),
    ],
)
def test_large_whole_numbers_are_compared_with_any_number(text, kept):
    rows = [{"mflops": 500.0, "epochs": 21_220_234}, {"mflops": 500.0, "epochs": 7}]
    assert places(text, rows, optimiser=16_777_219) == kept


def test_columns_are_told_once_each_and_sorted():
    found = parse_condition("status == 'a' or mflops < epochs < 3 and status != 'b'", COLUMNS)
    assert found.columns == ("epochs", "mflops", "status")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a condition of 1 to 20,000 characters, got 0 characters"),
        (3, "expected a condition of 1 to 20,000 characters, got 3"),
        ("mflops < 1 or " * 2000, "got 28000 characters"),
        ("status = 'ok'", "got \"status = 'ok'\". Compare with == instead of =."),
        ("mflops < 1 AND epochs > 1", "Write and, or, not, in, is, null in small letters."),
        ("mflops <", "got 'mflops <'. For example"),
        ("a\0b", "got 'a\\x00b'"),
        ("status == ok", "got 'ok'. A text needs quotes: 'ok'"),
        ("mflop < 1", "got 'mflop'. Did you mean mflops?"),
        ("MFLOPS < 1", "got 'MFLOPS'. Did you mean mflops?"),
        ("mflops < '1'", "expected a number to compare mflops with, got `'1'`"),
        ("status < 1", "expected a quoted text to compare status with, got `1`"),
        ("converged == 1", "expected a truth value to compare converged with, got `1`"),
        ("mflops == True", "expected a number to compare mflops with, got `True`"),
        ("mflops < status", "expected a number to compare mflops with, got `status`"),
        ("converged < True", "expected == or != for converged, which is true or false"),
        ("status", "expected a comparison of status, which holds no truth values, got `status`"),
        ("1 < 2", "expected a column on one side of each comparison, got `1`"),
        ("mflops == null", "expected `is null` or `is not null` where a value is missing"),
        ("mflops is 3", "expected `is null` or `is not null`, got `3`"),
        (
            "mflops in []",
            "expected a list of values after `in`, such as ['ok', 'failed'], got `[]`",
        ),
        ("status in 'ok'", "expected a list of values after `in`"),
        ("mflops < 1 & epochs > 2", "Put parentheses around comparisons that & or | joins."),
        ("mflops == 10**3", "expected a column, a number, a quoted text, True or False"),
        ("mflops == 9" + "9" * 20, "expected a number of at most 64 bits"),
        ("mflops == -'a'", "expected a number after the sign, got `'a'`"),
        ("mflops == 1j", "expected a column, a number, a quoted text, True or False, got `1j`"),
        ("status == b'ok'", "expected a column, a number, a quoted text, True or False"),
        ("__import__('os').system('true')", "got `__import__('os').system('true')`"),
        ("status.upper() == 'OK'", "got `status.upper()`"),
        ("[x for x in status]", "got `[x for x in status]`"),
        ("(lambda: mflops)() < 1", "got `(lambda: mflops)()`"),
        ("True", "got `True`"),
        ("(" * 5000 + "mflops < 1" + ")" * 5000, "got '((((("),
        ("not " * 4000 + "converged", "got 'not not"),
    ],
)
def test_what_is_no_condition_is_refused_by_name(text, message):
    with pytest.raises((ParameterError, SelectionError)) as caught:
        parse_condition(text, COLUMNS)
    assert message in str(caught.value)
    assert str(caught.value).startswith("select: expected ")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_long_list_makes_no_deep_tree():
    text = f"epochs in {[*range(3000)]}"
    assert places(text) == [0, 1, 2, 3]


def test_kinds_of_the_declared_columns():
    kinds = {column.name: kind_of_type(column.type) for column in ARCHITECTURES.columns}
    assert kinds["mflops"] == kinds["seed"] == "number"
    assert kinds["status"] == "text"
    assert kinds["converged"] == "truth"
    assert kind_of_type(pa.list_(pa.int64())) is None
    assert kind_of_values([]) == "mixed"
    assert kind_of_values([True, None]) == "truth"


def test_a_condition_is_told_by_its_token():
    one, same, other = (
        parse_condition(text, COLUMNS) for text in ("mflops < 1", "mflops < 1", "mflops < 2")
    )
    assert tokenize(one) == tokenize(same) != tokenize(other)
    assert pickle.loads(pickle.dumps(one)) == one


# Against a slow reading of SQL's three-valued logic.

NUMBERS = st.one_of(st.none(), st.integers(-3, 3).map(float), st.sampled_from([0.5, 1e300]))
CELLS = st.fixed_dictionaries(
    {
        "mflops": NUMBERS,
        "epochs": st.one_of(st.none(), st.integers(-3, 3)),
        "status": st.one_of(st.none(), st.sampled_from(["ok", "", "o'k"])),
        "converged": st.one_of(st.none(), st.booleans()),
    }
)
SIGNS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@st.composite
def compared(draw):
    """Draw the text of a comparison, and what it says of a row: True, False or None."""
    name, values, signs = draw(
        st.sampled_from(
            [
                ("mflops", st.integers(-3, 3), list(SIGNS)),
                ("epochs", st.sampled_from([0.5, -1, 2]), list(SIGNS)),
                ("status", st.sampled_from(["ok", "", "o'k", "p"]), list(SIGNS)),
                ("converged", st.booleans(), ["==", "!="]),
            ]
        )
    )
    if draw(st.integers(0, 4)) == 0:
        return f"{name} is null", lambda row: row[name] is None
    if draw(st.integers(0, 4)) == 0:
        several = draw(st.lists(values, min_size=1, max_size=3))
        return (
            f"{name} in {several!r}",
            lambda row: None if row[name] is None else row[name] in several,
        )
    sign, value = draw(st.sampled_from(signs)), draw(values)
    return (
        f"{name} {sign} {value!r}",
        lambda row: None if row[name] is None else SIGNS[sign](row[name], value),
    )


def joined(parts):
    @st.composite
    def draw_joined(draw):
        (left, says), (right, tells) = draw(parts), draw(parts)
        word = draw(st.sampled_from(["and", "or", "not"]))
        if word == "not":
            return f"not ({left})", lambda row: None if says(row) is None else not says(row)
        decided = word == "or"

        def both(row):
            found = {says(row), tells(row)}
            if decided in found:
                return decided
            return None if None in found else not decided

        return f"({left}) {word} ({right})", both

    return draw_joined()


@given(st.recursive(compared(), joined, max_leaves=6), st.lists(CELLS, max_size=8), st.booleans())
def test_any_condition_means_what_sql_means(condition, rows, known):
    text, says = condition
    values = {"status": rows[0]["status"]} if known and rows else {}
    rows = [row | values for row in rows]
    assert places(text, rows, **values) == [i for i, row in enumerate(rows) if says(row) is True]


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_refused(text):
    try:
        found = parse_condition(text, COLUMNS)
    except (ParameterError, SelectionError):
        return
    assert set(found.columns) <= set(COLUMNS)


@given(
    st.lists(
        st.sampled_from([*"()[]<>=!&|~,'.-", "mflops", "status", "1", "'a'", "and", "or", "not",
                         "in", "is", "null", "if", "else", "lambda", ":", " "]),
        max_size=14,
    )
)  # fmt: skip
def test_any_words_in_any_order_are_a_condition_or_refused(words):
    try:
        found = parse_condition(" ".join(words), COLUMNS)
    except (ParameterError, SelectionError):
        return
    places(found.text)
