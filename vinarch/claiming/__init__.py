"""Published claims beside what the published data give: a commons in, one row a claim out.

The claims are data, one TOML file a paper in the catalog; what recomputes them is a small table of
statistics by name.
"""

from __future__ import annotations

from vinarch.claiming.checking import claims

__all__ = ["claims"]
