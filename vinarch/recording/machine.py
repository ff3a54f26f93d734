"""What a run is recorded on: nothing in, the machine and the libraries at hand out.

No name of a user, a host or a folder: a deposit publishes these.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_LIBRARIES = {
    "dask": "dask",
    "distributed": "distributed",
    "flax": "flax",
    "jax": "jax",
    "keras": "keras",
    "lightning": "lightning",
    "numpy": "numpy",
    "pymoo": "pymoo",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "tensorflow": "tensorflow",
    "torch": "torch",
    "torchvision": "torchvision",
    "vinarch": "vinarch",
}
"""Modules whose versions matter where they are loaded, and the distributions that they are of."""


def machine() -> dict[str, Any]:
    """Return system, processor, cores and Python of this machine."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that are loaded."""
    found = {}
    for module, distribution in _LIBRARIES.items():
        if module in sys.modules:
            try:
                found[distribution] = version(distribution)
            except PackageNotFoundError:
                found[distribution] = str(getattr(sys.modules[module], "__version__", "unknown"))
    return found
