"""How the explorer is opened: from Python, from a notebook, from the shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import requests
from click.testing import CliRunner

import vinarch
from vinarch.cli import commands
from vinarch.explorer.opening import in_notebook


def test_the_handle_says_where_it_is_and_stops(real_commons, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    explorer = vinarch.explore(real_commons, port=0)
    assert opened == [explorer.url]
    assert repr(explorer).endswith(f"at {explorer.url}")
    assert f'<iframe src="{explorer.url}"' in explorer._repr_html_()
    assert requests.get(explorer.url, timeout=20).status_code == 200
    explorer.stop()
    explorer.stop()
    assert repr(explorer) == explorer._repr_html_() == "Explorer, stopped"
    with pytest.raises(requests.ConnectionError):
        requests.get(explorer.url, timeout=20)


def test_this_is_no_notebook():
    assert not in_notebook()


def test_the_command_serves_until_it_is_interrupted(fetched_home):
    # A test run in the background of a shell hands on that Ctrl-C is not heard.
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", hearing + "from vinarch.cli import main; main()", "explore"]
    process = subprocess.Popen(
        [*command, str(fetched_home / "commons"), "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    line = process.stdout.readline()
    assert line.startswith("The explorer is at http://127.0.0.1:")
    url = line.split()[-1]
    assert "<title>vinarch explorer</title>" in requests.get(url, timeout=20).text
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("ended\n")


def test_another_address_is_refused_without_an_origin(fetched_home):
    words = ["explore", str(fetched_home / "commons"), "--address", "0.0.0.0", "--no-browser"]
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 1
    assert (
        "explore(allow_origin=…): expected the host by which browsers reach 0.0.0.0" in done.stderr
    )


def test_neither_the_package_nor_the_help_loads_bokeh():
    code = (
        "import sys, vinarch; from click.testing import CliRunner; "
        "from vinarch.cli import commands; "
        "assert CliRunner().invoke(commands, ['explore', '--help']).exit_code == 0; "
        "print([m for m in ('bokeh', 'tornado', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
