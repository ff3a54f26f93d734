"""Sphinx configuration; before a build it renders the reference tables from the package."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import reference_pages  # noqa: E402 - found through the line above
from docutils import nodes  # noqa: E402

from vinarch import __version__  # noqa: E402

project = "vinarch"
author = "The vinarch developers"
copyright = author  # noqa: A001 - Sphinx's name for it
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton"]
exclude_patterns = ["_build", "reference/generated"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's Parameters section tells the types
numpydoc_show_class_members = False

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"vinarch {release}"
html_static_path = ["_static"]
html_css_files = ["vinarch.css"]


def setup(app):
    """Write the generated pages before Sphinx reads the first source."""
    app.connect("builder-inited", lambda _: reference_pages.write(HERE / "reference" / "generated"))
    app.connect("doctree-read", end_examples_without_an_empty_line)


def end_examples_without_an_empty_line(_, doctree):
    """Drop the empty line that doctest needs between an output and the fence."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext().rstrip("\n")
        block.children = [nodes.Text(text)]
        block.rawsource = text
