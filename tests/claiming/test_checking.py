"""The whole way, on a toy archive with a toy paper, and on the published ones."""

from __future__ import annotations

import math
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import TOY_FILES, ingest_files, toy_archive

from vinarch.claiming import claims, papers
from vinarch.claiming.checking import agree
from vinarch.commons import open_commons
from vinarch.errors import CardError, ParameterError
from vinarch.schema import CLAIMS

LOW, MEDIUM = "1gpu_1e14_early_termination", "1gpu_1e15_no_early_termination"
UNREAD = f"Source rows of {LOW} that could not be read: 1."
SILENT = "4gpu_1e15_no_early_termination"


def claim_text(statistic, experiment, value, unit, parameters="", more=""):
    given = f"parameters = {{ {parameters} }}\n" if parameters else ""
    return (
        f'[[claims]]\nplace = "Fig. 1"\nclaim = "So"\nexperiments = ["{experiment}"]\n'
        f'value = {value}\nunit = "{unit}"\nstatistic = "{statistic}"\n{given}{more}'
    )


TOY_PAPER = 'citation = "A paper"\narchive = "TOY"\n' + "\n".join(
    [
        # 167584 s are 46.551 h.
        claim_text("wall_hours", LOW, "46.6", "h"),
        claim_text("wall_hours", LOW, "46.5", "h"),
        claim_text(
            "wall_hours", LOW, "46.5", "h", more='tolerance = 0.06\ntolerance_reason = "Cut off."'
        ),
        # One of the two networks converges, at 56.5; all 4 epochs of 2 * 2 are trained.
        claim_text("share_converged", LOW, "50", "%"),
        claim_text("share_of_epochs_saved", LOW, "0.0", "%"),
        # 75.5 is more than 56.5.
        claim_text("last_accuracy_of_fittest", LOW, "75.5", "%"),
        # The genomes agree at 9 to 13, and the four accuracies are 70.25, 75.5, 50 and 55.
        claim_text("matched_start", LOW, "9", "symbols", 'subsequence = "00000"'),
        claim_text("matched_mean_accuracy", LOW, "62.69", "%", 'start = 9, subsequence = "00000"'),
        claim_text("wall_hours", SILENT, "14.9", "h"),
        claim_text("last_accuracy", SILENT, "50", "%", "architecture = 0"),
        claim_text("last_accuracy", "2gpu", "50", "%", "architecture = 0"),
        claim_text("prediction_at_epoch", LOW, "50", "%", "architecture = 51, epoch = 0"),
    ]
)


@pytest.fixture
def toy_paper(tmp_path, monkeypatch):
    """A catalog whose one paper is about the toy archive."""
    (tmp_path / "catalog" / "papers").mkdir(parents=True)
    file = tmp_path / "catalog" / "papers" / "toy.toml"
    file.write_text(TOY_PAPER, encoding="utf-8")
    monkeypatch.setattr(papers, "cards_folder", lambda: tmp_path / "catalog")
    return file


@pytest.fixture(scope="module")
def toy_commons(tmp_path_factory):
    """The toy archive, all of its rows read."""
    folder = tmp_path_factory.mktemp("toy")
    ingest_files(folder / "commons", folder / "files", TOY_FILES)
    return open_commons(folder / "commons")


def test_a_toy_paper_is_checked_claim_by_claim(toy_paper, toy_commons):
    found = claims(toy_commons, "toy")
    pd.testing.assert_series_equal(found.dtypes, CLAIMS.empty().dtypes)
    assert found["number"].tolist() == [*range(1, 13)]
    assert found["verdict"].tolist() == [
        "agrees", "differs", "agrees", "agrees", "agrees", "agrees", "agrees", "agrees", "agrees",
        "not derivable", "not derivable", "not derivable",
    ]  # fmt: skip
    expected = [46.551111, 46.551111, 46.551111, 50.0, 0.0, 75.5, 9.0, 62.6875, 14.909028]
    assert found["recomputed"].tolist()[:9] == pytest.approx(expected, abs=1e-6)
    assert found["difference"].tolist()[:3] == pytest.approx(
        [-0.048889, 0.051111, 0.051111], abs=1e-6
    )
    assert found["recomputed"].isna().tolist()[9:] == [True] * 3
    assert found["why"].dropna().to_dict() == {
        2: "Cut off.",
        9: f"{SILENT}: expected training histories, got its wall time only.",
        10: "commons: expected experiment 2gpu of TOY, got none of that name.",
        11: "commons: expected prediction_percent of network 51, epoch 0, got none on record.",
    }


def test_claims_about_experiments_that_were_not_selected_are_not_derivable(toy_paper, toy_commons):
    found = claims(toy_commons.select(experiment=MEDIUM), "toy")
    assert {*found["verdict"]} == {"not derivable"}
    assert (
        found["why"].iloc[0] == f"commons: expected experiment {LOW} of TOY, got none of that name."
    )


def test_a_paper_about_another_archive_is_refused(toy_paper, toy_commons):
    toy_paper.write_text(TOY_PAPER.replace('"TOY"', '"OTHER"'), encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        claims(toy_commons, "toy")
    assert str(refused.value) == (
        "claims(paper=…): expected a paper about TOY: the catalog has none, "
        "got 'toy', which is about OTHER. Take OTHER."
    )


def test_experiments_of_other_archives_do_not_mix_in(toy_paper, toy_commons, tmp_path):
    others = {path: text.replace("75.5,", "99.5,") for path, text in TOY_FILES.items()}
    root = tmp_path / "commons"
    ingest_files(root, tmp_path / "files", TOY_FILES)
    ingest_files(root, tmp_path / "others", others, archive=toy_archive("OTHER"))
    both = open_commons(root)
    assert sorted({*both.experiment_index["archive"]}) == ["OTHER", "TOY"]
    pd.testing.assert_frame_equal(claims(both, "toy"), claims(toy_commons, "toy"))


def test_rows_that_could_not_be_read_are_told(toy_paper, tmp_path):
    files = {path: text.replace("85.5,", "8x.5,", 1) for path, text in TOY_FILES.items()}
    ingest_files(tmp_path / "commons", tmp_path / "files", files)
    found = claims(open_commons(tmp_path / "commons"), "toy")
    assert found["why"].iloc[0] == UNREAD
    assert found["why"].iloc[2] == f"Cut off. {UNREAD}"
    assert pd.isna(found["why"].iloc[8])


def test_a_mistake_is_found_before_anything_is_computed(toy_paper, toy_commons):
    toy_paper.write_text(TOY_PAPER.replace('"wall_hours"', '"wall_hour"'), encoding="utf-8")
    with pytest.raises(CardError, match=r"toy.toml, claim 1, key statistic: .*'wall_hours'"):
        claims(toy_commons, "toy")


def test_what_is_no_commons_is_refused():
    with pytest.raises(ParameterError, match="claims: expected a Commons"):
        claims(pd.DataFrame())


def claim_of(value, tolerance=None):
    printed = Decimal(value)
    return SimpleNamespace(
        value=printed,
        decimals=max(0, -printed.as_tuple().exponent),
        tolerance=tolerance if tolerance is None else Decimal(tolerance),
    )


@pytest.mark.parametrize(
    ("recomputed", "value", "tolerance", "agrees"),
    [
        (13.32, "13.3", None, True),
        (13.35, "13.3", None, True),
        (13.35, "13.4", None, True),
        (13.351, "13.3", None, False),
        (13.2499, "13.3", None, False),
        (0.4999, "0", None, True),
        (0.6, "0", None, False),
        (13.35, "13.30", None, False),
        (-13.32, "13.3", None, False),
        (14.0, "13.3", "0.7", True),
        (14.0, "13.3", "0.69", False),
        # A tolerance replaces the digits, also where it is the narrower.
        (13.32, "13.3", "0.01", False),
    ],
)
def test_agreement_is_by_the_printed_digits_or_the_tolerance(recomputed, value, tolerance, agrees):
    assert agree(recomputed, claim_of(value, tolerance)) is agrees


@given(st.floats(-1e6, 1e6), st.integers(0, 5))
def test_every_number_agrees_with_itself_as_printed(number, decimals):
    assert agree(number, claim_of(f"{number:.{decimals}f}"))
    further = Decimal(f"{number:.{decimals}f}") + 2 * Decimal(1).scaleb(-decimals)
    assert not agree(number, claim_of(further))


TOP = "JS9FR6/icpp_training_results"
BEAMS = ("1e14", "1e15", "1e16")
FASTER = "Sentence: 5.5\N{MULTIPLICATION SIGN} faster"


@pytest.fixture(scope="module")
def found(real_commons):
    """The claims of the ICPP paper."""
    return claims(real_commons)


@pytest.fixture(scope="module")
def source(archives):
    """The CSV files as they stand, read by plain pandas, by experiment."""
    frames = {}
    for path in sorted((archives / TOP).glob("*gpu/*/*.csv")):
        name = f"{path.parts[-3]}_{path.name.split('_')[1]}_{path.parts[-2]}"
        columns = ["arch", "epoch", "val_accs", "predictions", "converged", "flops"]
        frames[name] = pd.read_csv(path, usecols=columns)
    return frames


@pytest.fixture(scope="module")
def hours(archives):
    """Wall times by GPUs, beam and early termination."""
    times = pd.read_csv(archives / TOP / "time_to_run.csv")
    times["beam"] = "1e" + times["dataset"].astype(str)
    return times.set_index(["gpu", "beam", "stopping"])["total_seconds"] / 3600


def fitness_of(frame, *, ended=True):
    """Fitness, MFLOPs and last accuracy of each network, one after the other."""
    rows = []
    for number, history in frame.groupby("arch"):
        ordered = history.sort_values("epoch")
        yes = ordered[ordered["converged"]]
        last = ordered["val_accs"].iloc[-1]
        fitness = yes["predictions"].iloc[0] if len(yes) and ended else last
        epoch = yes["epoch"].iloc[0] if len(yes) else math.nan
        rows.append((number, float(fitness), ordered["flops"].iloc[0], last, epoch))
    return rows


def values_of(found, place):
    return found.loc[found["place"] == place, "recomputed"].tolist()


def test_the_verdicts_on_the_icpp_paper(found):
    verdicts = found.groupby("place", sort=False)["verdict"].agg(list).to_dict()
    no = "not derivable"
    assert verdicts == {
        "Fig. 2": ["agrees"] * 3,
        "Fig. 6a, 6b": [no] * 6,
        "Fig. 7": ["agrees"] * 3,
        "Fig. 8": [no] * 12,
        "Fig. 9": ["agrees"] * 3,
        "Table: XPSI and A4NN": [no] * 6 + ["agrees"] * 6,
        FASTER: ["differs"] * 3,
    }
    assert found.loc[found["verdict"] == no, "why"].notna().all()
    assert found.loc[found["verdict"] != no, "why"].isna().all()
    assert (
        found.loc[found["recomputed"].isna(), "why"].eq("XPSI's runs are not in the archive.").all()
    )


def test_the_shares_of_epochs_are_those_of_the_source(found, source):
    expected = [100 - len(source[f"1gpu_{beam}_early_termination"]) / 25 for beam in BEAMS]
    assert values_of(found, "Fig. 7") == pytest.approx(expected, abs=1e-9)


def test_the_convergence_is_that_of_the_source(found, source):
    expected = []
    for gpus in (1, 4):
        for beam in BEAMS:
            rows = fitness_of(source[f"{gpus}gpu_{beam}_early_termination"])
            epochs = sorted(row[4] for row in rows if not math.isnan(row[4]))
            middle = (epochs[(len(epochs) - 1) // 2] + epochs[len(epochs) // 2]) / 2
            expected += [100 * len(epochs) / len(rows), middle]
    assert values_of(found, "Fig. 8") == pytest.approx(expected, abs=1e-9)


def test_the_example_network_is_that_of_the_source(found, source):
    frame = source[MEDIUM]
    mine = frame[frame["arch"] == 38].set_index("epoch")
    first = mine.index[mine["converged"]].min()
    expected = [first, float(mine.loc[11, "predictions"]), mine.loc[24, "val_accs"]]
    assert values_of(found, "Fig. 2") == pytest.approx(expected, abs=1e-9)


def test_the_pareto_fronts_are_those_of_a_plain_loop(found, source):
    expected = []
    for beam in BEAMS:
        for engine in ("early_termination", "no_early_termination"):
            frame = source[f"1gpu_{beam}_{engine}"]
            rows = fitness_of(frame, ended=engine == "early_termination")
            beaten = [
                any(a >= b[1] and m <= b[2] and (a, m) != b[1:3] for _, a, m, *_ in rows)
                for b in rows
            ]
            expected.append(beaten.count(False))
    assert values_of(found, "Fig. 6a, 6b") == expected


def test_hours_and_ratios_are_those_of_the_source(found, hours):
    slow = [hours[1, beam, False] for beam in BEAMS]
    fast = [hours[4, beam, True] for beam in BEAMS]
    assert values_of(found, "Fig. 9") == pytest.approx(slow)
    ratios = [one / other for one, other in zip(slow, fast, strict=True)]
    assert values_of(found, FASTER) == pytest.approx(ratios)
    assert [round(ratio, 2) for ratio in ratios] == [4.15, 5.66, 5.14]
    assert values_of(found, "Table: XPSI and A4NN")[6:9] == pytest.approx(fast)


def test_the_best_networks_are_those_of_the_source_whichever_of_equals_is_taken(found, source):
    given = values_of(found, "Table: XPSI and A4NN")[9:]
    for beam, value, decimals in zip(BEAMS, given, (1, 1, 0), strict=True):
        rows = fitness_of(source[f"4gpu_{beam}_early_termination"])
        best = max(row[1] for row in rows)
        last = [row[3] for row in rows if row[1] == best]
        assert value == pytest.approx(last[0], abs=1e-9)
        assert {round(one, decimals) for one in last} == {round(value, decimals)}


def test_the_row_of_the_cluster_paper_agrees(real_commons):
    found = claims(real_commons, "cluster2023")
    assert found["verdict"].tolist() == ["agrees"] * 5
    assert found["recomputed"].round(2).tolist() == [0, 14, 5, 5, 89.66]


def test_a_part_of_the_commons_gives_the_same_numbers(real_commons, found):
    part = claims(real_commons.select(beam="1e15"))
    there = part["recomputed"].notna()
    assert there.sum() == 14
    pd.testing.assert_series_equal(part.loc[there, "recomputed"], found.loc[there, "recomputed"])
