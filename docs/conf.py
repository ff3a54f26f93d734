"""Sphinx configuration; before a build it renders the reference tables from the package."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import data_at_hand  # noqa: E402 - found through the line above
import executed_pages  # noqa: E402
import reference_pages  # noqa: E402
from docutils import nodes  # noqa: E402

from vinarch import __version__  # noqa: E402

project = "vinarch"
author = "The vinarch developers"
copyright = author  # noqa: A001 - Sphinx's name for it
version = release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "reference/generated", "jupyter_execute"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

AT_HAND = data_at_hand.fetch_into(HERE / "_build" / "home", data_at_hand.FAMILIES)
# Pages that need more than the one archive that all others read.
NEEDED_BY = {"tutorials/across-families": frozenset(data_at_hand.FAMILIES)}
NOT_EXECUTED = {page for page, needed in NEEDED_BY.items() if not needed <= AT_HAND}
# Not "cache": it would miss that the package has changed.
nb_execution_mode = "force" if AT_HAND else "off"
nb_execution_excludepatterns = [f"{page}.md" for page in sorted(NOT_EXECUTED)]
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_in_temp = True
nb_execution_show_tb = True
nb_output_stderr = "warn"  # a page that shows its reader noise does not pass
nb_merge_streams = True

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's Parameters section tells the types
numpydoc_show_class_members = False

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "pydata_sphinx_theme"
html_title = f"vinarch {release}"
html_static_path = ["_static"]
html_css_files = ["vinarch.css"]
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "vinarch"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}


def setup(app):
    """Write the generated pages before Sphinx reads the first source."""
    app.connect("builder-inited", lambda _: reference_pages.write(HERE / "reference" / "generated"))
    app.connect("source-read", say_what_was_not_executed)
    app.connect("autodoc-process-docstring", make_examples_of_a_module_no_section)
    app.connect("doctree-read", end_examples_without_an_empty_line)


def say_what_was_not_executed(_, page, source):
    """Put a note on pages whose code could not run for want of data."""
    lacking = not AT_HAND or page in NOT_EXECUTED
    if lacking and executed_pages.is_executed(source[0]):
        source[0] = executed_pages.without_outputs(source[0])


def make_examples_of_a_module_no_section(_, what, __, ___, ____, lines):
    """Head the examples of a module as those of a function: two sections of one name clash."""
    if what != "module":
        return
    for place, line in enumerate(lines[:-1]):
        if line == "Examples" and set(lines[place + 1]) == {"-"}:
            lines[place : place + 2] = [".. rubric:: Examples", ""]


def end_examples_without_an_empty_line(_, doctree):
    """Drop the empty line that doctest needs between an output and the fence."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext().rstrip("\n")
        block.children = [nodes.Text(text)]
        block.rawsource = text
