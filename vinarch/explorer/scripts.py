"""Which of Bokeh's scripts the page loads: no formulas, no graphics card, each when it is needed.

Bokeh's own page loads all of its scripts, since it cannot know what will be on it; here that is
known. Two thirds of their bytes are left out.
"""

from __future__ import annotations

from bokeh.resources import Resources
from bokeh.server.views.static_handler import StaticHandler


def script_files() -> list[str]:
    """Return the addresses of the scripts, relative to the page, in the order of loading.

    Examples
    --------
    >>> [file.partition("?")[0] for file in script_files()]
    ['static/js/bokeh.min.js', 'static/js/bokeh-widgets.min.js', 'static/js/bokeh-tables.min.js']
    """
    resources = Resources(
        mode="server",
        root_url="",
        # The version in the address lets the browser keep a file for good.
        path_versioner=StaticHandler.append_version,
        components=["bokeh", "bokeh-widgets", "bokeh-tables"],
        minified=True,
    )
    return list(resources.js_files)
