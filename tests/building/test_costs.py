"""Costs counted by hand: images of 100 x 100 pixels, or what becomes so, keep the sums readable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import torch_or_skip

from vinarch.genome import LayerSpace, MacroSpace

torch = torch_or_skip()

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402 - needs PyTorch

from vinarch.building import Costs, build_network, network_costs  # noqa: E402 - needs PyTorch
from vinarch.building.costs import _OPERATIONS  # noqa: E402 - needs PyTorch

pytestmark = pytest.mark.search

torch.set_num_threads(1)

CHAINS = LayerSpace.from_name("chain-layers")
MACRO = MacroSpace((3, 2))


@pytest.mark.parametrize(
    ("layers", "mflops", "parameters"),
    [
        # The mean reads 3 values a pixel; the linear layer has 3 x 1,000 weights, 1,000 biases.
        ("", 0.03 + 0.003, 4_000),
        # Per pixel 9·3·10 + 2·10 + 10 of c, 10·10 + 2·10 + 10 of k, 10 of m, 10 of the mean.
        ("ckm", 3.0 + 1.3 + 0.1 + 0.1 + 0.01, 270 + 20 + 100 + 20 + 11_000),
        # A pooling before the first convolution reads the image's 3 channels.
        ("mc", 0.03 + 3.0 + 0.1 + 0.01, 270 + 20 + 11_000),
        # A 1x1 convolution first: 3·10 + 2·10 + 10.
        ("k", 0.6 + 0.1 + 0.01, 30 + 20 + 11_000),
    ],
)
def test_costs_of_chains_counted_by_hand(layers, mflops, parameters):
    costs = network_costs(
        CHAINS.from_flat(layers), input_shape=(3, 100, 100), classes=1_000, channels=10
    )
    assert costs == Costs(pytest.approx(mflops, abs=1e-9), parameters)


@pytest.mark.parametrize(
    ("bits", "mflops", "parameters"),
    [
        # Phase 1, 0→1→2→output and the skip: 102 x 102 pixels become 100 x 100 of 10 channels.
        # Per pixel 9·10 at the input, 2·(9·10·10 + 20 + 10) of the nodes, 2·10·10 to join the
        # output's two inputs, 20 + 10 at the output, 10 of the pooling: 2,190.
        # Phase 2, 0→1→2→output: 50 x 50 pixels of 20 channels.
        # Per pixel 10·20 at the input, 2·(9·20·20 + 40 + 20), 40 + 20, 20 of the mean: 7,600.
        (
            "1001" + "10",
            21.9 + 19.0 + 0.002,
            (90 + 2 * 920 + 200 + 20) + (200 + 2 * 3_640 + 40) + 2_100,
        ),
        # Phase 1 is skipped whole: phase 2 is the first, with 10 channels and the 3x3 convolution.
        ("0001" + "10", 19.9 + 0.001, 90 + 2 * 920 + 20 + 1_100),
        # Phase 2 is skipped whole: phase 1 ends in the mean, which reads as much as its pooling.
        ("1001" + "01", 21.9 + 0.001, 90 + 2 * 920 + 200 + 20 + 1_100),
        # No phase, and skip bits are nothing: the mean of 102 x 102 pixels, 100 weights.
        ("0001" + "01", 0.0105, 200),
        # Node 3 joins 1 and 2, of which 1 feeds 2: 2·10·10 more than three nodes in a row.
        (
            "1110" + "00",
            0.9 + 3 * 9.3 + 2.0 + 0.3 + 0.1 + 0.001,
            90 + 3 * 920 + 200 + 20 + 1_100,
        ),
    ],
)
def test_costs_of_macro_networks_counted_by_hand(bits, mflops, parameters):
    costs = network_costs(
        MACRO.from_flat(bits), input_shape=(1, 102, 102), classes=100, channels=(10, 20)
    )
    assert costs == Costs(pytest.approx(mflops, abs=1e-9), parameters)


def test_a_phase_of_the_images_channels_begins_without_a_convolution():
    # Per pixel 2·(9 + 2 + 1) of the nodes, 2 + 1 at the output, 1 of the mean; 100 of the linear.
    costs = network_costs(
        MacroSpace((2,)).from_flat("10"), input_shape=(1, 100, 100), classes=100, channels=1
    )
    assert costs == Costs(0.2801, 2 * 11 + 2 + 200)


@pytest.mark.parametrize("bits", ["111111" + "11", "101101" + "10", "000000" + "10"])
def test_multiplications_are_half_of_what_pytorch_counts(bits, monkeypatch):
    # PyTorch's counter takes a multiplication and its addition for two, and leaves out all layers
    # but convolutions and linear ones.
    for layer in set(_OPERATIONS) - {torch.nn.Conv2d, torch.nn.Linear}:
        monkeypatch.setitem(_OPERATIONS, layer, lambda *_: 0)
    genome = MacroSpace((3, 3)).from_flat(bits)
    sizes = {"input_shape": (3, 40, 40), "classes": 7, "channels": (8, 12)}
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        build_network(genome, **sizes).eval()(torch.zeros(1, 3, 40, 40))
    assert network_costs(genome, **sizes).mflops == round(counter.get_total_flops() / 2e6, 4)


@settings(max_examples=40)
@given(st.integers(0, 2**21 - 1), st.integers(1, 9), st.integers(1, 9), st.integers(2, 5))
def test_parameters_are_those_of_the_network_and_no_random_state_is_touched(
    number, height, width, classes
):
    genome = MacroSpace((4, 4, 4)).from_flat(f"{number:021b}")
    sizes = {"input_shape": (2, height, width), "classes": classes, "channels": (2, 3, 4)}
    network = build_network(genome, **sizes)
    state = torch.get_rng_state()
    costs = network_costs(genome, **sizes)
    assert costs.parameter_count == sum(weight.numel() for weight in network.parameters())
    assert torch.equal(state, torch.get_rng_state())


def test_every_layer_that_networks_are_built_of_has_a_rule():
    built = [
        build_network(MacroSpace((4, 4)).from_flat("1111111" * 2)),
        build_network(MacroSpace((1,)).from_flat("0")),
        build_network(CHAINS.from_flat("ckm")),
    ]
    layers = {type(m) for network in built for m in network.modules() if not list(m.children())}
    assert layers == set(_OPERATIONS)
