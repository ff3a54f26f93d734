"""Neural-network archaeology: the published records of architecture searches, and what they share.

Importing vinarch touches nothing: each name below loads what it needs when it is first used.

Examples
--------
>>> import vinarch
>>> vinarch.fetch("JS9FR6").select(beam="1e14", early_termination=True)
Commons of 1 archive (JS9FR6 9.0): 2 experiments, 200 architectures, 4,268 history rows
"""

from __future__ import annotations

__version__ = "0.1.0"
