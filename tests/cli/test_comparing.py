from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner
from toy_runs import FOUR, record

import vinarch
from vinarch.cli import commands
from vinarch.schema import SEARCH_DIFFERENCES, SEARCH_OUTCOMES


@pytest.fixture
def run(fetched_home, archives):
    runner = CliRunner(env={"VINARCH_HOME": str(fetched_home), "VINARCH_MIRROR": str(archives)})
    return lambda *words: runner.invoke(commands, ["compare", *map(str, words)])


def test_an_archive_is_compared_and_all_is_written(run, real_commons, tmp_path):
    out = tmp_path / "deep" / "compared"
    done = run("JS9FR6", "--by", "early_termination", "--against", "epochs", "--where", "gpus=1",
               "--paired-by", "beam", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "hypervolume against epochs (% · MFLOPs, epochs)" in done.stdout
    assert "mean of a group; interval: none: 3 searches, a mean needs 4" in done.stdout
    assert "order of networks: architecture" in done.stdout
    assert "(worst of all)" in done.stdout
    progress = vinarch.compare_searches(
        real_commons.select(gpus=1), "early_termination", against=["epochs"], paired_by="beam"
    )
    outcomes = vinarch.search_outcomes(progress)
    written = pd.read_csv(out / "search_outcomes.csv")
    dtypes = SEARCH_OUTCOMES.empty().dtypes.to_dict()
    pd.testing.assert_frame_equal(written.astype(dtypes), outcomes)
    differences = pd.read_csv(out / "search_differences.csv")
    pd.testing.assert_frame_equal(
        differences.astype(SEARCH_DIFFERENCES.empty().dtypes.to_dict()),
        vinarch.search_differences(outcomes),
    )
    drawing = vinarch.figures.search_progress(progress, width="double")
    assert (out / "search_progress.png").read_bytes() == drawing.png()
    assert drawing.caption in done.stdout


def test_runs_of_two_seeds_are_compared(run, tmp_path):
    for seed in (0, 1):
        record(tmp_path / f"run{seed}", FOUR[seed:], seed=seed)
    runs = tmp_path / "run0", tmp_path / "run1"
    done = run(*runs, "--by", "strategy", "--reference", "50", "--reference", "10",
               "--statistic", "median", "--against", "seconds")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "median of a group; interval: 95 % bootstrap of 2 searches" in done.stdout
    assert "reference point: val_accuracy_percent 50.0; mflops 10.0 (given)" in done.stdout
    assert "order of networks: search_order" in done.stdout
    one = run(runs[0], "--objective", "max val_accuracy_percent", "--accuracy", "fitness")
    assert one.exit_code == 0, one.stderr
    assert "objectives: max val_accuracy_percent" in one.stdout
    assert "accuracy: what the search worked with" in one.stdout
    assert "interval: none: 1 search" in one.stdout


def test_searches_without_times_are_named(run):
    done = run("JS9FR6", "--where", "beam=1e14", "--against", "seconds")
    assert done.exit_code == 0, done.stderr
    assert "seconds are not on record of 1gpu_1e14_no_early_termination" in done.stdout


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (["--by", "bean"], "Did you mean 'beam'?", 1),
        (["--by", "all", "--by", "beam"], "'all' is one group", 2),
        (["--against", "hours"], "'hours' is not one of", 2),
        (["--reference", "1"], "a finite number for each of val_accuracy_percent, mflops", 1),
    ],
)
def test_wrong_words_are_refused(run, words, said, status):
    done = run("JS9FR6", *words)
    assert done.exit_code == status
    assert said in done.stderr


def test_one_group_of_all_has_no_differences(run, tmp_path):
    done = run("JS9FR6", "--by", "all", "--against", "networks", "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert not (tmp_path / "search_differences.csv").exists()
    assert (tmp_path / "search_progress.svg").exists()
