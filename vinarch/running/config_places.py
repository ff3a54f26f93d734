"""Where a setting of a search stands: a file and a key in, words for a message out.

Finds lines only; TOML itself is read by the standard library, which tells none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECTION = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


@dataclass(frozen=True)
class Places:
    """The source of a search's settings, to name places in it.

    Attributes
    ----------
    source : str
        File, or what else the settings came by.
    text : str
        Of the file; empty where there is none.
    """

    source: str
    text: str = ""

    def of(self, key: str, section: str = "") -> str:
        r"""Return where a key stands.

        Examples
        --------
        >>> places = Places("a.toml", 'seed = 1\n[strategy]\nname = "random"\nnetwork = 5')
        >>> places.of("network", "strategy"), places.of("seed"), places.of("epochs")
        ('a.toml, line 4', 'a.toml, line 1', 'a.toml')
        >>> Places("a mapping").of("network", "strategy")
        'a mapping, strategy'
        """
        current = ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            head, found = _SECTION.match(line), _KEY.match(line)
            if head is not None:
                current = head[1]
                if not section and key == current:
                    return f"{self.source}, line {number}"
            elif found is not None and current == section and found[1] == key:
                return f"{self.source}, line {number}"
        if not section:
            return self.source
        return f"{self.source}, [{section}]" if self.text else f"{self.source}, {section}"
