"""Faults that files come with: a strategy of changes to bytes, for every dialect.

A mutation is a pair of a name and a function from bytes to bytes.
"""

from __future__ import annotations

from hypothesis import strategies as st

ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp500")
WORDS = (b"NaN", b"inf", b"-Infinity", b"1e999", b"-5", b"101.5", b"x", b"", b"null", b"true")
HUGE = (str(10**400).encode(), str(2**63).encode(), b"9" * 5000)


def cut(data, share):
    return data[: int(len(data) * share)]


def swap_lines(data, first, second):
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = first % len(lines), second % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def swap_words(data, separator, first, second):
    """Swap two cells in every line: two columns of a table."""
    lines = []
    for line in data.split(b"\n"):
        words = line.split(separator)
        one, other = first % len(words), second % len(words)
        words[one], words[other] = words[other], words[one]
        lines.append(separator.join(words))
    return b"\n".join(lines)


def replace_number(data, place, word):
    """Put a word where a number stands."""
    spans, start = [], None
    for at, byte in enumerate(data + b" "):
        digit = byte in b"0123456789."
        if digit and start is None:
            start = at
        elif not digit and start is not None:
            spans.append((start, at))
            start = None
    if not spans:
        return data
    begin, end = spans[place % len(spans)]
    return data[:begin] + word + data[end:]


def reencode(data, encoding):
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def flip(data, place, byte):
    if not data:
        return data
    at = place % len(data)
    return data[:at] + bytes([byte]) + data[at + 1 :]


def mutations(separator=b",", *, lossless=False):
    """Strategy of changed bytes as functions; `lossless` ones must change no value that is read."""
    kept = [
        st.just(("CRLF", lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))),
        st.just(("BOM", lambda data: b"\xef\xbb\xbf" + data)),
    ]
    if lossless:
        return st.one_of(kept)
    places = st.integers(0, 10**6)
    shares = st.floats(0, 1)
    return st.one_of(
        *kept,
        st.builds(lambda share: ("cut", lambda data: cut(data, share)), shares),
        st.builds(lambda a, b: ("lines", lambda data: swap_lines(data, a, b)), places, places),
        st.builds(
            lambda a, b: ("columns", lambda data: swap_words(data, separator, a, b)),
            *(places, places),
        ),
        st.builds(
            lambda at, word: (f"number {word[:9]!r}", lambda data: replace_number(data, at, word)),
            *(places, st.sampled_from((*WORDS, *HUGE))),
        ),
        st.builds(
            lambda name: (name, lambda data: reencode(data, name)), st.sampled_from(ENCODINGS)
        ),
        st.builds(
            lambda at, byte: (f"byte {byte}", lambda data: flip(data, at, byte)),
            *(places, st.integers(0, 255)),
        ),
        st.just(("brackets", lambda data: data.replace(b"[", b"[" * 2000))),
        st.just(("twice", lambda data: data + data)),
        st.binary(max_size=200).map(lambda noise: ("noise", lambda data: noise)),
    )


def possible(records):
    """Return whether every number that was read can be what its column is called."""
    rows = records.rows.to_pandas()
    good = rows[rows["expected"].isna()]
    for name in good.columns:
        if name.endswith("accuracy_percent"):
            values = good[name].dropna()
            if not values.between(0, 100).all():
                return False
        if name.endswith(("_loss", "_seconds")) or name in {"epoch", "mflops"}:
            values = good[name].dropna()
            if not values.abs().lt(float("inf")).all():
                return False
    refused = rows[rows["expected"].notna()]
    told = records.measurements["value"].drop_null().to_numpy()
    return bool(
        refused["got"].notna().all()
        and refused["source_file"].notna().all()
        and refused["line"].notna().all()
        and (abs(told) < float("inf")).all()
        # A measurement is of a network that was read.
        and set(records.measurements["native_id"].to_pylist()) <= set(rows["native_id"])
    )
