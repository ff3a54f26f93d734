from dataclasses import replace

import pandas as pd
import pytest
from study_findings import findings_of, structures_figure

import vinarch
from vinarch.errors import ParameterError
from vinarch.provenance import Asked, Provenance
from vinarch.report import (
    Items,
    Link,
    Paragraph,
    Ref,
    ReportFigure,
    ReportTable,
    render_report,
)
from vinarch.report.columns import shown_columns
from vinarch.study_page import call_lines, study_report
from vinarch.study_page.lines import literal
from vinarch.study_page.looks import LOOKS
from vinarch.study_page.origin import shareable
from vinarch.summary import MOST_CHOSEN, ChosenRow

NAMES = (
    "1gpu_1e14_early_termination",
    "1gpu_1e15_early_termination",
    "4gpu_1e14_early_termination",
)


@pytest.fixture(scope="module")
def some(real_commons):
    """Three experiments, two of them on the same data."""
    return real_commons.select(experiment=list(NAMES))


@pytest.fixture(scope="module")
def found(some):
    return findings_of(some)


@pytest.fixture(scope="module")
def report(some, found):
    return study_report(some, found, [structures_figure(some, found.chosen)])


def words_of(report):
    """Return all running text of a report."""
    pieces = [
        piece if isinstance(piece, str) else ""
        for block in (*report.abstract, *report.blocks)
        for piece in (
            block.pieces if isinstance(block, Paragraph)
            else block.items if isinstance(block, Items) else ()
        )
    ]  # fmt: skip
    return " ".join(" ".join(pieces).split())


def table_of(report, key):
    return next(table for table in report.tables if table.key == key)


def figures_paragraph(report, key):
    """Return the paragraph that leads to a figure."""
    return next(
        block
        for block in report.blocks
        if isinstance(block, Paragraph) and Ref(key) in block.pieces
    )


def test_the_sections_are_those_of_a_paper(report):
    assert [section.heading for section in report.sections] == [
        "Data", "Statistics", "Matching subsequences", "Reproducibility", "How to make this again",
        "Provenance", "How to cite the data",
    ]  # fmt: skip


def test_tables_stand_in_order_and_each_but_the_provenance_has_its_lines(report):
    assert [table.key for table in report.tables] == [
        "experiments", "training", "accuracy", "matches", "across", "distances", "replication_all",
        "replication_without_shared_start", "transfer_all", "transfer_without_shared_start",
        "overlap", "noise", "asked", "files",
    ]  # fmt: skip
    silent = {table.key for table in report.tables if not table.python}
    assert silent == {"asked", "files"}
    assert all(figure.python for figure in report.figures)


def test_the_text_says_the_numbers_of_the_frames(report, found, some):
    words = words_of(report)
    networks = some.architectures.compute()
    structures, epochs = networks["structure_id"].nunique(), int(networks["epochs_trained"].sum())
    trained = f"The 3 experiments trained 300 networks of {structures} structures"
    assert f"{trained} in {epochs:,} epochs." in words
    assert f"There are {len(found.matches):,} distinct matching subsequences" in words
    assert "which the VINARCH paper shows" in words
    assert "is 89.66 %." in words
    assert all(sentence in words for sentence in found.reproduced.sentences)
    leads = [block.lead for block in report.blocks if isinstance(block, Paragraph) and block.lead]
    assert leads == list(found.reproduced.topics)


def test_the_statistics_on_the_page_are_those_of_the_networks(report, some):
    networks = some.architectures.compute()
    table = table_of(report, "accuracy")
    shown = pd.DataFrame(table.rows, columns=table.header).set_index("experiment")
    by_experiment = networks.groupby("experiment")
    last = by_experiment["last_val_accuracy_percent"].mean()
    best = by_experiment["best_val_accuracy_percent"].max()
    assert shown["last_mean"].to_dict() == pytest.approx(last.to_dict())
    assert shown["highest"].to_dict() == pytest.approx(best.to_dict())
    assert not any("mean_val_accuracy" in name for name in table.header)
    cost = table_of(report, "training")
    assert {type(value) for value in cost.rows[0][1:3]} == {int}


def test_long_lists_are_shortened_and_none_is_called_missing(report):
    table = table_of(report, "matches")
    held = [row[table.header.index("structures")] for row in table.rows]
    assert all(len(text) < 40 for text in held)
    assert held[0] == f"{table.rows[0][table.header.index('count')]} structures"
    assert table.total_rows > len(table.rows) == 20


def test_pairs_are_shown_by_relation_and_only_by_last_accuracy(report, found):
    rows = table_of(report, "replication_all").rows
    assert [row[:2] for row in rows] == [(NAMES[0], NAMES[2])]
    assert len(table_of(report, "transfer_all").rows) == 2
    pair = found.reproduced.pair(NAMES[0], NAMES[2])
    last = pair[(pair["measure"] == "last_val_accuracy_percent") & (pair["scope"] == "all")]
    assert rows[0][4] == last["mean_absolute_difference_points"].item()


def test_files_that_were_written_are_linked_and_no_others(some, found):
    many = replace(found, files=(*found.files, "shared_starts.csv", "study.ipynb"))
    page = render_report(study_report(some, many, []))
    for name in many.files:
        assert f'href="{name}"' in page
    bare = render_report(study_report(some, replace(found, files=()), []))
    assert ".csv</a>" not in bare
    rejects = render_report(study_report(some, replace(found, files=("rejects.csv",)), []))
    assert rejects.count('href="rejects.csv"') == 1


def test_what_hangs_on_a_shared_start_is_told_where_there_is_one(some, found):
    left_over = replace(found, without_start=found.across["experiment_count"] - 1)
    said = "Without the structures of the start that experiments share it is 0: the others"
    assert said in words_of(study_report(some, left_over, []))
    same = replace(found, without_start=found.across["experiment_count"])
    assert "That does not hang on the start" in words_of(study_report(some, same, []))
    assert "start that experiments share it is" not in words_of(study_report(some, found, []))


def test_codes_are_words_on_the_page_and_intervals_stand_with_their_estimates(report, found):
    page = render_report(report)
    noise = table_of(report, "noise")
    columns = {column.name: column for column in shown_columns(noise)}
    assert {cell.text for cell in columns["training"].cells} <= {"all", "whole budget only"}
    assert columns["experiment"].cells[-1].text == "all experiments"
    assert "full_budget<" not in page
    pairs = {column.name: column for column in shown_columns(table_of(report, "replication_all"))}
    assert not {"spearman_low", "mean_absolute_difference_high"} & {*pairs}
    pair = found.reproduced.pair(NAMES[0], NAMES[2])
    row = pair[(pair["measure"] == "last_val_accuracy_percent") & (pair["scope"] == "all")].iloc[0]
    assert pairs["spearman"].cells[0].text == (
        f"{row['spearman']:.2f} ({row['spearman_low']:.2f} to {row['spearman_high']:.2f})"
    )
    assert pairs["spearman"].cells[0].value == row["spearman"]


def test_every_look_is_of_a_column_that_some_table_shows(report):
    shown = {name for table in report.tables for name in table.header}
    assert {*LOOKS} - shown == set()
    assert {end for look in LOOKS.values() for end in look.ends} <= shown


def test_one_experiment_has_nothing_to_compare_and_says_so(real_commons):
    one = real_commons.select(experiment="4gpu_1e16_early_termination")
    report = study_report(one, findings_of(one), [])
    words = words_of(report)
    assert words.count("nothing can be compared between experiments.") == 1
    assert "no pair of experiments" not in words
    assert "across" not in [table.key for table in report.tables]
    assert "The experiment 4gpu_1e16_early_termination trained 100 networks" in words
    assert "in more than one experiment, " not in words
    assert 'experiment=["4gpu_1e16_early_termination"]' in "".join(report.preamble)
    render_report(report)


def test_tables_without_rows_are_sentences(some, found):
    again = found.reproduced
    empty = replace(
        found,
        across=found.across[:0],
        reproduced=replace(again, pairs=again.pairs[:0], noise=again.noise[:0]),
    )
    report = study_report(some, empty, [])
    words = words_of(report)
    assert "No matching subsequence was found across experiments." in words
    assert "No structure was trained more than once within one experiment." in words
    assert all(table.rows for table in report.tables)


def test_figures_come_in_the_order_of_the_text_and_an_unknown_one_is_refused(some, found):
    drawn = structures_figure(some, found.chosen)
    keys = ("overlap_matrix", "network", "search_order", "subsequences", "learning_curves")
    report = study_report(some, found, [replace(drawn, key=key) for key in keys])
    assert [figure.key for figure in report.figures] == [
        "learning_curves", "search_order", "subsequences", "network", "overlap_matrix",
    ]  # fmt: skip
    with pytest.raises(ParameterError, match="got 'cloud'"):
        study_report(some, found, [replace(drawn, key="cloud")])


def test_the_text_says_why_a_figure_shows_what_it_shows(some, found):
    drawn = structures_figure(some, found.chosen)
    keys = ("learning_curves", "paired_accuracies")
    report = study_report(some, found, [replace(drawn, key=key) for key in keys])
    curves = figures_paragraph(report, "learning_curves").pieces
    assert curves[curves.index(Ref("matching")) - 1].endswith(
        "that hold the subsequence selected in "
    )
    assert f"of more than {MOST_CHOSEN} those" in curves[curves.index(Ref("matching")) + 1]
    assert "with most structures to compare" in "".join(
        map(str, figures_paragraph(report, keys[1]).pieces)
    )


def test_every_figure_of_vinarch_has_its_place(some, found):
    drawn = structures_figure(some, found.chosen)
    # search_progress compares groups that somebody must name: `vinarch compare` draws it; where a
    # subsequence is held the explorer shows.
    others = {"search_progress", "subsequence_holders", "Drawing", "set_theme", "theme"}
    draws = set(vinarch.figures.__all__) - others
    report = study_report(some, found, [replace(drawn, key=key) for key in sorted(draws)])
    assert {figure.key for figure in report.figures} == draws


def test_no_path_of_the_machine_is_on_the_page(report, real_commons):
    page = render_report(report)
    (provenance,) = real_commons.provenance
    folder = provenance.source.removeprefix("mirror: ")
    assert folder.startswith("/")
    assert folder not in page
    assert "mirror: archives" in page


@pytest.mark.parametrize(
    ("source", "outcome", "expected"),
    [
        ("mirror: /data/x", "no folder A in /data/x", ("mirror: x", "no folder A in x")),
        ("mirror: https://host/a", "gave the files", ("mirror: https://host/a", "gave the files")),
        ("Dataverse: https://host", "403", ("Dataverse: https://host", "403")),
        ("mirror: /", "a/b", ("mirror: /", "a/b")),
    ],
)  # fmt: skip
def test_only_the_folder_of_a_mirror_loses_its_path(source, outcome, expected):
    given = Provenance("A", "10.1/a", "1", source, "2024", (Asked(source, outcome),), ())
    shared = shareable(given)
    assert (shared.asked[0].source, shared.asked[0].outcome) == expected
    assert shared.source == expected[0]


HOSTILE = "a\"\n'); import os # \\ <script>"


def test_names_of_an_archive_are_literals_whatever_they_hold():
    assert eval(literal([HOSTILE, 5, None, True, 0.1])) == [HOSTILE, 5, None, True, 0.1]
    given = []
    lines = call_lines("given.append", "*[]", HOSTILE * 5)
    assert len(lines) == 4
    exec("\n".join(lines), {"given": given})
    assert given == [HOSTILE * 5]


def test_the_lines_of_the_study_make_it_again(some, found):
    chosen = ChosenRow(HOSTILE, 3, "10110")
    listing = study_report(some, replace(found, chosen=chosen), []).sections[4].blocks[1]
    asked = {}

    class Stub:
        def fetch(self, name):
            asked["archive"] = name
            return self

        def select(self, **attributes):
            asked.update(attributes)
            return self

        def study(self, commons, out, **words):
            asked.update(words, out=out)

    exec("\n".join(listing.lines).replace("import vinarch", ""), {"vinarch": Stub()})
    assert asked == {
        "archive": "JS9FR6", "experiment": list(NAMES), "out": "study",
        "select": f"{HOSTILE}:3:10110", "min_length": 5, "metric": "cityblock", "confidence": 0.95,
    }  # fmt: skip
    noted = study_report(some, replace(found, files=("study.ipynb",)), []).sections[4].blocks[1]
    assert "    notebook=True," in noted.lines


def test_the_page_is_small_and_cites_the_data(report):
    page = render_report(report)
    assert len(page.encode()) < 1_000_000
    cite = report.sections[-1].blocks
    assert any("@data{channing2023js9fr6," in line for line in cite[1].lines)
    assert 'href="https://doi.org/10.7910/DVN/JS9FR6"' in page


def test_links_of_figures_are_kept(report):
    assert report.figures[0].links == (Link("single column, PDF", "figures/structures_single.pdf"),)
    assert isinstance(report.figures[0], ReportFigure)
    assert all(isinstance(table, ReportTable) for table in report.tables)
