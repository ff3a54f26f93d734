"""JS9FR6 recorded the MFLOPs of its 900 networks; networks built here are to cost the same."""

from __future__ import annotations

from itertools import product

import pytest
from needs import torch_or_skip

from vinarch.genome import MacroSpace

torch = torch_or_skip()

from vinarch.building import macro, network_costs, wired  # noqa: E402 - needs PyTorch

pytestmark = [pytest.mark.search, pytest.mark.archives]

torch.set_num_threads(1)

SPACE = MacroSpace((4, 4, 4))
FOUND = {"input_shape": (1, 127, 127), "classes": 2, "channels": 24}


@pytest.fixture(scope="module")
def recorded(real_commons):
    """Flattened genome, canonical form and MFLOPs of the 900 networks, a row each."""
    columns = ["experiment", "sequence", "canonical_id", "mflops"]
    return real_commons.architectures.compute()[columns].reset_index(drop=True)


def agreeing(recorded, **sizes):
    """Count the networks whose recorded MFLOPs are the computed ones in all 4 decimals."""
    costs = {
        sequence: network_costs(SPACE.from_flat(sequence), **FOUND | sizes).mflops
        for sequence in set(recorded["sequence"])
    }
    return int((recorded["sequence"].map(costs) == recorded["mflops"]).sum())


def test_every_recorded_number_is_that_of_the_network_built_here(recorded):
    assert (len(recorded), recorded["sequence"].nunique()) == (900, 745)
    assert agreeing(recorded) == 900


def test_networks_of_one_canonical_form_cost_the_same(recorded):
    assert recorded.groupby("canonical_id")["mflops"].nunique().eq(1).all()


def test_no_other_sizes_near_these_agree(recorded):
    some = recorded.nsmallest(10, "mflops")
    agree = {
        sizes: agreeing(
            some,
            input_shape=(sizes[0], sizes[1], sizes[1]),
            channels=sizes[2],
            classes=sizes[3],
        )
        for sizes in product((1, 3), (126, 127, 128), (23, 24, 25), (2, 3))
    }
    assert agree.pop((1, 127, 24, 2)) == 10
    assert max(agree.values()) < 10


def test_only_the_smallest_network_tells_that_the_first_convolution_pads_nothing(
    recorded, monkeypatch
):
    def padded(shape, channels, *, first):
        kernel = 3 if first else 1
        entry = torch.nn.Conv2d(shape[0], channels, kernel, padding=kernel // 2, bias=False)
        return entry, (channels, *shape[1:])

    monkeypatch.setattr(macro, "_entry", padded)
    smallest = recorded.nsmallest(1, "mflops")
    assert list(smallest["sequence"]) == ["000000100000000000001"]
    # Without a phase the mean reads the image as it is.
    assert list(smallest["mflops"]) == [round((127 * 127 + 2) / 1e6, 4)]
    others = recorded.drop(smallest.index).nsmallest(100, "mflops")
    smaller = (1, 125, 125)
    assert agreeing(others, input_shape=smaller) == 100
    assert agreeing(smallest, input_shape=smaller) == 0


class Summed(wired.Joined):
    """Adds its inputs instead of joining them by a convolution."""

    def __init__(self, inputs, channels, then):
        super().__init__(min(inputs, 1), channels, then)

    def forward(self, *inputs):
        return self.then(sum(inputs))


def test_networks_that_add_their_inputs_would_cost_less(recorded, monkeypatch):
    monkeypatch.setattr(macro, "Joined", Summed)
    one = recorded[recorded["experiment"] == "1gpu_1e14_no_early_termination"]
    assert (len(one), agreeing(one)) == (100, 0)
