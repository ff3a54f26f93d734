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


def cuts(rows: int, max_cuts: int = 6) -> st.SearchStrategy[list[int]]:
    """Where to cut a table of `rows` rows into partitions, empty ones included."""
    return st.lists(st.integers(0, rows), max_size=max_cuts).map(
        lambda inner: [0, *sorted(inner), rows]
    )
