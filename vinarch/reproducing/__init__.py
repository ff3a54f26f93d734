"""What repeats across experiments: a commons in, tables and sentences about replication out.

Shared starts are told apart from what searches found, replication from transfer, and both from
the noise of training.
"""

from __future__ import annotations

from vinarch.reproducing.making import Reproducibility, reproducibility, shared_starts

__all__ = ["Reproducibility", "reproducibility", "shared_starts"]
