from __future__ import annotations

import pickle
import re
from decimal import Decimal
from pathlib import Path

import pytest

from vinarch.catalog import find_archive, load_catalog
from vinarch.claiming import papers, redrawn
from vinarch.claiming.papers import load_paper, read_paper
from vinarch.claiming.statistics_of import STATISTICS_BY_NAME
from vinarch.errors import CardError, ParameterError

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in (ROOT / "catalog" / "papers").glob("*.toml"))
NEXT = "See docs/how-to/check-a-papers-claims.md."

HEAD = 'citation = "A paper"\narchive = "TOY"\n'
CLAIM = """
[[claims]]
place = "Fig. 1"
claim = "It says so"
experiments = ["one"]
value = 99.50
unit = "%"
statistic = "prediction_at_epoch"
parameters = { architecture = 3, epoch = 4 }
"""


def read(folder, text):
    file = folder / "toy.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_paper(file)


def test_a_claim_keeps_its_printed_digits(tmp_path):
    paper = read(tmp_path, HEAD + CLAIM)
    (claim,) = paper.claims
    assert (paper.name, paper.citation, paper.archive) == ("toy", "A paper", "TOY")
    assert (str(claim.value), claim.decimals) == ("99.50", 2)
    assert claim.statistic is STATISTICS_BY_NAME["prediction_at_epoch"]
    assert claim.computation == (
        "prediction_at_epoch(architecture=3, epoch=4): recorded prediction after the epoch"
    )


@pytest.mark.parametrize(
    ("printed", "decimals"), [("7", 0), ("7.0", 1), ("-0.250", 3), ("1e3", 0), ("1.5e-3", 4)]
)
def test_decimals_are_those_printed(tmp_path, printed, decimals):
    (claim,) = read(tmp_path, HEAD + CLAIM.replace("99.50", printed)).claims
    assert (claim.value, claim.decimals) == (Decimal(printed), decimals)


def test_a_claim_without_value_or_statistic_says_why(tmp_path):
    bare = '[[claims]]\nplace = "Table"\nclaim = "Hours"\nunit = "h"\nwhy = "Not there."\n'
    (claim,) = read(tmp_path, HEAD + bare).claims
    assert (claim.value, claim.decimals, claim.computation) == (None, None, None)
    assert (claim.experiments, claim.why) == ((), "Not there.")


def test_a_tolerance_comes_with_its_reason(tmp_path):
    more = CLAIM + 'tolerance = 1\ntolerance_reason = "Read off a figure."\n'
    (claim,) = read(tmp_path, HEAD + more).claims
    assert (claim.tolerance, claim.why) == (Decimal(1), "Read off a figure.")


STATISTICS = "one of " + ", ".join(sorted(STATISTICS_BY_NAME))
KEYS = (
    "one of place, claim, experiments, value, unit, statistic, parameters, tolerance, "
    "tolerance_reason, why"
)


@pytest.mark.parametrize(
    ("was", "now", "key", "expected", "got", "hint"),
    [
        ("prediction_at_epoch", "prediction_at_epochs", "statistic", STATISTICS,
         "'prediction_at_epochs'", "Did you mean 'prediction_at_epoch'? "),
        ("prediction_at_epoch", "zzz", "statistic", STATISTICS, "'zzz'", ""),
        ('place = "Fig. 1"\n', "", "place", "text", "nothing", ""),
        ('"Fig. 1"', '" "', "place", "text", "' '", ""),
        ('unit = "%"\n', "", "unit", "text", "nothing", ""),
        ('unit = "%"', 'unit = "h"', "unit", "'%', the unit of prediction_at_epoch", "'h'", ""),
        ("99.50", '"99.50"', "value", "a number", "'99.50'", ""),
        ("99.50", "nan", "value", "a number", "NaN", ""),
        ("99.50", "true", "value", "a number", "True", ""),
        ("value =", "values =", "values", KEYS, "values", "Did you mean 'value'? "),
        ("value = 99.50\n", "", "why", "text", "nothing", ""),
        ('statistic = "prediction_at_epoch"\n', "", "parameters",
         "those of a claim without a statistic: none", "architecture, epoch", ""),
        (", epoch = 4", "", "parameters", "those of prediction_at_epoch: architecture, epoch",
         "architecture", ""),
        ("epoch = 4", "epoch = 4.5", "parameters.epoch", "a whole number", "4.5", ""),
        ("epoch = 4", "epoch = true", "parameters.epoch", "a whole number", "True", ""),
        ("{ architecture = 3, epoch = 4 }", "3", "parameters", "a table", "3", ""),
        ('["one"]', '["one", "two"]', "experiments",
         "as many as prediction_at_epoch takes: 1", "2", ""),
        ('["one"]', '"one"', "experiments", "a list of text", "'one'", ""),
        ('unit = "%"', 'unit = "%"\nwhy = "So."', "why",
         "none where a value and a statistic are given", "'So.'", ""),
        ('unit = "%"', 'unit = "%"\ntolerance = 0.1', "tolerance_reason", "text", "nothing", ""),
        ('unit = "%"', 'unit = "%"\ntolerance_reason = "So."', "tolerance",
         "a number, since a reason is given", "none", ""),
        ('unit = "%"', 'unit = "%"\ntolerance = -0.1\ntolerance_reason = "So."', "tolerance",
         "a number from 0, of a claim with a value and a statistic", "-0.1", ""),
    ],
)  # fmt: skip
def test_a_mistake_in_a_claim_is_told_with_file_claim_and_key(
    tmp_path, was, now, key, expected, got, hint
):
    assert was in CLAIM
    with pytest.raises(CardError) as caught:
        read(tmp_path, HEAD + CLAIM + CLAIM.replace(was, now, 1))
    message = f"papers/toy.toml, claim 2, key {key}: expected {expected}, got {got}. {hint}{NEXT}"
    assert str(caught.value) == message
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_lists_and_pairs_are_checked_item_by_item(tmp_path):
    matched = CLAIM.replace("prediction_at_epoch", "listed_structures_matched").replace(
        'unit = "%"', 'unit = "structures"'
    )
    wrong = matched.replace(
        "architecture = 3, epoch = 4", 'start = 0, subsequence = "1", structures = [1, "2"]'
    )
    expected = r"key parameters.structures: expected a list, each a whole number, got \[1, '2'\]"
    with pytest.raises(CardError, match=expected):
        read(tmp_path, HEAD + wrong)
    twice = CLAIM.replace("prediction_at_epoch", "ratio_of_wall_times").replace(
        '["one"]', '["one", "one"]'
    )
    with pytest.raises(CardError, match="key experiments: expected each experiment once"):
        read(tmp_path, HEAD + twice.replace('unit = "%"', 'unit = "times"'))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CLAIM, "papers/toy.toml, key citation: expected text, got nothing."),
        (HEAD, r"papers/toy.toml, key claims: expected at least one \[\[claims\]\] section"),
        (HEAD + "claims = [1]", r"papers/toy.toml, claim 1: expected a \[\[claims\]\] section"),
        ('archives = "TOY"\n' + HEAD, "key archives: .* Did you mean 'archive'?"),
        ("citation = ", "papers/toy.toml: expected TOML, got TOMLDecodeError: "),
        (b"citation = '\xff'", "papers/toy.toml: expected TOML, got UnicodeDecodeError: "),
    ],
)
def test_a_mistake_in_a_file_is_told(tmp_path, text, message):
    with pytest.raises(CardError, match=message):
        read(tmp_path, text)


def test_an_unknown_paper_is_told_with_the_nearest():
    with pytest.raises(ParameterError) as caught:
        load_paper("icpp23")
    assert str(caught.value) == (
        "claims(paper=…): expected 'cluster2023' or 'icpp2023', got 'icpp23'. "
        "Did you mean 'icpp2023'?"
    )


@pytest.mark.parametrize("paper", [None, 2023, "../JS9FR6"])
def test_what_is_no_paper_is_refused(paper):
    with pytest.raises(ParameterError, match="'cluster2023' or 'icpp2023'"):
        load_paper(paper)


@pytest.mark.parametrize("name", NAMES)
def test_every_paper_of_the_catalog_can_be_read(name):
    paper = load_paper(name)
    assert paper.name == name
    assert find_archive(paper.archive).name == paper.archive


def test_every_key_is_explained():
    page = (ROOT / "docs/how-to/check-a-papers-claims.md").read_text(encoding="utf-8")
    explained = re.findall(
        r"^\| `(\w+)` \| (?:text|number|list|table|sections)", page, re.MULTILINE
    )
    assert explained == [*papers._PAPER_KEYS, *papers._CLAIM_KEYS, *redrawn._KEYS]


FIGURE = """
[[figures]]
place = "Fig. 6a, 6b"
figure = "fitness_fronts"
title = "Fronts"
experiments = ["one", "other"]
parameters = { share = 0.5, engine = "a4nn_2023" }
note = "The axis is longer."
"""


def test_a_figure_is_read_with_what_its_function_takes(tmp_path):
    paper = read(tmp_path, HEAD + FIGURE + CLAIM)
    (figure,) = paper.figures
    assert (figure.place, figure.stem, figure.name) == (
        "Fig. 6a, 6b", "fig_6a_6b", "fitness_fronts",
    )  # fmt: skip
    assert figure.experiments == ("one", "other")
    assert figure.parameters == (("share", 0.5), ("engine", "a4nn_2023"))
    assert isinstance(figure.parameters[0][1], float)
    assert (figure.title, figure.note) == ("Fronts", "The axis is longer.")
    assert read(tmp_path, HEAD + CLAIM).figures == ()


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ('figure = "fitness_fronts"\n', "", "figure 1, key figure: expected text, got nothing"),
        ('title = "Fronts"', "titles = 1", "figure 1, key titles: .*Did you mean 'title'"),
        ('["one", "other"]', '"one"', "figure 1, key experiments: expected a list of text"),
        ('"Fig. 6a, 6b"', '"…"', "figure 1, key place: expected letters or digits"),
        (FIGURE, FIGURE + FIGURE.replace("Fig. 6a, 6b", "FIG 6a 6b"), "figure 2, key place: .*6b'"),
        (FIGURE, "figures = [1]", r"key figures: expected \[\[figures\]\] sections, got \[1\]"),
    ],
)
def test_a_mistake_in_a_figure_is_told(tmp_path, was, now, message):
    with pytest.raises(CardError, match=message):
        read(tmp_path, HEAD + FIGURE.replace(was, now) + CLAIM)


def test_papers_are_no_archives():
    assert NAMES == ["cluster2023", "icpp2023"]
    archives = {archive.name for archive in load_catalog()}
    assert "JS9FR6" in archives
    assert not {*NAMES} & archives
