"""The docs keep pace with the package: names, commands, variables, tables, pictures, links."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path

import click
import pytest

import vinarch
from vinarch.catalog import load_catalog
from vinarch.cli import commands
from vinarch.schema import RESULT_TABLES, STORED_TABLES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "vinarch"

PAGES = sorted(page for page in DOCS.rglob("*.md") if not {"_build", "generated"} & {*page.parts})
SOURCES = sorted(PACKAGE.rglob("*.py"))
SYSTEMS = {"V": 11, "A": 6, "P": 5, "C": 8, "N": 8}
MOST_PICTURE_BYTES = 150_000


def read(path):
    return (DOCS / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference_pages():
    """The module that renders the generated pages."""
    spec = importlib.util.spec_from_file_location("reference_pages", DOCS / "reference_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generated(reference_pages, tmp_path_factory):
    """The generated pages, by file name."""
    folder = tmp_path_factory.mktemp("generated")
    reference_pages.write(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", sorted({*vinarch.__all__} - {"figures", "__version__"}))
def test_every_public_name_is_in_the_api_page(name):
    directive = "autoclass" if isinstance(getattr(vinarch, name), type) else "autofunction"
    assert re.search(rf"^\.\. {directive}:: {name}\b", read("reference/api.md"), re.MULTILINE)


def test_the_version_is_in_the_api_page():
    assert "`vinarch.__version__`" in read("reference/api.md")


@pytest.mark.parametrize("name", vinarch.figures.__all__)
def test_every_figure_is_in_the_api_page(name):
    assert f":: vinarch.figures.{name}" in read("reference/api.md")


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_and_option_is_in_the_command_line_page(name, generated):
    page = read("reference/command-line.md")
    assert f"## `vinarch {name}`" in page
    assert f"generated/help-{name}.md" in page
    shown = generated[f"help-{name}.md"]
    options = [
        option
        for parameter in commands.commands[name].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]
    assert [option for option in options if option not in shown] == []


def test_the_command_line_page_includes_only_what_is_generated(generated):
    included = re.findall(r"generated/([\w.-]+)", read("reference/command-line.md"))
    assert sorted(included) == sorted(name for name in generated if name.startswith("help-"))


def test_every_variable_that_the_package_reads_is_documented():
    read_there = {
        name
        for source in SOURCES
        for name in re.findall(
            r"""(?:get|getenv|environ)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']""",
            source.read_text(encoding="utf-8"),
        )
    }
    documented = re.findall(r"^\| `(\w+)` \|", read("how-to/get-the-data.md"), re.MULTILINE)
    assert sorted(read_there) == sorted(documented)


def test_every_table_and_column_is_in_the_data_model(generated):
    page = read("reference/data-model.md")
    for file, tables in (("stored-tables", STORED_TABLES), ("result-tables", RESULT_TABLES)):
        assert f"generated/{file}.md" in page
        sections = generated[f"{file}.md"].split("(table-")[1:]
        assert [section.split(")=")[0] for section in sections] == [t.name for t in tables]
        for table, section in zip(tables, sections, strict=True):
            assert table.meaning in section
            rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
            assert rows == list(table.names)
            assert all(column.meaning in section for column in table.columns)


def test_generated_pages_are_the_same_each_time(reference_pages, generated, tmp_path):
    reference_pages.write(tmp_path)
    again = {path.name: path.read_text(encoding="utf-8") for path in sorted(tmp_path.iterdir())}
    assert again == generated


def test_every_key_of_a_data_card_is_explained():
    page = read("reference/data-cards.md")
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    archive = load_catalog()[0]
    records = [
        archive, archive.tables[0], archive.attributes[0], archive.attributes[0].rules[0],
        archive.companions[0],
    ]  # fmt: skip
    keys = {key for record in records for key in record.__dataclass_fields__}
    assert keys - explained == {"tables", "attributes", "companions"}
    assert all(f"[[{section}]]" in page for section in ("tables", "attributes", "companions"))


def test_every_line_of_the_systems_is_in_their_table():
    found = re.findall(r"^\| ([VAPCN]\d+) \|", read("explanation/four-systems.md"), re.MULTILINE)
    assert found == [f"{k}{n}" for k, last in SYSTEMS.items() for n in range(1, last + 1)]


def test_what_does_not_work_yet_says_so():
    rows = re.findall(r"^\| [VAPCN]\d+ \|.*", read("explanation/four-systems.md"), re.MULTILINE)
    words = [row.split("|")[3].strip() for row in rows]
    assert [word for word in words if not word.startswith(("Yes", "Partly", "Not yet"))] == []


def test_the_tutorial_shows_each_picture_that_it_draws():
    page = read("tutorials/from-fetch-to-figures.md")
    drawn = re.findall(r'savefig\("([\w.]+)"', page)
    shown = re.findall(r"\{figure\} \.\./_static/tutorial/([\w.]+)", page)
    kept = sorted(path.name for path in (DOCS / "_static" / "tutorial").iterdir())
    assert len(drawn) == 3
    assert drawn == shown
    assert sorted(drawn) == kept
    assert page.count(":alt:") == len(shown)


@pytest.mark.parametrize("path", sorted((DOCS / "_static").rglob("*.png")), ids=lambda p: p.name)
def test_pictures_are_small(path):
    assert path.stat().st_size < MOST_PICTURE_BYTES


def test_pages_that_messages_name_exist():
    named = {
        path
        for source in [*SOURCES, *(ROOT / "catalog").glob("*.toml")]
        for path in re.findall(r"docs/[\w/.-]+\.md", source.read_text(encoding="utf-8"))
    }
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_an_example_never_runs_into_its_fence(page):
    """Else doctest would take the closing fence for output."""
    for example in doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8")):
        assert "```" not in example.want


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_page_names_a_private_place(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"/(?:work|home|root|Users|tmp)/\S*", text) == []


def test_every_page_is_in_a_table_of_contents():
    index = read("index.md")
    entries = {
        line.strip()
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
        for line in tree.splitlines()
        if line.strip() and not line.startswith(":")
    }
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES}
    assert entries - {"explanation/decisions"} == pages - {"index", "explanation/decisions"}
