"""What some tests need besides the test extra: asked for here, so that they skip or fail alike."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

REASON = "needs PyTorch: pip install 'vinarch[search]'"


def torch_or_skip() -> ModuleType:
    """Return PyTorch; without it the file skips, or fails where VINARCH_TEST_SEARCH is 1."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        if os.environ.get("VINARCH_TEST_SEARCH") == "1":
            pytest.fail(f"VINARCH_TEST_SEARCH=1, and {REASON}", pytrace=False)
        pytest.skip(REASON, allow_module_level=True)
