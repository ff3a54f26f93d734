"""What a build does with pages whose code it cannot run: say so at their top.

A page is executed if its front matter says ``file_format: mystnb``.
"""

from __future__ import annotations

import re

NOTE = """
```{note}
This copy of the page was built without the archive, so that the outputs of its code are left out.
To see them, run the code, or build the pages where the archive is at hand:
`VINARCH_DOCS_FETCH=1 sphinx-build docs docs/_build/html` downloads it.
```
"""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_TITLE = re.compile(r"^# .+\n", re.MULTILINE)
_GLUE = re.compile(r"^(`{3,}|:{3,})\{glue(?::\w+)?\}.*?^\1\n", re.MULTILINE | re.DOTALL)


def is_executed(text: str) -> bool:
    """Return whether a page's front matter makes it a notebook."""
    front = _FRONT_MATTER.match(text)
    return front is not None and "file_format: mystnb" in front[1]


def without_outputs(text: str) -> str:
    """Return a page with the note under its title and without places for pictures."""
    text = _GLUE.sub("", text)
    title = _TITLE.search(text)
    end = title.end() if title else 0
    return text[:end] + NOTE + text[end:]
