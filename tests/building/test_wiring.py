"""The wiring of built networks, measured: which module's output moves when another's does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import torch_or_skip

from vinarch.decoding import decode
from vinarch.genome import Genome, LayerSpace, MacroSpace

torch = torch_or_skip()

from vinarch.building import build_network  # noqa: E402 - needs PyTorch

pytestmark = pytest.mark.search

torch.set_num_threads(1)

IMAGES = (2, 1, 5, 6)
CLASSES = 3


def made_outputs(network, images, held):
    """Return what each module makes while the others are made to take it for what is held.

    What is not held yet is drawn at random, and held.
    """
    made = {}

    def hold(name):
        def hook(_, inputs, output):
            made[name] = output
            return held.setdefault(name, torch.randn_like(output))

        return hook

    hooks = [part.register_forward_hook(hold(name)) for name, part in network.parts.items()]
    network(images)
    for hook in hooks:
        hook.remove()
    return made


def measured_wiring(network, image_shape):
    """Return the pairs (source, target) of modules, the images as source "image".

    All outputs are held; where one alone is moved, only the modules that take it change theirs.
    """
    network.eval()
    # Many images: a ReLU that is zero for one of them is not for all.
    images = torch.randn(64, *image_shape)
    pairs = set()
    with torch.no_grad():
        held = {}
        made_outputs(network, images, held)
        before = made_outputs(network, images, held)
        for source in network.parts:
            moved = held | {source: torch.randn_like(held[source])}
            after = made_outputs(network, images, moved)
            pairs |= {(source, target) for target in moves(before, after)}
        after = made_outputs(network, torch.randn_like(images), held)
    return pairs | {("image", target) for target in moves(before, after)}


def moves(before, after):
    return {name for name, output in before.items() if not torch.equal(output, after[name])}


def macro_name(node):
    phase, place = node
    return f"phase{phase}_{place}" if phase else "linear"


def expected_wiring(graph, name_of):
    first = [node for node in graph if not graph.in_degree(node)]
    return {(name_of(a), name_of(b)) for a, b in graph.edges} | {
        ("image", name_of(node)) for node in first
    }


@st.composite
def macro_genomes(draw):
    nodes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    space = MacroSpace(tuple(nodes))
    bits = draw(st.text("01", min_size=space.symbol_count, max_size=space.symbol_count))
    # Long runs of zeros: phases that are skipped, alone and all of them.
    cleared = draw(st.sets(st.integers(0, len(nodes) - 1)))
    for phase in cleared:
        start, count = space.phase_starts[phase], space.phase_bits[phase]
        bits = bits[:start] + "0" * (count - 1) + bits[start + count - 1 :]
    return space.from_flat(bits)


CHAINS = st.text("ckm", max_size=6).map(LayerSpace.from_name("chain-layers").from_flat)


def assert_it_learns(network, images):
    network.train()
    scores = network(images)
    assert scores.shape == (len(images), CLASSES)
    assert bool(torch.isfinite(scores).all())
    torch.nn.functional.cross_entropy(scores, torch.tensor([0, 2])).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert bool(torch.isfinite(weight.grad).all()), name


def test_measured_wiring_of_a_phase_worked_by_hand():
    # Of three nodes 1 feeds 2; 3 is left out; the skip bit joins input and output.
    torch.manual_seed(0)
    network = build_network(MacroSpace((3,)).from_flat("1001"), channels=2, classes=CLASSES)
    assert measured_wiring(network, (1, 8, 8)) == {
        ("image", "phase1_0"),
        ("phase1_0", "phase1_1"),
        ("phase1_1", "phase1_2"),
        ("phase1_2", "phase1_4"),
        ("phase1_0", "phase1_4"),
        ("phase1_4", "phase1_pool"),
        ("phase1_pool", "linear"),
    }


def test_a_network_wired_otherwise_is_found_out():
    torch.manual_seed(0)
    space = MacroSpace((3,))
    network = build_network(space.from_flat("1101"), channels=2, classes=CLASSES)
    wrong = expected_wiring(decode(space.from_flat("1011")), macro_name)
    assert measured_wiring(network, (1, 8, 8)) != wrong


@settings(max_examples=60)
@given(macro_genomes(), st.integers(1, 3))
def test_a_macro_network_is_wired_as_its_graph_and_learns(genome, channels):
    torch.manual_seed(0)
    network = build_network(
        genome,
        input_shape=IMAGES[1:],
        classes=CLASSES,
        channels=(channels,) * len(genome.space.nodes),
    )
    images = torch.rand(IMAGES)
    assert measured_wiring(network, IMAGES[1:]) == expected_wiring(decode(genome), macro_name)
    assert_it_learns(network, images)


@settings(max_examples=40)
@given(CHAINS)
def test_a_chain_is_wired_as_its_graph_and_learns(genome):
    torch.manual_seed(0)
    network = build_network(genome, input_shape=IMAGES[1:], classes=CLASSES, channels=2)
    last = len(genome.symbols) + 1

    def name_of(node):
        return {0: "input", last: "output"}.get(node, f"layer{node}")

    images = torch.rand(IMAGES)
    assert measured_wiring(network, IMAGES[1:]) == expected_wiring(decode(genome), name_of)
    assert_it_learns(network, images)


@settings(max_examples=25)
@given(st.one_of(macro_genomes(), CHAINS), st.integers(0, 2**32 - 1))
def test_a_seed_fixes_the_weights(genome: Genome, seed):
    def weights_of(seed):
        torch.manual_seed(seed)
        return build_network(genome, channels=2).state_dict()

    first, again, other = weights_of(seed), weights_of(seed), weights_of(seed + 1)
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_every_weight_counts():
    # Unlike a gradient that is there but zero: a weight that no score depends on.
    torch.manual_seed(0)
    genome = MacroSpace((4, 4, 4)).from_flat("101110110111011100111")
    network = build_network(genome, input_shape=(3, 16, 16), channels=4).eval()
    network(torch.rand(4, 3, 16, 16)).square().sum().backward()
    assert all(bool(weight.grad.any()) for weight in network.parameters())
