from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.errors import GenomeError
from vinarch.genome import LayerSpace, SearchSpace, search_space
from vinarch.genome.known_layers import KNOWN_LAYERS

ROOT = Path(__file__).resolve().parent.parent.parent

NAMES = (
    "nsga-net-macro-3x4",
    "nsga-net-macro-3+2+1",
    "nsga-net-micro-1",
    "nsga-net-micro-5",
    "nas-bench-101",
    "nas-bench-201",
    "chain-layers",
    "evovis-layers",
    "penguin-layers",
    "layers[a=conv,b=max pool,7=a;b-c|d]",
)
SPACES = [search_space(name) for name in NAMES]
DRAWN = st.tuples(st.sampled_from(SPACES), st.integers(0, 2**32 - 1)).map(
    lambda drawn: drawn[0].sample(np.random.default_rng(drawn[1]))
)


@st.composite
def damaged_prints(draw):
    """A space, and a printed genome of it with a few characters changed, dropped or added."""
    genome = draw(DRAWN)
    text = genome.space.print_genome(genome)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        kept = draw(st.integers(0, 2))
        new = draw(st.text('0123456789abcdefxyz[]{},:|+-~"; ', max_size=2) | st.text(max_size=1))
        text = text[:at] + new + text[at + kept :]
    return genome.space, text


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_space_gives_the_space(name):
    space = search_space(name)
    assert space.name == name
    assert search_space(space.name) == space
    assert ":" not in name
    assert pickle.loads(pickle.dumps(space)) == space


@pytest.mark.parametrize("space", SPACES, ids=NAMES)
def test_every_symbol_has_a_character_of_its_own_and_a_meaning(space):
    assert len(set(space.characters)) == len(space.characters) == len(space.meanings)
    assert len(set(space.meanings)) == len(space.meanings)
    assert space.characters.isascii()
    # Brackets, commas and blanks are dropped where sequences are read, a colon ends the name.
    assert space.characters.isalnum()


def test_the_reference_page_names_every_space_that_has_a_fixed_name():
    page = (ROOT / "docs/reference/search-spaces.md").read_text(encoding="utf-8")
    for name in ("nas-bench-101", "nas-bench-201", *KNOWN_LAYERS):
        assert f"`{name}`" in page
    for character, layer in KNOWN_LAYERS["chain-layers"]:
        assert f"`{character}` {layer}" in page
    for character, layer in KNOWN_LAYERS["evovis-layers"]:
        assert f"`{character}` {layer}" in page or layer.endswith("_1D")


@given(DRAWN)
def test_genomes_come_back_from_print_and_from_their_flattened_sequence(genome):
    space = genome.space
    assert space.parse(space.print_genome(genome)) == genome
    assert space.from_flat(genome.flat) == genome
    assert genome.structure_id == f"{space.name}:{genome.flat}"
    assert genome.canonical_id == f"{space.name}:{space.canonical_form(genome)}"
    assert space.symbol_count in {None, len(genome.symbols)}


@pytest.mark.parametrize("space", SPACES, ids=NAMES)
def test_samples_reach_every_symbol_and_follow_the_seed(space):
    rng = np.random.default_rng(1)
    drawn = [space.sample(rng) for _ in range(400)]
    assert {symbol for genome in drawn for symbol in genome.symbols} == {
        *range(len(space.characters))
    }
    again = np.random.default_rng(1)
    assert [space.sample(again) for _ in range(5)] == drawn[:5]


@given(damaged_prints())
def test_a_damaged_print_is_a_genome_or_a_genome_error(drawn):
    space, text = drawn
    try:
        genome = space.parse(text)
    except GenomeError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert all((refused.where, refused.expected, refused.got, refused.next_step))
        assert str(pickle.loads(pickle.dumps(refused))) == str(refused)
        return
    assert space.parse(space.print_genome(genome)) == genome
    assert space.from_flat(genome.flat) == genome
    assert space.canonical_form(genome)


@given(st.sampled_from(SPACES), st.text() | st.integers(1, 3000).map(lambda n: "[" * n + "]" * n))
def test_any_text_is_a_genome_or_a_genome_error(space, text):
    try:
        genome = space.parse(text)
    except GenomeError:
        return
    assert space.parse(space.print_genome(genome)) == genome


@given(st.data(), st.sampled_from(SPACES))
def test_any_flat_text_is_a_genome_or_a_genome_error(data, space):
    flat = data.draw(st.text(space.characters, max_size=28) | st.text(max_size=28))
    try:
        genome = space.from_flat(flat)
    except GenomeError:
        return
    assert genome.flat == flat
    assert space.parse(space.print_genome(genome)) == genome


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "darts",
            (
                "search space: expected nsga-net-macro-<phases>x<nodes>, nsga-net-micro-<blocks>, "
                "nas-bench-101, nas-bench-201, layers[<character>=<layer>,…], chain-layers, "
                "evovis-layers or penguin-layers, got 'darts'. "
                "docs/reference/search-spaces.md lists them."
            ),
        ),
        (
            "nas-bench-1012",
            (
                "search space: expected nas-bench-101, got 'nas-bench-1012'. "
                "vinarch.search_space reads the names of all spaces."
            ),
        ),
        (
            "nsga-net-micro-0",
            (
                "search space: expected nsga-net-micro-<blocks> with 1 to 35 blocks, "
                "got 'nsga-net-micro-0'. vinarch.search_space reads the names of all spaces."
            ),
        ),
        (
            "nsga-net-micro-36",
            (
                "search space: expected nsga-net-micro-<blocks> with 1 to 35 blocks, got 36. "
                "vinarch.search_space reads the names of all spaces."
            ),
        ),
        (
            "layers[cc=conv]",
            (
                "search space: expected a letter or digit for each layer, got 'cc'. "
                "Name it layers[<character>=<layer>,…]."
            ),
        ),
    ],
)
def test_what_names_no_space_says_what_would(name, message):
    with pytest.raises(GenomeError) as caught:
        search_space(name)
    assert str(caught.value) == message


@given(
    st.text(max_size=12)
    | st.tuples(
        st.sampled_from(["nsga-net-macro-", "nsga-net-micro-", "nas-bench-", "layers["]),
        st.text("0123456789x+=,]abc٣", max_size=12),
    ).map("".join)
)
def test_any_name_is_a_space_or_a_genome_error(name):
    try:
        space = search_space(name)
    except GenomeError:
        return
    assert isinstance(space, SearchSpace)
    if isinstance(space, LayerSpace):
        assert search_space(space.name) == space
    else:
        assert search_space(space.name).name == space.name
