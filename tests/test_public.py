"""What `import vinarch` gives, and what it costs."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import vinarch

HEAVY = (
    "dask",
    "pandas",
    "numpy",
    "pyarrow",
    "matplotlib",
    "seaborn",
    "pooch",
    "requests",
    "click",
)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_importing_loads_no_library():
    loaded = run(f"import sys, vinarch; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert loaded == "[]"


def test_importing_makes_no_folder(tmp_path):
    code = (
        f"import os; os.environ['VINARCH_HOME'] = {str(tmp_path / 'home')!r}; import vinarch; "
        "vinarch.fetch, vinarch.open, vinarch.match, vinarch.figures, vinarch.study"
    )
    run(code)
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_dask():
    code = (
        "import sys; from click.testing import CliRunner; from vinarch.cli import commands; "
        "assert CliRunner().invoke(commands, ['study', '--help']).exit_code == 0; "
        "print([m for m in ('dask', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    assert run(code) == "[]"


def test_all_is_what_the_type_checker_sees_and_what_is_there():
    source = Path(vinarch.__file__).read_text(encoding="utf-8")
    (typed,) = (node for node in ast.parse(source).body if isinstance(node, ast.If))
    names = {alias.name for node in ast.walk(typed) if isinstance(node, ast.ImportFrom)
             for alias in node.names}  # fmt: skip
    assert names | {"__version__"} == set(vinarch.__all__) == set(dir(vinarch))
    assert all(getattr(vinarch, name) is not None for name in vinarch.__all__)


def test_no_module_bears_the_name_of_a_public_function():
    functions = {name for name in vinarch.__all__ if callable(getattr(vinarch, name))}
    have_torch = importlib.util.find_spec("torch") is not None
    walked = pkgutil.walk_packages(vinarch.__path__, "vinarch.", onerror=lambda _: None)
    modules = [info.name for info in walked]
    assert modules
    for name in modules:
        if have_torch or name.split(".")[1] not in {"building", "training"}:
            importlib.import_module(name)
        assert name.rsplit(".", 1)[-1] not in functions | {"subsequences", "structures"}
    for name in functions:
        assert callable(getattr(vinarch, name))
        assert getattr(vinarch, name).__module__.startswith("vinarch.")


@pytest.mark.parametrize("package", ["building", "training"])
def test_without_pytorch_a_sentence_says_what_to_install(package):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        f"try: import vinarch.{package}\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    told = run(code)
    assert told.startswith("MissingLibraryError")
    assert f"vinarch.{package}" in told
    assert "pip install 'vinarch[search]'" in told


def test_every_public_function_teaches():
    for name in set(vinarch.__all__) - {"__version__", "figures", "prediction"}:
        doc = getattr(vinarch, name).__doc__
        assert doc, name
        assert "Examples\n" in doc, name
        assert ">>>" in doc, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'vinarch' has no attribute 'fetsh'"):
        _ = vinarch.fetsh


def test_the_versions_agree():
    from importlib.metadata import version

    assert version("vinarch") == vinarch.__version__
