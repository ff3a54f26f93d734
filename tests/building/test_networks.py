"""What networks are built of, and what is refused."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import torch_or_skip

from vinarch.errors import GenomeError, ParameterError
from vinarch.genome import LayerSpace, MacroSpace, search_space

torch = torch_or_skip()

import vinarch.building  # noqa: E402 - needs PyTorch
from vinarch.building import build_network  # noqa: E402 - needs PyTorch

pytestmark = pytest.mark.search

torch.set_num_threads(1)

MACRO = MacroSpace((4, 4, 4))
CHAINS = LayerSpace.from_name("chain-layers")


def shapes_of(network, *input_shape):
    """Return the shape that each module makes of an image."""
    shapes = {}
    for name, part in network.parts.items():
        part.register_forward_hook(
            lambda _, __, output, name=name: shapes.update({name: tuple(output.shape[1:])})
        )
    network.eval()(torch.zeros(1, *input_shape))
    return shapes


def test_images_shrink_at_the_first_convolution_and_at_each_pooling():
    genome = MACRO.from_flat("1000000" * 3)
    shapes = shapes_of(build_network(genome, channels=(4, 5, 6)), 1, 8, 8)
    assert [shapes[name] for name in ("phase1_0", "phase1_5", "phase1_pool")] == [
        (4, 6, 6),
        (4, 6, 6),
        (4, 3, 3),
    ]
    assert [shapes[name] for name in ("phase2_0", "phase2_pool")] == [(5, 3, 3), (5, 1, 1)]
    # The image is one pixel now, and stays.
    assert [shapes[name] for name in ("phase3_0", "phase3_pool", "linear")] == [
        (6, 1, 1),
        (6, 1, 1),
        (10,),
    ]


def test_phases_that_are_skipped_leave_their_channels_to_the_next():
    genome = MACRO.from_flat("0000001" + "1000000" * 2)
    shapes = shapes_of(build_network(genome, channels=(4, 5, 6)), 1, 8, 8)
    assert [shapes[f"phase{phase}_0"][0] for phase in (2, 3)] == [4, 5]


@settings(max_examples=60)
@given(
    st.integers(0, 2**21 - 1),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 3),
)
def test_images_of_any_size_give_scores(number, height, width, channels):
    genome = MACRO.from_flat(f"{number:021b}")
    network = build_network(genome, input_shape=(channels, height, width), channels=2, classes=4)
    assert network.eval()(torch.zeros(3, channels, height, width)).shape == (3, 4)


@pytest.mark.parametrize(
    "genome",
    [MACRO.from_flat("0" * 21), MACRO.from_flat("0000001" * 3), CHAINS.from_flat("")],
    ids=["zeros", "skip bits", "no layers"],
)
def test_a_genome_without_layers_is_a_linear_layer_on_each_channels_mean(genome):
    torch.manual_seed(0)
    network = build_network(genome, input_shape=(2, 3, 3), classes=4)
    images = torch.rand(5, 2, 3, 3)
    weight, bias = network.parameters()
    assert weight.shape == (4, 2)
    expected = images.mean(dim=(2, 3)) @ weight.T + bias
    assert torch.allclose(network(images), expected, atol=1e-6)


def test_a_phase_computes_what_its_formula_says():
    # Node 1 feeds node 2, and the skip bit: relu(bn(join(x, node2(node1(x))))) after the entry.
    torch.manual_seed(0)
    network = build_network(MacroSpace((2,)).from_flat("11"), channels=3, classes=2).eval()
    weights = dict(network.named_parameters())
    functional = torch.nn.functional
    # With running means 0 and variances 1 batch normalisation divides by √(1 + 1e-5).
    scale = (1 + 1e-5) ** -0.5
    images = torch.rand(2, 1, 8, 8)
    entry = functional.conv2d(images, weights["parts.phase1_0.weight"])
    path = entry
    for node in (1, 2):
        path = functional.conv2d(path, weights[f"parts.phase1_{node}.then.0.weight"], padding=1)
        path = (path * scale).relu()
    joined = torch.cat([entry, path], dim=1)
    output = functional.conv2d(joined, weights["parts.phase1_3.join.weight"])
    means = (output * scale).relu().mean(dim=(2, 3))
    expected = means @ weights["parts.linear.1.weight"].T + weights["parts.linear.1.bias"]
    assert torch.allclose(network(images), expected, atol=1e-6)


def test_a_chain_computes_what_its_layers_say():
    torch.manual_seed(0)
    network = build_network(CHAINS.from_flat("mk"), channels=3, classes=2).eval()
    weights = dict(network.named_parameters())
    images = torch.rand(2, 1, 8, 8)
    # The largest of the 3x3 neighbours, of which the edge has fewer.
    pooled = torch.stack(
        [
            images[:, :, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].amax(dim=(2, 3))
            for y in range(8)
            for x in range(8)
        ],
        dim=2,
    )
    mixed = weights["parts.layer2.0.weight"][:, :, 0, 0] @ pooled
    means = (mixed * (1 + 1e-5) ** -0.5).relu().mean(dim=2)
    expected = means @ weights["parts.output.2.weight"].T + weights["parts.output.2.bias"]
    assert torch.allclose(network(images), expected, atol=1e-6)


def test_one_number_of_channels_doubles_from_phase_to_phase():
    genome = MACRO.from_flat("1000000" * 3)
    shapes = shapes_of(build_network(genome, channels=5), 1, 8, 8)
    assert [shapes[f"phase{phase}_0"][0] for phase in (1, 2, 3)] == [5, 10, 20]


THREE_SIZES = "channels, height and width of an image"


@pytest.mark.parametrize(
    ("arguments", "expected", "got"),
    [
        ({"input_shape": (8, 8)}, THREE_SIZES, "(8, 8)"),
        ({"input_shape": "188"}, THREE_SIZES, "'188'"),
        ({"input_shape": 8}, THREE_SIZES, "8"),
        ({"input_shape": (1, 0, 8)}, "a whole number from 1 to 65536 (height)", "0"),
        ({"classes": 1}, "a whole number from 2 to 65536 (classes)", "1"),
        (
            {"channels": (16, 32)},
            "3 numbers, one a phase, or a single one for the first phase",
            "2: (16, 32)",
        ),
        ({"channels": (16, 32, 0)}, "a whole number from 1 to 65536 (channels)", "0"),
        ({"channels": 0.5}, "a whole number from 1 to 65536 (channels)", "0.5"),
    ],
)
def test_sizes_that_cannot_be_are_refused(arguments, expected, got):
    with pytest.raises(ParameterError) as raised:
        build_network(MACRO.from_flat("1" * 21), **arguments)
    (name,) = arguments
    sentence = f"build_network({name}=…): expected {expected}, got {got}. Pass "
    assert str(raised.value).startswith(sentence)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_a_chain_has_one_number_of_channels():
    with pytest.raises(ParameterError, match=r"expected a single number, got 3: \(8, 16, 32\)"):
        build_network(CHAINS.from_flat("c"), channels=(8, 16, 32))


def test_spaces_without_a_builder_are_refused():
    cell = search_space("nas-bench-101").from_flat("c111")
    with pytest.raises(GenomeError) as raised:
        build_network(cell)
    assert str(raised.value) == (
        "build_network: expected a genome of MacroSpace or LayerSpace, got NasBench101Space "
        "(nas-bench-101). docs/explanation/from-genome-to-network.md tells what can be built."
    )


def test_layers_without_a_meaning_here_are_refused_by_name():
    list_of_conv = search_space("layers[c=conv3x3-bn-relu,x=dropout]").from_flat("c")
    with pytest.raises(GenomeError) as raised:
        build_network(list_of_conv)
    assert str(raised.value) == (
        "build_network: expected a space of the layers conv3x3-bn-relu, conv1x1-bn-relu, "
        "maxpool3x3, got layers[c=conv3x3-bn-relu,x=dropout], which has dropout. "
        "Write the genome in the space chain-layers if it means the same."
    )


def test_layers_go_by_their_names_not_by_their_characters():
    own = search_space("layers[a=maxpool3x3,b=conv3x3-bn-relu]")
    torch.manual_seed(0)
    mine = build_network(own.from_flat("ba"))
    torch.manual_seed(0)
    same = build_network(CHAINS.from_flat("cm"))
    images = torch.rand(2, 1, 8, 8)
    assert torch.equal(mine(images), same(images))


def test_what_is_exported_is_there():
    assert set(vinarch.building.__all__) == {
        "Costs",
        "WiredNetwork",
        "build_network",
        "network_costs",
    }


@pytest.mark.parametrize("genome", ["1" * 21, (1, 0, 1), None])
def test_what_is_no_genome_is_refused(genome):
    with pytest.raises(GenomeError, match=r"build_network: expected a genome, got .* space\.parse"):
        build_network(genome)
