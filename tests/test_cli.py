"""The commands as a newcomer types them, in processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import vinarch
from vinarch.cli import commands
from vinarch.distance import UNITS

COMMANDS = sorted(commands.commands)


def run(*words: str, **environment: str) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VINARCH_")}
    return subprocess.run(
        [sys.executable, "-c", "from vinarch.cli import main; main()", *words],
        env=clean | {"COLUMNS": "100"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def fetched(fetched_home, archives) -> dict[str, str]:
    return {"VINARCH_HOME": str(fetched_home), "VINARCH_MIRROR": str(archives)}


def test_the_metrics_offered_are_those_there_are():
    for name in ("distances", "study"):
        (metric,) = (p for p in commands.commands[name].params if p.name == "metric")
        assert list(metric.type.choices) == list(UNITS)


def test_help_names_every_command_and_where_to_start():
    result = CliRunner().invoke(commands, ["--help"])
    assert result.exit_code == 0
    assert COMMANDS == [
        "cache", "catalog", "cite", "claims", "compare", "deposit", "distances", "explore", "fetch",
        "match", "reproducibility", "run", "sql", "statistics", "study",
    ]  # fmt: skip
    for name in COMMANDS:
        assert f"\n  {name} " in result.output
    assert "vinarch study JS9FR6 --out study" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_and_its_options(name):
    result = CliRunner().invoke(commands, [name, "--help"])
    assert result.exit_code == 0
    for parameter in commands.commands[name].params:
        if parameter.param_type_name == "option":
            assert parameter.opts[0] in result.output
            assert parameter.help


def test_the_catalog_lists_and_describes():
    listed = CliRunner().invoke(commands, ["catalog"])
    assert re.search(r"^JS9FR6 +9\.0 .*\n  doi:10\.7910/DVN/JS9FR6$", listed.output, re.MULTILINE)
    described = CliRunner().invoke(commands, ["catalog", "js9fr6"]).output
    for word in ("Apache-2.0 with LLVM exceptions", "nsga-net-macro-3x4", "@data{", "ICPP 2023"):
        assert word in described


def test_cite_prints_text_and_bibtex():
    output = CliRunner().invoke(commands, ["cite", "JS9FR6"]).output
    assert output.startswith("Channing, G., Patel, R., & Taufer, M. (2023).")
    assert "@data{channing2023js9fr6," in output


def test_fetch_says_what_came_and_where_it_is(archives, tmp_path):
    home = tmp_path / "home"
    done = run("fetch", "JS9FR6", VINARCH_HOME=str(home), VINARCH_MIRROR=str(archives))
    assert done.returncode == 0, done.stderr
    assert "10 files from mirror: " in done.stdout
    assert "900 architectures, 18,290 history rows" in done.stdout
    assert "0 rejected rows" in done.stdout
    assert str(home) in done.stdout
    assert done.stderr == ""
    # A second call asks nobody: the mirror may be gone.
    again = run("fetch", "JS9FR6", VINARCH_HOME=str(home))
    assert (again.returncode, again.stdout) == (0, done.stdout)


def test_match_prints_the_head_and_writes_it_all(fetched, tmp_path):
    out = tmp_path / "rows.csv"
    where = ("--where", "beam=1e14", "--where", "gpus=1", "--where", "early_termination=true")
    done = run("match", "JS9FR6", *where, "--rows", "3", "--out", str(out), **fetched)
    assert done.returncode == 0, done.stderr
    assert "3 of 514 matching subsequences" in done.stdout
    table = pd.read_csv(out)
    assert len(table) == 514
    assert "[1,0,1,1,0,1,1,0,1,0,1,0,1,0]" in set(table["subsequence"])


def test_several_values_of_one_attribute_are_alternatives(fetched):
    words = ["match", "JS9FR6", "--rows=1", "--where=beam=1e14", "--where=beam=1e15"]
    done = CliRunner(env=fetched).invoke(commands, words)
    assert "8 experiments (2 without histories), 600 architectures" in done.output


def test_experiments_without_histories_print_no_empty_frame(fetched):
    words = ["match", "JS9FR6", "--where=status=no_histories"]
    done = CliRunner(env=fetched).invoke(commands, words)
    assert done.exit_code == 0
    assert done.output.startswith("0 of 0 matching subsequences\n")


def test_match_across_all(fetched):
    done = CliRunner(env=fetched).invoke(commands, ["match", "JS9FR6", "--by", "all", "--rows=1"])
    assert "experiment_count" in done.stdout
    assert "1 of 4,824 matching subsequences" in done.stdout


def test_match_within_phases_is_what_python_says(fetched, real_commons):
    words = ["match", "JS9FR6", "--within-phase", "--min-length=6", "--rows=0"]
    done = CliRunner(env=fetched).invoke(commands, words)
    rows = len(vinarch.match(real_commons, min_length=6, within_phase=True))
    assert done.stdout.startswith(f"0 of {rows:,} matching subsequences")


def test_statistics_print_a_row_a_measure_and_write_all_columns(fetched, tmp_path):
    out = tmp_path / "statistics.csv"
    words = ["statistics", "JS9FR6", "--where=beam=1e14", "--by=gpus", f"--out={out}"]
    done = CliRunner(env=fetched).invoke(commands, words)
    assert done.exit_code == 0, done.output
    assert "14 of 14 rows" in done.output
    table = pd.read_csv(out)
    assert table["gpus"].tolist() == [1] * 7 + [4] * 7
    expected = real(fetched).select(beam="1e14").statistics("gpus")
    assert table["mean_low"].tolist() == pytest.approx(expected["mean_low"].tolist(), nan_ok=True)


def real(fetched):
    return vinarch.open(Path(fetched["VINARCH_HOME"]) / "commons")


def test_statistics_of_all_networks_together(fetched):
    done = CliRunner(env=fetched).invoke(commands, ["statistics", "JS9FR6", "--by=all"])
    assert "last_val_accuracy_percent 900" in done.output
    refused = CliRunner(env=fetched).invoke(
        commands, ["statistics", "JS9FR6", "--by=all", "--by=beam"]
    )
    assert refused.exit_code == 2
    assert "'all' is one group" in refused.output


def test_a_confidence_in_percent_is_refused(fetched):
    for name in ("statistics", "reproducibility"):
        done = CliRunner(env=fetched).invoke(commands, [name, "JS9FR6", "--confidence=95"])
        assert done.exit_code == 1
        assert "For 95 % pass 0.95." in done.output


def test_reproducibility_prints_its_sentences_and_writes_the_pairs(fetched, tmp_path):
    out = tmp_path / "pairs.csv"
    words = ["reproducibility", "JS9FR6", "--where=beam=1e14", f"--out={out}"]
    done = CliRunner(env=fetched).invoke(commands, words)
    assert done.exit_code == 0, done.output
    found = vinarch.reproducibility(real(fetched).select(beam="1e14"))
    printed = " ".join(done.output.split())
    assert [sentence for sentence in found.sentences if sentence not in printed] == []
    assert len(pd.read_csv(out)) == len(found.pairs) == 3 * 2 * 2


def test_claims_print_what_agrees_and_write_them_all(fetched, tmp_path):
    out = tmp_path / "claims.csv"
    done = CliRunner(env=fetched).invoke(commands, ["claims", "JS9FR6", f"--out={out}"])
    assert done.exit_code == 0, done.output
    assert "42 claims of icpp2023: 15 agree, 3 differ, 24 not derivable" in done.output
    assert pd.read_csv(out)["verdict"].value_counts().to_dict() == {
        "agrees": 15, "differs": 3, "not derivable": 24,
    }  # fmt: skip
    unknown = CliRunner(env=fetched).invoke(commands, ["claims", "JS9FR6", "--paper=icpp2024"])
    assert unknown.exit_code == 1
    assert "Did you mean 'icpp2023'?" in unknown.output


def test_distances_print_the_nearest_and_write_parquet(fetched, tmp_path):
    out = tmp_path / "pairs.parquet"
    done = run(
        "distances", "JS9FR6", "--metric", "hamming", "--where",
        "experiment=4gpu_1e16_early_termination", "--rows", "2", "--out", str(out), **fetched,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"2 of {94 * 93 // 2:,} pairs of structures" in done.stdout
    assert len(pd.read_parquet(out)) == 94 * 93 // 2


def test_a_study_on_a_cluster_by_its_address(fetched, tmp_path, worker_processes):
    out = tmp_path / "study"
    done = run(
        "study", "JS9FR6", "--out", str(out), "--scheduler", worker_processes.scheduler_address,
        **fetched,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "4,259 matching subsequences, 41,621 distances" in done.stdout
    assert f"open {out / 'index.html'}" in done.stdout
    assert (out / "index.html").is_file()
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fetch", "JS9F"), "Did you mean JS9FR6?"),
        (("study", "JS9FR6", "--select", "foo"), "EXPERIMENT:START:BITS, got 'foo'"),
        (("match", "JS9FR6", "--where", "beam=1e17"), "'1e14', '1e15', '1e16', got '1e17'"),
        (("match", "JS9FR6", "--where", "bean=1e14"), "Did you mean beam?"),
        (("match", "JS9FR6", "--out", "x.txt"), "ends in .csv or .parquet, got 'x.txt'"),
        (("distances", "JS9FR6", "--out", "x"), "ends in .csv or .parquet, got 'x'"),
        (("match", "JS9FR6", "--where", "beam"), "--where: expected NAME=VALUE, got 'beam'"),
        (("match", "JS9FR6", "--min-length", "0"), "from 1 to 21 (symbols), got 0"),
        (("match", "JS9FR6", "--scheduler", "tcp://127.0.0.1:9"), "a running Dask scheduler"),
        (("fetch", "JS9FR6", "--mirror", "/no/such/place"), "/no/such/place"),
    ],
)
def test_an_error_is_one_readable_message(fetched, words, message):
    done = CliRunner(env=fetched).invoke(commands, words)
    assert done.exit_code == 1
    assert message in done.stderr
    assert done.stderr.startswith("vinarch: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback():
    done = run("fetch", "JS9F", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "UnknownArchiveError" in done.stderr


@pytest.mark.parametrize(
    "words", [("study",), ("match", "JS9FR6", "--by", "beam"), ("fly",), ("match", "a", "--rows=x")]
)
def test_wrong_usage_exits_with_two(words):
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr


def test_a_terminal_shows_progress_and_a_file_does_not(fetched):
    code = (
        "import pty, sys; "
        "sys.exit(pty.spawn([sys.executable, '-c', 'from vinarch.cli import main; main()', "
        "'match', 'JS9FR6', '--rows', '0']))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | fetched | {"TERM": "xterm"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Matching" in shown.stdout
    quiet = run("match", "JS9FR6", "--rows", "0", **fetched)
    assert "0 of 4,259 matching subsequences" in quiet.stdout
    assert quiet.stderr == ""


def test_a_closed_pipe_is_no_error(fetched):
    clean = os.environ | fetched
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c",
         (f"'{sys.executable}' -c 'from vinarch.cli import main; main()' match JS9FR6 --rows 4000"
         " | head -n 1")],
        env=clean, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "experiment" in done.stdout


@pytest.fixture
def mended_mirror(archives, tmp_path) -> Path:
    """A copy of the archive to break."""
    folder = tmp_path / "mirror"
    shutil.copytree(archives / "JS9FR6", folder / "JS9FR6")
    for path in (folder / "JS9FR6").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def test_rejects_are_counted_and_strict_makes_them_an_error(mended_mirror, tmp_path):
    name = "icpp_training_results/1gpu/no_early_termination/1gpu_1e14_training_data.csv"
    path = mended_mirror / "JS9FR6" / name
    lines = path.read_text().splitlines(keepends=True)
    lines[7] = lines[7].replace(lines[7].split(",")[2], "ninety", 1)
    path.write_text("".join(lines))
    places = {"VINARCH_HOME": str(tmp_path / "home"), "VINARCH_MIRROR": str(mended_mirror)}
    strict = run("fetch", "JS9FR6", "--strict", **places)
    assert strict.returncode == 1
    assert f"{name}, line 8: expected val_accs: a percentage from 0 to 100" in strict.stderr
    assert "got 'ninety'" in strict.stderr
    # The mirror is taken at its word, but its file is not the published one.
    assert f"{name}" in strict.stderr.splitlines()[0]
    assert "SHA-256" in strict.stderr
    done = run("fetch", "JS9FR6", **places)
    assert done.returncode == 0, done.stderr
    assert f"1 rejected row\n  {name}, line 8: expected val_accs: a percentage" in done.stdout
    assert "18,289 history rows" in done.stdout
