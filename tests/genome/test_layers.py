from __future__ import annotations

import json
import tarfile
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.errors import GenomeError
from vinarch.genome import LayerSpace, search_space

NEXT_STEP = "Mend the genome, or name the search space that it belongs to."
CHAIN = search_space("chain-layers")
EVOVIS = search_space("evovis-layers")
PENGUIN = search_space("penguin-layers")

LISTED = ["conv3x3-bn-relu", "maxpool3x3", "conv1x1-bn-relu"]


@pytest.mark.parametrize("separator", [",", ", ", ";", "|", " ", "-", " - ", "\n"])
def test_one_separator_of_the_fields_own_is_found(separator):
    assert PENGUIN.parse(separator.join("413")).flat == "413"
    if "-" not in separator:
        assert CHAIN.parse(separator.join(LISTED)).flat == "cmk"


def test_a_layer_with_a_separator_in_its_name_can_stand_alone():
    assert CHAIN.parse("conv3x3-bn-relu").flat == "c"
    space = LayerSpace((("a", "one"), ("b", "two"), ("c", "one-two"), ("d", "one|two")))
    assert space.parse("one-two").flat == "c"
    assert space.parse("one-two,one").flat == "ca"
    assert space.parse("two-one").flat == "ba"
    assert space.parse("one|two").flat == "d"


def test_input_and_output_are_no_layers():
    assert CHAIN.parse("input,conv3x3-bn-relu,maxpool3x3,output").flat == "cm"
    assert CHAIN.parse(json.dumps(["input", *LISTED, "output"])).flat == "cmk"
    assert CHAIN.parse("input-m-output").flat == "m"


@pytest.mark.parametrize("text", ["input,output", "[]", '["input", "output"]', "input", "output"])
def test_an_empty_list_is_a_genome(text):
    genome = CHAIN.parse(text)
    assert genome.flat == ""
    assert genome.structure_id == "chain-layers:"
    assert CHAIN.parse(CHAIN.print_genome(genome)) == genome


def test_json_lists_of_names_characters_numbers_and_objects_are_read():
    assert CHAIN.parse(json.dumps(LISTED)).flat == "cmk"
    assert CHAIN.parse('["c", "k"]').flat == "ck"
    assert PENGUIN.parse("[4, 1, 3]").flat == "413"
    chromosome = [{"layer": "Rescaling", "scale": 0.004}, {"layer": "D", "units": 96}]
    assert EVOVIS.parse(json.dumps(chromosome)).flat == "SF"


def test_a_list_that_can_be_read_either_way_holds_names():
    # D is the character of a depthwise convolution and the name of a dense layer.
    assert EVOVIS.parse("D").flat == "F"
    assert EVOVIS.parse("D,DO").flat == "FO"
    assert EVOVIS.parse("C,D").flat == "CD"


def test_the_layers_are_in_the_name():
    space = search_space("layers[c=conv3x3-bn-relu,p=pool]")
    assert space.parse("conv3x3-bn-relu, pool").structure_id == (
        "layers[c=conv3x3-bn-relu,p=pool]:cp"
    )
    listed = "layers[c=conv3x3-bn-relu,k=conv1x1-bn-relu,m=maxpool3x3]"
    assert search_space(listed) == CHAIN
    assert search_space(listed).name == "chain-layers"


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.sampled_from("abcXYZ019"), NAMES), min_size=1, max_size=5), st.data())
def test_whatever_layers_are_accepted_come_back_from_name_and_print(symbols, data):
    try:
        space = LayerSpace(tuple(symbols))
    except GenomeError:
        return
    assert search_space(space.name) == space
    genome = space.from_flat(data.draw(st.text(space.characters, max_size=6)))
    assert space.parse(space.print_genome(genome)) == genome
    assert genome.structure_id.partition(":") == (space.name, ":", genome.flat)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ((), "a layer or more, got none"),
        ((("cc", "conv"),), "a letter or digit for each layer, got 'cc'"),
        ((("", "conv"),), "a letter or digit for each layer, got ''"),
        ((("-", "conv"),), "a letter or digit for each layer, got '-'"),
        ((("c", ""),), "a layer's name in printable characters, got ''"),
        ((("c", "a\n"),), "a layer's name in printable characters, got 'a\\n'"),
        (
            (("c", "a,b"),),
            "a layer's name without colon, bracket, comma or equals sign, got 'a,b'",
        ),
        (
            (("c", "a:b"),),
            "a layer's name without colon, bracket, comma or equals sign, got 'a:b'",
        ),
        ((("c", "input"),), "layers between input and output, got 'input'"),
        ((("c", "a"), ("c", "b")), "each character and each layer once, got 'c' twice"),
        ((("c", "a"), ("d", "a")), "each character and each layer once, got 'a' twice"),
    ],
)
def test_layers_that_the_name_could_not_tell_are_refused(symbols, message):
    with pytest.raises(GenomeError) as caught:
        LayerSpace(symbols)
    assert str(caught.value) == (
        f"search space: expected {message}. Name it layers[<character>=<layer>,…]."
    )


_KNOWN = "names or characters of c=conv3x3-bn-relu, k=conv1x1-bn-relu, m=maxpool3x3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "a list separated by one of , ; | - or blanks, or a JSON list of layers, got ''",
        ),
        (
            '[{"layer": ',
            (
                "a list separated by one of , ; | - or blanks, or a JSON list of layers, "
                "got '[{\"layer\": '"
            ),
        ),
        ("conv3x3-bn-relu,conv7x7,maxpool3x3", f"{_KNOWN}, got 'conv7x7'"),
        ("c-k-x", f"{_KNOWN}, got 'x'"),
        ("c,,k", f"{_KNOWN}, got ''"),
        ("c,maxpool3x3", f"{_KNOWN}, got a mixture of both: 'c,maxpool3x3'"),
        ('[{"filters": 3}]', f"{_KNOWN}, got '\\'{{\"filters\": 3}}\\''"),
    ],
)
def test_an_unreadable_list_says_what_is_wrong(text, message):
    with pytest.raises(GenomeError) as caught:
        CHAIN.parse(text)
    assert str(caught.value) == f"layers: expected {message}. {NEXT_STEP}"


@pytest.fixture(scope="module")
def evovis_files(archives):
    """The texts of EvoVis's run, by name."""
    path = archives / "EvoVis" / "enas_example_run_results.tar.gz"
    with tarfile.open(path) as packed:
        return {
            member.name: packed.extractfile(member).read().decode()
            for member in packed
            if member.name.endswith((".json", ".fasta"))
        }


def test_the_layers_of_evovis_are_those_of_its_search_space(evovis_files):
    text = next(text for name, text in evovis_files.items() if name.endswith("/search_space.json"))
    pool = json.loads(text)["gene_pool"]
    assert {gene["layer"] for genes in pool.values() for gene in genes} == set(EVOVIS.meanings)


def test_all_chromosomes_of_evovis_are_read_as_its_own_sequences(evovis_files):
    flats = {}
    for name, text in evovis_files.items():
        if name.endswith("/chromosome.json"):
            genome = EVOVIS.parse(text)
            assert EVOVIS.parse(EVOVIS.print_genome(genome)) == genome
            flats[tuple(name.split("/")[-3:-1])] = genome.flat
    assert len(flats) == 400
    compared = 0
    for name, text in evovis_files.items():
        if name.endswith("/sequences.fasta"):
            lines = text.split()
            for network, sequence in zip(lines[::2], lines[1::2], strict=True):
                # EvoVis leaves out the rescaling, and r and t are blocks without their skip.
                own = "S" + sequence.translate(str.maketrans("rt", "RT"))
                assert flats[name.split("/")[-2], network.removeprefix(">")] == own
                compared += 1
    assert compared == 300


def test_the_codes_of_the_penguin_tables_are_read_and_what_the_files_tell_of_them_holds(archives):
    pools_of_code = {"1": 0, "3": 1, "4": 0}
    read = []
    for path in sorted((archives / "ZXTCGF" / "data-CIFAR100" / "models").iterdir()):
        names, values = (line.split(" ") for line in path.read_text().splitlines()[:2])
        row = dict(zip(names, values, strict=False))
        codes = PENGUIN.parse(row["layer_types"]).flat
        read.append(codes)
        assert len(row["convKernels"].split("-")) == len(codes)
        pools = len(row["poolKernels"].split("-"))
        unknown = [code for code in codes if code not in pools_of_code]
        known = sum(pools_of_code[code] for code in codes if code in pools_of_code)
        assert known <= pools <= known + len(unknown)
    assert read == ["331", "413", "537"]
    assert [code for code, _ in groupby("".join(sorted("".join(read))))] == list("13457")
