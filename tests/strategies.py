"""What hypothesis draws: genomes, sets of them, and ways to cut a table into partitions."""

from __future__ import annotations

from hypothesis import strategies as st


def genome_texts(length: int) -> st.SearchStrategy[str]:
    """Flattened genomes of one length."""
    return st.text("01", min_size=length, max_size=length)


@st.composite
def genome_sets(draw, max_length: int = 24, max_size: int = 14) -> list[str]:
    """Distinct genomes of equal length, related to each other so that long runs occur."""
    length = draw(st.integers(1, max_length))
    parent = draw(genome_texts(length))
    genomes = {parent}
    for _ in range(draw(st.integers(0, max_size - 1))):
        flips = draw(st.sets(st.integers(0, length - 1), max_size=4))
        base = draw(st.sampled_from(sorted(genomes)))
        genomes.add("".join("10"[int(s)] if place in flips else s for place, s in enumerate(base)))
    return draw(st.permutations(sorted(genomes)))


@st.composite
def sequence_sets(draw, max_length: int = 12, max_size: int = 12) -> list[str]:
    """Distinct sequences of any alphabet and of unequal length, related to each other.

    Each comes of an earlier one by other symbols at a few places, and by a cut or more symbols.
    """
    alphabet = draw(
        st.sampled_from(["01", "01234", "ckm", "01ckm-~", "".join(map(chr, range(33, 91)))])
    )
    some = st.text(alphabet, max_size=max_length)
    sequences = {draw(some)}
    for _ in range(draw(st.integers(0, max_size - 1))):
        base = draw(st.sampled_from(sorted(sequences)))
        places = draw(st.sets(st.integers(0, max_length), max_size=3))
        changed = "".join(
            draw(st.sampled_from(alphabet)) if place in places else symbol
            for place, symbol in enumerate(base)
        )
        end = draw(st.integers(0, max_length))
        sequences.add(draw(st.sampled_from([changed, changed[:end], changed + draw(some)[:3]])))
    return draw(st.permutations(sorted(sequences)))


def cuts(rows: int, max_cuts: int = 6) -> st.SearchStrategy[list[int]]:
    """Where to cut a table of `rows` rows into partitions, empty ones included."""
    return st.lists(st.integers(0, rows), max_size=max_cuts).map(
        lambda inner: [0, *sorted(inner), rows]
    )
