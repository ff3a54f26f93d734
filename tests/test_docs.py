"""The docs keep pace with the package: names, commands, variables, tables, pictures, links."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import os
import re
import sys
from pathlib import Path

import click
import pytest

import vinarch
from vinarch.catalog import Archive, Attribute, Companion, ListedFile, Rule, Setting, TableFiles
from vinarch.cli import commands
from vinarch.dialects import DIALECTS, columns_card
from vinarch.dialects.columns_targets import DERIVED_STATUSES, SOURCE_STATUSES, TARGETS
from vinarch.schema import RESULT_TABLES, STORED_TABLES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "vinarch"

PAGES = sorted(page for page in DOCS.rglob("*.md") if not {"_build", "generated"} & {*page.parts})
EXECUTED = [page for page in PAGES if "file_format: mystnb" in page.read_text(encoding="utf-8")]
SOURCES = sorted(PACKAGE.rglob("*.py"))
SYSTEMS = {"V": 11, "A": 6, "P": 5, "C": 8, "N": 8}
MOST_PICTURE_BYTES = 150_000
MOST_SCREENSHOT_BYTES = 1_500_000
MOST_CODE_WIDTH = 88


def read(path):
    return (DOCS / path).read_text(encoding="utf-8")


def module_of_the_docs(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def name_of(page):
    return page.relative_to(DOCS).with_suffix("").as_posix()


def cells_of(page):
    """The code cells of an executed page: options and code of each."""
    text = page.read_text(encoding="utf-8")
    for body in re.findall(r"^```\{code-cell\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        found = re.fullmatch(
            r"((?:---\n.*?^---\n|(?:^:[^\n]*\n)+)?)(.*)", body, re.MULTILINE | re.DOTALL
        )
        yield found[1], found[2]


@pytest.fixture(scope="module")
def reference_pages():
    """The module that renders the generated pages."""
    return module_of_the_docs("reference_pages")


@pytest.fixture(scope="module")
def generated(reference_pages, tmp_path_factory):
    """The generated pages, by file name."""
    folder = tmp_path_factory.mktemp("generated")
    reference_pages.write(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


@pytest.mark.parametrize(
    "name", sorted({*vinarch.__all__} - {"figures", "prediction", "__version__"})
)
def test_every_public_name_is_in_the_api_page(name):
    directive = "autoclass" if isinstance(getattr(vinarch, name), type) else "autofunction"
    assert re.search(rf"^\.\. {directive}:: {name}\b", read("reference/api.md"), re.MULTILINE)


def test_the_version_is_in_the_api_page():
    assert "`vinarch.__version__`" in read("reference/api.md")


@pytest.mark.parametrize("name", vinarch.prediction.__all__)
def test_every_name_of_the_prediction_engine_is_in_the_api_page(name):
    assert f":: vinarch.prediction.{name}" in read("reference/api.md")


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
    records = (Archive, TableFiles, Setting, Attribute, Rule, Companion, ListedFile)
    keys = {key for record in records for key in record.__dataclass_fields__}
    # The files of a companion are told in its row.
    inner = {"tables", "attributes", "companions", "path", "size_bytes", "sha256"}
    # Where a card stands is seen, and not told.
    keys -= {"place", "with_vinarch"}
    assert keys - explained == inner - explained
    assert all(f"[[{section}]]" in page for section in ("tables", "attributes", "companions"))


def test_everything_that_a_mapping_can_say_is_explained():
    page = read("reference/data-cards.md")
    section = page[page.index("(columns)=") : page.index("## How a path tells")]
    words = set(re.findall(r"`(\w+)`", section))
    units = {unit for target in TARGETS.values() for unit in target.units}
    keys = {*columns_card.SOURCE_KEYS, *columns_card.MEASUREMENT_KEYS, *columns_card.SECTION_KEYS}
    assert {*TARGETS, *units, *SOURCE_STATUSES, *DERIVED_STATUSES, *keys} - words == set()


def test_every_dialect_is_explained():
    page = read("reference/data-cards.md")
    assert set(DIALECTS) <= set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))


def test_every_line_of_the_systems_is_in_their_table():
    found = re.findall(r"^\| ([VAPCN]\d+) \|", read("explanation/four-systems.md"), re.MULTILINE)
    assert found == [f"{k}{n}" for k, last in SYSTEMS.items() for n in range(1, last + 1)]


def test_what_does_not_work_yet_says_so():
    rows = re.findall(r"^\| [VAPCN]\d+ \|.*", read("explanation/four-systems.md"), re.MULTILINE)
    words = [row.split("|")[3].strip() for row in rows]
    assert [word for word in words if not word.startswith(("Yes", "Partly", "Not yet"))] == []


@pytest.mark.parametrize("page", EXECUTED, ids=name_of)
def test_the_code_of_an_executed_page_is_python_that_fits_the_page(page):
    cells = list(cells_of(page))
    assert len(cells) == page.read_text(encoding="utf-8").count("```{code-cell}")
    for options, code in cells:
        ast.parse(code)
        if "remove-cell" not in options:
            assert [line for line in code.splitlines() if len(line) > MOST_CODE_WIDTH] == []


@pytest.mark.parametrize("page", EXECUTED, ids=name_of)
def test_an_executed_page_names_its_language_for_builds_without_a_kernel(page):
    front = page.read_text(encoding="utf-8").split("---\n")[1]
    assert front == "file_format: mystnb\nkernelspec:\n  name: python3\n  language: python\n"


@pytest.mark.parametrize("page", EXECUTED, ids=name_of)
def test_every_picture_of_an_executed_page_is_told_in_words(page):
    for options, code in cells_of(page):
        if re.search(r"\bfigures\.(?!set_theme|theme)\w+\(", code) and "remove-cell" not in options:
            assert "alt: " in options, code


@pytest.mark.parametrize(
    "name",
    [
        "from-fetch-to-figures",
        "a-reproducibility-study",
        "what-early-termination-would-have-saved",
        "across-families",
        "which-search-is-better",
        "explore-in-the-browser",
    ],
)
def test_numbers_in_the_prose_of_a_tutorial_are_asserted(name):
    hidden = [
        code for options, code in cells_of(DOCS / f"tutorials/{name}.md") if "remove" in options
    ]
    assert sum(code.count("assert ") for code in hidden) > 10


def test_every_figure_has_a_page_in_the_gallery():
    drawn = {*vinarch.figures.__all__} - {"Drawing", "theme"}
    pages = {page.stem for page in (DOCS / "gallery").glob("*.md")} - {"index"}
    assert pages == drawn
    index = read("gallery/index.md")
    for name in drawn:
        assert f":link: {name}\n" in index
        assert f"vinarch.figures.{name}(" in read(f"gallery/{name}.md")
        assert f"{{func}}`vinarch.figures.{name}`" in read(f"gallery/{name}.md")


def test_a_page_without_data_says_so_and_shows_no_empty_places():
    pages = module_of_the_docs("executed_pages")
    text = read("gallery/index.md")
    assert pages.is_executed(text)
    left = pages.without_outputs(text)
    assert left.index("# Gallery") < left.index("```{note}") < left.index("Every figure")
    assert "{glue" in text
    assert "{glue" not in left
    assert left.count(":::") == text.count(":::")


def test_a_page_that_is_not_executed_is_known():
    assert not module_of_the_docs("executed_pages").is_executed(read("index.md"))


def test_the_build_finds_the_archive_without_a_network_in_a_home_of_its_own(
    archives, fetched_home, tmp_path, monkeypatch
):
    at_hand = module_of_the_docs("data_at_hand")
    kept = sorted(fetched_home.rglob("*"))
    for number, (name, value) in enumerate(
        [
            ("VINARCH_MIRROR", archives),
            ("VINARCH_TEST_ARCHIVES", archives),
            ("VINARCH_HOME", fetched_home),
        ]
    ):
        for other in ("VINARCH_MIRROR", "VINARCH_TEST_ARCHIVES", "VINARCH_DOCS_FETCH"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "none"))
        monkeypatch.setenv(name, str(value))
        home = tmp_path / str(number) / "home"
        assert at_hand.fetch_into(home)
        assert os.environ["VINARCH_HOME"] == str(home)
        assert "VINARCH_MIRROR" not in os.environ
        assert len(vinarch.open().trained_experiments()) == 9
    assert sorted(fetched_home.rglob("*")) == kept


def test_the_build_asks_nobody_where_no_archive_is_at_hand(tmp_path, monkeypatch):
    for name in ("VINARCH_MIRROR", "VINARCH_TEST_ARCHIVES", "VINARCH_DOCS_FETCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VINARCH_HOME", str(tmp_path / "none"))
    assert not module_of_the_docs("data_at_hand").fetch_into(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_the_front_page_leads_to_what_readers_ask_first():
    front = read("index.md")
    for target in ("how-to/reproduce-the-published-row", "how-to/cite", "what-is-a-structure"):
        assert f":link: {target}\n" in front
    assert "(what-is-a-structure)=\n## What is a structure?" in read("explanation/glossary.md")


@pytest.mark.parametrize("path", sorted((DOCS / "_static").rglob("*.png")), ids=lambda p: p.name)
def test_pictures_are_small(path):
    assert path.stat().st_size < MOST_PICTURE_BYTES


@pytest.fixture(scope="module")
def screenshots():
    """The script that takes the pictures of the explorer."""
    pytest.importorskip("playwright", reason="the script drives a browser")
    return module_of_the_docs("screenshots")


EXPLORER = "explore-in-the-browser"


def test_the_tutorial_of_the_explorer_uses_each_screenshot_and_tells_it_in_words(screenshots):
    page = read(f"tutorials/{EXPLORER}.md")
    shown = re.findall(
        rf"^```\{{figure\}} {EXPLORER}/(\w+)\.png\n:alt: .{{80,}}$", page, re.MULTILINE
    )
    assert shown == [shot.name for shot in screenshots.SHOTS]
    pictures = sorted(screenshots.FOLDER.iterdir())
    assert [picture.name for picture in pictures] == sorted(f"{name}.png" for name in shown)
    assert all(picture.stat().st_size < MOST_PICTURE_BYTES for picture in pictures)
    assert sum(picture.stat().st_size for picture in pictures) < MOST_SCREENSHOT_BYTES


def test_the_tutorial_of_the_explorer_tells_the_links_that_its_screenshots_show(screenshots):
    page = read(f"tutorials/{EXPLORER}.md")
    section = page[page.index("## Every picture as a link") :]
    told = re.findall(r"^\$ vinarch explore JS9FR6 --link '\?(\S+)'$", section, re.MULTILINE)
    assert told == list(dict.fromkeys(shot.link for shot in screenshots.SHOTS))
    assert "".join(re.findall(r'^    "(\S*)"$', page, re.MULTILINE)) == f"?{screenshots.CHOSEN}"


def test_a_screenshot_of_the_window_has_its_size_and_no_more_colours_than_are_seen(screenshots):
    from PIL import Image

    for shot in screenshots.SHOTS:
        with Image.open(screenshots.FOLDER / f"{shot.name}.png") as picture:
            window = tuple(screenshots.WINDOW.values())
            assert picture.mode == "P"
            assert (picture.size == window) == (not shot.views)
            assert all(side <= most for side, most in zip(picture.size, window, strict=True))


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
    entries = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL):
            lines = [line.strip() for line in tree.splitlines()]
            paths = [line for line in lines if line and not line.startswith(":")]
            entries += [(page.parent.relative_to(DOCS) / path).as_posix() for path in paths]
    assert sorted(entries) == sorted({name_of(page) for page in PAGES} - {"index"})
