from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

import vinarch.studies
from vinarch import measuring
from vinarch.cli import commands
from vinarch.measuring import distance_pieces, distances, pair_count
from vinarch.studies import write_frame

ONE = ("--where", "experiment=4gpu_1e16_early_termination")
PAIRS = 94 * 93 // 2


@pytest.fixture
def run(fetched_home, archives):
    runner = CliRunner(env={"VINARCH_HOME": str(fetched_home), "VINARCH_MIRROR": str(archives)})
    return lambda *words: runner.invoke(commands, ["distances", "JS9FR6", *words])


@pytest.fixture
def few_held(monkeypatch):
    """As if 1,000 pairs were too many, in pieces of 500."""
    monkeypatch.setattr(vinarch.studies, "MOST_PAIRS", 1_000)
    monkeypatch.setattr(measuring, "PAIRS_PER_PARTITION", 500)
    monkeypatch.setattr(measuring, "_BATCH", 2)


def test_too_many_pairs_are_refused_before_any_is_measured(run, few_held, monkeypatch):
    monkeypatch.setattr(measuring, "pair_table", None)
    done = run(*ONE)
    assert done.exit_code == 1
    assert "expected at most 1,000 pairs of structures, or --out, got 4,371 pairs" in done.stderr
    assert "--where" in done.stderr


@pytest.mark.parametrize("by", ["experiment", "all"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_pairs_in_pieces_are_those_at_once(run, few_held, real_commons, tmp_path, by, ending):
    out, plain = tmp_path / f"pairs.{ending}", tmp_path / f"plain.{ending}"
    done = run(*ONE, "--by", by, "--out", str(out), "--rows", "3")
    assert done.exit_code == 0, done.stderr
    assert f"3 of {PAIRS:,} pairs of structures" in done.stdout
    one = real_commons.select(experiment="4gpu_1e16_early_termination")
    pairs = distances(one, by="experiment" if by == "experiment" else None).compute()
    write_frame(pairs, plain)
    if ending == "csv":
        assert out.read_bytes() == plain.read_bytes()
    else:
        found = pd.read_parquet(out)
        expected = pd.read_parquet(plain)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    measured = run(*ONE, "--by", by, "--out", str(out), "--rows", "3").stdout
    vinarch.studies.MOST_PAIRS = 10_000_000
    assert run(*ONE, "--by", by, "--out", str(plain), "--rows", "3").stdout == measured.replace(
        out.name, plain.name
    )


def test_pieces_are_several_and_their_rows_are_counted_beforehand(few_held, real_commons):
    one = real_commons.select(experiment="4gpu_1e16_early_termination")
    number, pieces = distance_pieces(one)
    found = list(pieces)
    assert number == len(found) == 9
    assert sum(map(len, found)) == pair_count(one) == PAIRS


def test_a_structure_of_several_experiments_counts_once_across_them(real_commons):
    low = real_commons.select(beam="1e14")
    assert pair_count(low, None) == len(distances(low, by=None))
    assert pair_count(low) == len(distances(low))
