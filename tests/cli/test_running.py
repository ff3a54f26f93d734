from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import vinarch
from vinarch.cli import commands

TOML = """\
folder = "runs/one"
space = "chain-layers"
epoch_budget = 20
seed = 7
evaluator = "toy_search:Toy"
[strategy]
name = "random"
networks = 6
[engine]
name = "a4nn_2023"
threshold = 2.0
"""


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run the command where search.toml is."""
    monkeypatch.chdir(tmp_path)
    Path("search.toml").write_text(TOML)
    return lambda *words: CliRunner().invoke(commands, ["run", "search.toml", *words])


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(invoke):
    done = invoke("--dry-run")
    assert done.exit_code == 0, done.stderr
    said = dict(line.split("  ", 1) for line in done.stdout.splitlines() if "  " in line)
    assert {name: text.strip() for name, text in said.items()} == {
        "search space": "chain-layers",
        "objectives": "max val_accuracy_percent, min mflops",
        "strategy": "random (networks 6), seed 7, at most 6 networks",
        "evaluator": "toy_search:Toy",
        "epochs": "20 a network; a4nn_2023 ends trainings",
        "workers": "1",
        "folder": "runs/one: new",
    }
    assert [*Path().iterdir()] == [Path("search.toml")]


def test_it_runs_and_says_what_it_found_where_it_is_and_what_is_next(invoke):
    done = invoke()
    assert done.exit_code == 0, done.stderr
    found = vinarch.open("runs/one").architectures.compute()
    trained = found["epochs_trained"].sum()
    saved = 6 * 20 - trained
    assert saved > 0
    spent = f"{trained:g} epochs, {saved:g} saved ({100 * saved / 120:.0f} %)"
    assert f"6 networks; {spent}; recorded in runs/one" in done.stdout
    best = f"{found['last_val_accuracy_percent'].max():.4f}".rstrip("0")
    assert best in done.stdout.split("best networks")[1].splitlines()[2]
    assert "vinarch deposit runs/one --out" in done.stdout
    assert done.stderr == ""


def test_run_again_it_goes_on(invoke):
    invoke()
    done = invoke("--dry-run")
    assert "runs/one: goes on; 6 networks finished, 0 unfinished" in done.stdout


def test_options_stand_above_the_file(invoke):
    done = invoke("--folder", "other", "--seed", "3", "--networks", "4", "--workers", "1")
    assert done.exit_code == 0, done.stderr
    commons = vinarch.open("other")
    assert len(commons.architectures.compute()) == 4
    assert commons.select(seed=3).experiment_index.shape[0] == 1
    changed = invoke("--folder", "other", "--seed", "4", "--networks", "4")
    assert changed.exit_code == 1
    assert "seed: expected 3, as the run in" in changed.stderr


def test_a_mistake_is_told_with_its_line(invoke):
    Path("search.toml").write_text(TOML.replace("networks", "network"))
    done = invoke()
    assert done.exit_code == 1
    assert done.stderr.startswith("vinarch: search.toml, line 8: strategy random: expected")
    assert [*Path().iterdir()] == [Path("search.toml")]


def test_without_pytorch_it_says_what_to_install_and_writes_nothing(tmp_path):
    (tmp_path / "search.toml").write_text(
        TOML.replace('evaluator = "toy_search:Toy"', 'evaluator = "training"')
    )
    code = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoTorch())
sys.argv[1:] = ["run", "search.toml"]
from vinarch.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install 'vinarch[search]'" in done.stderr
    assert [*tmp_path.iterdir()] == [tmp_path / "search.toml"]


def test_an_interruption_leaves_a_run_that_goes_on_and_says_how(tmp_path):
    # One's own evaluator is found in the folder where the command was started.
    (tmp_path / "mine.py").write_text((Path(__file__).parent.parent / "toy_search.py").read_text())
    mine = 'evaluator = {name = "mine:Toy", seconds = 0.05}'
    toml = TOML.replace('evaluator = "toy_search:Toy"', mine)
    (tmp_path / "search.toml").write_text(toml)
    code = (
        # A test run in the background of a shell hands on that Ctrl-C is not heard.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "import sys; sys.argv[1:] = ['run', 'search.toml', '--seed', '9']; "
        "from vinarch.cli import main; main()"
    )
    command = [sys.executable, "-P", "-c", code]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL)  # fmt: skip
    networks = tmp_path / "runs" / "one" / "networks.jsonl"
    started = ended = 0
    while not started > ended > 0:
        assert running.poll() is None
        time.sleep(0.01)
        said = networks.read_text() if networks.exists() else ""
        started, ended = (said.count(f'"event": "{word}"') for word in ("start", "end"))
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=200)
    assert running.returncode == 130
    assert re.search(r"vinarch: interrupted; \d finished networks? and the epochs of the ", said)
    assert said.endswith("vinarch run search.toml --seed 9\n")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"goes on; \d networks? finished, [01] unfinished", done.stdout)
    found = vinarch.open(tmp_path / "runs" / "one").architectures.compute()
    assert len(found) == 6
    assert found["sequence"].is_unique
