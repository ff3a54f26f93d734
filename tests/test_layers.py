"""The house plan, held by the imports themselves: a module imports only from layers above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "vinarch"

LAYERS = (
    {"errors", "progress", "provenance"},
    {"parameters", "run_files", "task_progress"},
    {"conditions", "genome", "schema"},
    {
        "subsequence",
        "distance",
        "linkage",
        "decoding",
        "catalog",
        "dialects",
        "intervals",
        "fronts",
        "prediction",
    },
    {"assembly", "building", "fetching", "file_blocks", "recording", "searching", "store"},
    {"experiment_table"},
    {"asking", "describing", "selection"},
    {"ingestion", "commons"},
    {"genome_state", "run_arguments"},
    {"matching", "measuring", "replaying", "requesting", "run_commons"},
    {"summary", "access", "own_records", "depositing", "reproducing", "claiming"},
    {"comparing", "training"},
    {"figures", "report"},
    {"notebook", "study_words"},
    {"study_page"},
    {"explorer", "studies"},
    {"running"},
    {"terminal", "console", "__init__"},
    {"cli"},
)
LAYER = {module: number for number, modules in enumerate(LAYERS) for module in modules}

ALONE = {
    "bokeh": {"explorer"},
    "duckdb": {"asking"},
    "fsspec": {"fetching"},
    "pooch": {"fetching"},
    "requests": {"fetching"},
    "pyarrow.parquet": {"dialects", "own_records", "store", "studies"},
    "matplotlib": {"figures"},
    "seaborn": {"figures"},
    "jinja2": {"report"},
    "nbformat": {"notebook"},
    "click": {"cli", "console"},
    "rich": {"terminal"},
    "dask": {
        "commons",
        "genome_state",
        "ingestion",
        "matching",
        "measuring",
        "replaying",
        "running",
        "studies",
        "task_progress",
    },
    "moocore": {"fronts"},
    "pymoo": {"searching"},
    "safetensors": {"training"},
    "sklearn": {"training"},
    "tornado": {"explorer"},
    "torch": {"building", "training"},
}
"""Libraries that only these modules may know."""

COMPUTING = {
    "claiming",
    "cli",
    "commons",
    "comparing",
    "depositing",
    "explorer",
    "ingestion",
    "measuring",
    "replaying",
    "reproducing",
    "running",
    "studies",
    "summary",
}
"""Modules that run a Dask graph; docs/explanation/decisions.md says why each does."""


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
            assert "vinarch" not in names, f"{path}: name the module that is imported"
            found |= names
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_every_module_has_a_layer():
    assert {module_of(path) for path in SOURCES} <= set(LAYER)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_layers_above(path):
    mine = module_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "vinarch" or len(parts) < 2 or parts[1] not in LAYER:
            continue
        other = parts[1]
        assert other == mine or LAYER[other] < LAYER[mine], f"{mine} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_some_modules_know_a_library(path):
    mine = module_of(path)
    for library, allowed in ALONE.items():
        uses = any(name == library or name.startswith(f"{library}.") for name in imports_of(path))
        assert not uses or mine in allowed, f"{mine} imports {library}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_some_modules_compute(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call)]  # fmt: skip
    computes = any(isinstance(call, ast.Attribute) and call.attr == "compute" for call in calls)
    assert not computes or module_of(path) in COMPUTING, f"{path} runs a Dask graph"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_begins_with_what_it_is_for(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
