"""Build the network of a genome in PyTorch, and count what a forward pass of it costs.

A genome and the sizes of the data in; a `torch.nn.Module` or its costs out.
What feeds what comes from `vinarch.decoding.decode` alone; no data, no training, no files.
"""

from __future__ import annotations

from vinarch.errors import MissingLibraryError

try:
    import torch  # noqa: F401 - asked for here, so that one sentence says what is missing
except ImportError as error:
    raise MissingLibraryError(
        "vinarch.building",
        "PyTorch",
        "none installed",
        "pip install 'vinarch[search]'; see docs/how-to/run-a-search.md.",
    ) from error

from vinarch.building.costs import Costs, network_costs
from vinarch.building.networks import build_network
from vinarch.building.wired import WiredNetwork

__all__ = ["Costs", "WiredNetwork", "build_network", "network_costs"]
